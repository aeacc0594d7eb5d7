"""Interpret a taken file, once: orders and problems into a spool, findings into reports.

The file is read twice: the first time proves that all of it can be cut into rows and finds orders
whose rows are not together, the second time builds the orders. Nothing of a file is used before
the first reading is through, and no more than one order's rows are in memory at a time.
"""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from stockpool.errors import StockpoolError
from stockpool.plugins.channel import OrderProblem
from stockpool.problems import Problem
from stockpool_csv_channel import spool
from stockpool_csv_channel.building import Builder
from stockpool_csv_channel.encoding import survey
from stockpool_csv_channel.findings import FileRefused, Finding
from stockpool_csv_channel.folder import NotRegularError, OpenFolder, make_durable
from stockpool_csv_channel.grouping import groups, scattered_orders
from stockpool_csv_channel.reports import RejectedRows, Report
from stockpool_csv_channel.settings import CsvChannelSettings
from stockpool_csv_channel.table import open_table


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a file was read into.

    Attributes:
        refused: the file as a whole could not be read.
    """

    orders: int
    spool_bytes: int
    refused: bool


@dataclass(frozen=True, slots=True)
class _Draft:
    """A whole file, interpreted; `publish` shows the result."""

    publish: Callable[[], Prepared]


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
        report = Report(self._folder.work, f"{self._key}.report")
        report.add(finding)
        report.publish(self._folder.rejected, self._label)
        with self._folder.work.create(f"{self._key}.spool") as out:
            problem = finding.as_problem(self._label)
            spool.write_problem(out, OrderProblem(self._label, problem))
            return Prepared(0, self._keep(out), refused=True)

    def run(self, file: BinaryIO, sha256: str) -> Prepared | None:
        """Interpret the file; None if it was written to meanwhile, so that it was too early."""
        before = os.fstat(file.fileno())
        with contextlib.ExitStack() as stack:
            try:
                prepared = self._interpret(file, sha256, stack)
                refusal = None
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
                return prepared.publish()
        return self.refuse(refusal)

    def _interpret(self, file: BinaryIO, sha256: str, stack: contextlib.ExitStack) -> _Draft:
        work = self._folder.work
        seen = survey(file, sha256, self._settings.encoding)
        table = open_table(file, seen.codec, self._settings)
        scattered = scattered_orders(table, self._settings.limits)
        builder = Builder(table.columns, self._settings, self._channel, self._label, seen.has_nul)
        out = stack.enter_context(work.create(f"{self._key}.spool"))
        rejected = Report(work, f"{self._key}.report")
        stack.callback(rejected.discard)
        skipped = Report(work, f"{self._key}.skipped")
        stack.callback(skipped.discard)
        rows = RejectedRows(work, f"{self._key}.rows", table)
        stack.callback(rows.discard)
        orders = 0
        reasons: Counter[tuple[str, str]] = Counter()
        for group in groups(table, scattered):
            built = builder.build(group)
            if built.request is not None:
                spool.write_order(out, built.request)
                orders += 1
            elif built.findings:
                self._reject(out, group.order_id, built.findings)
                for finding in built.findings:
                    rejected.add(finding, group.order_id)
                rows.add(group.rows)
            else:
                reasons[built.skipped[0].code, built.skipped[0].reason] += 1
            for finding in built.skipped:
                skipped.add(finding, group.order_id)
        self._tell_skipped(out, reasons)

        def publish() -> Prepared:
            rejected.publish(self._folder.rejected, self._label)
            rows.publish(self._folder.rejected, self._label)
            skipped.publish(self._folder.done, self._label)
            return Prepared(orders, self._keep(out), refused=False)

        return _Draft(publish)

    def _keep(self, out: BinaryIO) -> int:
        size = out.tell()
        make_durable(out)
        self._folder.work.move(f"{self._key}.spool", self._folder.spool, self._key)
        return size

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


def read_taken(folder: OpenFolder, key: str) -> BinaryIO | Finding | None:
    """The taken file, open; why it can't be; None if it is not there."""
    try:
        return folder.taken.read(key)
    except FileNotFoundError:
        return None
    except NotRegularError:
        return Finding("not_a_file", "this is a link, a pipe or a device", "drop a plain file")
