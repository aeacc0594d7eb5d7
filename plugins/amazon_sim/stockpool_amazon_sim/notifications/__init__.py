"""News that are sent by themselves, and the queues that they come to."""
