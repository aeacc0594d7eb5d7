"""Tokens API 2021-03-01: createRestrictedDataToken."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from stockpool_amazon_sim.sp_api import access_tokens
from stockpool_amazon_sim.sp_api.messages import Call, Json, Operation
from stockpool_amazon_sim.sp_api.reading import Body, read_body


class _Resource(Body):
    method: Literal["GET", "PUT", "POST", "DELETE"]
    path: str
    data_elements: tuple[Literal["buyerInfo", "shippingAddress", "buyerTaxInformation"], ...] = ()


class _CreateToken(Body):
    restricted_resources: list[_Resource] = Field(min_length=1, max_length=50)
    target_application: str | None = None


def create_restricted_data_token(call: Call) -> Json:
    """createRestrictedDataToken: lives an hour. It opens what an ordinary token opens, too."""
    read_body(call, _CreateToken)
    token = call.access_tokens.make(access_tokens.RESTRICTED)
    return {"restrictedDataToken": token, "expiresIn": access_tokens.LIFE_SECONDS}


OPERATIONS = (
    Operation(
        "createRestrictedDataToken",
        "POST",
        "/tokens/2021-03-01/restrictedDataToken",
        create_restricted_data_token,
        1.0,
    ),
)
