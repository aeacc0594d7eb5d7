"""Returns that a channel asks for, each taken in once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from stockpool.attention.queue import Concern, raise_concerns
from stockpool.care.news import OpenNews, concern_key
from stockpool.care.refunding import Surroundings
from stockpool.errors import RefusedError
from stockpool.plugins.network_returns import RETURN_COMMENT_MOST
from stockpool.problems import Problem
from stockpool.returns.recording import ReturnWish, record_return
from stockpool.returns.telling import tell_refusal

ANY_REASON = "*"
"""In a channel's `return_reasons`: the code for words that are not named."""


def reason_code(word: str, reasons: Mapping[str, str]) -> str:
    """The network's reason code for a channel's word; the word itself if nothing is said of it."""
    return reasons.get(word) or reasons.get(ANY_REASON) or word


def take_return_request(
    connection: Connection,
    news: OpenNews,
    reasons: Mapping[str, str],
    takes_back: Callable[[str], bool],
    surroundings: Surroundings,
    *,
    at: datetime,
) -> None:
    """Ask the network for what a channel asks for. The order is held, the news claimed.

    One that can't be asked for is refused to the channel, and shown to a person.
    """
    told = news.asked_return()
    lines: dict[str, int] = {}
    for line in told.lines:
        lines[line.line_id] = lines.get(line.line_id, 0) + line.quantity
    wish = ReturnWish(
        news.order_id,
        f"channel:{news.channel}:{news.news_id}",
        lines,
        reason_code(told.reason, reasons),
        told.comment[:RETURN_COMMENT_MOST],
        asked_by=news.news_id,
    )
    try:
        record_return(connection, wish, takes_back, surroundings.ids, at=at)
    except RefusedError as refusal:
        tell_refusal(connection, news, lines, str(refusal.problems[0]), surroundings, at=at)
        problem = Problem(
            "return_not_possible",
            f"{news.channel} asks for return {news.news_id}: {refusal.problems[0]}",
            "lines",
            fix="settle it with the customer; `stockpool returns request` asks for another",
        )
        concern = Concern(
            concern_key(news.channel, news.kind, news.news_id), "order", news.order_id, (problem,)
        )
        new_ids = [surroundings.ids.new_id(at)]
        raise_concerns(connection, [concern], at=at, new_ids=new_ids)
