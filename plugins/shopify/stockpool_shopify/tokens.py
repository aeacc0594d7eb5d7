"""Access tokens of the three kinds of credentials, behind one provider."""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import requests

from stockpool.clock import Clock
from stockpool.errors import ConfigurationError, TransientError
from stockpool_shopify.connection import Connection
from stockpool_shopify.errors import AccessRefused
from stockpool_shopify.secret_source import SecretSource
from stockpool_shopify.settings import AdminToken, ClientCredentials, Credentials, RefreshedToken

_SPARE = timedelta(minutes=5)
"""A token is replaced so long before its end, so that it does not run out on the way."""

_PATH = "/admin/oauth/access_token"


@dataclass(frozen=True, slots=True)
class Token:
    """An access token. `good_until` is None if it has no end."""

    text: str = field(repr=False)
    good_until: datetime | None = None


class Source(Protocol):
    """Where tokens of one kind of credentials come from."""

    def fetch(self, refused: str | None) -> Token:
        """A token; not the one that was `refused`, if there is another."""


class Tokens:
    """The shop's access token: fetched when first needed, kept until shortly before its end.

    Safe to share between threads: one fetches, the others wait for it.
    """

    def __init__(self, source: Source, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._refused: str | None = None

    def current(self) -> str:
        """A token that is good for another while.

        Raises:
            AccessRefused: the credentials are wrong or gone; says what to mend.
            TransientError: Shopify can't be reached or has a fault.
        """
        with self._lock:
            if self._token is None or _is_over(self._token, self._clock.now()):
                self._token = self._source.fetch(self._refused)
            return self._token.text

    def discard(self, token: str) -> None:
        """Don't give out this token again; one that was fetched since stays."""
        with self._lock:
            self._refused = token
            if self._token is not None and self._token.text == token:
                self._token = None


def _is_over(token: Token, now: datetime) -> bool:
    return token.good_until is not None and now >= token.good_until


def source_of(
    credentials: Credentials, connection: Connection, clock: Clock, *, name: str, folder: Path
) -> Source:
    """The source for the configured kind. `name` is that of the channel."""
    where = _Place(f"channels.{name}.credentials", folder)
    if isinstance(credentials, AdminToken):
        return _Pasted(credentials, where)
    if isinstance(credentials, RefreshedToken):
        return _Rotating(credentials, where, connection, clock)
    return _Granted(credentials, where, connection, clock)


@dataclass(frozen=True, slots=True)
class _Place:
    setting: str
    folder: Path

    def secret(self, source: SecretSource, member: str) -> str:
        try:
            return source.read(f"{self.setting}.{member}", self.folder)
        except ConfigurationError as error:
            # Read anew each time, so that a rotated secret needs no restart; so it may be gone.
            raise AccessRefused(str(error)) from None


@dataclass(frozen=True, slots=True)
class _Pasted:
    credentials: AdminToken
    where: _Place

    def fetch(self, refused: str | None) -> Token:
        text = self.where.secret(self.credentials.access_token, "access_token")
        if text == refused:
            raise AccessRefused(
                f"{self.where.setting}.access_token: Shopify refuses this token; the app was "
                "uninstalled or its token revoked: install it again and store the new token"
            )
        return Token(text)


@dataclass(frozen=True, slots=True)
class _Granted:
    credentials: ClientCredentials
    where: _Place
    connection: Connection
    clock: Clock

    def fetch(self, refused: str | None) -> Token:
        del refused  # each is new
        asked_at = self.clock.now()
        document = _ask(
            self.connection,
            self.where,
            {
                "grant_type": "client_credentials",
                "client_id": self.where.secret(self.credentials.client_id, "client_id"),
                "client_secret": self.where.secret(self.credentials.client_secret, "client_secret"),
            },
        )
        return _token(document, asked_at)


@dataclass(frozen=True, slots=True)
class _Rotating:
    credentials: RefreshedToken
    where: _Place
    connection: Connection
    clock: Clock

    def fetch(self, refused: str | None) -> Token:
        """The pair in the file, or a new one that is put there before it is used.

        The lock is of the file, so that of all workers one refreshes and the others read what
        it got. A process that dies between Shopify's answer and the file loses a pair; Shopify
        keeps the old refresh token good until the new one is used.
        """
        path = self.where.folder / self.credentials.token_file
        with _locked(path):
            kept = _read_pair(path)
            now = self.clock.now()
            if kept is not None:
                token = Token(kept["access_token"], datetime.fromisoformat(kept["good_until"]))
                if not _is_over(token, now) and token.text != refused:
                    return token
            refresh_token = (
                kept["refresh_token"]
                if kept is not None
                else self.where.secret(self.credentials.refresh_token, "refresh_token")
            )
            document = _ask(
                self.connection,
                self.where,
                {
                    "grant_type": "refresh_token",
                    "refresh_token": refresh_token,
                    "client_id": self.where.secret(self.credentials.client_id, "client_id"),
                    "client_secret": self.where.secret(
                        self.credentials.client_secret, "client_secret"
                    ),
                },
            )
            token = _token(document, now)
            following = document.get("refresh_token")
            if not isinstance(following, str) or token.good_until is None:
                raise TransientError("Shopify answered a refresh without refresh_token")
            _write_pair(path, token.text, following, token.good_until)
            return token


def _ask(connection: Connection, where: _Place, form: Mapping[str, str]) -> Mapping[str, Any]:
    try:
        reply = connection.post(_PATH, form, {})
    except requests.RequestException as error:
        # What requests says is dropped: it holds the request, and so the secrets.
        raise TransientError(
            f"Shopify could not be asked for a token ({type(error).__name__})"
        ) from None
    document = reply.document
    if reply.status == 200 and document is not None:
        return document
    if reply.status == 429 or reply.status >= 500:
        raise TransientError(f"Shopify answered {reply.status} when asked for a token")
    code = (document or {}).get("error")
    told = code if isinstance(code, str) and code.replace("_", "").isalnum() else reply.status
    raise AccessRefused(
        f"{where.setting}: Shopify gives no access token ({told}); compare client_id and "
        "client_secret with the app's page, and see that the app is installed in this shop"
    )


def _token(document: Mapping[str, Any], asked_at: datetime) -> Token:
    text, seconds = document.get("access_token"), document.get("expires_in")
    if not isinstance(text, str) or not text.isascii() or not text.isprintable() or not text:
        raise TransientError("Shopify answered without an access_token")
    if seconds is None:
        return Token(text)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0:
        raise TransientError("Shopify answered with an expires_in that is no time")
    life = timedelta(seconds=min(float(seconds), 86_400.0))
    return Token(text, asked_at + max(life - _SPARE, life / 2))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise AccessRefused(
            f"token_file: {path} can't be locked ({error.strerror}); name a file that all "
            "workers may write"
        ) from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _read_pair(path: Path) -> Mapping[str, str] | None:
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        found = None
    members = ("access_token", "refresh_token", "good_until")
    if not isinstance(found, dict) or not all(isinstance(found.get(m), str) for m in members):
        raise AccessRefused(
            f"token_file: {path} holds no tokens; remove it and authorize the app again"
        )
    return found


def _write_pair(path: Path, access_token: str, refresh_token: str, good_until: datetime) -> None:
    """Whole or not at all, and readable by its owner alone."""
    new = path.with_name(path.name + ".new")
    text = json.dumps(
        {
            "access_token": access_token,
            "refresh_token": refresh_token,
            "good_until": good_until.isoformat(),
        }
    )
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
