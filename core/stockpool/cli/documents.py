"""Reading order documents: JSON, one or a list of them, or JSON lines, from a file or stdin.

A document that can't be read as an order is refused with its line, the field and the reason; the
others go on. JSON lines are read as a stream, so a file may be larger than the memory.
"""

from __future__ import annotations

import codecs
import io
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, cast

from pydantic import ValidationError
from typer import BadParameter

from stockpool.order_request import OrderRequest
from stockpool.problems import Problem

_FIX = "correct the document and submit it again; what was taken in stays as it is"
_BLANK = " \t\r\n"


@dataclass(frozen=True, slots=True)
class RefusedDocument:
    """A document that is no order."""

    line: int
    problems: tuple[Problem, ...]

    def as_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {"line": self.line, "problems": [problem.as_dict() for problem in self.problems]}


Document = OrderRequest | RefusedDocument


def read_documents(file: Path) -> Iterator[Document]:
    """The documents of a file, in its order; `-` is stdin.

    Raises:
        BadParameter: the file can't be opened.
    """
    name = "stdin" if str(file) == "-" else file.name
    with _opened(file) as stream:
        start = stream.readline()
        while start and not start.strip():
            # Leading empty lines are counted by the readers below.
            start += stream.readline()
        if _is_whole_line(start):
            yield from _lines(start, stream, name)
        else:
            yield from _whole(start + stream.read(), name)


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    if str(file) == "-":
        yield _decoded(sys.stdin.buffer)
        return
    try:
        with file.open("rb") as stream:
            yield _decoded(stream)
    except OSError as error:
        raise BadParameter(f"{file}: {error.strerror}", param_hint="FILE") from None


def _decoded(stream: Any) -> BinaryIO:
    """Without its byte order mark; UTF-16, which some shells write with `>`, becomes UTF-8."""
    buffered = stream if hasattr(stream, "peek") else io.BufferedReader(stream)
    start = buffered.peek(4)[:4]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return io.BytesIO(buffered.read().decode("utf-16", "replace").encode())
    if start.startswith(codecs.BOM_UTF8):
        buffered.read(len(codecs.BOM_UTF8))
    return cast(BinaryIO, buffered)


def _is_whole_line(line: bytes) -> bool:
    """Whether the first line is a document by itself, as in JSON lines."""
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _lines(start: bytes, stream: BinaryIO, name: str) -> Iterator[Document]:
    for number, line in enumerate(chain(io.BytesIO(start), stream), start=1):
        if line.strip():
            yield _document(line, number, name)


def _whole(content: bytes, name: str) -> Iterator[Document]:
    text = content.decode("utf-8", "replace")
    position = _skip(text, 0, _BLANK)
    if not text[position:]:
        return
    if text[position] == "[":
        yield from _members(text, position + 1, name)
        return
    try:
        json.loads(text)
    except ValueError:
        # No single document: JSON lines, of which the first is broken.
        yield from _lines(b"", io.BytesIO(content), name)
        return
    yield _document(content, 1, name)


def _members(text: str, position: int, name: str) -> Iterator[Document]:
    """The members of a JSON list. After a syntax error nothing more of it can be told apart."""
    decoder = json.JSONDecoder()
    counted = 0
    line = 1
    while True:
        position = _skip(text, position, _BLANK + ",")
        line += text.count("\n", counted, position)
        counted = position
        if text[position : position + 1] == "]":
            rest = _skip(text, position + 1, _BLANK)
            if text[rest:]:
                yield _refused(line, name, "there is something after the list's end")
            return
        try:
            _value, end = decoder.raw_decode(text, position)
        except ValueError as error:
            message = error.msg if isinstance(error, json.JSONDecodeError) else "not readable"
            where = error.lineno if isinstance(error, json.JSONDecodeError) else line
            yield _refused(where, name, f"not JSON from here on: {message}")
            return
        yield _document(text[position:end].encode(), line, name)
        position = end


def _skip(text: str, position: int, characters: str) -> int:
    while position < len(text) and text[position] in characters:
        position += 1
    return position


def _refused(line: int, name: str, message: str) -> RefusedDocument:
    problem = Problem("invalid_json", message, fix=_FIX, source=f"{name}:{line}")
    return RefusedDocument(line, (problem,))


def _document(body: bytes, line: int, name: str) -> Document:
    source = f"{name}:{line}"
    try:
        request = OrderRequest.model_validate_json(body)
    except ValidationError as error:
        # Without the input: it may be a buyer's address.
        details = error.errors(include_url=False, include_input=False, include_context=False)
        return RefusedDocument(line, tuple(_problem(detail, source) for detail in details[:20]))
    if request.source is None:
        return request.model_copy(update={"source": source[-1_000:]})
    return request


def _problem(detail: Any, source: str) -> Problem:
    if detail["type"] == "json_invalid":
        return Problem("invalid_json", str(detail["msg"]), fix=_FIX, source=source)
    field = ""
    for part in detail["loc"]:
        field += f"[{part}]" if isinstance(part, int) else f".{part}" if field else str(part)
    return Problem("invalid_document", str(detail["msg"]), field or None, fix=_FIX, source=source)
