"""What only a simulated Amazon lets one do: put stock there, look inside, and break things."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stockpool_amazon_sim import audit, faults
from stockpool_amazon_sim.frame import Frame
from stockpool_amazon_sim.inbound import inbound
from stockpool_amazon_sim.inventory import inventory, warehouse
from stockpool_amazon_sim.inventory.inventory import known_sku
from stockpool_amazon_sim.inventory.ledger import INTERNAL
from stockpool_amazon_sim.inventory.stock import stock_of
from stockpool_amazon_sim.listings import listing_enforcement
from stockpool_amazon_sim.records import Movement, Sku
from stockpool_amazon_sim.shop import sales
from stockpool_amazon_sim.world import World


class Controls(Frame):
    """Control calls: no rate limits, no faults. They raise ValueError when used wrongly."""

    def register(
        self,
        country: str,
        sku: str,
        *,
        fnsku: str | None = None,
        weight_grams: int = 250,
        size_tier: str = "small_standard",
        units_per_box: int = 10,
        ineligible_features: Sequence[str] = (),
        asin: str = "",
        title: str = "",
        price: str | None = None,
    ) -> str:
        """Make a SKU known in a country; returns its FNSKU.

        SKUs that are given the same FNSKU share one physical pool.

        Args:
            price: of its listing, a decimal number; without one the price is drawn, or stays.
        """
        with self._call(writes=True) as world:
            chosen = fnsku or inventory.default_fnsku(world, sku)
            record = Sku(
                country,
                sku,
                chosen,
                weight_grams,
                size_tier,
                units_per_box,
                list(ineligible_features),
                asin,
                title,
            )
            fnsku = inventory.register(world, record).fnsku
            if price is not None:
                listing_enforcement.set_price(world, country, sku, price)
            return fnsku

    def stock(
        self, country: str, sku: str, quantity: int, fulfillment_center_id: str | None = None
    ) -> None:
        """Put units on the shelf at once, evenly over the country's centers or into one.

        A SKU that is not known is registered.
        """
        with self._call(writes=True) as world:
            inventory.add_stock(world, _sku(world, country, sku), quantity, fulfillment_center_id)

    def add_once(self, token: str, additions: Sequence[tuple[str, str, int]]) -> None:
        """Put units of several (country, SKU, units) on the shelf, once for each token."""
        with self._call(writes=True) as world:
            note = f"added:{token}"
            if world.store.notes.get(note) is not None:
                return
            known = [known_sku(world, country, sku) for country, sku, _ in additions]
            if any(quantity < 0 for _, _, quantity in additions):
                raise ValueError("stock is never negative")
            for sku, (_, _, quantity) in zip(known, additions, strict=True):
                inventory.add_stock(world, sku, quantity, None)
            world.store.notes.put(note, "yes")

    def forget(self, country: str, sku: str) -> None:
        """Forget a SKU of which no unit is anywhere."""
        with self._call(writes=True) as world:
            inventory.forget(world, known_sku(world, country, sku))

    def buckets(self, country: str, sku: str) -> dict[str, int]:
        """A SKU's units by bucket, without those that hold none."""
        with self._call() as world:
            known = known_sku(world, country, sku)
            return inventory.totals(stock_of(world, country, known.fnsku))

    def buckets_by_center(self, country: str, sku: str) -> dict[str, dict[str, int]]:
        """A SKU's units by center and bucket."""
        with self._call() as world:
            known = known_sku(world, country, sku)
            stock = stock_of(world, country, known.fnsku)
            return {center: dict(buckets) for center, buckets in stock.centers.items()}

    def sell_on_amazon(
        self,
        country: str,
        sku: str,
        quantity: int,
        *,
        pick_up: bool = False,
        regulated: bool = False,
    ) -> int:
        """Sell units in Amazon's own shop, in one order; returns how many were there to be sold.

        Args:
            pick_up: the buyer fetches it from the seller's store.
            regulated: the seller has to verify something first. Both only where he ships himself.
        """
        with self._call(writes=True) as world:
            sale = sales.sell(world, country, sku, quantity, pick_up=pick_up, regulated=regulated)
            return 0 if sale is None else sale.quantity

    def cancel_sale(
        self, amazon_order_id: str, *, by: str = "BUYER", reason: str = "No longer needed"
    ) -> None:
        """Cancel an order of Amazon's own shop that has not left.

        Args:
            by: `BUYER`, `MERCHANT` or `AMAZON`.
        """
        if by not in ("BUYER", "MERCHANT", "AMAZON"):
            raise ValueError(f"{by!r} is not one of BUYER, MERCHANT, AMAZON")
        with self._call(writes=True) as world:
            sales.cancel(world, amazon_order_id, by, reason)

    def amazon_order_ids(self) -> list[str]:
        """Every order of Amazon's own shop, those that changed last at the end."""
        with self._call() as world:
            return [order_id for _, order_id in world.store.sale_index.all()]

    def announce_inbound(
        self, country: str, quantities: Mapping[str, int], fulfillment_center_id: str | None = None
    ) -> str:
        """Announce a shipment of units to Amazon, which arrives over time; returns its id."""
        with self._call(writes=True) as world:
            for sku in quantities:
                _sku(world, country, sku)
            announced = inbound.announce(world, country, quantities, fulfillment_center_id)
            return announced.shipment_id

    def inbound_status(self, shipment_id: str) -> dict[str, tuple[int, int, int]]:
        """By SKU: units announced, received in good state, received damaged."""
        with self._call() as world:
            shipment = world.store.inbound.get(shipment_id)
            if shipment is None:
                raise ValueError(f"no inbound shipment {shipment_id!r}")
            return {
                item.sku: (item.announced, item.received, item.damaged) for item in shipment.items
            }

    def transfer(self, country: str, sku: str, quantity: int, origin: str, target: str) -> None:
        """Send units from one center to another (pending transshipment until they arrive)."""
        with self._call(writes=True) as world:
            known = known_sku(world, country, sku)
            warehouse.transfer(world, known, quantity, origin, target)

    def set_aside(self, country: str, sku: str, quantity: int, fulfillment_center_id: str) -> None:
        """Let a center process units; they are not fulfillable for a while."""
        with self._call(writes=True) as world:
            known = known_sku(world, country, sku)
            warehouse.set_aside(world, known, quantity, fulfillment_center_id)

    def damage(
        self,
        country: str,
        sku: str,
        quantity: int,
        fulfillment_center_id: str,
        bucket: str = "warehouse_damaged",
    ) -> None:
        """Find units on the shelf damaged, defective or expired."""
        with self._call(writes=True) as world:
            known = known_sku(world, country, sku)
            warehouse.damage(world, known, quantity, fulfillment_center_id, bucket)

    def misplace(
        self,
        country: str,
        sku: str,
        quantity: int,
        fulfillment_center_id: str,
        *,
        found: bool = True,
    ) -> None:
        """Lose units in a center (researching), to be found or written off later."""
        with self._call(writes=True) as world:
            known = known_sku(world, country, sku)
            warehouse.misplace(world, known, quantity, fulfillment_center_id, found=found)

    def ledger(self, country: str, sku: str, *, internal: bool = False) -> list[Movement]:
        """Every ledger event of a SKU's pool, in order.

        Args:
            internal: also what Amazon's report does not show (reservations, units announced).
        """
        with self._call() as world:
            fnsku = known_sku(world, country, sku).fnsku
            return [
                movement
                for movement in world.store.movements_after(0)
                if (movement.country, movement.fnsku) == (country, fnsku)
                and (internal or movement.event_type not in INTERNAL)
            ]

    def audit(self) -> list[str]:
        """Every rule of the books that is broken; empty if all is right. See `audit`."""
        with self._call() as world:
            return audit.violations(world)

    def fulfillment_order_ids(self) -> list[str]:
        """Every order that was ever taken, once, by id."""
        with self._call() as world:
            return [order_id for order_id, _ in world.store.orders.all()]

    def attempts(self, order_id: str) -> int:
        """How many createFulfillmentOrder calls arrived under an id, those refused included."""
        with self._call() as world:
            order = world.store.orders.get(order_id)
            lost = int(world.store.notes.get(f"attempts:{order_id}") or "0")
            return lost + (order.attempts if order is not None else 0)

    def statistics(self) -> Mapping[str, int]:
        """Counters: `orders:<status>`, `duplicate_creates`, `split_orders`, `shipments`,
        `packages`, `parcels_delivered`, `parcels_lost`, `parcels_returned`, `damaged_units`,
        `faults:<fault>` ... Those that are zero may be missing.
        """
        with self._call() as world:
            counters = world.store.counters()
            return {
                name: value
                for name, value in sorted(counters.items())
                if value and name not in _PRIVATE
            }

    def inject(
        self,
        fault: str,
        *,
        operation: str | None = None,
        order_id: str | None = None,
        times: int = 1,
    ) -> None:
        """Let a fault happen the next `times` times that it fits. See `faults.FAULTS`.

        Args:
            operation: Amazon's name of the operation; None: any.
            order_id: only for this order (or removal order); None: any.
        """
        with self._call(writes=True) as world:
            faults.inject(world, fault, operation, order_id, times)


_PRIVATE = frozenset(
    {
        "now",
        "injections",
        "injections_made",
        "destinations",
        "subscriptions_made",
        "notifications_sent",
        "queue_messages",
    }
)


def _sku(world: World, country: str, sku: str) -> Sku:
    known = world.store.skus.get(f"{country}|{sku}")
    if known is not None:
        return known
    return inventory.register(world, Sku(country, sku, inventory.default_fnsku(world, sku)))
