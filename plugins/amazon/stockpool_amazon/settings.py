"""The settings of an account at Amazon: `[networks.NAME]` with `type = "amazon"`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from stockpool.money import minor_digits
from stockpool.order_request import Feature, Speed
from stockpool_amazon.credentials import SecretSource
from stockpool_amazon.marketplaces import ENDPOINTS, Region, marketplaces

OutboundVersion = Literal["2020-07-01", "2026-07-04"]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Seconds = Annotated[float, Field(gt=0)]

CALL_SECONDS_MOST = 35.0
"""The engine leases an effect for 40 seconds."""


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SpeedSettings(_Settings):
    """What a pool promises and charges for a speed; fees in minor units of its currency."""

    transit_days: int = Field(ge=0, le=365)
    order_fee: int = Field(ge=0)
    unit_fee: int = Field(ge=0)


class PoolSettings(_Settings):
    """What is different from `data/marketplaces.toml` for one country.

    Attributes:
        marketplace_id: whose stock is used, where it is not the country's own.
        ship_from_country_code: the country to ship from, where a marketplace has several.
        destinations: countries served without a cross-border rule.
        features: what can be granted.
        speeds: replaces all of the defaults.
        fulfillment_channel_code: of Amazon's fulfillment in listings (`AMAZON_NA` ...).
    """

    marketplace_id: str | None = Field(default=None, min_length=1)
    ship_from_country_code: Country | None = None
    currency: str | None = None
    destinations: frozenset[Country] | None = None
    features: frozenset[Feature] | None = None
    speeds: Mapping[Speed, SpeedSettings] | None = Field(default=None, min_length=1)
    fulfillment_channel_code: str | None = Field(default=None, pattern=r"^AMAZON_[A-Z]{2}$")

    @field_validator("currency")
    @classmethod
    def _is_currency(cls, value: str | None) -> str | None:
        if value is not None:
            minor_digits(value)
        return value


class OutboundVersions(_Settings):
    """The version of the Fulfillment Outbound API for single operations; None: the default."""

    create: OutboundVersion | None = None
    get: OutboundVersion | None = None
    cancel: OutboundVersion | None = None
    update: OutboundVersion | None = None
    preview: OutboundVersion | None = None
    changes: OutboundVersion | None = None


class NotificationSettings(_Settings):
    """That order news come by notification, into an SQS queue.

    Attributes:
        queue_arn: of the queue.
        sqs_endpoint: another address than AWS's: a simulator's.
        polling_minutes: how often changed orders are listed all the same, for what was lost.
    """

    queue_arn: str = Field(pattern=r"^arn:aws:sqs:[\w-]+:\d{12}:[\w-]{1,80}$")
    sqs_endpoint: str | None = None
    polling_minutes: float = Field(default=30.0, gt=0, le=24 * 60)

    @field_validator("sqs_endpoint")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        return None if value is None else _checked_address(value)


class AmazonSettings(_Settings):
    """A seller's account at Amazon in one region.

    Attributes:
        region: North America (na), Europe, the Middle East, Africa and India (eu), or the Far
            East (fe); gives the endpoint.
        endpoint: another address than the region's: a simulator's or a sandbox's.
        lwa_endpoint: where access tokens are fetched.
        countries: one pool each, in this order.
        pools: what is different for single countries.
        client_id, client_secret, refresh_token: where the secrets are: `{ env = "NAME" }` or
            `{ file = "path" }`.
        seller_id: the merchant token (Seller Central, *Account Info*); listings need it.
        outbound_version: of the Fulfillment Outbound API; `outbound_versions` overrides it for
            single operations.
        connect_seconds: for a connection to stand.
        read_seconds: between two pieces of an answer.
        overlap_minutes: how far each listing of changes looks back behind the one before it, for
            what Amazon shows late.
        history_days: how far the very first listing looks back.
        notifications: how order news come besides; None: by listing alone.
    """

    region: Region
    endpoint: str | None = None
    lwa_endpoint: str = "https://api.amazon.com/auth/o2/token"
    countries: tuple[Country, ...] = Field(min_length=1)
    pools: Mapping[Country, PoolSettings] = {}
    client_id: SecretSource
    client_secret: SecretSource
    refresh_token: SecretSource
    seller_id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9]{6,40}$")
    outbound_version: OutboundVersion = "2020-07-01"
    outbound_versions: OutboundVersions = OutboundVersions()
    connect_seconds: Seconds = 5.0
    read_seconds: Seconds = 15.0
    overlap_minutes: float = Field(default=15.0, ge=0, le=24 * 60)
    history_days: float = Field(default=30.0, gt=0, le=365)
    notifications: NotificationSettings | None = None

    @field_validator("endpoint", "lwa_endpoint")
    @classmethod
    def _is_an_address(cls, value: str | None) -> str | None:
        return None if value is None else _checked_address(value)

    @field_validator("countries")
    @classmethod
    def _are_told_once(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        if "UK" in codes:
            raise ValueError("the United Kingdom is GB")
        if len(set(codes)) != len(codes):
            raise ValueError("name each country once")
        return codes

    @model_validator(mode="after")
    def _a_call_ends_before_its_lease(self) -> AmazonSettings:
        if self.connect_seconds + self.read_seconds > CALL_SECONDS_MOST:
            raise ValueError(
                f"connect_seconds and read_seconds together are at most {CALL_SECONDS_MOST:g}: "
                "the engine takes a call that lasts longer for lost"
            )
        return self

    @model_validator(mode="after")
    def _pools_are_known(self) -> AmazonSettings:
        strangers = sorted(set(self.pools) - set(self.countries))
        if strangers:
            raise ValueError(f"pools.{strangers[0]}: countries does not name {strangers[0]}")
        for code in self.countries:
            self._check_pool(code, self.pools.get(code, PoolSettings()))
        return self

    def _check_pool(self, code: str, pool: PoolSettings) -> None:
        known = marketplaces().get(code)
        if known is None and (pool.marketplace_id is None or pool.currency is None):
            raise ValueError(
                f"Amazon has no marketplace in {code} that we know of; give pools.{code} a "
                "marketplace_id and a currency"
            )
        if known is not None and known.region != self.region and pool.marketplace_id is None:
            raise ValueError(
                f"{code} belongs to the region {known.region}; it needs a network of its own"
            )
        if pool.speeds is None and (known is None or not known.speeds):
            raise ValueError(f"no terms are known for {code}; give pools.{code}.speeds")

    @property
    def address(self) -> str:
        """Where calls go."""
        return self.endpoint or ENDPOINTS[self.region]

    def version(self, operation: str) -> OutboundVersion:
        """The version of the Fulfillment Outbound API to use for create, get, cancel, ..."""
        chosen: OutboundVersion | None = getattr(self.outbound_versions, operation)
        return chosen or self.outbound_version


def _checked_address(value: str) -> str:
    """An address to which secrets may be sent."""
    parts = urlsplit(value)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError("give an address like https://host")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("give an address without a user, a query or a fragment")
    if parts.scheme == "http" and not _is_near(parts.hostname):
        raise ValueError("over the internet, secrets are sent by https only")
    return value


def _is_near(host: str) -> bool:
    """This machine, or a name of the local network (a container's)."""
    return host == "::1" or host.startswith("127.") or "." not in host
