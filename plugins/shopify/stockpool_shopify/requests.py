"""Answers to fulfillment requests, for a location that belongs to this app.

A request is accepted once the engine has stored its order: from then on the engine reserves
stock, and what it can't ship it says by a cancellation. Until then the merchant may withdraw it.
"""

from __future__ import annotations

from collections.abc import Sequence

from stockpool.errors import TransientError
from stockpool_shopify.cursor import RequestAnswer
from stockpool_shopify.shop import Shop


def answer_requests(shop: Shop, answers: Sequence[RequestAnswer]) -> None:
    """Answer what is still asked; what was answered or withdrawn meanwhile is left as it is.

    Raises:
        TransientError: Shopify did not take an answer; all of it may be repeated.
    """
    if not answers:
        return
    asked = shop.status([answer.fulfillment_order_id for answer in answers])
    for answer in answers:
        if asked.get(answer.fulfillment_order_id) != "SUBMITTED":
            continue
        if answer.rejection is None:
            name, field = "AcceptRequest", "fulfillmentOrderAcceptFulfillmentRequest"
            variables = {"id": answer.fulfillment_order_id, "message": None}
        else:
            name, field = "RejectRequest", "fulfillmentOrderRejectFulfillmentRequest"
            variables = {
                "id": answer.fulfillment_order_id,
                "reason": answer.rejection,
                "message": None,
            }
        errors = shop.change(name, field, variables)
        now = shop.status([answer.fulfillment_order_id])
        if errors and now.get(answer.fulfillment_order_id) == "SUBMITTED":
            words = "; ".join(error.message for error in errors)[:300]
            raise TransientError(f"{name} of {answer.fulfillment_order_id}: {words}")
