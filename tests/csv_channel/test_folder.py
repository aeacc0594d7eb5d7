"""Nothing outside the folder is read or written, whatever lies in it."""

from __future__ import annotations

import os

import pytest

from stockpool.errors import TransientError
from stockpool_csv_channel.folder import Folder, NotRegularError


@pytest.fixture
def secret(shop, plain, row):
    """An order file outside the folder, with an order that must not be read."""
    path = shop.root / "secret.csv"
    path.write_text(plain(row("SECRET")))
    return path


def test_a_link_in_the_inbox_is_left_alone_and_reported(shop, secret, plain, row):
    shop.drop("good.csv", plain(row("1")))
    os.symlink(secret, shop.folder / "inbox/evil.csv")
    shop.fetch_all()
    assert shop.order_ids == ["1"]
    assert "not_a_file" in shop.codes
    assert (shop.folder / "inbox/evil.csv").is_symlink()
    assert secret.exists()


def test_a_pipe_in_the_inbox_does_not_stop_the_others(shop, plain, row):
    shop.drop("good.csv", plain(row("1")))
    os.mkfifo(shop.folder / "inbox/pipe.csv")
    (shop.folder / "inbox/directory.csv").mkdir()
    assert shop.fetch_all().order_ids == ["1"]
    assert shop.codes.count("not_a_file") >= 2


@pytest.mark.parametrize("name", ["inbox", "done", "rejected", "outbox", ".state"])
def test_a_linked_directory_is_refused(shop, name, tmp_path):
    shop.folder.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    os.symlink(elsewhere, shop.folder / name)
    with pytest.raises(TransientError, match=f"{name} is not a directory"):
        shop.fetch()
    assert list(elsewhere.iterdir()) == []
    assert [problem.code for problem in shop.channel().check()] == ["not_a_directory"]


def test_a_file_swapped_for_a_link_after_it_was_taken_is_not_followed(
    shop, secret, plain, row, monkeypatch
):
    path = shop.drop("orders.csv", plain(row("1")))
    look = Folder._open

    def swap_after_looking(self, stack):
        opened = look(self, stack)
        if not path.is_symlink():
            path.unlink()
            os.symlink(secret, path)
        return opened

    monkeypatch.setattr(Folder, "_open", swap_after_looking)
    shop.fetch_all()
    assert shop.order_ids == []


def test_a_link_that_was_taken_is_not_followed_either(shop, secret, plain, row, monkeypatch):
    shop.drop("orders.csv", plain(row("1")))
    shop.fetch()
    taken = shop.folder / ".state/taken/1"
    (shop.folder / ".state/spool/1").unlink()
    taken.unlink()
    os.symlink(secret, taken)
    shop.cursor = None
    shop.orders.clear()
    shop.fetch_all()
    assert shop.order_ids == []
    assert "not_a_file" in shop.codes
    assert secret.exists()


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/b", "..", ".", "", "a\0b"])
def test_names_that_lead_elsewhere_are_refused(tmp_path, name):
    with Folder(tmp_path, create=True).open() as folder:
        for use in (folder.inbox.read, folder.inbox.create, folder.inbox.remove):
            with pytest.raises(NotRegularError):
                use(name)
        with pytest.raises(NotRegularError):
            folder.inbox.move(name, folder.done, "x")
        with pytest.raises(NotRegularError):
            folder.inbox.move("x", folder.done, name)


@pytest.mark.parametrize(
    "name",
    [
        "üñí ço∂e.csv",
        "a\nb.csv",
        "a\u202evsc.csv",
        "'; DROP TABLE files; --.csv",
        "x" * 240 + ".csv",
        "=cmd.csv",
        "-rf.csv",
        os.fsdecode(b"caf\xe9.csv"),
    ],
)
def test_odd_names_are_read_under_a_harmless_label(shop, plain, row, name):
    shop.read(name, plain(row("1"), row("2", quantity="x")))
    assert shop.order_ids == ["1"]
    label, number = shop.orders[0].source.split(":")
    assert number == "2"
    assert label.isprintable()
    assert label.endswith(".csv")
    assert len(label.encode()) <= 160
    assert len(shop.files()) == 3
    assert (shop.folder / "inbox").is_dir()
    assert not list((shop.folder / "inbox").iterdir())


def test_a_missing_folder_is_made_unless_the_settings_forbid_it(make_shop):
    shop = make_shop(create=False)
    with pytest.raises(TransientError, match="does not exist"):
        shop.fetch()
    assert [problem.code for problem in shop.channel().check()] == ["folder_missing"]
    shop.fetch(create=True)
    assert (shop.folder / "inbox").is_dir()
    assert list(shop.channel().check()) == []


def test_the_state_folder_is_private(shop):
    shop.fetch()
    assert (shop.folder / ".state").stat().st_mode & 0o077 == 0


def test_a_full_disk_is_an_error_that_may_pass(shop, plain, row, monkeypatch):
    shop.drop("orders.csv", plain(row("1")))

    def full(descriptor):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(TransientError, match="No space left"):
            shop.fetch()
    assert shop.fetch_all().order_ids == ["1"]


def test_a_damaged_state_file_is_an_error_that_names_it(shop):
    shop.fetch()
    (shop.folder / ".state/inbox.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(TransientError, match=r"inbox\.db"):
        shop.fetch()


def test_files_that_were_taken_survive_the_loss_of_the_list(shop, plain, row):
    shop.drop("orders.csv", plain(row("1")))
    shop.channel().fetch_orders(None)
    (shop.folder / ".state/inbox.db").unlink()
    assert shop.fetch_all().order_ids == ["1"]
    assert shop.files() == ["done/recovered-1.csv"]
