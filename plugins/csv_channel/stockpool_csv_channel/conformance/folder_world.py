"""The folder behind the channel as the merchant sees it: files go in, and files come out."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from stockpool.clock import ManualClock
from stockpool.ids import IdSource
from stockpool.money import Money
from stockpool.order_request import Address
from stockpool.plugins.channel import Channel, PluginContext
from stockpool.testing import ChannelWorld, ToldParcel, WorldAbility
from stockpool_csv_channel import stockpool_channel_types

_COLUMNS = (
    "order_id",
    "line_id",
    "sku",
    "quantity",
    "name",
    "address1",
    "city",
    "region",
    "postal_code",
    "country",
    "phone",
    "email",
)


class FolderWorld(ChannelWorld):
    """The merchant's side of a folder: one file an order goes in, files of all kinds come out."""

    name = "web"
    abilities = frozenset(
        {
            WorldAbility.REOPEN,
            WorldAbility.SPOIL_AN_ORDER,
            WorldAbility.ASK_TO_CANCEL,
            WorldAbility.REFUND_BY_HAND,
            WorldAbility.ASK_FOR_RETURN,
        }
    )
    orders_a_page = 3

    def __init__(self, root: Path) -> None:
        self._root = root
        (root / "web" / "inbox").mkdir(parents=True)
        self._clock = ManualClock(datetime(2026, 3, 1, 12, tzinfo=UTC))
        self._orders = 0
        self._channel = self._make()

    def channel(self) -> Channel:
        return self._channel

    def reopened(self) -> Channel:
        return self._make()

    def place_order(self, units: Mapping[str, int], ship_to: Address) -> str:
        return self._drop({sku: str(quantity) for sku, quantity in units.items()}, ship_to)

    def place_spoiled_order(self, ship_to: Address) -> None:
        self._drop({"mug": "a few"}, ship_to)

    def told_parcels(self, channel_order_id: str) -> Sequence[ToldParcel]:
        parcels: dict[str, Counter[str]] = {}
        for row in self._told("tracking", channel_order_id):
            units = parcels.setdefault(row["tracking_number"], Counter())
            units[row["sku"]] += int(row["quantity"])
        for row in self._told("changed-tracking", channel_order_id):
            parcels[row["tracking_number"]] = parcels.pop(row["former_tracking_number"])
        return [ToldParcel(number, dict(units)) for number, units in parcels.items()]

    def told_cancellations(self, channel_order_id: str) -> Mapping[str, int]:
        units: Counter[str] = Counter()
        for row in self._told("cancellations", channel_order_id):
            units[row["sku"]] += int(row["quantity"])
        return units

    def told_refunds(self, channel_order_id: str) -> Sequence[Money]:
        rows = self._told("refunds", channel_order_id)
        return [Money.parse(row["amount"], row["currency"]) for row in rows if row["amount"]]

    def told_answers(self, channel_order_id: str) -> Sequence[str]:
        return [row["outcome"] for row in self._told("cancellation-answers", channel_order_id)]

    def ask_to_cancel(self, channel_order_id: str, units: Mapping[str, int]) -> str:
        rows = [f"C1,{channel_order_id},{n},{q}" for n, q in enumerate(units.values(), 1)]
        self._write("cancel.csv", ["cancellation_id,order_id,line_id,quantity", *rows])
        return "C1"

    def refund_by_hand(self, channel_order_id: str, amount: str, currency: str) -> str:
        row = f"R1,{channel_order_id},{amount},{currency}"
        self._write("refund.csv", ["refund_id,order_id,amount,currency", row])
        return "R1"

    def told_returns(self, channel_order_id: str) -> Sequence[str]:
        return [row["outcome"] for row in self._told("returns", channel_order_id)]

    def ask_for_return(self, channel_order_id: str, units: Mapping[str, int], reason: str) -> str:
        rows = [f"B1,{channel_order_id},{n},{q},{reason}" for n, q in enumerate(units.values(), 1)]
        self._write("return.csv", ["return_id,order_id,line_id,quantity,reason", *rows])
        return "B1"

    def _write(self, name: str, lines: Sequence[str]) -> None:
        (self._root / "web" / "inbox" / name).write_text("\n".join([*lines, ""]), "utf-8")

    def told_availability(self) -> Mapping[str, int]:
        return {row["sku"]: int(row["quantity"]) for row in self._rows("availability")}

    def _make(self) -> Channel:
        (kind,) = stockpool_channel_types()
        limits = {"page_orders": self.orders_a_page}
        settings = kind.settings(folder="web", settle_seconds=0, limits=limits)
        return kind.make(settings, PluginContext(self.name, self._clock, IdSource(7), self._root))

    def _drop(self, quantities: Mapping[str, str], ship_to: Address) -> str:
        self._orders += 1
        order_id = f"{1000 + self._orders}"
        path = self._root / "web" / "inbox" / f"order-{order_id}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(_COLUMNS)
            for line, (sku, quantity) in enumerate(quantities.items(), start=1):
                buyer = (ship_to.name, ship_to.line1, ship_to.city, ship_to.region)
                rest = (ship_to.postal_code, ship_to.country, ship_to.phone, ship_to.email)
                rows.writerow((order_id, line, sku, quantity, *buyer, *rest))
        return order_id

    def _told(self, kind: str, channel_order_id: str) -> list[dict[str, str]]:
        return [row for row in self._rows(kind) if row["order_id"] == channel_order_id]

    def _rows(self, kind: str) -> Iterator[dict[str, str]]:
        for path in sorted((self._root / "web" / "outbox").glob(f"{kind}*.csv")):
            with path.open(encoding="utf-8", newline="") as file:
                yield from csv.DictReader(file)
