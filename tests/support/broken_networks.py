"""Networks that break one promise each, for testing that the conformance suite finds them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fake_network import ALL_FEATURES, FakeNetwork
from stockpool.errors import OutcomeUnknown, PluginError, RejectedError, Throttled, TransientError
from stockpool.plugins.network import (
    ChangePage,
    FulfillmentAccepted,
    FulfillmentOrderStatus,
    FulfillmentRequest,
    FulfillmentState,
    PreviewOption,
    StockPage,
)


class PlacesTwice(FakeNetwork):
    """A repeated id is refused, and ships once more all the same."""

    def create_fulfillment(self, request: FulfillmentRequest) -> FulfillmentAccepted:
        try:
            return super().create_fulfillment(request)
        except RejectedError as error:
            if error.code == self.duplicate_code:
                again = f"{request.fulfillment_order_id}-{self.count('create_fulfillment')}"
                super().create_fulfillment(replace(request, fulfillment_order_id=again))
            raise


class TakesAKnownId(FakeNetwork):
    """A repeated id is answered as if it were new."""

    def create_fulfillment(self, request: FulfillmentRequest) -> FulfillmentAccepted:
        try:
            return super().create_fulfillment(request)
        except RejectedError:
            return FulfillmentAccepted(request.fulfillment_order_id, self.clock.now())


class ForgetsNews(FakeNetwork):
    """The last order of a full page of changes is left out, and never told."""

    def changes(self, cursor: str | None) -> ChangePage:
        page = super().changes(cursor)
        full = len(page.states) >= self.page_size
        return replace(page, states=page.states[:-1]) if full else page


class TellsNewsOnce(FakeNetwork):
    """What was told once is not told again, whatever the cursor says."""

    told = 0

    def changes(self, cursor: str | None) -> ChangePage:
        page = super().changes(str(max(self.told, int(cursor or 0))))
        self.told = int(page.cursor or 0)
        return page


class MixesPools(FakeNetwork):
    """An order of any country is filled from the first country's shelves."""

    def create_fulfillment(self, request: FulfillmentRequest) -> FulfillmentAccepted:
        accepted = super().create_fulfillment(request)
        first = self.pools()[0].country
        for item in request.items:
            if request.country != first:
                self._shift(request.country, item.sku, item.quantity)
                self._shift(first, item.sku, -item.quantity)
        return accepted


class LeaksAName(FakeNetwork):
    """The message of a refusal says who would have got the parcel."""

    def create_fulfillment(self, request: FulfillmentRequest) -> FulfillmentAccepted:
        try:
            return super().create_fulfillment(request)
        except RejectedError as error:
            raise RejectedError(error.code, f"{error.reason} for {request.ship_to.name}") from None


class LeaksACause(FakeNetwork):
    """The message is silent, but what caused the error is logged with it."""

    def create_fulfillment(self, request: FulfillmentRequest) -> FulfillmentAccepted:
        try:
            return super().create_fulfillment(request)
        except RejectedError as error:
            raise RejectedError(error.code, error.reason) from ValueError(request.ship_to.line1)


class Miscounts(FakeNetwork):
    """One unit more is cancelled than there was, once an order was shipped."""

    def get_fulfillment(self, fulfillment_order_id: str) -> FulfillmentState | None:
        state = super().get_fulfillment(fulfillment_order_id)
        if state is None or not state.shipments:
            return state
        items = [replace(item, cancelled=item.cancelled + 1) for item in state.items]
        return replace(state, items=items)


class LosesUnits(FakeNetwork):
    """What is shipped was in no bucket before."""

    def snapshot(self, country: str, cursor: str | None = None) -> StockPage:
        page = super().snapshot(country, cursor)
        return replace(page, figures=[replace(f, pending_customer_order=0) for f in page.figures])


class SkipsASku(FakeNetwork):
    """The second page begins one SKU too late."""

    def snapshot(self, country: str, cursor: str | None = None) -> StockPage:
        page = super().snapshot(country, cursor)
        return page if cursor is None else replace(page, figures=page.figures[1:])


class SaysItDidNotHappen(FakeNetwork):
    """A lost answer is told as if the call had never arrived."""

    def create_fulfillment(self, request: FulfillmentRequest) -> FulfillmentAccepted:
        try:
            return super().create_fulfillment(request)
        except OutcomeUnknown as error:
            raise TransientError(str(error)) from None


class ForgetsWhatItCannotSee(FakeNetwork):
    """An order that could not be looked for is told as unknown."""

    def get_fulfillment(self, fulfillment_order_id: str) -> FulfillmentState | None:
        try:
            return super().get_fulfillment(fulfillment_order_id)
        except PluginError:
            return None


class ThrottlesForNothing(FakeNetwork):
    """It is refused for the rate limit, and nobody says for how long."""

    def create_fulfillment(self, request: FulfillmentRequest) -> FulfillmentAccepted:
        try:
            return super().create_fulfillment(request)
        except Throttled as error:
            raise Throttled(str(error), retry_after=0) from None


class RenumbersParcels(FakeNetwork):
    """A parcel that has arrived has another tracking number."""

    def get_fulfillment(self, fulfillment_order_id: str) -> FulfillmentState | None:
        state = super().get_fulfillment(fulfillment_order_id)
        if state is None:
            return None
        shipments = [
            replace(
                shipment,
                packages=[
                    replace(p, tracking_number=f"{p.tracking_number}-{p.status}")
                    for p in shipment.packages
                ],
            )
            for shipment in state.shipments
        ]
        return replace(state, shipments=shipments)


class RevivesOrders(FakeNetwork):
    """An order whose parcels have arrived is being processed again."""

    def get_fulfillment(self, fulfillment_order_id: str) -> FulfillmentState | None:
        state = super().get_fulfillment(fulfillment_order_id)
        if state is not None and any(p.delivered_at for s in state.shipments for p in s.packages):
            return replace(state, status=FulfillmentOrderStatus.PROCESSING)
        return state


class CancelsWhatHasLeft(FakeNetwork):
    """A cancellation that comes too late is taken all the same."""

    def cancel_fulfillment(self, fulfillment_order_id: str) -> None:
        try:
            super().cancel_fulfillment(fulfillment_order_id)
        except RejectedError:
            if self.get_fulfillment(fulfillment_order_id) is None:
                raise


class KeepsCancelledUnits(FakeNetwork):
    """The units of a cancelled order stay reserved."""

    def cancel_fulfillment(self, fulfillment_order_id: str) -> None:
        super().cancel_fulfillment(fulfillment_order_id)
        request = self.requests[fulfillment_order_id]
        for item in request.items:
            self._shift(request.country, item.sku, -item.quantity)


class GrantsEverything(FakeNetwork):
    """Features are granted that nobody asked for."""

    def create_fulfillment(self, request: FulfillmentRequest) -> FulfillmentAccepted:
        accepted = super().create_fulfillment(request)
        return replace(accepted, granted_features=sorted(ALL_FEATURES))


class ReservesPreviews(FakeNetwork):
    """Who asks for the price takes the units off the shelf."""

    def preview(self, request: FulfillmentRequest) -> Sequence[PreviewOption]:
        options = super().preview(request)
        for item in request.items:
            self._shift(request.country, item.sku, -item.quantity)
        return options


class FailsToClose(FakeNetwork):
    """The end is no time for complaints."""

    def close(self) -> None:
        raise TransientError("there are calls under way")
