"""Shopify's schemas, where they lie beside the repository; they are not part of it."""

from __future__ import annotations

import gzip
import json
import os
from functools import cache
from pathlib import Path

from graphql import DocumentNode, GraphQLError, GraphQLSchema, build_client_schema, parse, validate

_REPOSITORY = Path(__file__).parents[3]
_VARIABLE = "STOCKPOOL_SHOPIFY_SCHEMAS"


def find_schemas() -> Path | None:
    """The folder with `admin_VERSION.json.gz`, or None if it is not on this machine."""
    named = os.environ.get(_VARIABLE)
    beside = [_REPOSITORY.parent / "shared" / "shopify"]
    folders = [Path(named)] if named else beside
    return next((folder for folder in folders if any(folder.glob("admin_*.json.gz"))), None)


MISSING = f"Shopify's schemas are not here; name their folder by {_VARIABLE}"


@cache
def schema(version: str) -> GraphQLSchema:
    """The schema of one API version."""
    folder = find_schemas()
    assert folder is not None, MISSING
    with gzip.open(folder / f"admin_{version}.json.gz") as file:
        # A rule of graphql-core 3.3 about deprecated fields rejects Shopify's schema.
        return build_client_schema(json.load(file)["data"], assume_valid=True)


@cache
def checked(version: str, text: str) -> tuple[DocumentNode | None, tuple[GraphQLError, ...]]:
    """A document, and what is wrong with it."""
    try:
        document = parse(text)
    except GraphQLError as error:
        return None, (error,)
    return document, tuple(validate(schema(version), document))
