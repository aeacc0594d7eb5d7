"""Calls of WooCommerce's REST API v3, and what its errors mean to the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from stockpool.errors import OutcomeUnknown, RejectedError, Throttled, TransientError

_TIMEOUT = (5.0, 30.0)
"""Seconds to connect, and to wait for an answer."""


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list, and how many parts there are."""

    items: list[dict[str, Any]]
    pages: int


class WooCommerceClient:
    """One shop's API."""

    def __init__(self, url: str, key: str, secret: str) -> None:
        self._url = f"{url.rstrip('/')}/wp-json/wc/v3"
        self._session = requests.Session()
        self._session.auth = (key, secret)

    def page(self, path: str, **query: str) -> Page:
        """GET a part of a list. Whatever fails can simply be tried again."""
        response = self._get(path, query)
        return Page(response.json(), int(response.headers.get("X-WP-TotalPages", "1")))

    def everything(self, path: str) -> list[dict[str, Any]]:
        """GET a list whole, 100 at a time: what belongs to one order or product."""
        first = self.page(path, per_page="100", page="1")
        found = first.items
        for number in range(2, first.pages + 1):
            found = found + self.page(path, per_page="100", page=str(number)).items
        return found

    def one(self, path: str) -> dict[str, Any]:
        """GET one thing."""
        document: dict[str, Any] = self._get(path, {}).json()
        return document

    def change(self, method: str, path: str, document: Mapping[str, Any]) -> Any:
        """PUT or POST. It may have arrived although no answer came back."""
        name = f"{method} {path}"
        try:
            response = self._session.request(
                method, self._url + path, json=document, timeout=_TIMEOUT
            )
        except requests.ConnectTimeout as error:
            raise TransientError(f"{name}: no connection") from error
        except requests.RequestException as error:
            raise OutcomeUnknown(f"{name}: {type(error).__name__}") from error
        if response.status_code >= 500 and response.status_code != 503:
            raise OutcomeUnknown(f"{name}: the shop answered {response.status_code}")
        return _checked(name, response).json()

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _get(self, path: str, query: Mapping[str, str]) -> requests.Response:
        name = f"GET {path}"
        try:
            response = self._session.get(self._url + path, params=query, timeout=_TIMEOUT)
        except requests.RequestException as error:
            raise TransientError(f"{name}: {type(error).__name__}") from error
        if response.status_code >= 500 and response.status_code != 503:
            raise TransientError(f"{name}: the shop answered {response.status_code}")
        return _checked(name, response)


def _checked(name: str, response: requests.Response) -> requests.Response:
    if response.status_code in (429, 503):
        # Hosts and plugins that limit calls answer either; in both cases nothing was done.
        wait = response.headers.get("Retry-After", "")
        seconds = float(wait) if wait.isdigit() else 5.0
        raise Throttled(f"{name}: too many calls", retry_after=max(seconds, 1.0))
    if not response.ok:
        raise RejectedError(_code(response), f"{name} was refused")
    return response


def _code(response: requests.Response) -> str:
    # WooCommerce's message may repeat what was sent, a buyer's address for example: its code can't.
    try:
        code = response.json().get("code")
    except (ValueError, AttributeError):
        code = None
    return code if isinstance(code, str) else str(response.status_code)
