"""Strategies for input that parsers must survive: bytes, tables that are nearly right, answers.

Random bytes alone don't get past a parser's first check, so most of what is made here is nearly
right: headers that the parser knows, and the very words that its source compares with.
"""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from hypothesis import strategies as st

ODD_WORDS = [
    "",
    " ",
    "0",
    "1",
    "12",
    "-1",
    "999999999",
    "9" * 30,
    "9.50",
    "1e5",
    "1E+999999",
    "NaN",
    "Infinity",
    "-0",
    "1_000",
    "١٢",  # digits that are no ASCII
    "²",
    "US",
    "USD",
    "2026-01-31",
    "01/31/2027",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "2026-02-30",
    "=1+1",
    "'=1",
    '"',
    '""',
    "'; DROP TABLE orders; --",
    "\0",
    "\x1b",
    "\ufeff",
    "\u2028",
    "\u0130",  # two characters in lower case
    "\U0001d4b3",
]
"""Numbers, times and characters at which a parser may stumble."""

TEXTS = st.sampled_from(ODD_WORDS) | st.text(max_size=12)
BREAKS = st.sampled_from(["\n", "\r\n", "\r", "\n\n"])
CODECS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "cp932", "utf-32"])


def words_of(*modules: ModuleType) -> list[str]:
    """The short strings that the source of some modules holds: what they compare input with."""
    found = {
        node.value
        for module in modules
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) <= 60
    }
    return sorted(found)


@st.composite
def tables(
    draw: st.DrawFn, headers: Sequence[str], words: Sequence[str], delimiter: str = "\t"
) -> bytes:
    """A file with most of some headers, cells of all kinds, in some encoding, or damaged."""
    dropped = draw(st.sets(st.integers(0, len(headers) - 1), max_size=2) | st.just(set()))
    named = [header for place, header in enumerate(headers) if place not in dropped]
    header = draw(st.permutations(named) | st.just(named))
    header = [*header, *draw(st.lists(TEXTS, max_size=2))]
    cells = st.sampled_from([*words, *ODD_WORDS]) | TEXTS
    rows = draw(st.lists(st.lists(cells, max_size=len(header) + 1), max_size=6))
    above = draw(st.lists(st.lists(cells, max_size=3), max_size=2))
    line_break = draw(BREAKS)
    text = "".join(delimiter.join(line) + line_break for line in [*above, header, *rows])
    return draw(damaged(text.encode(draw(CODECS), "replace")))


def damaged(content: bytes) -> st.SearchStrategy[bytes]:
    """These bytes as they are; or with some cut out, doubled, changed or put in."""
    places = st.integers(0, len(content))

    def wound(first: int, second: int, put: bytes) -> bytes:
        begin, end = sorted((first, second))
        return content[:begin] + put + content[end:]

    return (
        st.just(content)
        | st.builds(wound, places, places, st.binary(max_size=4))
        | st.builds(lambda place, put: wound(place, place, put), places, st.binary(max_size=8))
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda values: st.lists(values, max_size=3) | st.dictionaries(TEXTS, values, max_size=3),
    max_leaves=8,
)
"""Any JSON, and the NaN and infinities that Python's reader takes for it."""


class GuessedAnswer(dict[str, Any]):
    """A JSON object that has whatever member it is asked for, mostly of the kind that is wanted.

    What it answers once it answers again. `kind` is told by whoever reads it.

    Args:
        draw: hypothesis's.
        words: texts that the reader may know.
    """

    kind: type | None = None

    def __init__(self, draw: Callable[..., Any], words: Sequence[str], depth: int = 0) -> None:
        super().__init__()
        self._draw = draw
        self._words = words
        self._depth = depth

    def get(self, name: str, default: Any = None) -> Any:
        if name not in self:
            self[name] = self._guess(GuessedAnswer.kind)
        return self[name]

    def _guess(self, kind: type | None) -> Any:
        surely = self._draw(st.integers(0, 9))
        if surely == 0:
            return None
        if surely == 1 or kind is None:
            return self._draw(JSON)
        if kind is dict:
            return self._object()
        if kind is list:
            few = self._draw(st.integers(0, 2 if self._depth < 4 else 0))
            texts = self._draw(st.booleans())
            return [self._text() if texts else self._object() for _ in range(few)]
        if kind is int:
            return self._draw(st.integers(0, 20) | st.integers())
        return self._draw(st.booleans()) if kind is bool else self._text()

    def _object(self) -> Any:
        return GuessedAnswer(self._draw, self._words, self._depth + 1)

    def _text(self) -> str:
        found: str = self._draw(st.sampled_from(self._words) | TEXTS)
        return found


def listening(member: Callable[..., Any]) -> Callable[..., Any]:
    """A reader of members that tells a `GuessedAnswer` of which kind its next one should be."""

    def told(fields: Any, name: str, kind: type) -> Any:
        GuessedAnswer.kind = kind
        try:
            return member(fields, name, kind)
        finally:
            GuessedAnswer.kind = None

    return told


def json_bytes(documents: st.SearchStrategy[Any]) -> st.SearchStrategy[bytes]:
    """Documents as they are sent; some of them damaged."""
    return documents.map(lambda document: json.dumps(document).encode()).flatmap(damaged)


def with_members(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[Mapping[str, Any]]:
    """Objects with some of these members, each as it should be or anything."""
    return st.fixed_dictionaries({}, optional={k: v | JSON for k, v in members.items()})
