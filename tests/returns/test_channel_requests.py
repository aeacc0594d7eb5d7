"""Returns that a channel asks for: taken in once, asked of the network, and answered."""

from __future__ import annotations

import pytest

from returned_goods import later, returns_of, shipped, told
from returning_network import ReturningNetwork
from shop import Shop, dying_at
from stockpool.plugins.channel import ChannelCapability, LineQuantity
from stockpool.plugins.channel_returns import ChannelReturn
from stockpool.plugins.network_returns import ReturnItemDisposition
from stockpool.returns.channel_requests import reason_code


def wants_back(
    shop: Shop,
    *lines: tuple[str, int],
    return_id: str = "RET-1",
    number: int = 1001,
    **members: str,
) -> None:
    """The channel tells of a return, and everybody works."""
    shop.channel.add_page(
        returns=[
            ChannelReturn(
                return_id,
                "1001",
                [LineQuantity(line_id, "", quantity) for line_id, quantity in lines],
                **{"reason": "UNWANTED", **members},
            )
        ]
    )
    shop.settle()


def test_what_a_channel_asks_for_is_asked_of_the_network_and_answered(
    shop: Shop, network: ReturningNetwork
) -> None:
    order_id = shipped(shop, ("mug", 3))
    wants_back(shop, ("1", 2), comment="too small")
    (view,) = returns_of(shop, order_id)
    assert (view.origin, view.asked_by, view.state) == ("channel", "RET-1", "open")
    assert (view.reason_code, view.comment) == ("UNWANTED", "too small")
    assert told(shop) == [("RET-1", "authorised", {"1": 2})]
    (update,) = shop.channel.returns
    assert sorted(update.label_pages) == sorted(str(unit.rma_page_url) for unit in view.units)
    assert tuple(update.return_to) == view.units[0].return_to
    assert update.engine_return_id == view.return_id


def test_each_unit_that_came_is_told_with_what_it_was_found_to_be(
    shop: Shop, network: ReturningNetwork
) -> None:
    order_id = shipped(shop, ("mug", 3))
    wants_back(shop, ("1", 2))
    first, second = (unit.return_item_id for unit in returns_of(shop, order_id)[0].units)
    network.grade(first)
    later(shop)
    network.grade(second, ReturnItemDisposition.CUSTOMER_DAMAGED)
    later(shop)
    later(shop)
    assert told(shop)[1:] == [("RET-1", "received", {"1": 1}), ("RET-1", "received", {"1": 1})]
    assert [dict(one.conditions) for one in shop.channel.returns[1:]] == [
        {"Sellable": 1},
        {"CustomerDamaged": 1},
    ]
    assert [str(one.amount) for one in shop.channel.refunds] == ["9.50 USD", "9.50 USD"]


def test_a_kit_is_told_once_with_the_first_of_its_parts(
    shop: Shop, network: ReturningNetwork
) -> None:
    order_id = shipped(shop, ("gift-set", 1))
    wants_back(shop, ("1", 1))
    assert told(shop) == [("RET-1", "authorised", {"1": 1})]
    for unit in returns_of(shop, order_id)[0].units:
        network.grade(unit.return_item_id)
        later(shop)
    assert [lines for _, outcome, lines in told(shop) if outcome == "received"] == [
        {"1": 1},
        {},
        {},
    ]


def test_without_lines_everything_that_was_shipped_comes_back(shop: Shop) -> None:
    order_id = shipped(shop, ("mug", 2), ("gift-set", 1))
    wants_back(shop)
    assert told(shop) == [("RET-1", "authorised", {"1": 2, "2": 1})]
    assert len(returns_of(shop, order_id)[0].units) == 5


def test_the_same_return_told_again_is_one(shop: Shop, network: ReturningNetwork) -> None:
    order_id = shipped(shop, ("mug", 3))
    wants_back(shop, ("1", 1))
    wants_back(shop, ("1", 1))
    assert len(returns_of(shop, order_id)) == 1
    assert network.count("create_return") == 1
    assert len(told(shop)) == 1


def test_a_death_while_it_is_taken_in_loses_nothing(shop: Shop) -> None:
    order_id = shipped(shop, ("mug", 3))
    shop.settle()
    shop.channel.add_page(returns=[ChannelReturn("RET-1", "1001", reason="UNWANTED")])
    with dying_at("care.before_commit"):
        shop.engine.duties.poll_channel("web")
    shop.settle()
    assert len(returns_of(shop, order_id)) == 1


def test_what_can_not_come_back_is_refused_to_the_channel_and_shown(shop: Shop) -> None:
    order_id = shipped(shop, ("mug", 1))
    wants_back(shop, ("1", 2))
    assert returns_of(shop, order_id) == []
    assert told(shop) == [("RET-1", "refused", {"1": 2})]
    assert "1 were shipped" in shop.channel.returns[0].reason
    assert [(item.code, item.subject) for item in shop.attention()] == [
        ("return_not_possible", order_id)
    ]


def test_units_that_the_network_refuses_are_refused_to_the_channel(
    shop: Shop, network: ReturningNetwork
) -> None:
    shipped(shop, ("mug", 2))
    network.refuses = 1
    wants_back(shop, ("1", 2))
    assert sorted(told(shop), key=str) == [
        ("RET-1", "authorised", {"1": 1}),
        ("RET-1", "refused", {"1": 1}),
    ]


def test_a_return_of_an_order_that_is_not_here_waits_until_it_is(shop: Shop) -> None:
    wants_back(shop, ("1", 1))
    assert [item.code for item in shop.attention()] == ["unknown_order"]
    order_id = shipped(shop, ("mug", 1))
    shop.settle()
    assert len(returns_of(shop, order_id)) == 1
    assert shop.attention() == []


def test_a_channel_that_takes_no_news_of_returns_is_not_told(shop: Shop) -> None:
    shop.channel.capabilities -= {ChannelCapability.RETURNS}
    deaf = shop.reopened(channels={"web": {"type": "instance"}})
    order_id = shipped(deaf, ("mug", 1))
    wants_back(deaf, ("1", 1))
    assert returns_of(deaf, order_id)[0].state == "open"
    assert deaf.channel.returns == []


@pytest.mark.parametrize(
    ("word", "code"),
    [("DEFECTIVE", "CR-DEFECTIVE"), ("SIZE_TOO_SMALL", "CR-OTHER")],
)
def test_a_channels_word_is_translated(shop: Shop, word: str, code: str) -> None:
    reasons = {"DEFECTIVE": "CR-DEFECTIVE", "*": "CR-OTHER"}
    told_in = shop.reopened(channels={"web": {"type": "instance", "return_reasons": reasons}})
    order_id = shipped(told_in, ("mug", 1))
    wants_back(told_in, ("1", 1), reason=word)
    assert returns_of(told_in, order_id)[0].reason_code == code


def test_a_word_of_which_nothing_is_said_is_a_code() -> None:
    assert reason_code("CR-DEFECTIVE", {}) == "CR-DEFECTIVE"
    assert reason_code("anything", {"*": "CR-OTHER"}) == "CR-OTHER"
