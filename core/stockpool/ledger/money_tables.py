"""Tables of the money ledger.

`money_balances` has a row per book, portion and currency and a column per account. As for stock,
the database itself refuses a negative balance and a row whose accounts don't sum to zero.
`money_moves` is append-only.

A book is opened when its money moves for the first time; of the many orders of which nothing is
ever given back there is no row.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, String, Table

from stockpool.ledger.money_accounts import OUTSIDE, MoneyAccount
from stockpool.storage.metadata import UtcDateTime, metadata

money_balances = Table(
    "money_balances",
    metadata,
    Column("book", String, primary_key=True),
    Column("line_id", String, primary_key=True),
    Column("part", String, primary_key=True),
    Column("currency", String, primary_key=True),
    *(Column(a.value, BigInteger, nullable=False, server_default="0") for a in MoneyAccount),
    CheckConstraint(
        " AND ".join(f"{a.value} >= 0" for a in MoneyAccount if a not in OUTSIDE),
        name="never_negative",
    ),
    CheckConstraint(" + ".join(a.value for a in MoneyAccount) + " = 0", name="conserved"),
)

money_moves = Table(
    "money_moves",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("book", String, nullable=False),
    Column("line_id", String, nullable=False),
    Column("part", String, nullable=False),
    Column("currency", String, nullable=False),
    Column("source", String, nullable=False),
    Column("target", String, nullable=False),
    Column("amount_minor", BigInteger, nullable=False),
    Column("cause", String, nullable=False),
    Column("reference", String, nullable=False),
    Column("occurred_at", UtcDateTime, nullable=False),
    CheckConstraint("amount_minor > 0", name="moves_something"),
    CheckConstraint("source <> target", name="moves_somewhere"),
)
Index("ix_money_moves_book", money_moves.c.book, money_moves.c.id)
