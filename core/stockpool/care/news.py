"""What channels tell of orders after they were placed, noted with the page that brought it.

A page is stored with its cursor in one transaction and taken in afterwards, one order a unit of
work. So nothing is lost if the process dies between, and what is told of an order that is not
there yet (it is parked, say) waits until it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from stockpool.attention.queue import Concern
from stockpool.care.tables import channel_news
from stockpool.money import Money
from stockpool.orders.tables import orders
from stockpool.plugins.channel import (
    ChannelCancellation,
    ChannelRefund,
    LineQuantity,
    OrderPage,
    RefundPart,
)
from stockpool.plugins.channel_returns import ChannelReturn
from stockpool.problems import Problem


class NewsKind(StrEnum):
    """What is told."""

    CANCELLATION = "cancellation"
    REFUND = "refund"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class OpenNews:
    """News of an order that is there, not taken in yet."""

    channel: str
    kind: NewsKind
    news_id: str
    order_id: str
    body: str

    def refund(self) -> ChannelRefund:
        """The refund that it tells of."""
        document = json.loads(self.body)
        return ChannelRefund(
            self.news_id,
            document["order"],
            Money(document["minor"], document["currency"]),
            document["reason"],
            _lines(document),
            tuple(
                RefundPart(part, Money(minor, document["currency"]), line_id)
                for part, minor, line_id in document["parts"]
            ),
            document["key"],
        )

    def cancellation(self) -> ChannelCancellation:
        """The cancellation that it asks for."""
        document = json.loads(self.body)
        return ChannelCancellation(
            self.news_id,
            document["order"],
            document["reason"],
            _lines(document),
            document["done"],
        )

    def asked_return(self) -> ChannelReturn:
        """The return that it asks for."""
        document = json.loads(self.body)
        return ChannelReturn(
            self.news_id,
            document["order"],
            _lines(document),
            document["reason"],
            document["comment"],
        )


def _lines(document: Any) -> tuple[LineQuantity, ...]:
    return tuple(LineQuantity(*line) for line in document["lines"])


def note(connection: Connection, channel: str, page: OrderPage, *, at: datetime) -> None:
    """Keep what a page brought; what is known by its id is left as it is."""
    rows = [
        {
            "channel": channel,
            "kind": kind.value,
            "news_id": news_id,
            "channel_order_id": channel_order_id,
            "body": json.dumps(document, sort_keys=True),
            "noted_at": at,
        }
        for kind, news_id, channel_order_id, document in (
            *((NewsKind.REFUND, r.refund_id, r.channel_order_id, _refund(r)) for r in page.refunds),
            *(
                (NewsKind.CANCELLATION, c.cancellation_id, c.channel_order_id, _cancellation(c))
                for c in page.cancellations
            ),
            *((NewsKind.RETURN, r.return_id, r.channel_order_id, _return(r)) for r in page.returns),
        )
    ]
    if rows:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        rows.sort(key=lambda row: (row["kind"], row["news_id"]))
        connection.execute(dialect.insert(channel_news).on_conflict_do_nothing(), rows)


def _refund(refund: ChannelRefund) -> dict[str, Any]:
    return {
        "order": refund.channel_order_id,
        "minor": refund.amount.minor,
        "currency": refund.amount.currency,
        "reason": refund.reason,
        "lines": [[x.line_id, x.channel_sku, x.quantity] for x in refund.lines],
        "parts": [[p.part, p.amount.minor, p.line_id] for p in refund.parts],
        "key": refund.key,
    }


def _cancellation(cancellation: ChannelCancellation) -> dict[str, Any]:
    return {
        "order": cancellation.channel_order_id,
        "reason": cancellation.reason,
        "lines": [[x.line_id, x.channel_sku, x.quantity] for x in cancellation.lines],
        "done": cancellation.done,
    }


def _return(asked: ChannelReturn) -> dict[str, Any]:
    return {
        "order": asked.channel_order_id,
        "reason": asked.reason,
        "comment": asked.comment,
        "lines": [[x.line_id, x.channel_sku, x.quantity] for x in asked.lines],
    }


_NOT_TAKEN = channel_news.c.taken_at.is_(None)


def open_news(connection: Connection, channel: str, *, most: int = 500) -> list[OpenNews]:
    """News of orders that are there, the oldest first; cancellations before refunds."""
    rows = connection.execute(
        select(channel_news, orders.c.id.label("order_id"))
        .join(
            orders,
            (orders.c.channel == channel_news.c.channel)
            & (orders.c.channel_order_id == channel_news.c.channel_order_id),
        )
        .where(channel_news.c.channel == channel, _NOT_TAKEN)
        .order_by(channel_news.c.noted_at, channel_news.c.kind, channel_news.c.news_id)
        .limit(most)
    )
    return [
        OpenNews(row.channel, NewsKind(row.kind), row.news_id, row.order_id, row.body)
        for row in rows
    ]


def claim(connection: Connection, news: OpenNews, *, at: datetime) -> bool:
    """Take it for this unit of work; False if another one has taken it in. The order is held."""
    taken = connection.execute(
        update(channel_news)
        .where(
            channel_news.c.channel == news.channel,
            channel_news.c.kind == news.kind.value,
            channel_news.c.news_id == news.news_id,
            _NOT_TAKEN,
        )
        .values(taken_at=at)
    )
    return bool(taken.rowcount)


def forget_words(connection: Connection, channel: str, channel_order_id: str) -> None:
    """Keep no customer's words with what was told of an order."""
    rows = connection.execute(
        select(channel_news).where(
            channel_news.c.channel == channel,
            channel_news.c.channel_order_id == channel_order_id,
            channel_news.c.kind == NewsKind.RETURN.value,
        )
    ).all()
    for row in rows:
        body = json.dumps({**json.loads(row.body), "comment": ""}, sort_keys=True)
        connection.execute(
            update(channel_news)
            .where(
                channel_news.c.channel == channel,
                channel_news.c.kind == row.kind,
                channel_news.c.news_id == row.news_id,
            )
            .values(body=body)
        )


def strays(connection: Connection, channel: str, page: OrderPage) -> list[Concern]:
    """Concerns about news of orders that are not there. They are taken in when the orders are."""
    told = [
        *((NewsKind.REFUND, r.refund_id, r.channel_order_id) for r in page.refunds),
        *(
            (NewsKind.CANCELLATION, c.cancellation_id, c.channel_order_id)
            for c in page.cancellations
        ),
        *((NewsKind.RETURN, r.return_id, r.channel_order_id) for r in page.returns),
    ]
    wanted = sorted({channel_order_id for _, _, channel_order_id in told})
    there: set[str] = set()
    for start in range(0, len(wanted), 500):
        there |= set(
            connection.execute(
                select(orders.c.channel_order_id).where(
                    orders.c.channel == channel,
                    orders.c.channel_order_id.in_(wanted[start : start + 500]),
                )
            ).scalars()
        )
    return [
        Concern(
            concern_key(channel, kind, news_id),
            "channel",
            channel_order_id,
            (
                Problem(
                    "unknown_order",
                    f"{channel} tells of {kind} {news_id} of order {channel_order_id}, "
                    "which is not here",
                    "channel_order_id",
                    fix="it is taken in when the order is accepted; see what is parked",
                ),
            ),
        )
        for kind, news_id, channel_order_id in told
        if channel_order_id not in there
    ]


def concern_key(channel: str, kind: NewsKind, news_id: str) -> str:
    """The attention queue's key for news that could not be taken in, or not as they came."""
    return f"news:{channel}:{kind}:{news_id}"
