"""Settings that make no sense are refused by name."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from stockpool_csv_channel.settings import CsvChannelSettings


def test_only_the_folder_is_needed():
    settings = CsvChannelSettings(folder="web")
    assert settings.layout == "auto"
    assert settings.guard_formulas is True


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"foldr": "x"}, "Extra inputs"),
        ({"limits": {"row": 1}}, "Extra inputs"),
        ({"timezone": "Europe/Atlantis"}, "time zone"),
        ({"timezone": "../etc/passwd"}, "time zone"),
        ({"defaults": {"currency": "XXY"}}, "currency"),
        ({"defaults": {"country": "usa"}}, "capital letters"),
        ({"layout": "mapping"}, "columns.channel_order_id"),
        ({"columns": {"channel_sku": "Item"}}, "mapping"),
        ({"layout": "mapping", "columns": {"colour": "Colour"}}, "columns.colour"),
        ({"delimiter": "|"}, "delimiter"),
        ({"encoding": "ebcdic"}, "encoding"),
        ({"speeds": {"Overnight": "teleport"}}, "speeds"),
        ({"settle_seconds": -1}, "settle_seconds"),
        ({"marker": "done"}, "marker"),
        ({"marker": "/../x"}, "marker"),
    ],
)
def test_a_wrong_setting_is_named(changes, words):
    with pytest.raises(ValidationError, match=words):
        CsvChannelSettings(**{"folder": "web"} | changes)
