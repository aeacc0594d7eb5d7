"""Orders out of the inbox, in pages.

    inbox/NAME ─ taken by rename ─► .state/taken ─ interpreted once ─► .state/spool ─► pages
                                                     a call with a later cursor ─► done/NAME

A cursor says how far into which turn everything is stored (see `takings`). Each step can be
repeated: whoever is killed anywhere leaves a state from which the next call goes on, and a page
that nobody acknowledged is handed out again as it was.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from stockpool.flatfiles.encoding import identity
from stockpool.order_request import OrderRequest
from stockpool.plugins.channel import (
    ChannelCancellation,
    ChannelRefund,
    OrderPage,
    OrderProblem,
    PluginContext,
)
from stockpool.plugins.channel_returns import ChannelReturn
from stockpool_csv_channel import database, inbox, spool, takings
from stockpool_csv_channel.findings import Finding
from stockpool_csv_channel.folder import Folder, OpenFolder
from stockpool_csv_channel.names import free_label
from stockpool_csv_channel.preparation import Preparation, Prepared, read_taken
from stockpool_csv_channel.reports import REPORT, ROWS, Report
from stockpool_csv_channel.settings import CsvChannelSettings
from stockpool_csv_channel.takings import Status, TakenFile, Takings

DATABASE = "inbox.db"

_FILES_A_PAGE = 100
"""Bounds how long one call works while others wait."""


@dataclass(frozen=True, slots=True)
class Position:
    """Everything before `offset` in `turn` is stored, and all earlier turns."""

    state_id: str
    turn: int
    offset: int
    sha256: str

    def as_cursor(self) -> str:
        """For the engine to keep."""
        return json.dumps(
            {
                "state": self.state_id,
                "turn": self.turn,
                "offset": self.offset,
                "sha256": self.sha256,
            }
        )


def position(cursor: str | None, state_id: str) -> Position | None:
    """The position that `cursor` stands for; None (from the start) if it is of another state.

    Starting again is safe, because what was stored before is recognised by the engine.
    """
    if cursor is None:
        return None
    try:
        told = json.loads(cursor)
        found = Position(
            str(told["state"]), int(told["turn"]), int(told["offset"]), str(told["sha256"])
        )
    except (ValueError, TypeError, KeyError):
        return None
    return found if found.state_id == state_id and found.offset >= 0 else None


class _Page:
    """A page in the making. Small files share one; a large file fills many.

    Args:
        most: orders and problems that it may hold.
    """

    def __init__(self, most: int) -> None:
        self.room = most
        self.files = 0
        self.orders: list[OrderRequest] = []
        self.problems: list[OrderProblem] = []
        self.refunds: list[ChannelRefund] = []
        self.cancellations: list[ChannelCancellation] = []
        self.returns: list[ChannelReturn] = []
        self.end: Position | None = None
        # Set also for the last page: only the next call tells us that this one is stored.
        self.more = False

    @property
    def is_full(self) -> bool:
        """Is it time to hand the page out?"""
        return self.room <= 0 or self.files >= _FILES_A_PAGE

    def add(self, part: spool.Slice, end: Position) -> None:
        """Add records of the next turn. `end` is where everything in the page is stored."""
        self.orders += part.orders
        self.problems += part.problems
        self.refunds += part.refunds
        self.cancellations += part.cancellations
        self.returns += part.returns
        self.room -= len(part.orders) + len(part.problems)
        self.room -= len(part.refunds) + len(part.cancellations) + len(part.returns)
        self.files += 1
        self.end = end
        self.more = True

    def result(self, cursor: str | None) -> OrderPage:
        """The page, for the engine; the cursor stays where it was if nothing is in it."""
        after = cursor if self.end is None else self.end.as_cursor()
        return OrderPage(
            tuple(self.orders),
            after,
            self.more,
            tuple(self.problems),
            tuple(self.refunds),
            tuple(self.cancellations),
            tuple(self.returns),
        )


class Intake:
    """Reads the inbox of one channel."""

    def __init__(
        self, folder: Folder, settings: CsvChannelSettings, context: PluginContext
    ) -> None:
        self._folder = folder
        self._settings = settings
        self._context = context

    def fetch(self, cursor: str | None) -> OrderPage:
        """The page after `cursor`."""
        with self._visit() as visit:
            return visit.page(cursor)

    def idle(self) -> bool:
        """Is there nothing to hand out, now or as soon as a file has settled?"""
        with self._visit() as visit:
            return visit.idle()

    @contextlib.contextmanager
    def _visit(self) -> Iterator[_Visit]:
        with (
            self._folder.open() as folder,
            folder.locked("inbox"),
            database.opened(folder.database(DATABASE), takings.SCHEMA) as connection,
        ):
            yield _Visit(folder, Takings(connection), self._settings, self._context)


class _Visit:
    """One call: the folder is open, and nobody else is at the inbox."""

    def __init__(
        self,
        folder: OpenFolder,
        files: Takings,
        settings: CsvChannelSettings,
        context: PluginContext,
    ) -> None:
        self._folder = folder
        self._files = files
        self._settings = settings
        self._context = context
        self._state_id = files.state_id() or self._start_list()

    def _start_list(self) -> str:
        """A new list of files. What an older one had taken goes back to be taken again."""
        for key in self._folder.taken.names():
            self._folder.taken.move(key, self._folder.inbox, f"recovered-{key}.csv")
        state_id = self._context.ids.new_id(self._context.clock.now())
        self._files.set_state_id(state_id)
        return state_id

    def idle(self) -> bool:
        view = inbox.look(self._folder, self._files, self._settings, self._context.clock)
        return not (view.ready or view.settling or self._files.unfinished())

    def page(self, cursor: str | None) -> OrderPage:
        reached = position(cursor, self._state_id)
        for file in self._files.unfinished():
            if file.status is Status.READING and _is_past(reached, file):
                self._finish(file)
        page = _Page(self._settings.limits.page_orders)
        for file in self._files.unfinished():
            if not self._add(file, reached, page):
                break
        else:
            self._add_new_files(reached, page)
        if not page.more:
            self._sweep()
        return page.result(cursor)

    def _add_new_files(self, reached: Position | None, page: _Page) -> None:
        view = inbox.look(self._folder, self._files, self._settings, self._context.clock)
        page.problems += view.problems
        for name in view.ready:
            if not self._add(self._take(name), reached, page):
                break

    def _add(self, file: TakenFile, reached: Position | None, page: _Page) -> bool:
        """Add the next records of `file`, if it has any now. False: hand the page out.

        Files come by turn, the ones without a turn last. So whatever lies behind the page's end
        has a later turn, and does not count as stored when the engine comes back.
        """
        was_reading = file.status is Status.READING
        if not was_reading:
            prepared = self._prepare(file)
            if prepared is None:
                return True
            file = prepared
        assert file.turn is not None
        assert file.sha256 is not None
        offset = reached.offset if reached is not None and reached.turn == file.turn else 0
        part = self._read(file, offset, page.room)
        if part is None:
            self._files.start_again(file)
            page.more = page.more or was_reading
            return False
        if part.end == part.start:
            # Nothing (more) in it, so there is nothing to wait for.
            self._finish(file)
            return True
        page.add(part, Position(self._state_id, file.turn, part.end, file.sha256))
        return not page.is_full

    def _read(self, file: TakenFile, offset: int, most: int) -> spool.Slice | None:
        """The next records of `file`; None if its spool is lost or of no use any more."""
        try:
            with self._folder.spool.read(str(file.id)) as records:
                part = spool.read(records, offset, most)
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return None
        return None if part.end == offset < file.spool_bytes else part

    def _take(self, name: str) -> TakenFile:
        file = self._files.add(
            name,
            free_label(name, self._files.next_id(), self._is_label_used),
            self._context.clock.now(),
        )
        if self._settings.marker is not None:
            self._folder.inbox.remove(name + self._settings.marker)
        self._folder.inbox.move(name, self._folder.taken, str(file.id))
        self._files.forget_sighting(name)
        return file

    def _is_label_used(self, label: str) -> bool:
        folder = self._folder
        return (
            self._files.is_label_used(label)
            or folder.done.stat(label) is not None
            or any(folder.rejected.stat(label + end) is not None for end in ("", REPORT, ROWS))
        )

    def _prepare(self, file: TakenFile) -> TakenFile | None:
        """Interpret `file` and give it its turn; None if there is nothing to read, or not yet."""
        key = str(file.id)
        opened = read_taken(self._folder, key)
        if opened is None:
            # Killed between the note and the rename: take it now, if it still is there.
            if not self._folder.inbox.is_regular(file.name):
                self._files.forget(file)
                return None
            self._folder.inbox.move(file.name, self._folder.taken, key)
            opened = read_taken(self._folder, key)
        preparation = Preparation(self._folder, self._settings, self._context.name, key, file.label)
        if opened is None:
            return None
        if isinstance(opened, Finding):
            return self._start(file, f"unread-{key}", preparation.refuse(opened))
        with opened:
            size = opened.seek(0, 2)
            limit = self._settings.limits.file_bytes
            if size > limit:
                refusal = Finding(
                    "file_too_large",
                    f"the file has {size} bytes",
                    "split it, or raise limits.file_bytes",
                    limit=str(limit),
                )
                return self._start(file, f"unread-{key}", preparation.refuse(refusal))
            sha256 = identity(opened)
            earlier = self._files.earlier(file, sha256)
            if earlier is not None and file.sha256 is None and not self._settings.read_again:
                self._set_aside(file, earlier)
                return None
            prepared = preparation.run(opened, sha256)
        return None if prepared is None else self._start(file, sha256, prepared)

    def _start(self, file: TakenFile, sha256: str, prepared: Prepared) -> TakenFile | None:
        self._files.start_reading(
            file,
            sha256=sha256,
            orders=prepared.orders,
            spool_bytes=prepared.spool_bytes,
            refused=prepared.refused,
        )
        return next((found for found in self._files.unfinished() if found.id == file.id), None)

    def _set_aside(self, file: TakenFile, earlier: TakenFile) -> None:
        """The content was read before, under this name or another."""
        with contextlib.ExitStack() as stack:
            report = Report(self._folder.work, f"{file.id}.report")
            stack.callback(report.discard)
            report.add(
                Finding(
                    "duplicate_file",
                    f"the same content was read before, as {earlier.label}; it was not read again",
                    "nothing; or set read_again to have such files read",
                )
            )
            report.publish(self._folder.done, file.label)
        self._folder.taken.move(str(file.id), self._folder.done, file.label)
        self._files.finish(file, self._context.clock.now())

    def _finish(self, file: TakenFile) -> None:
        """Everything in `file` is stored: put it where people look for it."""
        key = str(file.id)
        target = self._folder.rejected if file.refused else self._folder.done
        if self._folder.taken.is_regular(key):
            self._folder.taken.move(key, target, file.label)
        self._files.finish(file, self._context.clock.now())
        self._folder.spool.remove(key)

    def _sweep(self) -> None:
        """Remove what killed calls left behind, and files that were kept for long enough."""
        self._remove_old()
        waiting = {str(file.id) for file in self._files.unfinished()}
        for directory in (self._folder.spool, self._folder.work):
            for name in directory.names():
                if name.partition(".")[0] not in waiting and directory.is_regular(name):
                    directory.remove(name)

    def _remove_old(self) -> None:
        """Buyers' names and addresses are not kept for ever, if the settings say so."""
        if self._settings.keep_days is None:
            return
        before = self._context.clock.now() - timedelta(days=self._settings.keep_days)
        for file in self._files.finished_before(before):
            for directory in (self._folder.done, self._folder.rejected):
                for end in ("", REPORT, ROWS):
                    if directory.is_regular(file.label + end):
                        directory.remove(file.label + end)
            self._files.mark_removed(file)


def _is_past(reached: Position | None, file: TakenFile) -> bool:
    """Does `reached` prove that everything of `file` is stored?"""
    if reached is None or file.turn is None:
        return False
    if file.turn == reached.turn:
        return file.sha256 == reached.sha256 and reached.offset >= file.spool_bytes
    return file.turn < reached.turn
