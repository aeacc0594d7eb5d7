"""Files for the merchant in `outbox/`; each update in exactly one of them.

    1. what an earlier call left unfinished is finished: a noted batch whose file still has its
       private name gets its name in the outbox
    2. updates whose key is in the journal are left out
    3. the file is written under a private name, and made durable
    4. the batch and its keys are noted in the journal (one durable transaction)
    5. the file is renamed into the outbox

Killed before 4: nothing was noted, the private file is written over. Killed between 4 and 5:
step 1 of the next call. After 5 the merchant's program may take the file away at once; the keys
stay known.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Final, Protocol, TypeVar

from stockpool.crashpoints import reached
from stockpool.errors import RejectedError
from stockpool.flatfiles.formulas import guard_row
from stockpool.plugins.channel import (
    AvailabilityUpdate,
    CancellationAnswer,
    CancellationUpdate,
    PluginContext,
    PushRefusal,
    RefundUpdate,
    TrackingChange,
    TrackingUpdate,
)
from stockpool.plugins.channel_returns import ReturnUpdate
from stockpool_csv_channel import database, journal
from stockpool_csv_channel.folder import Directory, Folder, OpenFolder, make_durable
from stockpool_csv_channel.journal import Batch, Journal

DATABASE: Final = "outbox.db"
AVAILABILITY: Final = "availability.csv"

TRACKING_HEADER: Final = (
    "order_id",
    "line_id",
    "sku",
    "quantity",
    "carrier",
    "tracking_number",
    "shipped_at",
    "estimated_arrival",
    "package",
    "key",
)
TRACKING_CHANGE_HEADER: Final = (
    "order_id",
    "package",
    "carrier",
    "tracking_number",
    "former_carrier",
    "former_tracking_number",
    "key",
)
CANCELLATION_HEADER: Final = ("order_id", "line_id", "sku", "quantity", "reason", "key")
ANSWER_HEADER: Final = (
    "cancellation_id",
    "order_id",
    "line_id",
    "sku",
    "quantity",
    "outcome",
    "reason",
    "key",
)
REFUND_HEADER: Final = (
    "order_id",
    "line_id",
    "sku",
    "quantity",
    "amount",
    "currency",
    "reason",
    "key",
)
RETURN_HEADER: Final = (
    "return_id",
    "order_id",
    "line_id",
    "sku",
    "quantity",
    "outcome",
    "reason",
    "conditions",
    "label_pages",
    "return_to",
    "engine_return_id",
    "key",
)
AVAILABILITY_HEADER: Final = ("sku", "quantity", "as_of")

Row = Sequence[str]

_SURROGATE = re.compile("[\ud800-\udfff]")


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


Update = TypeVar("Update", bound=_Keyed)


def tracking_rows(update: TrackingUpdate) -> Iterator[Row]:
    """A row for each line in the parcel."""
    arrival = update.estimated_arrival
    for line_id, sku, quantity in _lines(update):
        yield (
            update.channel_order_id,
            line_id,
            sku,
            quantity,
            update.carrier_code,
            update.tracking_number,
            _time(update.shipped_at),
            "" if arrival is None else arrival.isoformat(),
            update.package,
            update.key,
        )


def tracking_change_row(change: TrackingChange) -> Row:
    """The parcel's label of now and the one before."""
    return (
        change.channel_order_id,
        change.package,
        change.carrier_code,
        change.tracking_number,
        change.former_carrier_code,
        change.former_tracking_number,
        change.key,
    )


def cancellation_rows(update: CancellationUpdate) -> Iterator[Row]:
    """A row for each line of which something will not be shipped."""
    for line_id, sku, quantity in _lines(update):
        yield update.channel_order_id, line_id, sku, quantity, update.reason, update.key


def answer_rows(answer: CancellationAnswer) -> Iterator[Row]:
    """A row for each line that the outcome is about."""
    for line_id, sku, quantity in _lines(answer):
        yield (
            answer.cancellation_id or "",
            answer.channel_order_id,
            line_id,
            sku,
            quantity,
            answer.outcome,
            answer.reason,
            answer.key,
        )


def refund_rows(update: RefundUpdate) -> Iterator[Row]:
    """A row for each line. The amount is of the whole refund and stands on its first row only."""
    amount, currency = str(update.amount.amount), update.amount.currency
    for line_id, sku, quantity in _lines(update):
        order_id, reason, key = update.channel_order_id, update.reason, update.key
        yield order_id, line_id, sku, quantity, amount, currency, reason, key
        amount = ""


def return_rows(update: ReturnUpdate) -> Iterator[Row]:
    """A row for each line. Labels and conditions are of all of it and stand on its first row."""
    conditions = "; ".join(f"{units} {name}" for name, units in sorted(update.conditions.items()))
    labels, address = " ".join(update.label_pages), ", ".join(update.return_to)
    for line_id, sku, quantity in _lines(update):
        yield (
            update.return_id or "",
            update.channel_order_id,
            line_id,
            sku,
            quantity,
            update.outcome,
            update.reason,
            conditions,
            labels,
            address,
            update.engine_return_id or "",
            update.key,
        )
        conditions = labels = address = ""


def _lines(
    update: TrackingUpdate | CancellationUpdate | CancellationAnswer | RefundUpdate | ReturnUpdate,
) -> Iterator[tuple[str, str, str]]:
    """An update without lines still has a row."""
    for line in update.lines:
        yield line.line_id, line.channel_sku, str(line.quantity)
    if not update.lines:
        yield "", "", ""


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


class Outbox:
    """Writes the outbox of one channel."""

    def __init__(self, folder: Folder, *, guard_formulas: bool, context: PluginContext) -> None:
        self._folder = folder
        self._guard = guard_formulas
        self._context = context

    def push_tracking(self, updates: Sequence[TrackingUpdate]) -> Sequence[PushRefusal]:
        """Write parcels."""
        rows = {update.key: list(tracking_rows(update)) for update in updates}
        return self._push("tracking", TRACKING_HEADER, rows)

    def push_tracking_change(self, changes: Sequence[TrackingChange]) -> Sequence[PushRefusal]:
        """Write new numbers and carriers."""
        rows = {change.key: [tracking_change_row(change)] for change in changes}
        return self._push("changed-tracking", TRACKING_CHANGE_HEADER, rows)

    def push_cancellation(self, updates: Sequence[CancellationUpdate]) -> Sequence[PushRefusal]:
        """Write what will not be shipped."""
        rows = {update.key: list(cancellation_rows(update)) for update in updates}
        return self._push("cancellations", CANCELLATION_HEADER, rows)

    def push_cancellation_answer(
        self, answers: Sequence[CancellationAnswer]
    ) -> Sequence[PushRefusal]:
        """Write what became of cancellations."""
        rows = {answer.key: list(answer_rows(answer)) for answer in answers}
        return self._push("cancellation-answers", ANSWER_HEADER, rows)

    def push_refund(self, updates: Sequence[RefundUpdate]) -> Sequence[PushRefusal]:
        """Write money to give back."""
        rows = {update.key: list(refund_rows(update)) for update in updates}
        return self._push("refunds", REFUND_HEADER, rows)

    def push_return(self, updates: Sequence[ReturnUpdate]) -> Sequence[PushRefusal]:
        """Write what became of goods that are to come back."""
        rows = {update.key: list(return_rows(update)) for update in updates}
        return self._push("returns", RETURN_HEADER, rows)

    def push_availability(self, updates: Sequence[AvailabilityUpdate]) -> Sequence[PushRefusal]:
        """Write what can be sold: one file with all SKUs, replaced as a whole."""
        refused = [update.key for update in updates if not _is_writable(update.channel_sku)]
        levels = [
            (update.channel_sku, update.quantity, update.as_of)
            for update in updates
            if _is_writable(update.channel_sku)
        ]
        with self._open() as (folder, noted):
            noted.set_availability(levels)
            rows = ((sku, str(quantity), as_of) for sku, quantity, as_of in noted.availability())
            self._write(folder.outgoing, AVAILABILITY, AVAILABILITY_HEADER, rows)
            folder.outgoing.move(AVAILABILITY, folder.outbox, AVAILABILITY)
        return [_refusal(key) for key in refused]

    def recover(self) -> None:
        """Finish what a killed call left unfinished."""
        with self._open():
            return

    @contextmanager
    def _open(self) -> Iterator[tuple[OpenFolder, Journal]]:
        with (
            self._folder.open() as folder,
            folder.locked("outbox"),
            database.opened(folder.database(DATABASE), journal.SCHEMA) as connection,
        ):
            noted = Journal(connection)
            for batch in noted.unpublished():
                folder.outgoing.move(str(batch.id), folder.outbox, batch.name)
                noted.mark_published(batch)
            yield folder, noted

    def _push(
        self, kind: str, header: Row, rows_by_key: dict[str, list[Row]]
    ) -> Sequence[PushRefusal]:
        refused = {
            key
            for key, rows in rows_by_key.items()
            if not all(_is_writable(cell) for row in rows for cell in row)
        }
        wanted = [key for key in rows_by_key if key not in refused]
        with self._open() as (folder, noted):
            known = noted.known(kind, wanted)
            new = [key for key in wanted if key not in known]
            if new:
                number = noted.next_id()
                batch = Batch(number, self._name(kind, number))
                rows = (row for key in new for row in rows_by_key[key])
                self._write(folder.outgoing, str(batch.id), header, rows)
                folder.outgoing.sync()
                reached("csv.after_tracking_prepared")
                noted.note(batch, kind, new)
                reached("csv.after_journal")
                folder.outgoing.move(str(batch.id), folder.outbox, batch.name)
                reached("csv.after_rename")
                noted.mark_published(batch)
        return [_refusal(key) for key in rows_by_key if key in refused]

    def _name(self, kind: str, number: int) -> str:
        now = self._context.clock.now().astimezone(UTC)
        return f"{kind}-{now:%Y%m%d-%H%M%S}-{number:06}.csv"

    def _write(self, directory: Directory, name: str, header: Row, rows: Iterable[Row]) -> None:
        with io.TextIOWrapper(directory.create(name), encoding="utf-8", newline="") as text:
            writer = csv.writer(text)
            writer.writerow(header)
            writer.writerows(map(guard_row, rows) if self._guard else rows)
            make_durable(text)


def _is_writable(cell: str) -> bool:
    """Can a text file hold the cell? Not a NUL, and not half of a character."""
    return cell.isprintable() or ("\0" not in cell and not _SURROGATE.search(cell))


def _refusal(key: str) -> PushRefusal:
    return PushRefusal(
        key, RejectedError("invalid_character", "a value holds what no text file can hold")
    )
