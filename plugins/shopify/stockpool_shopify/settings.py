"""The settings of a shop: `[channels.NAME]` with `type = "shopify"`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from stockpool.order_request import FulfillmentPolicy, Speed
from stockpool_shopify.secret_source import SecretSource

ApiVersion = Literal["2026-04", "2026-07", "2026-10"]
Role = Literal["fulfillment_service", "merchant_managed"]
FinancialStatus = Literal[
    "AUTHORIZED", "PAID", "PARTIALLY_PAID", "PARTIALLY_REFUNDED", "PENDING", "REFUNDED"
]
SHOP_PATTERN = r"^[a-zA-Z0-9][a-zA-Z0-9-]*\.myshopify\.com$"

CALL_SECONDS_MOST = 35.0
"""The engine leases an effect for 40 seconds."""


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AdminToken(_Settings):
    """An app that a merchant made in the shop's admin before 2026: its token has no end."""

    access_token: SecretSource


class ClientCredentials(_Settings):
    """An app of the merchant's own organisation (Dev Dashboard): a token for a day, asked anew."""

    client_id: SecretSource
    client_secret: SecretSource


class RefreshedToken(_Settings):
    """A public or partner app: a token for an hour, and a refresh token that is replaced each time.

    Attributes:
        refresh_token: the first one, from the authorization of the app.
        token_file: where the newest pair is kept, readable by its owner alone; all workers of
            the shop need the same file.
    """

    client_id: SecretSource
    client_secret: SecretSource
    refresh_token: SecretSource
    token_file: Path


Credentials = AdminToken | RefreshedToken | ClientCredentials


class ShopifySettings(_Settings):
    """One location of one shop.

    Attributes:
        shop: the shop's own domain, `name.myshopify.com`.
        credentials: one of the three kinds.
        webhook_secrets: what webhooks are signed with: the app's client secret, and after a
            rotation the one before as well.
        webhook_url: where Shopify reaches this channel's webhooks, by HTTPS; subscriptions to it
            are made and repaired. None: none are made.
        location: whose fulfillment orders are ours and whose stock we tell: its number or GID.
        role: `fulfillment_service`: the location belongs to this app, which answers requests;
            `merchant_managed`: it is the merchant's, and what is open there is ours.
        payable: of which financial status an order must be to be sent; others wait.
        test_orders: send test orders.
        risky: what to do when Shopify's risk assessment advises to investigate or to cancel.
        speeds: name of a shipping method → standard, expedited or priority.
        notify_customer: have Shopify mail the buyer when a parcel leaves or a return goes on.
        refunds: have Shopify give money back when the engine records a refund.
        returns: ask the engine for returns that are requested in the shop, and tell the shop what
            became of them; needs the scope `write_returns`.
        delivery_events: tell Shopify how parcels fare; needs the scope `write_fulfillments`.
        page_orders: how many orders a page has at most.
        overlap_minutes: how far each look for changed orders reaches back behind the one before,
            for what Shopify's search shows late.
        history_days: how far the first look reaches back; beyond 60 days needs `read_all_orders`.
        listings_hours: how long after all listings were read they are read again; what changes is
            read with every look between.
        compare_stock_hours: in this time each SKU's stock is read in the shop and put right where
            it was edited there; 0: never.
        bulk_listings_from: so many variants or more are read by a bulk operation.
        connect_seconds, read_seconds: patience with a connection, and with an answer.
    """

    shop: str = Field(pattern=SHOP_PATTERN)
    credentials: Credentials
    webhook_secrets: tuple[SecretSource, ...] = ()
    webhook_url: str | None = Field(default=None, pattern=r"^https://[^\s#]{1,500}$")
    location: str
    role: Role = "merchant_managed"
    api_version: ApiVersion = "2026-10"
    payable: frozenset[FinancialStatus] = frozenset({"PAID", "PARTIALLY_REFUNDED"})
    test_orders: bool = False
    risky: Literal["hold", "send"] = "hold"
    speeds: dict[str, Speed] = Field(default_factory=dict)
    fulfillment_policy: FulfillmentPolicy = "FillOrKill"
    notify_customer: bool = False
    refunds: bool = False
    returns: bool = False
    delivery_events: bool = False
    blank_box: bool = False
    block_amazon_carrier: bool = False
    page_orders: Annotated[int, Field(ge=1, le=100)] = 25
    overlap_minutes: float = Field(default=5.0, ge=0, le=24 * 60)
    history_days: float = Field(default=14.0, gt=0, le=365)
    listings_hours: float = Field(default=24.0, gt=0, le=24 * 30)
    compare_stock_hours: float = Field(default=24.0, ge=0, le=24 * 30)
    bulk_listings_from: Annotated[int, Field(ge=1, le=10_000)] = 1_000
    connect_seconds: float = Field(default=5.0, gt=0)
    read_seconds: float = Field(default=25.0, gt=0)

    @field_validator("location")
    @classmethod
    def _is_a_location(cls, value: str) -> str:
        number = value.removeprefix("gid://shopify/Location/")
        if not (number.isascii() and number.isdigit()):
            raise ValueError("give the location's number, or gid://shopify/Location/NUMBER")
        return f"gid://shopify/Location/{number}"

    @model_validator(mode="after")
    def _a_call_ends_before_its_lease(self) -> ShopifySettings:
        if self.connect_seconds + self.read_seconds > CALL_SECONDS_MOST:
            raise ValueError(
                f"connect_seconds and read_seconds together are at most {CALL_SECONDS_MOST:g}: "
                "the engine takes a call that lasts longer for lost"
            )
        return self
