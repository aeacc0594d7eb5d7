"""A process that brings a database up to date."""

from __future__ import annotations

from at_once import ready
from stockpool.storage import migrations


def upgrade(url: str) -> str | None:
    """Upgrade at the same moment as the others; returns the revision that it finds then."""
    ready()
    migrations.upgrade(url)
    return migrations.revision(url)
