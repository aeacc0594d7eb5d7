"""Files are taken when they are complete."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from stockpool.errors import TransientError


def test_a_file_is_taken_when_it_has_not_changed_for_long_enough(make_shop, plain, row, age):
    shop = make_shop(settle_seconds=30)
    age(shop.drop("orders.csv", plain(row("1"))), 20)
    assert shop.fetch_all().order_ids == []
    shop.clock.advance(9)
    assert shop.fetch_all().order_ids == []
    shop.clock.advance(1)
    assert shop.fetch_all().order_ids == ["1"]


def test_waiting_is_worth_it_while_a_file_settles_or_is_read(make_shop, plain, row, age):
    shop = make_shop(settle_seconds=30)
    assert shop.channel().idle()
    age(shop.drop("orders.csv", plain(row("1"))), 20)
    assert not shop.channel().idle()
    shop.clock.advance(10)
    assert not shop.channel().idle()
    shop.fetch_all()
    assert shop.channel().idle()


def test_a_file_from_the_future_is_watched_on_our_own_clock(make_shop, plain, row, age):
    shop = make_shop(settle_seconds=30)
    path = shop.drop("orders.csv", plain(row("1")))
    age(path, -10_000)
    shop.fetch_all()
    shop.clock.advance(29)
    assert shop.fetch_all().order_ids == []
    with path.open("a") as file:
        file.write(row("2"))
    age(path, -20_000)
    shop.clock.advance(29)
    assert shop.fetch_all().order_ids == []
    shop.clock.advance(30)
    assert shop.fetch_all().order_ids == ["1", "2"]


def test_a_file_that_grows_while_it_is_read_is_read_again_later(shop, plain, row, monkeypatch):
    shop.drop("orders.csv", plain(row("1")))
    from stockpool_csv_channel import preparation

    open_table = preparation.open_table

    def grow(file, codec, settings):
        with open(shop.folder / ".state/taken/1", "a") as writer:
            writer.write(row("2"))
        os.utime(shop.folder / ".state/taken/1", (1, 1))
        return open_table(file, codec, settings)

    with monkeypatch.context() as patch:
        patch.setattr(preparation, "open_table", grow)
        assert shop.fetch_all().order_ids == []
    assert shop.fetch_all().order_ids == ["1", "2"]
    assert shop.files() == ["done/orders.csv"]


@pytest.mark.parametrize(
    "name", [".hidden.csv", "orders.csv.part", "orders.csv.tmp", "~$orders.csv", "orders.csv~"]
)
def test_hidden_and_unfinished_files_are_left_alone(shop, plain, row, name):
    shop.read(name, plain(row("1")))
    assert (shop.order_ids, shop.codes) == ([], [])
    assert shop.files() == [f"inbox/{name}"]


@pytest.mark.parametrize("name", ["orders.xlsx", "orders.csv.gz", "orders", "orders.pdf"])
def test_files_of_another_kind_are_left_alone_and_reported(shop, plain, row, name):
    shop.read(name, plain(row("1")))
    assert (shop.order_ids, shop.codes) == ([], ["unsupported_file"])
    assert shop.problems[0].source == f"inbox/{name}"
    assert shop.files() == [f"inbox/{name}"]


def test_with_a_marker_a_file_waits_for_it(make_shop, plain, row):
    shop = make_shop(marker=".done", settle_seconds=10_000)
    shop.drop("orders.csv", plain(row("1")))
    assert shop.fetch_all().order_ids == []
    shop.drop("orders.csv.done", "")
    assert shop.fetch_all().order_ids == ["1"]
    assert shop.files() == ["done/orders.csv"]
    shop.drop("orders.csv", plain(row("2")))
    assert shop.fetch_all().order_ids == ["1"]


def test_check_tells_what_has_been_lying_in_the_inbox(shop, plain, row, age):
    shop.fetch()
    age(shop.drop("orders.csv", plain(row("1"))), 2 * 3600)
    age(shop.drop("upload.csv.part", "x"), 2 * 3600)
    age(shop.drop("new.csv", plain(row("2"))), 60)
    shop.drop("orders.xlsx", "x")
    found = {problem.source: problem.code for problem in shop.channel().check()}
    assert found == {
        "inbox/orders.csv": "file_stuck",
        "inbox/upload.csv.part": "file_stuck",
        "inbox/orders.xlsx": "unsupported_file",
    }


def test_check_says_that_a_marker_is_missing(make_shop, plain, row, age):
    shop = make_shop(marker=".done")
    age(shop.drop("orders.csv", plain(row("1"))), 2 * 3600)
    (problem,) = shop.channel().check()
    assert "orders.csv.done" in problem.fix


@pytest.fixture
def shop_of_nobody(shop):
    """A shop used by an account that may not write everywhere, even if the tests run as root."""
    if os.geteuid() != 0:
        yield shop
        return
    nobody = 65534
    with tempfile.TemporaryDirectory() as root:
        os.chown(root, nobody, nobody)
        os.seteuid(nobody)
        try:
            yield replace(shop, root=Path(root))
        finally:
            os.seteuid(0)


def test_a_folder_without_permission_is_reported(shop_of_nobody):
    shop_of_nobody.fetch()
    (shop_of_nobody.folder / "outbox").chmod(0o500)
    assert [p.code for p in shop_of_nobody.channel().check()] == ["folder_not_writable"]


def test_an_unreadable_folder_is_an_error_that_may_pass(shop):
    shop.root.joinpath("web").write_text("a file stands in its place")
    with pytest.raises(TransientError):
        shop.fetch()
