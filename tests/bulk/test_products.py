"""Files of products: what each row means to the catalog, and applied as planned."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from stockpool import crashpoints
from stockpool.bulk.storage import PlanView
from stockpool.catalog.products import Product
from stockpool.engine import Engine

Write = Callable[[str], Path]


def codes(engine: Engine, view: PlanView) -> list[tuple[int, str]]:
    return [
        (item.line, problem.code)
        for item in engine.bulk.items(view.plan_id, troubled=True)
        for problem in item.problems
    ]


def test_rows_add_retitle_and_leave_alone(engine: Engine, a_file: Write) -> None:
    engine.catalog.add(Product("MUG", "Mug"), Product("CUP", "Cup"))
    text = "SKU|Title|Shares Pool With\nMUG|Blue mug|\nCUP|Cup|\nTEA|Tea|\nTEA-OLD|Tea|TEA\n"
    view = engine.bulk.plan("products", a_file(text))
    assert view.planned == {"add": 2, "change": 1, "unchanged": 1}
    assert engine.bulk.apply(view.plan_id).outcomes == {"applied": 3, "unchanged": 1}
    assert engine.catalog.products() == [
        Product("CUP", "Cup"),
        Product("MUG", "Blue mug"),
        Product("TEA", "Tea"),
        Product("TEA-OLD", "Tea", "TEA"),
    ]


def test_a_file_without_titles_keeps_those_that_are_there(engine: Engine, a_file: Write) -> None:
    engine.catalog.add(Product("MUG", "Mug"))
    assert engine.bulk.plan("products", a_file("sku\nMUG\n")).planned == {"unchanged": 1}


def test_rows_that_make_no_sense_are_refused(engine: Engine, a_file: Write) -> None:
    engine.catalog.add(Product("MUG"), Product("CUP"))
    text = "sku|shares-pool-with\nA|NONE\nMUG|CUP\nB|\nB|\n|\n" + "X" * 51 + "|\n"
    view = engine.bulk.plan("products", a_file(text))
    assert codes(engine, view) == [
        (2, "unknown_sku"),
        (3, "other_pool"),
        (5, "repeated_sku"),
        (7, "text_too_long"),
    ]


def test_a_product_that_was_changed_meanwhile_is_refused_and_the_others_go_on(
    engine: Engine, a_file: Write
) -> None:
    engine.catalog.add(Product("MUG", "Mug"))
    view = engine.bulk.plan("products", a_file("sku|title\nMUG|Blue mug\nTEA|Tea\n"))
    engine.catalog.add(Product("MUG", "Red mug"))
    after = engine.bulk.apply(view.plan_id)
    assert codes(engine, after) == [(2, "changed_since_plan")]
    assert engine.catalog.products() == [Product("MUG", "Red mug"), Product("TEA", "Tea")]


def test_a_partner_that_is_missing_stops_only_its_own_row(engine: Engine, a_file: Write) -> None:
    text = "sku|title|shares-pool-with\nTEA|Tea|\nTEA-OLD|Tea|TEA\nPOT|Pot|\n"
    view = engine.bulk.plan("products", a_file(text))
    engine.catalog.add(Product("TEA", "Coffee"))
    after = engine.bulk.apply(view.plan_id)
    assert codes(engine, after) == [(2, "changed_since_plan")]
    assert {product.sku for product in engine.catalog.products()} == {"TEA", "TEA-OLD", "POT"}


def test_a_crash_after_adding_is_no_change_of_the_world(engine: Engine, a_file: Write) -> None:
    class Died(BaseException):
        pass

    def die(name: str) -> None:
        if name == "bulk.after_batch":
            crashpoints.listen(None)
            raise Died

    view = engine.bulk.plan("products", a_file("sku|title\nMUG|Mug\nTEA|Tea\n"))
    crashpoints.listen(die)
    try:
        engine.bulk.apply(view.plan_id)
    except Died:
        after = engine.bulk.apply(view.plan_id)
        assert after.outcomes == {"applied": 2}
    else:
        raise AssertionError("nothing died")
