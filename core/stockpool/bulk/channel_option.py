"""The option `channel` of kinds that are about orders."""

from __future__ import annotations

from collections.abc import Sequence

from stockpool.bulk.items import Options
from stockpool.errors import RefusedError
from stockpool.problems import Problem


def channel_option(given: Options, channels: Sequence[str]) -> dict[str, str]:
    """The channel, if it is configured.

    Raises:
        RefusedError: it is missing or unknown.
    """
    channel = given.get("channel", "")
    if channel in channels:
        return {"channel": channel}
    what = f"there is no channel {channel}" if channel else "no channel is given"
    problem = Problem(
        "invalid_channel", what, "channel", ", ".join(channels), "name one that is configured"
    )
    raise RefusedError(f"{what}; there are: {', '.join(channels) or 'none'}", [problem])
