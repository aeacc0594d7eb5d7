"""`stockpool inbound` (continued): how a plan is prepared, packed, placed, carried and labelled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from stockpool.cli.inbound import app, read_rows
from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption, quantities
from stockpool.cli.output import plain, print_json, say, show_table
from stockpool.cli.session import opened
from stockpool.inbound.boxes import boxes_of
from stockpool.inbound.placement_choice import (
    CARRIAGE_POLICIES,
    PLACEMENT_POLICIES,
    CarriagePolicy,
    PlacementPolicy,
    cost_of,
)
from stockpool.inbound.steps import StepView
from stockpool.plugins.network_inbound import (
    BoxTracking,
    InboundItem,
    PackageGrouping,
    PrepDetails,
)

PlanArgument = Annotated[str, typer.Argument(metavar="PLAN", help="Our id of a plan.")]
ShipmentArgument = Annotated[str, typer.Argument(metavar="SHIPMENT", help="The network's id.")]
PoolArgument = Annotated[
    str, typer.Argument(metavar="POOL", help="network:country, like amazon-na:US.")
]
GenerateOption = Annotated[bool, typer.Option("--generate", help="Have options made anew.")]
YesOption = Annotated[bool, typer.Option("--yes", help="I know that this can't be undone.")]
OutOption = Annotated[Path, typer.Option("--out", metavar="FILE", help="The PDF to write.")]


@app.command()
def prep(
    pool: PoolArgument,
    skus: Annotated[list[str], typer.Argument(metavar="SKU...")],
    category: Annotated[
        str | None, typer.Option("--set", metavar="CATEGORY", help="NONE, FRAGILE, LIQUID ...")
    ] = None,
    types: Annotated[
        list[str] | None,
        typer.Option("--type", metavar="TYPE", help="ITEM_POLYBAGGING ...; repeatable."),
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show what preparation SKUs need and who may do it, or say it with --set.

    \b
    Examples:
      stockpool inbound prep amazon-na:US MUG-1 MUG-2
      stockpool inbound prep amazon-na:US MUG-1 --set FRAGILE --type ITEM_BUBBLEWRAP
    """
    with opened(config) as engine:
        steps = engine.inbound.steps
        if category is not None:
            wanted = tuple(types or ["ITEM_NO_PREP"])
            _told(steps.set_prep(pool, [PrepDetails(s, category, wanted) for s in skus]), as_json)
            return
        found = steps.prep(pool, skus)
    if as_json:
        print_json(
            {
                "prep": [
                    {
                        "sku": one.sku,
                        "prep_category": one.prep_category,
                        "prep_types": list(one.prep_types),
                        "label_owner": one.label_owner,
                        "prep_owner": one.prep_owner,
                    }
                    for one in found
                ]
            }
        )
        return
    show_table(
        ("sku", "category", "preparation", "who labels", "who prepares"),
        [(x.sku, x.prep_category, x.prep_types, x.label_owner, x.prep_owner) for x in found],
        empty="The network knows nothing of these SKUs.",
    )


@app.command()
def packing(
    plan: PlanArgument,
    generate: GenerateOption = False,
    confirm: Annotated[
        str | None, typer.Option("--confirm", metavar="OPTION", help="Choose this one.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show which items may share boxes; have that worked out with --generate; choose an option.

    \b
    Examples:
      stockpool inbound packing 0199A3K7M2Q4T8 --generate
      stockpool inbound packing 0199A3K7M2Q4T8
      stockpool inbound packing 0199A3K7M2Q4T8 --confirm po1234
    """
    with opened(config) as engine:
        steps = engine.inbound.steps
        if generate:
            _told(steps.generate_packing(plan), as_json)
            return
        if confirm is not None:
            _told(steps.confirm_packing(plan, confirm), as_json)
            return
        offers = steps.packing(plan)
    if as_json:
        print_json(
            {
                "packing_options": [
                    {
                        "packing_option_id": offer.option.packing_option_id,
                        "status": offer.option.status,
                        "groups": [
                            {
                                "packing_group_id": group.packing_group_id,
                                "items": [_item(item) for item in group.items],
                            }
                            for group in offer.groups
                        ],
                    }
                    for offer in offers
                ]
            }
        )
        return
    show_table(
        ("option", "status", "group", "items"),
        [
            (x.option.packing_option_id, x.option.status, g.packing_group_id, _in_words(g.items))
            for x in offers
            for g in x.groups
        ],
        empty="Nothing is offered; `--generate` has options made.",
    )


@app.command()
def pack(
    plan: PlanArgument,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="Tab-delimited.")
    ],
    group: Annotated[
        str | None, typer.Option("--group", help="The boxes of this packing group.")
    ] = None,
    shipment: Annotated[
        str | None, typer.Option("--shipment", help="The boxes of this shipment.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Tell all boxes of a packing group or of a shipment, as a file describes them.

    A row with cases is so many boxes alike; rows that name the same Box are in it together.

    \b
    Example:
      stockpool inbound pack 0199A3K7M2Q4T8 boxes.txt --group pg1234
    """
    if (group is None) == (shipment is None):
        raise typer.BadParameter("one of the two", param_hint="--group / --shipment")
    _, rows = read_rows(file)
    with opened(config) as engine:
        boxes = PackageGrouping(boxes_of(rows), group, shipment)
        _told(engine.inbound.steps.pack(plan, [boxes]), as_json)


@app.command()
def placement(
    plan: PlanArgument,
    generate: GenerateOption = False,
    confirm: Annotated[
        str | None,
        typer.Option(
            "--confirm", metavar="OPTION", help="An option's id, or cheapest, fewest_shipments."
        ),
    ] = None,
    yes: YesOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show to which centers a plan may go and at what fees; choose one of the splits.

    A confirmed placement can't be undone.

    \b
    Examples:
      stockpool inbound placement 0199A3K7M2Q4T8 --generate
      stockpool inbound placement 0199A3K7M2Q4T8 --confirm cheapest --yes
    """
    with opened(config) as engine:
        steps = engine.inbound.steps
        if generate:
            _told(steps.generate_placement(plan), as_json)
            return
        if confirm is not None:
            policy: PlacementPolicy | None = next(
                (one for one in PLACEMENT_POLICIES if one == confirm), None
            )
            step = (
                steps.confirm_placement(plan, irrevocable=yes, option_id=confirm)
                if policy is None
                else steps.confirm_placement(plan, irrevocable=yes, policy=policy)
            )
            _told(step, as_json)
            return
        offers = steps.placement(plan)
    if as_json:
        print_json(
            {
                "placement_options": [
                    {
                        "placement_option_id": offer.option.placement_option_id,
                        "status": offer.option.status,
                        "expiration": offer.option.expiration,
                        "cost": None if (cost := cost_of(offer.option)) is None else str(cost),
                        "shipments": [
                            {
                                "shipment_id": one.shipment_id,
                                "center": one.center,
                                "items": [_item(item) for item in offer.items[one.shipment_id]],
                            }
                            for one in offer.shipments
                        ],
                    }
                    for offer in offers
                ]
            }
        )
        return
    show_table(
        ("option", "status", "cost", "shipment", "center", "items"),
        [
            (
                offer.option.placement_option_id if place == 0 else None,
                offer.option.status if place == 0 else None,
                cost_of(offer.option) if place == 0 else None,
                one.shipment_id,
                one.center,
                _in_words(offer.items[one.shipment_id]),
            )
            for offer in offers
            for place, one in enumerate(offer.shipments)
        ],
        empty="Nothing is offered; `--generate` has options made.",
    )


@app.command()
def transport(
    plan: PlanArgument,
    ready: Annotated[
        datetime | None,
        typer.Option("--ready", metavar="TIME", help="Have options made; fetched from then, UTC."),
    ] = None,
    confirm: Annotated[
        str | None, typer.Option("--confirm", help="cheapest_partnered or own_carrier.")
    ] = None,
    choose: Annotated[
        list[str] | None,
        typer.Option("--choose", metavar="SHIPMENT=OPTION", help="By hand; repeatable."),
    ] = None,
    yes: YesOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show how the shipments may travel; choose for all of them. It can't be undone.

    \b
    Examples:
      stockpool inbound transport 0199A3K7M2Q4T8 --ready 2026-12-01T09:00:00
      stockpool inbound transport 0199A3K7M2Q4T8 --confirm cheapest_partnered --yes
    """
    policy: CarriagePolicy | None = next((one for one in CARRIAGE_POLICIES if one == confirm), None)
    if confirm is not None and policy is None:
        raise typer.BadParameter(f"one of {', '.join(CARRIAGE_POLICIES)}", param_hint="--confirm")
    by_hand = dict(_pair(text, "--choose") for text in choose or ())
    with opened(config) as engine:
        steps = engine.inbound.steps
        if ready is not None:
            _told(steps.generate_transport(plan, _utc(ready)), as_json)
            return
        if policy is not None or by_hand:
            chosen = policy or "cheapest_partnered"
            step = steps.confirm_transport(plan, irrevocable=yes, policy=chosen, by_hand=by_hand)
            _told(step, as_json)
            return
        offered = steps.transport(plan)
    rows = [(shipment, one) for shipment, options in offered.items() for one in options]
    if as_json:
        print_json(
            {
                "transportation_options": [
                    {
                        "shipment_id": shipment,
                        "transportation_option_id": one.transportation_option_id,
                        "shipping_mode": one.shipping_mode,
                        "shipping_solution": one.shipping_solution,
                        "carrier": one.carrier_name,
                        "cost": None if one.cost is None else str(one.cost),
                        "quote_expiration": one.quote_expiration,
                        "voidable_until": one.voidable_until,
                        "preconditions": list(one.preconditions),
                    }
                    for shipment, one in rows
                ]
            }
        )
        return
    show_table(
        ("shipment", "option", "carrier", "mode", "cost", "valid until", "needs"),
        [
            (
                shipment,
                one.transportation_option_id,
                one.carrier_name or one.shipping_solution,
                one.shipping_mode,
                one.cost,
                one.quote_expiration,
                one.preconditions,
            )
            for shipment, one in rows
        ],
        empty="Nothing is offered; `--ready TIME` has options made.",
    )


@app.command()
def windows(
    plan: PlanArgument,
    shipment: ShipmentArgument,
    generate: GenerateOption = False,
    confirm: Annotated[
        str | None, typer.Option("--confirm", metavar="OPTION", help="Choose this one.")
    ] = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Show when a shipment by your own carrier may come; choose a window.

    \b
    Examples:
      stockpool inbound windows 0199A3K7M2Q4T8 sh1234 --generate
      stockpool inbound windows 0199A3K7M2Q4T8 sh1234 --confirm dw1234
    """
    with opened(config) as engine:
        steps = engine.inbound.steps
        if generate:
            _told(steps.generate_windows(plan, shipment), as_json)
            return
        if confirm is not None:
            _told(steps.confirm_window(plan, shipment, confirm), as_json)
            return
        found = steps.windows(plan, shipment)
    if as_json:
        print_json(
            {
                "delivery_window_options": [
                    {
                        "delivery_window_option_id": one.delivery_window_option_id,
                        "start": one.start,
                        "end": one.end,
                        "availability_type": one.availability_type,
                        "valid_until": one.valid_until,
                    }
                    for one in found
                ]
            }
        )
        return
    show_table(
        ("option", "from (UTC)", "to (UTC)", "availability", "valid until (UTC)"),
        [
            (x.delivery_window_option_id, x.start, x.end, x.availability_type, x.valid_until)
            for x in found
        ],
        empty="Nothing is offered; `--generate` has windows made.",
    )


@app.command()
def track(
    plan: PlanArgument,
    shipment: ShipmentArgument,
    numbers: Annotated[list[str], typer.Argument(metavar="BOX=NUMBER...")],
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Tell the tracking number of each box that your own carrier brings.

    \b
    Example:
      stockpool inbound track 0199A3K7M2Q4T8 sh1234 FBA15ABCU000001=1Z999AA10123456784
    """
    tracking = [BoxTracking(*_pair(text, "BOX=NUMBER")) for text in numbers]
    with opened(config) as engine:
        _told(engine.inbound.steps.track(plan, shipment, tracking), as_json)


@app.command()
def labels(
    plan: PlanArgument,
    shipment: ShipmentArgument,
    out: OutOption,
    paper: Annotated[
        str, typer.Option("--paper", help="PackageLabel_Letter_6, PackageLabel_Thermal ...")
    ] = "PackageLabel_Letter_6",
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Write the labels of all boxes of a shipment as PDF, once its carriage is confirmed.

    \b
    Example:
      stockpool inbound labels 0199A3K7M2Q4T8 sh1234 --out boxes.pdf
    """
    with opened(config) as engine:
        document = engine.inbound.steps.box_labels(plan, shipment, page_type=paper)
    _written(out, [document], as_json)


@app.command("item-labels")
def item_labels(
    pool: PoolArgument,
    units: Annotated[list[str], typer.Argument(metavar="SKU=N...")],
    out: OutOption,
    paper: Annotated[
        str, typer.Option("--paper", help="Letter_30, A4_21 ..., several on a sheet.")
    ] = "Letter_30",
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Write FNSKU labels for units as PDF, several on a sheet.

    \b
    Example:
      stockpool inbound item-labels amazon-na:US MUG-1=24 --out units.pdf
    """
    wanted = quantities(units, "SKU=N")
    with opened(config) as engine:
        documents = engine.inbound.steps.item_labels(pool, wanted, page_type=paper)
    _written(out, documents, as_json)


@app.command()
def steps(
    plan: PlanArgument,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """List what was asked of a plan, how far it is, and why it was chosen.

    \b
    Example:
      stockpool inbound steps 0199A3K7M2Q4T8
    """
    with opened(config) as engine:
        engine.inbound.get(plan)
        found = engine.inbound.steps.list(plan)
    if as_json:
        print_json({"steps": [_step(step) for step in found]})
        return
    show_table(
        ("asked (UTC)", "step", "state", "why", "problems"),
        [
            (
                x.asked_at,
                x.kind.value,
                x.state,
                "; ".join(x.explanation),
                list(map(str, x.problems)),
            )
            for x in found
        ],
        empty="Nothing was asked of this plan yet.",
    )


@app.command()
def cancel(
    plan: PlanArgument,
    yes: YesOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Give a plan up. Carriage that was confirmed may be charged.

    \b
    Example:
      stockpool inbound cancel 0199A3K7M2Q4T8 --yes
    """
    with opened(config) as engine:
        _told(engine.inbound.steps.cancel(plan, irrevocable=yes), as_json)


def _written(out: Path, documents: Sequence[bytes], as_json: bool) -> None:
    """Write the first document to `out`, others beside it with a number."""
    paths = [out, *(out.with_stem(f"{out.stem}-{n}") for n in range(2, len(documents) + 1))]
    for path, document in zip(paths, documents, strict=True):
        path.write_bytes(document)
    if as_json:
        print_json({"files": [str(path) for path in paths]})
    else:
        say(f"Labels are in {', '.join(map(str, paths))}.")


def _told(step: StepView, as_json: bool) -> None:
    if as_json:
        print_json(_step(step))
        return
    say(f"{step.kind.value} for {step.subject} is recorded ({step.step_id}); a worker does it.")
    for line in step.explanation:
        say(f"  {line}")


def _step(step: StepView) -> dict[str, Any]:
    return {
        "step_id": step.step_id,
        "subject": step.subject,
        "kind": step.kind.value,
        "state": step.state,
        "asked_at": step.asked_at,
        "explanation": list(step.explanation),
        "problems": [problem.as_dict() for problem in step.problems],
    }


def _item(item: InboundItem) -> dict[str, Any]:
    return {
        "sku": item.sku,
        "quantity": item.quantity,
        "expiration": item.expiration,
        "lot": item.lot,
    }


def _in_words(items: Sequence[InboundItem]) -> str:
    return plain([f"{item.sku} x {item.quantity}" for item in items])


def _pair(text: str, option: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise typer.BadParameter(f"{text!r} is not of the form NAME=VALUE", param_hint=option)
    return name, value


def _utc(instant: datetime) -> datetime:
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
