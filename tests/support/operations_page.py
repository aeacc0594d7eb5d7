"""The page of operations, `docs/simulator-operations.md`, as it follows from the code.

Written anew by `python tests/support/operations_page.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

import client_methods
from sp_api_caller import MODELS
from stockpool_amazon_sim.sp_api.application import APIS
from stockpool_amazon_sim.sp_api.messages import Operation

PAGE = Path(__file__).parents[2] / "docs" / "simulator-operations.md"

_VENDORS = "for vendors, who sell to Amazon and not through it"
_OWN_SHIPPING = "of parcels and returns that the seller, not Amazon, ships or takes back"
_MONEY = "of payouts and balances; the simulator keeps no accounts of money"
_INVOICES = "of tax documents; the simulator issues none"
_CATALOG = "of Amazon's catalog; a SKU is what was registered, no real product is known"
_BUYERS = "of words between seller and buyer; nobody reads them here"
_SELLING = "of prices, advertisement and analysis, which move no stock"
_SERVICES = "of services at the buyer's home, not of goods"
_ACCOUNT = "of the seller's account and applications at Amazon"

LEFT_OUT: Mapping[str, str] = {
    "/aplus": _SELLING,
    "/appIntegrations": _ACCOUNT,
    "/applications": _ACCOUNT,
    "/awd": "Amazon Warehousing and Distribution: its stock is none of FBA until it is sent on",
    "/batches": _SELLING,
    "/catalog": _CATALOG,
    "/customerFeedback": _SELLING,
    "/dataKiosk": _SELLING,
    "/definitions": _CATALOG,
    "/easyShip": _OWN_SHIPPING,
    "/externalFulfillment": _OWN_SHIPPING,
    "/fba/outbound/brazil": _INVOICES,
    "/finances": _MONEY,
    "/messaging": _BUYERS,
    "/mfn": _OWN_SHIPPING,
    "/products/pricing": _SELLING,
    "/promotions": _SELLING,
    "/replenishment": _SELLING,
    "/sales": _SELLING,
    "/service": _SERVICES,
    "/shipping": _OWN_SHIPPING,
    "/solicitations": _BUYERS,
    "/supplySources": _OWN_SHIPPING,
    "/support": _ACCOUNT,
    "/tax": _INVOICES,
    "/tracking": "of parcels of any carrier; parcels of MCF have getPackageTrackingDetails",
    "/uploads": _BUYERS,
    "/vendor": _VENDORS,
}
"""APIs that Amazon's SDK has and the simulator does not, by how their addresses begin, and why."""

_HEAD = """\
# The simulator, operation by operation

This page follows from the code; a test compares them. What each operation does, and where the
simulator knows less than Amazon, stands in [simulator.md](simulator.md).

Each operation below is **implemented**, is **called by the clients' methods** that stand beside it
in `tests/amazon_clients`, over HTTP and unmodified, and **every answer** that those clients get is
compared with the API's model. The tests in `tests/amazon_sim/sp_api` compare requests too. (The
models are Amazon's and no part of this repository; without them the tests run and compare nothing.)

`getDeliveryChallanDocument`, `listItemComplianceDetails` and `updateItemComplianceDetails` are for
India, which is not simulated: they are refused, as Amazon refuses them elsewhere.
"""

_UNCOVERED = """
## Not covered

Nothing is missing of the APIs above: the simulator has every operation of their models. Amazon's
SDK also knows these APIs, which the simulator has not:

| addresses | operations | why not |
|---|---|---|
"""


def page() -> str:
    """All of it."""
    return "\n".join([_HEAD, *chain.from_iterable(map(_section, APIS))]) + _UNCOVERED + _left_out()


def uncovered() -> dict[str, set[client_methods.Address]]:
    """What the SDK has and the simulator does not, by the entry of `LEFT_OUT`, or `?`."""
    served = {(one.method, client_methods.shape(one.path)) for one in chain.from_iterable(APIS)}
    found: dict[str, set[client_methods.Address]] = defaultdict(set)
    for method, path in set(client_methods.sdk_methods().values()) - served:
        fitting = [start for start in LEFT_OUT if f"{path}/".startswith(f"{start}/")]
        found[max(fitting, key=len, default="?")].add((method, path))
    return found


def model_of(operation: Operation) -> str:
    """The model that judges an operation."""
    return next(name for start, name in MODELS.items() if f"{operation.path}/".startswith(start))


def _section(api: Sequence[Operation]) -> Iterator[str]:
    yield f"## {model_of(api[0])}\n"
    yield "| operation | address | Amazon's SDK | python-amazon-sp-api |"
    yield "|---|---|---|---|"
    sdk, library = client_methods.sdk_methods(), client_methods.library_methods()
    for one in api:
        callers = " | ".join(_callers(one, methods) for methods in (sdk, library))
        yield f"| {one.name} | `{one.method} {one.path}` | {callers} |"
    yield ""


def _callers(operation: Operation, methods: Mapping[str, client_methods.Address]) -> str:
    address = (operation.method, client_methods.shape(operation.path))
    return (
        ", ".join(f"`{name}`" for name, at in sorted(methods.items()) if at == address)
        or "has none"
    )


def _left_out() -> str:
    there = uncovered()
    rows = [f"| `{name}` | {len(there[name])} | {why} |\n" for name, why in LEFT_OUT.items()]
    return "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
