"""A listing of goods that the seller ships himself, as its attributes are sent to Amazon."""

from __future__ import annotations

from typing import Any

from sp_api_caller import US


def own_goods(quantity: int, price: float = 9.5) -> dict[str, Any]:
    """A put request."""
    return {
        "productType": "DRINKING_CUP",
        "requirements": "LISTING",
        "attributes": {
            "item_name": [{"value": "Blue mug", "marketplace_id": US}],
            "condition_type": [{"value": "new_new", "marketplace_id": US}],
            "purchasable_offer": [
                {
                    "marketplace_id": US,
                    "currency": "USD",
                    "our_price": [{"schedule": [{"value_with_tax": price}]}],
                }
            ],
            "fulfillment_availability": [
                {"fulfillment_channel_code": "DEFAULT", "quantity": quantity}
            ],
        },
    }
