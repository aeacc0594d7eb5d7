"""What becomes of a cancellation: the table in docs/after-the-order.md is what happens here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fake_network import FakeNetwork
from sample_orders import an_order
from shop import Shop
from stockpool.care.returns_due import list_returns_due
from stockpool.order_request import OrderLine
from stockpool.plugins.channel import ChannelCancellation, LineQuantity
from stockpool.plugins.network import FulfillmentOrderStatus, NetworkCapability

PAGE = Path(__file__).parents[2] / "docs" / "after-the-order.md"
UNITS = 3


@pytest.fixture
def asked(shop: Shop) -> Shop:
    """Order 1001 wants three mugs for 9.50; the channel refunds by itself."""
    again = shop.reopened(channels={"web": {"type": "instance", "refund_on": ["cancellation"]}})
    line = OrderLine(line_id="1", channel_sku="mug", quantity=UNITS, unit_price="9.50")
    again.engine.orders.submit(an_order(1001, lines=(line,), currency="USD"))
    return again


def cancel(shop: Shop, items: int | None = None) -> None:
    """The channel asks to cancel."""
    lines = () if items is None else (LineQuantity("1", "mug", items),)
    told = ChannelCancellation("C1", "1001", "buyer", lines)
    shop.channel.add_page(cancellations=[told])
    shop.engine.duties.poll_channel("web")


def stock(shop: Shop) -> None:
    shop.receive("MUG-1", 10)


def waiting(shop: Shop) -> None:
    cancel(shop)


def held(shop: Shop) -> None:
    stock(shop)
    cancel(shop)


def taken_up(shop: Shop) -> None:
    stock(shop)
    shop.network.faults.before("create_fulfillment", lambda _: cancel(shop))
    shop.place()
    shop.network.faults.heal()


def taken_up_and_refused(shop: Shop) -> None:
    stock(shop)
    shop.network.faults.before("create_fulfillment", lambda _: cancel(shop))
    shop.network.reject("InvalidInput", "no such address")
    shop.place()
    shop.network.faults.heal()


def accept(shop: Shop) -> str:
    stock(shop)
    shop.place()
    shop.clock.advance(60)
    return shop.fulfillment_id(1001)


def accepted(shop: Shop) -> None:
    accept(shop)
    cancel(shop)


def accepted_and_shipped(shop: Shop) -> None:
    number = accept(shop)
    shop.network.ignores_cancellation = True
    cancel(shop)
    shop.settle()
    shop.network.ship(number)


def accepted_and_partly_shipped(shop: Shop) -> None:
    number = accept(shop)
    shop.network.ignores_cancellation = True
    cancel(shop)
    shop.settle()
    shop.network.ship(number, {"1": 1})
    shop.network.cancel(number)


def picked(shop: Shop) -> None:
    number = accept(shop)
    shop.network.advance_to(number, FulfillmentOrderStatus.PROCESSING)
    cancel(shop)


def shipped(shop: Shop) -> None:
    number = accept(shop)
    shop.network.ship(number)
    shop.follow()
    cancel(shop)


def a_part_held(shop: Shop) -> None:
    stock(shop)
    cancel(shop, 1)
    shop.place()
    shop.network.ship(shop.fulfillment_id(1001))


def a_part_lowered(shop: Shop) -> None:
    number = accept(shop)
    cancel(shop, 1)
    shop.settle()
    shop.network.ship(number)


def a_part_refused(shop: Shop) -> None:
    number = accept(shop)
    shop.network.advance_to(number, FulfillmentOrderStatus.PROCESSING)
    cancel(shop, 1)
    shop.settle()
    shop.network.ship(number)


def a_part_overtaken(shop: Shop) -> None:
    number = accept(shop)
    shop.network.ignores_updates = True
    cancel(shop, 1)
    shop.settle()
    shop.network.ship(number)


def a_part_that_cannot_be_lowered(shop: Shop) -> None:
    accept(shop)
    shop.network.capabilities -= {NetworkCapability.LOWER_QUANTITIES}
    shop = shop.reopened(channels={"web": {"type": "instance", "refund_on": ["cancellation"]}})
    cancel(shop, 1)


SCENARIOS: dict[tuple[str, str], Callable[[Shop], None]] = {
    ("waits for stock", "none"): waiting,
    ("held", "none"): held,
    ("a worker is placing it", "takes it, then cancels it"): taken_up,
    ("a worker is placing it", "refuses it"): taken_up_and_refused,
    ("accepted", "cancels it"): accepted,
    ("accepted", "ships it all the same"): accepted_and_shipped,
    ("accepted", "ships 1 and cancels 2"): accepted_and_partly_shipped,
    ("being picked", "refuses to cancel"): picked,
    ("shipped", "none"): shipped,
    ("1 of 3 is held", "ships 2"): a_part_held,
    ("1 of 3 is accepted", "lowers it and ships 2"): a_part_lowered,
    ("1 of 3 is being picked", "refuses to lower, ships 3"): a_part_refused,
    ("1 of 3 is accepted", "answers well and ships 3"): a_part_overtaken,
    ("1 of 3 is accepted", "can't lower quantities"): a_part_that_cannot_be_lowered,
}


def what_became(shop: Shop) -> tuple[str, ...]:
    """The rest of the row."""
    order = shop.order(1001)
    counts = order.counts
    names = ("committed", "shipped", "cancelled")
    units = ", ".join(f"{getattr(counts, n)} {n}" for n in names if getattr(counts, n))
    told = sum(x.quantity for update in shop.channel.cancellations for x in update.lines)
    refunds = [str(update.amount) for update in shop.channel.refunds]
    with shop.engine.database.read() as connection:
        returns = sum(sum(r.units.values()) for r in list_returns_due(connection, limit=9))
    return (
        ", ".join(sorted(c["state"] for c in order.cancellations)) or "none",
        units,
        str(told) if told else "none",
        ", ".join(answer.outcome for answer in shop.channel.answers) or "none",
        ", ".join(refunds) or "none",
        str(returns) if returns else "none",
    )


@pytest.mark.parametrize("case", SCENARIOS, ids=" / ".join)
def test_the_table_tells_what_happens(asked: Shop, case: tuple[str, str]) -> None:
    SCENARIOS[case](asked)
    asked.settle()
    row = f"| {' | '.join((*case, *what_became(asked)))} |"
    assert row in PAGE.read_text("utf-8"), row


def test_the_table_has_no_other_rows() -> None:
    table = PAGE.read_text("utf-8").split("<!-- cancellations -->")[1]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    cases = {tuple(cell.strip() for cell in row.strip("|").split("|")[:2]) for row in rows}
    assert cases == set(SCENARIOS)


def test_the_network_of_these_tests_can_lower_quantities(network: FakeNetwork) -> None:
    assert NetworkCapability.LOWER_QUANTITIES in network.capabilities
