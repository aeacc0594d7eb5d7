"""Parcels on their way to buyers: their timelines, and what is wrong with which."""
