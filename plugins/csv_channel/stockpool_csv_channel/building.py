"""The rows of an order into an `OrderRequest`, or into what is wrong with them.

Everything wrong is collected, so that a person corrects an order once. One bad row rejects its
whole order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from stockpool.flatfiles.formulas import unguard
from stockpool.order_request import OrderRequest
from stockpool_csv_channel import values
from stockpool_csv_channel.fields import ADDRESS_FIELDS
from stockpool_csv_channel.findings import Finding
from stockpool_csv_channel.grouping import Group
from stockpool_csv_channel.layouts.layout import Cells, Columns, RawLine, RawOrder
from stockpool_csv_channel.settings import CsvChannelSettings

_validate = OrderRequest.__pydantic_validator__.validate_python

_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "fulfillment_policy": values.policy,
    "backorder": values.truth,
    "hold": values.hold,
    "priority": values.priority,
    "features": values.features,
}
_IDENTIFIER_MOST = 255
_ADDRESS: Final = frozenset(ADDRESS_FIELDS)


@dataclass(slots=True)
class Built:
    """What became of the rows of one order: a request, or findings, or a reason to skip it."""

    row: int
    request: OrderRequest | None = None
    findings: list[Finding] = field(default_factory=list)
    skipped: list[Finding] = field(default_factory=list)


class Builder:
    """Builds the orders of one file.

    Args:
        columns: the layout, laid over the file's header.
        settings: of the channel.
        channel: the channel's name.
        label: the file's name, for `source`.
        has_nul: is there a NUL character somewhere in the file?
    """

    def __init__(
        self,
        columns: Columns,
        settings: CsvChannelSettings,
        channel: str,
        label: str,
        has_nul: bool,
    ) -> None:
        self._columns = columns
        self._layout = columns.layout
        self._settings = settings
        self._channel = channel
        self._label = label
        self._has_nul = has_nul
        self._speeds = values.SpeedNames(settings.speeds, settings.defaults.speed)

    def build(self, group: Group) -> Built:
        """Read the rows of one order."""
        first = group.rows[0][0]
        if group.findings:
            return Built(first, findings=group.findings)
        raw = self._raw(group)
        if self._layout.adapt is not None and not raw.findings:
            self._layout.adapt(raw, self._settings)
            if raw.skip is not None:
                return Built(first, skipped=[raw.skip])
        skipped = list(raw.skipped_lines.values())
        findings = raw.findings
        members = self._order(raw.cells, first, findings)
        members["lines"] = self._lines(raw, findings)
        members["channel"] = self._channel
        members["source"] = f"{self._label}:{first}"
        if findings:
            return Built(first, findings=findings, skipped=skipped)
        try:
            request: OrderRequest = _validate(members)
        except ValidationError as error:
            return Built(first, findings=self._unfit(error, raw), skipped=skipped)
        return Built(first, request, skipped=skipped)

    def _raw(self, group: Group) -> RawOrder:
        """Cells by field. What belongs to the order must not differ between its rows."""
        columns = self._columns
        number, first = group.rows[0]
        findings: list[Finding] = []
        first = self._clean(number, first, findings)
        order = {name: first[at] for name, at in columns.order}
        lines = [RawLine(number, {name: first[at] for name, at in columns.line})]
        for number, row in group.rows[1:]:
            cells = self._clean(number, row, findings)
            for name, at in columns.order:
                cell = cells[at]
                if cell and cell != order[name]:
                    if order[name]:
                        findings.append(self._conflict(number, name))
                    order[name] = cell
            lines.append(RawLine(number, {name: cells[at] for name, at in columns.line}))
        if (
            len(lines) > 1
            and not self._layout.lines_may_repeat
            and not any(line.cells.get("line_id") for line in lines)
        ):
            self._find_repeated_rows(group, findings)
        return RawOrder(order, lines, findings)

    def _clean(self, number: int, row: list[str], findings: list[Finding]) -> list[str]:
        """Strip the cells and take off formula guards; one look over all of them together."""
        cells = [cell.strip() for cell in row]
        if len(cells) < self._columns.width:
            cells += [""] * (self._columns.width - len(cells))
        limit = self._settings.limits.cell_characters
        together = "\n".join(cells)
        if len(together) > limit:
            for at, cell in enumerate(cells):
                if len(cell) > limit:
                    findings.append(self._too_long(number, at, limit))
        if self._has_nul and "\0" in together:
            at = next(at for at, cell in enumerate(cells) if "\0" in cell)
            findings.append(
                Finding(
                    "nul_character",
                    "a cell holds a NUL character",
                    "write the cell again",
                    number,
                    self._title_at(at),
                )
            )
        if "'" in together:
            cells = [unguard(cell).strip() for cell in cells]
        return cells

    def _order(self, cells: Cells, row: int, findings: list[Finding]) -> dict[str, Any]:
        """The members of the request that are not of a line."""
        defaults = self._settings.defaults
        address: dict[str, str] = {}
        members: dict[str, Any] = {"ship_to": address}
        for name, text in cells.items():
            if not text:
                continue
            if name in _ADDRESS:
                address[name] = text
                continue
            try:
                if name == "ordered_at":
                    members[name] = values.moment(text, self._settings.timezone)
                elif name in ("shipping_price", "shipping_tax"):
                    members[name] = values.amount(text, self._settings.decimal)
                elif name == "channel_order_id":
                    members[name] = _identifier(text)
                elif name in ("comment", "currency"):
                    members[name] = text
                elif (reader := _READERS.get(name)) is not None:
                    members[name] = reader(text)
            except values.BadCellError as error:
                findings.append(error.at(row, self._columns.titles.get(name)))
        try:
            members["speed"] = self._speeds.speed(
                cells.get("speed", ""), known_only=self._layout.known_speeds_only
            )
        except values.BadCellError as error:
            findings.append(error.at(row, self._columns.titles.get("speed")))
        if defaults.currency is not None:
            members.setdefault("currency", defaults.currency)
        if defaults.country is not None:
            address.setdefault("country", defaults.country)
        if "country" in address:
            address["country"] = address["country"].upper()
        for needed in ("name", "line1", "country"):
            if needed not in address:
                findings.append(self._missing(row, needed))
        if "channel_order_id" not in members and not findings:
            findings.append(self._missing(row, "channel_order_id"))
        return members

    def _lines(self, raw: RawOrder, findings: list[Finding]) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = []
        named = [bool(line.cells.get("line_id")) for line in raw.lines]
        seen: set[str] = set()
        for place, line in enumerate(raw.lines):
            if place in raw.skipped_lines:
                continue
            members = self._line(line, findings)
            if any(named):
                line_id = members.get("line_id")
                if not named[place]:
                    findings.append(self._missing(line.row, "line_id"))
                elif line_id in seen:
                    findings.append(self._repeated(line.row))
                elif line_id is not None:
                    seen.add(line_id)
            else:
                members["line_id"] = str(place + 1)
            lines.append(members)
        return lines

    def _line(self, line: RawLine, findings: list[Finding]) -> dict[str, Any]:
        members: dict[str, Any] = {}
        cells = line.cells
        for name, text in cells.items():
            try:
                if name == "quantity":
                    members[name] = values.quantity(text)
                elif not text:
                    continue
                elif name in ("unit_price", "tax"):
                    members[name] = values.amount(text, self._settings.decimal)
                elif name in ("channel_sku", "line_id"):
                    members[name] = _identifier(text)
                elif name == "gift_message":
                    members[name] = text
                elif name == "line_comment":
                    members["comment"] = text
            except values.BadCellError as error:
                findings.append(error.at(line.row, self._columns.titles.get(name)))
        if not cells.get("channel_sku"):
            findings.append(self._missing(line.row, "channel_sku"))
        return members

    def _title(self, name: str) -> str:
        return self._columns.titles.get(name) or self._layout.columns.get(name, (name,))[0]

    def _title_at(self, at: int) -> str:
        for name, place in (*self._columns.order, *self._columns.line):
            if place == at:
                return self._columns.titles[name]
        return f"column {at + 1}"

    def _too_long(self, row: int, at: int, limit: int) -> Finding:
        return Finding(
            "cell_too_long",
            f"a cell has more than {limit} characters",
            "shorten it, or raise limits.cell_characters",
            row,
            self._title_at(at),
            str(limit),
        )

    def _missing(self, row: int, name: str) -> Finding:
        return Finding(
            "missing_value", f"no {self._title(name)}", "fill it in", row, self._title(name)
        )

    def _conflict(self, row: int, name: str) -> Finding:
        return Finding(
            "conflicting_value",
            f"{self._title(name)} differs from the order's first row",
            "write the same on all rows of an order, or leave it empty after the first",
            row,
            self._title(name),
        )

    def _repeated(self, row: int) -> Finding:
        return Finding(
            "repeated_line_id",
            "two rows of the order have the same line id",
            "give each line an id of its own, or delete the repeated row",
            row,
            self._title("line_id"),
        )

    def _find_repeated_rows(self, group: Group, findings: list[Finding]) -> None:
        """Without line ids, a row that says the same as another may well be there by mistake."""
        of_order = {at for _, at in self._columns.order}
        seen: set[tuple[str, ...]] = set()
        for number, cells in group.rows:
            key = tuple(cell for at, cell in enumerate(cells) if at not in of_order)
            if key in seen:
                findings.append(
                    Finding(
                        "repeated_row",
                        "the row is the same as an earlier row of the order",
                        "delete it, or add a column line_id if both are meant",
                        number,
                    )
                )
            seen.add(key)

    def _unfit(self, error: ValidationError, raw: RawOrder) -> list[Finding]:
        """What the request's own model refused."""
        sent = [line for at, line in enumerate(raw.lines) if at not in raw.skipped_lines]
        findings = []
        for entry in error.errors(include_input=False, include_url=False, include_context=False):
            place = entry["loc"]
            row, name = raw.lines[0].row, str(place[-1])
            if place[0] == "lines" and len(place) > 1 and isinstance(place[1], int):
                row = sent[place[1]].row
                name = "line_comment" if name == "comment" else name
            findings.append(
                Finding("invalid_value", entry["msg"], "correct the value", row, self._title(name))
            )
        return findings


def _identifier(text: str) -> str:
    if len(text) > _IDENTIFIER_MOST or not text.isprintable():
        raise values.BadCellError(
            "invalid_identifier",
            f"longer than {_IDENTIFIER_MOST} characters, or with a character that can't be printed",
            "correct it",
        )
    return text
