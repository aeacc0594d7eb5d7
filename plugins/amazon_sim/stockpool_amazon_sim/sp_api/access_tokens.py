"""Login with Amazon: `POST /auth/o2/token`, with both grants, and the tokens that come from it.

Tokens are signed and name their purpose and end, so any process that shares the simulator's seed
can check them. Errors have OAuth's shape (RFC 6749, section 5.2), not the Selling Partner API's.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from urllib.parse import parse_qs

from stockpool.clock import Clock
from stockpool_amazon_sim.sp_api.messages import ApiError, Operation, Request, Response

PATH = "/auth/o2/token"
LIFE_SECONDS = 3600
SELLER = "seller"
"""Made from a refresh token: for the seller's data."""

GRANTLESS = "grantless"
"""Made from the application's own credentials: for operations without a seller, all of which are
the Notifications API's."""

RESTRICTED = "restricted"
"""A restricted data token (tokens API): for the seller's data with buyers' personal data."""

_SCOPES = {
    "sellingpartnerapi::notifications": GRANTLESS,
    "sellingpartnerapi::migration": "migration",
    "sellingpartnerapi::client_credential:rotation": "rotation",
}
"""What a token of a scope is for. No operation takes those of the last two here."""


class AccessTokens:
    """Gives out tokens and checks them. Any client id and secret do, if they are there at all."""

    def __init__(self, secret: bytes, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock

    def answer(self, request: Request) -> Response:
        """The token endpoint."""
        fields = _fields(request)
        if request.method != "POST":
            return _refused("invalid_request", "The token endpoint takes POST.")
        for name in ("client_id", "client_secret"):
            if not fields.get(name):
                return _refused("invalid_client", f"{name} is missing", status=401)
        match fields.get("grant_type"):
            case "refresh_token":
                token = fields.get("refresh_token", "")
                if not token:
                    return _refused("invalid_request", "refresh_token is missing")
                if token.endswith("revoked"):
                    return _refused("invalid_grant", "The refresh token was revoked")
                return self._granted(SELLER, refresh_token=token)
            case "client_credentials":
                purpose = _SCOPES.get(fields.get("scope", ""))
                if purpose is None:
                    return _refused("invalid_scope", "scope is not known")
                return self._granted(purpose)
            case _:
                return _refused(
                    "unsupported_grant_type",
                    "grant_type must be refresh_token or client_credentials",
                )

    def make(self, purpose: str, seconds: int = LIFE_SECONDS) -> str:
        """A new token for a purpose."""
        until = int(self._clock.now().timestamp()) + seconds
        content = json.dumps([purpose, until]).encode()
        return "Atza|" + base64.urlsafe_b64encode(self._sign(content) + content).decode()

    def purpose(self, token: str | None) -> str:
        """What a token is for.

        Raises:
            ApiError: 403 Unauthorized if it is missing, none of ours, or has expired.
        """
        if not token:
            raise _unauthorized("Access token is missing in the request header.")
        try:
            raw = base64.urlsafe_b64decode(token.removeprefix("Atza|"))
        except ValueError:
            raise _unauthorized("The access token you provided is not valid.") from None
        signature, content = raw[:16], raw[16:]
        if not hmac.compare_digest(signature, self._sign(content)):
            raise _unauthorized("The access token you provided is not valid.")
        purpose, until = json.loads(content)
        if self._clock.now().timestamp() >= until:
            raise _unauthorized("The access token you provided has expired.")
        return str(purpose)

    def _granted(self, purpose: str, **more: str) -> Response:
        document = {
            "access_token": self.make(purpose),
            "token_type": "bearer",
            "expires_in": LIFE_SECONDS,
            **more,
        }
        return _json(200, document)

    def _sign(self, content: bytes) -> bytes:
        return hmac.new(self._secret, content, hashlib.sha256).digest()[:16]


def opens(purpose: str, operation: Operation) -> bool:
    """Whether a token with this purpose is one that an operation takes."""
    if purpose == GRANTLESS:
        return operation.grantless
    return operation.of_seller and purpose in (SELLER, RESTRICTED)


def _fields(request: Request) -> dict[str, str]:
    if "json" in request.headers.get("content-type", ""):
        try:
            document = json.loads(request.body)
        except ValueError:
            return {}
        return {k: str(v) for k, v in document.items()} if isinstance(document, dict) else {}
    return {name: values[0] for name, values in parse_qs(request.body.decode("latin-1")).items()}


def _refused(error: str, description: str, status: int = 400) -> Response:
    return _json(status, {"error": error, "error_description": description})


def _json(status: int, document: object) -> Response:
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return Response(status, json.dumps(document).encode(), headers)


def _unauthorized(details: str) -> ApiError:
    return ApiError(403, "Unauthorized", "Access to requested resource is denied.", details)
