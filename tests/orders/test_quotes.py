"""What the networks would charge and promise for an order that is only previewed."""

from __future__ import annotations

import pytest

from sample_orders import an_order
from shop import US, Shop
from stockpool.errors import RejectedError, TransientError
from stockpool.money import Money
from stockpool.orders.quotes import Quote
from stockpool.plugins.network import NetworkCapability


def quotes(shop: Shop, *lines: tuple[str, int], **members: object) -> list[Quote]:
    (preview,) = shop.engine.orders.preview([an_order(1, *lines, **members)])
    return list(shop.engine.quotes(preview))


def test_a_network_is_asked_for_what_routing_would_send_it(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    (quote,) = quotes(shop, ("mug-new", 2), speed="expedited")
    assert quote.pool == US
    assert quote.option is not None
    assert (quote.option.speed, quote.option.fulfillable) == ("expedited", True)
    assert all(isinstance(fee, Money) for fee in quote.option.fees.values())
    assert quote.as_dict()["fees"]
    assert shop.engine.orders.count_by_status() == {}
    assert shop.level("MUG-1").fulfillable == 10


def test_the_seller_sku_is_named_and_not_the_pool_it_shares(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    (preview,) = shop.engine.orders.preview([an_order(1, ("both-mugs", 1))])
    ((_, request),) = preview.fulfillments
    assert sorted(item.sku for item in request.items) == ["MUG-1", "MUG-1-NEW"]


def test_what_is_not_accepted_or_not_there_is_not_asked_for(shop: Shop) -> None:
    assert quotes(shop, ("unheard-of", 1)) == []
    assert quotes(shop, ("mug", 1)) == []


@pytest.mark.parametrize(
    "error", [TransientError("down"), RejectedError("InvalidInput", "no such address")]
)
def test_a_network_that_can_t_answer_says_why(shop: Shop, error: Exception) -> None:
    shop.receive("MUG-1", 10)
    shop.network.faults.fail("preview", error)
    (quote,) = quotes(shop, ("mug", 1))
    assert quote.option is None
    assert str(error) in str(quote.failure)


def test_a_network_without_previews_says_so(shop: Shop) -> None:
    shop.receive("MUG-1", 10)
    shop.network.capabilities = frozenset({NetworkCapability.REMOVALS})
    (quote,) = quotes(shop, ("mug", 1))
    assert quote.as_dict() == {"pool": US, "failure": "the network has no previews"}
