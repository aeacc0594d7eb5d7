"""The shop that is measured: a network of three pools, 10,000 SKUs, and orders of two lines."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from stockpool import Address, Engine, OrderLine, OrderRequest, Product
from stockpool.ledger.buckets import Account, Bucket
from stockpool.ledger.posting import StockMove, post
from stockpool.order_request import FulfillmentPolicy
from stockpool.plugins.network import (
    ChangePage,
    FulfillmentAccepted,
    FulfillmentRequest,
    FulfillmentState,
    Network,
    PoolProfile,
    SpeedProfile,
    StockPage,
)

CHANNEL = "web"
NETWORK = "amazon-na"
WIDE = 10_000
HOT = 10
UNITS = 100_000_000
"""Of each SKU in each pool: no order of a measurement goes short."""

_SPEEDS = (
    SpeedProfile("standard", 5, 590, 170),
    SpeedProfile("expedited", 2, 990, 270),
    SpeedProfile("priority", 1, 1490, 410),
)
_START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class ThreePools(Network):
    """Pools in three countries, each shipping at home. It accepts whatever it is asked."""

    def pools(self) -> Sequence[PoolProfile]:
        return [
            PoolProfile("US", "USD", _SPEEDS, frozenset({"US"})),
            PoolProfile("CA", "CAD", _SPEEDS, frozenset({"CA"})),
            PoolProfile("MX", "MXN", _SPEEDS, frozenset({"MX"})),
        ]

    def snapshot(self, country: str, cursor: str | None = None) -> StockPage:
        return StockPage(datetime.now(UTC), [])

    def create_fulfillment(self, request: FulfillmentRequest) -> FulfillmentAccepted:
        return FulfillmentAccepted(
            request.fulfillment_order_id, datetime.now(UTC), request.features
        )

    def get_fulfillment(self, fulfillment_order_id: str) -> FulfillmentState | None:
        return None

    def cancel_fulfillment(self, fulfillment_order_id: str) -> None:
        return None

    def changes(self, cursor: str | None) -> ChangePage:
        return ChangePage([], cursor)


def open_engine(url: str, *, synchronous: str = "FULL") -> Engine:
    """An engine on the three pools; of the configuration only the database's safety differs."""
    return Engine.open(
        url,
        config={"plugins": [], "stockpool": {"synchronous": synchronous}},
        networks={NETWORK: ThreePools()},
    )


def sku(number: int) -> str:
    """A seller SKU, as long as real ones are."""
    return f"MUG-BLUE-{number:05d}"


def stock(engine: Engine, *, skus: int = WIDE, units: int = UNITS) -> None:
    """Add products, list them, and receive units of each in every pool."""
    engine.catalog.add(*(Product(sku=sku(number), title="Mug") for number in range(skus)))
    engine.catalog.list_many(
        CHANNEL, {f"mug-{number:05d}": {sku(number): 1} for number in range(skus)}
    )
    for pool in engine.inventory.pools:
        moves = [
            StockMove(
                pool,
                sku(number),
                Account.SUPPLIER,
                Bucket.FULFILLABLE,
                units,
                "receipt",
                "benchmark",
                f"benchmark:{pool}:{number}",
            )
            for number in range(skus)
        ]

        def receive(connection, moves=moves):  # type: ignore[no-untyped-def]
            post(connection, moves, at=engine.clock.now())

        engine.database.run(receive)


_ADDRESSES = (
    Address(
        name="Pat Example",
        line1="1201 Test Street",
        line2="Apartment 4",
        city="Seattle",
        region="WA",
        postal_code="98101",
        country="US",
        phone="+1 206 555 0100",
        email="pat@shop.example",
    ),
    Address(
        name="Robin Example",
        line1="88 Sample Avenue",
        city="Toronto",
        region="ON",
        postal_code="M5V 2T6",
        country="CA",
        phone="+1 416 555 0100",
    ),
    Address(
        name="Alex Ejemplo",
        line1="Calle Prueba 12",
        city="Ciudad de México",
        region="CDMX",
        postal_code="06600",
        country="MX",
    ),
)
_COUNTRIES = (0, 0, 0, 0, 0, 0, 0, 0, 1, 2)
"""Eight of ten orders go to the United States."""


@dataclass(slots=True)
class Orders:
    """Makes order requests; each call makes new ones.

    Args:
        name: part of every order id; no two sources of one database share it.
        skus: the numbers of the SKUs that are ordered.
    """

    name: str
    skus: range
    policy: FulfillmentPolicy = "FillOrKill"
    made: int = 0
    _random: random.Random | None = None

    def take(self, count: int) -> list[OrderRequest]:
        """`count` new orders of two lines with different SKUs, one or two units each."""
        if self._random is None:
            self._random = random.Random(self.name)
        chance = self._random
        made = []
        for _ in range(count):
            self.made += 1
            first, second = chance.sample(self.skus, 2)
            made.append(
                OrderRequest(
                    channel=CHANNEL,
                    channel_order_id=f"{self.name}-{self.made:07d}",
                    ship_to=_ADDRESSES[chance.choice(_COUNTRIES)],
                    lines=(
                        _line("1", first, chance.randint(1, 2)),
                        _line("2", second, chance.randint(1, 2)),
                    ),
                    fulfillment_policy=self.policy,
                    ordered_at=_START,
                    currency="USD",
                )
            )
        return made


def _line(line_id: str, number: int, quantity: int) -> OrderLine:
    return OrderLine(
        line_id=line_id,
        channel_sku=f"mug-{number:05d}",
        quantity=quantity,
        unit_price=Decimal("9.50"),
        tax=Decimal("0.76"),
        currency="USD",
    )
