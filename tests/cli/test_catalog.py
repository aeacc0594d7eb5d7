"""Products and listings from the command line and from files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stockpool.cli.output import plain


def test_adds_and_lists_products(shop: Path, run: Any) -> None:
    assert run("catalog", "add", "MUG-1", "--title", "Mug").code == 0
    assert run("catalog", "add", "MUG-2", "--shares-pool-with", "MUG-1", "--json").code == 0
    assert run("catalog", "list", "--json").document["products"] == [
        {"sku": "MUG-1", "title": "Mug", "shares_pool_with": None},
        {"sku": "MUG-2", "title": "", "shares_pool_with": "MUG-1"},
    ]
    assert "Mug" in run("catalog", "list").stdout


def test_a_sku_that_is_too_long_is_refused_with_the_remedy(shop: Path, run: Any) -> None:
    answer = run("catalog", "add", "x" * 51)
    assert answer.code == 1
    assert "Seller Central" in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_imports_products_and_refuses_bad_rows(shop: Path, run: Any) -> None:
    file = shop / "products.csv"
    file.write_text(
        "SKU;Title;shares pool with\nMUG-1;Mug\n\n;nothing\nMUG-2;;MUG-1\nX;;none\n", "utf-8-sig"
    )
    answer = run("catalog", "import", file, "--json")
    assert answer.code == 1
    assert answer.document["products"] == 2
    assert [(r["line"], r["field"]) for r in answer.document["refused"]] == [
        (4, "sku"),
        (6, "shares_pool_with"),
    ]
    assert "line 6: shares_pool_with" in run("catalog", "import", file).stderr


def test_a_file_without_the_columns_is_wrong_use(shop: Path, run: Any) -> None:
    file = shop / "products.csv"
    for content in (b"", b"title\nMug\n", b"sku\n\xff\n"):
        file.write_bytes(content)
        answer = run("catalog", "import", file)
        assert answer.code == 2
        assert "products.csv" in answer.stderr
    assert run("catalog", "import", shop / "none.csv").code == 2


def test_lists_a_kit_by_hand(shop: Path, run: Any) -> None:
    run("catalog", "add", "MUG-1")
    run("catalog", "add", "TEA-1")
    assert run("catalog", "list-on", "web", "set", "MUG-1=2", "TEA-1").code == 0
    assert run("catalog", "listings", "--channel", "web", "--json").document["listings"] == [
        {"channel": "web", "channel_sku": "set", "components": {"MUG-1": 2, "TEA-1": 1}}
    ]
    assert "2 x MUG-1, 1 x TEA-1" in run("catalog", "listings").stdout


def test_listing_an_unknown_sku_is_refused(shop: Path, run: Any) -> None:
    answer = run("catalog", "list-on", "web", "cup", "CUP-1")
    assert answer.code == 1
    assert "CUP-1" in answer.stderr
    assert run("catalog", "list-on", "web", "cup").code == 2
    assert run("catalog", "list-on", "web", "cup", "CUP-1=0").code == 2


def test_lists_a_file_and_no_broken_kit(shop: Path, run: Any) -> None:
    run("catalog", "add", "MUG-1")
    run("catalog", "add", "TEA-1")
    file = shop / "listings.csv"
    file.write_text(
        "channel_sku,sku,units,channel\n"
        "mug,MUG-1,,web\n"
        "set,MUG-1,2,web\n"
        "set,TEA-1,1,web\n"
        "broken,MUG-1,1,web\n"
        "broken,TEA-1,none,web\n"
        "odd,MUG-1,1,web\n"
        "odd,CUP-1,1,web\n"
        "mug,MUG-1,1,shop\n"
    )
    answer = run("catalog", "list-on", file, "--json")
    assert answer.code == 1
    assert answer.document["listings"] == 3
    assert [(r["line"], r["field"]) for r in answer.document["refused"]] == [
        (6, "units"),
        (8, "sku"),
    ]
    found = run("catalog", "listings", "--json").document["listings"]
    assert [(listing["channel"], listing["channel_sku"]) for listing in found] == [
        ("shop", "mug"),
        ("web", "mug"),
        ("web", "set"),
    ]


def test_texts_from_outside_do_not_steer_the_terminal(shop: Path, run: Any) -> None:
    refused = run("catalog", "add", "MUG-1", "--title", "\x1b[2Jevil\nline")
    assert (refused.code, "\x1b" in refused.stderr) == (1, False)
    assert plain("\x1b[2Jevil\nline") == " [2Jevil line", "what other doors let in is shown plain"
    assert run("catalog", "add", "MUG-1", "--title", "evil[bold] line").code == 0
    assert "evil[bold] line" in run("catalog", "list").stdout
