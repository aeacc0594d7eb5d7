"""The other commands, and what holds for all of them: exit codes, one document, one line."""

from __future__ import annotations

import importlib.metadata
import json
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from stockpool import InvariantViolation
from stockpool.engine import Engine


def test_init_writes_a_configuration_that_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run("init").code == 0
    assert (tmp_path / "web" / "inbox").is_dir()
    text = (tmp_path / "stockpool.toml").read_text()
    # Commented settings are settings too: they must be right when the mark is taken away.
    lines = text.splitlines()
    kept = [
        line.removeprefix("# ") if "=" in line or line.startswith("# [") else line for line in lines
    ]
    (tmp_path / "all.toml").write_text("\n".join(kept))
    monkeypatch.setenv("STOCKPOOL_PLUGINS", "csv_channel")
    assert run("db", "upgrade").code == 0
    assert run("db", "upgrade", "--config", "all.toml").code == 0


def test_init_overwrites_nothing(shop: Path, run: Any) -> None:
    before = (shop / "stockpool.toml").read_bytes()
    answer = run("init")
    assert answer.code == 1
    assert "nothing was changed" in answer.stderr
    assert (shop / "stockpool.toml").read_bytes() == before
    assert run("init", "--config", "other/stockpool.toml", "--json").code == 0
    assert (shop / "other" / "web" / "inbox").is_dir()


def test_a_missing_configuration_is_wrong_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = run("orders", "list")
    assert answer.code == 2
    assert answer.stderr == (
        "stockpool: stockpool.toml: there is no such file; `stockpool init` writes one\n"
    )


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("[stockpool]\ndatabase = 1\n", "stockpool.database"),
        ("[stockpool]\ncolour = 'red'\n", "stockpool.colour"),
        ("[channels.web]\ntype = 'none'\n", "channels.web"),
        ("[[[", "TOML"),
    ],
)
def test_a_wrong_setting_is_named(shop: Path, run: Any, text: str, setting: str) -> None:
    (shop / "stockpool.toml").write_text('plugins = ["csv_channel"]\n' + text)
    answer = run("verify")
    assert answer.code == 2
    assert setting in answer.stderr
    assert answer.stderr.count("\n") == 1


def test_the_environment_names_the_configuration(
    shop: Path, monkeypatch: pytest.MonkeyPatch, run: Any
) -> None:
    (shop / "stockpool.toml").rename(shop / "elsewhere.toml")
    monkeypatch.setenv("STOCKPOOL_CONFIG", str(shop / "elsewhere.toml"))
    assert run("db", "upgrade").code == 0
    assert (shop / "shop.db").exists()


def test_verify_proves_the_books(shop: Path, run: Any) -> None:
    answer = run("verify", "--json")
    assert answer.code == 0
    assert answer.document["ok"] is True
    assert answer.document["violations"] == []
    assert "The books are right." in run("verify").stdout


def test_verify_fails_on_broken_books(shop: Path, run: Any) -> None:
    with Engine.from_file(shop / "stockpool.toml") as engine, engine.database.write() as connection:
        connection.exec_driver_sql(
            "INSERT INTO stock_levels (pool, sku, fulfillable, supplier) "
            "VALUES ('p:US', 'MUG-1', 7, -7)"
        )
    answer = run("verify", "--json")
    assert answer.code == 1
    assert answer.document["ok"] is False
    assert answer.document["violations"]
    assert "WRONG" in run("verify").stdout


def test_db_revision_and_upgrade(shop: Path, run: Any) -> None:
    before = run("db", "revision", "--json")
    assert (before.code, before.document["revision"]) == (1, None)
    assert run("db", "upgrade", "--json").document["before"] is None
    after = run("db", "revision", "--json")
    assert (after.code, after.document["current"]) == (0, True)
    assert "up to date" in run("db", "upgrade").stdout


def test_inventory_is_readable_without_stock(shop: Path, run: Any) -> None:
    assert run("inventory", "levels", "--json").document == {"levels": []}
    assert run("inventory", "moves", "--json").document == {"moves": []}
    assert run("inventory", "snapshot", "--json").document == {"snapshots": []}
    assert run("removals", "list", "--json").document == {"removals": []}
    for arguments in (
        ("inventory", "receive", "x:US", "MUG-1", "1", "--key", "a"),
        ("inventory", "ages", "x:US", "MUG-1"),
        ("inventory", "snapshot", "x:US"),
        ("removals", "show", "x"),
        ("removals", "create", "x:US", "--sellable", "MUG-1=1"),
    ):
        answer = run(*arguments)
        assert answer.code == 1
        assert answer.stderr.startswith("stockpool: ")
        assert answer.stderr.count("\n") == 1


def test_wrong_use_of_inventory_and_removals(shop: Path, run: Any) -> None:
    receive = ("inventory", "receive", "x:US", "MUG-1")
    assert run(*receive, "0", "--key", "a").code == 2
    assert run(*receive, "1").code == 2
    assert run(*receive, "1", "--key", "a", "--bucket", "held").code == 2
    assert run("removals", "create", "x:US").code == 2
    remove = ("removals", "create", "x:US", "--sellable", "MUG-1=1")
    assert run(*remove, "--disposition", "Burning").code == 2
    assert run(*remove, "--ship-to", "none.json").code == 2
    (shop / "address.json").write_text("{}")
    assert run(*remove, "--ship-to", "address.json").code == 2


def test_attention_is_listed_retried_and_dropped(
    shop: Path, run: Any, order: Any, orders_file: Any
) -> None:
    assert run("attention", "list", "--check").code == 0
    run("orders", "submit", orders_file(order("1", hold="x"), order("2", hold="x")))
    assert run("attention", "list").code == 0
    listed = run("attention", "list", "--check", "--kind", "intake", "--json")
    assert listed.code == 1
    first, second = (item["id"] for item in listed.document["items"])
    failed = run("attention", "retry", first, "--json")
    assert (failed.code, failed.document["results"][0]["ok"]) == (1, False)
    run("catalog", "add", "MUG-1")
    run("catalog", "list-on", "web", "mug", "MUG-1")
    shown = run("attention", "show", first, "--json").document
    assert [one["action"] for one in shown["actions"]] == ["retry", "drop"]
    assert f"stockpool attention do {first} retry" in run("attention", "show", first).stdout
    assert run("attention", "list", "--overdue", "--json").document["items"] == []
    wrong = run("attention", "do", first, "replace")
    assert (wrong.code, "possible: retry, drop" in wrong.stderr) == (1, True)
    done = run("attention", "do", first, "retry", "--by", "maria", "--json")
    assert "was accepted" in done.document["done"]
    assert (
        run("attention", "drop", "--all", "--kind", "intake", "--json").document["results"]
        == [{"item": second, "ok": True, "result": "intake 2 is closed"}]
        or first == "2"
    )
    assert run("attention", "list", "--json").document["open"] == 0
    assert run("attention", "list", "--state", "dropped", "--json").document["items"]


def test_wrong_use_of_attention(shop: Path, run: Any) -> None:
    assert run("attention", "retry").code == 2
    assert run("attention", "retry", "x", "--all").code == 2
    assert run("attention", "drop", "x", "--kind", "intake").code == 2
    assert run("attention", "list", "--state", "odd").code == 2
    assert run("attention", "drop", "x").code == 1


def test_channels_are_listed_and_checked(shop: Path, run: Any) -> None:
    listed = run("channels", "list", "--json").document["channels"]
    assert [(c["name"], c["type"]) for c in listed] == [("web", "csv_channel")]
    assert "web" in run("channels", "list").stdout
    missing = run("channels", "check", "web", "--json")
    assert (missing.code, missing.document["ok"]) == (1, False)
    (shop / "web").mkdir()
    healthy = run("channels", "check", "web", "--json")
    assert (healthy.code, healthy.document["ok"]) == (0, True)
    assert run("channels", "check", "none").code == 1


def test_a_check_says_what_is_mapped_and_what_is_stuck(shop: Path, run: Any, order: Any) -> None:
    (shop / "web").mkdir()
    (shop / "order.json").write_text(json.dumps(order("1001")))
    assert run("catalog", "add", "OTHER-1").code == 0
    assert run("catalog", "list-on", "web", "other", "OTHER-1").code == 0
    assert run("orders", "submit", shop / "order.json").code == 1  # nothing is listed as that
    answer = run("channels", "check", "web", "--json")
    (checked,) = answer.document["checked"]
    assert checked["facts"]["mapped"] == "1 channel SKUs, 0 of them offered"
    assert checked["facts"]["read"] == "never"
    assert [problem["code"] for problem in checked["problems"]] == ["parked"]
    assert answer.code == 1
    assert "1 orders could not be accepted" in run("channels", "check", "web").stdout


def test_a_channel_that_is_not_well_fails_the_check(
    shop: Path, monkeypatch: pytest.MonkeyPatch, run: Any
) -> None:
    from stockpool_csv_channel.channel import CsvChannel

    def broken(self: Any) -> None:
        raise RuntimeError("no cable")

    monkeypatch.setattr(CsvChannel, "check", broken)
    answer = run("channels", "check", "--json")
    assert answer.code == 1
    assert "no cable" in answer.document["checked"][0]["problems"][0]["message"]
    assert "no cable" in run("channels", "check").stdout


def test_plugins_are_listed_without_a_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STOCKPOOL_PLUGINS", "csv_channel")
    document = run("plugins", "list", "--json").document
    assert [plugin["name"] for plugin in document["plugins"]] == ["csv_channel"]
    assert {"kind": "channel", "name": "csv_channel"}.items() <= document["brings"][0].items()
    assert "csv_channel" in run("plugins", "list").stdout
    assert run("plugins", "list", "--config", "none.toml").code == 2


def test_a_plugin_that_is_missing_is_named(shop: Path, run: Any) -> None:
    (shop / "stockpool.toml").write_text('plugins = ["martian"]\n')
    answer = run("plugins", "list")
    assert answer.code == 1
    assert "martian" in answer.stderr


def _with_entry_point(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    real = importlib.metadata.entry_points

    def entry_points(**selection: Any) -> Any:
        if selection.get("group") == "stockpool.commands":
            return [EntryPoint("extra", value, "stockpool.commands")]
        return real(**selection)

    monkeypatch.setattr("stockpool.cli.app.entry_points", entry_points)


def test_commands_of_another_package_that_fails_are_named(
    shop: Path, monkeypatch: pytest.MonkeyPatch, run: Any
) -> None:
    _with_entry_point(monkeypatch, "no_such_package:register")
    answer = run("db", "upgrade", "--json")
    assert answer.code == 0
    assert answer.document["revision"]
    assert answer.stderr.count("\n") == 1
    assert "'extra'" in answer.stderr


def test_a_failure_of_another_packages_command_is_one_line_too(
    shop: Path, monkeypatch: pytest.MonkeyPatch, run: Any
) -> None:
    def register(app: Any) -> None:
        @app.command()
        def burn() -> None:
            raise InvariantViolation("the\nledger burns")

    monkeypatch.setattr("stockpool.cli.session.register", register, raising=False)
    _with_entry_point(monkeypatch, "stockpool.cli.session:register")
    answer = run("burn")
    assert (answer.code, answer.stderr) == (1, "stockpool: the ledger burns\n")


def test_a_database_error_is_one_line(shop: Path, run: Any) -> None:
    (shop / "shop.db").write_bytes(b"this is no database, but long enough to look like a file")
    answer = run("orders", "list")
    assert answer.code == 1
    assert answer.stderr == "stockpool: database: file is not a database\n"
