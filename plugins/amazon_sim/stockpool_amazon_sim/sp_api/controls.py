"""The control surface, beside the API: `POST /simulator/v1/NAME` with the arguments as JSON.

Each name is a method of the simulator's `Controls` (`stock`, `register`, `sell_on_amazon`, `inject`
...), and a few that concern time. Nothing here asks for a token, or is counted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError, validate_call

from stockpool.errors import RejectedError
from stockpool_amazon_sim.simulator import Simulator
from stockpool_amazon_sim.sp_api.messages import ApiError, Request, invalid_input
from stockpool_amazon_sim.sp_api.writing import timestamp

PREFIX = "/simulator/v1/"

CONTROLS = (
    "register",
    "stock",
    "forget",
    "buckets",
    "buckets_by_center",
    "sell_on_amazon",
    "cancel_sale",
    "amazon_order_ids",
    "announce_inbound",
    "inbound_status",
    "inbound_shipment_ids",
    "let_inbound_leave",
    "let_inbound_arrive",
    "close_inbound",
    "lose_inbound",
    "overfill_inbound",
    "misroute_inbound",
    "restrict_inbound",
    "transfer",
    "set_aside",
    "damage",
    "misplace",
    "reimburse",
    "reverse_reimbursement",
    "inject",
    "audit",
    "idle",
    "ledger",
    "fulfillment_order_ids",
    "attempts",
    "statistics",
    "finish_feeds",
    "fail_feed",
    "finish_reports",
    "fail_report",
    "empty_report",
    "drift_report",
    "suppress",
    "restore",
    "close_listing",
    "reopen_listing",
    "restrict_asin",
    "allow_asin",
    "stranded",
    "post_notifications_to",
)
"""The simulator's methods that can be called."""


def answer(simulator: Simulator, request: Request) -> Mapping[str, Any]:
    """Carry out a control call: `{"result": ...}`.

    Raises:
        ApiError: 404 for a name that there is not, 400 for arguments that don't fit.
    """
    name = request.path.removeprefix(PREFIX)
    if request.method != "POST":
        raise ApiError(405, "InvalidInput", "Control calls are POST.")
    chosen = _control(simulator, name)
    try:
        arguments = json.loads(request.body or b"{}")
        if not isinstance(arguments, dict):
            raise invalid_input("The arguments must be a JSON object.")
        return {"result": _plain(validate_call(chosen)(**arguments))}
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise invalid_input(f"{place}: {first['msg']}") from None
    except (ValueError, RejectedError) as error:
        raise invalid_input(str(error)) from None


def _control(simulator: Simulator, name: str) -> Callable[..., Any]:
    if name in CONTROLS:
        control: Callable[..., Any] = getattr(simulator, name)
        return control
    if name == "advance":
        return lambda hours: _advance(simulator, hours)
    if name == "advance_to":
        return lambda at: _advance_to(simulator, at)
    if name == "seller_id":
        return lambda: simulator.seller_id
    if name == "now":
        return lambda: timestamp(simulator.now())
    known = ", ".join((*CONTROLS, "advance", "advance_to", "now", "seller_id"))
    raise ApiError(404, "NotFound", f"There is no control {name!r}; there are {known}.")


def _advance(simulator: Simulator, hours: float) -> str:
    simulator.advance_to(simulator.now() + timedelta(hours=float(hours)))
    return timestamp(simulator.now())


def _advance_to(simulator: Simulator, at: str) -> str:
    simulator.advance_to(datetime.fromisoformat(at))
    return timestamp(simulator.now())


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
