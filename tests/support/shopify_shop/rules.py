"""What Shopify enforces at run time and its schema does not show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    VariableNode,
)

IDEMPOTENT = frozenset({"inventorySetQuantities", "inventoryActivate", "refundCreate"})
"""Of the sixteen mutations that demand `@idempotent(key:)`, those that the shop knows."""

MOST_COST = 1_000
MOST_ITEMS = 250


def operation(document: DocumentNode) -> OperationDefinitionNode:
    """The one operation of a document."""
    (found,) = (d for d in document.definitions if isinstance(d, OperationDefinitionNode))
    return found


def idempotency_key(field: FieldNode, variables: Mapping[str, Any]) -> str | None:
    """The key of `@idempotent` on a mutation."""
    for directive in field.directives or ():
        if directive.name.value == "idempotent":
            for argument in directive.arguments or ():
                if isinstance(argument.value, StringValueNode):
                    return argument.value.value
                if isinstance(argument.value, VariableNode):
                    return variables.get(argument.value.name.value)
    return None


def broken(document: DocumentNode, variables: Mapping[str, Any]) -> Iterator[str]:
    """What a document or its variables break."""
    for field in operation(document).selection_set.selections:
        assert isinstance(field, FieldNode)
        name = field.name.value
        if name in IDEMPOTENT and not idempotency_key(field, variables):
            yield f"The @idempotent directive is required for {name}"
    for rows in _lists(variables):
        if len(rows) > MOST_ITEMS:
            yield f"The input array size of {len(rows)} is greater than the maximum of {MOST_ITEMS}"
        for row in rows:
            given = isinstance(row, Mapping) and "inventoryItemId" in row and "quantity" in row
            if given and "changeFromQuantity" not in row:
                yield "changeFromQuantity must be given, and may be null"


def cost(document: DocumentNode, variables: Mapping[str, Any]) -> int:
    """Requested points: 10 for a mutation, 1 for an object, the items of a connection times theirs.

    Shopify's own formula is not published in full; this one is not lower in any sample seen.
    """
    fragments = {
        d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)
    }
    op = operation(document)
    base = 10 if op.operation.value == "mutation" else 0
    return base + _cost(op.selection_set, fragments, variables)


def _cost(
    selection: SelectionSetNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    variables: Mapping[str, Any],
) -> int:
    total = 0
    for node in selection.selections:
        if isinstance(node, FragmentSpreadNode):
            total += _cost(fragments[node.name.value].selection_set, fragments, variables)
        elif isinstance(node, InlineFragmentNode):
            total += _cost(node.selection_set, fragments, variables)
        elif isinstance(node, FieldNode) and node.selection_set is not None:
            inner = _cost(node.selection_set, fragments, variables)
            name = node.name.value
            if name in ("pageInfo", "userErrors"):
                continue
            total += (inner if name == "nodes" and "ids" not in _arguments(node) else 1 + inner) * (
                _size(node, variables)
            )
    return total


def _arguments(node: FieldNode) -> set[str]:
    return {argument.name.value for argument in node.arguments or ()}


def _size(node: FieldNode, variables: Mapping[str, Any]) -> int:
    for argument in node.arguments or ():
        value: Any = None
        if isinstance(argument.value, IntValueNode):
            value = int(argument.value.value)
        elif isinstance(argument.value, VariableNode):
            value = variables.get(argument.value.name.value)
        if argument.name.value == "first" and isinstance(value, int):
            return value
        if argument.name.value == "ids" and isinstance(value, list):
            return len(value)
    return 1


def _lists(value: Any) -> Iterator[list[Any]]:
    if isinstance(value, list):
        yield value
    for inner in (
        value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    ):
        yield from _lists(inner)
