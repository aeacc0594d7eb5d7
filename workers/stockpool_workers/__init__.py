"""The worker service: the engine's effects and duties, carried by Dramatiq.

A message is only a wake-up: it carries effect ids or a name. What has to be done is in the
database, so a message may be lost, doubled or late without harm.
"""
