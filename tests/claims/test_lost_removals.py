"""Units of removal orders that do not arrive: claimed by what the merchant has noted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from claims_desk import HEADER, US, row
from removal_parcels_told import ParcelReports, parcel
from stockpool.claims.kinds import ClaimKind
from stockpool.claims.lost_removals import LostRemovals
from stockpool.clock import ManualClock
from stockpool.engine import Engine
from stockpool.ledger.buckets import Account

SENT = datetime(2026, 6, 1, tzinfo=UTC)


def until(clock: ManualClock, days: int) -> None:
    """So many days after the parcels were sent."""
    clock.advance((SENT + timedelta(days=days) - clock.now()).total_seconds())


@pytest.fixture
def parcels(engine: Engine, tmp_path: Path, clock: ManualClock) -> ParcelReports:
    """Two parcels of a removal order were sent on 1 June."""
    reports = ParcelReports(engine, tmp_path)
    until(clock, 5)
    reports.told(parcel("1Z1", "MUG", 4), parcel("1Z1", "CUP", 2), parcel("1Z2", "MUG", 3))
    return reports


def settle(parcels: ParcelReports) -> list[tuple[str, str, int]]:
    """Tracking number, SKU and units of each claim there is."""
    parcels.engine.duties.settle_claims()
    assert parcels.engine.verify().violations == ()
    return sorted(
        (one.evidence["tracking"], one.sku, one.units.owed) for one in parcels.engine.claims.list()
    )


def test_what_was_noted_as_missing_is_claimed_when_its_window_opens(
    parcels: ParcelReports, clock: ManualClock
) -> None:
    parcels.engine.removal_parcels.note_arrival("R1", {"MUG": 3}, tracking_number="1Z1")
    assert settle(parcels) == []
    until(clock, 15)
    assert settle(parcels) == [("1Z1", "CUP", 2), ("1Z1", "MUG", 1)]
    (mugs,) = [one for one in parcels.engine.claims.list() if one.sku == "MUG"]
    assert (mugs.kind, mugs.subject, mugs.pool) == (ClaimKind.REMOVAL_LOST, "R1", US)
    assert mugs.window.closes_at == SENT + timedelta(days=75)
    level = parcels.engine.inventory.level(US, "MUG")
    assert (level.owed_by_amazon, level.units[Account.RETURNED_TO_SELLER]) == (1, -1)
    assert settle(parcels) == [("1Z1", "CUP", 2), ("1Z1", "MUG", 1)]


def test_what_comes_after_all_is_taken_back(parcels: ParcelReports, clock: ManualClock) -> None:
    parcels.engine.removal_parcels.note_arrival("R1", {}, tracking_number="1Z2")
    until(clock, 20)
    assert settle(parcels) == [("1Z2", "MUG", 3)]
    parcels.engine.removal_parcels.note_arrival("R1", {"MUG": 2}, tracking_number="1Z2")
    assert settle(parcels) == [("1Z2", "MUG", 1)]
    until(clock, 300)
    parcels.engine.removal_parcels.note_arrival("R1", tracking_number="1Z2")
    assert settle(parcels) == [("1Z2", "MUG", 0)]
    assert parcels.engine.inventory.level(US, "MUG").owed_by_amazon == 0


def test_a_payment_is_counted_and_a_late_arrival_takes_nothing_from_it(
    parcels: ParcelReports, clock: ManualClock, tmp_path: Path
) -> None:
    parcels.engine.removal_parcels.note_arrival("R1", {}, tracking_number="1Z2")
    until(clock, 20)
    settle(parcels)
    path = tmp_path / "reimbursements.txt"
    told = row("R9", cash=3, amount="12.00", reason="Removal_Order_Lost")
    path.write_text(f"{HEADER}\n{told}\n".replace("|", "\t"), "utf-8")
    parcels.engine.reports.import_file(path, "GET_FBA_REIMBURSEMENTS_DATA", US)
    parcels.engine.duties.settle_claims()
    (claim,) = parcels.engine.claims.list()
    assert (claim.units.paid, claim.units.owed) == (3, 0)
    parcels.engine.removal_parcels.note_arrival("R1")
    parcels.engine.duties.settle_claims()
    (claim,) = parcels.engine.claims.list()
    assert (claim.units.paid, claim.units.found_settled, claim.units.owed) == (3, 3, 0)
    assert parcels.engine.verify().violations == ()


def test_silence_is_no_loss_unless_the_settings_say_when(
    parcels: ParcelReports, clock: ManualClock
) -> None:
    until(clock, 40)
    assert settle(parcels) == []
    engine = parcels.engine
    strict = LostRemovals(engine.database, engine.ids, engine.claims, timedelta(days=41))
    assert strict.look() == 0
    until(clock, 41)
    assert strict.look() == 3
    assert sum(one.units.owed for one in engine.claims.list()) == 9
    engine.removal_parcels.note_arrival("R1")
    assert strict.look() == 3
    assert sum(one.units.owed for one in engine.claims.list()) == 0


def test_what_is_noted_too_late_is_not_claimed(parcels: ParcelReports, clock: ManualClock) -> None:
    until(clock, 76)
    parcels.engine.removal_parcels.note_arrival("R1", {}, tracking_number="1Z1")
    assert settle(parcels) == []


def test_two_parcels_of_one_sku_have_a_claim_each(
    parcels: ParcelReports, clock: ManualClock
) -> None:
    for tracking in ("1Z1", "1Z2"):
        parcels.engine.removal_parcels.note_arrival("R1", {"MUG": 2}, tracking_number=tracking)
    until(clock, 16)
    assert settle(parcels) == [("1Z1", "CUP", 2), ("1Z1", "MUG", 2), ("1Z2", "MUG", 1)]
