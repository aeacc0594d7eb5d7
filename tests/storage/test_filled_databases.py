"""A shop that an earlier version left is there after the upgrade, and its books are right."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

import filled_databases
from sample_orders import an_order
from stockpool.catalog.products import Product
from stockpool.engine import Engine
from stockpool.storage import migrations
from stockpool.storage.database import Database

FOLDER = Path(__file__).parent / "filled"
FILES = sorted(FOLDER.glob("*.jsonl.gz"))
LATE = {
    "LATE-0": "on_hold",
    "LATE-2": "reserved",
    "LATE-4": "cancelled",
    "LATE-5": "reserved",
}
"""What became of the orders that the shop got last; LATE-1 is parked."""


@pytest.fixture(params=FILES, ids=lambda file: file.name.partition(".")[0])
def upgraded(request: pytest.FixtureRequest, blank_database_url: str) -> tuple[str, dict[str, int]]:
    """A filled database of an earlier revision, upgraded; and how many rows it had by table."""
    revision = request.param.name.partition(".")[0]
    migrations.upgrade(blank_database_url, revision)
    database = Database(blank_database_url)
    counts = filled_databases.load(database, request.param)
    database.close()
    migrations.upgrade(blank_database_url)
    return blank_database_url, counts


def test_nothing_is_lost_the_books_are_right_and_work_goes_on(
    upgraded: tuple[str, dict[str, int]],
) -> None:
    url, counts = upgraded
    with Engine.open(url, config={"plugins": []}, migrate=False) as engine:
        assert engine.verify().violations == ()
        with engine.database.read() as connection:
            for table, rows in counts.items():
                there = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
                assert there >= rows, table
        orders = [engine.orders.get(one.order_id) for one in engine.orders.list(limit=200)]
        assert len(orders) == counts["orders"]
        states = {o.channel_order_id: str(o.status) for o in orders}
        assert {name: states[name] for name in LATE} == LATE
        assert "LATE-1" in {item.subject for item in engine.attention.list()}
        refunded = Counter(r["amount_minor"] for o in orders for r in o.refunds)
        assert refunded[100] == 8
        routed = [order.order_id for order in orders if order.fulfillment_orders]
        assert all(engine.orders.replay(order_id) for order_id in routed)

        engine.catalog.add(Product("MUG-NEW"))
        engine.catalog.list_on("web", channel_sku="mug-new", sku="MUG-NEW")
        assert engine.orders.submit(an_order("after", ("mug-new", 1))).order_id is not None
        late = engine.orders.find("web", "LATE-0")
        assert late is not None
        engine.orders.cancel(late.order_id, reason="buyer")
        assert engine.verify().violations == ()


def test_every_earlier_revision_has_a_filled_database(sqlite_url: str) -> None:
    script = ScriptDirectory.from_config(migrations.alembic_config(sqlite_url))
    earlier = {one.revision for one in script.walk_revisions()} - {migrations.HEAD}
    assert {file.name.partition(".")[0] for file in FILES} >= earlier, filled_databases.__doc__
