"""Removal orders: sent as files, decided by processing reports, followed by reports.

Amazon has no other way. A file holds one removal order: the processing report counts rows, and only
so is every row that it complains of the order's own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from io import BytesIO

from stockpool.clock import Clock
from stockpool.errors import RefusedError, RejectedError
from stockpool.flatfiles.processing_report import read_processing_report
from stockpool.flatfiles.refusal import FileRefused
from stockpool.flatfiles.removal_orders import RemovalOrder, RemovalOrderItem, write_removal_order
from stockpool.plugins.network_removals import (
    NetworkRemovalFeeds,
    RemovalDecision,
    RemovalFeed,
    RemovalNews,
    RemovalRequest,
    RemovalState,
)
from stockpool.plugins.network_reports import ReportRequest, ReportState, ReportStatus
from stockpool_amazon.errors import UnreadableAnswer
from stockpool_amazon.feeds import ENDED, Feed, Feeds
from stockpool_amazon.pools import Pools
from stockpool_amazon.removal_report import ORDERS, read_orders
from stockpool_amazon.reports import AmazonReports

_FEED_TYPE = "POST_FLAT_FILE_FBA_CREATE_REMOVAL"
_CONTENT_TYPE = "text/tab-separated-values; charset=UTF-8"

_REPORT_EVERY = timedelta(hours=1)
"""Removal orders take days; a report an hour is well within Amazon's limit for reports."""


class AmazonRemovals(AmazonReports, NetworkRemovalFeeds):
    """The removal orders of an account."""

    _pools: Pools
    _clock: Clock
    _feeds: Feeds

    def submit_removal(self, request: RemovalRequest) -> str:
        pool = self._pools[request.country]
        return self._feeds.create(_FEED_TYPE, pool.marketplace_id, _file(request), _CONTENT_TYPE)

    def removal_feeds(self, since: datetime) -> Sequence[RemovalFeed]:
        return [
            RemovalFeed(
                feed.feed_id,
                feed.created_at,
                feed.ended_at or feed.created_at if feed.status in ENDED else None,
            )
            for feed in self._feeds.created_since(_FEED_TYPE, since)
        ]

    def removal_decision(self, feed_id: str) -> RemovalDecision | None:
        feed = self._feeds.get(feed_id)
        if feed.status not in ENDED:
            return None
        ended_at = feed.ended_at or feed.created_at
        if feed.status == "CANCELLED":
            return RemovalDecision(ended_at, ["the feed was cancelled before it was processed"])
        if feed.status == "FATAL":
            why = "the feed was aborted (FATAL); some of it may have been done"
            return RemovalDecision(ended_at, [why], certain=False)
        return RemovalDecision(ended_at, self._refusals(feed))

    def removal_news(self, cursor: str | None, *, since: datetime) -> RemovalNews:
        place = _Place.read(cursor)
        if not place.reports:
            asked_at = datetime.fromisoformat(place.asked_at) if place.asked_at else None
            if asked_at is not None and self._clock.now() < asked_at + _REPORT_EVERY:
                return RemovalNews((), cursor)
            return RemovalNews((), self._ask_for_reports(since).written())
        reports = [(country, self.get_report(report_id)) for country, report_id in place.reports]
        if any(report is not None and not report.status.ended for _, report in reports):
            return RemovalNews((), cursor)
        place.reports = []
        made = [(country, report) for country, report in reports if _was_made(report)]
        if len(made) < len(reports):
            # Not known any more, or FATAL: the next ones will tell.
            return RemovalNews((), place.written())
        states = [
            state
            for country, report in made
            if report is not None and report.document_id is not None
            for state in self._orders_in(country, report.document_id)
        ]
        as_of = min(r.started_at or r.created_at for _, r in made if r is not None)
        return RemovalNews(states, place.written(), as_of)

    def _refusals(self, feed: Feed) -> list[str]:
        with self._feeds.result(feed) as file:
            try:
                report = read_processing_report(file, name=f"feed {feed.feed_id}")
            except FileRefused as refusal:
                raise UnreadableAnswer(str(refusal.problem)) from None
        wrong = [entry for entry in report.entries if entry.kind == "Error"]
        if not wrong and report.successful < report.processed:
            return [f"{report.processed - report.successful} of its rows were refused"]
        return [f"{entry.sku or 'row ' + str(entry.record)}: {entry.message}" for entry in wrong]

    def _ask_for_reports(self, since: datetime) -> _Place:
        reports = [
            (profile.country, self.create_report(ReportRequest(ORDERS, profile.country, since)))
            for profile in self._pools.profiles()
        ]
        return _Place(reports, self._clock.now().isoformat())

    def _orders_in(self, country: str, document_id: str) -> list[RemovalState]:
        with self.open_report(document_id) as document:
            return read_orders(document, country)


def _was_made(report: ReportState | None) -> bool:
    """Whether it tells all there is; one that was cancelled had nothing to tell."""
    return report is not None and report.status is not ReportStatus.FATAL


def _file(request: RemovalRequest) -> bytes:
    order = RemovalOrder(
        request.removal_order_id,
        request.disposition,
        request.ship_to,
        tuple(RemovalOrderItem(item.sku, item.sellable, item.unsellable) for item in request.items),
    )
    file = BytesIO()
    try:
        write_removal_order(order, file)
    except RefusedError as refusal:
        raise RejectedError("InvalidInput", str(refusal)) from None
    return file.getvalue()


@dataclass
class _Place:
    """The cursor of `removal_news`.

    Attributes:
        reports: [country, report id] that were asked for and not read yet.
        asked_at: when reports were asked for last, by our clock.
    """

    reports: list[tuple[str, str]] = field(default_factory=list)
    asked_at: str | None = None

    @classmethod
    def read(cls, cursor: str | None) -> _Place:
        """A cursor of ours; a new one for any other."""
        try:
            place = cls(**json.loads(cursor or "{}"))
            place.reports = [(country, report_id) for country, report_id in place.reports]
        except (ValueError, TypeError):
            return cls()
        return place

    def written(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))
