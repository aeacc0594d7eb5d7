"""WooCommerce's orders, read into the engine's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import ValidationError

from stockpool.money import Money
from stockpool.order_request import Address, OrderLine, OrderRequest
from stockpool.plugins.channel import ChannelRefund, LineQuantity
from stockpool.problems import Problem

KEY_OF_OURS = "_stockpool_key"
"""The meta data under which a refund of ours has the engine's key."""

_FIX = "mend it in the shop"


class UnreadableOrder(Exception):
    """An order that can't be read; the others of its page can."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def modified_at(document: Mapping[str, Any]) -> datetime:
    """When an order was last changed, to the second."""
    return _moment(document["date_modified_gmt"])


def order_request(channel: str, document: Mapping[str, Any]) -> OrderRequest:
    """An order as the engine takes it.

    A line's `total` is without tax and after discounts, whatever the shop shows its buyers. Divided
    by the quantity it may not come out even; then the price of one is not told.

    Raises:
        UnreadableOrder: a member is missing or of a wrong form; says which, and not what it was.
    """
    try:
        return OrderRequest(
            channel=channel,
            channel_order_id=str(document["id"]),
            currency=document["currency"],
            ordered_at=_moment(document["date_created_gmt"]),
            ship_to=_address(document["shipping"], document["billing"]),
            shipping_price=_amount(document["shipping_total"]),
            shipping_tax=_amount(document["shipping_tax"]),
            hold="on hold in the shop" if document["status"] == "on-hold" else None,
            lines=tuple(_line(line) for line in document["line_items"]),
        )
    except KeyError as error:
        member = str(error.args[0])
        message = f"the order has no {member}"
        raise UnreadableOrder(Problem("missing_member", message, member, fix=_FIX)) from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UnreadableOrder(Problem("invalid_member", first["msg"], place, fix=_FIX)) from None
    except (TypeError, ValueError, InvalidOperation):
        message = "an amount, a quantity or a date of the order is none"
        raise UnreadableOrder(Problem("invalid_member", message, fix=_FIX)) from None


def refund(order: Mapping[str, Any], document: Mapping[str, Any]) -> ChannelRefund:
    """A refund of an order, with the engine's key if it is one of ours."""
    known = {entry["key"]: entry["value"] for entry in document.get("meta_data", ())}
    return ChannelRefund(
        str(document["id"]),
        str(order["id"]),
        Money.parse(str(document["amount"]), order["currency"]),
        document.get("reason") or "refunded in the shop",
        tuple(_given_back(document.get("line_items", ()))),
        key=known.get(KEY_OF_OURS),
    )


def _given_back(lines: Sequence[Mapping[str, Any]]) -> list[LineQuantity]:
    """The items of a refund: WooCommerce counts them below zero, and names their lines in meta."""
    found = []
    for line in lines:
        quantity = -int(line.get("quantity") or 0)
        names = {entry["key"]: entry["value"] for entry in line.get("meta_data", ())}
        of_line = names.get("_refunded_item_id")
        if quantity > 0 and of_line is not None:
            found.append(LineQuantity(str(of_line), str(line["sku"]), quantity))
    return found


def _line(line: Mapping[str, Any]) -> OrderLine:
    quantity, total = line["quantity"], _amount(line["total"])
    each = total / quantity if isinstance(quantity, int) and quantity > 0 else total
    return OrderLine(
        line_id=str(line["id"]),
        channel_sku=line["sku"],
        quantity=quantity,
        unit_price=each if each == round(each, 2) else None,
        tax=_amount(line["total_tax"]),
    )


def _address(shipping: Mapping[str, Any], billing: Mapping[str, Any]) -> Address:
    # Phone and e-mail stand with the bill; newer shops have a phone with the delivery, too.
    name = f"{shipping['first_name']} {shipping['last_name']}".strip()
    return Address(
        name=name or shipping.get("company", ""),
        line1=shipping["address_1"],
        line2=shipping.get("address_2") or None,
        city=shipping["city"],
        region=shipping["state"] or None,
        postal_code=shipping["postcode"],
        country=shipping["country"],
        phone=shipping.get("phone") or billing.get("phone") or None,
        email=billing.get("email") or None,
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _amount(text: str) -> Decimal:
    return Decimal(text)
