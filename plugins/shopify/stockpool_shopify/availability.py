"""Stock out: absolute quantities at our location, each written over the one that was read.

`changeFromQuantity` refuses the write if Shopify sold something in between; then it is read and
computed again. What is written is the engine's figure without the units that Shopify has sold and
the engine has not heard of (`unseen`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from stockpool.clock import Clock
from stockpool.errors import RejectedError, TransientError
from stockpool.plugins.channel import AvailabilityUpdate, PushRefusal
from stockpool.plugins.notes import Notes
from stockpool_shopify.answers import Page, StockedVariant, UserError
from stockpool_shopify.client import Client
from stockpool_shopify.documents import document
from stockpool_shopify.left_out import LeftOut, Unseen
from stockpool_shopify.order_notes import OrderNotes
from stockpool_shopify.settings import ShopifySettings
from stockpool_shopify.shop import Shop
from stockpool_shopify.unseen import unseen_units
from stockpool_shopify.written_stock import WrittenStock

_SKUS_A_QUERY = 20
_ROWS_MOST = 250
_TRIES = 3
_PASSING = frozenset({"IDEMPOTENCY_CONCURRENT_REQUEST", "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"})
_STALE = "CHANGE_FROM_QUANTITY_STALE"


@dataclass(frozen=True, slots=True)
class _Row:
    """One inventory item to write. `found` is None where it is not stocked at our location."""

    update: AvailabilityUpdate
    item: str
    quantity: int
    found: int | None


class Availability:
    """Tells the shop what can be sold."""

    def __init__(
        self,
        client: Client,
        shop: Shop,
        notes: Notes,
        order_notes: OrderNotes,
        settings: ShopifySettings,
        clock: Clock,
    ) -> None:
        self._client = client
        self._shop = shop
        self._order_notes = order_notes
        self._left_out = LeftOut(notes)
        hours = settings.compare_stock_hours
        self._written = WrittenStock(notes, timedelta(hours=hours) if hours else None)
        self._settings = settings
        self._clock = clock

    def push(self, updates: Sequence[AvailabilityUpdate]) -> list[PushRefusal]:
        """Write what is newer than what was written before."""
        newest = self._written.newer(updates)
        refusals: list[PushRefusal] = []
        todo = dict(newest)
        told: dict[str, Unseen] = {}
        for _ in range(_TRIES):
            if not todo:
                break
            unseen = unseen_units(self._shop, self._order_notes, self._settings, self._clock)
            told |= dict.fromkeys(todo, unseen)
            rows, refused = self._rows(todo, unseen)
            refusals += refused
            stale, rejected = self._write(rows)
            refusals += rejected
            todo = {sku: todo[sku] for sku in stale}
        if todo:
            raise TransientError(
                f"Shopify sells {len(todo)} SKUs faster than their stock can be written"
            )
        self._left_out.note(told)
        self._written.remember(newest)
        return refusals

    def to_repeat(self) -> frozenset[str]:
        """SKUs whose stock has to be told again although the engine's figure stands."""
        again = self._written.to_compare(self._clock.now())
        if self._left_out.is_empty():
            return again
        return again | self._left_out.ended(self._order_notes.outside())

    def _rows(
        self, updates: Mapping[str, AvailabilityUpdate], unseen: Unseen
    ) -> tuple[list[_Row], list[PushRefusal]]:
        rows: dict[str, _Row] = {}
        refusals: list[PushRefusal] = []
        variants = self._variants(list(updates))
        for sku, update in updates.items():
            obstacle = _obstacle(sku, variants.get(sku, ()))
            if obstacle is not None:
                refusals.append(PushRefusal(update.key, obstacle))
                continue
            quantity = max(update.quantity - unseen.units(sku), 0)
            for variant in variants[sku]:
                item = variant.inventory_item
                level = item.inventory_level
                active = level is not None and level.is_active
                found = {q.name: q.quantity for q in level.quantities} if level and active else {}
                rows[item.id] = _Row(update, item.id, quantity, found.get("available"))
        return list(rows.values()), refusals

    def _variants(self, skus: Sequence[str]) -> dict[str, list[StockedVariant]]:
        """The variants of each SKU, exactly as it is written: Shopify's search is not so exact."""
        found: dict[str, list[StockedVariant]] = {sku: [] for sku in skus}
        for start in range(0, len(skus), _SKUS_A_QUERY):
            after: str | None = None
            while True:
                query = " OR ".join(f"sku:{_quoted(s)}" for s in skus[start:][:_SKUS_A_QUERY])
                variables = {"query": query, "location": self._settings.location, "after": after}
                data = self._client.run(document("StockOfSkus"), variables).data
                page = Page[StockedVariant].model_validate(data["productVariants"])
                for variant in page.nodes:
                    if variant.sku in found:
                        found[variant.sku].append(variant)
                if page.after is None:
                    break
                after = page.after
        return found

    def _write(self, rows: Sequence[_Row]) -> tuple[set[str], list[PushRefusal]]:
        """SKUs whose quantity had changed meanwhile, and what was refused for good."""
        stale: set[str] = set()
        refusals: list[PushRefusal] = []
        stocked = [row for row in rows if row.found is not None and row.found != row.quantity]
        batches = [stocked[i : i + _ROWS_MOST] for i in range(0, len(stocked), _ROWS_MOST)]
        while batches:
            batch = batches.pop()
            errors = self._set(batch)
            codes = {error.code for error in errors}
            if codes & _PASSING:
                raise TransientError(f"inventorySetQuantities: {', '.join(map(str, codes))}")
            if errors and len(batch) > 1:
                # One bad row spoils the whole call.
                middle = len(batch) // 2
                batches += [batch[:middle], batch[middle:]]
            elif _STALE in codes:
                stale.add(batch[0].update.channel_sku)
            elif errors:
                refusals.append(_refusal(batch[0], errors))
        for row in rows:
            if row.found is None and (errors := self._stock(row)):
                refusals.append(_refusal(row, errors))
        return stale, refusals

    def _set(self, rows: Sequence[_Row]) -> list[UserError]:
        given = {
            "name": "available",
            "reason": "correction",
            "quantities": [
                {
                    "inventoryItemId": row.item,
                    "locationId": self._settings.location,
                    "quantity": row.quantity,
                    "changeFromQuantity": row.found,
                }
                for row in rows
            ],
        }
        variables = {"input": given, "key": _key(given, rows)}
        return self._shop.change("SetAvailable", "inventorySetQuantities", variables)

    def _stock(self, row: _Row) -> list[UserError]:
        given = {
            "item": row.item,
            "location": self._settings.location,
            "available": row.quantity,
        }
        variables = {**given, "key": _key(given, [row])}
        return self._shop.change("StockAtLocation", "inventoryActivate", variables)


def _obstacle(sku: str, variants: Sequence[StockedVariant]) -> RejectedError | None:
    if not variants:
        return RejectedError("unknown_sku", f"the shop has no variant with the SKU {sku}")
    if any(variant.requires_components for variant in variants):
        return RejectedError("bundle", f"{sku} is a bundle, whose stock is that of its parts")
    if not all(variant.inventory_item.tracked for variant in variants):
        return RejectedError("not_tracked", f"switch on inventory tracking for {sku} in Shopify")
    return None


def _refusal(row: _Row, errors: Sequence[UserError]) -> PushRefusal:
    words = "; ".join(error.message for error in errors)[:300]
    return PushRefusal(row.update.key, RejectedError(errors[0].code or "refused", words))


def _key(given: Mapping[str, Any], rows: Sequence[_Row]) -> str:
    """The same intent with the same values has the same key, and nothing else has."""
    said = json.dumps([given, sorted(row.update.key for row in rows)], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _quoted(sku: str) -> str:
    escaped = sku.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
