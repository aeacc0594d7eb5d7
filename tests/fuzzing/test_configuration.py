"""The configuration: it is read, or the setting that is wrong is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzzed import JSON, ODD_WORDS, damaged, with_members
from stockpool.config import Config, parse, read
from stockpool.errors import ConfigurationError
from stockpool_amazon.settings import AmazonSettings
from stockpool_amazon_sim import AmazonSimSettings
from stockpool_csv_channel.settings import CsvChannelSettings
from stockpool_shopify.settings import ShopifySettings

SAMPLE = b"""
plugins = ["csv_channel"]
[stockpool]
database = "sqlite:///x.db"
poll_seconds = 5.5
[routing.exchange_rates]
CAD = "0.73"
[[routing.cross_border]]
name = "to-canada"
pool = "amazon-na:US"
destinations = ["CA"]
extra_order_fee = 4.5
[channels.web]
type = "csv_channel"
refund_on = ["returned"]
[networks.amazon-na]
type = "amazon_sim"
since = 2026-01-05T12:00:00Z
"""
PIECES = st.sampled_from(
    [b"[", b"]", b"{", b"}", b'"', b"'''", b"= ", b"\n", b"1e9", b"nan", b"0x", b"1-1-1T", b"\xff"]
)


@given(
    content=st.binary(max_size=200)
    | damaged(SAMPLE)
    | st.lists(PIECES, max_size=20).map(b"".join)
    | st.builds(
        lambda place, put: SAMPLE[:place] + put + SAMPLE[place:], st.integers(0, 400), PIECES
    )
)
def test_any_file_is_read_or_refused_by_name(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "fuzzed.toml"
    file.write_bytes(content)
    try:
        assert isinstance(read(file), Config)
    except ConfigurationError as error:
        assert str(error).startswith(f"{file}: ")


NAMES = st.sampled_from(["web", "amazon-na", "", "A", "x" * 300]) | st.sampled_from(ODD_WORDS)


@given(
    document=with_members(
        stockpool=with_members(
            database=st.just("sqlite:///x.db"),
            poll_seconds=st.floats(),
            attempts_most=st.integers(),
            lease_seconds=st.floats(),
        ),
        routing=with_members(
            currency=st.sampled_from(ODD_WORDS),
            exchange_rates=st.dictionaries(NAMES, st.sampled_from(ODD_WORDS), max_size=2),
        ),
        channels=st.dictionaries(NAMES, with_members(type=NAMES), max_size=2),
        networks=st.dictionaries(NAMES, with_members(type=NAMES), max_size=2),
        plugins=st.lists(NAMES, max_size=2),
    )
)
def test_any_document_is_a_configuration_or_is_refused(document: dict[str, Any]) -> None:
    try:
        config = parse(document)
    except ConfigurationError as error:
        assert str(error).startswith("configuration: ")
    else:
        seconds = config.stockpool.model_dump(include={"poll_seconds", "lease_seconds"})
        assert all(0 < value < 1e9 for value in seconds.values())


@pytest.mark.parametrize(
    "kind", [AmazonSettings, AmazonSimSettings, CsvChannelSettings, ShopifySettings]
)
@given(data=st.data())
def test_settings_of_plugins_are_read_or_refused(kind: Any, data: st.DataObject) -> None:
    values = st.sampled_from(ODD_WORDS) | JSON
    members = dict.fromkeys(kind.model_fields, values)
    document = data.draw(st.fixed_dictionaries({}, optional=members))
    try:
        kind(**document)
    except ValueError as error:
        assert type(error).__name__ == "ValidationError"


@pytest.mark.parametrize(
    "content",
    [b"a = " + b"[" * 100_000, b"a = " + b"9" * 5_000, b"a." * 5_000 + b"a = 1"],
    ids=["nested", "long number", "long key"],
)
def test_what_the_reader_of_toml_can_not_stand_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "stockpool.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"stockpool\.toml: "):
        read(file)


def test_a_time_that_never_comes_is_no_setting() -> None:
    with pytest.raises(ConfigurationError, match=r"stockpool\.poll_seconds"):
        parse({"stockpool": {"poll_seconds": float("inf")}})
