"""Webhooks of channels: taken in over HTTP, stored before they are answered, and worked off."""
