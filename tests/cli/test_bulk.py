"""Files on the command line: planned, shown, applied, reported."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

ORDERS = (
    "MerchantFulfillmentOrderID\tMerchantFulfillmentOrderItemID\tMerchantSKU\tQuantity\t"
    "AddressName\tAddressFieldOne\tAddressCity\tAddressStateOrRegion\tAddressPostalCode\t"
    "AddressCountryCode\tFulfillmentAction\n"
    "1\ta\tmug\t2\tAda\t1 Main St\tSeattle\tWA\t98101\tUS\tHold\n"
    "2\ta\tmug\tmany\tAda\t1 Main St\tSeattle\tWA\t98101\tUS\n"
)


@pytest.fixture
def orders(shop: Path, run: Any) -> Path:
    run("catalog", "add", "MUG")
    run("catalog", "list-on", "web", "mug", "MUG")
    path = shop / "orders.txt"
    path.write_text(ORDERS)
    return path


def test_an_order_file_from_the_plan_to_the_report(orders: Path, run: Any) -> None:
    planned = run("orders", "plan", orders, "--channel", "web", "--json")
    assert planned.code == 1
    plan = planned.document["plan_id"]
    assert planned.document["planned"] == {"add": 1, "refused": 1}
    assert run("orders", "list", "--json").document["orders"] == []

    applied = run("orders", "apply", plan, "--json")
    assert (applied.code, applied.document["state"]) == (1, "applied")
    assert len(run("orders", "list", "--json").document["orders"]) == 1

    report = run("bulk", "report", plan)
    assert report.code == 0
    assert "Number of records processed\t\t2" in report.stdout
    assert "3\t2\tinvalid_number\tError\t" in report.stdout
    problems = run("bulk", "report", plan, "--json").document["problems"]
    assert [(problem["line"], problem["field"]) for problem in problems] == [(3, "Quantity")]


def test_a_plan_is_read_by_people(orders: Path, run: Any) -> None:
    answer = run("orders", "plan", orders, "--channel", "web")
    assert "orders.txt:3: 2: Quantity: Quantity is no whole number" in answer.stderr
    assert "Nothing is done yet; `stockpool bulk apply" in answer.stdout
    assert "orders.txt" in run("bulk", "list").stdout


def test_all_items_are_written_to_a_file(orders: Path, run: Any, shop: Path) -> None:
    plan = run("orders", "plan", orders, "--channel", "web", "--json").document["plan_id"]
    assert run("bulk", "show", plan, "--out", shop / "items.txt").code == 0
    lines = (shop / "items.txt").read_text().splitlines()
    assert lines[0].split("\t")[:4] == ["line", "rows", "key", "action"]
    assert [line.split("\t")[3] for line in lines[1:]] == ["add", "refused"]


def test_cancellations(orders: Path, run: Any, shop: Path) -> None:
    plan = run("orders", "plan", orders, "--channel", "web", "--json").document["plan_id"]
    assert run("bulk", "apply", plan).code == 1
    path = shop / "cancel.txt"
    path.write_text("MerchantFulfillmentOrderID\n1\n")
    planned = run("orders", "plan-cancellations", path, "--channel", "web", "--json")
    assert (planned.code, planned.document["planned"]) == (0, {"delete": 1})
    assert run("orders", "apply", planned.document["plan_id"]).code == 0
    statuses = [o["status"] for o in run("orders", "list", "--json").document["orders"]]
    assert statuses == ["cancelled"]


def test_a_plan_left_to_the_workers_is_started(orders: Path, run: Any) -> None:
    plan = run("orders", "plan", orders, "--channel", "web", "--json").document["plan_id"]
    assert run("bulk", "apply", plan, "--later", "--json").document["state"] == "applying"
    assert run("bulk", "discard", plan).code == 1


def test_a_plan_of_another_kind_is_not_applied(orders: Path, run: Any) -> None:
    plan = run("orders", "plan", orders, "--channel", "web", "--json").document["plan_id"]
    answer = run("removals", "apply", plan)
    assert answer.code == 1
    assert "is of the kind orders" in answer.stderr
    assert run("bulk", "discard", plan, "--json").document["state"] == "discarded"


def test_wrong_files_and_options_say_why(orders: Path, run: Any, shop: Path) -> None:
    assert run("orders", "plan", shop / "none.txt", "--channel", "web").code == 2
    assert run("orders", "plan", orders, "--channel", "web", "--encoding", "ebcdic").code == 2
    answer = run("orders", "plan", orders, "--channel", "shop")
    assert (answer.code, "there is no channel shop" in answer.stderr) == (1, True)
    answer = run("removals", "plan", orders, "--pool", "amazon-na:US")
    assert "no network amazon-na is configured" in answer.stderr
