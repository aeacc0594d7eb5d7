"""Removal orders over HTTP: a file each, decided later, followed by reports, never taken twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from stockpool.catalog.products import Product
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.errors import OutcomeUnknown, RejectedError, Throttled, TransientError
from stockpool.ids import IdSource
from stockpool.plugins.network_removals import RemovalItem, RemovalRequest
from stockpool.plugins.network_reports import ReportDocument
from stockpool_amazon.errors import UnreadableAnswer
from stockpool_amazon.network import AmazonNetwork
from stockpool_amazon.removal_report import read_orders
from stockpool_amazon_sim import AmazonSimSettings, Simulator
from stockpool_amazon_sim.sp_api.server import SpApiServer

US = "amazon-na:US"


@pytest.fixture
def simulator(clock: ManualClock) -> Iterator[Simulator]:
    made = Simulator(AmazonSimSettings(countries=("US", "CA"), seed=4), clock)
    made.stock("US", "MUG", 9)
    yield made
    made.close()


@pytest.fixture
def network(
    simulator: Simulator, make_network: Callable[..., AmazonNetwork]
) -> Iterator[AmazonNetwork]:
    pytest.importorskip("uvicorn")
    with SpApiServer(simulator) as server:
        yield make_network(endpoint=server.url, lwa_endpoint=f"{server.url}/auth/o2/token")


@pytest.fixture
def shop(network: AmazonNetwork, clock: ManualClock, tmp_path: Path) -> Iterator[Engine]:
    """An engine whose figures are Amazon's."""
    with Engine.open(
        f"sqlite:///{tmp_path / 'shop.db'}",
        config={"plugins": []},
        clock=clock,
        ids=IdSource(seed=1),
        networks={"amazon-na": network},
    ) as engine:
        engine.catalog.add(Product("MUG"))
        engine.inventory.snapshot([US])
        yield engine


def hours(shop: Engine, *steps: int) -> None:
    """Let workers work, and so many hours pass each time, whatever fails meanwhile."""
    assert isinstance(shop.clock, ManualClock)
    for step in steps:
        shop.work()
        with suppress(OutcomeUnknown, Throttled, TransientError):
            shop.removals.follow()
        shop.clock.advance(hours=step)


UNTIL_OVER = (*[3] * 10, *[30] * 25)


def test_units_leave_the_books_as_they_leave_amazon(shop: Engine, simulator: Simulator) -> None:
    removal = shop.removals.create(US, [RemovalItem("MUG", 4)], disposition="Disposal")
    hours(shop, 1, 1)
    assert shop.removals.get(removal).status in ("Submitted", "Pending", "Planning", "Processing")
    hours(shop, *UNTIL_OVER)
    view = shop.removals.get(removal)
    assert (view.status, view.items[0]["disposed"]) == ("Completed", 4)
    assert sum(simulator.buckets("US", "MUG").values()) == 5
    assert shop.verify().ok


@pytest.mark.parametrize(
    ("fault", "operation"),
    [
        ("timeout_after", "createFeed"),
        ("timeout_before", "createFeed"),
        ("timeout_before", "createFeedDocument"),
        ("timeout_before", "getFeed"),
        ("timeout_before", "getFeedDocument"),
        ("timeout_after", "createReport"),
        ("timeout_before", "getReport"),
        ("timeout_before", "getReportDocument"),
        ("throttle", "createFeed"),
        ("throttle", "getReport"),
    ],
)
def test_whatever_fails_a_removal_order_is_taken_once(
    shop: Engine, simulator: Simulator, fault: str, operation: str
) -> None:
    simulator.inject(fault, operation=operation)
    removal = shop.removals.create(US, [RemovalItem("MUG", 4)], disposition="Disposal")
    hours(shop, *UNTIL_OVER)
    assert shop.removals.get(removal).status == "Completed"
    assert simulator.statistics().get("duplicate_removals", 0) == 0
    assert sum(simulator.buckets("US", "MUG").values()) == 5
    assert shop.verify().ok


def test_what_amazon_refuses_is_free_again_and_shown(shop: Engine, simulator: Simulator) -> None:
    shop.catalog.add(Product("CUP"))
    shop.inventory.receive(US, "CUP", 3, key="wrongly believed")
    removal = shop.removals.create(US, [RemovalItem("CUP", 2)], disposition="Disposal")
    hours(shop, *[6] * 4)
    assert shop.removals.get(removal).status == "Refused"
    assert "removal_refused" in {item.code for item in shop.attention.list()}
    assert shop.verify().ok


def test_a_sku_that_no_file_can_hold_is_refused_before_anything_is_sent(
    network: AmazonNetwork,
) -> None:
    request = RemovalRequest("R-1", "US", "Disposal", [RemovalItem("MUG\tCUP", sellable=1)])
    with pytest.raises(RejectedError, match="tab"):
        network.submit_removal(request)


# The report ------------------------------------------------------------------------------------

_HEADER = (
    "request-date\torder-id\torder-type\torder-status\tlast-updated-date\tsku\tdisposition\t"
    "requested-quantity\tcancelled-quantity\tdisposed-quantity\tshipped-quantity\tnew-column"
)


def report(*rows: str, header: str = _HEADER) -> ReportDocument:
    text = "\r\n".join([header, *rows]) + "\r\n"
    content = text.encode("cp1252")
    return ReportDocument(
        "windows-1252", (content[at : at + 7] for at in range(0, len(content), 7))
    )


def row(order: str, status: str, sku: str, disposition: str, *counts: object) -> str:
    at = "2026-01-06T10:00:00+00:00"
    return "\t".join(map(str, (at, order, "Return", status, at, sku, disposition, *counts)))


def test_rows_of_an_order_are_one_state() -> None:
    (state,) = read_orders(
        report(
            row("R-1", "Processing", "MUG", "Sellable", 3, 0, 0, 1),
            row("R-1", "Processing", "MUG", "Unsellable", 2, 1, "", ""),
            row("R-1", "Processing", "MUG", "Sellable", 1, 0, 0, 1),
        ),
        "US",
    )
    assert (state.removal_order_id, state.country, state.status) == ("R-1", "US", "Processing")
    told = {(i.sku, i.sellable): (i.requested, i.cancelled, i.shipped) for i in state.items}
    assert told == {("MUG", True): (4, 0, 2), ("MUG", False): (2, 1, 0)}


def test_columns_may_come_in_any_order_and_case() -> None:
    header = "\t".join(name.upper() for name in reversed(_HEADER.split("\t")[:-1]))
    line = row("R-1", "Completed", "Müsli", "Sellable", 1, 0, 1, 0)
    (state,) = read_orders(report("\t".join(reversed(line.split("\t"))), header=header), "US")
    assert (state.status, state.items[0].sku, state.items[0].disposed) == ("Completed", "Müsli", 1)


def test_a_status_that_is_not_known_is_one_in_which_more_may_come() -> None:
    (state,) = read_orders(report(row("R-1", "Reviewing", "MUG", "Sellable", 1, 0, 0, 0)), "US")
    assert state.status == "Processing"


def test_a_missing_column_is_named() -> None:
    with pytest.raises(UnreadableAnswer, match="disposed-quantity"):
        read_orders(report(header=_HEADER.replace("disposed-quantity", "gone")), "US")


@pytest.mark.parametrize("count", ["-1", "1.5", "many", "9999999999"])
def test_what_is_no_count_is_not_taken_for_one(count: str) -> None:
    with pytest.raises(UnreadableAnswer, match="requested-quantity is no count"):
        read_orders(report(row("R-1", "Pending", "MUG", "Sellable", count, 0, 0, 0)), "US")
