"""Placing fulfillment orders with the network: the effect `fulfillment.create`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import LABEL_STYLE_TABLENAME_PLUS_COL, Connection, select, update

from stockpool.attention.queue import Concern, raise_concerns
from stockpool.clock import Clock
from stockpool.errors import PluginError, RejectedError
from stockpool.ids import IdSource
from stockpool.order_request import Address
from stockpool.orders import cancellation_requests
from stockpool.orders.announcements import NotShipped, announce
from stockpool.orders.answering import conclude
from stockpool.orders.cancellation_requests import CancellationState, Decided, Verdict
from stockpool.orders.counting import Item, ItemChange, Step, apply, parts_gone
from stockpool.orders.fulfillment_rows import FulfillmentRow, lock_fulfillment_orders
from stockpool.orders.tables import (
    fulfillment_items,
    fulfillment_orders,
    order_lines,
    orders,
    recipients,
)
from stockpool.orders.whole_items import Part, added, newly_gone
from stockpool.orders.withdrawal import lock_orders
from stockpool.outbox.carrier import outcome_of
from stockpool.outbox.effects import Done, Later, LeasedEffect, Outcome, Refused
from stockpool.plugins.channel import ChannelCapability
from stockpool.plugins.network import (
    FulfillmentAccepted,
    FulfillmentItem,
    FulfillmentRequest,
    FulfillmentState,
    Network,
)
from stockpool.problems import Problem
from stockpool.storage.bulk import Sql, execute
from stockpool.storage.database import Database
from stockpool.storage.metadata import sortable_text

_DISPLAYABLE_MOST = 40
_COMMENT_MOST = 750
DEFAULT_COMMENT = "Thank you for your order"
"""Amazon wants a comment for the packing slip, and an empty one is a grey zone."""

_accept = Sql(
    postgresql="""
        UPDATE fulfillment_orders f SET status = 'New', received_at = d.received_at,
               granted_features = d.granted
        FROM unnest(%s::text[], %s::timestamptz[], %s::text[]) AS d (id, received_at, granted)
        WHERE f.id = d.id""",
    sqlite="""
        UPDATE fulfillment_orders SET status = 'New', received_at = ?2, granted_features = ?3
        WHERE id = ?1""",
)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """The network has taken a fulfillment order."""

    received_at: datetime
    granted_features: tuple[str, ...]


def displayable_id(channel_order_id: str, fallback: str) -> str:
    """The order number printed for the buyer: 1 to 40 characters of ISO 8859-1.

    The channel's own number if it fits (Fulfillment Outbound API: no two blanks in a row, none
    at the ends), else ours.
    """
    text = " ".join(channel_order_id.split())
    try:
        text.encode("iso-8859-1")
    except UnicodeEncodeError:
        return fallback
    return text if 1 <= len(text) <= _DISPLAYABLE_MOST and text.isprintable() else fallback


class PlaceFulfillment:
    """Creates MCF orders. Asks first wherever an earlier attempt may have arrived."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ids: IdSource,
        networks: Mapping[str, Network],
        capabilities: Mapping[str, frozenset[ChannelCapability]],
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._networks = networks
        self._capabilities = capabilities

    def perform(self, effects: Sequence[LeasedEffect]) -> Sequence[Outcome]:
        """Place each order; those for which the lease leaves no time are put back."""
        network = self._networks[effects[0].party]
        with self._database.read() as connection:
            wanted = [e.payload["fulfillment_order_id"] for e in effects]
            requests = read_requests(connection, wanted)
            taken = _taken(connection, [name for name in wanted if name not in requests])
        started = self._clock.now()
        stop_at = started + (effects[0].leased_until - started) / 2
        outcomes: list[Outcome] = []
        for effect in effects:
            if self._clock.now() >= stop_at:
                outcomes.append(Later(effect, "no time left", after=0.0, excused=True))
                continue
            request = requests.get(effect.payload["fulfillment_order_id"])
            if request is None and effect.payload["fulfillment_order_id"] in taken:
                # The network's news were faster than the answer to the call, and are the answer.
                outcomes.append(Done(effect, {"adopted": True}))
                continue
            if request is None:
                outcomes.append(Refused(effect, "nothing_to_ship", "no units are held for it"))
                continue
            try:
                outcomes.append(self._place(network, effect, request))
            except Exception as error:
                # Contained: one order's failure must not hide what was placed before it.
                outcomes.append(outcome_of(effect, error))
        return outcomes

    def _place(
        self, network: Network, effect: LeasedEffect, request: FulfillmentRequest
    ) -> Outcome:
        if effect.may_have_happened:
            found = network.get_fulfillment(request.fulfillment_order_id)
            if found is not None:
                return _adopted(effect, found)
        try:
            accepted = network.create_fulfillment(request)
        except RejectedError as rejection:
            # A repeated id is refused by some versions with a general code: ask who it is.
            try:
                found = network.get_fulfillment(request.fulfillment_order_id)
            except RejectedError:
                found = None
            except PluginError as error:
                return outcome_of(effect, error)
            if found is not None:
                return _adopted(effect, found)
            return Refused(effect, rejection.code, rejection.reason)
        return _placed(effect, accepted)

    def lock(self, connection: Connection, effects: Sequence[LeasedEffect]) -> None:
        """Hold the orders (a refusal puts them on hold), then the fulfillment orders."""
        lock_orders(connection, [e.aggregate for e in effects])
        lock_fulfillment_orders(connection, [e.payload["fulfillment_order_id"] for e in effects])

    def record(
        self, connection: Connection, outcomes: Sequence[Done | Refused], *, at: datetime
    ) -> None:
        """Accepted: held → committed. Refused: the units are free again, the order is on hold."""
        rows = lock_fulfillment_orders(
            connection, [o.effect.payload["fulfillment_order_id"] for o in outcomes]
        )
        accepted: list[tuple[FulfillmentRow, Acceptance]] = []
        for outcome in outcomes:
            row = rows[outcome.effect.payload["fulfillment_order_id"]]
            if row.status is not None:
                continue
            if isinstance(outcome, Done) and isinstance(outcome.answer, Acceptance):
                accepted.append((row, outcome.answer))
            elif isinstance(outcome, Refused) and outcome.code != "gave_up":
                self._refuse(connection, row, outcome, at)
        self.accept(connection, accepted, at=at)

    def accept(
        self,
        connection: Connection,
        accepted: Sequence[tuple[FulfillmentRow, Acceptance]],
        *,
        at: datetime,
    ) -> None:
        """Note that the network has taken these fulfillment orders; their rows are held."""
        accept(connection, self._ids, accepted, at=at)

    def _refuse(
        self, connection: Connection, row: FulfillmentRow, outcome: Refused, at: datetime
    ) -> None:
        requests = cancellation_requests.open_requests(connection, [row.id])
        wanted = cancellation_requests.wanted_left(requests, row)
        # What was asked to be cancelled while it was under way is not wanted any more.
        unwanted = {item: item.held - wanted[item.item_id] for item in row.items if item.held}
        wanted_again = any(wanted[item.item_id] for item in unwanted)
        changes = []
        for item, units in unwanted.items():
            if units:
                key = f"refused-unwanted:{row.id}:{item.item_id}"
                changes.append(ItemChange(item, Step.GIVEN_UP, units, key))
            if item.held - units:
                key = f"refused:{row.id}:{item.item_id}"
                changes.append(ItemChange(item, Step.RELEASED, item.held - units, key))
        apply(connection, changes, at=at)
        connection.execute(
            update(fulfillment_orders)
            .where(fulfillment_orders.c.id == row.id)
            .values(
                status="Invalid",
                status_reason=f"{outcome.code}: {outcome.message}",
                updated_at=at,
                withdrawn_at=at,
            )
        )
        if wanted_again:
            connection.execute(
                update(orders)
                .where(orders.c.id == row.order_id)
                .values(hold_reason=f"the network refused it: {outcome.code}")
            )
        _confirm_given_up(connection, row, unwanted, requests, self._capabilities, self._ids, at)


def give_up(
    connection: Connection,
    fulfillment_order_id: str,
    capabilities: Mapping[str, frozenset[ChannelCapability]],
    ids: IdSource,
    *,
    at: datetime,
) -> None:
    """Cancel by hand what the network gave no answer for; the order and its row are held."""
    row = lock_fulfillment_orders(connection, [fulfillment_order_id])[fulfillment_order_id]
    held = [item for item in row.items if item.held]
    if not held:
        return
    apply(
        connection,
        [ItemChange(i, Step.GIVEN_UP, i.held, f"drop:{row.id}:{i.item_id}") for i in held],
        at=at,
    )
    connection.execute(
        update(fulfillment_orders)
        .where(fulfillment_orders.c.id == row.id)
        .values(withdrawn_at=at, status_reason="given up by hand")
    )
    requests = cancellation_requests.open_requests(connection, [row.id])
    given_up = {item: item.held for item in held}
    _confirm_given_up(connection, row, given_up, requests, capabilities, ids, at)


def _confirm_given_up(
    connection: Connection,
    row: FulfillmentRow,
    given_up: Mapping[Item, int],
    requests: Sequence[Any],
    capabilities: Mapping[str, frozenset[ChannelCapability]],
    ids: IdSource,
    at: datetime,
) -> None:
    """Tell the channel that units of `row` will not be shipped (they were counted before), and
    confirm the requests that wanted it so."""
    reason = requests[0].reason if requests else "given_up"
    done = bool(requests) and all(request.done for request in requests)
    confirmed = Verdict(CancellationState.CONFIRMED)
    decided = [Decided(request, confirmed) for request in requests]
    units: dict[Part, int] = {}
    for item, count in given_up.items():
        units = added(units, {(item.line_id, item.sku): count})
    quantities = newly_gone(parts_gone(connection, [row.order_id])[row.order_id], units, {})
    if quantities:
        news = NotShipped(
            row.channel,
            row.channel_order_id,
            row.order_id,
            f"{row.id}-given-up",
            reason,
            quantities,
            tell=not done,
        )
        announce(connection, [news], capabilities, at=at)
    conclude(connection, decided, capabilities, ids, at=at)


def accept(
    connection: Connection,
    ids: IdSource,
    accepted: Sequence[tuple[FulfillmentRow, Acceptance]],
    *,
    at: datetime,
) -> None:
    """The network has taken these fulfillment orders: held → committed."""
    if not accepted:
        return
    apply(
        connection,
        [
            ItemChange(item, Step.ACCEPTED, item.held, f"commit:{row.id}:{item.item_id}")
            for row, _ in accepted
            for item in row.items
            if item.held
        ],
        at=at,
    )
    sqlite = connection.dialect.name == "sqlite"
    execute(
        connection,
        _accept,
        [
            (
                row.id,
                sortable_text(answer.received_at) if sqlite else answer.received_at,
                ",".join(answer.granted_features),
            )
            for row, answer in accepted
        ],
    )
    concerns = [
        Concern(
            f"fulfillment:{row.id}:features",
            "order",
            row.order_id,
            (
                Problem(
                    "feature_not_granted",
                    f"{row.id} was accepted without {', '.join(missing)}, "
                    f"which {row.channel} demands",
                    fix="cancel it while it can be cancelled, or accept the breach",
                ),
            ),
        )
        for row, answer in accepted
        if (missing := [f for f in row.features if f not in answer.granted_features])
    ]
    raise_concerns(connection, concerns, at=at, new_ids=ids.new_ids(at, len(concerns)))


def _placed(effect: LeasedEffect, accepted: FulfillmentAccepted) -> Done:
    return Done(
        effect,
        {"received_at": accepted.received_at.isoformat()},
        Acceptance(accepted.received_at, tuple(accepted.granted_features)),
    )


def _adopted(effect: LeasedEffect, state: FulfillmentState) -> Done:
    return Done(
        effect,
        {"received_at": state.received_at.isoformat(), "adopted": True},
        Acceptance(state.received_at, tuple(state.granted_features)),
    )


def read_requests(
    connection: Connection, fulfillment_order_ids: Sequence[str], *, placed: bool = False
) -> dict[str, FulfillmentRequest]:
    """The requests to place, built from what is held for each fulfillment order now.

    With `placed`, those that were placed, with all units that each item ever had.
    """
    wanted = sorted(set(fulfillment_order_ids))
    heads = connection.execute(
        select(fulfillment_orders, orders, recipients.c.address)
        .join(orders, orders.c.id == fulfillment_orders.c.order_id)
        .join(recipients, recipients.c.order_id == orders.c.id)
        .where(fulfillment_orders.c.id.in_(wanted))
        .set_label_style(LABEL_STYLE_TABLENAME_PLUS_COL)
    ).mappings()
    items: dict[str, list[FulfillmentItem]] = {}
    for row in connection.execute(_items_to_place(wanted, placed)):
        items.setdefault(row.fulfillment_order_id, []).append(
            FulfillmentItem(
                row.item_id,
                row.sku,
                row.units,
                gift_message=row.gift_message,
                comment=row.comment,
            )
        )
    return {
        head["fulfillment_orders_id"]: _request(head, items[head["fulfillment_orders_id"]])
        for head in heads
        if head["fulfillment_orders_id"] in items
    }


def _taken(connection: Connection, fulfillment_order_ids: Sequence[str]) -> set[str]:
    """Which of these the network is known to have."""
    if not fulfillment_order_ids:
        return set()
    return set(
        connection.execute(
            select(fulfillment_orders.c.id).where(
                fulfillment_orders.c.id.in_(fulfillment_order_ids),
                fulfillment_orders.c.received_at.is_not(None),
            )
        ).scalars()
    )


def _items_to_place(wanted: Sequence[str], placed: bool) -> Any:
    units = fulfillment_items.c.quantity if placed else fulfillment_items.c.held
    return (
        select(
            fulfillment_items.c.fulfillment_order_id,
            fulfillment_items.c.item_id,
            fulfillment_items.c.sku,
            units.label("units"),
            order_lines.c.gift_message,
            order_lines.c.comment,
        )
        .join(
            order_lines,
            (order_lines.c.order_id == fulfillment_items.c.order_id)
            & (order_lines.c.line_id == fulfillment_items.c.line_id)
            & (order_lines.c.sku == fulfillment_items.c.sku),
        )
        .where(fulfillment_items.c.fulfillment_order_id.in_(wanted), units > 0)
        .order_by(fulfillment_items.c.fulfillment_order_id, fulfillment_items.c.item_id)
    )


def _request(head: Any, items: Sequence[FulfillmentItem]) -> FulfillmentRequest:
    comment = (head["orders_comment"] or DEFAULT_COMMENT)[:_COMMENT_MOST]
    features = head["fulfillment_orders_features"]
    return FulfillmentRequest(
        fulfillment_order_id=head["fulfillment_orders_id"],
        country=head["fulfillment_orders_pool"].partition(":")[2],
        displayable_order_id=displayable_id(
            head["orders_channel_order_id"], head["fulfillment_orders_order_id"]
        ),
        displayable_order_date=head["orders_ordered_at"],
        displayable_order_comment=comment,
        speed=head["fulfillment_orders_speed"],
        policy=head["fulfillment_orders_policy"],
        ship_to=Address.model_validate_json(head["recipients_address"]),
        items=items,
        features=tuple(features.split(",")) if features else (),
    )
