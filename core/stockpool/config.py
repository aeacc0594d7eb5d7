"""The configuration: `stockpool.toml`, or the same as a mapping from Python.

Unknown settings are refused by name, so that a misspelt one is not silently ignored.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)

from stockpool.care.due import RefundCause
from stockpool.claims.kinds import ClaimKind
from stockpool.errors import ConfigurationError
from stockpool.money import minor_digits
from stockpool.order_request import Speed
from stockpool.orders.checks import AddressLimits
from stockpool.orders.unfulfillable import OnUnfulfillable
from stockpool.removals.settings import AutomaticRemoval

_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


_Seconds = Annotated[float, Field(gt=0, le=31 * 86_400)]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class EngineSettings(_Settings):
    """`[stockpool]`: where the truth is kept, and who carries the wake-ups."""

    database: str = "sqlite:///stockpool.db"
    broker: str = "embedded"
    synchronous: str = Field(default="FULL", pattern="^(FULL|NORMAL)$")
    poll_seconds: _Seconds = 30.0
    """How often each channel is asked for orders."""
    changes_seconds: _Seconds = 15.0
    """How often each network is asked for news."""
    snapshot_seconds: _Seconds = 900.0
    """How often each pool's stock figures are taken."""
    webhook_seconds: _Seconds = 5.0
    """How often it is looked whether webhooks have come in; then the channel is polled."""
    availability_seconds: _Seconds = 60.0
    """How often changed availability is told to the channels."""
    remind_days: int = Field(default=7, ge=1, le=365)
    """How long before something closes it is put into the attention queue."""
    lease_seconds: float = Field(default=40.0, gt=0, le=600)
    """How long a worker may keep an effect; a killed worker's effects are free after it."""
    attempts_most: int = Field(default=12, ge=1, le=1_000)


class BufferSettings(_Settings):
    """`[routing.buffer]`: units of each SKU that are never promised, growing with the age of
    the figures."""

    units: int = Field(default=0, ge=0)
    units_per_hour: float = Field(default=0.0, ge=0)
    units_most: int = Field(default=1_000_000, ge=0)


class CrossBorderSettings(_Settings):
    """`[[routing.cross_border]]`: a named permission to ship from a pool to other countries."""

    name: str
    pool: str
    destinations: tuple[str, ...] = Field(min_length=1)
    speeds: tuple[Speed, ...] = ("standard",)
    extra_days: int = Field(default=0, ge=0)
    extra_order_fee: Decimal = Decimal(0)
    extra_unit_fee: Decimal = Decimal(0)


class RoutingSettings(_Settings):
    """`[routing]`: the policy, the rules for crossing borders, and how fees compare."""

    policy: str = "fewest_shipments"
    currency: str = "USD"
    """Fees of all pools are compared in this currency."""
    exchange_rates: Mapping[str, Annotated[Decimal, Field(gt=0)]] = Field(default_factory=dict)
    """What one unit of another currency is worth in `currency`."""
    cross_border: tuple[CrossBorderSettings, ...] = ()
    buffer: BufferSettings = BufferSettings()

    @field_validator("currency")
    @classmethod
    def _currency(cls, value: str) -> str:
        minor_digits(value)
        return value


class OrderSettings(_Settings):
    """`[orders]`: limits of what is taken in."""

    address_limits: AddressLimits = AddressLimits()


class ClaimSettings(_Settings):
    """`[claims]`: when losses can be claimed, where the published figures are wrong for you."""

    closes_after_days: Mapping[ClaimKind, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    """By kind: how many days a loss can be claimed."""


class RemovalSettings(_Settings):
    """`[removals]`."""

    automatic: tuple[AutomaticRemoval, ...] = ()
    lost_after_days: Annotated[int, Field(ge=15)] | None = None
    """When a parcel of which nobody has noted an arrival counts as lost, counted from when it was
    sent. Without it only what was noted as missing is claimed."""

    @property
    def lost_after(self) -> timedelta | None:
        """The same as a time."""
        return None if self.lost_after_days is None else timedelta(days=self.lost_after_days)


class ChannelSettings(BaseModel):
    """`[channels.NAME]`: the engine's part; all other keys go to the channel's plugin."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: str
    backorder: bool = True
    countries: tuple[str, ...] = ()
    """Countries whose pools are offered on this channel; none: all."""
    on_unfulfillable: OnUnfulfillable = OnUnfulfillable.CANCEL
    """What becomes of units that the network has accepted and can't ship."""
    refund_on: frozenset[RefundCause] = frozenset()
    """What is refunded by itself; everything else is refunded by hand."""
    return_reasons: Mapping[str, str] = Field(default_factory=dict)
    """The network's reason code for each word that the channel has for why something comes back;
    `"*"` for all others. A word that is not here is taken for a code."""


class NetworkSettings(BaseModel):
    """`[networks.NAME]`: the engine's part; all other keys go to the network's plugin."""

    model_config = ConfigDict(frozen=True, extra="allow")

    type: str


class Config(_Settings):
    """The whole configuration."""

    stockpool: EngineSettings = EngineSettings()
    routing: RoutingSettings = RoutingSettings()
    orders: OrderSettings = OrderSettings()
    claims: ClaimSettings = ClaimSettings()
    removals: RemovalSettings = RemovalSettings()
    networks: Mapping[str, NetworkSettings] = Field(default_factory=dict)
    channels: Mapping[str, ChannelSettings] = Field(default_factory=dict)
    plugins: tuple[str, ...] | None = None
    """Plugins to load; None: all that are installed."""

    @field_validator("networks", "channels")
    @classmethod
    def _names(cls, value: Mapping[str, Any]) -> Mapping[str, Any]:
        for name in value:
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name!r}: use lower-case letters, digits and dashes for a name")
        return value


def parse(document: Mapping[str, Any], *, where: str = "configuration") -> Config:
    """Check a configuration.

    Raises:
        ConfigurationError: names the first setting that is wrong, and why.
    """
    try:
        config = Config.model_validate(dict(document))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        setting = ".".join(str(part) for part in first["loc"])
        raise ConfigurationError(f"{where}: {setting}: {first['msg']}") from None
    allowed = os.environ.get("STOCKPOOL_PLUGINS")
    if allowed is not None:
        names = tuple(name.strip() for name in allowed.split(",") if name.strip())
        config = config.model_copy(update={"plugins": names})
    return config


def read(path: Path) -> Config:
    """Read a TOML file.

    Raises:
        ConfigurationError: the file is missing, is no TOML, or a setting is wrong.
    """
    try:
        with path.open("rb") as file:
            document = tomllib.load(file)
    except FileNotFoundError:
        raise ConfigurationError(
            f"{path}: there is no such file; `stockpool init` writes one"
        ) from None
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        # Beside its own error the reader lets those of text and of numbers pass.
        raise ConfigurationError(f"{path}: not valid TOML: {error}") from None
    except RecursionError:
        raise ConfigurationError(f"{path}: not valid TOML: too deeply nested") from None
    return parse(document, where=str(path))
