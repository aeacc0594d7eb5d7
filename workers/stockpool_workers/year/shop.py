"""The shop of the year: what it sells, and its engine on a clock that stands still until moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from stockpool.catalog.products import Product
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.ids import IdSource
from stockpool.listings.drafts import ListingDraft
from stockpool.money import Money
from stockpool.order_request import Address
from stockpool.plugins.network_inbound import PrepDetails
from stockpool.warehousing.sizes import UnitSize

NETWORK = "amazon-na"
US = "amazon-na:US"
BEGIN = datetime(2026, 1, 5, 6, tzinfo=UTC)

SELLER = Address(
    name="A. Seller",
    line1="9 Mill Rd",
    city="Reading",
    region="PA",
    postal_code="19601",
    country="US",
    phone="6105550100",
)
BUYER = Address(
    name="A. Buyer",
    line1="1 Pine St",
    city="Seattle",
    region="WA",
    postal_code="98101",
    country="US",
)


@dataclass(frozen=True, slots=True)
class Ware:
    """What is sold: units sent in a month, and how many leave a day."""

    sku: str
    cents: int
    sent_monthly: int
    sold_daily: float


WARES = (
    Ware("MUG", 950, 90, 2.4),
    Ware("TEAPOT", 4900, 40, 1.0),
    Ware("LAMP", 8900, 0, 0.05),
)
"""Nobody wants the lamp: it grows old."""

LAMPS_AT_THE_START = 30


def configuration(folder: Path, seed: int) -> dict[str, Any]:
    """The settings: what is unsellable is disposed of, what is older than 200 days comes back."""
    (folder / "web").mkdir()
    ship_to = SELLER.model_dump(exclude_none=True)
    return {
        "stockpool": {"database": "sqlite:///year.db", "synchronous": "NORMAL"},
        "networks": {
            NETWORK: {
                "type": "amazon_sim",
                "countries": ["US", "CA"],
                "seed": seed,
                "reimbursements": {"automatic": True, "in_units": 0.2, "turn_up": 0.3},
                "faults": {
                    "inbound_damaged": 0.02,
                    "inbound_missing": 0.05,
                    "inbound_found": 0.4,
                    "lost_parcels": 0.01,
                    "damaged_units": 0.01,
                },
            }
        },
        "channels": {"web": {"type": "csv_channel", "folder": "web"}},
        "removals": {
            "automatic": [
                {"pool": US, "stock": "unsellable", "disposition": "Disposal"},
                {
                    "pool": US,
                    "stock": "aged",
                    "older_than_days": 200,
                    "days_of_month": [20],
                    "ship_to": ship_to,
                },
            ]
        },
    }


def open_shop(folder: Path, seed: int) -> tuple[Engine, ManualClock]:
    """The engine and its clock."""
    clock = ManualClock(BEGIN)
    engine = Engine.open(
        config=configuration(folder, seed), folder=folder, clock=clock, ids=IdSource(seed)
    )
    return engine, clock


def fill(engine: Engine) -> None:
    """Products, their sizes, their listings on Amazon and on the web, and how they are prepared."""
    for ware in WARES:
        engine.catalog.add(Product(ware.sku, ware.sku.capitalize()))
        engine.catalog.list_on("web", channel_sku=ware.sku.lower(), sku=ware.sku)
        price = Money(ware.cents, "USD")
        engine.listings.add(US, ListingDraft(ware.sku, title=ware.sku.capitalize(), price=price))
    engine.warehousing.set_sizes(*(UnitSize(ware.sku, 3_000, 600) for ware in WARES))


def prepare(engine: Engine) -> None:
    """None of it needs any preparation."""
    details = [PrepDetails(ware.sku, "NONE", ("ITEM_NO_PREP",)) for ware in WARES]
    engine.inbound.steps.set_prep(US, details)
