"""The rules of each kind of file."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from flat_texts import opened
from stockpool.flatfiles import (
    fulfillment_cancellations,
    fulfillment_orders,
    inbound_plans,
    inventory_loader,
    removal_orders,
)
from stockpool.flatfiles.inbound_plans import Box
from stockpool.flatfiles.inventory_loader import OfferAction
from stockpool.flatfiles.refusal import FileRefused
from stockpool.flatfiles.refused_rows import RefusedRows


def codes(found: object) -> list[tuple[str, str | None, str | None]]:
    assert isinstance(found, RefusedRows), found
    return [(p.code, p.field, p.source) for p in found.problems]


# MCF orders --------------------------------------------------------------------------------------

MCF = (
    "MerchantFulfillmentOrderID|MerchantFulfillmentOrderItemID|MerchantSKU|Quantity|DeliverySLA|"
    "AddressName|AddressFieldOne|AddressCity|AddressCountryCode|FulfillmentAction\n"
)
ADDRESS = "Ada|1 Main St|Seattle|US"


def mcf(rows: str) -> list[Any]:
    return list(
        fulfillment_orders.read_fulfillment_orders(opened(MCF + rows, fulfillment_orders.LAYOUT))
    )


def test_later_rows_of_an_order_carry_only_their_item() -> None:
    first, second = mcf(f"1|a|MUG|2|Expedited|{ADDRESS}|hold\n1|b|CUP|1\n2|a|MUG|1||{ADDRESS}\n")
    assert [(item.item_id, item.sku, item.quantity) for item in first.items] == [
        ("a", "MUG", 2),
        ("b", "CUP", 1),
    ]
    assert (first.delivery_sla, first.action, first.address.city) == (
        "expedited",
        "Hold",
        "Seattle",
    )
    assert (first.displayable_order_id, second.delivery_sla, second.line) == ("1", "standard", 4)


def test_an_order_with_a_bad_row_is_refused_as_a_whole_and_the_next_one_is_read() -> None:
    bad, good = mcf(f"1|a|MUG|2||{ADDRESS}\n1|a|CUP|-1\n2|a|MUG|1||{ADDRESS}\n")
    assert codes(bad) == [
        ("invalid_number", "Quantity", "f.txt:3"),
        ("repeated_item_id", "MerchantFulfillmentOrderItemID", "f.txt:3"),
    ]
    assert (bad.line, bad.rows, bad.key) == (2, 2, "1")
    assert good.order_id == "2"


def test_rows_of_an_order_stand_together() -> None:
    *_, scattered = mcf(f"1|a|MUG|2||{ADDRESS}\n2|a|MUG|1||{ADDRESS}\n1|b|CUP|1||{ADDRESS}\n")
    assert ("scattered_order", "MerchantFulfillmentOrderID", "f.txt:4") in codes(scattered)


def test_an_order_needs_an_address_and_an_id() -> None:
    no_id, no_address = mcf(f"|a|MUG|1||{ADDRESS}\n2|a|MUG|1\n")
    assert codes(no_id) == [("missing_value", "MerchantFulfillmentOrderID", "f.txt:2")]
    assert codes(no_address) == [("missing_value", "AddressName", "f.txt:3")]


def test_an_order_of_too_many_rows_is_refused_without_being_kept() -> None:
    rows = "".join(f"1|{n}|MUG|1||{ADDRESS}\n" for n in range(1_001))
    (refused,) = mcf(rows)
    assert codes(refused)[0][0] == "too_many_items"
    assert refused.rows == 1_001


def test_japan_has_no_city() -> None:
    (order,) = mcf("1|a|MUG|1||Ada|1-1 Chiyoda||JP\n")
    assert order.address.country == "JP"


def test_a_cancellation_with_more_than_an_id_is_not_taken_for_the_whole_order() -> None:
    text = "MerchantFulfillmentOrderID|ItemID\n1\n2|b\n1\n\n"
    one, two, again = fulfillment_cancellations.read_fulfillment_cancellations(
        opened(text, fulfillment_cancellations.LAYOUT)
    )
    assert getattr(one, "order_id", None) == "1"
    assert codes(two) == [("unknown_column", "ItemID", "f.txt:3")]
    assert codes(again) == [("repeated_order", "MerchantFulfillmentOrderID", "f.txt:4")]


# Removals ----------------------------------------------------------------------------------------


def removals(text: str) -> list[Any]:
    return list(removal_orders.read_removal_orders(opened(text, removal_orders.LAYOUT)))


def test_a_removal_with_a_vertical_head() -> None:
    (order,) = removals(
        "MerchantRemovalOrderID|R-1001\nRemovalDisposition|RETURN\nAddressName|Depot\n"
        "AddressFieldOne|1 Dock Rd\nAddressCity|Reno\nAddressCountryCode|US\n\n"
        "MerchantSKU|SellableQuantity|UnsellableQuantity\nMUG|3|0\nCUP||2\n"
    )
    assert (order.order_id, order.disposition, order.address.name) == ("R-1001", "Return", "Depot")
    assert [(i.sku, i.sellable, i.unsellable) for i in order.items] == [
        ("MUG", 3, 0),
        ("CUP", 0, 2),
    ]


def test_a_bad_row_of_a_removal_is_refused_and_the_others_go_on() -> None:
    head = "MerchantRemovalOrderID|RemovalDisposition|MerchantSKU|SellableQuantity\n"
    *refused, order = removals(f"{head}R1|Disposal|MUG|3\nR1||CUP|x\nR1||TEA|\nR1||MUG|1\n")
    assert [codes(one)[0] for one in refused] == [
        ("invalid_number", "SellableQuantity", "f.txt:3"),
        ("no_units", "SellableQuantity", "f.txt:4"),
        ("repeated_sku", "MerchantSKU", "f.txt:5"),
    ]
    assert [item.sku for item in order.items] == ["MUG"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("R1|Return|MUG|1", ("missing_value", "AddressName")),
        ("R1||MUG|1", ("missing_value", "RemovalDisposition")),
        ("R1|Burn|MUG|1", ("invalid_choice", "RemovalDisposition")),
        ("|Disposal|MUG|1", ("missing_value", "MerchantRemovalOrderID")),
    ],
)
def test_wrong_order_data_refuses_the_order(row: str, expected: tuple[str, str]) -> None:
    head = "MerchantRemovalOrderID|RemovalDisposition|MerchantSKU|SellableQuantity\n"
    (refused,) = removals(f"{head}{row}\n")
    assert codes(refused)[0][:2] == expected


# Inbound plans -----------------------------------------------------------------------------------


def inbound(text: str) -> list[Any]:
    file = opened(text, inbound_plans.LAYOUT)
    return list(inbound_plans.read_inbound_items(file, inbound_plans.read_inbound_head(file)))


def test_quantity_is_the_product_of_a_case_pack() -> None:
    good, derived, wrong, half = inbound(
        "PlanName|Spring\nShipToCountry|us\n\nMerchantSKU|UnitsPerCase|NumberOfCases|Quantity\n"
        "MUG|12|3|36\nCUP|5|2|\nTEA|12|3|35\nPOT|12||12\n"
    )
    assert (good.quantity, good.units_per_case, good.cases) == (36, 12, 3)
    assert derived.quantity == 10
    assert codes(wrong) == [("quantity_mismatch", "Quantity", "f.txt:7")]
    assert codes(half) == [("incomplete_case_pack", "NumberOfCases", "f.txt:8")]


def test_the_manifest_of_send_to_amazon() -> None:
    manifest = (
        "Please review the Example tab before you complete this sheet\n\n"
        "Default prep owner|Seller\nDefault labeling owner|Seller\n\n\n||Optional\n"
        "Merchant SKU|Quantity|Prep owner|Labeling owner|Expiration date (MM/DD/YYYY)|"
        "Units per box |Number of boxes|Box length (in)|Box width (in)|Box height (in)|"
        "Box weight (lb)\n"
        "MUG|24|Amazon||01/31/2027|12|2|10|8|6.5|20\n"
        "CUP|5\nTEA|1|||31/01/2027\nPOT|1|||||||8\n"
    )
    mug, cup, tea, pot = inbound(manifest)
    assert mug.expiration == date(2027, 1, 31)
    assert (mug.prep_owner, mug.label_owner, cup.prep_owner) == ("AMAZON", "SELLER", "SELLER")
    assert mug.box == Box(Decimal(10), Decimal(8), Decimal("6.5"), "in", Decimal(20), "lb")
    assert [code for code, *_ in codes(tea)] == ["invalid_date"]
    assert [field for _, field, _ in codes(pot)] == [
        "Box length (in)",
        "Box height (in)",
        "Box weight (lb)",
    ]


def test_a_wrong_head_refuses_the_file() -> None:
    with pytest.raises(FileRefused, match="ShipToCountry has 13 characters"):
        inbound("ShipToCountry|United States\nMerchantSKU|Quantity\nMUG|1\n")


# Inventory loader --------------------------------------------------------------------------------


def loader(rows: str) -> list[Any]:
    header = "sku|product-id|product-id-type|price|quantity|add-delete|fulfillment-center-id\n"
    return list(inventory_loader.read_offer_changes(opened(header + rows, inventory_loader.LAYOUT)))


def test_the_words_of_the_loader() -> None:
    new, off, gone, fba = loader("A|B000000001|1|9.50|3||\nB|||||d|\nC|||||X|\nD|||||a|amazon_na\n")
    assert (new.action, new.product_id_type, new.price) == (
        OfferAction.ADD_OR_UPDATE,
        "ASIN",
        Decimal("9.50"),
    )
    assert (new.quantity, new.by_fba) == (3, False)
    assert (off.action, gone.action) == (OfferAction.OFFER_OFF, OfferAction.DELETE)
    assert fba.by_fba


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("A||||5|a|AMAZON_NA", "quantity_with_fba"),
        ("A||||0|a|AMAZON_NA", "quantity_with_fba"),
        ("A|||||a|MARS", "unknown_center"),
        ("A|B000000001|||||", "incomplete_product_id"),
        ("A|||9,50|||", "invalid_decimal"),
        ("A|||||z|", "invalid_choice"),
        ("|||||a|", "missing_value"),
    ],
)
def test_rows_that_would_do_harm_are_refused(row: str, code: str) -> None:
    (refused,) = loader(f"{row}\n")
    assert [found for found, *_ in codes(refused)] == [code]
