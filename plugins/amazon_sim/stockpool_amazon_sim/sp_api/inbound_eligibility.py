"""FBA Inbound Eligibility API v1: getItemEligibilityPreview."""

from __future__ import annotations

from typing import Any

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.sp_api.messages import Call, Json, Operation, invalid_input
from stockpool_amazon_sim.sp_api.reading import country_of, required, texts

_PROGRAMS = ("INBOUND", "COMMINGLING")


def get_item_eligibility_preview(call: Call) -> Json:
    """getItemEligibilityPreview; INBOUND needs a marketplace, as Amazon says of it."""
    asin = required(call, "asin")
    program = required(call, "program")
    if program not in _PROGRAMS:
        raise invalid_input(f"program must be one of {', '.join(_PROGRAMS)}.")
    marketplaces = texts(call, "marketplaceIds", most=1)
    if program == "INBOUND" and not marketplaces:
        raise invalid_input("marketplaceIds is needed for the program INBOUND.")
    code = country_of(call, marketplaces[0] if marketplaces else None, "marketplaceIds")
    reasons = call.simulator.get_item_eligibility_preview(code, asin, program)
    answer: dict[str, Any] = {
        "asin": asin,
        "marketplaceId": country(code).marketplace_id,
        "program": program,
        "isEligibleForProgram": not reasons,
    }
    if reasons:
        answer["ineligibilityReasonList"] = reasons
    return {"payload": answer}


OPERATIONS = (
    Operation(
        "getItemEligibilityPreview",
        "GET",
        "/fba/inbound/v1/eligibility/itemPreview",
        get_item_eligibility_preview,
        1.0,
    ),
)
