"""Refunds that were kept before there was a money ledger are entered into it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, text

from stockpool.engine import Engine
from stockpool.errors import RefusedError
from stockpool.orders.tables import order_lines, orders
from stockpool.storage import migrations
from stockpool.storage.database import Database

AT = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def before(blank_database_url: str) -> str:
    """A database of revision 0002 with an order of 24.32 USD and three refunds."""
    migrations.upgrade(blank_database_url, "0002")
    database = Database(blank_database_url)
    with database.write() as connection:
        connection.execute(
            insert(orders).values(
                id="A",
                channel="web",
                channel_order_id="1001",
                fingerprint="f",
                country="US",
                speed="standard",
                policy="FillOrKill",
                backorder=True,
                features="",
                priority=0,
                currency="USD",
                shipping_minor=400,
                shipping_tax_minor=32,
                ordered_at=AT,
                accepted_at=AT,
            )
        )
        connection.execute(
            insert(order_lines).values(
                order_id="A",
                line_id="1",
                sku="MUG",
                position=1,
                channel_sku="mug",
                stock_sku="MUG",
                items=2,
                each=1,
                unit_price_minor=950,
                tax_minor=100,
                ordered=2,
                refunded=1,
            )
        )
        for number, (state, minor) in enumerate(
            [("pushed", 1950), ("refused", 2432), ("recorded", 482)]
        ):
            connection.execute(
                text(
                    "INSERT INTO refunds (id, key, order_id, state, reason, amount_minor, currency,"
                    " quantities, recorded_at) VALUES (:id, :id, 'A', :state, 'late', :minor,"
                    " 'USD', :lines, :at)"
                ),
                {
                    "id": f"r{number}",
                    "state": state,
                    "minor": minor,
                    "lines": '{"1": 1}' if number == 0 else "{}",
                    "at": database.instant(AT),
                },
            )
    database.close()
    return blank_database_url


def test_they_get_parts_and_money_and_go_on(before: str) -> None:
    with Engine.open(before, config={"plugins": [], "channels": {}}) as engine:
        assert engine.verify().violations == ()
        refunds = {r.refund_id: r for r in engine.care.refunds.list()}
        assert [(p.line_id, p.part, p.amount.minor) for p in refunds["r0"].parts] == [
            ("1", "goods", 1900),
            ("1", "tax", 50),
        ]
        assert sum(p.amount.minor for p in refunds["r1"].parts) == 2432
        again = engine.orders.refund("A", "19.50", "USD", reason="late", key="r0", lines={"1": 1})
        assert again == "r0", "a repeat is still known"
        with pytest.raises(RefusedError):
            engine.orders.refund("A", "0.01", "USD", reason="late", key="r9")


def test_a_downgrade_leaves_the_refunds(before: str) -> None:
    migrations.upgrade(before)
    from alembic import command

    command.downgrade(migrations.alembic_config(before), "0002")
    database = Database(before)
    with database.read() as connection:
        assert connection.execute(text("SELECT COUNT(*) FROM refunds")).scalar_one() == 3
    database.close()
