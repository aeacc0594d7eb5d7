"""Buyers' personal data stand in `recipients` (and in parked requests), and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import inspect, text

from shop import Shop
from stockpool.engine import Engine
from stockpool.errors import OutcomeUnknown, RejectedError
from stockpool.order_request import Address

CANARY = "Zaphodia"
BUYER = Address(
    name=f"{CANARY} Name",
    line1=f"{CANARY} Street 1",
    line2=f"{CANARY} Floor",
    city=f"{CANARY}ville",
    region="WA",
    postal_code="98101",
    country="US",
    phone=f"+1 {CANARY}",
    email=f"{CANARY}@example.com",
)
MAY_KNOW = {"recipients", "parked_requests"}


def told_by(engine: Engine) -> Iterator[tuple[str, str]]:
    """Tables and their rows, as text, in which the canary is."""
    with engine.database.read() as connection:
        for table in sorted(inspect(connection).get_table_names()):
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):  # noqa: S608
                if CANARY in repr(tuple(row)):
                    yield table, repr(tuple(row))


def test_no_other_table_knows_the_buyer(shop: Shop) -> None:
    """One order of every fate, and every kind of trouble on the way."""
    shop.receive("MUG-1", 20)
    engine, network, channel = shop.engine, shop.network, shop.channel
    network.faults.fail("create_fulfillment", OutcomeUnknown("cut"), after=True)
    receipts = [shop.submit(1, ("mug", 1), ship_to=BUYER)]
    shop.settle()
    network.ship(shop.fulfillment_id(1))
    receipts.append(shop.submit(2, ("mug", 1), ship_to=BUYER))
    network.reject("InvalidInput", "the address is not known")
    shop.settle()
    receipts.append(shop.submit(3, ("mug", 99), ship_to=BUYER, backorder=False))
    receipts.append(shop.submit(4, ("cup", 1), ship_to=BUYER))
    receipts.append(
        shop.submit(5, ("mug", 1), ship_to=BUYER.model_copy(update={"postal_code": CANARY}))
    )
    receipts.append(
        shop.submit(6, ("mug", 1), ship_to=BUYER.model_copy(update={"city": CANARY * 10}))
    )
    receipts.append(
        shop.submit(8, ("mug", 1), ship_to=BUYER.model_copy(update={"name": f"{CANARY}\x07"}))
    )
    shop.submit(7, ("mug", 1), ship_to=BUYER)
    receipts.append(shop.submit(7, ("mug", 2), ship_to=BUYER))
    channel.faults.fail("fetch_orders", ValueError(CANARY))
    network.faults.fail("create_fulfillment", ValueError(CANARY))
    channel.faults.fail("push_tracking", ValueError(CANARY))
    shop.settle()
    engine.orders.cancel(shop.order(7).order_id, reason="buyer")
    shop.settle()

    assert {table for table, _ in told_by(engine)} == MAY_KNOW
    assert CANARY not in repr(receipts)
    assert CANARY not in repr([receipt.as_dict() for receipt in receipts])
    assert CANARY not in repr(engine.attention.list())
    assert CANARY not in repr([shop.order(n) for n in (1, 2, 3, 7)])
    assert CANARY not in repr([engine.orders.explain(shop.order(n).order_id) for n in (1, 3)])
    assert len(engine.attention.list()) >= 4


def test_a_canary_is_found_where_there_is_one(shop: Shop) -> None:
    """The search itself works."""
    shop.receive("MUG-1", 1)
    shop.submit(1, ("mug", 1), ship_to=BUYER, comment=CANARY)
    assert {table for table, _ in told_by(shop.engine)} == {"recipients", "orders"}


def test_a_refusal_repeats_only_the_networks_code_and_words(shop: Shop) -> None:
    shop.receive("MUG-1", 1)
    shop.submit(1, ("mug", 1), ship_to=BUYER)
    shop.network.faults.fail("create_fulfillment", RejectedError("InvalidInput", "no"))
    shop.place()
    assert "InvalidInput" in shop.attention()[0].code


def test_a_dropped_request_is_forgotten(shop: Shop) -> None:
    """What was parked holds personal data, and is of no use any more."""
    shop.submit(1, ("cup", 1), ship_to=BUYER)
    (item,) = shop.attention()
    shop.engine.drop(item.id)
    assert list(told_by(shop.engine)) == []
