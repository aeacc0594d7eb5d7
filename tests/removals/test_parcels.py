"""Parcels of removal orders: told by the network, and what arrives is noted by the merchant."""

from __future__ import annotations

import pytest

from removal_parcels_told import HEADER, US, ParcelReports, parcel
from stockpool.errors import NotFoundError, RefusedError


def arrived(reports: ParcelReports) -> list[tuple[str, str, int, int | None]]:
    found = reports.engine.removal_parcels.list(order_id="R1")
    return sorted((one.tracking_number, one.sku, one.units, one.arrived) for one in found)


def test_parcels_are_kept_once_however_often_they_are_told(parcels: ParcelReports) -> None:
    parcels.told(parcel("1Z1", "MUG", 4), parcel("1Z1", "CUP", 2), parcel("1Z2", "MUG", 3))
    parcels.told(parcel("1Z1", "MUG", 4))
    assert arrived(parcels) == [
        ("1Z1", "CUP", 2, None),
        ("1Z1", "MUG", 4, None),
        ("1Z2", "MUG", 3, None),
    ]


def test_what_does_not_go_to_the_merchant_is_left_out(parcels: ParcelReports) -> None:
    parcels.told(parcel("1Z1", "MUG", 4, kind="Liquidations"), parcel("1Z2", "MUG", 0))
    assert parcels.engine.removal_parcels.list() == []


def test_an_older_report_does_not_say_what_kind_of_removal_it_is(parcels: ParcelReports) -> None:
    parcels.header = HEADER.replace("|removal-order-type", "")
    parcels.told(parcel("1Z1", "MUG", 4, kind=None))
    assert arrived(parcels) == [("1Z1", "MUG", 4, None)]


def test_everything_has_arrived(parcels: ParcelReports) -> None:
    parcels.told(parcel("1Z1", "MUG", 4), parcel("1Z2", "MUG", 3))
    service = parcels.engine.removal_parcels
    service.note_arrival("R1", tracking_number="1Z1")
    assert arrived(parcels) == [("1Z1", "MUG", 4, 4), ("1Z2", "MUG", 3, None)]
    assert [one.tracking_number for one in service.list(not_noted=True)] == ["1Z2"]
    service.note_arrival("R1")
    assert service.list(not_noted=True) == []


def test_what_is_not_named_did_not_come_and_the_later_word_counts(parcels: ParcelReports) -> None:
    parcels.told(parcel("1Z1", "MUG", 4), parcel("1Z1", "CUP", 2))
    service = parcels.engine.removal_parcels
    service.note_arrival("R1", {"MUG": 3})
    assert arrived(parcels) == [("1Z1", "CUP", 2, 0), ("1Z1", "MUG", 4, 3)]
    service.note_arrival("R1", {"MUG": 3, "CUP": 2})
    assert arrived(parcels) == [("1Z1", "CUP", 2, 2), ("1Z1", "MUG", 4, 3)]


def test_units_of_one_sku_in_two_conditions_are_counted_together(parcels: ParcelReports) -> None:
    parcels.told(parcel("1Z1", "MUG", 4), parcel("1Z1", "MUG", 2, disposition="Unsellable"))
    noted = parcels.engine.removal_parcels.note_arrival("R1", {"MUG": 5})
    assert [(one.disposition, one.arrived) for one in noted] == [("Sellable", 4), ("Unsellable", 1)]


def test_what_was_not_sent_can_not_arrive(parcels: ParcelReports) -> None:
    parcels.told(parcel("1Z1", "MUG", 4))
    service = parcels.engine.removal_parcels
    with pytest.raises(RefusedError, match="4 were sent"):
        service.note_arrival("R1", {"MUG": 5})
    with pytest.raises(RefusedError, match="0 were sent"):
        service.note_arrival("R1", {"PLATE": 1})
    with pytest.raises(NotFoundError, match="REMOVAL_SHIPMENT_DETAIL"):
        service.note_arrival("R2")
    with pytest.raises(NotFoundError, match="1Z9"):
        service.note_arrival("R1", tracking_number="1Z9")
    assert arrived(parcels) == [("1Z1", "MUG", 4, None)]


def test_units_of_several_parcels_need_the_parcel(parcels: ParcelReports) -> None:
    parcels.told(parcel("1Z1", "MUG", 4), parcel("1Z2", "MUG", 3))
    with pytest.raises(RefusedError, match="2 parcels") as caught:
        parcels.engine.removal_parcels.note_arrival("R1", {"MUG": 5})
    assert caught.value.problems[0].fix == "name one of 1Z1, 1Z2"


def test_a_report_that_corrects_a_count_leaves_no_more_arrived_than_sent(
    parcels: ParcelReports,
) -> None:
    parcels.told(parcel("1Z1", "MUG", 4))
    parcels.engine.removal_parcels.note_arrival("R1")
    parcels.told(parcel("1Z1", "MUG", 3))
    assert arrived(parcels) == [("1Z1", "MUG", 3, 3)]
    assert parcels.engine.removal_parcels.list()[0].pool == US
