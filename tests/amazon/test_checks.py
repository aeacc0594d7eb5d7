"""`stockpool channels check`: are the credentials good, does the account sell where we think."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from amazon_documents import CA, US, participation
from scripted_amazon import LOGIN, PARTICIPATIONS, ScriptedAmazon
from stockpool.problems import Problem
from stockpool_amazon.network import AmazonNetwork

MakeNetwork = Callable[..., AmazonNetwork]


def test_all_is_well(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    amazon.answers("GET", PARTICIPATIONS, {"payload": [participation(US), participation(CA)]})
    assert network.check() == []


def test_each_country_must_take_part(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    idle = participation(CA, takes_part=False)
    amazon.answers("GET", PARTICIPATIONS, {"payload": [idle]})
    problems = network.check()
    assert [problem.message for problem in problems] == [
        f"the account does not sell in US ({US})",
        f"the account does not sell in CA ({CA})",
    ]
    assert {problem.code for problem in problems} == {"not_participating"}
    assert {problem.field for problem in problems} == {"networks.amazon-na.countries"}


def test_suspended_listings_are_told(network: AmazonNetwork, amazon: ScriptedAmazon) -> None:
    found = [participation(US, suspended=True), participation(CA)]
    amazon.answers("GET", PARTICIPATIONS, {"payload": found})
    (problem,) = network.check()
    assert (problem.code, problem.fix) == (
        "listings_suspended",
        "see Account Health in Seller Central",
    )


def test_countries_of_one_marketplace_are_one_question(
    make_network: MakeNetwork, amazon: ScriptedAmazon
) -> None:
    amazon.answers("GET", PARTICIPATIONS, {"payload": []})
    network = make_network(pools={"CA": {"marketplace_id": US}})
    (problem,) = network.check()
    assert problem.message == f"the account does not sell in US, CA ({US})"


def test_wrong_credentials_are_a_problem_that_says_what_to_mend(
    network: AmazonNetwork, amazon: ScriptedAmazon
) -> None:
    amazon.answers("POST", LOGIN, {"error": "invalid_grant"}, status=400)
    (problem,) = network.check()
    assert problem.code == "credentials_refused"
    assert "networks.amazon-na.refresh_token" in problem.message


@pytest.mark.parametrize(
    ("status", "document"), [(500, {}), (429, {}), (200, {}), (200, {"payload": [{}]})]
)
def test_an_amazon_that_does_not_answer_well_is_a_problem(
    network: AmazonNetwork, amazon: ScriptedAmazon, status: int, document: dict[str, object]
) -> None:
    amazon.judged = False
    amazon.answers("GET", PARTICIPATIONS, document, status=status)
    (problem,) = network.check()
    assert isinstance(problem, Problem)
    assert problem.code == "not_reachable"
    assert "getMarketplaceParticipations" in problem.message
