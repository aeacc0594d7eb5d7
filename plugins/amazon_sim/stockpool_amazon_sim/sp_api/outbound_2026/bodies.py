"""The bodies that sellers send to the Fulfillment Outbound API 2026-07-04.

What the simulator has no rule for is kept, and shown again: in the words of the 2020 version what
that has as well, so that either version shows it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from stockpool.money import to_minor
from stockpool_amazon_sim.countries import country as known_country
from stockpool_amazon_sim.outbound.requests import FulfillmentOrderRequest, ItemRequest
from stockpool_amazon_sim.sp_api.addresses import AddressBody
from stockpool_amazon_sim.sp_api.messages import invalid_input
from stockpool_amazon_sim.sp_api.outbound_2026.vocabulary import (
    ACTIONS,
    PACKAGING_FEATURES,
    POLICIES,
    PRIORITY_COUNTRIES,
    TIERS,
    Action,
    Policy,
    Tier,
)
from stockpool_amazon_sim.sp_api.reading import Body
from stockpool_amazon_sim.sp_api.writing import present

OWN = "2026-07-04"
"""Under this name an order keeps what only this version has a place for."""

DropOffType = Literal[
    "FRONT_DOOR",
    "DELIVERY_BOX",
    "GAS_METER_BOX",
    "BICYCLE_BASKET",
    "GARAGE",
    "RECEPTIONIST",
    "FALLBACK_NEIGHBOR_DELIVERY",
    "DO_NOT_LEAVE_UNATTENDED",
    "LOCKER",
]


def _whole_number(value: str) -> str:
    if not re.fullmatch(r"\d{1,9}(\.0{1,9})?", value):
        raise ValueError("must be a whole number of EACHES")
    return value


def _decimal(value: str) -> str:
    if not re.fullmatch(r"-?\d{1,15}(\.\d{1,9})?", value):
        raise ValueError("must be a decimal number")
    return value


class AmountBody(Body):
    """`Amount`: a decimal string, of whole units."""

    value: Annotated[str, AfterValidator(_whole_number)]
    unit: Literal["EACHES"] = "EACHES"

    @property
    def units(self) -> int:
        return int(Decimal(self.value))


class MoneyBody(Body):
    """`Money`."""

    currency_code: str
    amount: Annotated[str, AfterValidator(_decimal)]

    @model_validator(mode="after")
    def _is_money(self) -> Self:
        self.minor()
        return self

    def minor(self) -> tuple[int, str]:
        """Minor units and currency."""
        return to_minor(self.amount, self.currency_code), self.currency_code


class ProductIdentifier(Body):
    """`ProductIdentifier`."""

    amazon_sku: str


class Product(Body):
    """`OrderProduct` and `PreviewProduct`."""

    product_identifier: ProductIdentifier
    per_unit_declared_value: MoneyBody | None = None


class LineItem(Body):
    """`PreviewLineItem`."""

    product: Product
    amount: AmountBody

    def request(self, item_id: str, sent: dict[str, Any]) -> ItemRequest:
        """As the simulator takes it."""
        value = self.product.per_unit_declared_value
        return ItemRequest(
            item_id,
            self.product.product_identifier.amazon_sku,
            self.amount.units,
            per_unit_declared_value=None if value is None else value.minor(),
            sent=sent,
        )


class OrderLineItem(LineItem):
    """`CreateOrderLineItem`."""

    line_item_id: str


class Origin(Body):
    """`OrderOrigin`."""

    country_code: str = Field(min_length=2, max_length=2)


class Packaging(Body):
    """`PackagingService`; a preview has no packing slip."""

    packaging_option: Literal["UNBRANDED", "ANY"] = "ANY"
    overbox: Literal["REQUIRED", "NOT_REQUIRED"] = "NOT_REQUIRED"
    packing_slip: dict[str, Any] | None = None


class Services(Body):
    """`OrderServices`.

    What may stand in `additional` is not published; here the names of the 2020 version's features.
    """

    packaging: Packaging = Packaging()
    additional: Mapping[str, Literal["REQUIRED", "NOT_REQUIRED"]] = Field(default_factory=dict)

    def features(self, country: str) -> list[tuple[str, str]]:
        """As `featureConstraints`.

        Raises:
            ApiError: 400 for an additional service that there is not.
        """
        wanted = {
            "packagingOption": self.packaging.packaging_option == "UNBRANDED",
            "overbox": self.packaging.overbox == "REQUIRED",
            "packingSlip": self.packaging.packing_slip is not None,
        }
        found = [(PACKAGING_FEATURES[name], "Required") for name, is_so in wanted.items() if is_so]
        for name, need in self.additional.items():
            if name not in known_country(country).features or name in PACKAGING_FEATURES.values():
                raise invalid_input(f"services.additional: there is no service {name} here.")
            found.append((name, "Required" if need == "REQUIRED" else "NotRequired"))
        return found


class Interval(Body):
    """`TimeInterval`."""

    start_time: AwareDatetime
    end_time: AwareDatetime


class ServiceLevel(Body):
    """`ServiceLevel`. The first tier is used."""

    service_tiers: tuple[Tier, ...] = ()
    delivery_interval: Interval | None = None

    def speed(self, country: str) -> str:
        """The speed of an order; STANDARD if no tier is named.

        Raises:
            ApiError: 400 for a tier that the country does not have.
        """
        tier = next(iter(self.service_tiers), "STANDARD")
        if not is_offered(tier, country):
            raise invalid_input(f"serviceLevel.serviceTiers: {tier} is not offered in {country}.")
        return TIERS[tier]


class OrderConfiguration(Body):
    """`OrderFulfillmentConfiguration`."""

    service_level: ServiceLevel = ServiceLevel()
    action: Action = "SHIP"
    policy: Policy = "FILL_OR_KILL"
    services: Services = Services()


class EmailAddress(AddressBody):
    """`Address`, which in this version has an e-mail address."""

    email: str | None = None


class DropOffLocation(Body):
    """`OrderDropOffLocation`."""

    type: DropOffType | None = None
    attributes: dict[str, Any] | None = None


class OrderDestination(Body):
    """`OrderDestination`."""

    delivery_address: EmailAddress
    delivery_notes: str | None = None
    drop_off_location: DropOffLocation | None = None

    def preferences(self) -> dict[str, Any] | None:
        """As `deliveryPreferences`."""
        place = self.drop_off_location
        known = present(
            deliveryInstructions=self.delivery_notes,
            dropOffLocation=None if place is None else place.model_dump(exclude_none=True),
        )
        return known or None


class Payment(Body):
    """`Payment`."""

    payment_id: str | None = None
    payment_method: str | None = None
    payment_time: AwareDatetime | None = None


class PaymentInformation(Body):
    """`PaymentInformation`."""

    payments: tuple[Payment, ...] = ()

    def as_2020(self) -> list[dict[str, Any]]:
        """As `paymentInformation`."""
        return [
            present(
                paymentTransactionId=payment.payment_id,
                paymentMode=payment.payment_method,
                paymentDate=payment.payment_time and payment.payment_time.isoformat(),
            )
            for payment in self.payments
        ]


class CreateOrder(Body):
    """`CreateOrderRequest`."""

    order_id: str
    line_items: list[OrderLineItem]
    destination: OrderDestination
    channel: str | None = Field(None, max_length=40)
    origin: Origin | None = None
    fulfillment_configuration: OrderConfiguration = OrderConfiguration()
    payment_information: PaymentInformation | None = None

    def request(self, country: str, now: datetime, sent: dict[str, Any]) -> FulfillmentOrderRequest:
        """As the simulator takes it.

        This version has nothing to print on a packing slip but its own settings, so the order's
        number there is its id, and its date the day it came.

        Args:
            sent: the same body as it came.
        """
        configuration = self.fulfillment_configuration
        interval = configuration.service_level.delivery_interval
        return FulfillmentOrderRequest(
            self.order_id,
            country,
            _displayable(self.order_id),
            now,
            "",
            configuration.service_level.speed(country),
            self.destination.delivery_address.destination(),
            [
                item.request(item.line_item_id, _own(fulfillmentConfiguration=configured))
                for item, configured in (
                    (item, raw.get("fulfillmentConfiguration"))
                    for item, raw in zip(self.line_items, sent["lineItems"], strict=True)
                )
            ],
            ACTIONS[configuration.action],
            POLICIES[configuration.policy],
            configuration.services.features(country),
            self._sent(),
            None if interval is None else (interval.start_time, interval.end_time),
        )

    def _sent(self) -> dict[str, Any]:
        configuration = self.fulfillment_configuration
        payments = self.payment_information
        return present(
            deliveryPreferences=self.destination.preferences(),
            paymentInformation=None if payments is None else payments.as_2020(),
        ) | _own(
            channel=self.channel,
            email=self.destination.delivery_address.email,
            packingSlip=configuration.services.packaging.packing_slip,
            serviceTiers=list(configuration.service_level.service_tiers) or None,
        )


class UpdateConfiguration(Body):
    """`UpdateOrderFulfillmentConfiguration`."""

    action: Action | None = None


class UpdateOrder(Body):
    """`UpdateOrderRequest`."""

    fulfillment_configuration: UpdateConfiguration = UpdateConfiguration()


def is_offered(tier: str, country: str) -> bool:
    """Whether a country has a service tier."""
    if tier == "PRIORITY" and country not in PRIORITY_COUNTRIES:
        return False
    return TIERS[tier] in known_country(country).all_speeds


def _displayable(order_id: str) -> str:
    """An order's id with what may not stand on a packing slip replaced."""
    printable = re.sub(r"[^\x20-\x7e\xa0-\xff]", "?", order_id)
    return re.sub(r"  +", " ", printable).strip()


def _own(**members: Any) -> dict[str, Any]:
    known = present(**members)
    return {OWN: known} if known else {}
