"""Telling what happened in words that a merchant understands."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from stockpool.cli.output import console, say, show_table
from stockpool.orders.status import OrderStatus
from stockpool_workers.demo.drawing import Fate
from stockpool_workers.demo.order_files import Written
from stockpool_workers.demo.running import Moment, Watch

if TYPE_CHECKING:
    from stockpool_workers.demo.command import Result

_OUTCOMES = {
    OrderStatus.DELIVERED: "delivered",
    OrderStatus.SHIPPED: "shipped; a parcel of it did not arrive",
    OrderStatus.PARTLY_SHIPPED: "a part is shipped, the rest waits for stock",
    OrderStatus.WAITING: "wait for stock, and are filled when it arrives",
    OrderStatus.ON_HOLD: "held back, as their file asked",
    OrderStatus.UNFULFILLABLE: "turned down: no stock, or nobody serves the country",
    OrderStatus.CANCELLED: "cancelled",
    OrderStatus.PROCESSING: "in Amazon's hands",
    OrderStatus.RESERVED: "stock is reserved",
}

_PARCELS = {
    "DELIVERED": "delivered",
    "UNDELIVERABLE": "lost or undeliverable",
    "RETURNED": "came back to Amazon",
}


@contextmanager
def watching(written: Written) -> Iterator[Watch]:
    """A progress display on stderr, if a person is watching."""
    fit = sum(order.fate is Fate.TAKEN_IN for order in written.orders)
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description:<18}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    ) as bar:
        tasks = [bar.add_task(what, total=fit) for what in ("taken in", "shipped", "settled")]

        def watch(moment: Moment) -> None:
            counts = (moment.taken_in, moment.shipped, moment.settled)
            for task, count in zip(tasks, counts, strict=True):
                bar.update(task, completed=count)

        yield watch


def tell(result: Result) -> None:
    """Say it all."""
    _files(result)
    _orders(result)
    _parcels(result)
    _attention(result)
    _proofs(result)


def _files(result: Result) -> None:
    show_table(
        ("file", "written as", "orders", "of them repeats"),
        [(f.path, f.layout, f.orders, f.repeats or None) for f in result.written.files],
        title=f"{result.orders} orders were dropped into the inboxes of three channels:",
        empty="",
    )


def _orders(result: Result) -> None:
    facts = result.facts
    rows = [
        (facts.outcomes[status], words)
        for status, words in _OUTCOMES.items()
        if facts.outcomes.get(status)
    ]
    refused = sum(order.fate is Fate.NEEDS_A_PERSON for order in result.written.orders)
    rows.append((refused, "could not be accepted as they are; they wait for a person, see below"))
    if facts.skipped:
        rows.append((facts.skipped, "not sent, because they are not paid"))
    show_table(("orders", "what became of them"), rows, empty="")
    if facts.lost:
        say(f"UNACCOUNTED FOR: {', '.join(facts.lost[:10])}")
    else:
        say(f"Each of the {result.orders} orders is accounted for, none twice.")


def _parcels(result: Result) -> None:
    facts, statistics = result.facts, result.audit.statistics
    parcels = sum(facts.parcels.values())
    told = ", ".join(
        f"{count} {_PARCELS.get(status, status.lower().replace('_', ' '))}"
        for status, count in facts.parcels.items()
    )
    rows = [
        (facts.fulfillment_orders, "fulfillment orders were placed with Amazon"),
        (facts.split_orders, "orders were split over two countries' stock"),
        (facts.cross_border, "fulfillment orders crossed a border, under a rule that allows it"),
        (statistics.get("split_orders", 0), "fulfillment orders left from several centers"),
        (parcels, f"parcels: {told}"),
        (
            facts.tracking_rows,
            f"tracking rows, telling the channels of {facts.told_parcels} parcels",
        ),
        (facts.availability_rows, "items whose availability was written for the channels"),
        (facts.cancellation_rows, "rows telling the channels what will not be shipped"),
    ]
    calls = {
        "faults:transient": "of Amazon's answers were errors",
        "faults:timeout_before": "calls never reached Amazon",
        "faults:timeout_after": "calls did, but the answer got lost: asked about, and not repeated",
    }
    rows += [(statistics[name], words) for name, words in calls.items() if statistics.get(name)]
    show_table(("number", "of what"), rows, empty="")


def _attention(result: Result) -> None:
    groups = result.facts.attention
    if not groups:
        say("Nothing needs a person.")
        return
    say(f"A person must see {sum(group.count for group in groups)} things:")
    for group in groups:
        say("")
        say(f"{group.count:5} x {group.code}, for example {group.about}:")
        say(f"        {group.example}")
        if group.remedy:
            say(f"        What to do: {group.remedy}.")
    say("")


def _proofs(result: Result) -> None:
    report, audit = result.report, result.audit
    if report.ok:
        checked = sum(report.checked.values())
        say(f"Books:  right. {len(report.checked)} invariants hold over {checked} rows.")
    else:
        say("Books:  WRONG.")
        for violation in report.violations:
            say(f"  {violation.invariant}: {violation.row}: broken: {violation.promise}")
    if audit.ok:
        say(
            f"Amazon: agrees. It has each of {audit.placed} fulfillment orders exactly once, and "
            f"{audit.shipped} units left its centers, as our books say."
        )
    else:
        say("Amazon: DIFFERS from our books.")
        for finding in audit.findings[:20]:
            say(f"  {finding}")
    if result.facts.told_twice:
        say(f"Told twice: {result.facts.told_twice} parcels.")
    rate = result.orders / result.seconds
    say(f"Time:   {result.seconds:.1f} seconds, {rate:.0f} orders a second from file to delivery.")
    if result.kept:
        say(f"Folder: {result.folder}; look around with --config {result.folder}/stockpool.toml")
    else:
        say("Folder: deleted; --keep or --folder keeps it, to look around.")
