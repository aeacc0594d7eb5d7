"""After an erasure no table has a byte of the buyer; the books, and all other buyers, stay."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import inspect, text, update

from fake_channel import signature
from sample_orders import SEATTLE
from shop import Shop
from stockpool.attention.queue import Concern, raise_concerns
from stockpool.engine import Engine
from stockpool.errors import NotFoundError, RejectedError
from stockpool.order_request import Address
from stockpool.orders.tables import orders
from stockpool.outbox.tables import effects, plugin_notes
from stockpool.plugins.channel import PrivacyRequest, WebhookHint
from stockpool.privacy.buyers import Buyer
from stockpool.privacy.texts import HELD_BY_IDENTITY, free_texts
from stockpool.problems import Problem
from stockpool.returns.tables import order_returns
from stockpool.schema import complete_metadata

CANARY = "Zaphodía"
BUYER = Address(
    name=f"{CANARY} Name",
    line1=f"{CANARY} Street 1",
    line2=f"{CANARY} Floor 2",
    line3=f"c/o {CANARY}",
    city=f"{CANARY}ville",
    region="WA",
    postal_code="98101",
    country="US",
    phone="+1 206 555 0142",
    email=f"{CANARY}@example.com",
)
ME = Buyer(emails=frozenset({f"{CANARY}@EXAMPLE.com".replace("Í", "í")}))
TRACES = (CANARY.lower(), json.dumps(CANARY)[1:-1].lower(), "2065550142", "206 555 0142")


def traces(engine: Engine) -> Iterator[tuple[str, str]]:
    """Tables and rows with anything of the buyer: every column of every table there is."""
    with engine.database.read() as connection:
        for table in sorted(inspect(connection).get_table_names()):
            for row in connection.execute(text(f'SELECT * FROM "{table}"')):  # noqa: S608
                told = "\x00".join(str(value) for value in row).lower()
                if any(trace in told for trace in TRACES):
                    yield table, repr(tuple(row))


def shipped(shop: Shop, number: int, **options: object) -> str:
    receipt = shop.submit(number, ("mug", 1), **{"ship_to": BUYER, **options})
    shop.settle()
    shop.network.ship(shop.fulfillment_id(number))
    shop.settle()
    assert receipt.order_id is not None
    return receipt.order_id


def test_not_a_byte_is_left_in_any_table(shop: Shop) -> None:
    """Orders of every fate, and words of the buyer in every text that others write."""
    engine = shop.engine
    shop.receive("MUG-1", 20)
    order_id = shipped(shop, 1, comment=f"for {CANARY}")
    shop.submit(2, ("cup", 1), ship_to=BUYER)  # parked: nothing is listed as that
    shop.submit(3, ("mug", 1), ship_to=BUYER)
    shop.settle()
    engine.orders.cancel(shop.order(3).order_id, reason=f"{BUYER.name} called from {BUYER.phone}")
    shop.settle()
    shop.submit(4, ("mug", 99), ship_to=BUYER, backorder=False)
    shop.network.faults.fail(
        "create_fulfillment", RejectedError("Bad", f"no street {BUYER.line1}, {BUYER.email}")
    )
    shop.submit(5, ("mug", 1), ship_to=BUYER)
    shop.settle()
    engine.orders.cancel(shop.order(5).order_id, reason="buyer")
    shop.settle()

    def others_words(connection: object) -> None:
        problem = Problem("x", f"{BUYER.name.upper()} at {BUYER.line1} complains", fix=BUYER.email)
        concern = Concern("k", "order", order_id, (problem,))
        raise_concerns(connection, [concern], at=shop.clock.now(), new_ids=["a1"])  # type: ignore[arg-type]
        connection.execute(  # type: ignore[attr-defined]
            update(effects).values(
                last_error=f"400 {BUYER.line2}", result=json.dumps({"to": [BUYER.name]})
            )
        )
        connection.execute(  # type: ignore[attr-defined]
            update(orders).where(orders.c.id == order_id).values(source=f"mail of {BUYER.email}")
        )
        connection.execute(  # type: ignore[attr-defined]
            plugin_notes.insert().values(owner="channels.web", key="n", text=f"met {BUYER.name}")
        )

    engine.database.run(others_words)
    engine.database.run(
        lambda connection: connection.execute(
            order_returns.insert().values(
                id="R",
                key="k",
                order_id=order_id,
                asked="",
                reason_code="UNWANTED",
                comment=f"{CANARY} wants another",
                requested_at=shop.clock.now(),
            )
        )
    )
    before = shop.counts(1)
    assert {"recipients", "parked_requests", "orders", "attention_items", "effects"} <= {
        table for table, _ in traces(engine)
    }
    erased = engine.privacy.erase(ME)
    assert list(traces(engine)) == []
    assert len(erased.orders) == 4
    assert (erased.parked, erased.kept) == (1, ())
    assert erased.texts > 0
    assert shop.counts(1) == before, "the books stay"
    again = engine.privacy.erase(ME)
    assert (again.orders, again.parked, again.texts) == ((), 0, 0)


def test_another_buyer_with_the_same_words_keeps_theirs(shop: Shop) -> None:
    """The same house; and the same name somewhere else."""
    shop.receive("MUG-1", 20)
    mate = BUYER.model_copy(update={"email": "mate@example.com", "phone": None})
    shipped(shop, 1)
    shipped(shop, 2, ship_to=mate, comment="ring twice")
    shop.submit(3, ("cup", 1), ship_to=mate)
    shop.engine.privacy.erase(ME)
    found = shop.engine.privacy.export(Buyer(emails=frozenset({"mate@example.com"})))
    assert found["orders"][0]["ship_to"] == mate.model_dump()
    assert found["orders"][0]["comment"] == "ring twice"
    assert found["parked_requests"][0]["ship_to"] == mate.model_dump(mode="json")


def test_what_is_still_to_be_shipped_keeps_its_address_until_it_has_left(shop: Shop) -> None:
    shop.receive("MUG-1", 1)
    waiting = shop.submit(1, ("mug", 2), ship_to=BUYER)
    erased = shop.engine.privacy.erase(ME)
    assert erased.orders == ()
    assert erased.kept == (f"order {waiting.order_id}",)
    shop.receive("MUG-1", 1)
    shop.settle()
    assert shop.network._orders[shop.fulfillment_id(1)].request.ship_to == BUYER
    assert shop.engine.privacy.erase(ME).orders == ()
    shop.network.ship(shop.fulfillment_id(1))
    shop.settle()
    assert shop.engine.privacy.erase(ME).orders == (waiting.order_id,)
    assert list(traces(shop.engine)) == []


@pytest.mark.parametrize("change", [{}, {"comment": "new"}, {"ship_to": SEATTLE}])
def test_an_order_that_the_channel_brings_again_stays_erased(
    shop: Shop, change: dict[str, object]
) -> None:
    shop.receive("MUG-1", 5)
    order_id = shipped(shop, 1)
    shop.engine.privacy.erase(ME)
    receipt = shop.submit(1, ("mug", 1), **{"ship_to": BUYER, **change})
    assert (receipt.duplicate, receipt.order_id) == (True, order_id)
    shop.settle()
    assert list(traces(shop.engine)) == []
    assert shop.attention() == []


def test_all_buyers_of_a_channel_are_erased(shop: Shop) -> None:
    shop.receive("MUG-1", 5)
    shipped(shop, 1)
    shipped(shop, 2, ship_to=SEATTLE)
    assert len(shop.engine.privacy.erase(Buyer("web", everybody=True)).orders) == 2
    assert shop.engine.privacy.find(Buyer("web", everybody=True)).orders == []


def test_an_export_tells_all_that_is_kept(shop: Shop) -> None:
    shop.receive("MUG-1", 5)
    shipped(shop, 1, comment="ring twice")
    document = shop.engine.privacy.export(ME)
    (order,) = document["orders"]
    assert order["ship_to"] == BUYER.model_dump()
    assert (order["comment"], order["channel_order_id"]) == ("ring twice", "1")
    assert [(line["channel_sku"], line["items"]) for line in order["lines"]] == [("mug", 1)]
    json.dumps(document)


def test_every_column_that_holds_buyers_data_by_design_is_there() -> None:
    """A column that is renamed must not fall out of what is erased."""
    tables = complete_metadata().tables
    assert all(column in tables[table].columns for table, column in HELD_BY_IDENTITY)
    swept = {(t.name, c.name) for t in tables.values() for c in free_texts(t)}
    assert ("attention_items", "message") in swept
    assert ("effects", "last_error") in swept


# What channels ask for -------------------------------------------------------------------------


def demand(shop: Shop, monkeypatch: pytest.MonkeyPatch, asked: PrivacyRequest) -> None:
    monkeypatch.setattr(
        shop.channel, "parse_webhook", lambda *_: WebhookHint("d1", "privacy", (), asked)
    )
    shop.engine.webhooks.receive("web", {"X-Signature": signature(b"")}, b"")


def test_a_demanded_erasure_is_carried_out_when_nothing_is_needed_any_more(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.receive("MUG-1", 5)
    shop.submit(1, ("mug", 1), ship_to=BUYER)
    shop.settle()
    demand(shop, monkeypatch, PrivacyRequest("erase", email=BUYER.email or ""))
    shop.engine.work()
    (item,) = shop.attention("erasure_waits")
    assert shop.order(1).order_id in item.message
    shop.network.ship(shop.fulfillment_id(1))
    shop.settle()
    assert shop.engine.privacy.requests(), "it is not tried at every moment"
    shop.clock.advance(3_601)
    shop.engine.work()
    assert shop.engine.privacy.requests() == []
    assert shop.attention() == []
    assert list(traces(shop.engine)) == [], "who asked is forgotten too"


def test_a_demand_that_names_nobody_whose_data_is_kept_is_done(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    demand(shop, monkeypatch, PrivacyRequest("erase", email="", phone="12", channel_order_ids=()))
    assert shop.engine.privacy.carry_out_requests() == 1


def test_who_asks_for_their_data_is_shown_until_it_is_handed_out(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.receive("MUG-1", 5)
    shipped(shop, 1)
    asked = PrivacyRequest("export", email=BUYER.email or "", channel_order_ids=("1",))
    demand(shop, monkeypatch, asked)
    shop.engine.work()
    (item,) = shop.attention("data_requested")
    assert CANARY not in repr(item)

    def full_disk(_: object) -> None:
        raise OSError("no space")

    with pytest.raises(OSError, match="no space"):
        shop.engine.privacy.export_request("d1", full_disk)
    handed: list[dict[str, object]] = []
    shop.engine.privacy.export_request("d1", handed.append)
    assert BUYER.line1 in json.dumps(handed, ensure_ascii=False)
    assert shop.engine.privacy.requests() == []
    assert shop.attention() == []
    with pytest.raises(NotFoundError):
        shop.engine.privacy.export_request("d1", handed.append)


def test_a_delivery_that_is_repeated_is_one_demand(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        demand(shop, monkeypatch, PrivacyRequest("erase", email="x@example.com"))
    assert len(shop.engine.privacy.requests()) == 1
    shop.engine.work()
    demand(shop, monkeypatch, PrivacyRequest("erase", email="x@example.com"))
    assert shop.engine.privacy.requests() == []
