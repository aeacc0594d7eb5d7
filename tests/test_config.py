"""The configuration: every mistake is named, with the setting and the file."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from stockpool.config import Config, parse, read
from stockpool.engine import Engine
from stockpool.errors import ConfigurationError


def test_nothing_configured_is_an_embedded_shop() -> None:
    config = parse({})
    assert config.stockpool.database == "sqlite:///stockpool.db"
    assert config.stockpool.broker == "embedded"
    assert config.stockpool.synchronous == "FULL"
    assert config.routing.policy == "fewest_shipments"
    assert config.plugins is None
    assert config.networks == config.channels == {}


def test_reads_a_file(tmp_path: Path) -> None:
    file = tmp_path / "stockpool.toml"
    file.write_text(
        """
        plugins = ["csv_channel"]
        [stockpool]
        database = "postgresql://shop"
        [routing]
        policy = "cheapest"
        [routing.exchange_rates]
        CAD = "0.73"
        [[routing.cross_border]]
        name = "to-canada"
        pool = "amazon-na:US"
        destinations = ["CA"]
        extra_order_fee = 4.5
        [channels.web]
        type = "csv_channel"
        folder = "web"
        backorder = false
        [networks.amazon-na]
        type = "amazon_sim"
        countries = ["US"]
        """
    )
    config = read(file)
    assert config.plugins == ("csv_channel",)
    assert config.routing.exchange_rates == {"CAD": Decimal("0.73")}
    assert config.routing.cross_border[0].extra_order_fee == Decimal("4.5")
    assert config.channels["web"].backorder is False
    assert config.channels["web"].model_extra == {"folder": "web"}
    assert config.networks["amazon-na"].model_extra == {"countries": ["US"]}


@pytest.mark.parametrize(
    ("document", "setting"),
    [
        ({"stockpol": {}}, "stockpol"),
        ({"stockpool": {"databse": "x"}}, "stockpool.databse"),
        ({"stockpool": {"synchronous": "OFF"}}, "stockpool.synchronous"),
        ({"stockpool": {"lease_seconds": 0}}, "stockpool.lease_seconds"),
        ({"stockpool": {"poll_seconds": -1}}, "stockpool.poll_seconds"),
        ({"stockpool": {"attempts_most": 0}}, "stockpool.attempts_most"),
        ({"stockpool": "x"}, "stockpool"),
        ({"routing": {"buffer": {"units": -1}}}, "routing.buffer.units"),
        ({"routing": {"currency": "usd"}}, "routing.currency"),
        ({"routing": {"exchange_rates": {"CAD": "0"}}}, "routing.exchange_rates.CAD"),
        ({"routing": {"exchange_rates": {"CAD": "abc"}}}, "routing.exchange_rates.CAD"),
        ({"routing": {"cross_border": [{"name": "x"}]}}, "routing.cross_border.0.pool"),
        ({"channels": {"web": {}}}, "channels.web.type"),
        ({"channels": {"Web Shop": {"type": "x"}}}, "channels"),
        ({"networks": {"amazon:na": {"type": "x"}}}, "networks"),
        ({"orders": {"address_limits": {"nmae": 5}}}, "orders.address_limits.nmae"),
        ({"plugins": "csv_channel"}, "plugins"),
    ],
)
def test_a_wrong_setting_is_named_on_one_line(document: dict[str, Any], setting: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        parse(document, where="shop.toml")
    assert str(error.value).startswith(f"shop.toml: {setting}: ")
    assert "\n" not in str(error.value)


def test_a_refused_value_is_not_repeated_because_it_may_be_a_secret() -> None:
    with pytest.raises(ConfigurationError) as error:
        parse({"stockpool": {"database": ["hush"]}})
    assert "hush" not in str(error.value)


def test_a_missing_file_names_the_command_that_writes_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"no such file; `stockpool init` writes one"):
        read(tmp_path / "stockpool.toml")


@pytest.mark.parametrize("content", [b"[stockpool", b"x = ", b"name = '\xff'"])
def test_what_is_no_toml_is_refused_with_the_files_name(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "stockpool.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"stockpool\.toml: not valid TOML"):
        read(file)


def test_a_folder_is_no_configuration(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read(tmp_path)


def test_the_environment_chooses_the_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STOCKPOOL_PLUGINS", "a, b,,")
    assert parse({"plugins": ["c"]}).plugins == ("a", "b")
    monkeypatch.setenv("STOCKPOOL_PLUGINS", "")
    assert parse({}).plugins == ()


def test_a_configuration_is_not_changed_after_it_was_checked() -> None:
    with pytest.raises(ValueError, match="frozen"):
        parse({}).plugins = ()  # type: ignore[misc]


def test_an_engine_opens_with_a_checked_configuration(tmp_path: Path) -> None:
    config: Config = parse({"plugins": []})
    with Engine.open("sqlite:///a.db", config=config, folder=tmp_path) as engine:
        assert engine.config.stockpool == config.stockpool


def test_an_engine_opens_from_a_file_beside_its_database(tmp_path: Path) -> None:
    file = tmp_path / "stockpool.toml"
    file.write_text('plugins = []\n[stockpool]\ndatabase = "sqlite:///data/shop.db"\n')
    with Engine.from_file(file) as engine:
        assert engine.folder == tmp_path
    assert (tmp_path / "data/shop.db").is_file()
