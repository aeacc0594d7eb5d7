"""What the simulator's logic may ask of its store; both forms give exactly this.

Rules for the logic above:
- All work happens inside `with store.transaction()`. It commits, also when an error that is part
  of the simulated world is raised (`PluginError`); any other exception rolls the file form back.
- `get` answers the same object for a key within a transaction. Whoever changes a record puts it
  back; a record is not kept across transactions.
- Nothing here scans what is finished, except `scan` and `movements_after`, which audits use.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from stockpool_amazon_sim.document_records import Document, decode_document
from stockpool_amazon_sim.feeds.feed_records import Feed, decode_feed
from stockpool_amazon_sim.inbound.inbound_plan_records import (
    InboundOperation,
    InboundPlan,
    PlanShipment,
    PrepDetail,
    decode_inbound_operation,
    decode_inbound_plan,
    decode_plan_shipment,
    decode_prep_detail,
)
from stockpool_amazon_sim.listings.listing_records import (
    Listing,
    ListingChange,
    ListingRestriction,
    decode_listing,
    decode_listing_change,
    decode_listing_restriction,
)
from stockpool_amazon_sim.notifications.notification_records import (
    MessageQueue,
    NotificationDestination,
    NotificationSubscription,
    QueueMessage,
    decode_destination,
    decode_message,
    decode_queue,
    decode_subscription,
)
from stockpool_amazon_sim.records import (
    Inbound,
    Injection,
    Micros,
    Movement,
    Order,
    Removal,
    Sale,
    Sku,
    Stock,
    decode_inbound,
    decode_injection,
    decode_order,
    decode_removal,
    decode_sale,
    decode_sku,
    decode_stock,
    decode_text,
)
from stockpool_amazon_sim.reimbursements.reimbursement_records import (
    Reimbursement,
    decode_reimbursement,
)
from stockpool_amazon_sim.reports.report_records import (
    Report,
    ReportSchedule,
    decode_report,
    decode_schedule,
)

T = TypeVar("T")


@dataclass(slots=True)
class Event:
    """Something that will happen at `due` to the thing called `subject`.

    Attributes:
        quiet: it does not count as work under way (`idle`).
    """

    due: Micros
    kind: str
    subject: str
    detail: str = ""
    quiet: bool = False


class Table(ABC, Generic[T]):
    """Records of one kind by key."""

    @abstractmethod
    def get(self, key: str) -> T | None:
        """The record, or None."""

    @abstractmethod
    def put(self, key: str, record: T) -> None:
        """Keep a new or changed record."""

    @abstractmethod
    def remove(self, key: str) -> None:
        """Forget a record; it may be unknown."""

    @abstractmethod
    def scan(self, prefix: str = "", after: str = "", limit: int = 1000) -> list[tuple[str, T]]:
        """Records with keys that begin with `prefix` and sort after `after`, in key order."""

    def settle(self, key: str) -> None:
        """Nothing more is expected to happen to this record: it may be packed away."""
        return None

    def all(self, prefix: str = "") -> Iterator[tuple[str, T]]:
        """All records, page by page, in key order."""
        after = ""
        while page := self.scan(prefix, after):
            yield from page
            after = page[-1][0]


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of the index of changes. `document`: an older state to tell again."""

    sequence: int
    order_id: str
    document: str | None


class Store(ABC):
    """Tables, dated events, the index of changes, the journal of movements, and counters."""

    orders: Table[Order]
    skus: Table[Sku]
    stock: Table[Stock]
    sales: Table[Sale]
    inbound: Table[Inbound]
    inbound_plans: Table[InboundPlan]
    plan_listing: Table[str]
    plan_shipments: Table[PlanShipment]
    inbound_operations: Table[InboundOperation]
    prep_details: Table[PrepDetail]
    reimbursements: Table[Reimbursement]
    removals: Table[Removal]
    injections: Table[Injection]
    waiting: Table[str]
    packages: Table[str]
    sharers: Table[str]
    notes: Table[str]
    listings: Table[Listing]
    listing_changes: Table[ListingChange]
    listing_restrictions: Table[ListingRestriction]
    sale_index: Table[str]
    amazon_ids: Table[str]
    destinations: Table[NotificationDestination]
    subscriptions: Table[NotificationSubscription]
    queues: Table[MessageQueue]
    queue_messages: Table[QueueMessage]
    queue_places: Table[str]
    documents: Table[Document]
    feeds: Table[Feed]
    reports: Table[Report]
    report_schedules: Table[ReportSchedule]

    @abstractmethod
    def transaction(self) -> AbstractContextManager[None]:
        """One call. Other processes see all of it or nothing."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[None]:
        """Look at one instant without stopping other processes; nothing may be changed."""

    @abstractmethod
    def checkpoint(self) -> None:
        """Commit what was done so far in this transaction and let others in for a moment."""

    @abstractmethod
    def close(self) -> None:
        """Give back what is held open."""

    @abstractmethod
    def schedule(self, event: Event) -> None:
        """Add a dated event."""

    @abstractmethod
    def has_due(self, now: Micros) -> bool:
        """Whether `take_due` would find something."""

    @abstractmethod
    def take_due(self, now: Micros) -> Event | None:
        """Remove and return the earliest event due at or before `now`; ties as scheduled."""

    @abstractmethod
    def take_next(self, subject: str, kinds: Collection[str]) -> Event | None:
        """Remove and return a subject's earliest event of these kinds, due or not."""

    @abstractmethod
    def drop_events(self, subject: str, detail: str | None = None, kind: str | None = None) -> None:
        """Remove what is still to come for a subject (all of it, or one detail or kind)."""

    @abstractmethod
    def next_due(self) -> Micros | None:
        """When the earliest event that is not quiet is due."""

    @abstractmethod
    def touch(self, order_id: str, at: Micros, document: str | None = None) -> int:
        """Note a change of an order at the end of the index; its earlier entry goes away.

        With a document the entry is an extra one, which stays where it is.
        """

    @abstractmethod
    def changes_after(self, sequence: int, limit: int) -> list[Change]:
        """Entries after `sequence`, in order."""

    @abstractmethod
    def changes_since(self, at: Micros) -> int:
        """The sequence after which all entries were made at or after `at`."""

    @abstractmethod
    def record(self, movement: Movement) -> None:
        """Append to the journal."""

    @abstractmethod
    def movement_sequence(self) -> int:
        """The journal's length."""

    @abstractmethod
    def movements_after(self, sequence: int) -> Iterable[Movement]:
        """The journal from a place on, in order."""

    @abstractmethod
    def count(self, name: str, by: int = 1) -> None:
        """Add to a counter."""

    @abstractmethod
    def counter(self, name: str) -> int:
        """What a counter shows; 0 if it was never added to."""

    @abstractmethod
    def counters(self) -> Mapping[str, int]:
        """All counters, by name."""


DECODERS: Mapping[str, Callable[[str], Any]] = {
    "orders": decode_order,
    "skus": decode_sku,
    "stock": decode_stock,
    "sales": decode_sale,
    "inbound": decode_inbound,
    "inbound_plans": decode_inbound_plan,
    "plan_listing": decode_text,
    "plan_shipments": decode_plan_shipment,
    "inbound_operations": decode_inbound_operation,
    "prep_details": decode_prep_detail,
    "reimbursements": decode_reimbursement,
    "removals": decode_removal,
    "injections": decode_injection,
    "waiting": decode_text,
    "packages": decode_text,
    "sharers": decode_text,
    "notes": decode_text,
    "listings": decode_listing,
    "listing_changes": decode_listing_change,
    "listing_restrictions": decode_listing_restriction,
    "sale_index": decode_text,
    "amazon_ids": decode_text,
    "destinations": decode_destination,
    "subscriptions": decode_subscription,
    "queues": decode_queue,
    "queue_messages": decode_message,
    "queue_places": decode_text,
    "documents": decode_document,
    "feeds": decode_feed,
    "reports": decode_report,
    "report_schedules": decode_schedule,
}
"""How each table's records are read back; the names are those of the `Store`'s members."""
