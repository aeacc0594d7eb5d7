"""What stands on the labels and papers of inbound shipments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.inbound.inbound_plan_records import PlanBox
from stockpool_amazon_sim.inbound.inbound_v0_reading import InboundState
from stockpool_amazon_sim.simulator import Simulator
from stockpool_amazon_sim.sp_api.pdf_pages import A4, LETTER, MM, THERMAL, Label, Sheet, pdf
from stockpool_amazon_sim.sp_api.writing import decimal, timestamp

PALLET_LABELS = 4
"""Of each pallet: one for each side."""

BOX_SHEETS: Mapping[str, Sheet] = {
    "PackageLabel_Letter_2": Sheet(LETTER, 1, 2),
    "PackageLabel_Letter_4": Sheet(LETTER, 2, 2),
    "PackageLabel_Letter_6": Sheet(LETTER, 2, 3),
    "PackageLabel_Letter_6_CarrierLeft": Sheet(LETTER, 2, 3),
    "PackageLabel_A4_2": Sheet(A4, 1, 2),
    "PackageLabel_A4_4": Sheet(A4, 2, 2),
    "PackageLabel_Plain_Paper": Sheet(LETTER),
    "PackageLabel_Plain_Paper_CarrierBottom": Sheet(LETTER),
    "PackageLabel_Thermal": Sheet(THERMAL),
    "PackageLabel_Thermal_Unified": Sheet(THERMAL),
    "PackageLabel_Thermal_NonPCP": Sheet(THERMAL),
    "PackageLabel_Thermal_No_Carrier_Rotation": Sheet(THERMAL),
}
"""The paper for each page type of v0."""

ITEM_SHEETS: Mapping[str, Sheet] = {
    "A4_21": Sheet(A4, 3, 7),
    "A4_24": Sheet(A4, 3, 8),
    "A4_24_64x33": Sheet(A4, 3, 8),
    "A4_24_66x35": Sheet(A4, 3, 8),
    "A4_24_70x36": Sheet(A4, 3, 8),
    "A4_24_70x37": Sheet(A4, 3, 8),
    "A4_24i": Sheet(A4, 3, 8),
    "A4_27": Sheet(A4, 3, 9),
    "A4_40_52x29": Sheet(A4, 4, 10),
    "A4_44_48x25": Sheet(A4, 4, 11),
    "Letter_30": Sheet(LETTER, 3, 10),
}
"""The paper for each page type of item labels."""


def box_labels(simulator: Simulator, names: Sequence[Any]) -> bytes:
    """Labels of boxes, in the order of their numbers.

    Args:
        names: shipment, page type, places of the boxes in it, and whether the content is to stand
            on them as a square code (Amazon prints PDF417; here it is a QR code).
    """
    shipment_id, page_type, places, with_content = names

    def labels(state: InboundState) -> list[Label]:
        boxes = box_names(state)
        return [_box_label(state, boxes, place, bool(with_content)) for place in places]

    return pdf(shipment_id, BOX_SHEETS[page_type], _shipment(simulator, shipment_id, labels))


def pallet_labels(simulator: Simulator, names: Sequence[Any]) -> bytes:
    """Four labels for each pallet. `names`: shipment, page type, how many pallets."""
    shipment_id, page_type, pallets = names

    def labels(state: InboundState) -> list[Label]:
        return [
            Label(["FBA PALLET", *_way(state), f"Pallet {number} of {pallets}"], shipment_id)
            for number in range(1, pallets + 1)
            for _ in range(PALLET_LABELS)
        ]

    return pdf(shipment_id, BOX_SHEETS[page_type], _shipment(simulator, shipment_id, labels))


def bill_of_lading(simulator: Simulator, names: Sequence[Any]) -> bytes:
    """What a freight carrier signs for. `names`: shipment."""
    (shipment_id,) = names

    def paper(state: InboundState) -> list[Label]:
        shipment = state.shipment
        assert shipment is not None
        option = shipment.chosen_transport
        assert option is not None
        lines = ["BILL OF LADING", *_way(state), f"Carrier: {option.carrier_name}"]
        lines += [f"Fetched from {timestamp(option.appointment[0])}"] if option.appointment else []
        lines += [
            f"{pallet.quantity} pallets, {pallet.weight} each, {pallet.size}"
            for pallet in shipment.pallets
        ]
        lines += [f"{len(shipment.boxes)} boxes"]
        if option.cost is not None:
            currency = country(shipment.country).currency
            lines.append(f"Carriage: {decimal(option.cost, currency)} {currency}")
        return [Label(lines, shipment_id)]

    return pdf(shipment_id, Sheet(LETTER), _shipment(simulator, shipment_id, paper))


def item_labels(simulator: Simulator, names: Sequence[Any]) -> bytes:
    """Labels for units.

    Args:
        names: page type, or [width, height] in millimeters of a label of its own; then lists of
            [FNSKU, title, how many].
    """
    page, rows = names
    sheet = ITEM_SHEETS[page] if isinstance(page, str) else Sheet((page[0] * MM, page[1] * MM))
    labels = [
        Label([title, "New"], fnsku) for fnsku, title, quantity in rows for _ in range(quantity)
    ]
    return pdf("Item labels", sheet, labels)


def box_names(state: InboundState) -> list[str]:
    """The names on the labels of a shipment's boxes; without a plan it is one box."""
    if state.shipment is None:
        return [f"{state.inbound.shipment_id}U000001"]
    return [box.box_id for box in state.shipment.boxes if box.box_id is not None]


def amazon_reference(shipment_id: str) -> str:
    """The number by which Amazon's partner knows a freight shipment; it follows from its id."""
    return str(1_000_000_000 + sum(ord(one) * 31**place for place, one in enumerate(shipment_id)))


def _box_label(state: InboundState, boxes: Sequence[str], place: int, content: bool) -> Label:
    lines = ["FBA", *_way(state), f"Box {place + 1} of {len(boxes)}"]
    return Label(lines, boxes[place], _content(state, place) if content else "")


def _content(state: InboundState, place: int) -> str:
    """What is in a box, in the form of Amazon's two-dimensional codes."""
    box: PlanBox | None = None if state.shipment is None else state.shipment.boxes[place]
    items = [] if box is None else box.items
    parts = [f"AMZN,PO:{state.inbound.shipment_id}"]
    parts += [f"FNSKU:{item.fnsku},QTY:{item.quantity}" for item in items]
    return ",".join(parts)


def _way(state: InboundState) -> list[str]:
    source = {} if state.shipment is None else state.shipment.source
    center = country(state.inbound.country).centers[state.inbound.center]
    return [
        f"From: {source.get('name', 'The seller')}, {source.get('city', '')}",
        f"To: FBA: {source.get('name', 'The seller')}",
        f"Amazon {center.center_id}, {center.city} {center.state} {state.inbound.country}",
        f"Created: {timestamp(state.inbound.created_at)}",
    ]


def _shipment(simulator: Simulator, shipment_id: str, view: Any) -> list[Label]:
    labels: list[Label] = simulator.print_inbound_shipment(shipment_id, view)
    return labels
