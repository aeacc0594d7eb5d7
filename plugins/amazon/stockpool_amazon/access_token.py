"""Login with Amazon: a short-lived access token in exchange for the seller's refresh token.

Or, with a scope, for the application's own credentials: some operations are not about a seller.
OAuth 2.0, RFC 6749 sections 6 and 4.4; errors have OAuth's shape (section 5.2), not the SP-API's.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests

from stockpool.clock import Clock
from stockpool.errors import ConfigurationError, Throttled, TransientError
from stockpool_amazon.connection import Connection, json_object
from stockpool_amazon.credentials import Credentials, Secrets
from stockpool_amazon.errors import CredentialsRefused

_SPARE = timedelta(seconds=60)
"""A token is replaced so long before its end, so that it does not run out on the way."""

_REMEDIES: Mapping[str, str] = {
    "invalid_grant": "the refresh token is wrong or was revoked: authorize the application again "
    "in Seller Central and store the new one ({refresh_token})",
    "invalid_client": "the application is not known by this id and secret: compare them with the "
    "developer console ({client_id}, {client_secret})",
    "unauthorized_client": "the application may not use this refresh token: it belongs to another "
    "application, or the application is not approved ({client_id}, {refresh_token})",
}
_PASSING = frozenset({"server_error", "temporarily_unavailable"})


@dataclass(frozen=True, slots=True)
class _Token:
    text: str = field(repr=False)
    good_until: datetime


class AccessTokens:
    """The account's access token: fetched when first needed, kept until shortly before its end.

    Safe to share between threads: one fetches, the others wait for it.

    Args:
        scope: what the application itself wants; None: a token for the seller's data.
    """

    def __init__(
        self,
        connection: Connection,
        endpoint: str,
        credentials: Credentials,
        clock: Clock,
        *,
        scope: str | None = None,
    ) -> None:
        self._connection = connection
        self._endpoint = endpoint
        self._credentials = credentials
        self._clock = clock
        self._scope = scope
        self._lock = threading.Lock()
        self._token: _Token | None = None

    def current(self) -> str:
        """A token that is good for another while.

        Raises:
            CredentialsRefused: the credentials are wrong or gone; says what to mend.
            TransientError: Login with Amazon can't be reached or has a fault.
        """
        with self._lock:
            if self._token is None or self._clock.now() >= self._token.good_until:
                self._token = self._fetched()
            return self._token.text

    def discard(self, token: str) -> None:
        """Don't give out this token again; one that was fetched since stays."""
        with self._lock:
            if self._token is not None and self._token.text == token:
                self._token = None

    def _fetched(self) -> _Token:
        try:
            secrets = self._credentials.read()
        except ConfigurationError as error:
            # It was there when the network was made.
            raise CredentialsRefused(str(error)) from None
        asked_at = self._clock.now()
        grant = {"grant_type": "refresh_token", "refresh_token": secrets.refresh_token}
        if self._scope is not None:
            grant = {"grant_type": "client_credentials", "scope": self._scope}
        form = {
            **grant,
            "client_id": secrets.client_id,
            "client_secret": secrets.client_secret,
        }
        try:
            reply = self._connection.send("POST", self._endpoint, form=form)
        except requests.RequestException as error:
            # What requests says is dropped: it holds the request, and so the secrets.
            raise TransientError(
                f"Login with Amazon could not be asked ({type(error).__name__})"
            ) from None
        document = json_object(reply.content)
        if reply.status == 200 and document is not None:
            return self._read(document, asked_at)
        if reply.status == 429:
            raise Throttled("Login with Amazon: too many requests", retry_after=1.0)
        code = document.get("error") if document is not None else None
        if reply.status >= 500 or not isinstance(code, str) or code in _PASSING:
            raise TransientError(f"Login with Amazon answered {reply.status}")
        raise self._refused(code, document or {}, secrets)

    def _read(self, document: Mapping[str, Any], asked_at: datetime) -> _Token:
        token, seconds = document.get("access_token"), document.get("expires_in")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            raise TransientError("Login with Amazon answered without an access_token")
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0:
            raise TransientError("Login with Amazon answered without expires_in")
        life = timedelta(seconds=min(float(seconds), 86_400.0))
        return _Token(token, asked_at + max(life - _SPARE, life / 2))

    def _refused(
        self, code: str, document: Mapping[str, Any], secrets: Secrets
    ) -> CredentialsRefused:
        prefix = f"networks.{self._credentials.name}"
        settings = ("client_id", "client_secret", "refresh_token")
        remedy = _REMEDIES.get(code, "compare {client_id}, {client_secret} and {refresh_token}")
        remedy = remedy.format(**{name: f"{prefix}.{name}" for name in settings})
        words = secrets.hidden_in(f"{code}: {document.get('error_description') or ''}"[:300])
        return CredentialsRefused(f"Login with Amazon refused ({words.rstrip(': ')}); {remedy}")
