"""Reports: asked for, made after a while, and kept for a time; and schedules that ask for them.

    IN_QUEUE --starts--> IN_PROGRESS --ends--> DONE, or CANCELLED where there is nothing to tell
       |                      \\-- made to by a control: FATAL or CANCELLED
       \\-- cancelled by the seller: CANCELLED

A report shows what is true when it is made (Reports API 2021-06-30).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from stockpool.errors import RejectedError
from stockpool_amazon_sim import documents
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.records import DAY, HOUR, MINUTE, Micros
from stockpool_amazon_sim.reports import (
    report_inventory,
    report_movements,
    report_orders,
    report_planning,
    report_reimbursements,
    report_removals,
    report_returns,
)
from stockpool_amazon_sim.reports.report_records import Report, ReportSchedule
from stockpool_amazon_sim.reports.report_tables import Query, ReportType, drift_of, written
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World

KEPT: Micros = 90 * DAY
"""How long reports are told of."""

TYPES: Final[Mapping[str, ReportType]] = {
    **report_inventory.TYPES,
    **report_movements.TYPES,
    **report_orders.TYPES,
    **report_planning.TYPES,
    **report_reimbursements.TYPES,
    **report_removals.TYPES,
    **report_returns.TYPES,
}
"""The reports that the simulator has the facts for."""

PERIODS: Final[Mapping[str, Micros]] = {
    "PT5M": 5 * MINUTE,
    "PT15M": 15 * MINUTE,
    "PT30M": 30 * MINUTE,
    "PT1H": HOUR,
    "PT2H": 2 * HOUR,
    "PT4H": 4 * HOUR,
    "PT8H": 8 * HOUR,
    "PT12H": 12 * HOUR,
    "P1D": DAY,
    "P2D": 2 * DAY,
    "P3D": 3 * DAY,
    "PT84H": 84 * HOUR,
    "P7D": 7 * DAY,
    "P14D": 14 * DAY,
    "P15D": 15 * DAY,
    "P18D": 18 * DAY,
    "P30D": 30 * DAY,
    "P1M": 30 * DAY,
}
"""Of schedules. A month has 30 days here."""


def create(
    world: World,
    report_type: str,
    countries: Sequence[str],
    start: Micros | None,
    end: Micros | None,
    options: Mapping[str, str],
    *,
    schedule_id: str = "",
) -> Report:
    """Ask for a report. Without times it is about the last 30 days, or less for some types.

    Raises:
        RejectedError: InvalidInput for a type that is not served here, for a wrong time, and for an
            option with a value that it does not have.
    """
    kind = known_type(report_type)
    _check_options(kind, options)
    until = world.now if end is None else end
    since = until - min(kind.days_most or 30, 30) * DAY if start is None else start
    if since > until:
        raise invalid("dataStartTime is after dataEndTime")
    if kind.days_most is not None and until - since > kind.days_most * DAY:
        raise invalid(f"{report_type} covers at most {kind.days_most} days")
    world.store.count("reports")
    report_id = str(60_000_000_000 + world.store.counter("reports"))
    report = Report(
        report_id,
        report_type,
        list(countries),
        since,
        until,
        world.now,
        dict(options),
        schedule_id,
    )
    world.store.reports.put(report_id, report)
    delay = world.hours(world.settings.steps.report_queue, report_id, "queue")
    world.schedule(delay, "report_starts", report_id)
    return report


def cancel(world: World, report_id: str) -> None:
    """Take a report out of the queue.

    Raises:
        RejectedError: NotFound; InvalidInput if it is not in the queue any more.
    """
    report = known_report(world, report_id)
    if report.status != "IN_QUEUE":
        raise invalid(f"the report is {report.status}; only one that is IN_QUEUE can be cancelled")
    _end(world, report, "CANCELLED")


def let_end(world: World, report_id: str, status: str) -> None:
    """Let a report that is not made yet end with a status when its time comes, without a document.

    Raises:
        ValueError: there is none that is waiting or under way.
    """
    report = world.store.reports.get(report_id)
    if report is None or report.status not in ("IN_QUEUE", "IN_PROGRESS"):
        raise ValueError(f"no report {report_id!r} is waiting or under way")
    report.shall_end = status
    world.store.reports.put(report_id, report)


def _end(world: World, report: Report, status: str) -> None:
    world.store.drop_events(report.report_id)
    report.status, report.ended_at = status, world.now
    world.store.reports.put(report.report_id, report)
    world.notice("report_ended", report.report_id)


def start(world: World, event: Event) -> None:
    """A report's turn has come."""
    report = known_report(world, event.subject)
    report.status, report.started_at = "IN_PROGRESS", world.now
    world.store.reports.put(report.report_id, report)
    delay = world.hours(world.settings.steps.report_making, report.report_id, "making")
    world.schedule(delay, "report_ends", report.report_id)


def end(world: World, event: Event) -> None:
    """A report is made, of what is true now."""
    report = known_report(world, event.subject)
    if report.shall_end:
        _end(world, report, report.shall_end)
        return
    kind = TYPES[report.report_type]
    query = Query(report.countries, report.start, report.end, report.options)
    rows = kind.rows(world, query)
    made = written(kind, rows, report.countries[0], drift_of(world, report.report_type))
    status = "CANCELLED"
    if made is not None:
        content_type, content = made
        document = documents.make(world, content_type, content, keeps=KEPT, personal=kind.personal)
        status, report.document_id = "DONE", document.document_id
    _end(world, report, status)


def schedule(
    world: World,
    report_type: str,
    countries: Sequence[str],
    period: str,
    first: Micros | None,
    options: Mapping[str, str],
) -> ReportSchedule:
    """Have a report made again and again. One type has one schedule: a second replaces it.

    Raises:
        RejectedError: InvalidInput for a type that is not served here, no such period, and for an
            option with a value that it does not have.
    """
    _check_options(known_type(report_type), options)
    if period not in PERIODS:
        raise invalid(f"period {period} is not one of {', '.join(PERIODS)}")
    for _, other in list(world.store.report_schedules.all()):
        if (other.report_type, other.countries) == (report_type, list(countries)):
            end_schedule(world, other.schedule_id)
    world.store.count("report_schedules")
    schedule_id = str(70_000_000_000 + world.store.counter("report_schedules"))
    at = max(world.now if first is None else first, world.now)
    made = ReportSchedule(schedule_id, report_type, list(countries), period, at, dict(options))
    world.store.report_schedules.put(schedule_id, made)
    world.schedule(at - world.now, "report_is_due", schedule_id, quiet=True)
    return made


def end_schedule(world: World, schedule_id: str) -> None:
    """No more reports by a schedule.

    Raises:
        RejectedError: NotFound.
    """
    known_schedule(world, schedule_id)
    world.store.drop_events(schedule_id)
    world.store.report_schedules.remove(schedule_id)


def make_scheduled(world: World, event: Event) -> None:
    """A schedule asks for its next report, of the time since the last one."""
    known = known_schedule(world, event.subject)
    period = PERIODS[known.period]
    days = TYPES[known.report_type].days_most
    since = world.now - (period if days is None else min(period, days * DAY))
    create(
        world,
        known.report_type,
        known.countries,
        since,
        world.now,
        known.options,
        schedule_id=known.schedule_id,
    )
    known.next_at = world.now + period
    world.store.report_schedules.put(known.schedule_id, known)
    world.schedule(period, "report_is_due", known.schedule_id, quiet=True)


def known_type(report_type: str) -> ReportType:
    """A type of report.

    Raises:
        RejectedError: InvalidInput for one that is not served here.
    """
    kind = TYPES.get(report_type)
    if kind is None:
        raise invalid(f"reportType {report_type} is not known; there are {', '.join(TYPES)}")
    return kind


def _check_options(kind: ReportType, options: Mapping[str, str]) -> None:
    """Refuse values that an option does not have.

    Options that the type does not know are passed over: sellers find that Amazon says nothing of
    those of feeds (github.com/amzn/selling-partner-api-docs, issue 1628), and the Reports API says
    no more of its own. Of wrong values nothing is published for FBA's reports.
    """
    for name, values in kind.options.items():
        value = options.get(name)
        if value is not None and value not in values:
            raise invalid(f"reportOptions: {name} {value} is not one of {', '.join(values)}")


def known_report(world: World, report_id: str) -> Report:
    """A report by its id.

    Raises:
        RejectedError: NotFound if there is none, or it is forgotten.
    """
    report = world.store.reports.get(report_id) if report_id.isprintable() else None
    if report is None or report.created_at + KEPT <= world.now:
        raise RejectedError("NotFound", f"there is no report {report_id}")
    return report


def known_schedule(world: World, schedule_id: str) -> ReportSchedule:
    """A schedule by its id.

    Raises:
        RejectedError: NotFound.
    """
    printable = schedule_id.isprintable()
    found = world.store.report_schedules.get(schedule_id) if printable else None
    if found is None:
        raise RejectedError("NotFound", f"there is no report schedule {schedule_id}")
    return found


def newest_first(world: World) -> Iterator[Report]:
    """All reports that are still told of."""
    known = [report for _, report in world.store.reports.all()]
    for report in reversed(known):
        if report.created_at + KEPT > world.now:
            yield report
