"""A caller of the simulated SP-API who lets Amazon's models judge every request and answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import openapi
from stockpool.clock import ManualClock
from stockpool_amazon_sim import Simulator
from stockpool_amazon_sim.sp_api import Application
from stockpool_amazon_sim.sp_api.messages import Request, Response

US, CA = "ATVPDKIKX0DER", "A2EUQ1WTGCTBG2"

MODELS: Mapping[str, str] = {
    "/fba/outbound/2020-07-01/": "fulfillmentOutbound_2020-07-01",
    "/fulfillment/outbound/2026-07-04/": "fulfillmentOutbound_2026-07-04",
    "/fba/inventory/v1/": "fbaInventory",
    "/inbound/fba/2024-03-20/": "fulfillmentInbound_2024-03-20",
    "/fba/inbound/v0/": "fulfillmentInboundV0",
    "/fba/inbound/v1/": "fbaInbound",
    "/feeds/2021-06-30/": "feeds_2021-06-30",
    "/listings/2021-08-01/items/": "listingsItems_2021-08-01",
    "/listings/2021-08-01/restrictions": "listingsRestrictions_2021-08-01",
    "/notifications/v1/": "notifications",
    "/orders/v0/": "ordersV0",
    "/orders/2026-01-01/": "orders_2026-01-01",
    "/products/fees/v0/": "productFeesV0",
    "/reports/2021-06-30/": "reports_2021-06-30",
    "/sellers/v1/": "sellers",
    "/tokens/2021-03-01/": "tokens_2021-03-01",
}
"""By which model an address is judged."""

BARE_ERRORS = {"listingsRestrictions_2021-08-01"}
"""Models in which an error is a bare list. Clients look for `errors` here as everywhere else, so it
is what stands there that is judged."""


@dataclass(frozen=True)
class Answer:
    """What came back: JSON, if there was any."""

    response: Response
    json: Any

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def payload(self) -> Any:
        return self.json["payload"]

    @property
    def error(self) -> Any:
        """The first error, of an answer that must be one."""
        return self.json["errors"][0]


@dataclass
class Caller:
    """Calls the application without a socket.

    Requests are judged too, but for those that are wrong on purpose (`judged=False`). Without
    Amazon's models nothing is judged, and the rest of each test holds all the same.
    """

    application: Application
    clock: ManualClock
    token: str = ""
    called: set[tuple[str, str]] = field(default_factory=set)

    @property
    def simulator(self) -> Simulator:
        return self.application.simulator

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        /,
        *,
        judged: bool = True,
        headers: Mapping[str, str] | None = None,
        **query: str | Sequence[str],
    ) -> Answer:
        flat = {k: v if isinstance(v, str) else ",".join(v) for k, v in query.items()}
        response = self.application(
            Request(
                method,
                path,
                urlencode(flat),
                {"x-amz-access-token": self.token, **(headers or {})},
                b"" if body is None else json.dumps(body).encode(),
            )
        )
        answer = Answer(response, json.loads(response.body) if response.body else None)
        self._judge(method, path, flat, body, answer, judged)
        return answer

    def control(self, name: str, /, **arguments: Any) -> Any:
        """A control call that must succeed."""
        body = json.dumps(arguments).encode()
        response = self.application(Request("POST", f"/simulator/v1/{name}", body=body))
        assert response.status == 200, response.body
        return json.loads(response.body)["result"]

    def _judge(
        self, method: str, path: str, query: Any, body: Any, answer: Answer, judged: bool
    ) -> None:
        operation = operation_of(method, path)
        if operation is None:
            return
        if judged:
            operation.check_request(query, body)
        check_answer(operation, answer)


def operation_of(method: str, path: str) -> openapi.Operation | None:
    """What Amazon's models say of a call; None without the models, and if it is not Amazon's."""
    model = next((model for start, model in MODELS.items() if path.startswith(start)), None)
    if model is None or not openapi.FOLDER.is_dir():
        return None
    return openapi.Model.load(model).operation(method, path)


def check_answer(operation: openapi.Operation, answer: Answer) -> None:
    """Compare an answer with the model.

    Raises:
        AssertionError: names every member that is wrong, and why.
    """
    bare = operation.model.name in BARE_ERRORS and answer.status >= 400
    operation.check_response(answer.status, answer.json["errors"] if bare else answer.json)


def address(**changes: Any) -> dict[str, Any]:
    return {
        "name": "A. Buyer",
        "addressLine1": "1 Main St",
        "city": "Seattle",
        "stateOrRegion": "WA",
        "postalCode": "98101",
        "countryCode": "US",
    } | changes


def order(order_id: str = "F-1", quantity: int = 2, **changes: Any) -> dict[str, Any]:
    """A createFulfillmentOrder body."""
    return {
        "marketplaceId": US,
        "sellerFulfillmentOrderId": order_id,
        "displayableOrderId": f"#{order_id}",
        "displayableOrderDate": "2026-03-01T12:00:00Z",
        "displayableOrderComment": "Thank you",
        "shippingSpeedCategory": "Standard",
        "destinationAddress": address(),
        "items": [{"sellerSku": "MUG", "sellerFulfillmentOrderItemId": "1", "quantity": quantity}],
    } | changes
