"""What each channel can sell, and telling it when that changes: the effect `availability.push`.

The effect names channel SKUs; the quantities are read when it is carried out, so that a late one
never tells an old figure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite

from stockpool.attention.queue import Concern, close_concerns, raise_concerns
from stockpool.catalog.tables import listing_components, products, told_availability
from stockpool.clock import Clock
from stockpool.ids import IdSource
from stockpool.ledger.tables import stock_levels
from stockpool.outbox.effects import (
    Done,
    EffectKind,
    LeasedEffect,
    NewEffect,
    Outcome,
    Refused,
    record,
)
from stockpool.outbox.tables import effects as effects_table
from stockpool.outbox.tables import is_open
from stockpool.plugins.channel import AvailabilityUpdate, Channel
from stockpool.problems import Problem
from stockpool.storage.database import Database

_SKUS_IN_ONE_EFFECT = 500


def availability(
    connection: Connection,
    channel: str,
    *,
    pools: Sequence[str],
    buffers: Mapping[str, int],
) -> dict[str, int]:
    """How many of each channel SKU can be promised now, over `pools` together.

    A kit can be sold as often as its scarcest component allows.
    """
    free: dict[str, int] = defaultdict(int)
    for row in connection.execute(
        select(stock_levels.c.pool, stock_levels.c.sku, stock_levels.c.fulfillable).where(
            stock_levels.c.pool.in_(list(pools))
        )
    ):
        free[row.sku] += max(row.fulfillable - buffers.get(row.pool, 0), 0)
    sellable: dict[str, int] = {}
    for row in connection.execute(
        select(listing_components.c.channel_sku, products.c.stock_sku, listing_components.c.units)
        .join(products, products.c.sku == listing_components.c.sku)
        .where(listing_components.c.channel == channel)
        .order_by(listing_components.c.channel_sku)
    ):
        part = free.get(row.stock_sku, 0) // row.units
        sellable[row.channel_sku] = min(sellable.get(row.channel_sku, part), part)
    return sellable


def record_changes(
    connection: Connection,
    channel: str,
    sellable: Mapping[str, int],
    *,
    again: Collection[str] = (),
    ids: IdSource,
    at: datetime,
) -> int:
    """Record effects for the channel SKUs whose quantity differs from what the channel was told.

    Those of `again` are told in any case, if they are listed. Nothing is recorded while an earlier
    such effect of the channel is still to be carried out: it will tell the newest figures by
    itself. Returns how many channel SKUs are to be told.
    """
    open_effect = select(
        exists().where(
            effects_table.c.aggregate == _aggregate(channel),
            is_open(),
        )
    )
    if connection.execute(open_effect).scalar_one():
        return 0
    told = {
        row.channel_sku: row.quantity
        for row in connection.execute(
            select(told_availability).where(told_availability.c.channel == channel)
        )
    }
    changed = sorted(
        sku for sku, quantity in sellable.items() if told.get(sku) != quantity or sku in again
    )
    starts = range(0, len(changed), _SKUS_IN_ONE_EFFECT)
    record(
        connection,
        [
            NewEffect(
                kind=EffectKind.PUSH_AVAILABILITY,
                key=f"availability-{effect_id}",
                party=channel,
                aggregate=_aggregate(channel),
                payload={"channel_skus": changed[start : start + _SKUS_IN_ONE_EFFECT]},
                share=channel,
            )
            for start, effect_id in zip(starts, ids.new_ids(at, len(starts)), strict=True)
        ],
        at=at,
    )
    return len(changed)


def _aggregate(channel: str) -> str:
    return f"availability-{channel}"


class PushAvailability:
    """Carries out `availability.push`."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        ids: IdSource,
        channels: Mapping[str, Channel],
        pools: Mapping[str, Sequence[str]],
        buffers: Callable[[], Mapping[str, int]],
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._channels = channels
        self._pools = pools
        self._buffers = buffers

    def perform(self, effects: Sequence[LeasedEffect]) -> Sequence[Outcome]:
        """Tell the newest quantities."""
        name = effects[0].party
        now = self._clock.now()
        with self._database.read() as connection:
            sellable = availability(
                connection, name, pools=self._pools.get(name, ()), buffers=self._buffers()
            )
        outcomes: list[Outcome] = []
        for effect in effects:
            told = {sku: sellable.get(sku, 0) for sku in effect.payload["channel_skus"]}
            # A repeat may tell another figure, which the channel must not take for the old one.
            keys = {f"{effect.key}-{effect.fence}-{n}": sku for n, sku in enumerate(told)}
            refusals = self._channels[name].push_availability(
                [AvailabilityUpdate(key, sku, told[sku], now) for key, sku in keys.items()]
            )
            refused = {keys[refusal.key]: str(refusal.error) for refusal in refusals}
            outcomes.append(Done(effect, {"refused": refused} if refused else {}, told))
        return outcomes

    def lock(self, connection: Connection, effects: Sequence[LeasedEffect]) -> None:
        """Nothing but the effects is changed."""

    def record(
        self, connection: Connection, outcomes: Sequence[Done | Refused], *, at: datetime
    ) -> None:
        """Remember what the channel was told, and show what it would not hear of.

        A figure that was refused counts as told: it is told again when it changes, or by hand.
        """
        done = [o for o in outcomes if isinstance(o, Done) and isinstance(o.answer, dict)]
        rows: list[dict[str, Any]] = [
            {
                "channel": outcome.effect.party,
                "channel_sku": channel_sku,
                "quantity": quantity,
                "told_at": at,
            }
            for outcome in done
            for channel_sku, quantity in cast(dict[str, int], outcome.answer).items()
        ]
        if not rows:
            return
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        statement = dialect.insert(told_availability)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["channel", "channel_sku"],
                set_={
                    "quantity": statement.excluded.quantity,
                    "told_at": statement.excluded.told_at,
                },
            ),
            rows,
        )
        concerns = [
            _refusal(outcome.effect.party, channel_sku, reason)
            for outcome in done
            for channel_sku, reason in outcome.result.get("refused", {}).items()
        ]
        raise_concerns(connection, concerns, at=at, new_ids=self._ids.new_ids(at, len(concerns)))
        settled = {_concern_key(row["channel"], row["channel_sku"]) for row in rows}
        settled -= {concern.key for concern in concerns}
        close_concerns(connection, sorted(settled), at=at, by="channel")


def _concern_key(channel: str, channel_sku: str) -> str:
    return f"availability:{channel}:{channel_sku}"


def _refusal(channel: str, channel_sku: str, reason: str) -> Concern:
    problem = Problem(
        "availability_refused",
        f"{channel} would not take the quantity of {channel_sku}: {reason}",
        fix="mend the listing on the channel, then `stockpool attention retry`",
    )
    return Concern(_concern_key(channel, channel_sku), "channel", channel, (problem,))


def tell_again(connection: Connection, channel: str, channel_sku: str) -> None:
    """Forget what the channel was told of a channel SKU, so that it is told at the next look."""
    connection.execute(
        delete(told_availability).where(
            told_availability.c.channel == channel,
            told_availability.c.channel_sku == channel_sku,
        )
    )
