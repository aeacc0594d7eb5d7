"""One list of all orders: ours of every channel, Amazon's own, and each of them once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fake_network import FakeNetwork
from sample_orders import an_order
from settling import settle
from stockpool.catalog.products import Product
from stockpool.engine import Engine
from stockpool.errors import RefusedError
from stockpool.fba_orders.taking import is_mcf
from stockpool.fba_orders.view import OrderFilter

US = "amazon-na:US"
ORDERS = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
SHIPMENTS = "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL"

Import = Callable[[str, str], None]


@pytest.fixture
def told(engine: Engine, tmp_path: Path) -> Import:
    """Imports a report and has it taken in; `|` stands for a tab."""

    def tell(report_type: str, text: str) -> None:
        path = tmp_path / "report.txt"
        path.write_text(text.replace("|", "\t"), "utf-8")
        engine.reports.import_file(path, report_type, US)
        engine.duties.take_sales()

    return tell


def sale(
    number: str,
    sku: str = "MUG",
    *,
    units: int = 1,
    status: str = "Shipped",
    channel: str = "Amazon.com",
    merchant: str = "",
    day: int = 2,
) -> str:
    return (
        f"{number}|{merchant}|2026-01-{day:02}T10:00:00+00:00|2026-01-04T10:00:00+00:00|{status}"
        f"|Amazon|{channel}|{sku}|{units}|USD|19.00\n"
    )


HEADER = (
    "amazon-order-id|merchant-order-id|purchase-date|last-updated-date|order-status|"
    "fulfillment-channel|sales-channel|sku|quantity|currency|item-price\n"
)
PARCELS = (
    "amazon-order-id|merchant-order-id|shipment-id|shipment-item-id|sku|quantity-shipped|"
    "shipment-date|carrier|tracking-number\n"
    "111-1||S1|S1-1|MUG|1|2026-01-03T10:00:00+00:00|UPS|1Z1\n"
)


@pytest.fixture
def shop(engine: Engine, network: FakeNetwork) -> Engine:
    """One order of ours, shipped; mugs and cups on the shelf."""
    engine.catalog.add(Product("MUG"), Product("CUP"))
    engine.catalog.list_on("web", channel_sku="mug", sku="MUG")
    engine.inventory.receive(US, "MUG", 20, key="r")
    network.put("US", "MUG", 20)
    engine.orders.submit(an_order("web-1", ("mug", 2)))
    settle(engine)
    (ours,) = network.orders
    network.ship(ours)
    settle(engine)
    return engine


def ours(shop: Engine) -> str:
    (order,) = shop.fba_orders.list(OrderFilter(source="web"))
    return order.order_id


def test_every_order_is_there_once(shop: Engine, told: Import) -> None:
    mine = ours(shop)
    told(
        ORDERS,
        HEADER
        + sale("111-1")
        + sale("111-1", "CUP", units=2)
        + sale("S01-1", channel="Non-Amazon US", merchant=mine)
        + sale("S01-2", channel="Non-Amazon", merchant="by-hand", day=3),
    )
    told(SHIPMENTS, PARCELS)
    found = shop.fba_orders.list()
    assert [(one.source, one.order_id, one.quantity) for one in found] == [
        ("web", mine, 2),
        ("mcf", "S01-2", 1),
        ("amazon", "111-1", 3),
    ]
    assert found[2].units == {"CUP": 2, "MUG": 1}
    assert [parcel.tracking_number for parcel in found[2].parcels] == ["1Z1"]
    assert found[0].parcels[0].tracking_number


def test_a_report_that_comes_again_changes_what_has_changed(shop: Engine, told: Import) -> None:
    told(ORDERS, HEADER + sale("111-1", status="Pending") + sale("111-2"))
    told(ORDERS, HEADER + sale("111-1", status="Cancelled"))
    assert shop.duties.take_sales() == 0
    statuses = {one.order_id: one.status for one in shop.fba_orders.list(OrderFilter("amazon"))}
    assert statuses == {"111-1": "Cancelled", "111-2": "Shipped"}


FILTERS: list[tuple[OrderFilter, list[str]]] = [
    (OrderFilter(source="amazon"), ["111-2", "111-1"]),
    (OrderFilter(source="web"), ["ours"]),
    (OrderFilter(pool="amazon-na:CA"), []),
    (OrderFilter(status="Pending"), ["111-2"]),
    (OrderFilter(search="111-1"), ["111-1"]),
    (OrderFilter(search="CUP"), ["111-2"]),
    (OrderFilter(search="1Z1"), ["111-1"]),
    (OrderFilter(search="web-1"), ["ours"]),
    (OrderFilter(search="MUG"), ["ours", "111-1"]),
    (OrderFilter(until=datetime(2026, 1, 3, tzinfo=UTC)), ["111-1"]),
    (OrderFilter(since=datetime(2026, 1, 3, tzinfo=UTC)), ["ours", "111-2"]),
]


def test_orders_are_filtered_and_searched(shop: Engine, told: Import) -> None:
    told(ORDERS, HEADER + sale("111-1") + sale("111-2", "CUP", status="Pending", day=4))
    told(SHIPMENTS, PARCELS)
    mine = ours(shop)
    for wanted, found in FILTERS:
        names = [one.order_id for one in shop.fba_orders.list(wanted)]
        assert names == [mine if name == "ours" else name for name in found], wanted


def test_more_orders_than_a_page_come_in_order_and_once(shop: Engine, told: Import) -> None:
    told(ORDERS, HEADER + "".join(sale(f"111-{n:04}", day=n % 3 + 1) for n in range(1_100)))
    found = [(one.placed_at, one.order_id) for one in shop.fba_orders.iterate()]
    assert len(found) == 1_101
    assert found == sorted(found, reverse=True)
    assert len(shop.fba_orders.list(limit=7)) == 7
    now = shop.clock.now()
    with pytest.raises(RefusedError):
        shop.fba_orders.list(OrderFilter(since=now, until=now))


@pytest.mark.parametrize(
    ("name", "yes"), [("Non-Amazon", True), ("non-amazon US", True), ("Amazon.com", False)]
)
def test_orders_of_other_channels_are_recognised(name: str, yes: bool) -> None:
    assert is_mcf(name) is yes


def test_the_whole_stock_is_seen_with_how_long_it_lasts(shop: Engine, told: Import) -> None:
    told(
        ORDERS,
        HEADER
        + sale("111-1", units=4)
        + sale("111-2", status="Cancelled", units=9)
        + sale("S01-1", channel="Non-Amazon", merchant=ours(shop), units=2),
    )
    shop.inventory.snapshot()
    (line,) = shop.stock_view.lines(pool=US, sku="MUG", days=30)
    assert line.available == 18
    assert line.sold_per_day == pytest.approx(6 / 30), "two of ours, four of Amazon's"
    assert line.days_of_supply == 90.0
    assert line.channels == {"web": {"mug": 18}}
    assert line.figures_at is not None
    assert (line.inbound, line.reserved, line.unsellable) == (0, 0, 0)
    assert [one.level.sku for one in shop.stock_view.lines()] == ["MUG"]


def test_shared_stock_is_one_line(shop: Engine) -> None:
    shop.catalog.add(Product("MUG-2", title="The same mug", shares_pool_with="MUG"))
    (line,) = shop.stock_view.lines(sku="MUG-2")
    assert (line.skus, line.days_of_supply) == (["MUG", "MUG-2"], 270.0)
