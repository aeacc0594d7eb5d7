"""The settings, the pools that come of them, and the plugin's hook."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from scripted_amazon import ORDERS, ScriptedAmazon
from stockpool.clock import SystemClock
from stockpool.errors import ConfigurationError
from stockpool.ids import IdSource
from stockpool.plugins.channel import PluginContext
from stockpool.plugins.network import NetworkCapability, SpeedProfile
from stockpool.plugins.registry import Registry
from stockpool_amazon.marketplaces import ENDPOINTS, marketplaces
from stockpool_amazon.network import AmazonNetwork
from stockpool_amazon.settings import AmazonSettings

MakeNetwork = Callable[..., AmazonNetwork]
QUEUE = {"queue_arn": "arn:aws:sqs:us-east-1:123456789012:q"}
TERMS = {"standard": {"transit_days": 5, "order_fee": 0, "unit_fee": 400}}


@pytest.mark.parametrize(
    ("own", "why"),
    [
        ({"region": "mars"}, "region"),
        ({"countries": []}, "countries"),
        ({"countries": ["usa"]}, "countries"),
        ({"countries": ["US", "US"]}, "name each country once"),
        ({"countries": ["UK"]}, "the United Kingdom is GB"),
        ({"countries": ["DE"]}, "DE belongs to the region eu; it needs a network of its own"),
        ({"countries": ["BR"]}, "no terms are known for BR; give pools.BR.speeds"),
        ({"countries": ["CL"]}, "Amazon has no marketplace in CL"),
        ({"pools": {"MX": {}}}, "pools.MX: countries does not name MX"),
        ({"pools": {"US": {"speeds": {}}}}, "speeds"),
        ({"pools": {"US": {"speeds": {"fast": TERMS["standard"]}}}}, "speeds"),
        ({"pools": {"US": {"currency": "DOLLAR"}}}, "not an ISO 4217 currency code"),
        ({"pools": {"US": {"colour": "red"}}}, "colour"),
        ({"endpoint": "sellingpartnerapi-na.amazon.com"}, "give an address like https://host"),
        ({"endpoint": "https://me:secret@host"}, "without a user"),
        ({"endpoint": "http://example.com"}, "secrets are sent by https only"),
        ({"lwa_endpoint": "http://api.amazon.com/auth/o2/token"}, "by https only"),
        ({"outbound_version": "2019-01-01"}, "outbound_version"),
        ({"outbound_versions": {"removal": "2020-07-01"}}, "removal"),
        ({"read_seconds": 0}, "read_seconds"),
        ({"read_seconds": 31}, "together are at most 35"),
        ({"colour": "red"}, "colour"),
        ({"notifications": {}}, "notifications.queue_arn"),
        ({"notifications": {"queue_arn": "arn:aws:sns:us-east-1:123456789012:q"}}, "queue_arn"),
        ({"notifications": {"queue_arn": "https://sqs.us-east-1.amazonaws.com/1/q"}}, "queue_arn"),
        ({"notifications": QUEUE | {"polling_minutes": 0}}, "polling_minutes"),
        ({"notifications": QUEUE | {"sqs_endpoint": "http://example.com"}}, "by https only"),
        ({"client_id": None}, "a secret is not put here"),
        ({"client_id": {}}, "a secret is not put here"),
        ({"client_id": {"env": "A", "file": "b"}}, "a secret is not put here"),
    ],
)
def test_wrong_settings_are_refused_with_the_reason(
    settings: dict[str, Any], own: dict[str, Any], why: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        AmazonSettings.model_validate(settings | own)
    assert why in str(refusal.value)


@pytest.mark.parametrize("setting", ["client_id", "client_secret", "refresh_token"])
class TestASecretThatIsNotThere:
    def test_in_the_environment(self, make_network: MakeNetwork, setting: str) -> None:
        with pytest.raises(ConfigurationError, match=f"amazon-na.{setting}: .* NO_SUCH is not set"):
            make_network(**{setting: {"env": "NO_SUCH"}})

    @pytest.mark.parametrize(
        ("content", "why"), [(None, "can't be read"), (b" \n", "is empty"), (b"\xff", "not UTF-8")]
    )
    def test_in_a_file(
        self,
        make_network: MakeNetwork,
        tmp_path: Path,
        setting: str,
        content: bytes | None,
        why: str,
    ) -> None:
        if content is not None:
            (tmp_path / "secret").write_bytes(content)
        with pytest.raises(ConfigurationError, match=f"networks.amazon-na.{setting}: .*{why}"):
            make_network(**{setting: {"file": "secret"}})


@pytest.mark.parametrize("region", ["na", "eu", "fe"])
def test_the_region_gives_the_endpoint(region: str, settings: dict[str, Any]) -> None:
    country = {"na": "US", "eu": "DE", "fe": "JP"}[region]
    made = AmazonSettings(**(settings | {"region": region, "countries": [country]}))
    assert made.address == f"https://sellingpartnerapi-{region}.amazon.com"


def test_another_endpoint_may_have_a_path(
    make_network: MakeNetwork, amazon: ScriptedAmazon
) -> None:
    amazon.judged = False
    amazon.refuses("GET", f"/amazon{ORDERS}/F-1")
    assert make_network(endpoint="http://127.0.0.1:9/amazon/").get_fulfillment("F-1") is None


def test_simulators_are_reached_without_https(settings: dict[str, Any]) -> None:
    for host in ("localhost:8970", "127.0.0.1:8970", "[::1]:8970", "amazon-sim:8970"):
        made = AmazonSettings(**(settings | {"endpoint": f"http://{host}"}))
        assert made.address == f"http://{host}"


def test_a_pool_for_each_country_in_the_order_given(make_network: MakeNetwork) -> None:
    us, ca = make_network(countries=["US", "CA"]).pools()
    assert (us.country, us.currency, us.destinations) == ("US", "USD", frozenset({"US"}))
    assert us.features == {"BLANK_BOX", "BLOCK_AMZL", "SIGNATURE_CONFIRMATION"}
    assert [speed.speed for speed in us.speeds] == ["standard", "expedited", "priority"]
    assert (ca.country, ca.currency) == ("CA", "CAD")
    assert "SIGNATURE_CONFIRMATION" not in ca.features


def test_what_is_known_of_a_pool_can_be_replaced(make_network: MakeNetwork) -> None:
    own = {"destinations": ["US", "CA"], "features": ["BLANK_BOX"], "speeds": TERMS}
    (us,) = make_network(countries=["US"], pools={"US": own}).pools()
    assert us.destinations == {"US", "CA"}
    assert us.features == {"BLANK_BOX"}
    assert list(us.speeds) == [SpeedProfile("standard", 5, 0, 400)]
    assert us.currency == "USD"


def test_a_country_without_a_marketplace_takes_part_in_anothers(
    make_network: MakeNetwork,
) -> None:
    own = {"marketplace_id": "A1PA6795UKMFR9", "currency": "CZK", "speeds": TERMS}
    (pool,) = make_network(region="eu", countries=["CZ"], pools={"CZ": own}).pools()
    assert (pool.currency, pool.destinations, pool.features) == ("CZK", {"CZ"}, frozenset())


def test_the_table_of_marketplaces_is_sound() -> None:
    ids = [marketplace.marketplace_id for marketplace in marketplaces().values()]
    assert len(set(ids)) == len(ids)
    assert {marketplace.region for marketplace in marketplaces().values()} == set(ENDPOINTS)
    for marketplace in marketplaces().values():
        assert marketplace.country in marketplace.destinations
        days = [speed.transit_days for speed in marketplace.speeds]
        fees = [speed.order_fee + speed.unit_fee for speed in marketplace.speeds]
        assert days == sorted(days, reverse=True)
        assert fees == sorted(fees)


def test_what_amazon_can_do_is_declared(network: AmazonNetwork) -> None:
    """Removal orders have no API, only files; what a carrier does is not in the list of changes."""
    assert network.capabilities == {
        NetworkCapability.INBOUND,
        NetworkCapability.RETURNS,
        NetworkCapability.REPORTS,
        NetworkCapability.FEES,
        NetworkCapability.REMOVALS_BY_FEED,
        NetworkCapability.PREVIEW,
        NetworkCapability.PARCELS_BY_ASKING,
        NetworkCapability.LOWER_QUANTITIES,
    }


class TestPlugin:
    def test_is_found_like_any_other(self) -> None:
        kind = Registry(["amazon"]).network_types["amazon"]
        assert kind.settings is AmazonSettings

    def test_makes_a_network_from_the_configuration(
        self, settings: dict[str, Any], tmp_path: Path
    ) -> None:
        context = PluginContext("amazon-na", SystemClock(), IdSource(1), tmp_path)
        network = Registry(["amazon"]).make_network("amazon-na", "amazon", settings, context)
        assert [pool.country for pool in network.pools()] == ["US", "CA"]
        network.close()

    def test_a_wrong_setting_is_named(self, settings: dict[str, Any], tmp_path: Path) -> None:
        context = PluginContext("amazon-na", SystemClock(), IdSource(1), tmp_path)
        with pytest.raises(
            ConfigurationError, match=r"networks.amazon-na.client_id: .*not put here"
        ):
            Registry(["amazon"]).make_network(
                "amazon-na", "amazon", settings | {"client_id": "s3cret"}, context
            )

    def test_without_requests_it_is_listed_and_making_it_names_the_extra(self) -> None:
        program = """
import sys
sys.modules["requests"] = None
from stockpool.errors import PluginLoadError
from stockpool.plugins.registry import Registry
kind = Registry(["amazon"]).network_types["amazon"]
try:
    kind.make(None, None)
except PluginLoadError as error:
    print(error)
"""
        run = [sys.executable, "-c", program]
        told = subprocess.run(run, capture_output=True, text=True, check=True).stdout
        assert told == (
            "plugin amazon: the package requests is missing; pip install 'stockpool[amazon]'\n"
        )
