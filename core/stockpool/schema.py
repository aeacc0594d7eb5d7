"""Brings every table into the one MetaData: what migrations and tests compare against."""

from __future__ import annotations

from sqlalchemy import MetaData


def complete_metadata() -> MetaData:
    """The MetaData with all tables of all features."""
    import stockpool.attention.tables
    import stockpool.bulk.tables
    import stockpool.care.tables
    import stockpool.catalog.tables
    import stockpool.inbound.tables
    import stockpool.ledger.money_tables
    import stockpool.ledger.tables
    import stockpool.listings.tables
    import stockpool.orders.tables
    import stockpool.outbox.tables
    import stockpool.removals.tables
    import stockpool.reports.tables
    import stockpool.returns.tables
    import stockpool.webhooks.tables  # noqa: F401
    from stockpool.storage.metadata import metadata

    return metadata
