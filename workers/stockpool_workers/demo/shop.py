"""The demo's shop: what it sells, where, how much of it there is, and its configuration."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stockpool.catalog.products import Product
from stockpool.engine import Engine

NETWORK = "amazon-na"
COUNTRIES = ("US", "CA", "MX")
CHANNELS = ("web", "shop", "market")


@dataclass(frozen=True, slots=True)
class Article:
    """A seller SKU.

    Attributes:
        popularity: how often it is ordered, beside the others.
        stock: units per thousand orders, by country; a country that is left out has none.
        shares_pool_with: a SKU whose physical units it sells too.
        only_on: the one channel that sells it; None: all.
        only_to: the one country whose buyers order it; None: all.
    """

    sku: str
    title: str
    price: str
    popularity: int = 10
    stock: Mapping[str, int] = field(default_factory=lambda: {"US": 1_500, "CA": 600, "MX": 500})
    shares_pool_with: str | None = None
    only_on: str | None = None
    only_to: str | None = None


ARTICLES = (
    Article("MUG-WHITE", "Mug, white", "9.50", 30),
    Article("MUG-BLUE", "Mug, blue", "9.50", 25),
    Article("MUG-BLUE-2", "Mug, blue (second listing)", "9.90", 8, shares_pool_with="MUG-BLUE"),
    Article("TEA-EARL", "Earl Grey, 100 g", "7.20", 25),
    Article("TEA-GREEN", "Green tea, 100 g", "6.80", 18),
    Article("TEA-MINT", "Mint tea, 100 g", "5.90", 14),
    Article("POT-IRON", "Teapot, cast iron", "49.00", 8),
    Article("TOWEL-S", "Tea towel", "6.00", 16),
    Article("TRAY-OAK", "Tray, oak", "32.00", 7),
    Article("HONEY-250", "Honey, 250 g", "8.40", 14),
    Article("SPOON-SET", "Spoons, set of six", "18.50", 9),
    Article("CANDLE-1", "Candle", "12.00", 12),
    Article("APRON-M", "Apron", "24.00", 6),
    # In the US only: to Canada it goes under the cross-border rule, to Mexico not at all.
    Article("BOOK-TEA", "The book of tea", "21.00", 12, stock={"US": 1_000}),
    # In Canada only: together with the book it leaves in two parcels, from two countries.
    Article("SYRUP-500", "Maple syrup, 500 ml", "15.00", 30, stock={"CA": 1_000}, only_to="CA"),
    # Soon sold out: on `web` orders wait for more, on `shop` (no back-orders) they are turned down.
    Article("LAMP-BRASS", "Lamp, brass", "89.00", 4, stock={"US": 12}, only_on="web"),
    Article("CLOCK-WALL", "Wall clock", "65.00", 4, stock={"US": 10}, only_on="shop"),
)

KITS: Mapping[str, Mapping[str, int]] = {
    "GIFT-SET": {"MUG-WHITE": 2, "TEA-EARL": 1},
    "TEA-TRIO": {"TEA-EARL": 1, "TEA-GREEN": 1, "TEA-MINT": 1},
    "BREAKFAST": {"MUG-BLUE": 2, "HONEY-250": 1, "TOWEL-S": 1},
}
KIT_PRICES = {"GIFT-SET": "23.00", "TEA-TRIO": "17.50", "BREAKFAST": "29.00"}

HEAD = """\
# The shop of `stockpool demo`. Look around with it:
#   stockpool orders list --config stockpool.toml
#   stockpool attention list --config stockpool.toml
#   stockpool verify --config stockpool.toml

[stockpool]
database = "sqlite:///stockpool.db"
broker = "embedded"
synchronous = "NORMAL"      # a demo need not survive a power cut
poll_seconds = 0.5          # everything is hurried: a simulated week takes seconds
changes_seconds = 0.3
availability_seconds = 2
snapshot_seconds = 3600

# Only the US pool may ship abroad, only to Canada, and only at standard speed.
[[routing.cross_border]]
name = "us-to-canada"
pool = "amazon-na:US"
destinations = ["CA"]
extra_days = 4
extra_order_fee = "6.00"
"""

SIMULATED = """
[networks.amazon-na]
type = "amazon_sim"
countries = ["US", "CA", "MX"]
seed = {seed}
speed = {speed}             # a day of Amazon's takes {day_seconds:.2f} seconds
state = "amazon.db"
stock = "stock.csv"

[networks.amazon-na.cross_border]
US = ["CA"]

# Amazon has its bad days: calls fail, answers get lost, news comes twice, late and in disorder,
# and now and then a parcel is lost.
[networks.amazon-na.faults]
duplicate_changes = 0.02
late_changes = 0.02
reordered_changes = 0.1
delayed_tracking = 0.02
delayed_parcels = 0.02
lost_parcels = 0.004
undeliverable_parcels = 0.002

[networks.amazon-na.faults.operations.createFulfillmentOrder]
transient = 0.005
timeout_before = 0.005
timeout_after = 0.01
"""

OVER_HTTP = """
# Amazon itself, as far as the engine knows: what listens there is `stockpool-amazon-sim serve`.
[networks.amazon-na]
type = "amazon"
region = "na"
endpoint = "{url}"
lwa_endpoint = "{url}/auth/o2/token"
countries = ["US", "CA", "MX"]
client_id = {{ file = "secrets/client_id" }}
client_secret = {{ file = "secrets/client_secret" }}
refresh_token = {{ file = "secrets/refresh_token" }}
overlap_minutes = 1440      # its clock runs fast: that is little of ours
"""

CHANNEL_SETTINGS = """
[channels.web]
type = "csv_channel"
folder = "web"
settle_seconds = 0

[channels.shop]
type = "csv_channel"
folder = "shop"
layout = "shopify"
settle_seconds = 0
backorder = false
speeds = {{ "Express Shipping" = "expedited" }}

# A marketplace that forbids Amazon's boxes and Amazon's own carrier.
[channels.market]
type = "csv_channel"
folder = "market"
layout = "mcf"
settle_seconds = 0
blank_box = true
block_amazon_carrier = true
defaults = {{ currency = "USD" }}
"""

SPEED = 200_000


def channel_skus(channel: str) -> dict[str, Mapping[str, int]]:
    """What a channel sells: its SKU -> seller SKUs. Each channel has its own way to name things."""
    sold: dict[str, Mapping[str, int]] = {
        channel_sku_of(channel, article.sku): {article.sku: 1}
        for article in ARTICLES
        if article.only_on in (None, channel)
    }
    sold |= {channel_sku_of(channel, kit): parts for kit, parts in KITS.items()}
    return sold


def channel_sku_of(channel: str, sku: str) -> str:
    """What `channel` calls an article or a kit."""
    return {"web": sku.lower(), "shop": sku, "market": f"M-{sku}"}[channel]


def write_configuration(folder: Path, *, orders: int, seed: int) -> Path:
    """Write the configuration and Amazon's stock; returns the configuration's path."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "stockpool.toml"
    network = SIMULATED.format(seed=seed, speed=SPEED, day_seconds=86_400 / SPEED)
    config.write_text(HEAD + network + CHANNEL_SETTINGS.format(), "utf-8")
    with (folder / "stock.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("country", "sku", "fnsku", "quantity"))
        for article in ARTICLES:
            fnsku = _fnsku(article.shares_pool_with or article.sku)
            for country, per_thousand in article.stock.items():
                units = max(per_thousand * orders // 1_000, 2)
                # Both SKUs of a shared pool report the same units, which are there once.
                quantity = 0 if article.shares_pool_with else units
                writer.writerow((country, article.sku, fnsku, quantity))
    return config


def write_configuration_over_http(folder: Path, url: str) -> Path:
    """Write a second configuration of the same shop, which reaches Amazon at `url`."""
    secrets = folder / "secrets"
    secrets.mkdir(mode=0o700)
    for name in ("client_id", "client_secret", "refresh_token"):
        (secrets / name).write_text(f"the demo's {name}", "utf-8")
    config = folder / "over-http.toml"
    config.write_text(HEAD + OVER_HTTP.format(url=url) + CHANNEL_SETTINGS.format(), "utf-8")
    return config


def _fnsku(sku: str) -> str:
    number = 1 + next(i for i, article in enumerate(ARTICLES) if article.sku == sku)
    return f"X00DEMO{number:03}"


def fill_catalog(engine: Engine) -> None:
    """Add the products and list them on the channels; then take Amazon's stock figures."""
    engine.catalog.add(
        *(Product(article.sku, article.title, article.shares_pool_with) for article in ARTICLES)
    )
    for channel in CHANNELS:
        engine.catalog.list_many(channel, channel_skus(channel))
    engine.inventory.snapshot()
