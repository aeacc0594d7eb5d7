"""`stockpool claims`: units that the network owes, from the loss to the payment."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from stockpool.claims.kinds import ClaimKind
from stockpool.claims.service import ClaimView
from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, LimitOption
from stockpool.cli.output import print_json, say, show_facts, show_table
from stockpool.cli.session import opened
from stockpool.money import Money

app = typer.Typer(no_args_is_help=True, help="Claims: units that the network owes.")

ClaimArgument = Annotated[str, typer.Argument(metavar="CLAIM", help="A claim's id.")]
UnitsArgument = Annotated[int, typer.Argument(metavar="UNITS", min=1)]


@app.command("list")
def list_(
    pool: Annotated[str | None, typer.Option("--pool", help="Only of this pool.")] = None,
    kind: Annotated[ClaimKind | None, typer.Option("--kind", help="Only of this kind.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Those that are settled, too.")] = False,
    limit: LimitOption = 100,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List what is owed, what closes first, first.

    \b
    Example:
      stockpool claims list --pool amazon-na:US
    """
    with opened(config) as engine:
        found = engine.claims.list(pool=pool, kind=kind, unsettled=not all_, limit=limit)
        now = engine.clock.now()
    if as_json:
        print_json({"claims": [_claim(view, now) for view in found]})
        return
    show_table(
        ("claim", "kind", "pool", "sku", "about", "owed", "value", "state", "closes (UTC)"),
        [
            (
                view.claim_id,
                view.kind.value,
                view.pool,
                view.sku,
                view.subject,
                view.units.owed,
                view.owed_value,
                view.state(now),
                view.window.closes_at,
            )
            for view in found
        ],
        empty="Nothing is owed.",
    )


@app.command()
def show(
    claim: ClaimArgument, config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False
) -> None:
    """Show a claim: its units, its window, its evidence, and what happened to it.

    \b
    Example:
      stockpool claims show 0199A3K7M2Q4T8
    """
    with opened(config) as engine:
        view = engine.claims.get(claim)
        events = engine.claims.events(claim)
        now = engine.clock.now()
    if as_json:
        told = [
            {"at": one.at, "kind": one.kind, "units": one.units, "note": one.note} for one in events
        ]
        print_json({**_claim(view, now), "events": told})
        return
    units = view.units
    show_facts(
        [
            ("claim", view.claim_id),
            ("kind", view.kind.value),
            ("about", f"{view.subject}, {view.sku} in {view.pool}"),
            ("state", view.state(now)),
            ("owed", f"{units.owed} of {units.claimed}"),
            ("found", units.found or None),
            ("paid", units.paid or None),
            ("replaced", units.replaced or None),
            ("written off", units.written_off or None),
            ("found after it was settled", units.found_settled or None),
            ("value", view.owed_value),
            ("case", view.case_id),
            ("opens (UTC)", view.window.opens_at),
            ("closes (UTC)", view.window.closes_at),
            ("published", "yes" if view.window.confirmed else "no: the shortest known time"),
            ("evidence", [f"{name}: {what}" for name, what in view.evidence.items() if what]),
        ]
    )
    show_table(
        ("at (UTC)", "what", "units", "note"),
        [(one.at, one.kind, one.units, one.note) for one in events],
        empty="Nothing has happened.",
    )


@app.command("open")
def open_(
    kind: Annotated[ClaimKind, typer.Argument(metavar="KIND")],
    pool: Annotated[str, typer.Argument(metavar="POOL")],
    sku: Annotated[str, typer.Argument(metavar="SKU")],
    units: UnitsArgument,
    subject: Annotated[
        str, typer.Option("--about", help="The shipment, order, removal or case it is about.")
    ],
    since: Annotated[
        datetime | None, typer.Option("--since", metavar="TIME", help="When it was lost, UTC.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Say that units are missing of which no report tells; the same again changes nothing.

    \b
    Example:
      stockpool claims open lost_parcel amazon-na:US MUG-1 1 --about 01M84Q-1 --since 2026-11-01
    """
    with opened(config) as engine:
        when = engine.clock.now() if since is None else since.replace(tzinfo=UTC)
        view = engine.claims.open(kind, pool, sku, units, subject=subject, since=when)
        _told(view, engine.clock.now(), as_json)


@app.command()
def value(
    claim: ClaimArgument,
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="Of one unit, like 4.20.")],
    currency: Annotated[str, typer.Argument(metavar="CURRENCY")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Say what one unit of a claim is worth to you; what is owed is then counted in money, too.

    \b
    Example:
      stockpool claims value 0199A3K7M2Q4T8 4.20 USD
    """
    with opened(config) as engine:
        view = engine.claims.set_value(claim, _money(amount, currency))
        _told(view, engine.clock.now(), as_json)


@app.command()
def evidence(
    claim: ClaimArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="invoice, bill_of_lading ...")],
    what: Annotated[str, typer.Argument(metavar="WHAT", help="Where it is, or what it says.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Keep where a proof is.

    \b
    Example:
      stockpool claims evidence 0199A3K7M2Q4T8 invoice invoices/2026-017.pdf
    """
    with opened(config) as engine:
        _told(engine.claims.add_evidence(claim, name, what), engine.clock.now(), as_json)


@app.command()
def file(
    claim: ClaimArgument,
    case_id: Annotated[str, typer.Argument(metavar="CASE", help="The network's id of the case.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Say that a claim was filed with the network; payments that name the case are counted to it.

    \b
    Example:
      stockpool claims file 0199A3K7M2Q4T8 15839402211
    """
    with opened(config) as engine:
        _told(engine.claims.file(claim, case_id), engine.clock.now(), as_json)


@app.command()
def deny(
    claim: ClaimArgument,
    reason: Annotated[str, typer.Argument(metavar="REASON")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Say that the network has refused a claim; its units stay owed until they are given up.

    \b
    Example:
      stockpool claims deny 0199A3K7M2Q4T8 "no proof of delivery"
    """
    with opened(config) as engine:
        _told(engine.claims.deny(claim, reason), engine.clock.now(), as_json)


@app.command()
def pay(
    claim: ClaimArgument,
    units: UnitsArgument,
    amount: Annotated[str, typer.Argument(metavar="AMOUNT", help="For all of them.")],
    currency: Annotated[str, typer.Argument(metavar="CURRENCY")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Say that the network has paid for units, if no report tells it.

    \b
    Example:
      stockpool claims pay 0199A3K7M2Q4T8 3 12.60 USD
    """
    with opened(config) as engine:
        view = engine.claims.pay(claim, units, _money(amount, currency))
        _told(view, engine.clock.now(), as_json)


@app.command("write-off")
def write_off(
    claim: ClaimArgument,
    reason: Annotated[str, typer.Option("--reason", help="Why it is given up.")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Give up all that is owed of a claim.

    \b
    Example:
      stockpool claims write-off 0199A3K7M2Q4T8 --reason "the time is over"
    """
    with opened(config) as engine:
        _told(engine.claims.write_off(claim, reason=reason), engine.clock.now(), as_json)


def _money(amount: str, currency: str) -> Money:
    try:
        return Money.parse(amount, currency)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="AMOUNT CURRENCY") from None


def _told(view: ClaimView, now: datetime, as_json: bool) -> None:
    if as_json:
        print_json(_claim(view, now))
        return
    say(
        f"Claim {view.claim_id} ({view.state(now)}): {view.units.owed} of {view.units.claimed} "
        f"{view.sku} are owed."
    )


def _claim(view: ClaimView, now: datetime) -> dict[str, Any]:
    units = view.units
    return {
        "claim_id": view.claim_id,
        "kind": view.kind.value,
        "pool": view.pool,
        "sku": view.sku,
        "subject": view.subject,
        "state": view.state(now),
        "units": {
            "claimed": units.claimed,
            "owed": units.owed,
            "found": units.found,
            "paid": units.paid,
            "replaced": units.replaced,
            "written_off": units.written_off,
            "found_settled": units.found_settled,
        },
        "unit_value": None if view.unit_value is None else str(view.unit_value),
        "owed_value": None if view.owed_value is None else str(view.owed_value),
        "case_id": view.case_id,
        "evidence": dict(view.evidence),
        "opens_at": view.window.opens_at,
        "closes_at": view.window.closes_at,
        "window_confirmed": view.window.confirmed,
        "opened_at": view.opened_at,
    }
