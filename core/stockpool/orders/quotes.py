"""What the networks themselves would charge and promise for an order that is only previewed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stockpool.errors import PluginError
from stockpool.order_request import OrderRequest
from stockpool.orders.claims import Claim, note_shortfalls, planned_parts
from stockpool.orders.placing import DEFAULT_COMMENT, displayable_id
from stockpool.plugins.network import (
    FulfillmentItem,
    FulfillmentRequest,
    Network,
    NetworkCapability,
    PreviewOption,
)
from stockpool.routing.values import Plan


@dataclass(frozen=True, slots=True)
class Quote:
    """A network's answer for what one pool would ship.

    Attributes:
        option: for the speed that the order wants; None if the network did not answer with one.
        failure: why there is no option.
    """

    pool: str
    option: PreviewOption | None
    failure: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        if self.option is None:
            return {"pool": self.pool, "failure": self.failure}
        option = self.option
        return {
            "pool": self.pool,
            "speed": option.speed,
            "fulfillable": option.fulfillable,
            "fees": {name: str(fee) for name, fee in option.fees.items()},
            "earliest_arrival": option.earliest_arrival,
            "latest_arrival": option.latest_arrival,
            "shipments": option.shipments,
            "reasons": list(option.reasons),
        }


def fulfillments_of(
    request: OrderRequest, claim: Claim, plan: Plan, *, at: datetime
) -> tuple[tuple[str, FulfillmentRequest], ...]:
    """The fulfillment orders that a plan would become, each with its pool; noted in the claim."""
    note_shortfalls(claim, plan)
    return tuple(
        (
            shipment.pool,
            FulfillmentRequest(
                fulfillment_order_id="preview",
                country=shipment.pool.partition(":")[2],
                displayable_order_id=displayable_id(request.channel_order_id, "preview"),
                displayable_order_date=request.ordered_at or at,
                displayable_order_comment=DEFAULT_COMMENT,
                speed=claim.speed,
                policy=claim.policy,
                ship_to=request.ship_to,
                items=[
                    FulfillmentItem(str(number), wanted.sku, units)
                    for number, (wanted, units) in enumerate(parts, start=1)
                ],
                features=claim.features,
            ),
        )
        for shipment, parts in planned_parts(claim, plan)
    )


def quotes(
    fulfillments: Sequence[tuple[str, FulfillmentRequest]], networks: Mapping[str, Network]
) -> Sequence[Quote]:
    """Ask the networks; one that can't answer is told of, and the others are asked all the same."""
    return [
        _quote(pool, request, networks[pool.partition(":")[0]]) for pool, request in fulfillments
    ]


def _quote(pool: str, request: FulfillmentRequest, network: Network) -> Quote:
    if NetworkCapability.PREVIEW not in network.capabilities:
        return Quote(pool, None, "the network has no previews")
    try:
        options = network.preview(request)
    except PluginError as error:
        return Quote(pool, None, f"{type(error).__name__}: {error}")
    option = next((option for option in options if option.speed == request.speed), None)
    failure = None if option is not None else f"the network does not offer {request.speed}"
    return Quote(pool, option, failure)
