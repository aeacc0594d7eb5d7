"""Which pools may ship at all, and what each of the others is told."""

from __future__ import annotations

from typing import Any

from stockpool.routing.candidates import Candidate, CandidateCache, PoolTerms, candidates
from stockpool.routing.values import Rejection, SpeedOffer


def test_a_pool_that_serves_the_destination_is_taken_on_its_own_terms(
    pool: Any, rules: Any
) -> None:
    served = candidates(
        rules(pool("sim:US", order_fee=500, unit_fee=100, days=3)), "US", "standard", ()
    )
    assert served.pools == (PoolTerms("sim:US", (Candidate("sim:US", 500, 100, 3),)),)
    assert served.rejections == ()


def test_a_destination_that_is_not_served(pool: Any, rules: Any) -> None:
    served = candidates(rules(pool("sim:US")), "JP", "standard", ())
    assert served.pools == ()
    assert served.rejections == (
        Rejection(
            ("sim:US",),
            "destination_not_served",
            "sim:US does not ship to JP, and no cross-border rule allows it",
        ),
    )


def test_a_speed_that_is_not_offered(pool: Any, rules: Any) -> None:
    served = candidates(rules(pool("sim:US")), "US", "priority", ())
    assert served.rejections == (
        Rejection(("sim:US",), "speed_not_offered", "sim:US does not offer priority shipping"),
    )


def test_a_speed_that_no_cross_border_rule_allows(pool: Any, rules: Any, crossing: Any) -> None:
    offers = {"priority": SpeedOffer(1, 900, 100)}
    served = candidates(
        rules(pool("sim:US", speeds=offers), cross_border=[crossing("to-ca", "sim:US", to=["CA"])]),
        "CA",
        "priority",
        (),
    )
    assert served.rejections == (
        Rejection(
            ("sim:US",),
            "speed_not_offered",
            "sim:US ships to CA only under to-ca, not at priority speed",
        ),
    )


def test_features_that_are_not_granted(pool: Any, rules: Any) -> None:
    served = candidates(
        rules(pool("sim:US", features=["BLANK_BOX"])),
        "US",
        "standard",
        ("SIGNATURE_CONFIRMATION", "BLANK_BOX", "BLOCK_AMZL"),
    )
    assert served.rejections == (
        Rejection(
            ("sim:US",),
            "feature_not_granted",
            "sim:US does not grant BLOCK_AMZL, SIGNATURE_CONFIRMATION",
        ),
    )


def test_a_cross_border_rule_adds_its_extras(pool: Any, rules: Any, crossing: Any) -> None:
    rule = crossing(
        "to-ca", "sim:US", to=["CA"], extra_order_fee=300, extra_unit_fee=50, extra_days=4
    )
    served = candidates(
        rules(pool("sim:US", order_fee=500, unit_fee=100, days=3), cross_border=[rule]),
        "CA",
        "standard",
        (),
    )
    assert served.pools == (PoolTerms("sim:US", (Candidate("sim:US", 800, 150, 7, "to-ca"),)),)


def test_a_pool_that_serves_the_destination_crosses_no_border(
    pool: Any, rules: Any, crossing: Any
) -> None:
    rule = crossing("free", "sim:US", to=["US"], extra_order_fee=-100)
    served = candidates(rules(pool("sim:US"), cross_border=[rule]), "US", "standard", ())
    assert [terms.terms[0].cross_border for terms in served.pools] == [None]


def test_of_several_rules_those_that_can_never_be_best_are_dropped(
    pool: Any, rules: Any, crossing: Any
) -> None:
    def rule(name: str, order: int, unit: int, days: int) -> Any:
        extras = {"extra_order_fee": order, "extra_unit_fee": unit, "extra_days": days}
        return crossing(name, "sim:US", to=["CA"], **extras)

    served = candidates(
        rules(
            pool("sim:US"),
            cross_border=[
                rule("slower", 100, 0, 5),
                rule("twin", 100, 0, 4),
                rule("basic", 100, 0, 4),
                rule("dearer", 200, 0, 4),
                rule("express", 300, 0, 1),
                rule("by-unit", 0, 100, 4),
            ],
        ),
        "CA",
        "standard",
        (),
    )
    (terms,) = served.pools
    assert [term.cross_border for term in terms.terms] == ["basic", "by-unit", "express"]


def test_the_order_of_pools_in_the_rules_does_not_matter(pool: Any, rules: Any) -> None:
    pools = [pool("sim:US"), pool("sim:CA", to=["CA"]), pool("sim:MX"), pool("sim:DE", to=["DE"])]
    one = candidates(rules(*pools), "US", "standard", ())
    other = candidates(rules(*reversed(pools)), "US", "standard", ())
    assert one == other
    assert [terms.pool for terms in one.pools] == ["sim:MX", "sim:US"]
    assert [rejection.pools for rejection in one.rejections] == [("sim:CA",), ("sim:DE",)]


def test_the_cache_answers_for_the_rules_that_are_asked_about(pool: Any, rules: Any) -> None:
    cache = CandidateCache()
    for number in range(50):
        here = rules(pool("sim:US", order_fee=number))
        for _ in range(2):
            answer = cache.get(here, "US", "standard", ())
            assert answer == candidates(here, "US", "standard", ())


def test_the_cache_stays_bounded(pool: Any, rules: Any) -> None:
    cache = CandidateCache()
    here = rules(pool("sim:US"))
    for number in range(5_000):
        cache.get(here, str(number), "standard", ())
    assert sum(len(answers) for _, answers in cache._answers.values()) <= 4_096
