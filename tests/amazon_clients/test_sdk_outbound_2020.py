"""Amazon's SDK: Fulfillment Outbound API 2020-07-01, from the offer to the return."""

from __future__ import annotations

from typing import Any

import pytest
from spapi import ApiException, FbaOutboundApi
from spapi.models import fulfillment_outbound_v2020_07_01 as models

from sp_api_caller import US
from stockpool_amazon_sim import Simulator


@pytest.fixture(scope="module")
def api(sdk: Any) -> FbaOutboundApi:
    return sdk(FbaOutboundApi)


ADDRESS = models.Address(
    name="A. Buyer",
    address_line1="1 Main St",
    city="Seattle",
    state_or_region="WA",
    postal_code="98101",
    country_code="US",
)


def create(api: FbaOutboundApi, order_id: str, **changes: Any) -> None:
    item = models.CreateFulfillmentOrderItem(
        seller_sku="MUG",
        seller_fulfillment_order_item_id="1",
        quantity=2,
        per_unit_declared_value=models.Money(currency_code="USD", value="9.50"),
    )
    known: dict[str, Any] = {
        "marketplace_id": US,
        "seller_fulfillment_order_id": order_id,
        "displayable_order_id": f"#{order_id}",
        "displayable_order_date": "2026-03-01T12:00:00Z",
        "displayable_order_comment": "Thank you",
        "shipping_speed_category": "Standard",
        "destination_address": ADDRESS,
        "items": [item],
    }
    body = models.CreateFulfillmentOrderRequest(**known | changes)
    assert api.create_fulfillment_order(body).errors is None


def order(api: FbaOutboundApi, order_id: str) -> models.GetFulfillmentOrderResult:
    return api.get_fulfillment_order(order_id).payload


def bring_to(api: FbaOutboundApi, order_id: str, status: str) -> None:
    body = models.SubmitFulfillmentOrderStatusUpdateRequest(fulfillment_order_status=status)
    api.submit_fulfillment_order_status_update(order_id, body)


def test_an_order_is_shown_as_it_was_sent(api: FbaOutboundApi) -> None:
    create(api, "shown / 1")
    known = order(api, "shown / 1")
    assert known.fulfillment_order.fulfillment_order_status == "New"
    assert known.fulfillment_order.destination_address == ADDRESS
    (item,) = known.fulfillment_order_items
    assert (item.seller_sku, item.quantity) == ("MUG", 2)
    assert item.per_unit_declared_value == models.Money(currency_code="USD", value="9.50")


def test_an_order_that_is_refused_raises_with_amazon_s_code(api: FbaOutboundApi) -> None:
    create(api, "twice")
    with pytest.raises(ApiException) as refused:
        create(api, "twice")
    assert refused.value.status == 400
    assert '"InvalidInput"' in str(refused.value.body)


def test_parcels_are_followed_and_a_unit_comes_back(
    api: FbaOutboundApi, simulator: Simulator
) -> None:
    create(api, "returned")
    bring_to(api, "returned", "Complete")
    (shipment,) = order(api, "returned").fulfillment_shipments
    (package,) = shipment.fulfillment_shipment_package
    tracking = api.get_package_tracking_details(package.package_number).payload
    assert tracking.package_number == package.package_number
    assert tracking.tracking_events[0].event_code
    codes = api.list_return_reason_codes("MUG", marketplace_id=US, language="en").payload
    unit = models.CreateReturnItem(
        seller_return_item_id="r-1",
        seller_fulfillment_order_item_id="1",
        amazon_shipment_id=shipment.amazon_shipment_id,
        return_reason_code=codes.reason_code_details[0].return_reason_code,
    )
    made = api.create_fulfillment_return(
        "returned", models.CreateFulfillmentReturnRequest(items=[unit])
    ).payload
    assert [one.seller_return_item_id for one in made.return_items] == ["r-1"]
    assert made.invalid_return_items == []
    assert order(api, "returned").return_items[0].status == "New"
    assert simulator.audit() == []


def test_a_held_order_is_changed_and_cancelled(api: FbaOutboundApi, simulator: Simulator) -> None:
    create(api, "held", fulfillment_action="Hold")
    api.update_fulfillment_order(
        "held", models.UpdateFulfillmentOrderRequest(displayable_order_comment="Sorry")
    )
    assert order(api, "held").fulfillment_order.displayable_order_comment == "Sorry"
    api.cancel_fulfillment_order("held")
    simulator.advance_to(simulator.now().replace(hour=23))
    assert order(api, "held").fulfillment_order.fulfillment_order_status == "Cancelled"


def test_changes_are_listed(api: FbaOutboundApi, simulator: Simulator) -> None:
    since = simulator.now()
    create(api, "listed")
    listed = api.list_all_fulfillment_orders(query_start_date=since).payload
    ids = [one.seller_fulfillment_order_id for one in listed.fulfillment_orders]
    assert "listed" in ids


def test_what_an_order_would_cost_and_when_it_would_come(api: FbaOutboundApi) -> None:
    item = models.GetFulfillmentPreviewItem(
        seller_sku="MUG", quantity=1, seller_fulfillment_order_item_id="1"
    )
    body = models.GetFulfillmentPreviewRequest(
        marketplace_id=US,
        address=ADDRESS,
        items=[item],
        shipping_speed_categories=["Standard", "Priority"],
    )
    previews = api.get_fulfillment_preview(body).payload.fulfillment_previews
    assert [one.shipping_speed_category for one in previews] == ["Standard", "Priority"]
    assert all(one.is_fulfillable for one in previews)
    assert all(float(fee.amount.value) >= 0 for one in previews for fee in one.estimated_fees)


def test_delivery_offers_for_a_product_s_page(api: FbaOutboundApi) -> None:
    body = models.GetDeliveryOffersRequest(
        product=models.GetDeliveryOffersProduct(
            product_identifier=models.ProductIdentifier(merchant_sku="MUG"),
            amount=models.Amount(unit_of_measure="Eaches", value="1"),
        ),
        terms=models.GetDeliveryOffersTerms(
            origin=models.Origin(country_code="US"),
            destination=models.Destination(
                delivery_address=models.VariablePrecisionAddress(
                    postal_code="98101", country_code="US"
                )
            ),
        ),
    )
    offers = api.delivery_offers(body).payload.delivery_offers
    assert offers
    assert all(one.date_range.earliest <= one.date_range.latest for one in offers)


def test_features(api: FbaOutboundApi) -> None:
    features = api.get_features(US).payload.features
    assert "BLANK_BOX" in [one.feature_name for one in features]
    inventory = api.get_feature_inventory(US, "BLANK_BOX").payload
    assert {one.seller_sku for one in inventory.feature_skus} == {"MUG", "CAP"}
    sku = api.get_feature_sku(US, "BLANK_BOX", "CAP").payload
    assert (sku.is_eligible, sku.sku_count) == (True, 1_000)
