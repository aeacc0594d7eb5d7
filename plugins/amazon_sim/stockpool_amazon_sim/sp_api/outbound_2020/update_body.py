"""The body of updateFulfillmentOrder, and the order that it makes of one."""

from __future__ import annotations

from pydantic import AwareDatetime

from stockpool_amazon_sim.outbound.requests import Destination, FulfillmentOrderRequest, ItemRequest
from stockpool_amazon_sim.records import Order, OrderItem
from stockpool_amazon_sim.simulated_time import to_datetime
from stockpool_amazon_sim.sp_api.addresses import AddressBody
from stockpool_amazon_sim.sp_api.outbound_2020.bodies import (
    SPEEDS,
    Email,
    Feature,
    MoneyBody,
    Speed,
)
from stockpool_amazon_sim.sp_api.reading import Body


class UpdateItem(Body):
    """An element of `items` of an update request."""

    seller_fulfillment_order_item_id: str
    quantity: int
    gift_message: str | None = None
    displayable_comment: str | None = None
    per_unit_declared_value: MoneyBody | None = None


class UpdateOrder(Body):
    """`UpdateFulfillmentOrderRequest`: only what changes."""

    marketplace_id: str | None = None
    displayable_order_id: str | None = None
    displayable_order_date: AwareDatetime | None = None
    displayable_order_comment: str | None = None
    shipping_speed_category: Speed | None = None
    destination_address: AddressBody | None = None
    fulfillment_action: str | None = None
    fulfillment_policy: str | None = None
    ship_from_country_code: str | None = None
    notification_emails: tuple[Email, ...] | None = None
    feature_constraints: tuple[Feature, ...] | None = None
    items: list[UpdateItem] | None = None

    def revised(self, order: Order) -> FulfillmentOrderRequest:
        """The whole order as it shall be."""
        address, emails = self.destination_address, self.notification_emails
        features = self.feature_constraints
        speed = self.shipping_speed_category
        changes = {item.seller_fulfillment_order_item_id: item for item in self.items or ()}
        return FulfillmentOrderRequest(
            order.order_id,
            order.country,
            (self.displayable_order_id or order.displayable_order_id).strip(),
            self.displayable_order_date or to_datetime(order.displayable_order_date),
            self.displayable_order_comment or order.displayable_order_comment,
            order.speed if speed is None else SPEEDS[speed],
            Destination(*order.address) if address is None else address.destination(),  # type: ignore[arg-type]
            [_revised_item(item, changes.get(item.item_id)) for item in order.items],
            self.fulfillment_action or order.action,
            self.fulfillment_policy or order.policy,
            [(feature, policy) for feature, policy in order.features]
            if features is None
            else [(one.feature_name, one.feature_fulfillment_policy) for one in features],
            {} if emails is None else {"notificationEmails": list(emails)},
        )


def _revised_item(item: OrderItem, change: UpdateItem | None) -> ItemRequest:
    gift, comment = item.gift_message, item.comment
    value = (item.unit_value[0], item.unit_value[1]) if item.unit_value else None
    quantity = item.quantity
    if change is not None:
        quantity = change.quantity
        gift = change.gift_message or gift
        comment = change.displayable_comment or comment
        if change.per_unit_declared_value is not None:
            value = change.per_unit_declared_value.minor()
    return ItemRequest(item.item_id, item.sku, quantity, gift, comment, value)
