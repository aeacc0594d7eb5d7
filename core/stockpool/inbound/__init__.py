"""Inbound plans: units announced to one country's pool, and their shipments."""
