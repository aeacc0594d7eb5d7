"""Tables of what units take up, and of the room that the network allows."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, ForeignKey, Integer, String, Table

from stockpool.storage.metadata import UtcDateTime, metadata

unit_sizes = Table(
    "unit_sizes",
    metadata,
    Column("sku", String, ForeignKey("products.sku"), primary_key=True),
    Column("volume_cm3", BigInteger, nullable=False),
    Column("weight_g", Integer, nullable=False),
    Column("storage_type", String, nullable=False),
    Column("told_at", UtcDateTime, nullable=False),
    CheckConstraint("volume_cm3 > 0 AND weight_g > 0", name="takes_room"),
)

capacity_limits = Table(
    "capacity_limits",
    metadata,
    Column("pool", String, primary_key=True),
    Column("storage_type", String, primary_key=True),
    # The first day of the month that it holds for.
    Column("month", Date, primary_key=True),
    Column("limit_cm3", BigInteger, nullable=False),
    Column("told_at", UtcDateTime, nullable=False),
    CheckConstraint("limit_cm3 >= 0", name="some_room"),
)
