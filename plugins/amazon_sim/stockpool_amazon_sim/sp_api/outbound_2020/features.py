"""getFeatures, getFeatureInventory and getFeatureSKU."""

from __future__ import annotations

from typing import Any

from stockpool_amazon_sim.inventory.ledger import Bucket
from stockpool_amazon_sim.sp_api.messages import Call, Json
from stockpool_amazon_sim.sp_api.reading import country_of, moment, required, text

_DESCRIPTIONS = {
    "BLANK_BOX": "Orders are sent in boxes without Amazon's brand",
    "BLOCK_AMZL": "Orders are not carried by Amazon Logistics",
    "OVERBOX": "Items are packed into another box than the product's own",
    "PACKING_SLIP": "A packing slip is put into the parcel",
    "SIGNATURE_CONFIRMATION": "The recipient signs for the parcel",
}


def get_features(call: Call) -> Json:
    """getFeatures of a marketplace."""
    code = country_of(call, required(call, "marketplaceId"))
    return {
        "payload": {
            "features": [
                {
                    "featureName": name,
                    "featureDescription": _DESCRIPTIONS[name],
                    "sellerEligible": eligible,
                }
                for name, eligible in call.simulator.get_features(code).items()
            ]
        }
    }


def get_inventory(call: Call) -> Json:
    """getFeatureInventory: the SKUs that may have a feature; a start date keeps the changed."""
    marketplace_id = required(call, "marketplaceId")
    feature = call.names["featureName"]
    since = moment(call, "queryStartDate")
    token = text(call, "nextToken")
    cursor = None if token is None else call.tokens.read("getFeatureInventory", token)
    found, following = call.simulator.get_feature_inventory(
        country_of(call, marketplace_id), feature, cursor, since=since
    )
    payload: dict[str, Any] = {
        "marketplaceId": marketplace_id,
        "featureName": feature,
        "featureSkus": [
            {
                "sellerSku": summary.sku,
                "fnSku": summary.fnsku,
                "asin": summary.asin,
                "skuCount": summary.buckets.get(Bucket.FULFILLABLE, 0),
                "overlappingSkus": sharers,
            }
            for summary, sharers in found
        ],
    }
    if following is not None:
        payload["nextToken"] = call.tokens.write("getFeatureInventory", following)
    return {"payload": payload}


def get_sku(call: Call) -> Json:
    """getFeatureSKU: whether one SKU may have a feature, and why not."""
    marketplace_id = required(call, "marketplaceId")
    code = country_of(call, marketplace_id)
    sku, feature = call.names["sellerSku"], call.names["featureName"]
    reasons, known = call.simulator.get_feature_sku(code, feature, sku)
    payload: dict[str, Any] = {
        "marketplaceId": marketplace_id,
        "featureName": feature,
        "isEligible": not reasons,
        "ineligibleReasons": reasons,
        "sellerSku": sku,
    }
    if known is not None:
        count = known.buckets.get(Bucket.FULFILLABLE, 0)
        payload |= {"fnSku": known.fnsku, "asin": known.asin, "skuCount": count}
    return {"payload": payload}
