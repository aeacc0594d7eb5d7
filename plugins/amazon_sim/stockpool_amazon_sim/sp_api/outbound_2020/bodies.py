"""The bodies that sellers send to the Fulfillment Outbound API 2020-07-01.

What the simulator has no rule for (e-mail addresses, payments ...) is checked for its shape only,
kept, and shown again.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, model_validator

from stockpool.money import to_minor
from stockpool_amazon_sim.countries import SCHEDULED
from stockpool_amazon_sim.outbound.requests import FulfillmentOrderRequest, ItemRequest
from stockpool_amazon_sim.sp_api.addresses import AddressBody
from stockpool_amazon_sim.sp_api.reading import Body

SPEEDS = {
    "Standard": "standard",
    "Expedited": "expedited",
    "Priority": "priority",
    "ScheduledDelivery": SCHEDULED,
}
"""Amazon's speed categories and the simulator's."""

_ORDER_SENT = (
    "deliveryPreferences",
    "codSettings",
    "notificationEmails",
    "paymentInformation",
)
_ITEM_SENT = ("fulfillmentNetworkSku", "perUnitPrice", "perUnitTax")


def _known_speed(value: str) -> str:
    if value not in SPEEDS:
        raise ValueError(f"must be one of {', '.join(SPEEDS)}")
    return value


DropOffType = Literal[
    "FRONT_DOOR",
    "DELIVERY_BOX",
    "GAS_METER_BOX",
    "BICYCLE_BASKET",
    "GARAGE",
    "RECEPTIONIST",
    "FALLBACK_NEIGHBOR_DELIVERY",
    "DO_NOT_LEAVE_UNATTENDED",
]
Speed = Annotated[str, AfterValidator(_known_speed)]
Email = Annotated[str, StringConstraints(max_length=64)]


class MoneyBody(Body):
    """`Money`: a decimal string and a currency."""

    currency_code: str
    value: str

    @model_validator(mode="after")
    def _is_money(self) -> Self:
        self.minor()
        return self

    def minor(self) -> tuple[int, str]:
        """Minor units and currency."""
        return to_minor(self.value, self.currency_code), self.currency_code


class Feature(Body):
    """`FeatureSettings`."""

    feature_name: str
    feature_fulfillment_policy: str = "NotRequired"


class Item(Body):
    """An element of `items` of a create or preview request."""

    seller_sku: str
    seller_fulfillment_order_item_id: str
    quantity: int
    gift_message: str | None = None
    displayable_comment: str | None = None
    per_unit_declared_value: MoneyBody | None = None
    per_unit_price: MoneyBody | None = None
    per_unit_tax: MoneyBody | None = None

    def request(self, sent: dict[str, Any]) -> ItemRequest:
        """As the simulator takes it."""
        value = self.per_unit_declared_value
        return ItemRequest(
            self.seller_fulfillment_order_item_id,
            self.seller_sku,
            self.quantity,
            self.gift_message,
            self.displayable_comment,
            None if value is None else value.minor(),
            {name: sent[name] for name in _ITEM_SENT if sent.get(name) is not None},
            self._price(),
        )

    def _price(self) -> tuple[int, str] | None:
        """What is collected for a unit, tax included."""
        if self.per_unit_price is None:
            return None
        minor, currency = self.per_unit_price.minor()
        if self.per_unit_tax is not None and self.per_unit_tax.currency_code == currency:
            minor += self.per_unit_tax.minor()[0]
        return minor, currency


class Window(Body):
    """`DeliveryWindow`."""

    start_date: AwareDatetime
    end_date: AwareDatetime


class CodSettings(Body):
    """`CODSettings`."""

    is_cod_required: bool
    cod_charge: MoneyBody | None = None
    cod_charge_tax: MoneyBody | None = None
    shipping_charge: MoneyBody | None = None
    shipping_charge_tax: MoneyBody | None = None

    def charges(self) -> list[tuple[int, str]] | None:
        """What is collected on top of the prices; None if nothing is collected."""
        if not self.is_cod_required:
            return None
        parts = (
            self.cod_charge,
            self.cod_charge_tax,
            self.shipping_charge,
            self.shipping_charge_tax,
        )
        return [part.minor() for part in parts if part is not None]


class DropOff(Body):
    """`DropOffLocation`."""

    type: DropOffType
    attributes: dict[str, str] | None = None

    @model_validator(mode="after")
    def _names_the_neighbor(self) -> Self:
        needed = {"neighborName", "houseNumber"}
        if self.type == "FALLBACK_NEIGHBOR_DELIVERY" and needed - (self.attributes or {}).keys():
            raise ValueError("FALLBACK_NEIGHBOR_DELIVERY needs neighborName and houseNumber")
        return self


class DeliveryPreferences(Body):
    """`DeliveryPreferences`."""

    delivery_instructions: str | None = Field(None, max_length=250)
    drop_off_location: DropOff | None = None


class Payment(Body):
    """`PaymentInformation`."""

    payment_transaction_id: str
    payment_mode: str
    payment_date: AwareDatetime


class CreateOrder(Body):
    """`CreateFulfillmentOrderRequest`."""

    seller_fulfillment_order_id: str
    displayable_order_id: str
    displayable_order_date: AwareDatetime
    displayable_order_comment: str
    shipping_speed_category: Speed
    destination_address: AddressBody
    items: list[Item]
    marketplace_id: str | None = None
    fulfillment_action: str = "Ship"
    fulfillment_policy: str = "FillOrKill"
    feature_constraints: tuple[Feature, ...] = ()
    notification_emails: tuple[Email, ...] = ()
    ship_from_country_code: str | None = Field(None, min_length=2, max_length=2)
    delivery_window: Window | None = None
    delivery_preferences: DeliveryPreferences | None = None
    cod_settings: CodSettings | None = None
    payment_information: tuple[Payment, ...] = ()

    def request(self, country: str, sent: dict[str, Any]) -> FulfillmentOrderRequest:
        """As the simulator takes it.

        Args:
            country: whose stock is used.
            sent: the same body as it came.
        """
        window, cash = self.delivery_window, self.cod_settings
        return FulfillmentOrderRequest(
            self.seller_fulfillment_order_id,
            country,
            self.displayable_order_id.strip(),
            self.displayable_order_date,
            self.displayable_order_comment,
            SPEEDS[self.shipping_speed_category],
            self.destination_address.destination(),
            [item.request(raw) for item, raw in zip(self.items, sent["items"], strict=True)],
            self.fulfillment_action,
            self.fulfillment_policy,
            [
                (one.feature_name, one.feature_fulfillment_policy)
                for one in self.feature_constraints
            ],
            {name: sent[name] for name in _ORDER_SENT if sent.get(name) is not None},
            None if window is None else (window.start_date, window.end_date),
            None if cash is None else cash.charges(),
        )


class Preview(Body):
    """`GetFulfillmentPreviewRequest`."""

    address: AddressBody
    items: list[Item]
    marketplace_id: str | None = None
    shipping_speed_categories: tuple[Speed, ...] = ()
    include_cod_fulfillment_preview: bool = Field(False, alias="includeCODFulfillmentPreview")
    include_delivery_windows: bool = False
    feature_constraints: tuple[Feature, ...] = ()


class ReturnItem(Body):
    """`CreateReturnItem`: one unit."""

    seller_return_item_id: str
    seller_fulfillment_order_item_id: str
    amazon_shipment_id: str
    return_reason_code: str
    return_comment: str = Field("", max_length=1000)


class CreateReturn(Body):
    """`CreateFulfillmentReturnRequest`."""

    items: list[ReturnItem]


class StatusUpdate(Body):
    """`SubmitFulfillmentOrderStatusUpdateRequest`."""

    fulfillment_order_status: str


class Product(Body):
    """`GetDeliveryOffersProduct`, with the one identifier and the amount inside it."""

    class _Identifier(Body):
        merchant_sku: str

    class _Amount(Body):
        unit_of_measure: str
        value: str

    product_identifier: _Identifier
    amount: _Amount | None = None


class Terms(Body):
    """`GetDeliveryOffersTerms`."""

    class _Origin(Body):
        country_code: str

    class _Destination(Body):
        class _Address(Body):
            postal_code: str
            country_code: str
            state_or_region: str | None = None
            city: str | None = None

        delivery_address: _Address | None = None
        ip_address: str | None = None

    origin: _Origin
    destination: _Destination


class DeliveryOffers(Body):
    """`GetDeliveryOffersRequest`."""

    product: Product
    terms: Terms
