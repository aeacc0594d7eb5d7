"""Amazon's own SDK and python-amazon-sp-api, unmodified, pointed at a simulated Amazon.

By what their documentation offers for that: the SDK by the arguments `endpoint` and
`oauth_endpoint`; python-amazon-sp-api by a marketplace with another endpoint, and by the argument
`auth_token_client_class`.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, TypeVar

import spapi
from sp_api.auth import AccessTokenClient

from sp_api_caller import US

A = TypeVar("A")


def make_sdk(url: str, **credentials: Any) -> spapi.ApiClient:
    """What all API classes of Amazon's SDK share. It fetches its token at once."""
    config = spapi.SPAPIConfig(client_id="app", client_secret="secret", **credentials)
    client = spapi.SPAPIClient(config, oauth_endpoint=f"{url}/auth/o2/token", endpoint=url)
    return client.api_client


class _Given:
    """A token that was fetched elsewhere."""

    def __init__(self, token: str) -> None:
        self._token = token

    def get_lwa_access_token(self) -> str:
        return self._token


def make_sdk_with(url: str, token: str) -> spapi.ApiClient:
    """The same with a restricted data token, for which the SDK has no argument.

    Its configuration takes whatever can be asked for a token.
    """
    configuration = spapi.Configuration()
    configuration.host = url
    configuration.access_token_cache = _Given(token)
    return spapi.ApiClient(configuration)


def make_library(url: str, kind: type[A], **arguments: Any) -> A:
    """One of python-amazon-sp-api's clients. It fetches its token with the first call."""

    class TokenClient(AccessTokenClient):
        scheme, host = "http://", url.removeprefix("http://")

    marketplace = SimpleNamespace(endpoint=url, marketplace_id=US, region="us-east-1")
    credentials = {
        # It keeps access tokens by refresh token, for the whole process.
        "refresh_token": f"Atzr|{url}",
        "lwa_app_id": "app",
        "lwa_client_secret": "secret",
    }
    return kind(  # type: ignore[call-arg]
        marketplace=marketplace,
        credentials=credentials,
        auth_token_client_class=TokenClient,
        **arguments,
    )


def close_sdk(client: spapi.ApiClient) -> None:
    """Close its connections."""
    client.rest_client.pool_manager.clear()


def close_library(client: Any) -> None:
    """Close its connections, those for tokens too."""
    client.close()
    client._auth._transport.close()
