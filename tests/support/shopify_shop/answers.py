"""Shapes that many of a shop's answers have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphql import GraphQLError

from shopify_shop.rules import MOST_ITEMS

DONE: Any = {"userErrors": []}


def refusal(message: str, code: str | None = None, field: list[str] | None = None) -> Any:
    """A payload with one error and nothing done."""
    return {"userErrors": [{"message": message, "code": code, "field": field}]}


def connection(nodes: Sequence[Any], view: Callable[[Any], Any]) -> Callable[..., Any]:
    """A connection over `nodes`; its cursors are positions."""

    def resolve(info: Any, first: int | None = None, after: str | None = None, **__: Any) -> Any:
        if (info.context or {}).get("bulk"):
            return {"edges": [{"node": view(node)} for node in nodes]}
        if first is None or first > MOST_ITEMS:
            raise GraphQLError(f"first must be given, and be at most {MOST_ITEMS}")
        start = int(after) + 1 if after else 0
        page = nodes[start : start + first]
        more = start + len(page) < len(nodes)
        end = str(start + len(page) - 1) if page else None
        return {
            "pageInfo": {"hasNextPage": more, "endCursor": end},
            "nodes": [view(node) for node in page],
        }

    return resolve
