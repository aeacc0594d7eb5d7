"""Reading what a client sent: parameters of the query, and bodies by their pydantic model.

Clients differ: booleans come in any case, lists come joined by commas or as repeated parameters,
and parameters that an operation does not have must not disturb it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from stockpool_amazon_sim.countries import country, known_countries
from stockpool_amazon_sim.sp_api.messages import Call, invalid_input

M = TypeVar("M", bound="Body")


class Body(BaseModel):
    """A body or a part of one: members in camelCase, unknown ones ignored."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_camel, validate_by_name=True
    )


def read_body(call: Call, model: type[M]) -> M:
    """The call's body.

    Raises:
        ApiError: 400 InvalidInput that names the first wrong member.
    """
    return read_part(call.body, model)


def read_part(document: Any, model: type[M]) -> M:
    """A JSON value as a model. Raises as `read_body`."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise invalid_input(f"{place}: {first['msg']}") from None


def text(call: Call, name: str) -> str | None:
    """A parameter of the query; None if it is absent or empty."""
    values = call.query.get(name)
    return values[0] or None if values else None


def required(call: Call, name: str) -> str:
    """A parameter of the query that the model requires."""
    value = text(call, name)
    if value is None:
        raise invalid_input(f"{name} is missing.")
    return value


def texts(call: Call, name: str, most: int | None = None) -> list[str]:
    """A list in the query, joined by commas or repeated."""
    values = [
        part for value in call.query.get(name, ()) for part in value.split(",") if part.strip()
    ]
    if most is not None and len(values) > most:
        raise invalid_input(f"{name} has at most {most} values.")
    return values


def texts_of(call: Call, name: str, known: Sequence[str]) -> list[str]:
    """A list in the query of which each value is one of those that are known."""
    values = texts(call, name)
    for value in values:
        if value not in known:
            raise invalid_input(f"{name}: {value} is not one of {', '.join(known)}.")
    return values


def flag(call: Call, name: str, *, default: bool = False) -> bool:
    """A boolean of the query, in any case."""
    value = text(call, name)
    if value is None:
        return default
    if value.lower() not in ("true", "false"):
        raise invalid_input(f"{name} must be true or false.")
    return value.lower() == "true"


def number(call: Call, name: str, *, default: int, least: int = 1, most: int) -> int:
    """A whole number of the query."""
    value = text(call, name)
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        raise invalid_input(f"{name} must be a whole number from {least} to {most}.")
    return int(value)


def moment(call: Call, name: str) -> datetime | None:
    """An ISO 8601 time of the query; without a zone it is UTC."""
    value = text(call, name)
    return None if value is None else parse_time(value, name)


def parse_time(value: str, name: str) -> datetime:
    """An ISO 8601 time, or a date, as an aware time."""
    try:
        at = datetime.fromisoformat(value.replace(" ", "+"))
    except ValueError:
        raise invalid_input(f"{name} is not an ISO 8601 time.") from None
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


def country_of(call: Call, marketplace_id: str | None, name: str = "marketplaceId") -> str:
    """The country of one of this account's marketplaces; without one, the account's first."""
    countries = call.simulator.settings.countries
    if marketplace_id is None:
        return countries[0]
    for code in known_countries():
        if country(code).marketplace_id == marketplace_id and code in countries:
            return code
    raise invalid_input(f"{name}: the seller does not sell in {marketplace_id}.")
