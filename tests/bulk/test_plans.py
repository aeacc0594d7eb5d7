"""Plans: a file is read, shown, and applied exactly as it was shown, whatever dies in between."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from sample_orders import an_order
from stockpool import crashpoints
from stockpool.bulk.items import OutcomeState
from stockpool.bulk.removals import affordable
from stockpool.bulk.reports import write_items, write_report
from stockpool.bulk.storage import PlanView
from stockpool.catalog.tables import listing_components
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.errors import ConfigurationError, NotFoundError, RefusedError
from stockpool.flatfiles.processing_report import read_processing_report
from stockpool.flatfiles.removal_orders import RemovalOrder, RemovalOrderItem
from stockpool.orders.status import OrderStatus
from stockpool.outbox import leases
from stockpool.plugins.network_removals import (
    RemovalItem,
)

US = "amazon-na:US"
Write = Callable[[str], Path]

REMOVALS = "MerchantRemovalOrderID|RemovalDisposition|MerchantSKU|SellableQuantity|Colour\n"
ORDERS = (
    "MerchantFulfillmentOrderID|MerchantFulfillmentOrderItemID|MerchantSKU|Quantity|AddressName|"
    "AddressFieldOne|AddressCity|AddressStateOrRegion|AddressPostalCode|AddressCountryCode\n"
)
ADDRESS = "Ada Lovelace|1 Main St|Seattle|WA|98101|US"


def removal_plan(shop: Engine, path: Path) -> PlanView:
    return shop.bulk.plan("removals", path, options={"pool": US})


def order_plan(shop: Engine, path: Path) -> PlanView:
    return shop.bulk.plan("orders", path, options={"channel": "web"})


def codes(shop: Engine, view: PlanView) -> list[tuple[int, str, str]]:
    return [
        (item.line, item.key, problem.code)
        for item in shop.bulk.items(view.plan_id, troubled=True)
        for problem in item.problems
    ]


# Planning ----------------------------------------------------------------------------------------


def test_a_plan_does_nothing_and_says_what_it_would_do(shop: Engine, a_file: Write) -> None:
    view = removal_plan(
        shop, a_file(REMOVALS + "R1|Disposal|MUG|5|red\nR1||CUP|x\nR2|Disposal|CUP|1\n")
    )
    assert (view.kind, view.state, view.options) == ("removals", "planned", {"pool": US})
    assert (view.rows, view.refused_rows) == (3, 1)
    assert view.planned == {"add": 2, "refused": 1}
    assert view.outcomes == {"open": 2, "refused": 1}
    assert view.unknown_columns == ("Colour",)
    assert len(view.file_sha256) == 64
    assert codes(shop, view) == [(3, "R1", "invalid_number")]
    assert shop.removals.list() == []
    assert shop.bulk.get(view.plan_id) == view
    assert shop.bulk.list() == [view]


def test_a_file_that_cannot_be_read_leaves_no_plan(shop: Engine, a_file: Write) -> None:
    with pytest.raises(RefusedError, match="needs the column MerchantSKU"):
        removal_plan(shop, a_file("MerchantRemovalOrderID|Quantity\nR1|1\n"))
    assert shop.bulk.list() == []


def test_wrong_kinds_and_options_are_refused(shop: Engine, a_file: Write) -> None:
    path = a_file(REMOVALS)
    with pytest.raises(ConfigurationError, match="no bulk kind elephants"):
        shop.bulk.plan("elephants", path)
    with pytest.raises(RefusedError, match="needs a pool"):
        shop.bulk.plan("removals", path)
    with pytest.raises(NotFoundError, match="no pool amazon-na:FR"):
        shop.bulk.plan("removals", path, options={"pool": "amazon-na:FR"})
    with pytest.raises(RefusedError, match="there is no channel shop; there are: web"):
        shop.bulk.plan("orders", path, options={"channel": "shop"})
    with pytest.raises(RefusedError, match="no ISO 4217 code"):
        shop.bulk.plan("orders", path, options={"channel": "web", "currency": "DOLLARS-OF-US"})
    with pytest.raises(NotFoundError, match="no bulk plan X"):
        shop.bulk.get("X")


def test_a_discarded_plan_is_emptied_and_cannot_be_applied(shop: Engine, a_file: Write) -> None:
    view = order_plan(shop, a_file(ORDERS + f"1|a|MUG|1|{ADDRESS}\n"))
    shop.bulk.discard(view.plan_id)
    assert list(shop.bulk.items(view.plan_id)) == []
    with pytest.raises(RefusedError, match="is discarded"):
        shop.bulk.apply(view.plan_id)


# Removals ----------------------------------------------------------------------------------------


def test_removals_are_asked_for_under_the_merchants_ids(shop: Engine, a_file: Write) -> None:
    view = removal_plan(
        shop, a_file(REMOVALS + "R1|Disposal|MUG|5\nR1||CUP|2\nR2|Disposal|CUP|1\n")
    )
    after = shop.bulk.apply(view.plan_id)
    assert (after.state, after.outcomes, after.refused_rows) == ("applied", {"applied": 2}, 0)
    assert {r.removal_order_id for r in shop.removals.list()} == {"R1", "R2"}
    assert shop.inventory.level(US, "MUG").pending_removal == 5
    assert shop.verify().ok
    assert shop.bulk.apply(view.plan_id) == after


def test_units_are_planned_once_whatever_they_are_called(shop: Engine, a_file: Write) -> None:
    rows = "R1|Disposal|MUG|60\nR1||MUG-2|41\nR2|Disposal|MUG-2|40\nR2||TEA|1\n"
    view = removal_plan(shop, a_file(REMOVALS + rows))
    assert codes(shop, view) == [(3, "MUG-2", "not_enough_units"), (5, "TEA", "unknown_sku")]
    shop.bulk.apply(view.plan_id)
    assert shop.inventory.level(US, "MUG").fulfillable == 0


def test_rows_whose_units_were_sold_meanwhile_are_refused_and_the_others_go_on(
    shop: Engine, a_file: Write
) -> None:
    view = removal_plan(shop, a_file(REMOVALS + "R1|Disposal|MUG|100\nR1||CUP|2\n"))
    shop.orders.submit(an_order(1, ("MUG", 1)))
    after = shop.bulk.apply(view.plan_id)
    assert (after.outcomes, after.refused_rows) == ({"applied": 1}, 1)
    assert codes(shop, after) == [(2, "R1", "not_enough_units")]
    assert [item["sku"] for item in shop.removals.get("R1").items] == ["CUP"]


def test_the_same_file_again_changes_nothing(shop: Engine, a_file: Write) -> None:
    path = a_file(REMOVALS + "R1|Disposal|MUG|5\n")
    shop.bulk.apply(removal_plan(shop, path).plan_id)
    again = removal_plan(shop, path)
    assert (again.planned, again.outcomes) == ({"unchanged": 1}, {"unchanged": 1})
    other = removal_plan(shop, a_file(REMOVALS + "R1|Disposal|MUG|6\n"))
    assert codes(shop, other) == [(2, "R1", "known_removal_order")]


def test_an_id_that_was_taken_meanwhile_is_refused(shop: Engine, a_file: Write) -> None:
    view = removal_plan(shop, a_file(REMOVALS + "R1|Disposal|MUG|5\n"))
    shop.removals.create(US, [RemovalItem("CUP", 1)], disposition="Disposal", removal_order_id="R1")
    after = shop.bulk.apply(view.plan_id)
    assert codes(shop, after) == [(2, "R1", "changed_since_plan")]
    assert shop.inventory.level(US, "MUG").pending_removal == 0


@given(
    st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 9), st.integers(0, 9)), max_size=8),
    st.dictionaries(st.sampled_from("XY"), st.tuples(st.integers(0, 15), st.integers(0, 15))),
)
def test_no_more_is_afforded_than_is_free(
    rows: list[tuple[str, int, int]], stock: dict[str, tuple[int, int]]
) -> None:
    stock_skus = {sku: to for sku, to in {"A": "X", "B": "X", "C": "Y"}.items() if to in stock}
    free = {sku: list(units) for sku, units in stock.items()}
    items = tuple(RemovalOrderItem(*row, line) for line, row in enumerate(rows, 1))
    wanted, short = affordable(US, RemovalOrder("R", "Disposal", None, items), stock_skus, free)
    for sku, units in stock.items():
        asked = [item for item in wanted if stock_skus[item.sku] == sku]
        assert sum(item.sellable for item in asked) == units[0] - free[sku][0] <= units[0]
        assert sum(item.unsellable for item in asked) == units[1] - free[sku][1] <= units[1]
    assert {item.line for item in wanted} | {
        int(str(problem.source).removeprefix("line ")) for problem in short
    } == {item.line for item in items}
    assert len(wanted) + len(short) == len(items)


# Orders and cancellations ------------------------------------------------------------------------


def test_orders_of_a_file_are_orders_like_all_others(shop: Engine, a_file: Write) -> None:
    text = f"{ORDERS}1|a|MUG|2|{ADDRESS}\n1|b|CUP|1\n2|a|TEA|1|{ADDRESS}\n"
    view = order_plan(shop, a_file(text))
    assert (view.planned, view.rows) == ({"add": 1, "refused": 1}, 3)
    assert codes(shop, view) == [(4, "2", "unknown_sku")]
    shop.bulk.apply(view.plan_id)
    order = shop.orders.find("web", "1")
    assert order is not None
    assert order.status is OrderStatus.RESERVED
    assert shop.orders.find("web", "2") is None


def test_an_order_that_was_edited_meanwhile_is_refused(shop: Engine, a_file: Write) -> None:
    view = order_plan(shop, a_file(f"{ORDERS}1|a|MUG|2|{ADDRESS}\n"))
    shop.orders.submit(an_order(1, ("CUP", 1)))
    after = shop.bulk.apply(view.plan_id)
    assert codes(shop, after) == [(2, "1", "changed_since_plan")]
    order = shop.orders.find("web", "1")
    assert order is not None
    assert [line.sku for line in order.lines] == ["CUP"]


def test_an_order_that_intake_parks_is_refused_and_waits_for_a_person(
    shop: Engine, a_file: Write
) -> None:
    view = order_plan(shop, a_file(f"{ORDERS}1|a|MUG|2|{ADDRESS}\n2|a|CUP|1|{ADDRESS}\n"))
    shop.database.run(
        lambda connection: connection.execute(
            delete(listing_components).where(listing_components.c.channel_sku == "MUG")
        )
    )
    after = shop.bulk.apply(view.plan_id)
    assert after.outcomes == {"applied": 1, "refused": 1}
    assert codes(shop, after) == [(2, "1", "unknown_sku")]
    assert [item.kind for item in shop.attention.list()] == ["intake"]


def test_a_changed_order_is_planned_as_a_change_and_a_known_one_as_nothing(
    shop: Engine, a_file: Write
) -> None:
    path = a_file(f"{ORDERS}1|a|MUG|2|{ADDRESS}\n")
    shop.bulk.apply(order_plan(shop, path).plan_id)
    assert order_plan(shop, path).planned == {"unchanged": 1}
    changed = order_plan(shop, a_file(f"{ORDERS}1|a|MUG|3|{ADDRESS}\n"))
    assert changed.planned == {"change": 1}
    shop.bulk.apply(changed.plan_id)
    assert shop.inventory.level(US, "MUG").held == 3


def test_cancellations_are_planned_by_how_far_the_orders_are(shop: Engine, a_file: Write) -> None:
    shop.orders.submit(an_order(1, ("MUG", 2)))
    cancelled = shop.orders.submit(an_order(2, ("MUG", 2)))
    assert cancelled.order_id is not None
    shop.orders.cancel(cancelled.order_id, reason="buyer")
    path = a_file("MerchantFulfillmentOrderID\n1\n2\n3\n")
    view = shop.bulk.plan("cancellations", path, options={"channel": "web"})
    assert view.planned == {"delete": 1, "refused": 1, "unchanged": 1}
    assert codes(shop, view) == [(4, "3", "unknown_order")]
    after = shop.bulk.apply(view.plan_id)
    assert after.outcomes == {"applied": 1, "refused": 1, "unchanged": 1}
    order = shop.orders.find("web", "1")
    assert order is not None
    assert order.status is OrderStatus.CANCELLED


def test_an_order_that_shipped_meanwhile_is_not_cancelled(
    shop: Engine, a_file: Write, network: Any
) -> None:
    shop.orders.submit(an_order(1, ("MUG", 2)))
    path = a_file("MerchantFulfillmentOrderID\n1\n")
    view = shop.bulk.plan("cancellations", path, options={"channel": "web"})
    shop.work(until_idle=True)
    order = shop.orders.find("web", "1")
    assert order is not None
    network.ship(order.fulfillment_orders[0].fulfillment_order_id)
    shop.work(until_idle=True)
    after = shop.bulk.apply(view.plan_id)
    assert codes(shop, after) == [(2, "1", "changed_since_plan")]


def test_no_address_stays_in_a_plan_that_is_applied(shop: Engine, a_file: Write) -> None:
    from sqlalchemy import select

    from stockpool.bulk.tables import bulk_items

    view = order_plan(shop, a_file(f"{ORDERS}1|a|MUG|2|{ADDRESS}\n"))
    shop.bulk.apply(view.plan_id)
    with shop.database.read() as connection:
        rows = connection.execute(select(bulk_items)).all()
    assert "Lovelace" not in str(rows)


# Crashes -----------------------------------------------------------------------------------------


class Died(BaseException):
    """The process is gone: nothing catches it."""


def die_at(point: str, times: int) -> None:
    """Die when `point` is reached for the `times`-th time."""
    left = times

    def listener(name: str) -> None:
        nonlocal left
        if name == point:
            left -= 1
            if not left:
                crashpoints.listen(None)
                raise Died

    crashpoints.listen(listener)


@pytest.mark.parametrize("point", ["bulk.after_batch", "bulk.after_outcomes", "bulk.before_finish"])
@pytest.mark.parametrize("kind", ["removals", "orders", "cancellations"])
def test_a_plan_goes_on_after_a_crash_and_nothing_is_done_twice_or_lost(
    shop: Engine, a_file: Write, clock: ManualClock, monkeypatch: Any, point: str, kind: str
) -> None:
    monkeypatch.setattr(type(shop.bulk._kind(kind)), "batch", 2)
    options = {"pool": US} if kind == "removals" else {"channel": "web"}
    text = {
        "removals": REMOVALS + "".join(f"R{n}|Disposal|MUG|{n}\n" for n in range(1, 6)),
        "orders": ORDERS + "".join(f"{n}|a|MUG|{n}|{ADDRESS}\n" for n in range(1, 6)),
        "cancellations": "MerchantFulfillmentOrderID\n1\n2\n3\n4\n5\n",
    }[kind]
    if kind == "cancellations":
        shop.orders.submit_many([an_order(n, ("MUG", n)) for n in range(1, 6)])
    view = shop.bulk.plan(kind, a_file(text), options=options)
    die_at(point, 1 if point == "bulk.before_finish" else 2)
    with pytest.raises(Died):
        shop.bulk.apply(view.plan_id)
    assert shop.bulk.get(view.plan_id).state == "applying"
    clock.advance(60)
    assert (
        shop.duties.apply_bulk_plans()
        == {
            "bulk.after_batch": 3,
            "bulk.after_outcomes": 1,
            "bulk.before_finish": 0,
        }[point]
    )
    after = shop.bulk.get(view.plan_id)
    assert (after.state, after.outcomes, after.refused_rows) == ("applied", {"applied": 5}, 0)
    level = shop.inventory.level(US, "MUG")
    expected = {"removals": (85, 15, 0), "orders": (85, 0, 15), "cancellations": (100, 0, 0)}
    assert (level.fulfillable, level.pending_removal, level.held) == expected[kind]
    assert shop.verify().ok


def test_a_plan_whose_reading_was_cut_off_is_never_applied(shop: Engine, a_file: Write) -> None:
    die_at("bulk.while_planning", 1)
    with pytest.raises(Died):
        removal_plan(shop, a_file(REMOVALS + "R1|Disposal|MUG|5\n"))
    (view,) = shop.bulk.list()
    with pytest.raises(RefusedError, match="is reading; plan the file again"):
        shop.bulk.apply(view.plan_id)
    assert shop.bulk.discard(view.plan_id).state == "discarded"


def test_a_plan_is_applied_by_one_process_at_a_time(
    shop: Engine, a_file: Write, clock: ManualClock
) -> None:
    view = removal_plan(shop, a_file(REMOVALS + "R1|Disposal|MUG|5\n"))
    shop.database.run(
        lambda connection: leases.acquire(
            connection, f"bulk:{view.plan_id}", "another", at=clock.now(), seconds=30
        )
    )
    with pytest.raises(RefusedError, match="being applied by another process"):
        shop.bulk.apply(view.plan_id)
    assert shop.duties.apply_bulk_plans() == 0
    clock.advance(31)
    assert shop.duties.apply_bulk_plans() == 1


def test_a_plan_that_is_started_is_applied_by_the_workers(shop: Engine, a_file: Write) -> None:
    view = removal_plan(shop, a_file(REMOVALS + "R1|Disposal|MUG|5\n"))
    assert shop.bulk.start(view.plan_id).state == "applying"
    shop.work(until_idle=True)
    assert shop.bulk.get(view.plan_id).state == "applied"
    assert shop.removals.get("R1").status is not None


# Reports -----------------------------------------------------------------------------------------


def test_the_report_counts_rows_and_names_the_lines(shop: Engine, a_file: Write) -> None:
    view = removal_plan(shop, a_file(REMOVALS + "R1|Disposal|MUG|5\nR1||CUP|x\nR1||TEA|1\n"))
    with pytest.raises(RefusedError, match="its report comes when it is applied"):
        write_report(shop.bulk, view.plan_id, io.BytesIO())
    shop.bulk.apply(view.plan_id)
    file = io.BytesIO()
    write_report(shop.bulk, view.plan_id, file)
    report = read_processing_report(file, name="report.txt")
    assert (report.processed, report.successful) == (3, 1)
    assert [(entry.record, entry.code, entry.kind) for entry in report.entries] == [
        (3, "invalid_number", "Error"),
        (4, "unknown_sku", "Error"),
    ]


def test_the_items_are_a_table_that_calculates_nothing(shop: Engine, a_file: Write) -> None:
    text = "MerchantFulfillmentOrderID\n=cmd()\n"
    view = shop.bulk.plan("cancellations", a_file(text), options={"channel": "web"})
    file = io.BytesIO()
    assert write_items(shop.bulk, view.plan_id, file) == 1
    assert b"\t'=cmd()\trefused" in file.getvalue()


def test_an_outcome_that_is_stored_stays(shop: Engine, a_file: Write) -> None:
    from stockpool.bulk import storage
    from stockpool.bulk.items import ItemOutcome

    view = removal_plan(shop, a_file(REMOVALS + "R1|Disposal|MUG|5\n"))
    with shop.database.read() as connection:
        (item,) = storage.open_items(connection, view.plan_id, most=9)
    first = ItemOutcome(item, OutcomeState.APPLIED, "R1")
    for outcome in (first, replace(first, state=OutcomeState.REFUSED, refused_rows=1)):
        shop.database.run(lambda c, one=outcome: storage.mark(c, view.plan_id, [one]))  # type: ignore[misc]
    assert shop.bulk.get(view.plan_id).outcomes == {"applied": 1}


def test_a_plan_that_fails_stops_no_other_and_is_shown(
    shop: Engine, a_file: Write, monkeypatch: Any
) -> None:
    removal = removal_plan(shop, a_file(REMOVALS + "R1|Disposal|MUG|5\n"))
    order = order_plan(shop, a_file(f"{ORDERS}1|a|MUG|2|{ADDRESS}\n"))

    def fail(*_arguments: Any) -> Any:
        raise RuntimeError("a fault")

    with monkeypatch.context() as patched:
        patched.setattr(type(shop.bulk._kind("removals")), "apply", fail)
        shop.bulk.start(removal.plan_id)
        shop.bulk.start(order.plan_id)
        assert shop.duties.apply_bulk_plans() == 1
    assert shop.bulk.get(order.plan_id).state == "applied"
    assert [item.subject for item in shop.attention.list()] == [removal.plan_id]
    assert shop.duties.apply_bulk_plans() == 1
    assert shop.attention.list() == []
