"""Taking in reports: by column names, merged by natural key, with what each import changed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.errors import NotFoundError, RefusedError
from stockpool.reports import merging
from stockpool.reports.service import ReportImport

US = "amazon-na:US"
STRANDED = "GET_STRANDED_INVENTORY_UI_DATA"
RETURNS = "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA"
LEDGER = "GET_LEDGER_DETAIL_VIEW_DATA"
RESERVED = "GET_RESERVED_INVENTORY_DATA"

Rows = Sequence[Mapping[str, object]]
TakeIn = Callable[..., ReportImport]


def a_file(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    lines = [
        "\t".join(columns),
        *("\t".join(str(row.get(name, "")) for name in columns) for row in rows),
    ]
    return "\r\n".join(lines) + "\r\n"


@pytest.fixture
def take_in(engine: Engine, clock: ManualClock, tmp_path: Path) -> TakeIn:
    """Imports a report a day later than the one before."""

    def work(
        report_type: str,
        rows: Rows,
        *,
        columns: Sequence[str] = (),
        pool: str = US,
        charset: str = "utf-8",
    ) -> ReportImport:
        names = list(columns or dict.fromkeys(name for row in rows for name in row))
        path = tmp_path / "report.txt"
        path.write_bytes(a_file(names, rows).encode(charset))
        clock.advance(hours=24)
        return engine.reports.import_file(path, report_type, pool)

    return work


def counts(done: ReportImport) -> tuple[int, int, int, int]:
    return done.rows, done.added, done.changed, done.gone


def said(engine: Engine, report_type: str, pool: str = US) -> list[dict[str, str]]:
    return sorted(map(dict, engine.reports.rows(report_type, pool)), key=str)


def stranded(sku: str, units: object = 1, **others: object) -> dict[str, object]:
    return {"sku": sku, "fulfillable-qty": units, "stranded-reason": "Listing closed", **others}


# What a report says ----------------------------------------------------------------------------


def test_a_report_is_kept_row_by_row(engine: Engine, take_in: TakeIn) -> None:
    done = take_in(STRANDED, [stranded("MUG", 4), stranded("CUP", 2)])
    assert counts(done) == (2, 2, 0, 0)
    assert said(engine, STRANDED) == [
        {"sku": "CUP", "fulfillable-qty": "2", "stranded-reason": "Listing closed"},
        {"sku": "MUG", "fulfillable-qty": "4", "stranded-reason": "Listing closed"},
    ]


def test_the_difference_to_the_last_import_is_shown(engine: Engine, take_in: TakeIn) -> None:
    take_in(STRANDED, [stranded("MUG", 4), stranded("CUP", 2), stranded("BOWL", 1)])
    done = take_in(STRANDED, [stranded("MUG", 3), stranded("BOWL", 1), stranded("LAMP", 5)])
    assert counts(done) == (3, 1, 1, 1)
    found = {
        (one.kind, one.key["sku"]): (dict(one.before), dict(one.after))
        for one in engine.reports.differences(done.import_id)
    }
    assert found[("changed", "MUG")] == ({"fulfillable-qty": "4"}, {"fulfillable-qty": "3"})
    assert found[("gone", "CUP")][0]["fulfillable-qty"] == "2"
    assert found[("added", "LAMP")][1]["fulfillable-qty"] == "5"
    assert len(found) == 3
    assert {row["sku"] for row in said(engine, STRANDED)} == {"MUG", "BOWL", "LAMP"}


def test_the_same_file_again_changes_nothing(engine: Engine, take_in: TakeIn) -> None:
    first = take_in(STRANDED, [stranded("MUG", 4)])
    again = take_in(STRANDED, [stranded("MUG", 4)])
    assert again.repeated
    assert again.import_id == first.import_id
    assert [one.import_id for one in engine.reports.imports()] == [first.import_id]


def test_the_same_content_in_another_file_changes_nothing(engine: Engine, take_in: TakeIn) -> None:
    take_in(STRANDED, [stranded("MUG", 4), stranded("CUP", 2)])
    done = take_in(STRANDED, [stranded("CUP", 2), stranded("MUG", 4)])
    assert counts(done) == (2, 0, 0, 0)
    assert engine.reports.differences(done.import_id) == []


def test_what_came_back_is_added_again(engine: Engine, take_in: TakeIn) -> None:
    take_in(STRANDED, [stranded("MUG", 4), stranded("CUP", 2)])
    take_in(STRANDED, [stranded("CUP", 2)])
    done = take_in(STRANDED, [stranded("MUG", 4), stranded("CUP", 2)])
    assert counts(done) == (2, 1, 0, 0)
    assert len(said(engine, STRANDED)) == 2


def test_a_report_of_events_forgets_none(engine: Engine, take_in: TakeIn) -> None:
    def event(order: str, quantity: int = 1) -> dict[str, object]:
        return {
            "order-id": order,
            "sku": "MUG",
            "return-date": "2026-01-05T10:00:00+00:00",
            "license-plate-number": f"LPN{order}",
            "quantity": quantity,
        }

    take_in(RETURNS, [event("1"), event("2")])
    done = take_in(RETURNS, [event("2", 2), event("3")])
    assert counts(done) == (2, 1, 1, 0)
    assert len(said(engine, RETURNS)) == 3


def test_rows_that_are_alike_are_numbered(engine: Engine, take_in: TakeIn) -> None:
    def event(reference: str) -> dict[str, object]:
        return {
            "Date": "01/05/2026",
            "FNSKU": "X1",
            "MSKU": "MUG",
            "Event Type": "Adjustments",
            "Reference ID": reference,
            "Fulfillment Center": "PHX3",
            "Disposition": "SELLABLE",
            "Quantity": -1,
        }

    done = take_in(LEDGER, [event("A"), event("A"), event("B")])
    assert counts(done) == (3, 3, 0, 0)
    more = take_in(LEDGER, [event("A"), event("A"), event("A")])
    assert counts(more) == (3, 1, 0, 0)
    assert len(said(engine, LEDGER)) == 4


def test_pools_and_types_are_kept_apart(engine: Engine, take_in: TakeIn) -> None:
    take_in(STRANDED, [stranded("MUG", 4)])
    take_in(STRANDED, [stranded("MUG", 9)], pool="amazon-na:CA")
    assert said(engine, STRANDED)[0]["fulfillable-qty"] == "4"
    assert said(engine, STRANDED, "amazon-na:CA")[0]["fulfillable-qty"] == "9"
    assert said(engine, RESERVED) == []


# Columns that drift ----------------------------------------------------------------------------


def test_columns_are_found_by_name_in_any_order_and_spelling(
    engine: Engine, take_in: TakeIn
) -> None:
    take_in(STRANDED, [stranded("MUG", 4)])
    done = take_in(
        STRANDED,
        [{"STRANDED_REASON": "Listing closed", "Fulfillable Qty": 4, "SKU": "MUG"}],
    )
    assert counts(done) == (1, 0, 0, 0)
    assert done.unknown_columns == []


def test_a_new_column_is_kept_and_reported_and_is_no_change(
    engine: Engine, take_in: TakeIn
) -> None:
    take_in(STRANDED, [stranded("MUG", 4)])
    done = take_in(STRANDED, [stranded("MUG", 4, **{"new-thing": "yes"})])
    assert done.unknown_columns == ["new-thing"]
    assert counts(done) == (1, 0, 0, 0)
    assert said(engine, STRANDED)[0]["new-thing"] == "yes"


def test_a_column_that_is_missing_says_nothing(engine: Engine, take_in: TakeIn) -> None:
    take_in(STRANDED, [stranded("MUG", 4)])
    done = take_in(STRANDED, [{"sku": "MUG", "fulfillable-qty": 3}])
    assert "stranded-reason" in done.missing_columns
    assert counts(done) == (1, 0, 1, 0)
    assert said(engine, STRANDED) == [
        {"sku": "MUG", "fulfillable-qty": "3", "stranded-reason": "Listing closed"}
    ]


@pytest.mark.parametrize("nothing", ["", "--", "N/A", "n/a"])
def test_a_cell_without_a_value_takes_one_away(
    engine: Engine, take_in: TakeIn, nothing: str
) -> None:
    take_in(STRANDED, [stranded("MUG", 4)])
    done = take_in(STRANDED, [{**stranded("MUG", nothing)}])
    assert counts(done) == (1, 0, 1, 0)
    (difference,) = engine.reports.differences(done.import_id)
    assert (difference.before, difference.after) == ({"fulfillable-qty": "4"}, {})


def test_a_missing_key_column_stops_the_import_with_its_name(
    engine: Engine, take_in: TakeIn
) -> None:
    take_in(STRANDED, [stranded("MUG", 4)])
    with pytest.raises(RefusedError, match="needs the column sku") as refusal:
        take_in(STRANDED, [{"fulfillable-qty": 1, "asin": "B0"}])
    assert [problem.code for problem in refusal.value.problems] == ["missing_column"]
    assert len(engine.reports.imports()) == 1
    assert len(said(engine, STRANDED)) == 1, "nothing of it was taken in"


# Files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("charset", "reason"),
    [("utf-8-sig", "Größe"), ("cp1252", "Größe"), ("utf-16", "価格"), ("shift_jis", "価格の問題")],
)
def test_files_are_read_in_the_encodings_that_are_met(
    engine: Engine, take_in: TakeIn, charset: str, reason: str
) -> None:
    take_in(STRANDED, [stranded("MUG", **{"stranded-reason": reason})], charset=charset)
    assert said(engine, STRANDED)[0]["stranded-reason"] == reason


def test_a_row_that_cannot_be_used_is_named_and_the_rest_goes_on(
    engine: Engine, take_in: TakeIn
) -> None:
    done = take_in(
        STRANDED,
        [stranded("MUG", 4), stranded("", 2), stranded("CUP\x07", 1), stranded("BOWL", 1)],
    )
    assert (done.rows, done.added, done.refused) == (4, 2, 2)
    assert [(p.code, p.source) for p in done.problems] == [
        ("no_key", "report.txt:3"),
        ("control_character", "report.txt:4"),
    ]


def test_what_buyers_wrote_is_not_kept(engine: Engine, take_in: TakeIn) -> None:
    row = {
        "order-id": "1",
        "sku": "MUG",
        "return-date": "2026-01-05",
        "license-plate-number": "LPN1",
        "customer-comments": "I am Pat Doe of Seattle",
        "buyer-name": "Pat Doe",
    }
    done = take_in(RETURNS, [row])
    assert done.unknown_columns == ["customer-comments", "buyer-name"]
    assert "Pat" not in str(said(engine, RETURNS))


def test_unknown_types_pools_and_files_are_said_to_be_unknown(
    engine: Engine, tmp_path: Path
) -> None:
    path = tmp_path / "report.txt"
    path.write_text("sku\nMUG\n")
    with pytest.raises(NotFoundError, match="no report GET_MOON_DATA"):
        engine.reports.import_file(path, "GET_MOON_DATA", US)
    with pytest.raises(NotFoundError, match="no pool amazon-na:FR"):
        engine.reports.import_file(path, STRANDED, "amazon-na:FR")
    with pytest.raises(NotFoundError, match=r"gone\.txt: No such file"):
        engine.reports.import_file(tmp_path / "gone.txt", STRANDED, US)
    with pytest.raises(NotFoundError, match="there is no import X"):
        engine.reports.differences("X")


def test_only_the_newest_differences_are_kept(engine: Engine, take_in: TakeIn) -> None:
    done = [take_in(STRANDED, [stranded("MUG", units)]) for units in range(1, 13)]
    assert engine.reports.differences(done[0].import_id) == []
    assert len(engine.reports.differences(done[2].import_id)) == 1
    assert len(engine.reports.imports(limit=100)) == 12


# Parts -----------------------------------------------------------------------------------------


def test_parts_make_no_difference(
    engine: Engine, take_in: TakeIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "PART", 3)
    draws = random.Random(1)
    first = [stranded(f"SKU-{n}", draws.randrange(9)) for n in range(20)]
    second = [stranded(f"SKU-{n}", draws.randrange(9)) for n in range(10, 30)]
    assert counts(take_in(STRANDED, first)) == (20, 20, 0, 0)
    done = take_in(STRANDED, second)
    changed = sum(
        one["fulfillable-qty"] != two["fulfillable-qty"]
        for one, two in zip(first[10:], second[:10], strict=True)
    )
    assert counts(done) == (20, 10, changed, 10)


_FILES = st.lists(
    st.dictionaries(
        st.sampled_from(["A", "B", "C", "D"]), st.integers(0, 2), min_size=0, max_size=4
    ),
    min_size=1,
    max_size=5,
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(files=_FILES)
def test_what_is_said_is_what_the_last_file_said(
    engine: Engine, take_in: TakeIn, files: list[dict[str, int]]
) -> None:
    """And differences lead from each state to the next."""
    columns = ["sku", "reserved_qty"]
    take_in(RESERVED, [], columns=columns)
    for wanted in files:
        before = {row["sku"]: row["reserved_qty"] for row in said(engine, RESERVED)}
        rows = [{"sku": sku, "reserved_qty": units} for sku, units in wanted.items()]
        done = take_in(RESERVED, rows, columns=columns)
        after = {row["sku"]: row["reserved_qty"] for row in said(engine, RESERVED)}
        assert after == {sku: str(units) for sku, units in wanted.items()}
        if done.repeated:
            continue
        for one in engine.reports.differences(done.import_id):
            sku = one.key["sku"]
            if one.kind == "gone":
                del before[sku]
            else:
                before[sku] = one.after["reserved_qty"]
        assert before == after
