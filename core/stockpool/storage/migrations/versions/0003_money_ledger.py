"""the money ledger; refunds have parts"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

from stockpool.storage.metadata import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ACCOUNTS = (
    "buyer",
    "refundable",
    "refund_pending",
    "refunded",
    "owed_by_amazon",
    "reimbursed",
    "written_off",
    "merchant",
)
_INSIDE = _ACCOUNTS[1:-1]


def upgrade() -> None:
    op.create_table(
        "money_balances",
        sa.Column("book", sa.String(), nullable=False),
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        *(
            sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)
            for name in _ACCOUNTS
        ),
        sa.CheckConstraint(
            " AND ".join(f"{name} >= 0" for name in _INSIDE),
            name=op.f("ck_money_balances_never_negative"),
        ),
        sa.CheckConstraint(
            " + ".join(_ACCOUNTS) + " = 0", name=op.f("ck_money_balances_conserved")
        ),
        sa.PrimaryKeyConstraint(
            "book", "line_id", "part", "currency", name=op.f("pk_money_balances")
        ),
    )
    op.create_table(
        "money_moves",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("book", sa.String(), nullable=False),
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("occurred_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_money_moves_moves_something")),
        sa.CheckConstraint("source <> target", name=op.f("ck_money_moves_moves_somewhere")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_moves")),
        sa.UniqueConstraint("key", name=op.f("uq_money_moves_key")),
    )
    op.create_index("ix_money_moves_book", "money_moves", ["book", "id"], unique=False)
    op.create_table(
        "refund_parts",
        sa.Column("refund_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_refund_parts_some_money")),
        sa.ForeignKeyConstraint(
            ["refund_id"], ["refunds.id"], name=op.f("fk_refund_parts_refund_id_refunds")
        ),
        sa.PrimaryKeyConstraint("refund_id", "number", name=op.f("pk_refund_parts")),
    )
    for column in (
        sa.Column("origin", sa.String(), server_default="engine", nullable=False),
        sa.Column("asked", sa.Text(), server_default="{}", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="1", nullable=False),
    ):
        op.add_column("refunds", column)
    op.create_index("ix_refunds_recorded_at", "refunds", ["recorded_at"], unique=False)
    _enter_known_refunds(op.get_bind())


def _enter_known_refunds(connection: sa.Connection) -> None:
    """Give refunds of before their parts, and enter them into the ledger.

    They were kept as sums of an order, so each is taken from what its order's portions have left,
    one portion after the other.
    """
    left: dict[str, dict[tuple[str, str], int]] = {}
    numbers: dict[str, dict[tuple[str, str], int]] = {}
    for refund in connection.execute(
        sa.text("SELECT * FROM refunds ORDER BY recorded_at, id")
    ).all():
        order_id = refund.order_id
        if order_id not in left:
            left[order_id] = _paid(connection, order_id)
            numbers[order_id] = {p: n for n, p in enumerate(left[order_id], 1)}
            for portion, minor in left[order_id].items():
                key = f"paid:{order_id}:{numbers[order_id][portion]}"
                move = ("buyer", "refundable", minor, "payment", order_id, key)
                _move(connection, refund, portion, move)
        asked = {
            "order_id": order_id,
            "lines": json.loads(refund.quantities),
            "amount": _written(refund.amount_minor, refund.currency),
            "shipping": None,
            "all_shipping": False,
        }
        connection.execute(
            sa.text("UPDATE refunds SET asked = :asked WHERE id = :id"),
            {"asked": json.dumps(asked, sort_keys=True), "id": refund.id},
        )
        # What was refused took nothing, so it need not fit into what is left.
        refused = refund.state == "refused"
        _enter(connection, refund, _paid(connection, order_id) if refused else left[order_id])


def _enter(connection: sa.Connection, refund: Any, left: dict[tuple[str, str], int]) -> None:
    wanted = refund.amount_minor
    number = 0
    for portion, there in list(left.items()):
        minor = min(there, wanted)
        if not minor:
            continue
        wanted -= minor
        number += 1
        connection.execute(
            sa.text("INSERT INTO refund_parts VALUES (:refund, :number, :line_id, :part, :minor)"),
            {
                "refund": refund.id,
                "number": number,
                "line_id": portion[0],
                "part": portion[1],
                "minor": minor,
            },
        )
        if refund.state == "refused":
            continue
        left[portion] -= minor
        steps = [("refundable", "refund_pending", "recorded")]
        if refund.state == "pushed":
            steps.append(("refund_pending", "refunded", "pushed"))
        for source, target, state in steps:
            key = f"refund:{refund.id}:1:{state}:{number}"
            _move(connection, refund, portion, (source, target, minor, "refund", refund.id, key))


def _paid(connection: sa.Connection, order_id: str) -> dict[tuple[str, str], int]:
    paid: dict[tuple[str, str], int] = {}
    lines = sa.text("SELECT * FROM order_lines WHERE order_id = :id ORDER BY position, sku")
    for line in connection.execute(lines, {"id": order_id}):
        paid[(line.line_id, "goods")] = (line.unit_price_minor or 0) * line.items
        paid[(line.line_id, "tax")] = line.tax_minor or 0
    order = connection.execute(
        sa.text("SELECT shipping_minor, shipping_tax_minor FROM orders WHERE id = :id"),
        {"id": order_id},
    ).one()
    paid[("", "shipping")] = order.shipping_minor or 0
    paid[("", "shipping_tax")] = order.shipping_tax_minor or 0
    return {portion: minor for portion, minor in paid.items() if minor}


def _move(
    connection: sa.Connection,
    refund: Any,
    portion: tuple[str, str],
    move: tuple[str, str, int, str, str, str],
) -> None:
    source, target, minor, cause, reference, key = move
    where = {
        "book": refund.order_id,
        "line_id": portion[0],
        "part": portion[1],
        "currency": refund.currency,
    }
    connection.execute(
        sa.text(
            "INSERT INTO money_balances (book, line_id, part, currency) "
            "VALUES (:book, :line_id, :part, :currency) ON CONFLICT DO NOTHING"
        ),
        where,
    )
    connection.execute(
        sa.text(
            f"UPDATE money_balances SET {source} = {source} - :minor, {target} = {target} + :minor "  # noqa: S608
            "WHERE book = :book AND line_id = :line_id AND part = :part AND currency = :currency"
        ),
        {**where, "minor": minor},
    )
    connection.execute(
        sa.text(
            "INSERT INTO money_moves (key, book, line_id, part, currency, source, target, "
            "amount_minor, cause, reference, occurred_at) VALUES (:key, :book, :line_id, :part, "
            ":currency, :source, :target, :minor, :cause, :reference, :at)"
        ),
        {
            **where,
            "key": key,
            "source": source,
            "target": target,
            "minor": minor,
            "cause": cause,
            "reference": reference,
            "at": refund.recorded_at,
        },
    )


def _written(minor: int, currency: str) -> str:
    from stockpool.money import Money

    return str(Money(minor, currency))


def downgrade() -> None:
    op.drop_index("ix_refunds_recorded_at", table_name="refunds")
    for name in ("tries", "asked", "origin"):
        op.drop_column("refunds", name)
    op.drop_table("refund_parts")
    op.drop_index("ix_money_moves_book", table_name="money_moves")
    op.drop_table("money_moves")
    op.drop_table("money_balances")
