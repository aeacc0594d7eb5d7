"""The settings of a channel of files: `[channels.NAME]` with `type = "csv_channel"`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from stockpool.money import minor_digits
from stockpool.order_request import Speed
from stockpool_csv_channel.fields import FIELDS, REQUIRED_FIELDS

LayoutName = Literal["auto", "stockpool", "mcf", "shopify", "mapping"]
EncodingName = Literal["utf-8", "utf-16", "cp1252", "shift_jis"]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Defaults(_Settings):
    """Used where a file leaves a value out."""

    currency: str | None = None
    country: str | None = None
    speed: Speed = "standard"

    @field_validator("currency")
    @classmethod
    def _is_currency(cls, value: str | None) -> str | None:
        if value is not None:
            minor_digits(value)
        return value

    @field_validator("country")
    @classmethod
    def _is_country(cls, value: str | None) -> str | None:
        if value is not None and not (len(value) == 2 and value.isascii() and value.isupper()):
            raise ValueError("give two capital letters, like US")
        return value


class Limits(_Settings):
    """What is larger is refused, with the name of the limit."""

    file_bytes: int = Field(default=100_000_000, ge=1)
    rows: int = Field(default=500_000, ge=1)
    columns: int = Field(default=500, ge=1)
    cell_characters: int = Field(default=10_000, ge=1, le=100_000)
    page_orders: int = Field(default=500, ge=1, le=100_000)


class ShopifySettings(_Settings):
    """How Shopify's order export is read.

    Attributes:
        order_id: the column by which an order is known: `name` (#1001) or `id`.
        financial_statuses: what counts as paid; all other orders are skipped and reported.
    """

    order_id: Literal["name", "id"] = "name"
    financial_statuses: frozenset[str] = frozenset({"paid"})


class CsvChannelSettings(_Settings):
    """A folder with `inbox`, `done`, `rejected` and `outbox`.

    Attributes:
        folder: where; relative to the configuration's folder.
        create: make the folder if it is missing. Set it to false for a mounted share, so that a
            share that is not mounted is not taken for an empty inbox.
        layout: how orders are written; `auto` tells the known layouts apart by their headers.
        columns: for `layout = "mapping"`: field of an order -> column in the file.
        speeds: name of a shipping method -> standard, expedited or priority.
        delimiter, encoding: None finds out by looking at the file.
        decimal: the decimal mark; with "," also "1.234,50" is read.
        timezone: of times without an offset (IANA name).
        settle_seconds: a file is complete when it did not change for so long.
        marker: if set (".done"), a file is complete when NAME.done lies beside it, and only then.
        read_again: read a file whose content was read before, instead of setting it aside.
        keep_days: remove from `done` and `rejected` what was read so many days ago, since it holds
            names and addresses. None keeps it.
        guard_formulas: put an apostrophe before outbox cells that a spreadsheet would calculate.
            Files in `rejected` are always guarded.
        stuck_minutes: `check` complains about what lies in the inbox for longer.
    """

    folder: Path
    create: bool = True
    layout: LayoutName = "auto"
    columns: dict[str, Annotated[str, Field(min_length=1)]] = Field(default_factory=dict)
    defaults: Defaults = Defaults()
    speeds: dict[str, Speed] = Field(default_factory=dict)
    delimiter: Literal[",", ";", "\t"] | None = None
    encoding: EncodingName | None = None
    decimal: Literal[".", ","] = "."
    timezone: str = "UTC"
    limits: Limits = Limits()
    settle_seconds: float = Field(default=5, ge=0)
    marker: str | None = Field(default=None, pattern=r"^\.[A-Za-z0-9_.-]{0,20}[A-Za-z0-9_-]$")
    read_again: bool = False
    keep_days: float | None = Field(default=None, gt=0)
    blank_box: bool = False
    block_amazon_carrier: bool = False
    guard_formulas: bool = True
    stuck_minutes: float = Field(default=60, gt=0)
    shopify: ShopifySettings = ShopifySettings()

    @field_validator("timezone")
    @classmethod
    def _is_timezone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"{value!r} is no time zone (like Europe/Berlin)") from error
        return value

    @model_validator(mode="after")
    def _columns_fit_the_layout(self) -> CsvChannelSettings:
        if unknown := sorted(set(self.columns) - set(FIELDS)):
            raise ValueError(f"columns.{unknown[0]} is no field; there are: {', '.join(FIELDS)}")
        if self.layout == "mapping":
            needed = [name for name in REQUIRED_FIELDS if name not in self.columns]
            if self.defaults.country is not None and "country" in needed:
                needed.remove("country")
            if needed:
                raise ValueError(f'layout = "mapping" needs columns.{needed[0]}')
        elif self.columns:
            raise ValueError('columns are used with layout = "mapping" only')
        return self
