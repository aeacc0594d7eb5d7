"""The contract of returns: units of a fulfillment order that a customer sends back to the network.

Names are those of Amazon's Fulfillment Outbound API 2020-07-01 (`createFulfillmentReturn`). Every
element of a request is one unit; each is granted or refused for itself. What comes back without
having been asked for (a parcel that could not be delivered) is no return: parcels tell of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from stockpool.order_request import Address

RETURN_ITEM_ID_MOST = 80
RETURN_COMMENT_MOST = 1_000
"""Characters that Amazon takes."""


class ReturnItemStatus(StrEnum):
    """Whether a unit is with a fulfillment center and graded."""

    NEW = "New"
    PROCESSED = "Processed"


class ReturnItemDisposition(StrEnum):
    """What a fulfillment center found a returned unit to be (`returnReceivedCondition`)."""

    SELLABLE = "Sellable"
    DEFECTIVE = "Defective"
    CUSTOMER_DAMAGED = "CustomerDamaged"
    CARRIER_DAMAGED = "CarrierDamaged"
    FULFILLER_DAMAGED = "FulfillerDamaged"


class InvalidItemReasonCode(StrEnum):
    """Why a unit may not be returned."""

    INVALID_VALUES = "InvalidValues"
    """The item, the shipment or the reason is not one of this order's."""
    DUPLICATE_REQUEST = "DuplicateRequest"
    """There is a return with this `return_item_id`."""
    NO_COMPLETED_SHIP_ITEMS = "NoCompletedShipItems"
    """It has not been shipped yet."""
    NO_RETURNABLE_QUANTITY = "NoReturnableQuantity"
    """All units of the item are in other returns."""


@dataclass(frozen=True, slots=True)
class ReturnReason:
    """A reason that a SKU can be sent back for.

    Attributes:
        description: in English, or in the language that was asked for.
    """

    code: str
    description: str


@dataclass(frozen=True, slots=True)
class ReturnRequestItem:
    """One unit to be sent back.

    Attributes:
        return_item_id: made and stored by the engine before it asks, never used twice; at most
            `RETURN_ITEM_ID_MOST` characters.
        item_id / shipment_id: of the fulfillment order, as `get_fulfillment` tells them.
        reason_code: one of `return_reason_codes` for the SKU.
        comment: at most `RETURN_COMMENT_MOST` characters.
    """

    return_item_id: str
    item_id: str
    shipment_id: str
    reason_code: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ReturnItemState:
    """A unit that was granted.

    Attributes:
        received_condition: None until it is `PROCESSED`.
    """

    return_item_id: str
    item_id: str
    shipment_id: str
    reason_code: str
    status: ReturnItemStatus
    status_changed_at: datetime
    return_authorization_id: str | None = None
    received_condition: ReturnItemDisposition | None = None
    amazon_reason_code: str | None = None
    fulfillment_center_id: str | None = None


@dataclass(frozen=True, slots=True)
class InvalidReturnItem:
    """A unit that was refused. A code that is not known is `InvalidValues`."""

    return_item_id: str
    item_id: str
    code: InvalidItemReasonCode
    description: str


@dataclass(frozen=True, slots=True)
class ReturnAuthorization:
    """What a customer needs to send units back.

    Attributes:
        rma_page_url: the page with barcode and mailing label. Postage is not paid.
    """

    return_authorization_id: str
    fulfillment_center_id: str
    return_to: Address
    amazon_rma_id: str
    rma_page_url: str


@dataclass(frozen=True, slots=True)
class ReturnAnswer:
    """The answer to a request: every unit is in `items` or in `invalid_items`."""

    items: Sequence[ReturnItemState]
    invalid_items: Sequence[InvalidReturnItem] = ()
    authorizations: Sequence[ReturnAuthorization] = ()


@dataclass(frozen=True, slots=True)
class OrderReturns:
    """All returns of a fulfillment order, as they are now."""

    items: Sequence[ReturnItemState]
    authorizations: Sequence[ReturnAuthorization] = ()


class NetworkReturns:
    """The part of `Network` that needs the capability RETURNS.

    Operations that count against a rate limit: `createFulfillmentReturn`, `listReturnReasonCodes`,
    and `getFulfillmentOrder` for `get_returns`.
    """

    def return_reason_codes(
        self, country: str, sku: str, language: str | None = None
    ) -> Sequence[ReturnReason]:
        """What a SKU can be sent back for in a country.

        Args:
            language: of the descriptions, as in `de` or `fr_CA`; the network may have none.
        """
        raise NotImplementedError

    def create_return(
        self, fulfillment_order_id: str, items: Sequence[ReturnRequestItem]
    ) -> ReturnAnswer:
        """Ask for units to be taken back.

        A unit under a `return_item_id` that is known is refused as a `DuplicateRequest`, so that
        asking again grants nothing twice: `get_returns` tells what became of it.

        Raises:
            RejectedError: the order is not known, or the request as a whole can't be taken.
            OutcomeUnknown: it may have arrived; `get_returns` tells.
        """
        raise NotImplementedError

    def get_returns(self, fulfillment_order_id: str) -> OrderReturns | None:
        """The returns of an order; None if the order is unknown.

        A unit that is not among them is not granted; that must be certain, as in
        `get_fulfillment`.
        """
        raise NotImplementedError
