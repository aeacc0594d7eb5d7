"""Reading the tab-delimited files that sellers upload, and the report on what became of each row.

Amazon's files know no quoting: a quote is a character like any other. Columns are found by their
names, in any case; empty columns at the end may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import Message

_TEMPLATE = re.compile(r"\s*TemplateType\s*=", re.IGNORECASE)
"""How the line above the header begins that says which template, of which version, a file is of."""


class UnreadableFeed(Exception):
    """A file of which nothing can be done; says why."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row under the header. `number` counts records from 1, as processing reports do."""

    number: int
    values: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """A column's value without blanks around it; empty if there is no such column."""
        return self.values.get(name.lower(), "")


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row was not carried out."""

    number: int
    sku: str
    code: str
    message: str


def decoded(content: bytes, content_type: str, country: str) -> str:
    """The text of a file, in the charset that its content type names.

    Without one it is ISO 8859-1, in Japan Shift_JIS (Amazon's rules for flat files).

    Raises:
        UnreadableFeed: it is not in that charset.
    """
    header = Message()
    header["content-type"] = content_type
    charset = header.get_content_charset() or ("shift_jis" if country == "JP" else "iso-8859-1")
    if content.startswith(b"\xef\xbb\xbf"):
        charset = "utf-8-sig"
    try:
        return content.decode(charset)
    except (LookupError, UnicodeError):
        raise UnreadableFeed(f"The file is not in the encoding {charset}.") from None


def lines(text: str) -> list[list[str]]:
    """The cells of each line, of empty lines none. Lines end in CR LF, LF or CR, in nothing else.

    The line above the header that says which template the file was made of is left out.
    The ellipsis of Windows-1252, read as ISO 8859-1, is a control that `splitlines` ends a line at.
    """
    found = re.split(r"\r\n|\n|\r", text)
    if not found[-1]:
        del found[-1]
    if found and _TEMPLATE.match(found[0]):
        del found[0]
    return [[cell.strip() for cell in line.split("\t")] if line else [] for line in found]


def table(found: Sequence[Sequence[str]], required: Iterable[str]) -> Iterator[Row]:
    """The rows under a header; empty ones are passed over.

    Raises:
        UnreadableFeed: there is no header, or a column is missing.
    """
    if not found:
        raise UnreadableFeed("The file is empty.")
    names = [name.lower() for name in found[0]]
    missing = [name for name in required if name.lower() not in names]
    if missing:
        raise UnreadableFeed(f"The header has no column {missing[0]}.")
    number = 0
    for cells in found[1:]:
        if not any(cells):
            continue
        number += 1
        yield Row(number, dict(zip(names, cells, strict=False)))


def processing_report(records: int, errors: Sequence[RowError]) -> str:
    """The report on a flat file: how many records went well, and a line for each that did not."""
    failed = len({error.number for error in errors})
    head = [
        "Feed Processing Summary:",
        f"\tNumber of records processed\t\t{records}",
        f"\tNumber of records successful\t\t{records - failed}",
        "",
    ]
    if errors:
        head.append("original-record-number\tsku\terror-code\terror-type\terror-message")
    rows = [
        "\t".join((str(one.number), one.sku, one.code, "Error", " ".join(one.message.split())))
        for one in errors
    ]
    return "\r\n".join([*head, *rows]) + "\r\n"
