"""The settings, the initial stock, and the plugin's hook."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import stockpool_amazon_sim
from stockpool.errors import ConfigurationError
from stockpool_amazon_sim import AmazonSimNetwork, AmazonSimSettings

MakeNetwork = Callable[..., AmazonSimNetwork]


@pytest.mark.parametrize(
    "settings",
    [
        {"countries": []},
        {"countries": ["XX"]},
        {"countries": ["US", "US"]},
        {"speed": 0},
        {"colour": "red"},
        {"faults": {"flood": 1}},
        {"faults": {"lost_parcels": 1.5}},
        {"steps": {"pack": [1]}},
    ],
)
def test_wrong_settings_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AmazonSimSettings(**settings)


def test_stock_is_loaded_once(make_network: MakeNetwork, form: str) -> None:
    stock = {"US": {"MUG": 5}, "CA": {"MUG": 2}}
    network = make_network(stock=stock)
    again = make_network(stock=stock)
    assert network.simulator.buckets("US", "MUG") == {"fulfillable": 5}
    assert again.simulator.buckets("CA", "MUG") == {"fulfillable": 2}


def test_stock_is_read_from_a_file(make_network: MakeNetwork, tmp_path: Path) -> None:
    (tmp_path / "stock.csv").write_text(
        "country,sku,fnsku,quantity\nUS,MUG,X000000001,5\nUS,CUP,X000000001,2\nCA,MUG,,3\n",
        encoding="utf-8",
    )
    network = make_network(stock=Path("stock.csv"))
    assert network.simulator.buckets("US", "MUG") == {"fulfillable": 7}
    assert [entry.fnsku for entry in network.snapshot("US").figures] == ["X000000001"] * 2
    assert network.simulator.buckets("CA", "MUG") == {"fulfillable": 3}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("country,sku\nUS,MUG\n", "quantity is missing"),
        ("country,sku,quantity\nUS,MUG,two\n", "stock.csv:2"),
        ("country,sku,quantity\nBR,MUG,2\n", "no stock in BR"),
        ("country,sku,fnsku,quantity\nUS,MUG,?,2\n", "not an FNSKU"),
    ],
)
def test_a_wrong_stock_file_is_named(
    make_network: MakeNetwork, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "stock.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=said):
        make_network(stock=Path("stock.csv"))


def test_a_missing_stock_file_is_named(make_network: MakeNetwork) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        make_network(stock=Path("none.csv"))


def test_settings_come_from_toml_as_they_are(make_network: MakeNetwork) -> None:
    import tomllib

    settings = tomllib.loads(
        """
        countries = ["US", "GB", "DE", "FR", "JP"]
        seed = 7
        speed = 600
        stock = { US = { MUG = 3 } }
        [faults.calls]
        timeout_after = 0.1
        [steps]
        pack = [0.1, 0.2]
        """
    )
    network = make_network(**settings)
    assert [pool.country for pool in network.pools()] == ["US", "GB", "DE", "FR", "JP"]


def test_the_hook_brings_the_type() -> None:
    (network_type,) = stockpool_amazon_sim.stockpool_network_types()
    assert network_type.name == "amazon_sim"
    assert network_type.settings is AmazonSimSettings
