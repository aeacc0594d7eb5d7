"""Who may see buyers' personal data: whoever calls with a restricted data token (tokens API)."""

from __future__ import annotations

from stockpool_amazon_sim.sp_api import access_tokens
from stockpool_amazon_sim.sp_api.messages import ApiError, Call


def may_see(call: Call) -> bool:
    """Whether the call's token is a restricted data token. It opens all personal data here."""
    token = call.request.headers.get("x-amz-access-token")
    return call.access_tokens.purpose(token) == access_tokens.RESTRICTED


def must_see(call: Call) -> None:
    """Refuse an operation that is about nothing but personal data.

    Raises:
        ApiError: 403 Unauthorized.
    """
    if not may_see(call):
        message = "Access to requested resource is denied."
        raise ApiError(403, "Unauthorized", message, "A restricted data token is needed.")
