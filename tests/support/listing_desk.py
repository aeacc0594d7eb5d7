"""A merchant with an account at the simulated Amazon, in the US and in Canada."""

from __future__ import annotations

from dataclasses import dataclass

from stockpool.attention.queue import AttentionItem
from stockpool.catalog.products import Product
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.listings.changes import ListingChange
from stockpool.listings.drafts import ListingDraft
from stockpool.money import Money
from stockpool.plugins.network_listings import ListingItem
from stockpool_amazon_sim import AmazonSimNetwork, Simulator

US = "amazon-na:US"
CA = "amazon-na:CA"


def draft(sku: str = "MUG", **members: object) -> ListingDraft:
    """A mug for 20 dollars, fulfilled by Amazon."""
    values: dict[str, object] = {"title": "A mug", "price": Money(2000, "USD"), **members}
    return ListingDraft(sku, **values)  # type: ignore[arg-type]


@dataclass
class Desk:
    """One engine and its account."""

    engine: Engine
    network: AmazonSimNetwork
    clock: ManualClock

    @property
    def amazon(self) -> Simulator:
        return self.network.simulator

    def settle(self, hours: float = 1.0) -> None:
        """Workers send what is recorded, Amazon does it, and workers see it."""
        while self.engine.work():
            pass
        self.clock.advance(hours=hours)
        while self.engine.work():
            pass

    def listed(self, sku: str = "MUG", **members: object) -> ListingItem:
        """A listing as Amazon has it, made by the desk."""
        self.engine.listings.add(US, draft(sku, **members))
        self.settle()
        return self.engine.listings.get(US, sku)

    def stocked(self, sku: str = "MUG", units: int = 5, country: str = "US") -> None:
        """Put units on Amazon's shelf, and take its figures in."""
        self.engine.catalog.add(Product(sku))
        self.amazon.stock(country, sku, units)
        self.engine.inventory.snapshot()

    def state_of(self, change: ListingChange | None) -> str:
        assert change is not None
        return self.engine.listings.change(change.change_id).state

    def look(self) -> int:
        return self.engine.duties.find_stranded("amazon-na")

    def attention(self, code: str) -> list[AttentionItem]:
        return [item for item in self.engine.attention.list() if item.code == code]
