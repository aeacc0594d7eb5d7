"""Channels that break one promise each, for testing that the conformance suite finds them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fake_channel import FakeChannel
from stockpool.errors import OutcomeUnknown, RejectedError, TransientError
from stockpool.plugins.channel import (
    AvailabilityUpdate,
    CancellationUpdate,
    Channel,
    ChannelCapability,
    OrderPage,
    PushRefusal,
    RefundUpdate,
    TrackingChange,
    TrackingUpdate,
    WebhookHint,
)


class LosesTheFirstOrder(FakeChannel):
    """The cursor moves when a page is handed out, stored or not."""

    handed_out = 0

    def fetch_orders(self, cursor: str | None) -> OrderPage:
        page = super().fetch_orders(str(max(self.handed_out, int(cursor or 0))))
        self.handed_out = int(page.cursor or 0)
        return page


class StopsTooSoon(FakeChannel):
    """A page with another behind it says that it is the last."""

    def fetch_orders(self, cursor: str | None) -> OrderPage:
        return replace(super().fetch_orders(cursor), more=False)


class NeverEnds(FakeChannel):
    """The newest order comes again and again."""

    def fetch_orders(self, cursor: str | None) -> OrderPage:
        page = super().fetch_orders(cursor)
        if page.orders or not self._pages:
            return page
        return replace(super().fetch_orders(str(len(self._pages) - 1)), cursor=cursor)


class ChangesOrders(FakeChannel):
    """An order that is read again has got another comment."""

    readings = 0

    def fetch_orders(self, cursor: str | None) -> OrderPage:
        self.readings += 1
        page = super().fetch_orders(cursor)
        comment = f"read {self.readings} times"
        orders = [order.model_copy(update={"comment": comment}) for order in page.orders]
        return replace(page, orders=orders)


class ForgetsItsName(FakeChannel):
    """Orders of another channel."""

    def fetch_orders(self, cursor: str | None) -> OrderPage:
        page = super().fetch_orders(cursor)
        orders = [order.model_copy(update={"channel": "shop"}) for order in page.orders]
        return replace(page, orders=orders)


class RaisesOnBadInput(FakeChannel):
    """One order that can't be read stops all others."""

    def fetch_orders(self, cursor: str | None) -> OrderPage:
        page = super().fetch_orders(cursor)
        if page.problems:
            raise RejectedError("invalid_quantity", "a quantity is no number")
        return page


class DropsWhatItCannotRead(FakeChannel):
    """Nobody hears of an order that can't be read."""

    def fetch_orders(self, cursor: str | None) -> OrderPage:
        return replace(super().fetch_orders(cursor), problems=())


class LeaksABuyer(FakeChannel):
    """What is wrong with an order is told with who gave it."""

    def fetch_orders(self, cursor: str | None) -> OrderPage:
        page = super().fetch_orders(cursor)
        problems = [
            replace(found, problem=replace(found.problem, message="Quirina Zapfhahn wants a few"))
            for found in page.problems
        ]
        return replace(page, problems=problems)


class TellsParcelsTwice(FakeChannel):
    """Keys are not looked at."""

    def push_tracking(self, updates: Sequence[TrackingUpdate]) -> Sequence[PushRefusal]:
        count = len(self.pushes)
        return super().push_tracking([replace(u, key=f"{u.key}-{count}") for u in updates])


class RaisesARefusal(FakeChannel):
    """One parcel of a stranger keeps all others back."""

    def push_tracking(self, updates: Sequence[TrackingUpdate]) -> Sequence[PushRefusal]:
        if any(update.channel_order_id == "conformance-no-such-order" for update in updates):
            raise RejectedError("NotFound", "no such order")
        return super().push_tracking(updates)


class RefusesTheWrongKey(FakeChannel):
    """It is refused by the order's id, which the engine does not know it by."""

    def push_tracking(self, updates: Sequence[TrackingUpdate]) -> Sequence[PushRefusal]:
        strange = {u.channel_order_id for u in updates} - {"1001"}
        known = [update for update in updates if update.channel_order_id not in strange]
        error = RejectedError("NotFound", "no such order")
        return [*super().push_tracking(known), *(PushRefusal(key, error) for key in strange)]


class SaysItDidNotHappen(FakeChannel):
    """A lost answer is told as if the call had never arrived."""

    def push_tracking(self, updates: Sequence[TrackingUpdate]) -> Sequence[PushRefusal]:
        try:
            return super().push_tracking(updates)
        except OutcomeUnknown as error:
            raise TransientError(str(error)) from None


class MakesAParcelOfAChange(FakeChannel):
    """A new number is taken for a parcel of its own."""

    def push_tracking_change(self, changes: Sequence[TrackingChange]) -> Sequence[PushRefusal]:
        parcels = {update.package: update for update in self.tracking}
        return self.push_tracking(
            [
                replace(parcels[c.package], key=c.key, tracking_number=c.tracking_number)
                for c in changes
            ]
        )


class CancelsTwice(FakeChannel):
    """Keys of cancellations are not looked at."""

    def push_cancellation(self, updates: Sequence[CancellationUpdate]) -> Sequence[PushRefusal]:
        count = len(self.pushes)
        return super().push_cancellation([replace(u, key=f"{u.key}-{count}") for u in updates])


class PaysTwice(FakeChannel):
    """Keys of refunds are not looked at."""

    def push_refund(self, updates: Sequence[RefundUpdate]) -> Sequence[PushRefusal]:
        count = len(self.pushes)
        return super().push_refund([replace(u, key=f"{u.key}-{count}") for u in updates])


class BelievesTheLastWord(FakeChannel):
    """An old quantity that comes again is taken for the newest."""

    def push_availability(self, updates: Sequence[AvailabilityUpdate]) -> Sequence[PushRefusal]:
        count = len(self.pushes)
        return super().push_availability([replace(u, key=f"{u.key}-{count}") for u in updates])


class PromisesTooMuch(FakeChannel):
    """Declares refunds and can't make one."""

    push_refund = Channel.push_refund  # type: ignore[assignment]


class KeepsAbilitiesSecret(FakeChannel):
    """Can make refunds and does not say so."""

    def __init__(self) -> None:
        super().__init__(capabilities=set(ChannelCapability) - {ChannelCapability.REFUNDS})


class TrustsEveryone(FakeChannel):
    """Webhooks are not verified."""

    def parse_webhook(self, headers: Mapping[str, str], body: bytes) -> WebhookHint:
        return WebhookHint("1", "orders")


class FailsToClose(FakeChannel):
    """The end is no time for complaints."""

    def close(self) -> None:
        raise TransientError("there are calls under way")
