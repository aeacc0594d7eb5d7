"""The settings of a simulated Amazon: `[networks.NAME]` with `type = "amazon_sim"`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from stockpool_amazon_sim.countries import country, known_countries

Probability = Annotated[float, Field(ge=0, le=1)]
Span = tuple[Annotated[float, Field(ge=0)], Annotated[float, Field(ge=0)]]


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Steps(_Settings):
    """How long each step takes, as [shortest, longest], in hours unless the name says days.

    The defaults follow what sellers see: about a quarter of an hour in which an order can be
    cancelled, a day or so in the center, and the days on the way that each country's data gives.

    Attributes:
        validate_order: New -> Received (units are reserved here).
        plan: Received -> Planning.
        allocate: Planning -> Processing, when the first shipments are PENDING.
        pick: by speed, until the units are in hand; a shipment can be cancelled until then.
        pack: until the parcels are closed.
        hand_over: until the carrier has them: SHIPPED.
        tracking_delay: how late a delayed tracking number is.
        cancel: from the request to its effect.
        delivery_delay_days: how much longer a delayed parcel takes.
        return_days: how long an undeliverable parcel or a customer's return is on its way back.
        grading: from a return's arrival to its disposition.
        hold_days: after which a held order is cancelled.
        fill_all: after which FillAll stops to wait for stock.
        inbound_working / inbound_transit_days / inbound_wave / inbound_close_days: until a
            shipment leaves, arrives, shows its next units, and is closed.
        inbound_operation: until an operation on an inbound plan is carried out.
        inbound_hand_over: from a tracking number until one's own carrier has a shipment.
        transfer: a transfer between centers.
        fc_processing: units set aside in a center.
        research_days: until misplaced units are found or written off.
        reimbursement_days / turn_up_days: until a loss is made good; until units that were paid
            for turn up.
        sale: until an order of Amazon's own shop leaves.
        sale_pending: until it is paid; one that leaves at once is paid at once.
        listing: until a change of a listing that was accepted is done.
        notification: until a notification comes to its queue.
        removal_pending / removal_planning: until a removal order is planned, and processed.
        removal_wave_days: between the parts of a removal order.
        feed_queue / feed_processing: until a feed is begun, and until it is worked through.
        report_queue / report_making: the same for a report.
    """

    validate_order: Span = (0.005, 0.02)
    plan: Span = (0.1, 0.25)
    allocate: Span = (0.05, 0.15)
    pick: Mapping[str, Span] = {
        "standard": (4.0, 20.0),
        "expedited": (2.0, 8.0),
        "priority": (1.0, 4.0),
    }
    pack: Span = (0.2, 1.0)
    hand_over: Span = (0.5, 4.0)
    tracking_delay: Span = (1.0, 12.0)
    cancel: Span = (0.005, 0.03)
    delivery_delay_days: Span = (1.0, 4.0)
    return_days: Span = (5.0, 14.0)
    grading: Span = (24.0, 72.0)
    hold_days: float = Field(default=14.0, gt=0)
    fill_all: float = Field(default=24.0, gt=0)
    inbound_working: Span = (12.0, 48.0)
    inbound_transit_days: Span = (3.0, 8.0)
    inbound_wave: Span = (6.0, 24.0)
    inbound_close_days: Span = (20.0, 40.0)
    inbound_operation: Span = (0.0005, 0.004)
    inbound_hand_over: Span = (1.0, 12.0)
    transfer: Span = (24.0, 120.0)
    fc_processing: Span = (12.0, 72.0)
    research_days: Span = (5.0, 30.0)
    reimbursement_days: Span = (5.0, 20.0)
    turn_up_days: Span = (10.0, 60.0)
    sale: Span = (2.0, 20.0)
    sale_pending: Span = (0.1, 0.5)
    listing: Span = (0.01, 0.1)
    notification: Span = (0.0005, 0.01)
    removal_pending: Span = (2.0, 8.0)
    removal_planning: Span = (12.0, 72.0)
    removal_wave_days: Span = (2.0, 7.0)
    feed_queue: Span = (0.005, 0.03)
    feed_processing: Span = (0.01, 0.1)
    report_queue: Span = (0.005, 0.03)
    report_making: Span = (0.01, 0.1)

    def pick_by(self, speed: str) -> Span:
        """How long the pick takes for a speed; one that is not named is as fast as expedited."""
        return self.pick.get(speed) or self.pick["expedited"]


class CallFaults(_Settings):
    """What goes wrong with calls, as probabilities.

    Attributes:
        throttle: refused for the rate; not done.
        transient: a server error that says so; not done.
        timeout_before: no answer; not done.
        timeout_after: no answer; done.
        slow: answered late, by `slow_seconds` on the engine's clock.
    """

    throttle: Probability = 0.0
    transient: Probability = 0.0
    timeout_before: Probability = 0.0
    timeout_after: Probability = 0.0
    slow: Probability = 0.0
    slow_seconds: float = Field(default=2.0, ge=0)


class Reimbursements(_Settings):
    """How losses are made good.

    Attributes:
        automatic: units lost in a center and parcels lost by a carrier, without a case.
        in_units: how often units are given back instead of money.
        turn_up: how often units that a center has lost, and that were paid for, are found after
            all; then the payment is reversed.
    """

    automatic: bool = False
    in_units: Probability = 0.0
    turn_up: Probability = 0.0


class Faults(_Settings):
    """What goes wrong, as probabilities. All zero by default.

    Attributes:
        calls: for every operation; `operations` replaces it for some, by Amazon's name.
        duplicate_changes: a change is told twice.
        late_changes: a change is told late, `late_hours`, with the state that was then.
        reordered_changes: a page of changes comes in another order.
        lost_notifications, duplicate_notifications: a notification never comes, or comes twice.
        late_notifications: it comes late, by `late_hours`.
        damaged_units: a unit is found damaged at the pick.
        delayed_tracking: a tracking number comes later than SHIPPED.
        delayed_parcels, attempted_parcels, lost_parcels, undeliverable_parcels: what becomes of
            a parcel instead of a plain delivery.
        inbound_damaged, inbound_missing, inbound_found: of the units of an inbound shipment:
            damaged on arrival; not there when it is received; of those, found later.
    """

    calls: CallFaults = CallFaults()
    operations: Mapping[str, CallFaults] = {}
    duplicate_changes: Probability = 0.0
    late_changes: Probability = 0.0
    late_hours: Span = (0.5, 12.0)
    reordered_changes: Probability = 0.0
    lost_notifications: Probability = 0.0
    late_notifications: Probability = 0.0
    duplicate_notifications: Probability = 0.0
    damaged_units: Probability = 0.0
    delayed_tracking: Probability = 0.0
    delayed_parcels: Probability = 0.0
    attempted_parcels: Probability = 0.0
    lost_parcels: Probability = 0.0
    undeliverable_parcels: Probability = 0.0
    inbound_damaged: Probability = 0.0
    inbound_missing: Probability = 0.0
    inbound_found: Probability = 0.5


class AmazonSimSettings(_Settings):
    """A seller's account at a simulated Amazon.

    Attributes:
        countries: one pool each, in this order.
        seed: of all chance.
        speed: how much faster than the engine's clock the simulator's clock runs.
        state: a file that keeps the state and lets processes share it; relative to the
            configuration's folder. None: in memory.
        rate_limits: refuse calls above Amazon's published rates (on the simulator's clock).
        duplicate_code: what a create call with a known id is refused with.
        not_granted: by country, features that are taken and silently not kept to.
        refused_features: by country, features that are refused if they are required.
        cross_border: by country, others that it ships to beyond its own.
        address_line_characters: bound of a name and of each address line (the live bound is
            not published).
        removes_stranded: dispose of stranded units when their time is over, as Amazon does unasked.
        reimbursements: how losses are made good.
        stock: what is there in the beginning, by country and SKU, or a CSV file with the columns
            country, sku, fnsku, quantity. Loaded once for each state.
    """

    countries: tuple[str, ...] = Field(default=("US", "CA", "MX"), min_length=1)
    seed: int = 1
    speed: float = Field(default=1.0, gt=0)
    state: Path | None = None
    rate_limits: bool = False
    duplicate_code: Literal["AlreadyExists", "InvalidInput"] = "AlreadyExists"
    not_granted: Mapping[str, tuple[str, ...]] = {}
    refused_features: Mapping[str, tuple[str, ...]] = {}
    cross_border: Mapping[str, tuple[str, ...]] = {}
    address_line_characters: int = Field(default=60, ge=1)
    removes_stranded: bool = False
    reimbursements: Reimbursements = Reimbursements()
    faults: Faults = Faults()
    steps: Steps = Steps()
    stock: Mapping[str, Mapping[str, Annotated[int, Field(ge=0)]]] | Path | None = None

    @field_validator("countries")
    @classmethod
    def _are_known(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        unknown = [code for code in codes if code not in known_countries()]
        if unknown:
            raise ValueError(
                f"no data for {', '.join(unknown)}; there is for {', '.join(known_countries())}"
            )
        if len(set(codes)) != len(codes):
            raise ValueError("name each country once")
        return codes

    def destinations(self, code: str) -> frozenset[str]:
        """The countries that a country's stock is shipped to."""
        return country(code).destinations | frozenset(self.cross_border.get(code, ()))

    def granted_features(self, code: str) -> frozenset[str]:
        """What a country keeps to of what is asked for."""
        withheld = {*self.not_granted.get(code, ()), *self.refused_features.get(code, ())}
        return frozenset(country(code).features) - withheld

    def accepted_features(self, code: str) -> frozenset[str]:
        """What may be asked for as Required in a country, kept to or not."""
        return frozenset(country(code).features) - {*self.refused_features.get(code, ())}
