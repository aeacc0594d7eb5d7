"""Looking for the sample buyer's data where none may be."""

from __future__ import annotations

import traceback

from stockpool.errors import PluginError
from stockpool.testing.addresses import CANARIES


def is_silent(message: str) -> None:
    """Check that a message says nothing of the buyer."""
    for canary in CANARIES:
        assert canary.lower() not in message.lower(), f"{canary!r} stands in: {message}"


def keeps_the_secret(error: PluginError) -> None:
    """Check an error, and all that is logged with it: what caused it, too."""
    is_silent(str(error))
    is_silent(repr(error))
    is_silent("".join(traceback.TracebackException.from_exception(error).format()))
