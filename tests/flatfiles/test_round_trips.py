"""What is written reads back the same; bytes of any kind give rows or a named refusal."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flat_texts import addresses, counts, opened, prices, skus, texts, written
from stockpool.errors import RefusedError
from stockpool.flatfiles import (
    fulfillment_cancellations,
    fulfillment_orders,
    inbound_plans,
    inventory_loader,
    removal_orders,
)
from stockpool.flatfiles.formulas import STARTERS
from stockpool.flatfiles.fulfillment_cancellations import FulfillmentCancellation
from stockpool.flatfiles.fulfillment_orders import FulfillmentOrder, FulfillmentOrderItem
from stockpool.flatfiles.inbound_plans import InboundPlanHead, InboundPlanItem
from stockpool.flatfiles.inventory_loader import OfferAction, OfferChange
from stockpool.flatfiles.processing_report import (
    ReportEntry,
    read_processing_report,
    write_processing_report,
)
from stockpool.flatfiles.removal_orders import RemovalOrder, RemovalOrderItem
from stockpool.flatfiles.writer import FlatWriter

order_items = st.lists(
    st.builds(
        FulfillmentOrderItem,
        item_id=skus,
        sku=skus,
        quantity=st.integers(1, 1_000_000),
        gift_message=texts,
        comment=texts,
        per_unit_declared_value=st.none() | prices,
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda item: item.item_id,
)
fulfillment_order_lists = st.lists(
    st.builds(
        FulfillmentOrder,
        order_id=skus,
        displayable_order_id=skus,
        displayable_order_date=st.none()
        | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        displayable_order_comment=texts,
        delivery_sla=st.sampled_from(["standard", "expedited", "priority"]),
        address=addresses,
        items=order_items.map(tuple),
        action=st.sampled_from(["Ship", "Hold"]),
        marketplace_id=texts,
    ),
    max_size=3,
    unique_by=lambda order: order.order_id,
)


@given(fulfillment_order_lists, st.sampled_from(["utf-8", "utf-16"]))
def test_mcf_orders(orders: list[FulfillmentOrder], encoding: str) -> None:
    data = written(
        lambda f: fulfillment_orders.write_fulfillment_orders(orders, f, encoding=encoding)
    )
    found = fulfillment_orders.read_fulfillment_orders(opened(data, fulfillment_orders.LAYOUT))
    assert [replace(order, line=0) for order in found] == orders  # type: ignore[type-var]


@given(st.lists(skus, max_size=5, unique=True))
def test_mcf_cancellations(ids: list[str]) -> None:
    asked = [FulfillmentCancellation(order_id) for order_id in ids]
    data = written(lambda f: fulfillment_cancellations.write_fulfillment_cancellations(asked, f))
    file = opened(data, fulfillment_cancellations.LAYOUT)
    found = fulfillment_cancellations.read_fulfillment_cancellations(file)
    assert [replace(one, line=0) for one in found] == asked  # type: ignore[type-var]


removal_items = st.lists(
    st.builds(RemovalOrderItem, sku=skus, sellable=counts, unsellable=counts).filter(
        lambda item: item.sellable + item.unsellable > 0
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda item: item.sku,
)
removals = st.builds(
    RemovalOrder,
    order_id=skus,
    disposition=st.sampled_from(["Return", "Disposal", "Liquidations"]),
    address=addresses,
    items=removal_items.map(tuple),
    shipping_notes=texts,
)


def plain_removal(order: Any) -> RemovalOrder:
    items = tuple(replace(item, line=0) for item in order.items)
    return replace(order, line=0, items=items)  # type: ignore[no-any-return]


@given(removals)
def test_one_removal_order_with_a_vertical_head(order: RemovalOrder) -> None:
    data = written(lambda f: removal_orders.write_removal_order(order, f))
    (found,) = removal_orders.read_removal_orders(opened(data, removal_orders.LAYOUT))
    assert plain_removal(found) == order


@given(st.lists(removals, min_size=1, max_size=3, unique_by=lambda order: order.order_id))
def test_removal_orders_in_one_table(orders: list[RemovalOrder]) -> None:
    data = written(lambda f: removal_orders.write_removal_orders(orders, f))
    found = removal_orders.read_removal_orders(opened(data, removal_orders.LAYOUT))
    assert [plain_removal(order) for order in found] == orders


@given(
    st.builds(
        InboundPlanHead,
        name=texts,
        ship_to_country=st.sampled_from(["", "US", "DE"]),
        ship_from=st.none() | addresses,
    ),
    st.lists(
        st.builds(InboundPlanItem, sku=skus, quantity=st.integers(1, 10_000))
        | st.builds(
            lambda sku, each, cases: InboundPlanItem(sku, each * cases, each, cases),
            skus,
            st.integers(1, 100),
            st.integers(1, 100),
        ),
        max_size=5,
    ),
)
def test_inbound_plans(head: InboundPlanHead, items: list[InboundPlanItem]) -> None:
    data = written(lambda f: inbound_plans.write_inbound_plan(head, items, f))
    file = opened(data, inbound_plans.LAYOUT)
    found_head = inbound_plans.read_inbound_head(file)
    found = inbound_plans.read_inbound_items(file, found_head)
    assert found_head == head
    assert [replace(item, line=0) for item in found] == items  # type: ignore[type-var]


@given(
    st.lists(
        st.builds(
            OfferChange,
            sku=skus,
            action=st.sampled_from(list(OfferAction)),
            price=st.none() | prices,
            center=st.sampled_from(["", "DEFAULT", "AMAZON_NA", "AMAZON_EU"]),
            others=texts.map(lambda text: (("item-note", text),) if text else ()),
        ),
        max_size=5,
        unique_by=lambda change: change.sku,
    )
)
def test_inventory_loader(changes: list[OfferChange]) -> None:
    data = written(lambda f: inventory_loader.write_offer_changes(changes, f))
    found = inventory_loader.read_offer_changes(opened(data, inventory_loader.LAYOUT))
    assert [replace(change, line=0) for change in found] == changes  # type: ignore[type-var]


# Processing reports and texts for people ---------------------------------------------------------

entries = st.lists(
    st.builds(
        ReportEntry,
        record=st.integers(0, 10**8),
        sku=skus.filter(lambda text: not text.startswith((*STARTERS, "'"))),
        code=st.integers(1, 99_999).map(str),
        kind=st.sampled_from(["Error", "Warning"]),
        message=skus.filter(lambda text: not text.startswith((*STARTERS, "'"))),
    ),
    max_size=4,
)


@given(st.integers(0, 10**8), st.integers(0, 10**8), entries)
def test_processing_reports(processed: int, successful: int, told: list[ReportEntry]) -> None:
    data = written(lambda f: write_processing_report(processed, successful, told, f))
    found = read_processing_report(io.BytesIO(data), name="r.txt")
    assert (found.processed, found.successful) == (processed, successful)
    assert list(found.entries) == told
    assert (b"original-record-number" in data) == bool(told)


def test_a_report_that_was_sent_by_amazon_is_read() -> None:
    data = (
        b"Feed Processing Summary:\n\tNumber of records processed\t\t2\n"
        b"\tNumber of records successful\t\t1\n\n"
        b"original-record-number\tsku\terror-code\terror-type\terror-message\n"
        b"2\tSKU-9\t560001\tError\tThe SKU is not known\n"
    )
    found = read_processing_report(io.BytesIO(data), name="r.txt")
    assert (found.processed, found.successful) == (2, 1)
    assert found.entries == (ReportEntry(2, "SKU-9", "560001", "Error", "The SKU is not known"),)


def test_what_people_open_calculates_nothing_and_what_amazon_gets_is_left_alone() -> None:
    entry = ReportEntry(1, "=cmd()", "1", "Error", "@sum\nnext")
    assert b"'=cmd()" in written(lambda f: write_processing_report(1, 0, [entry], f))
    assert b"'@sum next" in written(lambda f: write_processing_report(1, 0, [entry], f))
    loader = written(
        lambda f: inventory_loader.write_offer_changes([OfferChange("-5", OfferAction.DELETE)], f)
    )
    assert b"\n-5\t" in loader


@pytest.mark.parametrize("text", ["a\tb", "a\nb", "a\rb", "a\0b"])
def test_a_text_that_would_move_the_columns_is_refused(text: str) -> None:
    file = io.BytesIO()
    with pytest.raises(RefusedError, match="sku holds a tab"):
        FlatWriter(file, ("sku",)).row({"sku": text})
    assert file.getvalue() == b""


def test_a_text_that_the_encoding_lacks_is_refused() -> None:
    with pytest.raises(RefusedError, match="sku can't be written in cp1252"):
        FlatWriter(io.BytesIO(), ("sku",), encoding="cp1252").row({"sku": "商品"})
