"""What the rules see of the simulated world during one call or one event."""

from __future__ import annotations

from dataclasses import dataclass

from stockpool_amazon_sim.draws import Draws
from stockpool_amazon_sim.records import HOUR, Micros, Order, encode
from stockpool_amazon_sim.settings import AmazonSimSettings, Span
from stockpool_amazon_sim.storage.interface import Event, Store


@dataclass(slots=True)
class World:
    """State, rules and time. `now` is the event's own time while an event is carried out."""

    store: Store
    settings: AmazonSimSettings
    draws: Draws
    now: Micros

    def schedule(
        self, delay: Micros, kind: str, subject: str, detail: str = "", *, quiet: bool = False
    ) -> None:
        """Let something happen `delay` from now."""
        self.store.schedule(Event(self.now + delay, kind, subject, detail, quiet))

    def hours(self, span: Span, *purpose: str | int) -> Micros:
        """A duration drawn from a span of hours."""
        return self.draws.between(span, HOUR, *purpose)

    def save(self, order: Order) -> None:
        """Keep an order and let `changes` tell of it, now or, by a fault, again and late."""
        order.updated_at = self.now
        self.store.orders.put(order.order_id, order)
        self.store.touch(order.order_id, self.now)
        self.notice("order_changed", order.order_id)
        faults = self.settings.faults
        if faults.duplicate_changes or faults.late_changes:
            self._disturb(order)

    def notice(self, kind: str, subject: str) -> None:
        """Something changed of which a notification may tell (`notices`), if anyone wants any."""
        if self.store.counter("subscriptions"):
            self.store.drop_events(subject, kind=kind)
            self.schedule(0, kind, subject)

    def _disturb(self, order: Order) -> None:
        faults = self.settings.faults
        key = (order.order_id, self.now)
        if self.draws.chance(faults.duplicate_changes, "duplicate change", *key):
            self.store.touch(order.order_id, self.now, encode(order))
        if self.draws.chance(faults.late_changes, "late change", *key):
            delay = self.hours(faults.late_hours, "late change for", *key)
            self.schedule(delay, "told_late", order.order_id, encode(order))
