"""Asking the network to take units back: the effect `return.create`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from stockpool.care.refunding import Surroundings
from stockpool.errors import PluginError
from stockpool.orders.withdrawal import lock_orders
from stockpool.outbox.carrier import outcome_of
from stockpool.outbox.effects import Done, LeasedEffect, Outcome, Refused
from stockpool.plugins.network import Network
from stockpool.plugins.network_returns import (
    InvalidItemReasonCode,
    ReturnAuthorization,
    ReturnItemState,
    ReturnRequestItem,
)
from stockpool.returns.news import UnitNews, refuse_units, take_news
from stockpool.returns.tables import order_returns, return_units
from stockpool.storage.database import Database


@dataclass(frozen=True, slots=True)
class _Answer:
    news: tuple[UnitNews, ...]
    refusals: Mapping[str, str]


class AuthoriseReturn:
    """Asks first wherever an earlier attempt may have arrived."""

    def __init__(
        self, database: Database, surroundings: Surroundings, networks: Mapping[str, Network]
    ) -> None:
        self._database = database
        self._surroundings = surroundings
        self._networks = networks

    def perform(self, effects: Sequence[LeasedEffect]) -> Sequence[Outcome]:
        """Ask for each fulfillment order's units."""
        network = self._networks[effects[0].party]
        return [self._ask(network, effect) for effect in effects]

    def _ask(self, network: Network, effect: LeasedEffect) -> Outcome:
        order_id = effect.payload["fulfillment_order_id"]
        with self._database.read() as connection:
            asked = _asked(connection, effect)
        try:
            news = _known(network, order_id) if effect.may_have_happened else {}
            missing = [item for item in asked if item.return_item_id not in news]
            refusals: dict[str, str] = {}
            if missing:
                answer = network.create_return(order_id, missing)
                news |= _news(answer.items, answer.authorizations)
                refusals = {
                    item.return_item_id: f"{item.code}: {item.description}"
                    for item in answer.invalid_items
                }
                if any(
                    item.code is InvalidItemReasonCode.DUPLICATE_REQUEST
                    for item in answer.invalid_items
                ):
                    # An earlier attempt of ours arrived after all.
                    news |= _known(network, order_id)
            ids = {item.return_item_id for item in asked}
            ours = tuple(one for return_item_id, one in news.items() if return_item_id in ids)
            refused = {key: why for key, why in refusals.items() if key not in news}
            return Done(effect, answer=_Answer(ours, refused))
        except PluginError as error:
            return outcome_of(effect, error)

    def lock(self, connection: Connection, effects: Sequence[LeasedEffect]) -> None:
        """Hold the orders."""
        ids = connection.execute(
            select(order_returns.c.order_id).where(
                order_returns.c.id.in_([effect.payload["return_id"] for effect in effects])
            )
        ).scalars()
        lock_orders(connection, list(ids))

    def record(
        self, connection: Connection, outcomes: Sequence[Done | Refused], *, at: datetime
    ) -> None:
        """Authorised or refused, unit by unit."""
        for outcome in outcomes:
            return_id = outcome.effect.payload["return_id"]
            if isinstance(outcome, Done):
                assert isinstance(outcome.answer, _Answer)
                take_news(connection, return_id, outcome.answer.news, self._surroundings, at=at)
                refusals = outcome.answer.refusals
            elif outcome.code == "gave_up":
                continue
            else:
                asked = _asked(connection, outcome.effect)
                why = f"{outcome.code}: {outcome.message}"
                refusals = {item.return_item_id: why for item in asked}
            refuse_units(connection, return_id, refusals, self._surroundings, at=at)


def _asked(connection: Connection, effect: LeasedEffect) -> list[ReturnRequestItem]:
    u, r = return_units.c, order_returns.c
    rows = connection.execute(
        select(u.id, u.item_id, u.shipment_id, r.reason_code, r.comment)
        .join(order_returns, r.id == u.return_id)
        .where(
            u.return_id == effect.payload["return_id"],
            u.fulfillment_order_id == effect.payload["fulfillment_order_id"],
            u.state == "asked",
        )
        .order_by(u.id)
    )
    return [ReturnRequestItem(*row) for row in rows]


def _known(network: Network, fulfillment_order_id: str) -> dict[str, UnitNews]:
    returns = network.get_returns(fulfillment_order_id)
    return {} if returns is None else _news(returns.items, returns.authorizations)


def _news(
    items: Sequence[ReturnItemState], authorizations: Sequence[ReturnAuthorization]
) -> dict[str, UnitNews]:
    known = {one.return_authorization_id: one for one in authorizations}
    return {
        item.return_item_id: UnitNews(item, known.get(item.return_authorization_id or ""))
        for item in items
    }
