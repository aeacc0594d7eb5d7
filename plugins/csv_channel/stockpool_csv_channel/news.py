"""The rows of one cancellation, refund or return into what the engine is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from stockpool.flatfiles.formulas import unguard
from stockpool.money import Money
from stockpool.plugins.channel import ChannelCancellation, ChannelRefund, LineQuantity
from stockpool.plugins.channel_returns import ChannelReturn
from stockpool_csv_channel import values
from stockpool_csv_channel.findings import Finding
from stockpool_csv_channel.grouping import Group
from stockpool_csv_channel.layouts.layout import Columns
from stockpool_csv_channel.settings import CsvChannelSettings

News = ChannelCancellation | ChannelRefund | ChannelReturn

_IDENTIFIER_MOST = 255
_REASON_MOST = 500
_COMMENT_MOST = 1_000


@dataclass(slots=True)
class BuiltNews:
    """What became of the rows: news, or why there are none."""

    news: News | None = None
    findings: list[Finding] = field(default_factory=list)


class NewsBuilder:
    """Builds the cancellations, the refunds or the returns of one file."""

    def __init__(self, columns: Columns, settings: CsvChannelSettings) -> None:
        self._columns = columns
        self._settings = settings

    def build(self, group: Group) -> BuiltNews:
        """Read the rows of one. Everything wrong is collected; one bad row rejects all of them."""
        if group.findings:
            return BuiltNews(findings=group.findings)
        findings: list[Finding] = []
        row, head = group.rows[0][0], self._cells(group.rows[0][1])
        for number, cells in group.rows[1:]:
            self._compare(number, self._cells(cells), head, findings)
        order_id = self._identifier(row, head, "channel_order_id", findings)
        news_id = order_id
        if "news_id" in self._columns.titles:
            news_id = self._identifier(row, head, "news_id", findings)
        lines = self._lines(group, findings)
        news: News | None = None
        if self._columns.layout.kind == "refunds":
            amount = self._amount(row, head, findings)
            if amount is not None and not findings:
                key = head.get("key") or None
                reason = head.get("reason", "")[:_REASON_MOST]
                news = ChannelRefund(news_id, order_id, amount, reason, lines, key=key)
        elif self._columns.layout.kind == "returns":
            reason = self._identifier(row, head, "reason", findings)
            comment = head.get("comment", "")[:_COMMENT_MOST]
            if not findings:
                news = ChannelReturn(news_id, order_id, lines, reason, comment)
        elif not findings:
            done = self._truth(row, head, findings)
            reason = head.get("reason", "")[:_REASON_MOST] or "cancelled in a file"
            news = ChannelCancellation(news_id, order_id, reason, lines, done)
        return BuiltNews(findings=findings) if findings else BuiltNews(news)

    def _cells(self, row: list[str]) -> dict[str, str]:
        places = (*self._columns.order, *self._columns.line)
        return {
            name: unguard(row[at].strip()).strip() if at < len(row) else "" for name, at in places
        }

    def _compare(
        self, row: int, cells: Mapping[str, str], head: Mapping[str, str], findings: list[Finding]
    ) -> None:
        """What is about all of it stands on its first row, or is the same on all."""
        for name, _ in self._columns.order:
            if cells[name] and cells[name] != head[name]:
                reason = f"{self._columns.titles[name]} differs from the first row"
                fix = "write the same on all rows, or leave it empty after the first"
                findings.append(self._finding("conflicting_value", reason, fix, row, name))

    def _lines(self, group: Group, findings: list[Finding]) -> tuple[LineQuantity, ...]:
        lines: list[LineQuantity] = []
        for number, cells in group.rows:
            found = self._cells(cells)
            if not found.get("line_id"):
                if found.get("quantity"):
                    reason, fix = "a quantity without its line", "write the line's id"
                    findings.append(self._finding("missing_value", reason, fix, number, "line_id"))
                continue
            line_id = self._identifier(number, found, "line_id", findings)
            try:
                quantity = values.quantity(found.get("quantity", ""))
            except values.BadCellError as error:
                findings.append(error.at(number, self._columns.titles.get("quantity")))
                continue
            lines.append(LineQuantity(line_id, found.get("channel_sku", ""), quantity))
        return tuple(lines)

    def _amount(self, row: int, cells: Mapping[str, str], findings: list[Finding]) -> Money | None:
        currency = cells.get("currency") or self._settings.defaults.currency
        if currency is None:
            reason, fix = "no currency", "fill it in, or set defaults.currency"
            findings.append(self._finding("missing_value", reason, fix, row, "currency"))
            return None
        try:
            return Money.parse(values.amount(cells["amount"], self._settings.decimal), currency)
        except values.BadCellError as error:
            findings.append(error.at(row, self._columns.titles["amount"]))
        except ValueError:
            reason = "not an amount of that currency"
            fix = "write it like 9.50, with an ISO 4217 currency code like USD"
            findings.append(self._finding("invalid_amount", reason, fix, row, "amount"))
        return None

    def _truth(self, row: int, cells: Mapping[str, str], findings: list[Finding]) -> bool:
        try:
            return bool(cells.get("done")) and values.truth(cells["done"])
        except values.BadCellError as error:
            findings.append(error.at(row, self._columns.titles["done"]))
            return False

    def _identifier(
        self, row: int, cells: Mapping[str, str], name: str, findings: list[Finding]
    ) -> str:
        text = cells[name]
        if not text or len(text) > _IDENTIFIER_MOST or not text.isprintable():
            reason = f"empty, longer than {_IDENTIFIER_MOST} characters, or not printable"
            findings.append(self._finding("invalid_identifier", reason, "correct it", row, name))
        return text

    def _finding(self, code: str, reason: str, fix: str, row: int, name: str) -> Finding:
        return Finding(code, reason, fix, row, self._columns.titles.get(name, name))
