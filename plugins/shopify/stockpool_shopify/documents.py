"""The GraphQL documents that the plugin sends, one a file in `documents/`."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Document:
    """One operation. `writes`: whether it changes anything in the shop."""

    name: str
    text: str = field(repr=False)
    writes: bool


@cache
def document(name: str) -> Document:
    """The operation of that name."""
    text = (files("stockpool_shopify") / "documents" / f"{name}.graphql").read_text("utf-8")
    return Document(name, text, "mutation " in text)


def all_documents() -> list[Document]:
    """Every operation, by name."""
    folder = files("stockpool_shopify") / "documents"
    names = (entry.name for entry in folder.iterdir())
    return [document(n.removesuffix(".graphql")) for n in sorted(names) if n.endswith(".graphql")]
