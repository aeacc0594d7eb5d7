"""Orders from the command line, in a shop without stock."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def listed(shop: Path, run: Any) -> Path:
    """The shop sells mugs."""
    run("catalog", "add", "MUG-1")
    run("catalog", "list-on", "web", "mug", "MUG-1")
    return shop


def _waiting(order: Any, number: str, **changes: Any) -> Any:
    return order(number, hold="to be looked at", **changes)


def test_submits_json_lines_with_one_receipt_each(
    listed: Path, run: Any, order: Any, orders_file: Any
) -> None:
    file = orders_file(*(_waiting(order, str(number)) for number in range(30)))
    answer = run("orders", "submit", file, "--json")
    assert answer.code == 0
    assert answer.document["accepted"] == 30
    assert [r["channel_order_id"] for r in answer.document["receipts"]] == [
        str(number) for number in range(30)
    ]


def test_the_same_file_again_does_nothing(
    listed: Path, run: Any, order: Any, orders_file: Any
) -> None:
    file = orders_file(_waiting(order, "1"), _waiting(order, "2"))
    first = run("orders", "submit", file, "--json").document
    again = run("orders", "submit", file, "--json")
    assert again.code == 0
    assert again.document["duplicates"] == 2
    assert again.document["accepted"] == 0
    assert [r["order_id"] for r in again.document["receipts"]] == [
        r["order_id"] for r in first["receipts"]
    ]


def test_a_bad_document_is_refused_by_line_field_and_reason(
    listed: Path, run: Any, order: Any, orders_file: Any
) -> None:
    bad = order("2", quantity="many")
    file = orders_file(_waiting(order, "1"), bad, "{broken", "", "[1]", _waiting(order, "3"))
    answer = run("orders", "submit", file, "--json")
    assert answer.code == 1
    assert answer.document["accepted"] == 2
    refused = answer.document["refused"]
    assert [document["line"] for document in refused] == [2, 3, 5]
    assert refused[0]["problems"][0]["field"] == "lines[0].quantity"
    assert "integer" in refused[0]["problems"][0]["message"]
    assert refused[1]["problems"][0]["code"] == "invalid_json"
    assert refused[0]["problems"][0]["source"] == "orders.jsonl:2"


def test_people_are_told_the_line_on_stderr(
    listed: Path, run: Any, order: Any, orders_file: Any
) -> None:
    answer = run("orders", "submit", orders_file(order("2", quantity="many")))
    assert answer.code == 1
    assert "orders.jsonl:1: lines[0].quantity: " in answer.stderr
    assert "1 refused" in answer.stdout


def test_a_refusal_repeats_nothing_of_the_buyer(
    listed: Path, run: Any, order: Any, orders_file: Any
) -> None:
    document = order("2")
    document["ship_to"]["country"] = ["Secret Street 7"]
    for arguments in ((), ("--json",)):
        answer = run("orders", "submit", orders_file(document), *arguments)
        assert "Secret" not in answer.stdout + answer.stderr


@pytest.mark.parametrize("indent", [None, 2])
def test_takes_one_document_or_a_list_of_them(
    listed: Path, run: Any, order: Any, indent: int | None
) -> None:
    file = listed / "orders.json"
    file.write_text(json.dumps(_waiting(order, "1"), indent=indent))
    assert run("orders", "submit", file, "--json").document["accepted"] == 1
    file.write_text("\n" + json.dumps([_waiting(order, "1"), _waiting(order, "2")], indent=indent))
    document = run("orders", "submit", file, "--json").document
    assert (document["accepted"], document["duplicates"]) == (1, 1)


def test_a_list_is_refused_from_a_syntax_error_on(listed: Path, run: Any, order: Any) -> None:
    file = listed / "orders.json"
    good = json.dumps(_waiting(order, "1"))
    file.write_text(f"[{good},\n{{broken,\n{good}]")
    answer = run("orders", "submit", file, "--json")
    assert answer.code == 1
    assert answer.document["accepted"] == 1
    assert answer.document["refused"][0]["line"] == 2


def test_reads_stdin_and_byte_order_marks(listed: Path, run: Any, order: Any) -> None:
    text = json.dumps(_waiting(order, "1"), ensure_ascii=False)
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        answer = run("orders", "submit", "-", "--json", stdin=text.encode(encoding))
        assert answer.code == 0
        assert answer.document["receipts"][0]["channel_order_id"] == "1"


def test_prices_keep_their_decimals(listed: Path, run: Any, order: Any, orders_file: Any) -> None:
    text = json.dumps(_waiting(order, "1")).replace('"9.50"', "9.10")
    run("orders", "submit", orders_file(text))
    refund = ("orders", "refund", "1", "--channel", "web", "--reason", "gift")
    assert run(*refund, "9.11", "USD", "--key", "a").code == 1
    assert run(*refund, "9.10", "USD", "--key", "a").code == 0


def test_an_empty_file_is_no_error(listed: Path, run: Any) -> None:
    answer = run("orders", "submit", "-", "--json", stdin="")
    assert answer.code == 0
    assert answer.document["documents"] == 0


def test_a_file_that_is_not_there_is_wrong_use(listed: Path, run: Any) -> None:
    answer = run("orders", "submit", "nowhere.json")
    assert answer.code == 2
    assert "nowhere.json" in answer.stderr


def test_an_unknown_sku_parks_the_order(
    listed: Path, run: Any, order: Any, orders_file: Any
) -> None:
    answer = run("orders", "submit", orders_file(order("1", "cup")), "--json")
    assert answer.code == 1
    assert answer.document["parked"] == 1
    items = run("attention", "list", "--json").document["items"]
    assert [item["code"] for item in items] == ["unknown_sku"]


def test_lists_by_channel_and_status(listed: Path, run: Any, order: Any, orders_file: Any) -> None:
    run("orders", "submit", orders_file(_waiting(order, "1"), order("2")))
    document = run("orders", "list", "--status", "on_hold", "--channel", "web", "--json").document
    assert [o["channel_order_id"] for o in document["orders"]] == ["1"]
    assert document["counts"]["on_hold"] == 1
    assert "on_hold" in run("orders", "list").stdout
    assert run("orders", "list", "--status", "parked").code == 2
    assert run("orders", "list", "--limit", "0").code == 2


def test_shows_an_order_by_either_number(
    listed: Path, run: Any, order: Any, orders_file: Any
) -> None:
    submitted = run("orders", "submit", orders_file(_waiting(order, "1")), "--json").document
    order_id = submitted["receipts"][0]["order_id"]
    by_id = run("orders", "show", order_id, "--json")
    assert by_id.document == run("orders", "show", "1", "--channel", "web", "--json").document
    assert by_id.document["hold_reason"] == "to be looked at"
    assert "to be looked at" in run("orders", "show", order_id).stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "none"),
        ("explain", "none"),
        ("cancel", "none", "--reason", "x"),
        ("hold", "none", "--reason", "x"),
        ("release", "none"),
        ("refund", "none", "1.00", "USD", "--reason", "x", "--key", "k"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_an_unknown_order_is_said_in_one_line(
    shop: Path, run: Any, arguments: tuple[str, ...]
) -> None:
    answer = run("orders", *arguments)
    assert answer.code == 1
    assert answer.stderr == "stockpool: there is no order none\n"
    assert answer.stdout == ""
    failed = run("orders", *arguments, "--json")
    assert failed.code == 1
    assert failed.document["error"]["kind"] == "NotFoundError"


def test_hold_release_and_cancel(listed: Path, run: Any, order: Any, orders_file: Any) -> None:
    run("orders", "submit", orders_file(_waiting(order, "1", quantity=3)))
    the_order = ("1", "--channel", "web", "--json")
    assert run("orders", "hold", *the_order, "--reason", "fraud?").document["status"] == "on_hold"
    part = run("orders", "cancel", *the_order, "--line", "1=2", "--reason", "too many")
    assert part.document["cancelled"] == 2
    rest = run("orders", "cancel", *the_order, "--reason", "buyer")
    assert (rest.code, rest.document["status"]) == (0, "cancelled")
    assert run("orders", "release", *the_order).document["status"] == "cancelled"


@pytest.mark.parametrize("line", ["1", "1=", "=2", "1=0", "1=x", "1=-1"])
def test_a_malformed_line_is_wrong_use(shop: Path, run: Any, line: str) -> None:
    answer = run("orders", "cancel", "any", "--reason", "x", "--line", line)
    assert answer.code == 2
    assert "--line" in answer.stderr


def test_a_refund_never_exceeds_what_was_paid(
    listed: Path, run: Any, order: Any, orders_file: Any
) -> None:
    run("orders", "submit", orders_file(_waiting(order, "1")))
    refund = ("orders", "refund", "1", "--channel", "web", "--reason", "late", "--json")
    first = run(*refund, "5.00", "USD", "--key", "a")
    assert first.code == 0
    assert run(*refund, "5.00", "USD", "--key", "a").document == first.document
    too_much = run(*refund, "5.00", "USD", "--key", "b")
    assert too_much.code == 1
    assert too_much.document["error"]["problems"][0]["code"] == "refund_exceeds_paid"
    assert run(*refund, "5.001", "USD", "--key", "c").code == 2
    assert run(*refund, "5.00", "XXQ", "--key", "c").code == 2


def test_a_preview_stores_nothing(listed: Path, run: Any, order: Any, orders_file: Any) -> None:
    answer = run("orders", "preview", orders_file(order("1"), order("2", "cup")), "--json")
    assert answer.code == 1
    first, second = answer.document["previews"]
    assert first["plan"]["words"][0].startswith("Nothing ships to US")
    assert second["problems"][0]["code"] == "unknown_sku"
    assert run("orders", "list", "--json").document["orders"] == []
    assert run("attention", "list", "--json").document["items"] == []


def test_explains_and_decides_again(listed: Path, run: Any, order: Any, orders_file: Any) -> None:
    run("orders", "submit", orders_file(order("1")))
    the_order = ("orders", "explain", "1", "--channel", "web", "--replay")
    assert "the same, byte for byte" in run(*the_order).stdout
    answer = run(*the_order, "--json")
    assert answer.code == 0
    assert answer.document["replay_is_equal"] is True
    assert answer.document["decisions"][0]["words"]
