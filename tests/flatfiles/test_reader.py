"""Reading tab-delimited files: where the table begins, what a row holds, what is refused."""

from __future__ import annotations

import io

import pytest

from flat_texts import opened
from stockpool.flatfiles.layout import Column, Layout
from stockpool.flatfiles.reader import Limits, open_flat_file
from stockpool.flatfiles.refusal import FileRefused

STOCK = Layout(
    "stock file",
    (Column("sku", required=True), Column("add-delete"), Column("quantity", required=True)),
    head=(Column("PlanName"),),
)


def cells(content: str | bytes) -> list[dict[str, str]]:
    return [dict(row.cells) for row in opened(content, STOCK).rows()]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_columns_are_found_by_name_whatever_the_line_ends(end: str) -> None:
    text = end.join(["Quantity|SKU|Add_Delete ", "3|A|a", "", "4|B", ""])
    assert cells(text) == [
        {"quantity": "3", "sku": "A", "add-delete": "a"},
        {"quantity": "4", "sku": "B"},
    ]


def test_quotes_are_characters_and_leading_zeros_stay() -> None:
    assert cells('sku|quantity\n"007"|1\n0012|2\n5" disk|3\n"open|4\n') == [
        {"sku": '"007"', "quantity": "1"},
        {"sku": "0012", "quantity": "2"},
        {"sku": '5" disk', "quantity": "3"},
        {"sku": '"open', "quantity": "4"},
    ]


def test_unknown_columns_are_kept_and_named() -> None:
    file = opened("sku|colour|quantity||\nA|red|1||\n", STOCK)
    assert file.unknown_columns == ("colour",)
    (row,) = file.rows()
    assert row.unknown == {"colour": "red"}
    assert row.problems == ()


def test_rows_know_their_line() -> None:
    rows = list(opened("\nsku|quantity\n\nA|1\n", STOCK).rows())
    assert [(row.line, row.source) for row in rows] == [(4, "f.txt:4")]


def test_a_template_has_captions_above_its_names() -> None:
    template = (
        "TemplateType=Offer|Version=1.4|This row is for Amazon\nSKU|Quantity\nsku|quantity\nA|1\n"
    )
    assert cells(template) == [{"sku": "A", "quantity": "1"}]


def test_a_template_whose_captions_are_words_is_read_by_its_third_row() -> None:
    template = "TemplateType=Offer|Version=1\nSeller's SKU|Stock\nsku|quantity\nA|1\n"
    assert cells(template) == [{"sku": "A", "quantity": "1"}]


def test_a_template_with_one_row_of_names_loses_no_data() -> None:
    assert cells("TemplateType=Offer\nsku|quantity\nA|1\n") == [{"sku": "A", "quantity": "1"}]


def test_what_stands_above_the_table_is_read_or_its_lines_are_named() -> None:
    file = opened("Please read this\nPlanName|Spring\n\nsku|quantity\nA|1\n", STOCK)
    assert file.head.cells == {"PlanName": "Spring"}
    assert file.ignored_lines == (1,)


def test_a_field_above_the_table_stands_there_once() -> None:
    file = opened("PlanName|A\nPlanName|B\nsku|quantity\n", STOCK)
    assert [(p.code, p.source) for p in file.head.problems] == [("repeated_field", "f.txt:2")]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "utf-16-le", "utf-16-be"]
)
def test_encodings_of_the_west(encoding: str) -> None:
    text = "sku\tquantity\nTasse für Café\t1\n"
    data = text.encode(encoding)
    if encoding == "utf-16-le":
        data = b"\xff\xfe" + data
    if encoding == "utf-16-be":
        data = b"\xfe\xff" + data
    assert cells(data) == [{"sku": "Tasse für Café", "quantity": "1"}]


def test_shift_jis_is_seen_by_itself_or_named() -> None:
    data = "sku\tquantity\n商品の説明\t1\n".encode("cp932")
    assert cells(data) == [{"sku": "商品の説明", "quantity": "1"}]
    (row,) = opened(data, STOCK, encoding="shift_jis").rows()
    assert row.cells["sku"] == "商品の説明"


@pytest.mark.parametrize(
    ("content", "code", "source", "field"),
    [
        ("", "no_header", "f.txt", None),
        ("apples|pears\n1|2\n", "no_header", "f.txt", None),
        ("sku|colour\nA|red\n", "missing_column", "f.txt:1", "quantity"),
        ("sku|quantity|SKU\nA|1|B\n", "repeated_column", "f.txt:1", "sku"),
        (b"sku\tquantity\nx\x81\x8d\x81 \xff\n", "unknown_encoding", "f.txt", None),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_place(
    content: str | bytes, code: str, source: str | None, field: str | None
) -> None:
    with pytest.raises(FileRefused) as refusal:
        opened(content, STOCK)
    problem = refusal.value.problem
    assert (problem.code, problem.source, problem.field) == (code, source, field)
    assert problem.fix


@pytest.mark.parametrize(
    ("content", "limits", "code"),
    [
        ("sku|quantity\nA|1\n", Limits(file=10), "file_too_large"),
        ("sku|quantity\nA|1\nB|1\n", Limits(rows=1), "too_many_rows"),
        ("sku|quantity|a|b\nA|1\n", Limits(columns=3), "too_many_columns"),
        ("sku|quantity\n" + "A" * 50, Limits(line=40), "line_too_long"),
    ],
)
def test_limits_of_the_file(content: str, limits: Limits, code: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        list(opened(content, STOCK, limits=limits).rows())
    assert refusal.value.problem.code == code


@pytest.mark.parametrize(
    ("row", "code", "field"),
    [
        ("A\x00|1", "control_character", "sku"),
        ("AAAAAAAAAAA|1", "cell_too_long", "sku"),
        ("A|1|x", "too_many_cells", None),
    ],
)
def test_a_bad_row_is_named_and_the_next_one_is_read(row: str, code: str, field: str) -> None:
    rows = list(opened(f"sku|quantity\n{row}\nB|2\n", STOCK, limits=Limits(cell=10)).rows())
    assert [(p.code, p.field, p.source) for p in rows[0].problems] == [(code, field, "f.txt:2")]
    assert rows[1].cells == {"sku": "B", "quantity": "2"}
    assert rows[1].problems == ()


def test_no_message_repeats_a_cell() -> None:
    rows = opened("sku|quantity\nAda Lovelace\x01|1|12 Main Street\n", STOCK).rows()
    for problem in next(rows).problems:
        assert "Ada" not in str(problem)
        assert "Main" not in str(problem)


class EndlessRows(io.RawIOBase):
    """A file of a hundred megabytes that is never in memory as a whole."""

    HEADER = b"sku\tquantity\n"
    ROW = b"A-000000000000000000000000000000000000000000000001\t1\n"
    ROWS = 2_000_000

    def __init__(self) -> None:
        self._place = 0
        self._block = self.ROW * 2_000

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        size = len(self.HEADER) + len(self.ROW) * self.ROWS
        self._place = offset if whence == 0 else size + offset
        return self._place

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[call-overload]
        if self._place < len(self.HEADER):
            piece = self.HEADER[self._place :]
        else:
            size = len(self.HEADER) + len(self.ROW) * self.ROWS
            within = (self._place - len(self.HEADER)) % len(self.ROW)
            piece = self._block[within : within + min(len(view), size - self._place)]
        count = min(len(view), len(piece))
        view[:count] = piece[:count]
        self._place += count
        return count


def test_a_large_file_is_read_in_bounded_memory() -> None:
    import tracemalloc

    source = EndlessRows()
    file = open_flat_file(io.BufferedReader(source), STOCK, name="f.txt")  # type: ignore[arg-type]
    tracemalloc.start()
    count = 0
    for _row in file.rows():
        count += 1
        if count == 20_000:
            break
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 20_000
    assert peak < 4_000_000
