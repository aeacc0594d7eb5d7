"""What only a simulated Amazon lets one do with shipments on their way to it."""

from __future__ import annotations

from collections.abc import Sequence

from stockpool_amazon_sim.countries import country as known_country
from stockpool_amazon_sim.frame import Frame
from stockpool_amazon_sim.inbound import inbound, inbound_eligibility, plan_shipments
from stockpool_amazon_sim.inbound.inbound import AT_THE_SELLER, ON_THE_WAY, OVER
from stockpool_amazon_sim.inventory.inventory import known_sku
from stockpool_amazon_sim.records import Inbound, InboundItem
from stockpool_amazon_sim.storage.interface import Event
from stockpool_amazon_sim.world import World


class InboundControls(Frame):
    """Control calls. `shipment_id` is the name on labels (FBA...) or that of a plan's shipment.

    They raise ValueError when used wrongly.
    """

    def inbound_shipment_ids(self, country: str) -> list[str]:
        """All shipments to a country, by the name on labels, those of plans included."""
        with self._call() as world:
            found = world.store.inbound.all()
            return [shipment_id for shipment_id, one in found if one.country == country]

    def let_inbound_leave(self, shipment_id: str) -> None:
        """The carrier has a shipment now, whatever its plan waits for."""
        with self._call(writes=True) as world:
            plan_shipments.leave_now(world, _in(world, shipment_id, AT_THE_SELLER))

    def let_inbound_arrive(self, shipment_id: str) -> None:
        """A shipment is at its center now; its first units are counted at once."""
        with self._call(writes=True) as world:
            found = _in(world, shipment_id, (*AT_THE_SELLER, *ON_THE_WAY))
            if found.status in AT_THE_SELLER:
                plan_shipments.leave_now(world, found)
            for kind in ("inbound_moves_on", "inbound_arrives"):
                world.store.drop_events(found.shipment_id, kind=kind)
            inbound.arrive(world, Event(world.now, "inbound_arrives", found.shipment_id))

    def close_inbound(self, shipment_id: str) -> None:
        """Amazon expects nothing more of a shipment that is being received."""
        with self._call(writes=True) as world:
            found = _in(world, shipment_id, ("RECEIVING",))
            world.store.drop_events(found.shipment_id)
            inbound.close(world, Event(world.now, "inbound_closes", found.shipment_id))

    def lose_inbound(self, shipment_id: str, sku: str, units: int) -> None:
        """Announced units that are not yet counted will not be there, nor found later."""
        with self._call(writes=True) as world:
            found = _not_over(world, shipment_id)
            item = _item(found, sku)
            left = item.announced - (item.received - item.over) - item.damaged - item.lost
            if not 1 <= units <= left:
                raise ValueError(f"{left} units of {sku} can be lost")
            item.lost += units
            inbound.enter(world, found, found.status)

    def overfill_inbound(self, shipment_id: str, sku: str, units: int) -> None:
        """More units of a SKU than were announced are in the shipment."""
        with self._call(writes=True) as world:
            found = _not_over(world, shipment_id)
            if units < 1:
                raise ValueError("units must be at least 1")
            _item(found, sku).extra += units
            if found.waves == inbound.WAVES:
                inbound.receive_unannounced(world, found)
            inbound.enter(world, found, found.status)

    def misroute_inbound(self, shipment_id: str, fulfillment_center_id: str) -> None:
        """What is not yet counted turns up in another center than it was announced for."""
        with self._call(writes=True) as world:
            found = _not_over(world, shipment_id)
            if fulfillment_center_id not in known_country(found.country).centers:
                raise ValueError(
                    f"{found.country} has no fulfillment center {fulfillment_center_id!r}"
                )
            found.received_at = fulfillment_center_id
            inbound.enter(world, found, found.status)

    def restrict_inbound(self, country: str, sku: str, codes: Sequence[str]) -> None:
        """Reasons why a SKU may not be sent (`FBA_INB_...`); none makes it eligible again."""
        with self._call(writes=True) as world:
            inbound_eligibility.restrict(world, known_sku(world, country, sku), codes)


def _known(world: World, shipment_id: str) -> Inbound:
    shipment = world.store.plan_shipments.get(shipment_id)
    name = shipment_id if shipment is None else shipment.inbound_id or ""
    found = world.store.inbound.get(name)
    if found is None:
        raise ValueError(f"no inbound shipment {shipment_id!r}")
    return found


def _in(world: World, shipment_id: str, statuses: Sequence[str]) -> Inbound:
    found = _known(world, shipment_id)
    if found.status not in statuses:
        raise ValueError(f"shipment {shipment_id} is {found.status}")
    return found


def _not_over(world: World, shipment_id: str) -> Inbound:
    found = _known(world, shipment_id)
    if found.status in OVER:
        raise ValueError(f"shipment {shipment_id} is {found.status}")
    return found


def _item(found: Inbound, sku: str) -> InboundItem:
    for item in found.items:
        if item.sku == sku:
            return item
    raise ValueError(f"shipment {found.shipment_id} has no {sku}")
