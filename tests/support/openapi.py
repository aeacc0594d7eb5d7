"""Amazon's OpenAPI models (Swagger 2.0) as a judge of requests and answers.

    operation = Model.load("fulfillmentOutbound_2020-07-01").operation("GET", path)
    operation.check_request({"queryStartDate": "2026-01-05T12:00:00Z"}, None)
    operation.check_response(200, {"payload": {...}})

The models are not part of this repository: they are looked for in `../shared/sp-api/models`, or
in the folder that `SP_API_MODELS` names (Amazon publishes them as
github.com/amzn/selling-partner-api-models). Without them `Model.load` skips the test.

The judge is stricter than Amazon: a member or a parameter that the model doesn't name is an error,
because it is a slip of ours. A schema that uses a keyword which isn't checked here is refused, so
that nothing passes unread.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

FOLDER = Path(
    os.environ.get("SP_API_MODELS")
    or Path(__file__).resolve().parents[3] / "shared" / "sp-api" / "models"
)

Json = Any
Schema = Mapping[str, Any]

_SILENT = {"description", "example", "x-docgen-enum-table-extension", "default", "title"}
"""Keywords that say nothing about what is valid."""

_CHECKED = {
    "$ref",
    "type",
    "format",
    "enum",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "items",
    "required",
    "properties",
    "additionalProperties",
}

_TYPES: Mapping[str, Callable[[Json], bool]] = {
    "object": lambda value: isinstance(value, Mapping),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
}


@dataclass(frozen=True)
class Operation:
    """One operation of a model, with the values that its path had."""

    model: Model
    name: str
    specification: Mapping[str, Any]
    path_values: Mapping[str, str]

    def check_request(
        self, query: Mapping[str, str | Sequence[str]] | None = None, body: Json = None
    ) -> None:
        """Compare a request with the model.

        Args:
            query: as sent, each value a string or a list of them.
            body: the parsed JSON; None if none was sent.

        Raises:
            AssertionError: names every member that is wrong, and why.
        """
        faults = list(self._parameter_faults("path", self.path_values))
        faults += self._parameter_faults("query", query or {})
        wanted = [p for p in self.specification.get("parameters", ()) if p["in"] == "body"]
        if wanted and body is None:
            faults.append("body: is missing")
        elif wanted:
            faults += self.model.faults(wanted[0]["schema"], body, "body")
        elif body not in (None, {}):
            faults.append(f"body: {self.name} takes none")
        self._fail_for(faults, "request")

    def check_response(self, status: int, body: Json = None) -> None:
        """Compare an answer with the model; `body` is None if it was empty.

        Raises:
            AssertionError: names every member that is wrong, and why.
        """
        answer = self.specification["responses"].get(str(status))
        if answer is None:
            known = ", ".join(self.specification["responses"])
            raise AssertionError(f"{self.name} has no answer {status}; the model knows {known}")
        schema = answer.get("schema")
        if schema is None:
            faults = [] if body is None else ["body: the model has none"]
        else:
            faults = list(self.model.faults(schema, body, "body"))
        self._fail_for(faults, f"answer {status}")

    def _parameter_faults(
        self, place: str, values: Mapping[str, str | Sequence[str]]
    ) -> Iterator[str]:
        known = {p["name"]: p for p in self.specification.get("parameters", ()) if p["in"] == place}
        for name in values.keys() - known.keys():
            yield f"{place}.{name}: {self.name} has no such parameter"
        for name, parameter in known.items():
            if name in values:
                schema = {k: v for k, v in parameter.items() if k in _CHECKED and k != "required"}
                value = _as_typed(schema, values[name])
                yield from self.model.faults(schema, value, f"{place}.{name}")
            elif parameter.get("required"):
                yield f"{place}.{name}: is required"

    def _fail_for(self, faults: Sequence[str], what: str) -> None:
        if faults:
            raise AssertionError("\n".join([f"{self.name}: the {what} breaks the model", *faults]))


@dataclass(frozen=True)
class Model:
    """One of Amazon's models, known by its file's name without `.json`."""

    name: str
    document: Mapping[str, Any] = field(repr=False)

    @staticmethod
    def load(name: str) -> Model:
        """The model of that name; skips the test that asks if the models are not there."""
        if not FOLDER.is_dir():
            pytest.skip(f"Amazon's models are not in {FOLDER}; SP_API_MODELS names their folder")
        return _read(FOLDER / f"{name}.json")

    def operation(self, method: str, path: str) -> Operation:
        """The operation that a method and a path (without the query) call.

        Raises:
            AssertionError: if the model has none.
        """
        # A path without parameters goes before one that has them.
        for template in sorted(self.document["paths"], key=lambda each: each.count("{")):
            found = _path_pattern(template).fullmatch(path)
            specification = self.document["paths"][template].get(method.lower())
            if found and specification:
                values = {name: unquote(value) for name, value in found.groupdict().items()}
                return Operation(self, specification["operationId"], specification, values)
        raise AssertionError(f"{self.name} has no {method.upper()} {path}")

    def faults(self, schema: Schema, value: Json, path: str) -> Iterator[str]:
        """What is wrong with a value, each as `body.items[0].quantity: ...`."""
        if "$ref" in schema:
            # Whatever stands beside a reference is to be ignored (Swagger 2.0).
            _, _, target = schema["$ref"].rpartition("#/definitions/")
            yield from self.faults(self.document["definitions"][target], value, path)
            return
        if "allOf" in schema:
            schema = self._merged(schema)
        unread = schema.keys() - _CHECKED - _SILENT
        assert not unread, f"{path}: openapi.py does not check {', '.join(sorted(unread))}"
        kind = schema.get("type", "object" if "properties" in schema else None)
        if kind is not None and not _TYPES[kind](value):
            yield f"{path}: {value!r} is no {kind}"
            return
        if "enum" in schema and value not in schema["enum"]:
            yield f"{path}: {value!r} is none of {', '.join(map(str, schema['enum']))}"
        if isinstance(value, str):
            yield from _string_faults(schema, value, path)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield from _number_faults(schema, value, path)
        elif isinstance(value, list):
            yield from _bound_faults(schema, len(value), "Items", path)
            for place, item in enumerate(value):
                yield from self.faults(schema.get("items", {}), item, f"{path}[{place}]")
        elif isinstance(value, Mapping):
            yield from self._object_faults(schema, value, path)

    def _merged(self, schema: Schema) -> Schema:
        """Objects that stand together in an `allOf`, as one."""
        properties: dict[str, Schema] = {}
        required: list[str] = []
        for part in schema["allOf"]:
            _, _, target = part.get("$ref", "").rpartition("#/definitions/")
            whole = self.document["definitions"][target] if target else part
            strange = whole.keys() - {"type", "properties", "required"} - _SILENT
            assert not strange, f"openapi.py does not merge {', '.join(sorted(strange))}"
            properties |= whole.get("properties", {})
            required += whole.get("required", ())
        rest = {name: value for name, value in schema.items() if name != "allOf"}
        return {**rest, "type": "object", "properties": properties, "required": required}

    def _object_faults(self, schema: Schema, value: Mapping[str, Json], path: str) -> Iterator[str]:
        properties = schema.get("properties", {})
        for name in schema.get("required", ()):
            if name not in value:
                yield f"{path}.{name}: is required"
        others = schema.get("additionalProperties", False)
        for name, member in value.items():
            if name in properties:
                yield from self.faults(properties[name], member, f"{path}.{name}")
            elif others is False:
                yield f"{path}.{name}: the model has no such member"
            elif others is not True:
                yield from self.faults(others, member, f"{path}.{name}")


@cache
def _read(file: Path) -> Model:
    return Model(file.stem, json.loads(file.read_text("utf-8")))


@cache
def _path_pattern(template: str) -> re.Pattern[str]:
    # re.split with a group gives literal text and parameters' names by turns.
    parts = re.split(r"\{(\w+)\}", template)
    literals, names = parts[::2], parts[1::2]
    pattern = re.escape(literals[0])
    for name, literal in zip(names, literals[1:], strict=True):
        pattern += f"(?P<{name}>[^/]+)" + re.escape(literal)
    return re.compile(pattern)


def _as_typed(schema: Schema, value: str | Sequence[str]) -> Json:
    """A value of the query in its type; what can't be read stays a string and is a fault."""
    kind = schema.get("type")
    if kind == "array":
        return list(value.split(",") if isinstance(value, str) else value)
    if not isinstance(value, str):
        return list(value)
    if kind == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    if kind == "boolean" and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return value


def _string_faults(schema: Schema, value: str, path: str) -> Iterator[str]:
    yield from _bound_faults(schema, len(value), "Length", path)
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{path}: {value!r} does not match {schema['pattern']}"
    if schema.get("format") == "date-time" and not _is_date_time(value):
        yield f"{path}: {value!r} is no ISO 8601 time with an offset"
    if schema.get("format") == "ip" and not _is_ip(value):
        yield f"{path}: {value!r} is no IP address"


def _number_faults(schema: Schema, value: float, path: str) -> Iterator[str]:
    bits = {"int32": 31, "int64": 63}.get(schema.get("format", ""))
    if bits is not None and not -(2**bits) <= value < 2**bits:
        yield f"{path}: {value} does not fit into {schema['format']}"
    if value < schema.get("minimum", value):
        yield f"{path}: {value} is less than {schema['minimum']}"
    if value > schema.get("maximum", value):
        yield f"{path}: {value} is more than {schema['maximum']}"


def _bound_faults(schema: Schema, size: int, what: str, path: str) -> Iterator[str]:
    if size < schema.get(f"min{what}", size):
        yield f"{path}: is shorter than {schema[f'min{what}']}"
    if size > schema.get(f"max{what}", size):
        yield f"{path}: is longer than {schema[f'max{what}']}"


def _is_date_time(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_ip(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return False
    return True
