"""Orders as anybody may hand them in: accepted or refused with reasons, and never more than that.

Whatever a text holds, quotes and SQL included, it is stored as it came, or refused.
"""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlalchemy import text

from fuzzed import JSON, ODD_WORDS
from sample_orders import SEATTLE
from stockpool.catalog.products import Product
from stockpool.engine import Engine
from stockpool.errors import StockpoolError
from stockpool.order_request import OrderRequest

TEXTS = st.sampled_from(ODD_WORDS) | st.text(max_size=12) | st.text("'\";-\\%_\0\n ", max_size=6)
LINES = st.fixed_dictionaries(
    {
        "line_id": TEXTS | st.just("1"),
        "channel_sku": TEXTS | st.just("mug"),
        "quantity": st.integers(-1, 3) | JSON,
    },
    optional={
        "unit_price": TEXTS | st.decimals() | st.just("9.50"),
        "tax": st.decimals(),
        "currency": TEXTS | st.just("USD"),
        "gift_message": TEXTS,
        "comment": TEXTS,
    },
)
ORDERS = st.fixed_dictionaries(
    {
        "channel": st.just("web") | TEXTS,
        "channel_order_id": TEXTS,
        "ship_to": st.just(SEATTLE.model_dump())
        | st.fixed_dictionaries(
            {"name": TEXTS, "line1": TEXTS, "country": st.just("US") | TEXTS},
            optional={
                "line2": TEXTS,
                "city": TEXTS,
                "region": TEXTS,
                "postal_code": TEXTS,
                "email": TEXTS,
            },
        ),
        "lines": st.lists(LINES, max_size=3),
    },
    optional={
        "hold": TEXTS,
        "ordered_at": TEXTS | st.datetimes(),
        "comment": TEXTS,
        "currency": TEXTS | st.just("USD"),
        "shipping_price": st.decimals() | TEXTS,
        "source": TEXTS,
        "priority": st.integers(),
    },
)


def tables(engine: Engine) -> set[str]:
    """Names of all tables."""
    with engine.database.read() as connection:
        postgres = connection.dialect.name == "postgresql"
        query = (
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            if postgres
            else "SELECT name FROM sqlite_master WHERE type = 'table'"
        )
        return set(connection.execute(text(query)).scalars())


@given(document=ORDERS)
def test_an_order_of_any_texts_is_taken_or_refused(
    engine: Engine, document: dict[str, Any]
) -> None:
    if not engine.catalog.listings("web"):
        engine.catalog.add(Product(sku="MUG"))
        engine.catalog.list_on("web", channel_sku="mug", sku="MUG")
    before = tables(engine)
    try:
        request = OrderRequest(**document)
    except ValidationError:
        return
    (receipt,) = engine.orders.submit_many([request])
    assert receipt.problems or receipt.order_id
    assert tables(engine) == before
    if receipt.order_id is not None and not receipt.problems:
        found = engine.orders.find(request.channel, request.channel_order_id)
        assert found is not None
        assert found.order_id == receipt.order_id


@given(sku=TEXTS, channel_sku=TEXTS, title=TEXTS)
def test_a_product_of_any_texts_is_kept_as_it_is_or_refused(
    engine: Engine, sku: str, channel_sku: str, title: str
) -> None:
    before = tables(engine)
    try:
        engine.catalog.add(Product(sku=sku, title=title))
        engine.catalog.list_on("web", channel_sku=channel_sku, sku=sku)
    except (StockpoolError, ValueError) as error:
        assert str(error)
    else:
        listed = {one.channel_sku: one for one in engine.catalog.listings("web")}
        assert listed[channel_sku].components[0].sku == sku
    assert tables(engine) == before
