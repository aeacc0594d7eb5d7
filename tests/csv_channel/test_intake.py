"""Files become pages of orders, once, whatever happens in between."""

from __future__ import annotations

import json

import pytest


def test_an_empty_inbox_gives_an_empty_page(shop):
    page = shop.fetch()
    assert (list(page.orders), page.cursor, page.more) == ([], None, False)


def test_a_file_moves_to_done_when_the_engine_comes_back_with_a_later_cursor(shop, plain, row):
    shop.drop("orders.csv", plain(row("1"), row("2")))
    shop.fetch()
    assert shop.order_ids == ["1", "2"]
    assert shop.files() == []
    shop.fetch()
    assert shop.files() == ["done/orders.csv"]


def test_a_page_that_was_not_stored_comes_again_as_it_was(shop, plain, row):
    shop.drop("orders.csv", plain(*(row(str(n)) for n in range(25))))
    first = shop.channel(limits={"page_orders": 10}).fetch_orders(None)
    again = shop.channel(limits={"page_orders": 10}).fetch_orders(None)
    assert again == first
    assert len(first.orders) == 10


def test_pages_are_cut_from_one_interpretation_of_the_file(shop, plain, row):
    shop.drop("orders.csv", plain(*(row(str(n)) for n in range(25))))
    limits = {"page_orders": 10}
    shop.fetch(limits=limits)
    shop.fetch(limits=limits, defaults={"speed": "priority"}, decimal=",")
    shop.fetch_all(limits=limits)
    assert shop.order_ids == [str(n) for n in range(25)]
    assert {order.speed for order in shop.orders} == {"standard"}


def test_the_source_of_an_order_names_file_and_row(shop, plain, row):
    shop.read("orders.csv", plain(row("1"), row("1", "2"), row("2")))
    assert [order.source for order in shop.orders] == ["orders.csv:2", "orders.csv:4"]


def test_the_same_content_under_another_name_is_not_read_again(shop, plain, row):
    shop.read("monday.csv", plain(row("1")))
    shop.read("tuesday.csv", plain(row("1")))
    assert shop.order_ids == ["1"]
    assert shop.files() == ["done/monday.csv", "done/tuesday.csv", "done/tuesday.csv.report.csv"]
    (line,) = shop.table("done/tuesday.csv.report.csv")
    assert line["code"] == "duplicate_file"
    assert "monday.csv" in line["reason"]


def test_a_file_of_which_nothing_could_be_used_may_be_dropped_again(shop, plain, row):
    text = plain(row("1")).replace(",country,", ",land,")
    shop.read("orders.csv", text)
    assert shop.order_ids == []
    shop.read("orders.csv", text, defaults={"country": "US"})
    assert shop.order_ids == ["1"]
    assert "done/orders.2.csv" in shop.files()


def test_the_same_content_is_read_again_if_the_settings_want_it(make_shop, plain, row):
    shop = make_shop(read_again=True)
    shop.read("monday.csv", plain(row("1")))
    shop.read("tuesday.csv", plain(row("1")))
    assert shop.order_ids == ["1", "1"]


def test_a_second_file_of_the_same_name_gets_a_name_of_its_own(shop, plain, row):
    shop.read("orders.csv", plain(row("1")))
    shop.read("orders.csv", plain(row("2")))
    assert [order.source for order in shop.orders] == ["orders.csv:2", "orders.2.csv:2"]
    assert shop.files() == ["done/orders.2.csv", "done/orders.csv"]


def test_a_cursor_of_another_state_folder_starts_again(shop, plain, row):
    cursor = json.dumps({"state": "other", "turn": 9, "offset": 10_000, "sha256": "0" * 64})
    shop.drop("orders.csv", plain(row("1")))
    shop.cursor = cursor
    shop.fetch_all()
    assert shop.order_ids == ["1"]


@pytest.mark.parametrize("cursor", ["", "x", "[]", "{}", '{"state": 1}', '"a"', "null"])
def test_a_cursor_that_is_none_of_ours_starts_again(shop, plain, row, cursor):
    shop.drop("orders.csv", plain(row("1")))
    shop.cursor = cursor
    assert shop.fetch_all().order_ids == ["1"]


def test_files_are_read_in_the_order_in_which_they_came(shop, plain, row, age):
    for name, seconds in (("a.csv", 10), ("b.csv", 30), ("c.csv", 20)):
        age(shop.drop(name, plain(row(name))), seconds)
    assert shop.fetch_all().order_ids == ["b.csv", "c.csv", "a.csv"]


def test_a_file_without_orders_is_done(shop, plain):
    shop.read("orders.csv", plain())
    assert (shop.order_ids, shop.codes) == ([], [])
    assert shop.files() == ["done/orders.csv"]


@pytest.mark.parametrize("damage", [None, b"", b"o{}\n", b"\x00" * 500, "cut"])
def test_a_lost_or_damaged_spool_is_made_anew(shop, plain, row, damage):
    shop.drop("orders.csv", plain(*(row(str(n)) for n in range(6))))
    shop.fetch(limits={"page_orders": 2})
    spool = shop.folder / ".state/spool/1"
    if damage is None:
        spool.unlink()
    elif damage == "cut":
        spool.write_bytes(b"")
    else:
        spool.write_bytes(damage * 2 + spool.read_bytes()[len(damage) * 2 + 5 :])
    shop.fetch_all(limits={"page_orders": 2})
    assert set(shop.order_ids) == {str(n) for n in range(6)}
    assert shop.files() == ["done/orders.csv"]


def test_a_cursor_into_the_middle_of_an_order_loses_nothing(shop, plain, row):
    shop.drop("orders.csv", plain(*(row(str(n)) for n in range(6))))
    page = shop.channel(limits={"page_orders": 2}).fetch_orders(None)
    told = json.loads(page.cursor)
    shop.cursor = json.dumps(told | {"offset": told["offset"] - 7})
    assert set(shop.fetch_all().order_ids) == {str(n) for n in range(6)}


def test_a_defect_in_reading_refuses_the_file_and_not_the_next_ones(
    shop, plain, row, monkeypatch, age
):
    from stockpool_csv_channel.building import Builder

    build = Builder.build

    def stumble(self, group):
        if group.order_id == "bad":
            raise ZeroDivisionError
        return build(self, group)

    monkeypatch.setattr(Builder, "build", stumble)
    age(shop.drop("a.csv", plain(row("1"), row("bad"))), 20)
    age(shop.drop("b.csv", plain(row("2"))), 10)
    shop.fetch_all()
    assert (shop.order_ids, shop.codes) == (["2"], ["unreadable_file"])
    assert "rejected/a.csv" in shop.files()


def test_small_files_share_a_page(shop, plain, row, age):
    for number in range(30):
        age(shop.drop(f"{number}.csv", plain(row(str(number)))), 100 - number)
    page = shop.fetch(limits={"page_orders": 20})
    assert [order.channel_order_id for order in page.orders] == [str(n) for n in range(20)]
    assert not (shop.folder / "done").exists() or not list((shop.folder / "done").iterdir())
    shop.fetch_all(limits={"page_orders": 20})
    assert shop.order_ids == [str(n) for n in range(30)]
    assert len(shop.files()) == 30


def test_a_page_over_several_files_comes_again_as_it_was(shop, plain, row):
    for number in range(5):
        shop.drop(f"{number}.csv", plain(row(f"{number}a"), row(f"{number}b", quantity="x")))
    channel = shop.channel(limits={"page_orders": 7})
    first = channel.fetch_orders(None)
    assert channel.fetch_orders(None) == first
    assert len(first.orders) + len(first.problems) == 7


def test_old_files_are_removed_if_the_settings_say_so(make_shop, plain, row):
    shop = make_shop(keep_days=30)
    shop.read("old.csv", plain(row("1"), row("2", quantity="x")))
    shop.clock.advance(days=20)
    shop.read("new.csv", plain(row("3")))
    (shop.folder / "done/mine.txt").write_text("not a file of the channel")
    assert len(shop.files()) == 5
    shop.clock.advance(days=11)
    shop.fetch_all()
    assert shop.files() == ["done/mine.txt", "done/new.csv"]
    shop.read("old.csv", plain(row("1"), row("2", quantity="x")))
    assert shop.order_ids == ["1", "3"]


@pytest.mark.parametrize("lost", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [1, 3, 5, 100])
def test_a_lost_spool_among_several_files_loses_no_order(shop, plain, row, age, lost, size):
    names = [f"{file}-{n}" for file in range(4) for n in range(3)]
    for file in range(4):
        age(shop.drop(f"{file}.csv", plain(*(row(f"{file}-{n}") for n in range(3)))), 9 - file)
    limits = {"page_orders": size}
    # All four are taken and have their turn; then the engine starts again from nothing.
    shop.channel(limits={"page_orders": 100}).fetch_orders(None)
    shop.fetch(limits=limits)
    (shop.folder / f".state/spool/{lost}").unlink()
    shop.drop("new.csv", plain(row("new")))
    shop.fetch_all(limits=limits)
    assert set(shop.order_ids) == {*names, "new"}
    assert len(shop.files()) == 5
