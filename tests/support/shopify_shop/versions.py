"""Whether what is asked of a shop and what it answers is as every supported version has it.

The answer that one version's schema gave is given again as the data of another's: so each
variable is read and each value is written by that schema too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from graphql import DocumentNode, GraphQLAbstractType, GraphQLResolveInfo, execute_sync

from shopify_shop.schema import schema
from stockpool_shopify.settings import ApiVersion

VERSIONS: tuple[str, ...] = get_args(ApiVersion)


def misfits(
    answered_by: str, document: DocumentNode, variables: Mapping[str, Any], data: Mapping[str, Any]
) -> list[str]:
    """What another version than the one that has answered would read or write otherwise."""
    found: list[str] = []
    for version in VERSIONS:
        if version == answered_by:
            continue
        again = execute_sync(
            schema(version),
            document,
            root_value=data,
            variable_values=dict(variables),
            field_resolver=_as_it_was,
            type_resolver=_type_of,
        )
        found += [f"{version}: {error.message}" for error in again.errors or ()]
        if not again.errors and again.data != data:
            found.append(f"{version}: the answer is another one")
    return found


def _as_it_was(source: Mapping[str, Any], info: GraphQLResolveInfo, **_: Any) -> Any:
    return source[str(info.path.key)]


def _type_of(value: Any, info: GraphQLResolveInfo, abstract: GraphQLAbstractType) -> str:
    """By the id. Of what nothing was asked any type will do."""
    if "id" in value:
        return str(value["id"]).split("/")[3]
    return info.schema.get_possible_types(abstract)[0].name
