"""A merchant with a few products, and the domain's verbs for telling an order's story.

shop.receive("MUG-1", 10)
shop.submit(1001, ("mug", 2))
shop.place()
shop.network.ship(shop.fulfillment_id(1001))
shop.follow()
assert shop.counts(1001).shipped == 2
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from fake_channel import FakeChannel
from fake_network import FakeNetwork
from sample_orders import an_order
from stockpool import crashpoints
from stockpool.attention.queue import AttentionItem
from stockpool.catalog.products import Product
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.ids import IdSource
from stockpool.ledger.levels import StockLevel
from stockpool.orders.receipts import Receipt
from stockpool.orders.status import LineCounts, OrderStatus
from stockpool.orders.views import FulfillmentOrderView, OrderView
from stockpool.outbox.effects import Outcome

US = "amazon-na:US"
CA = "amazon-na:CA"


class Crash(BaseException):
    """The process dies here: nothing catches it, as nothing catches a kill."""


@contextmanager
def dying_at(point: str, *, time: int = 1) -> Iterator[None]:
    """Die when the crash point is reached for the `time`-th time; it must be reached."""
    seen = count(1)
    died = False

    def listener(name: str) -> None:
        nonlocal died
        if name == point and next(seen) == time:
            died = True
            raise Crash(point)

    crashpoints.listen(listener)
    try:
        yield
    except Crash:
        pass
    finally:
        crashpoints.listen(None)
    assert died, f"{point} was not reached"


@dataclass
class Shop:
    """One engine with its outside world. `broken` says that the books need not be proved."""

    engine: Engine
    network: FakeNetwork
    channel: FakeChannel
    clock: ManualClock
    broken: bool = False
    _receipts: Iterator[int] = field(default_factory=lambda: count(1))
    _opened: list[Engine] = field(default_factory=list)

    def furnish(self) -> Shop:
        """Add the products and listings that the tests speak of."""
        self.engine.catalog.add(
            Product("MUG-1", "Mug"),
            Product("TEE-1", "Tee"),
            Product("MUG-1-NEW", "Mug, another offer", shares_pool_with="MUG-1"),
        )
        self.engine.catalog.list_many(
            "web",
            {
                "mug": {"MUG-1": 1},
                "tee": {"TEE-1": 1},
                "mug-new": {"MUG-1-NEW": 1},
                "mug-pair": {"MUG-1": 2},
                "gift-set": {"MUG-1": 1, "TEE-1": 2},
                "both-mugs": {"MUG-1": 1, "MUG-1-NEW": 1},
            },
        )
        return self

    def reopened(self, **config: Any) -> Shop:
        """The same shop as a process that was just started sees it, with `config` changed."""
        engine = Engine.open(
            self.engine.database.url.render_as_string(hide_password=False),
            config={"plugins": [], **config},
            clock=self.clock,
            ids=IdSource(seed=next(self._receipts) + 1_000),
            networks=self.engine.networks,
            channels=self.engine.channels,
            migrate=False,
        )
        self._opened.append(engine)
        return replace(self, engine=engine)

    def close(self) -> None:
        """Close the engines that were opened beside the first."""
        for engine in self._opened:
            engine.database.close()

    # What the merchant and the buyers do ------------------------------------------------------

    def receive(self, sku: str, units: int, pool: str = US) -> StockLevel:
        return self.engine.inventory.receive(pool, sku, units, key=f"r{next(self._receipts)}")

    def submit(self, number: str | int, /, *lines: tuple[str, int], **members: Any) -> Receipt:
        return self.engine.orders.submit(an_order(number, *lines, **members))

    # What workers do ---------------------------------------------------------------------------

    def place(self) -> list[Outcome]:
        """Carry out every effect that is due, once."""
        return [
            outcome
            for dispatch in self.engine.duties.dispatch()
            for outcome in self.engine.carrier.carry_out(dispatch.effect_ids)
        ]

    def follow(self) -> int:
        """Take in the network's news."""
        return self.engine.duties.follow_network("amazon-na")

    def settle(self) -> None:
        """Work until nothing is left to do; time passes where something is due later."""
        for _ in range(200):
            while self.engine.work():
                pass
            if self.engine.idle():
                return
            self.clock.advance(30)
        raise AssertionError("it never settles")

    # What can be seen --------------------------------------------------------------------------

    def order(self, number: str | int) -> OrderView:
        found = self.engine.orders.find("web", str(number))
        assert found is not None, f"there is no order {number}"
        return found

    def status(self, number: str | int) -> OrderStatus:
        return self.order(number).status

    def counts(self, number: str | int) -> LineCounts:
        return self.order(number).counts

    def fulfillments(self, number: str | int) -> list[FulfillmentOrderView]:
        """The order's fulfillment orders that were not given up."""
        return [f for f in self.order(number).fulfillment_orders if f.withdrawn_at is None]

    def fulfillment_id(self, number: str | int) -> str:
        """The id of its only fulfillment order."""
        (only,) = self.fulfillments(number)
        return only.fulfillment_order_id

    def level(self, sku: str, pool: str = US) -> StockLevel:
        return self.engine.inventory.level(pool, sku)

    def attention(self, code: str | None = None) -> list[AttentionItem]:
        """Open items, or those of one code."""
        return [i for i in self.engine.attention.list() if code is None or i.code == code]
