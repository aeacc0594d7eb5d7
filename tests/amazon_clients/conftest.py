"""Clients of both kinds at a simulated Amazon, which lives as long as a module's tests."""

from __future__ import annotations

import json
import logging
import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from sp_api_caller import Answer, check_answer, operation_of
from stockpool.clock import ManualClock
from stockpool_amazon_sim import AmazonSimSettings, Simulator
from stockpool_amazon_sim.sp_api.application import Application
from stockpool_amazon_sim.sp_api.messages import Request, Response
from stockpool_amazon_sim.sp_api.server import SpApiServer

# The SDK sets up logging for the whole process when it is imported.
_handlers, _level = list(logging.root.handlers), logging.root.level
with warnings.catch_warnings():
    # Python warns of its regular expressions when it compiles them, where pip has not.
    warnings.simplefilter("ignore")
    from amazon_clients import close_library, close_sdk, make_library, make_sdk

logging.root.handlers[:] = _handlers
logging.root.setLevel(_level)

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def server() -> Iterator[SpApiServer]:
    """An account with mugs in three countries, and caps in the United States."""
    settings = AmazonSimSettings(
        countries=("US", "CA", "MX"),
        stock={"US": {"MUG": 1_000, "CAP": 1_000}, "CA": {"MUG": 10}, "MX": {"MUG": 10}},
    )
    simulator = Simulator(settings, ManualClock(START))
    wrong: list[str] = []
    with pytest.MonkeyPatch.context() as patch, SpApiServer(simulator) as running:
        patch.setattr(Application, "__call__", _judged(Application.__call__, wrong))
        yield running
    simulator.close()
    assert not wrong, "answers that break Amazon's models:\n" + "\n".join(wrong)


def _judged(
    answer: Callable[[Application, Request], Response], wrong: list[str]
) -> Callable[[Application, Request], Response]:
    """Answers as before, and notes what Amazon's models do not allow."""

    def judged(application: Application, request: Request) -> Response:
        response = answer(application, request)
        operation = operation_of(request.method, request.path)
        # Broken answers, which are no JSON, are made on purpose.
        if operation is not None and not response.cut and response.status < 500:
            try:
                document = json.loads(response.body) if response.body else None
                check_answer(operation, Answer(response, document))
            except AssertionError as fault:
                wrong.append(f"{request.method} {request.path}: {fault}")
        return response

    return judged


@pytest.fixture(scope="module")
def simulator(server: SpApiServer) -> Simulator:
    return server.simulator


@pytest.fixture(scope="module")
def sdk(server: SpApiServer) -> Iterator[Callable[[Any], Any]]:
    """Makes one of the API classes of Amazon's SDK."""
    client = make_sdk(server.url, refresh_token="Atzr|x")
    yield lambda kind: kind(client)
    close_sdk(client)


@pytest.fixture(scope="module")
def library(server: SpApiServer) -> Iterator[Callable[..., Any]]:
    """Makes one of python-amazon-sp-api's clients."""
    made: list[Any] = []

    def make(kind: Any, **arguments: Any) -> Any:
        made.append(make_library(server.url, kind, **arguments))
        return made[-1]

    yield make
    for client in made:
        close_library(client)
