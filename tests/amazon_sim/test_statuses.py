"""The table of transitions: every status and event is an arrow or a named refusal."""

from __future__ import annotations

import pytest

from stockpool.errors import InvariantViolation
from stockpool_amazon_sim.outbound.statuses import (
    FINAL,
    TRANSITIONS,
    OrderEvent,
    OrderStatus,
    next_status,
)


@pytest.mark.parametrize("status", list(OrderStatus))
@pytest.mark.parametrize("event", list(OrderEvent))
def test_every_cell_is_an_arrow_or_a_refusal(status: OrderStatus, event: OrderEvent) -> None:
    if (status, event) in TRANSITIONS:
        assert next_status(status, event) is TRANSITIONS[status, event]
    else:
        with pytest.raises(InvariantViolation):
            next_status(status, event)


def test_final_statuses_are_those_of_the_contract() -> None:
    assert {status.value for status in FINAL} == {
        "Complete",
        "CompletePartialled",
        "Cancelled",
        "Unfulfillable",
        "Invalid",
    }


def test_every_status_is_reached() -> None:
    reached = {OrderStatus.NEW, *TRANSITIONS.values()}
    assert reached == set(OrderStatus)
