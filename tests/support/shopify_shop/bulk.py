"""Bulk operations: the query is carried out when it is done, and its result put into a file."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graphql import FieldNode, Visitor, execute_sync, visit
from graphql.language import DocumentNode

from shopify_shop.schema import checked, schema

FILES = "https://storage.example.com/bulk/"
CONNECTIONS_MOST = 5
RUNNING_MOST = 1
"""Fewer than Shopify allows, so that a full house is met."""


@dataclass
class BulkOperation:
    number: int
    query: str
    created_at: datetime
    status: str = "RUNNING"
    error: str | None = None
    file: bytes | None = None
    partial: bool = False

    @property
    def id(self) -> str:
        return f"gid://shopify/BulkOperation/{self.number}"

    @property
    def url(self) -> str | None:
        return f"{FILES}{self.number}.jsonl" if self.file else None


class BulkRunner:
    """The operations of one shop, the oldest first."""

    def __init__(self) -> None:
        self.operations: list[BulkOperation] = []

    def running(self) -> list[BulkOperation]:
        return [one for one in self.operations if one.status == "RUNNING"]

    def finish(self, reader: Any, version: str = "2026-10") -> BulkOperation:
        """The one that is running comes to its end."""
        (operation,) = self.running()
        operation.file = _lines(operation.query, reader, version)
        operation.status = "COMPLETED"
        return operation

    def fail(self, reader: Any, *, lines: int, error: str = "TIMEOUT") -> BulkOperation:
        """It breaks off after some lines."""
        operation = self.finish(reader)
        whole = (operation.file or b"").splitlines(keepends=True)
        operation.status, operation.error, operation.partial = "FAILED", error, True
        operation.file = b"".join(whole[:lines])
        return operation

    def end(self, status: str) -> BulkOperation:
        """It is cancelled, or its file has expired."""
        operation = self.operations[-1]
        operation.status, operation.file = status, None
        return operation

    def download(self, path: str, first_byte: int | None) -> tuple[int, dict[str, str], bytes]:
        """A file, or its rest; without one, what the store of files says."""
        name = path.rpartition("/")[2].removesuffix(".jsonl")
        found = next((one for one in self.operations if str(one.number) == name), None)
        if found is None or found.file is None:
            return 404, {}, b"<Error/>"
        if first_byte is None:
            return 200, {}, found.file
        if first_byte >= len(found.file):
            return 416, {}, b""
        return 206, {}, found.file[first_byte:]


def wrong_with(query: str, version: str) -> str | None:
    """Why a query can't be run in bulk."""
    document, errors = checked(version, query)
    if document is None or errors:
        return "; ".join(error.message for error in errors)
    found = _connections(document)
    if not 0 < found <= CONNECTIONS_MOST:
        return f"A bulk query must have one to {CONNECTIONS_MOST} connections"
    return None


def _connections(document: DocumentNode) -> int:
    class Count(Visitor):
        edges = 0

        def enter_field(self, node: FieldNode, *_: Any) -> None:
            self.edges += node.name.value == "edges"

    count = Count()
    visit(document, count)
    return count.edges


def _lines(query: str, reader: Any, version: str) -> bytes:
    document, _ = checked(version, query)
    assert document is not None
    result = execute_sync(
        schema(version), document, root_value=reader, context_value={"bulk": True}
    )
    assert not result.errors, result.errors
    assert result.data is not None
    (root,) = result.data.values()
    objects = (line for edge in root["edges"] for line in _flat(edge["node"], None))
    return "".join(json.dumps(one, separators=(",", ":")) + "\n" for one in objects).encode()


def _flat(node: Mapping[str, Any], parent: str | None) -> Iterator[Mapping[str, Any]]:
    """A node, and those of its connections behind it, which name it as their parent."""
    inner = {k: v for k, v in node.items() if isinstance(v, dict) and "edges" in v}
    line = {name: value for name, value in node.items() if name not in inner}
    yield line | ({"__parentId": parent} if parent else {})
    for connection in inner.values():
        for edge in connection["edges"]:
            yield from _flat(edge["node"], node["id"])
