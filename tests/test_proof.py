"""`verify`: every named invariant finds what breaks it, and names the row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, inspect, text

from fake_channel import FakeChannel
from returning_network import ReturningNetwork
from sample_orders import SEATTLE, an_order
from settling import settle
from stockpool.catalog.products import Product
from stockpool.claims.kinds import ClaimKind
from stockpool.clock import ManualClock
from stockpool.engine import INVARIANTS, Engine
from stockpool.ids import IdSource
from stockpool.inbound.tables import (
    inbound_plans,
    inbound_shipment_items,
    inbound_shipments,
)
from stockpool.ledger.buckets import Account
from stockpool.ledger.posting import StockMove, post
from stockpool.money import Money
from stockpool.order_request import OrderLine
from stockpool.plugins.network_removals import (
    RemovalItem,
)
from stockpool.proof import Finding, Invariant, Violation, rows_that_break, verify

US = "amazon-na:US"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shop(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """A shop in full swing: parcels delivered, orders accepted, held, waiting; a refund, a removal,
    returns.

    Nothing is changed in it: what a test plants is rolled back.
    """
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('proof')}/shop.db"
    else:
        server = request.getfixturevalue("postgres_server")
        url = server.url(server.create_database())
    clock = ManualClock(datetime(2026, 1, 5, 12, tzinfo=UTC))
    network = ReturningNetwork(clock=clock)
    with Engine.open(
        url,
        config={"plugins": []},
        clock=clock,
        ids=IdSource(1),
        networks={"amazon-na": network},
        channels={"web": FakeChannel()},
    ) as engine:
        _fill(engine, network, tmp_path_factory.mktemp("reports"))
        yield engine


def _fill(engine: Engine, network: ReturningNetwork, folder: Path) -> None:
    engine.catalog.add(Product("MUG"), Product("CUP"))
    engine.catalog.list_many("web", {"mug": {"MUG": 1}, "set": {"MUG": 1, "CUP": 2}})
    engine.inventory.receive(US, "MUG", 20, key="r")
    engine.inventory.receive(US, "CUP", 20, key="r")
    paid = OrderLine(line_id="1", channel_sku="mug", quantity=2, unit_price="9.50", currency="USD")
    done = engine.orders.submit(an_order("done", lines=(paid,), currency="USD"))
    settle(engine)
    (fulfillment_order,) = network.orders
    network.ship(fulfillment_order, packages=2)
    network.deliver(fulfillment_order)
    settle(engine)
    assert done.order_id is not None
    engine.orders.refund(done.order_id, "9.50", "USD", reason="broken", key="refund-1")
    engine.care.replacements.make(done.order_id, {"1": 1}, reason="broken", key="again-1")
    engine.orders.submit(an_order("accepted", ("set", 1)))
    engine.removals.create(US, [RemovalItem("CUP", sellable=3)], ship_to=SEATTLE)
    settle(engine)
    came_back = engine.returns.request(done.order_id, {"1": 1}, "UNWANTED", key="return-1")
    settle(engine)
    network.grade(came_back.units[0].return_item_id)
    engine.clock.sleep(7 * 3_600)
    settle(engine)
    engine.returns.request(done.order_id, {"1": 1}, "UNWANTED", key="return-2")
    engine.orders.submit(an_order("held", ("set", 2)))
    engine.orders.submit(an_order("waiting", ("mug", 500)))
    engine.removals.create(US, [RemovalItem("CUP", sellable=1)], disposition="Disposal")
    _lose(engine, folder)
    engine.database.run(_receive_a_shipment)


def _lose(engine: Engine, folder: Path) -> None:
    """Five mugs are owed, of which one was paid for; Amazon has disposed of two cups by itself."""
    claim = engine.claims.open(
        ClaimKind.INBOUND_MISSING, US, "MUG", 5, subject="FBA1", since=engine.clock.now()
    )
    engine.claims.set_value(claim.claim_id, Money(400, "USD"))
    report = folder / "reimbursements.txt"
    report.write_text(
        "reimbursement-id\tsku\treason\tquantity-reimbursed-cash\tcurrency-unit\tamount-total\n"
        "R1\tMUG\tLost_Inbound\t1\tUSD\t4.00\n",
        "utf-8",
    )
    engine.reports.import_file(report, "GET_FBA_REIMBURSEMENTS_DATA", US)
    engine.duties.settle_claims()
    removals = folder / "removals.txt"
    removals.write_text(
        "order-id\torder-type\tsku\tdisposition\trequested-quantity\tdisposed-quantity\n"
        "AMZ1\tDisposal\tCUP\tUnsellable\t2\t2\n",
        "utf-8",
    )
    engine.reports.import_file(removals, "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA", US)
    engine.duties.take_foreign_removals()


def _receive_a_shipment(connection: Connection) -> None:
    at = datetime(2026, 1, 5, 12, tzinfo=UTC)
    values = {"id": "plan", "pool": US, "items": "[]", "source": "{}", "state": "made"}
    connection.execute(inbound_plans.insert().values(asked_at=at, **values))
    connection.execute(
        inbound_shipments.insert().values(
            id="sh1", plan_id="plan", pool=US, status="CLOSED", first_seen_at=at, updated_at=at
        )
    )
    connection.execute(
        inbound_shipment_items.insert().values(
            shipment_id="sh1", sku="CUP", stock_sku="CUP", expected=2, received=2
        )
    )
    way = (Account.SUPPLIER, Account.ADJUSTMENT)
    move = StockMove(US, "CUP", *way, 2, "inbound_receipt", "sh1", "inbound:sh1:CUP:0")
    post(connection, [move], at=at)


PLANTED = {
    "levels_equal_moves": [
        ("UPDATE stock_levels SET fulfillable = fulfillable + 1, adjustment = adjustment - 1 "
         "WHERE sku = 'MUG'", "amazon-na:US MUG: adjustment is -1 units off its moves"),
        ("DELETE FROM stock_moves WHERE source = 'supplier' AND sku = 'MUG'",
         "amazon-na:US MUG: fulfillable is +20 units off its moves"),
        ("UPDATE stock_moves SET target = 'nowhere' WHERE cause = 'receipt' AND sku = 'MUG'",
         "amazon-na:US MUG: nowhere is -20 units off its moves"),
    ],
    "no_bucket_negative": [
        ("UPDATE stock_levels SET expired = -1 WHERE sku = 'CUP'", "amazon-na:US CUP"),
    ],
    "units_conserved": [
        ("UPDATE stock_levels SET held = held + 1 WHERE sku = 'CUP'", "amazon-na:US CUP"),
    ],
    "held_equals_open_holds": [
        ("UPDATE stock_levels SET held = held - 1, fulfillable = fulfillable + 1 "
         "WHERE sku = 'CUP'", "amazon-na:US CUP"),
        ("UPDATE fulfillment_items SET held = held + 1 WHERE held > 0 AND sku = 'MUG'",
         "amazon-na:US MUG"),
        ("DELETE FROM stock_levels WHERE sku = 'MUG'", "amazon-na:US MUG"),
    ],
    "committed_equals_accepted": [
        ("UPDATE fulfillment_items SET committed = committed + 1 WHERE committed > 0 "
         "AND sku = 'CUP'", "amazon-na:US CUP"),
    ],
    "lines_held_equals_items": [
        ("UPDATE order_lines SET held = held - 1 WHERE held > 0 AND sku = 'CUP'",
         "{held} line 1 CUP"),
    ],
    "lines_committed_equals_items": [
        ("UPDATE order_lines SET committed = 0 WHERE sku = 'CUP'", "{accepted} line 1 CUP"),
    ],
    "lines_shipped_equals_items": [
        ("UPDATE order_lines SET shipped = 1 WHERE shipped = 2", "{done} line 1 MUG"),
    ],
    "lines_delivered_equals_items": [
        ("UPDATE fulfillment_items SET delivered = 1 WHERE delivered = 2", "{done} line 1 MUG"),
    ],
    "lines_within_ordered": [
        ("UPDATE order_lines SET cancelled = 1 WHERE shipped = 2", "{done} line 1"),
        ("UPDATE order_lines SET returned = 3 WHERE shipped = 2", "{done} line 1"),
    ],
    "items_accounted_for": [
        ("UPDATE fulfillment_items SET quantity = 3 WHERE shipped = 2", "{done}-1 item 1"),
    ],
    "no_unit_in_two_parcels": [
        ("UPDATE shipment_items SET quantity = 2", "{done}-1 item 1"),
        ("DELETE FROM shipment_items", "{done}-1 item 1"),
    ],
    "units_to_customers_are_shipped": [
        ("UPDATE stock_moves SET quantity = 1 WHERE target = 'customer'", "amazon-na:US MUG"),
        ("UPDATE stock_moves SET cause = 'correction' WHERE target = 'customer'",
         "amazon-na:US MUG"),
    ],
    "returned_units_were_received": [
        ("UPDATE order_lines SET returned = 0 WHERE returned = 1", "{done} 1 MUG"),
        ("UPDATE return_units SET state = 'authorised' WHERE state = 'received'", "{done} 1 MUG"),
    ],
    "received_returns_left_the_customers": [
        ("DELETE FROM stock_moves WHERE cause = 'return'", "{received}"),
        ("UPDATE return_units SET state = 'authorised' WHERE state = 'received'", "{received}"),
    ],
    "returns_have_effects": [
        ("DELETE FROM effects WHERE state = 'pending' AND kind = 'return.create'", "{asked}"),
    ],
    "holds_have_effects": [
        ("DELETE FROM effects WHERE state = 'pending' AND kind = 'fulfillment.create'",
         "{held}-1"),
        ("UPDATE effects SET state = 'withdrawn' WHERE kind = 'fulfillment.create'", "{held}-1"),
    ],
    "parcels_told_once": [
        ("INSERT INTO effects (key, kind, lane, party, aggregate, share, payload, priority, "
         "promised_at, state, due_at, recorded_at) SELECT key || '-again', kind, lane, party, "
         "aggregate, share, payload, priority, promised_at, state, due_at, recorded_at "
         "FROM effects WHERE kind = 'tracking.push'", "{done}-1-package-1"),
    ],
    "replacements_within_sent": [
        ("UPDATE orders SET replaces = id WHERE replaces IS NOT NULL", "{done-R1} 1 MUG"),
    ],
    "replacements_are_linked": [
        ("UPDATE orders SET replaces = NULL WHERE replaces IS NOT NULL", "{done-R1}"),
        ("DELETE FROM replacements", "{done-R1}"),
    ],
    "refunds_within_paid": [
        ("UPDATE refund_parts SET amount_minor = 1901", "{done} 1 goods"),
        ("UPDATE refund_parts SET part = 'shipping', line_id = ''", "{done}  shipping"),
    ],
    "refunds_equal_parts": [
        ("UPDATE refunds SET amount_minor = 1901", "{done} refund "),
        ("DELETE FROM refund_parts", "{done} refund "),
    ],
    "refund_pending_equals_recorded": [
        ("UPDATE refunds SET state = 'recorded'", "{done} 1 goods"),
        ("UPDATE money_balances SET refund_pending = 5, refundable = refundable - 5",
         "{done} 1 goods"),
    ],
    "refunded_equals_made": [
        ("UPDATE refunds SET state = 'refused'", "{done} 1 goods"),
        ("UPDATE money_balances SET refunded = 0, refundable = refundable + refunded",
         "{done} 1 goods"),
    ],
    "paid_as_ordered": [
        ("UPDATE order_lines SET unit_price_minor = 949 WHERE unit_price_minor = 950",
         "{done} 1 goods"),
        ("UPDATE money_balances SET buyer = buyer - 1, refundable = refundable + 1",
         "{done} 1 goods"),
    ],
    "excess_only_when_all_is_refunded": [
        ("INSERT INTO money_balances (book, line_id, part, currency, merchant, refunded) "
         "SELECT book, '', 'excess', currency, -5, 5 FROM money_balances", "{done}"),
    ],
    "money_balances_equal_moves": [
        ("DELETE FROM money_moves WHERE source = 'buyer'", "{done} 1 goods buyer"),
        ("UPDATE money_moves SET amount_minor = 1 WHERE target = 'refunded'",
         "{done} 1 goods refund"),
        ("UPDATE money_balances SET written_off = 1, merchant = -1", "{done} 1 goods merchant"),
        ("DELETE FROM money_balances", "{done} 1 goods buyer"),
    ],
    "money_never_negative": [
        ("UPDATE money_balances SET refundable = -1", "{done} 1 goods"),
    ],
    "money_conserved": [
        ("UPDATE money_balances SET refunded = refunded + 1", "{done} 1 goods"),
    ],
    "pending_removal_equals_asked": [
        ("UPDATE removal_items SET shipped = 1 WHERE requested = 3", "amazon-na:US CUP"),
        ("UPDATE stock_levels SET pending_removal = 0 WHERE sku = 'CUP'", "amazon-na:US CUP"),
    ],
    "receipts_equal_shipments": [
        ("UPDATE inbound_shipment_items SET received = 3", "sh1 CUP"),
        ("DELETE FROM stock_moves WHERE cause = 'inbound_receipt'", "sh1 CUP"),
    ],
    "owed_units_equal_claims": [
        ("UPDATE claims SET found = 1", "amazon-na:US MUG"),
    ],
    "owed_money_equals_claims": [
        ("UPDATE claims SET unit_value_minor = 401", "{claim} USD"),
        ("UPDATE money_balances SET owed_by_amazon = 0 WHERE book LIKE 'claim:%'", "{claim} USD"),
    ],
    "reimbursements_counted_once": [
        ("UPDATE reimbursement_matches SET units_cash = 2", "R1 MUG"),
        ("UPDATE reimbursement_matches SET units_inventory = 1, units_cash = 0", "{claim}"),
    ],
    "foreign_removals_equal_moves": [
        ("UPDATE foreign_removals SET gone = 3", "amazon-na:US AMZ1 CUP"),
        ("DELETE FROM stock_moves WHERE cause = 'foreign_removal'", "amazon-na:US AMZ1 CUP"),
    ],
    "removals_have_effects": [
        ("DELETE FROM effects WHERE kind = 'removal.create' AND state = 'pending'", "{removal}"),
    ],
}  # fmt: skip
"""What somebody who goes around the code may do, and the row that verify must name."""


def _without_checks(connection: Connection) -> None:
    """Let the database take what it would refuse; for this transaction."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
        return
    inspector = inspect(connection)
    for table in inspector.get_table_names():
        for check in inspector.get_check_constraints(table):
            connection.execute(text(f'ALTER TABLE {table} DROP CONSTRAINT "{check["name"]}"'))


def _named(connection: Connection, template: str) -> str:
    """`{done}` stands for the id of the order that is called so."""
    rows = connection.execute(text("SELECT channel_order_id, id FROM orders"))
    names: dict[str, Any] = dict(rows.all())  # type: ignore[arg-type]
    names["removal"] = connection.execute(
        text("SELECT id FROM removal_orders WHERE status IS NULL")
    ).scalar_one()
    names["claim"] = connection.execute(text("SELECT id FROM claims")).scalar_one()
    units = connection.execute(text("SELECT state, id FROM return_units"))
    return template.format(**dict(units.all()), **names)  # type: ignore[arg-type]


CASES = [
    pytest.param(name, statement, row, id=f"{name}-{number}")
    for name, planted in PLANTED.items()
    for number, (statement, row) in enumerate(planted)
]


@pytest.mark.parametrize(("name", "statement", "row"), CASES)
def test_a_planted_corruption_is_found_and_its_row_named(
    shop: Engine, name: str, statement: str, row: str
) -> None:
    with shop.database.engine.connect() as connection:
        with connection.begin() as transaction:
            _without_checks(connection)
            expected = _named(connection, row)
            assert connection.execute(text(statement)).rowcount > 0, "something was planted"
            report = verify(connection, INVARIANTS)
            transaction.rollback()
        if shop.database.is_sqlite:
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = OFF")
    assert not report.ok
    found = {v.row for v in report.violations if v.invariant == name}
    assert any(line.startswith(expected) for line in found), (expected, report.violations)


def test_a_sound_shop_breaks_none_of_them_and_each_has_something_to_look_at(shop: Engine) -> None:
    report = shop.verify()
    assert report.ok, report.violations
    assert min(report.checked.values()) > 0, report.checked


def test_a_corruption_is_planted_for_every_invariant_that_there_is() -> None:
    assert {invariant.name for invariant in INVARIANTS} == PLANTED.keys()


def test_invariants_have_names_of_their_own_and_a_promise_in_words() -> None:
    assert len({invariant.name for invariant in INVARIANTS}) == len(INVARIANTS)
    assert all(invariant.promise.count(" ") > 3 for invariant in INVARIANTS)


def test_a_report_is_ready_for_json(shop: Engine) -> None:
    broken = Invariant("never", "this never holds", lambda _: Finding(2, ("row 1", "row 2")))
    with shop.database.read() as connection:
        report = verify(connection, [broken])
    assert report.violations[0] == Violation("never", "this never holds", "row 1")
    assert report.as_dict() == {
        "ok": False,
        "checked": {"never": 2},
        "violations": [
            {"invariant": "never", "promise": "this never holds", "row": "row 1"},
            {"invariant": "never", "promise": "this never holds", "row": "row 2"},
        ],
    }


def test_at_most_five_rows_of_an_invariant_are_named(shop: Engine) -> None:
    numbers = " UNION ALL ".join(f"SELECT '{n}' AS name" for n in range(9))
    check = rows_that_break("SELECT 9", f"SELECT name FROM ({numbers}) AS n ORDER BY name")  # noqa: S608
    with shop.database.read() as connection:
        assert check(connection) == Finding(9, ("0", "1", "2", "3", "4"))
