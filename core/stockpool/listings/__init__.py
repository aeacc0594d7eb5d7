"""Listings in the networks' own shops: changed, followed until they hold, and looked over."""
