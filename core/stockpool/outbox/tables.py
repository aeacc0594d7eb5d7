"""Tables of the outbox, and of what its workers share.

`effects` is the truth about outside work; a Dramatiq message is only a wake-up. `leases` name
the one process that may do a thing now; `rate_buckets` are the token buckets of all workers;
`plugin_notes` are what plugins remember.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ColumnElement,
    Float,
    FromClause,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from stockpool.storage.metadata import UtcDateTime, metadata, one_of

effects = Table(
    "effects",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("key", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("lane", String, nullable=False),
    # The network or channel it goes to.
    Column("party", String, nullable=False),
    # Effects of one aggregate are carried out in the order of their ids.
    Column("aggregate", String, nullable=False),
    # Whose turn it is: shares (channels) of one lane take turns.
    Column("share", String, nullable=False),
    Column("payload", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    # By when the buyer was promised the goods; among equals the earliest goes first.
    Column("promised_at", UtcDateTime, nullable=False),
    Column("state", String, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("leased_until", UtcDateTime),
    Column("leased_by", String),
    Column("last_error", Text),
    Column("result", Text),
    Column("finished_at", UtcDateTime),
    CheckConstraint("attempts >= 0", name="attempts_counted"),
)
_OPEN = text("state IN ('pending', 'leased')")


def is_open(table: FromClause = effects) -> ColumnElement[bool]:
    """The effects of `table` that are still to be done."""
    return one_of(table.c.state, ("pending", "leased"))


Index(
    "ix_effects_open_lane",
    effects.c.lane,
    effects.c.party,
    effects.c.share,
    effects.c.priority.desc(),
    effects.c.promised_at,
    effects.c.id,
    postgresql_where=_OPEN,
    sqlite_where=_OPEN,
)
Index(
    "ix_effects_open_aggregate",
    effects.c.aggregate,
    effects.c.id,
    postgresql_where=_OPEN,
    sqlite_where=_OPEN,
)
Index(
    "ix_effects_dead",
    effects.c.id,
    postgresql_where=text("state = 'dead'"),
    sqlite_where=text("state = 'dead'"),
)

effect_attempts = Table(
    "effect_attempts",
    metadata,
    Column("effect_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("fence", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("outcome", String, nullable=False),
    Column("error", Text),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String, primary_key=True),
    Column("owner", String, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("fence", Integer, nullable=False),
)

rate_buckets = Table(
    "rate_buckets",
    metadata,
    Column("party", String, primary_key=True),
    Column("operation", String, primary_key=True),
    Column("rate", Float, nullable=False),
    Column("burst", Integer, nullable=False),
    Column("tokens", Float, nullable=False),
    Column("refilled_at", UtcDateTime, nullable=False),
)

cursors = Table(
    "cursors",
    metadata,
    Column("name", String, primary_key=True),
    Column("position", Text),
    Column("moved_at", UtcDateTime, nullable=False),
)

plugin_notes = Table(
    "plugin_notes",
    metadata,
    # The instance that wrote it: `channels.NAME` or `networks.NAME`.
    Column("owner", String, primary_key=True),
    Column("key", String, primary_key=True),
    # NULL only while the row is being made.
    Column("text", Text),
    Column("changed_at", UtcDateTime),
)
