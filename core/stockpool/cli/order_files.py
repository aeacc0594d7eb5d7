"""`stockpool orders plan | plan-cancellations | apply`: Amazon's MCF files, by way of a plan."""

from __future__ import annotations

from typing import Annotated

import typer

from stockpool.cli.bulk import (
    EncodingOption,
    FileArgument,
    LaterOption,
    PlanArgument,
    apply_plan,
    plan_file,
)
from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption

ChannelName = Annotated[str, typer.Option("--channel", help="The channel the orders belong to.")]


def plan(
    file: FileArgument,
    channel: ChannelName,
    currency: Annotated[
        str, typer.Option("--currency", help="Of the declared values, if the file has any.")
    ] = "",
    encoding: EncodingOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Plan the orders of an MCF order file (see docs/bulk-files.md). None is taken in yet.

    \b
    Example:
      stockpool orders plan mcf-orders.txt --channel web
    """
    options = {"channel": channel, "currency": currency}
    plan_file(config, "orders", file, options, encoding, as_json)


def plan_cancellations(
    file: FileArgument,
    channel: ChannelName,
    reason: Annotated[str, typer.Option("--reason", help="Why; the network is told.")] = "seller",
    encoding: EncodingOption = None,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Plan the cancellations of an MCF cancellation file. Nothing is cancelled yet.

    \b
    Example:
      stockpool orders plan-cancellations mcf-cancel.txt --channel web
    """
    options = {"channel": channel, "reason": reason}
    plan_file(config, "cancellations", file, options, encoding, as_json)


def apply(
    plan: PlanArgument,
    later: LaterOption = False,
    config: ConfigOption = DEFAULT_CONFIG,
    as_json: JsonOption = False,
) -> None:
    """Take in the orders, or make the cancellations, of a plan as it was shown.

    \b
    Example:
      stockpool orders apply 0199A3K7M2Q4T8
    """
    apply_plan(config, plan, later, as_json, ("orders", "cancellations"))


def register(app: typer.Typer) -> None:
    """Put the commands into the group `orders`."""
    app.command("plan")(plan)
    app.command("plan-cancellations")(plan_cancellations)
    app.command("apply")(apply)
