"""Whatever Amazon answers: it is understood, or one of the engine's errors says what is wrong.

Answers are guessed while they are read: each member that the plugin asks for is there, mostly of
the kind that is wanted, often with a word that the plugin knows, sometimes with anything at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzed import JSON, TEXTS, GuessedAnswer, json_bytes, listening, words_of
from scripted_amazon import SECRETS
from stockpool.clock import ManualClock
from stockpool.errors import StockpoolError
from stockpool.ids import IdSource
from stockpool.order_request import Address
from stockpool.plugins import network_inbound as inbound
from stockpool.plugins.channel import PluginContext
from stockpool.plugins.network import FulfillmentItem, FulfillmentRequest
from stockpool.plugins.network_reports import ReportRequest
from stockpool_amazon import (
    fees,
    hints,
    inbound_documents,
    inventory,
    listings,
    outbound_2020_07_01,
    outbound_2026_07_04,
    previews_2026_07_04,
    reports,
    returns,
)
from stockpool_amazon.fields import Fields
from stockpool_amazon.network import AmazonNetwork
from stockpool_amazon.settings import AmazonSettings
from stockpool_amazon.transport import Answer, Call, Transport

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
WORDS = [
    *words_of(
        fees,
        inbound_documents,
        inventory,
        listings,
        outbound_2020_07_01,
        outbound_2026_07_04,
        previews_2026_07_04,
        reports,
        returns,
    ),
    *(word for kind in (inbound.InboundPlanStatus, inbound.InboundShipmentStatus) for word in kind),
    "2026-03-02T09:00:00Z",
    "USD",
    "ATVPDKIKX0DER",
    "F-1",
    "MUG",
    "1",
]
SHIP_TO = Address(name="Ada Miller", line1="1 Main St", city="Seattle", country="US")
ORDER = FulfillmentRequest(
    "F-1",
    country="US",
    displayable_order_id="1001",
    displayable_order_date=AT,
    displayable_order_comment="Thank you",
    speed="standard",
    policy="FillOrKill",
    ship_to=SHIP_TO,
    items=[FulfillmentItem("1", "MUG", 1)],
)
MUGS = inbound.InboundItem("MUG", 10, "SELLER", "NONE")
Ask = Callable[[AmazonNetwork], Any]
QUESTIONS: dict[str, Ask] = {
    "snapshot": lambda amazon: amazon.snapshot("US"),
    "preview": lambda amazon: amazon.preview(ORDER),
    "create": lambda amazon: amazon.create_fulfillment(ORDER),
    "get": lambda amazon: amazon.get_fulfillment("F-1"),
    "update": lambda amazon: amazon.update_fulfillment(ORDER),
    "cancel": lambda amazon: amazon.cancel_fulfillment("F-1"),
    "changes": lambda amazon: amazon.changes(None),
    "check": lambda amazon: amazon.check(),
    "listing": lambda amazon: amazon.get_listing("US", "MUG"),
    "search": lambda amazon: amazon.search_listings("US", skus=["MUG"]),
    "restrictions": lambda amazon: amazon.listing_restrictions("US", "B000000001"),
    "delete listing": lambda amazon: amazon.delete_listing("US", "MUG"),
    "create plan": lambda amazon: amazon.create_inbound_plan(
        inbound.InboundPlanRequest("US", "P-1", SHIP_TO, (MUGS,))
    ),
    "plans": lambda amazon: amazon.inbound_plans(),
    "plan": lambda amazon: amazon.inbound_plan("wf1"),
    "packing options": lambda amazon: amazon.packing_options("wf1"),
    "group items": lambda amazon: amazon.packing_group_items("wf1", "pg1"),
    "placement options": lambda amazon: amazon.placement_options("wf1"),
    "shipment": lambda amazon: amazon.inbound_shipment("wf1", "sh1"),
    "shipment items": lambda amazon: amazon.shipment_items("wf1", "sh1"),
    "boxes": lambda amazon: amazon.shipment_boxes("wf1", "sh1"),
    "windows": lambda amazon: amazon.delivery_window_options("wf1", "sh1"),
    "operation": lambda amazon: amazon.inbound_operation("op1"),
    "prep": lambda amazon: amazon.prep_details("US", ["MUG"]),
    "received": lambda amazon: amazon.received_items("US", "FBA1"),
    "returns": lambda amazon: amazon.get_returns("F-1"),
    "create report": lambda amazon: amazon.create_report(ReportRequest("GET_X", "US")),
    "report": lambda amazon: amazon.get_report("r1"),
    "removal feeds": lambda amazon: amazon.removal_feeds(AT),
}


@pytest.fixture
def amazon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AmazonNetwork]:
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    settings = AmazonSettings(
        region="na",
        countries=("US", "CA"),
        seller_id="A1SELLER",
        client_id={"env": "SP_CLIENT_ID"},
        client_secret={"env": "SP_CLIENT_SECRET"},
        refresh_token={"env": "SP_REFRESH_TOKEN"},
    )
    network = AmazonNetwork(
        settings, PluginContext("amazon-na", ManualClock(AT), IdSource(1), tmp_path)
    )
    monkeypatch.setattr(Fields, "_member", listening(Fields._member))
    yield network
    network.close()


@pytest.mark.parametrize("question", QUESTIONS)
@given(data=st.data())
def test_an_answer_is_understood_or_refused(
    amazon: AmazonNetwork, monkeypatch: pytest.MonkeyPatch, question: str, data: st.DataObject
) -> None:
    answered = 0

    def send(transport: Transport, call: Call) -> Answer:
        nonlocal answered
        answered += 1
        # A list of pages must end some time, which is Amazon's part.
        document = GuessedAnswer(data.draw, WORDS) if answered <= 3 else {}
        return Answer(200, document, AT, AT)

    with monkeypatch.context() as patched:
        patched.setattr(Transport, "send", send)
        try:
            QUESTIONS[question](amazon)
        except StockpoolError as error:
            assert str(error)


NOTIFICATION = st.fixed_dictionaries(
    {
        "NotificationType": st.just("FULFILLMENT_ORDER_STATUS") | JSON,
        "Payload": st.fixed_dictionaries(
            {
                "FulfillmentOrderStatusNotification": st.fixed_dictionaries(
                    {"SellerFulfillmentOrderId": TEXTS | JSON}
                )
                | JSON
            }
        )
        | JSON,
    }
)


@given(body=json_bytes(NOTIFICATION | JSON).map(lambda content: content.decode("utf-8", "replace")))
def test_a_notification_names_an_order_or_says_why_not(body: str) -> None:
    try:
        order_id = hints.order_id_of(body)
    except ValueError as error:
        assert type(error) is ValueError
    else:
        assert 1 <= len(order_id) <= 40
        assert order_id.isprintable()
