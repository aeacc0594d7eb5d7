"""Chance by name."""

from __future__ import annotations

from stockpool_amazon_sim.draws import Draws


def test_the_same_purpose_draws_the_same() -> None:
    assert Draws(1).unit("F-1", "transit") == Draws(1).unit("F-1", "transit")


def test_seed_and_purpose_make_a_difference() -> None:
    numbers = {Draws(1).unit("F-1", 2), Draws(2).unit("F-1", 2), Draws(1).unit("F-12")}
    assert len(numbers) == 3


def test_choices_follow_their_weights() -> None:
    draws = Draws(1)
    chosen = [draws.choose([("a", 3), ("b", 1)], number) for number in range(4000)]
    assert 2800 < chosen.count("a") < 3200
    assert not any(draws.chance(0, number) for number in range(100))
    assert all(draws.chance(1, number) for number in range(100))


def test_shuffling_keeps_all() -> None:
    assert sorted(Draws(1).shuffled(range(9), "page")) == list(range(9))
