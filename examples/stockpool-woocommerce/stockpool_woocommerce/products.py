"""Products and variations: what the shop sells, and how much of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

from stockpool.errors import RejectedError
from stockpool.plugins.channel import AvailabilityUpdate, ChannelListing, PushRefusal
from stockpool.plugins.notes import Notes
from stockpool_woocommerce.client import WooCommerceClient

_BATCH = 100
"""Objects that one batch request may change."""

Place = tuple[int, int | None]
"""A variation and its product, or a product alone."""


def listings(
    client: WooCommerceClient, products: Sequence[Mapping[str, Any]]
) -> list[ChannelListing]:
    """What can be sold of some products: themselves, or their variations."""
    return [
        ChannelListing(item["sku"], str(item.get("name", "")))
        for item, _ in _sold(client, products)
        if item["sku"]
    ]


def push(
    client: WooCommerceClient, notes: Notes, updates: Sequence[AvailabilityUpdate]
) -> list[PushRefusal]:
    """Set what can be sold. An update that is older than the last one of its SKU is left out."""
    refusals: list[PushRefusal] = []
    batches: dict[int | None, list[dict[str, Any]]] = defaultdict(list)
    pushed: list[AvailabilityUpdate] = []
    for update in updates:
        if _as_of(update) < notes.read(_note(update)).get(_note(update), ""):
            continue
        found = list(_find(client, update.channel_sku))
        if not found:
            error = RejectedError("unknown_sku", f"no product has the SKU {update.channel_sku}")
            refusals.append(PushRefusal(update.key, error))
            continue
        pushed.append(update)
        for number, product in found:
            batches[product].append(
                {"id": number, "manage_stock": True, "stock_quantity": update.quantity}
            )
    for product, changes in batches.items():
        path = "/products/batch" if product is None else f"/products/{product}/variations/batch"
        for start in range(0, len(changes), _BATCH):
            client.change("POST", path, {"update": changes[start : start + _BATCH]})
    for update in pushed:
        _remember(notes, update)
    return refusals


def _find(client: WooCommerceClient, sku: str) -> Iterator[Place]:
    """Where a SKU stands. The search finds variations, too, with the product they belong to."""
    for item in client.page("/products", sku=sku, per_page="100").items:
        yield item["id"], item.get("parent_id") or None


def _sold(
    client: WooCommerceClient, products: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[Mapping[str, Any], int | None]]:
    for product in products:
        if product["type"] == "variable":
            for variation in client.everything(f"/products/{product['id']}/variations"):
                yield variation, product["id"]
        else:
            yield product, None


def _remember(notes: Notes, update: AvailabilityUpdate) -> None:
    newest = _as_of(update)
    notes.change(_note(update), lambda last: newest if last is None else max(last, newest))


def _as_of(update: AvailabilityUpdate) -> str:
    return update.as_of.astimezone(UTC).isoformat(timespec="microseconds")


def _note(update: AvailabilityUpdate) -> str:
    return f"availability:{update.channel_sku}"
