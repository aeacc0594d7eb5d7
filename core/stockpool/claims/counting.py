"""What becomes of the units of a claim. Pure: each change gives the new counts, and the moves.

    claimed = owed + found + paid + replaced + written_off

Units may turn up after they were paid for or given up: they are counted beside it
(`found_settled`), until the payment is reversed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from stockpool.ledger.buckets import Account

Way = tuple[Account, Account, int, str]
"""From, to, units and cause. `CASE` stands for the account of the claim's kind."""

CASE = Account.SUPPLIER
"""Replaced by the account of the claim's kind when it is posted."""

OWED = Account.OWED_BY_AMAZON
GONE = Account.WRITTEN_OFF


@dataclass(frozen=True, slots=True)
class ClaimUnits:
    """Units of a claim.

    Attributes:
        claimed: that were missing, at most.
        found: of these, that turned up while they were owed.
        paid: that were paid for in money.
        replaced: that were given back as units.
        written_off: that were given up.
        found_settled: that turned up although they were paid for, replaced or given up.
    """

    claimed: int = 0
    found: int = 0
    paid: int = 0
    replaced: int = 0
    written_off: int = 0
    found_settled: int = 0

    @property
    def owed(self) -> int:
        """Units that the network still owes."""
        return self.claimed - self.found - self.paid - self.replaced - self.written_off

    @property
    def missing(self) -> int:
        """Units that are not there, whoever has borne the loss."""
        return self.claimed - self.found - self.found_settled


@dataclass(frozen=True, slots=True)
class Counted:
    """A change: the units after it, and the moves of the ledger that belong to it."""

    units: ClaimUnits
    ways: Sequence[Way] = ()


def missing_now(units: ClaimUnits, missing: int) -> Counted:
    """So many units are missing now: more were lost, or some have turned up.

    Raises:
        ValueError: fewer than none.
    """
    if missing < 0:
        raise ValueError(f"{missing} missing units")
    change = missing - units.missing
    if change > 0:
        return _lost(units, change)
    return _turned_up(units, -change)


def _lost(units: ClaimUnits, more: int) -> Counted:
    settled = min(more, units.found_settled)
    found = min(more - settled, units.found)
    claimed = more - settled - found
    after = replace(
        units,
        claimed=units.claimed + claimed,
        found=units.found - found,
        found_settled=units.found_settled - settled,
    )
    ways = [(CASE, OWED, found + claimed, "claim")] if found + claimed else []
    return Counted(after, ways)


def _turned_up(units: ClaimUnits, some: int) -> Counted:
    found = min(some, units.owed)
    after = replace(
        units, found=units.found + found, found_settled=units.found_settled + some - found
    )
    return Counted(after, [(OWED, CASE, found, "found")] if found else [])


def paid(units: ClaimUnits, count: int) -> Counted:
    """The network has paid for units.

    Raises:
        ValueError: more than it owes.
    """
    _owes(units, count)
    return Counted(replace(units, paid=units.paid + count), [(OWED, GONE, count, "reimbursed")])


def replaced(units: ClaimUnits, count: int) -> Counted:
    """The network has put units into stock instead; a snapshot brings them.

    Raises:
        ValueError: more than it owes.
    """
    _owes(units, count)
    return Counted(
        replace(units, replaced=units.replaced + count),
        [(OWED, Account.ADJUSTMENT, count, "reimbursed_in_units")],
    )


def written_off(units: ClaimUnits, count: int) -> Counted:
    """Units are given up: denied, or the time is over.

    Raises:
        ValueError: more than are owed.
    """
    _owes(units, count)
    return Counted(
        replace(units, written_off=units.written_off + count), [(OWED, GONE, count, "written_off")]
    )


def payment_reversed(units: ClaimUnits, count: int) -> Counted:
    """The network has taken a payment back: units that turned up were found after all, the others
    are owed again.

    Raises:
        ValueError: more than were paid for.
    """
    if not 1 <= count <= units.paid:
        raise ValueError(f"{count} units taken back, {units.paid} were paid for")
    found = min(count, units.found_settled)
    after = replace(
        units,
        paid=units.paid - count,
        found=units.found + found,
        found_settled=units.found_settled - found,
    )
    ways: list[Way] = [(GONE, CASE, found, "reversed")] if found else []
    if count > found:
        ways.append((GONE, OWED, count - found, "reversed"))
    return Counted(after, ways)


def _owes(units: ClaimUnits, count: int) -> None:
    if not 1 <= count <= units.owed:
        raise ValueError(f"{count} units, {units.owed} are owed")
