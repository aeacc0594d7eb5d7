"""Bulk work from files: a file becomes a stored plan, and the plan is applied as it stands."""
