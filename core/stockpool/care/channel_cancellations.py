"""Cancellations that a channel asks for, each taken in once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from stockpool.attention.queue import Concern, raise_concerns
from stockpool.care.news import OpenNews, concern_key
from stockpool.errors import NotFoundError
from stockpool.orders.cancellation_case import AskedByChannel, Surroundings
from stockpool.orders.cancelling import cancel
from stockpool.problems import Problem


def take_cancellation(
    connection: Connection, news: OpenNews, surroundings: Surroundings, *, at: datetime
) -> None:
    """Cancel what the channel asks for. The order is held, the news claimed.

    One that makes no sense cancels nothing and is shown to a person.
    """
    told = news.cancellation()
    lines: dict[str, int] = {}
    for line in told.lines:
        lines[line.line_id] = lines.get(line.line_id, 0) + line.quantity
    try:
        cancel(
            connection,
            news.order_id,
            reason=told.reason,
            lines=lines or None,
            surroundings=surroundings,
            at=at,
            asked=AskedByChannel(told.cancellation_id, told.done),
        )
    except (NotFoundError, ValueError) as error:
        problem = Problem(
            "cancellation_not_understood",
            f"{news.channel} asks for cancellation {news.news_id}: {error}",
            "lines",
            fix="cancel it by hand: `stockpool orders cancel`",
        )
        raise_concerns(
            connection,
            [
                Concern(
                    concern_key(news.channel, news.kind, news.news_id),
                    "order",
                    news.order_id,
                    (problem,),
                )
            ],
            at=at,
            new_ids=[surroundings.ids.new_id(at)],
        )
