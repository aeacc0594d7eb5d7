"""What a driver may be able to do beyond the necessary, and how a test asks for it."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

import pytest


class WorldAbility(StrEnum):
    """An optional part of a driver. Tests that need one that is not declared are skipped."""

    REOPEN = "open the same account with a second instance"
    THROTTLE = "have a call refused for the rate limit"
    FAIL_BEFORE_EFFECT = "have a call fail before it takes effect"
    FAIL_AFTER_EFFECT = "have a call's answer lost after it took effect"
    SHARE_STOCK = "put two SKUs of a network on one stock"
    ASK_TO_CANCEL = "have a buyer ask the shop to cancel"
    ASK_FOR_RETURN = "have a buyer ask the shop for a return"
    REFUND_BY_HAND = "refund by hand in the shop"
    SPOIL_AN_ORDER = "place an order that the channel can't read"


class World(Protocol):
    """Any driver."""

    abilities: frozenset[WorldAbility]


def needs(world: World, *abilities: WorldAbility) -> None:
    """Skip the test if the world can't do what it needs."""
    for ability in abilities:
        if ability not in world.abilities:
            pytest.skip(f"the world cannot {ability} (WorldAbility.{ability.name})")
