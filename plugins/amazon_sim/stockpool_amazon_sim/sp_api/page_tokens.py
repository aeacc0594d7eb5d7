"""Tokens that lead to the next page: opaque, only for the operation that gave them, and mortal."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from datetime import datetime, timedelta

from stockpool.clock import Clock
from stockpool_amazon_sim.sp_api.messages import invalid_input
from stockpool_amazon_sim.sp_api.writing import timestamp

INVENTORY_SECONDS = 30
"""getInventorySummaries' tokens live so long (FBA Inventory API v1)."""

USUAL_SECONDS = 1_800
"""What the other operations' tokens are given here; Amazon does not say."""

_SIGNATURE = 12


class PageTokens:
    """Writes and reads page tokens; they can't be made up, and need no memory."""

    def __init__(self, secret: bytes, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock

    def write(self, operation: str, place: str, seconds: int = USUAL_SECONDS) -> str:
        """A token for the page of `operation` that begins at `place`."""
        until = self._clock.now() + timedelta(seconds=seconds)
        content = json.dumps([operation, place, until.timestamp()]).encode()
        return base64.urlsafe_b64encode(self._sign(content) + content).decode().rstrip("=")

    def read(self, operation: str, token: str) -> str:
        """Where the token's page begins.

        Raises:
            ApiError: 400 InvalidInput if it is none of this operation's, or has expired.
        """
        try:
            raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except (ValueError, binascii.Error):
            raise invalid_input("The token is not valid.") from None
        signature, content = raw[:_SIGNATURE], raw[_SIGNATURE:]
        if not hmac.compare_digest(signature, self._sign(content)):
            raise invalid_input("The token is not valid.")
        name, place, until = json.loads(content)
        if name != operation:
            raise invalid_input(f"The token was given by {name}.")
        now = self._clock.now()
        if now.timestamp() > until:
            ended = timestamp(datetime.fromtimestamp(until, now.tzinfo))
            raise invalid_input(f"The token has expired at {ended}.")
        return str(place)

    def _sign(self, content: bytes) -> bytes:
        return hmac.new(self._secret, content, hashlib.sha256).digest()[:_SIGNATURE]
