"""Writing the demo's orders as merchants get them: five layouts, four encodings, and repeats."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from stockpool_workers.demo.drawing import Drawing, DrawnOrder, with_names_beyond_latin

_PLAIN = (
    "order id", "line id", "sku", "quantity", "unit price", "currency", "name", "address 1",
    "city", "region", "postal code", "country", "speed", "fulfillment policy", "hold",
    "ordered at",
)  # fmt: skip
_SHOPIFY = (
    "Name", "Email", "Financial Status", "Paid at", "Fulfillment Status", "Currency", "Subtotal",
    "Shipping", "Total", "Shipping Method", "Created at", "Lineitem quantity", "Lineitem name",
    "Lineitem price", "Lineitem sku", "Lineitem requires shipping",
    "Lineitem fulfillment status", "Shipping Name", "Shipping Street", "Shipping Address1",
    "Shipping Address2", "Shipping Company", "Shipping City", "Shipping Zip", "Shipping Province",
    "Shipping Country", "Shipping Phone", "Cancelled at", "Lineitem discount", "Id",
)  # fmt: skip
_MCF = (
    "MerchantFulfillmentOrderID", "DisplayableOrderID", "DisplayableOrderDate", "MerchantSKU",
    "Quantity", "MerchantFulfillmentOrderItemID", "GiftMessage", "DisplayableComment",
    "PerUnitDeclaredValue", "DisplayableOrderComment", "DeliverySLA", "AddressName",
    "AddressFieldOne", "AddressFieldTwo", "AddressFieldThree", "AddressCity",
    "AddressCountryCode", "AddressStateOrRegion", "AddressPostalCode", "AddressPhoneNumber",
    "NotificationEmail", "FulfillmentAction", "MarketplaceID",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file in an inbox. `repeats`: how many of its orders stand in another file as well."""

    path: str
    layout: str
    orders: int
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class Written:
    """Everything that was dropped into the inboxes."""

    files: tuple[WrittenFile, ...]
    orders: tuple[DrawnOrder, ...]
    """Each order once."""


def write_orders(folder: Path, *, count: int, seed: int) -> Written:
    """Draw `count` orders and drop them into the channels' inboxes."""
    chance = random.Random(seed)
    drawing = Drawing(chance)
    web = drawing.orders("web", count // 2, 1001)
    shop = drawing.orders("shop", count * 3 // 10, 5001)
    market = drawing.orders("market", count - len(web) - len(shop), 9001)
    first, second, third, fourth = _split(web, (40, 30, 15, 15))
    fourth = with_names_beyond_latin(fourth, chance)
    early, late = _split(shop, (60, 40))
    repeated = second[: len(second) // 3]

    inbox = folder / "web" / "inbox"
    plain = _table(_plain_rows(first), ",").encode()
    files = [
        _write(inbox / "orders-monday.csv", plain, "CSV, UTF-8", len(first)),
        _write(
            inbox / "orders-tuesday.tsv",
            _table(_plain_rows(second), "\t").encode(),
            "tab-separated, UTF-8",
            len(second),
        ),
        _write(
            inbox / "bestellungen.csv",
            _table(_plain_rows(third), ";").encode("cp1252"),
            "semicolons, Windows-1252",
            len(third),
        ),
        _write(
            inbox / "orders-unicode.csv",
            _table(_plain_rows(fourth), ",").encode("utf-16"),
            "CSV, UTF-16",
            len(fourth),
        ),
        _write(
            inbox / "orders-monday (1).csv",
            plain,
            "the first file once more",
            len(first),
            len(first),
        ),
        _write(
            inbox / "orders-wednesday.csv",
            _table(_plain_rows(repeated), ",").encode(),
            "orders of another file again",
            len(repeated),
            len(repeated),
        ),
        *(
            _write(
                folder / "shop" / "inbox" / f"orders_export_{number}.csv",
                _table(_shopify_rows(part), ",").encode(),
                "Shopify's export",
                len(part),
            )
            for number, part in enumerate((early, late), start=1)
        ),
        _write(
            folder / "market" / "inbox" / "fulfillment-orders.txt",
            _tabs(_mcf_rows(market)).encode(),
            "Amazon's MCF order file",
            len(market),
        ),
    ]
    return Written(tuple(files), (*first, *second, *third, *fourth, *shop, *market))


def _split(orders: Sequence[DrawnOrder], percent: Sequence[int]) -> list[list[DrawnOrder]]:
    parts = []
    start = 0
    for index, share in enumerate(percent):
        last = index == len(percent) - 1
        end = len(orders) if last else start + len(orders) * share // 100
        parts.append(list(orders[start:end]))
        start = end
    return parts


def _write(path: Path, content: bytes, layout: str, orders: int, repeats: int = 0) -> WrittenFile:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    shown = "/".join(path.parts[-3:])
    return WrittenFile(shown, layout, orders, repeats)


def _table(rows: Iterable[Sequence[str]], delimiter: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def _tabs(rows: Iterable[Sequence[str]]) -> str:
    """Tabs without quoting, as Amazon reads them."""
    return "".join("\t".join(row) + "\r\n" for row in rows)


def _plain_rows(orders: Iterable[DrawnOrder]) -> Iterator[Sequence[str]]:
    yield _PLAIN
    for order in orders:
        buyer = order.buyer
        for number, line in enumerate(order.lines, start=1):
            yield (
                order.number, str(number), line.channel_sku, line.quantity, line.price, "USD",
                buyer.name, buyer.line1, buyer.city, buyer.region, buyer.postal_code,
                buyer.country, order.speed, order.policy, "fraud check" if order.hold else "",
                order.ordered_at.isoformat(),
            )  # fmt: skip


def _shopify_rows(orders: Iterable[DrawnOrder]) -> Iterator[Sequence[str]]:
    yield _SHOPIFY
    methods = {"expedited": "Express Shipping", "priority": "Overnight"}
    for order in orders:
        for place, line in enumerate(order.lines):
            row = dict.fromkeys(_SHOPIFY, "")
            row |= {
                "Name": order.number,
                "Lineitem quantity": line.quantity,
                "Lineitem name": line.channel_sku.title(),
                "Lineitem price": line.price,
                "Lineitem sku": line.channel_sku,
                "Lineitem requires shipping": "true",
                "Lineitem fulfillment status": "pending",
            }
            if place == 0:
                row |= _shopify_head(order, methods.get(order.speed, "Standard"))
            yield [row[column] for column in _SHOPIFY]


def _shopify_head(order: DrawnOrder, method: str) -> dict[str, str]:
    """What stands on the first row of an order only."""
    buyer = order.buyer
    at = order.ordered_at.strftime("%Y-%m-%d %H:%M:%S -0500")
    return {
        "Financial Status": order.status,
        "Paid at": at if order.status == "paid" else "",
        "Fulfillment Status": "unfulfilled",
        "Currency": "USD",
        "Shipping": "4.90",
        "Shipping Method": method,
        "Created at": at,
        "Shipping Name": buyer.name,
        "Shipping Street": buyer.line1,
        "Shipping Address1": buyer.line1,
        "Shipping City": buyer.city,
        "Shipping Zip": f"'{buyer.postal_code}",
        "Shipping Province": buyer.region,
        "Shipping Country": buyer.country,
    }


def _mcf_rows(orders: Iterable[DrawnOrder]) -> Iterator[Sequence[str]]:
    yield _MCF
    for order in orders:
        buyer = order.buyer
        for number, line in enumerate(order.lines, start=1):
            row = dict.fromkeys(_MCF, "")
            row |= {
                "MerchantFulfillmentOrderID": order.number,
                "MerchantSKU": line.channel_sku,
                "Quantity": line.quantity,
                "MerchantFulfillmentOrderItemID": str(number),
                "PerUnitDeclaredValue": line.price,
            }
            if number == 1:
                row |= {
                    "DisplayableOrderID": order.number,
                    "DisplayableOrderDate": order.ordered_at.isoformat(),
                    "DisplayableOrderComment": "Thank you!",
                    "DeliverySLA": order.speed.title(),
                    "AddressName": buyer.name,
                    "AddressFieldOne": buyer.line1,
                    "AddressCity": buyer.city,
                    "AddressCountryCode": buyer.country,
                    "AddressStateOrRegion": buyer.region,
                    "AddressPostalCode": buyer.postal_code,
                    "FulfillmentAction": "Hold" if order.hold else "Ship",
                }
            yield [row[column] for column in _MCF]
