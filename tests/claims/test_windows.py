"""When a loss can be claimed: by the rule of its day and its country, or by the merchant's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from stockpool.claims.kinds import ClaimKind
from stockpool.claims.windows import window

LOST = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_window_opens_closes_and_is_over() -> None:
    found = window(ClaimKind.INBOUND_MISSING, "US", LOST)
    assert (found.opens_at, found.closes_at) == (
        LOST + timedelta(days=14),
        LOST + timedelta(days=60),
    )
    stages = [found.stage(LOST + timedelta(days=days)) for days in (0, 14, 59, 60)]
    assert stages == ["waiting", "open", "open", "over"]


def test_the_rule_of_the_day_of_the_loss_holds() -> None:
    early = datetime(2020, 3, 1, tzinfo=UTC)
    found = window(ClaimKind.INBOUND_MISSING, "US", early)
    assert found.closes_at == early + timedelta(days=270)


def test_a_country_without_a_rule_takes_another_one_s_and_says_so() -> None:
    assert window(ClaimKind.INBOUND_MISSING, "IN", LOST).confirmed
    assert not window(ClaimKind.INBOUND_MISSING, "MX", LOST).confirmed
    assert window(ClaimKind.INBOUND_MISSING, "MX", LOST).closes_at == LOST + timedelta(days=60)


@pytest.mark.parametrize("kind", ClaimKind)
def test_every_kind_has_a_rule_and_the_merchant_may_know_better(kind: ClaimKind) -> None:
    found = window(kind, "US", LOST, closes_after_days={kind.value: 3})
    assert (found.closes_at, found.confirmed) == (LOST + timedelta(days=3), True)
    assert found.opens_at <= found.closes_at
