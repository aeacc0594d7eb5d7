"""Interpret a taken file, once: orders and problems into a spool, findings into reports.

The file is read twice: the first time proves that all of it can be cut into rows and finds orders
whose rows are not together, the second time builds the orders. Nothing of a file is used before
the first reading is through, and no more than one order's rows are in memory at a time.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from dataclasses import dataclass
from typing import BinaryIO

from stockpool.errors import StockpoolError
from stockpool.flatfiles.encoding import survey
from stockpool.flatfiles.refusal import FileRefused as Undecodable
from stockpool.plugins.channel import OrderProblem
from stockpool.problems import Problem
from stockpool_csv_channel import spool
from stockpool_csv_channel.building import Builder
from stockpool_csv_channel.findings import FileRefused, Finding
from stockpool_csv_channel.folder import NotRegularError, OpenFolder, make_durable
from stockpool_csv_channel.grouping import groups, scattered_orders
from stockpool_csv_channel.news import NewsBuilder
from stockpool_csv_channel.reports import RejectedRows, Report
from stockpool_csv_channel.settings import CsvChannelSettings
from stockpool_csv_channel.table import Table, open_table


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a file was read into.

    Attributes:
        refused: the file as a whole could not be read.
    """

    orders: int
    spool_bytes: int
    refused: bool


class _Draft:
    """The files that a taken file is interpreted into, under private names until it is through.

    Left without `publish`, nothing remains of it.
    """

    def __init__(
        self, folder: OpenFolder, key: str, label: str, stack: contextlib.ExitStack
    ) -> None:
        self._folder = folder
        self._key = key
        self._label = label
        self._stack = stack
        self.spool = stack.enter_context(folder.work.create(f"{key}.spool"))
        self.rejected = Report(folder.work, f"{key}.report")
        stack.callback(self.rejected.discard)
        self.skipped = Report(folder.work, f"{key}.skipped")
        stack.callback(self.skipped.discard)
        self.rows: RejectedRows | None = None
        self.orders = 0

    def start_rows(self, table: Table) -> RejectedRows:
        """Rejected rows are kept in the form of `table`."""
        self.rows = RejectedRows(self._folder.work, f"{self._key}.rows", table)
        self._stack.callback(self.rows.discard)
        return self.rows

    def publish(self, *, refused: bool = False) -> Prepared:
        """Show the reports to people, and the spool to the pages."""
        self.rejected.publish(self._folder.rejected, self._label)
        if self.rows is not None:
            self.rows.publish(self._folder.rejected, self._label)
        self.skipped.publish(self._folder.done, self._label)
        size = self.spool.tell()
        make_durable(self.spool)
        self._folder.work.move(f"{self._key}.spool", self._folder.spool, self._key)
        return Prepared(self.orders, size, refused)


class Preparation:
    """Interprets one file. `key` names it in the private folders, `label` for people."""

    def __init__(
        self, folder: OpenFolder, settings: CsvChannelSettings, channel: str, key: str, label: str
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._channel = channel
        self._key = key
        self._label = label

    def refuse(self, finding: Finding) -> Prepared:
        """Nothing of the file can be used: one problem, and a report that says why."""
        with contextlib.ExitStack() as stack:
            draft = _Draft(self._folder, self._key, self._label, stack)
            problem = finding.as_problem(self._label)
            spool.write_problem(draft.spool, OrderProblem(self._label, problem))
            draft.rejected.add(finding)
            return draft.publish(refused=True)

    def run(self, file: BinaryIO, sha256: str) -> Prepared | None:
        """Interpret the file; None if it was written to meanwhile, so that it was too early."""
        before = os.fstat(file.fileno())
        refusal: Finding | None = None
        with contextlib.ExitStack() as stack:
            draft = _Draft(self._folder, self._key, self._label, stack)
            try:
                self._interpret(file, sha256, draft)
            except FileRefused as error:
                refusal = error.finding
            except (OSError, StockpoolError):
                raise
            except Exception as error:
                # A file that the code stumbles over must not keep all later files from being read.
                refusal = Finding(
                    "unreadable_file",
                    f"reading the file failed ({type(error).__name__})",
                    "report this as a defect of the csv_channel plugin",
                )
            after = os.fstat(file.fileno())
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                return None
            if refusal is None:
                return draft.publish()
        return self.refuse(refusal)

    def _interpret(self, file: BinaryIO, sha256: str, draft: _Draft) -> None:
        try:
            seen = survey(file, sha256, self._settings.encoding)
        except Undecodable as error:
            raise FileRefused(_unreadable(error.problem)) from error
        table = open_table(file, seen.codec, self._settings)
        scattered = scattered_orders(table, self._settings.limits)
        if table.columns.layout.kind != "orders":
            self._interpret_news(table, scattered, draft)
            return
        builder = Builder(table.columns, self._settings, self._channel, self._label, seen.has_nul)
        rows = draft.start_rows(table)
        reasons: Counter[tuple[str, str]] = Counter()
        for group in groups(table, scattered):
            built = builder.build(group)
            if built.request is not None:
                spool.write_order(draft.spool, built.request)
                draft.orders += 1
            elif built.findings:
                self._reject(draft.spool, group.order_id, built.findings)
                for finding in built.findings:
                    draft.rejected.add(finding, group.order_id)
                rows.add(group.rows)
            else:
                reasons[built.skipped[0].code, built.skipped[0].reason] += 1
            for finding in built.skipped:
                draft.skipped.add(finding, group.order_id)
        self._tell_skipped(draft.spool, reasons)

    def _interpret_news(self, table: Table, scattered: frozenset[str], draft: _Draft) -> None:
        builder = NewsBuilder(table.columns, self._settings)
        rows = draft.start_rows(table)
        for group in groups(table, scattered):
            built = builder.build(group)
            if built.news is not None:
                spool.write_news(draft.spool, built.news)
                draft.orders += 1
                continue
            self._reject(draft.spool, "", built.findings)
            for finding in built.findings:
                draft.rejected.add(finding, group.order_id)
            rows.add(group.rows)

    def _reject(self, out: BinaryIO, order_id: str, findings: list[Finding]) -> None:
        first = findings[0]
        source = f"{self._label}:{first.row}"
        problem = first.as_problem(source, more=len(findings) - 1)
        spool.write_problem(out, OrderProblem(source, problem, order_id or None))

    def _tell_skipped(self, out: BinaryIO, reasons: Counter[tuple[str, str]]) -> None:
        """One problem for all orders that were skipped for the same reason."""
        for (code, reason), count in reasons.items():
            source = f"{self._label}:{code}"
            problem = Problem(
                code,
                f"{count} order{'s were' if count > 1 else ' was'} not sent: {reason}",
                fix=f"see done/{self._label}.report.csv",
                source=source,
            )
            spool.write_problem(out, OrderProblem(source, problem))


def _unreadable(problem: Problem) -> Finding:
    return Finding(problem.code, problem.message, problem.fix or "save it as UTF-8")


def read_taken(folder: OpenFolder, key: str) -> BinaryIO | Finding | None:
    """The taken file, open; why it can't be; None if it is not there."""
    try:
        return folder.taken.read(key)
    except FileNotFoundError:
        return None
    except NotRegularError:
        return Finding("not_a_file", "this is a link, a pipe or a device", "drop a plain file")
