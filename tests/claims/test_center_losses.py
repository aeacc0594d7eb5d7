"""Units that centers lose: claimed when their time has come, taken back when they turn up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims_desk import US, ClaimDesk, row
from stockpool.claims.center_losses import CenterEvent, missing_of
from stockpool.claims.kinds import ClaimKind
from stockpool.clock import ManualClock
from stockpool.ledger.buckets import Account

HEADER = "Date|FNSKU|MSKU|Event Type|Reference ID|Fulfillment Center|Disposition|Quantity|Reason"
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def event(day: int, units: int, name: str = "") -> CenterEvent:
    return CenterEvent(name or f"{day}:{units}", BEGIN + timedelta(days=day), units)


def left(*events: CenterEvent) -> list[int]:
    return [missing for _, missing in missing_of(events)]


def test_what_was_found_counts_for_the_oldest_loss_before_it() -> None:
    assert left(event(1, 3), event(5, 2)) == [3, 2]
    assert left(event(1, 3), event(5, 2), event(9, -4)) == [0, 1]
    assert left(event(1, 3), event(2, -1), event(5, 2)) == [2, 2]
    assert left(event(1, -3), event(5, 2)) == [2], "what was found before is another story"
    assert left(event(1, -2, "a"), event(1, 2, "b")) == [0], "of one day the loss comes first"


MOVES = st.lists(st.tuples(st.integers(1, 60), st.integers(-5, 5).filter(bool)), max_size=12)


@given(MOVES, st.randoms())
def test_never_more_is_missing_than_was_lost_in_whatever_order_it_is_told(
    moves: list[tuple[int, int]], chance: object
) -> None:
    events = [event(day, units, f"{n}") for n, (day, units) in enumerate(moves)]
    result = missing_of(events)
    chance.shuffle(events)  # type: ignore[attr-defined]
    assert missing_of(events) == result
    assert all(0 <= missing <= loss.units for loss, missing in result)
    lost = sum(one.units for one in events if one.units > 0)
    found = -sum(one.units for one in events if one.units < 0)
    assert sum(missing for _, missing in result) >= lost - found


def told(desk: ClaimDesk, folder: Path, *rows: str) -> None:
    """The ledger's report is imported, and taken in."""
    path = folder / "ledger.txt"
    path.write_text("\n".join((HEADER, *rows, "")).replace("|", "\t"), "utf-8")
    desk.engine.reports.import_file(path, "GET_LEDGER_DETAIL_VIEW_DATA", US)
    desk.engine.duties.settle_claims()


def line(day: str, units: int, reason: str, reference: str = "1") -> str:
    return f"{day}|X1|MUG|Adjustments|{reference}|ABE2|SELLABLE|{units}|{reason}"


@pytest.fixture
def lost(desk: ClaimDesk, clock: ManualClock, tmp_path: Path) -> ClaimDesk:
    """Three mugs were misplaced on 2 June 2026, and one damaged."""
    clock.advance((datetime(2026, 6, 4, tzinfo=UTC) - clock.now()).total_seconds())
    told(desk, tmp_path, line("06/02/2026", -3, "M"), line("06/02/2026", -1, "E", "2"))
    return desk


def test_a_claim_opens_when_the_network_has_looked_for_a_month(
    lost: ClaimDesk, clock: ManualClock
) -> None:
    assert lost.engine.claims.list() == []
    clock.advance(hours=24 * 28)
    lost.engine.duties.settle_claims()
    (claim,) = lost.engine.claims.list()
    assert (claim.kind, claim.sku, claim.units.owed) == (ClaimKind.LOST_IN_CENTER, "MUG", 3)
    assert claim.window.closes_at == datetime(2026, 8, 1, tzinfo=UTC)
    level = lost.engine.inventory.level(US, "MUG")
    assert (level.owed_by_amazon, level.units[Account.ADJUSTMENT]) == (3, -3)
    lost.engine.duties.settle_claims()
    assert len(lost.engine.claims.list()) == 1
    assert lost.engine.verify().violations == ()


def test_what_turns_up_is_taken_back(lost: ClaimDesk, clock: ManualClock, tmp_path: Path) -> None:
    clock.advance(hours=24 * 28)
    lost.engine.duties.settle_claims()
    told(lost, tmp_path, line("07/01/2026", 2, "F", "9"))
    (claim,) = lost.engine.claims.list()
    assert (claim.units.found, claim.units.owed) == (2, 1)
    told(lost, tmp_path, line("07/01/2026", 2, "F", "9"))
    assert lost.engine.claims.get(claim.claim_id).units.found == 2
    assert lost.engine.verify().violations == ()


def test_what_turns_up_before_is_never_claimed(
    lost: ClaimDesk, clock: ManualClock, tmp_path: Path
) -> None:
    told(lost, tmp_path, line("06/20/2026", 3, "F", "9"))
    clock.advance(hours=24 * 28)
    lost.engine.duties.settle_claims()
    assert lost.engine.claims.list() == []


def test_a_payment_that_came_before_the_claim_settles_it_at_once(
    lost: ClaimDesk, clock: ManualClock
) -> None:
    lost.told(row("R1", cash=3, amount="12.00", reason="Lost_Warehouse"))
    clock.advance(hours=24 * 28)
    lost.engine.duties.settle_claims()
    (claim,) = lost.engine.claims.list()
    assert (claim.units.paid, claim.units.owed) == (3, 0)
    assert lost.engine.verify().violations == ()


def test_what_was_lost_too_long_ago_is_not_claimed(
    desk: ClaimDesk, clock: ManualClock, tmp_path: Path
) -> None:
    clock.advance((datetime(2026, 6, 4, tzinfo=UTC) - clock.now()).total_seconds())
    told(desk, tmp_path, line("03/02/2026", -3, "M"))
    assert desk.engine.claims.list() == []
