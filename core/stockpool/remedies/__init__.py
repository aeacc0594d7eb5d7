"""What can be done about items of the attention queue, and doing it."""
