"""What is wrong with the connection to a shop: for `stockpool channels check`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from stockpool.errors import PluginError
from stockpool.problems import Problem
from stockpool_shopify.client import Client
from stockpool_shopify.documents import document
from stockpool_shopify.settings import Role, ShopifySettings

SCOPES: Mapping[Role, frozenset[str]] = {
    "fulfillment_service": frozenset(
        {
            "read_orders",
            "read_products",
            "read_locations",
            "write_inventory",
            "write_assigned_fulfillment_orders",
        }
    ),
    "merchant_managed": frozenset(
        {
            "read_orders",
            "read_products",
            "read_locations",
            "write_inventory",
            "write_merchant_managed_fulfillment_orders",
        }
    ),
}
"""What the app must be granted. Without those of fulfillment orders Shopify raises no error:
lists of them are empty."""


def problems(client: Client, settings: ShopifySettings, name: str) -> list[Problem]:
    """Everything that is wrong, as far as one query shows it."""
    try:
        return list(differences(client, settings, name))
    except PluginError as error:
        return [Problem("no_connection", str(error), f"channels.{name}")]


def differences(client: Client, settings: ShopifySettings, name: str) -> Iterator[Problem]:
    """What the app must be granted and is not, and what the settings say otherwise than the shop.

    Raises:
        PluginError: the shop can't be reached.
    """
    setting = f"channels.{name}"
    data = _installation(client, settings)
    granted = _granted(data)
    # Whoever may write may read.
    granted |= {f"read_{g.removeprefix('write_')}" for g in granted if g.startswith("write_")}
    needed = SCOPES[settings.role] | ({"write_orders"} if settings.refunds else set())
    needed |= {"write_returns"} if settings.returns else set()
    needed |= {"write_fulfillments"} if settings.delivery_events else set()
    if missing := sorted(needed - granted):
        yield Problem(
            "scopes_missing",
            f"the app is not granted {', '.join(missing)}",
            f"{setting}.credentials",
            fix="add them to the app's scopes and have the merchant approve",
        )
    if data["shop"]["myshopifyDomain"].lower() != settings.shop.lower():
        yield Problem(
            "other_shop",
            f"the credentials are of {data['shop']['myshopifyDomain']}",
            f"{setting}.shop",
        )
    location = data["location"]
    if location is None or not location["isActive"]:
        yield Problem(
            "location_missing",
            f"the shop has no active location {settings.location}",
            f"{setting}.location",
            fix="take the number from the address of the location's page in the shop's settings",
        )
    elif location["isFulfillmentService"] != (settings.role == "fulfillment_service"):
        yield Problem(
            "role_differs",
            "the location belongs to a fulfillment service"
            if location["isFulfillmentService"]
            else "the location is the merchant's own",
            f"{setting}.role",
            fix="set role to fulfillment_service for an app's location, else merchant_managed",
        )
    if client.answered_by not in (None, settings.api_version):
        yield Problem(
            "version_retired",
            f"Shopify answers by version {client.answered_by}, not {settings.api_version}",
            f"{setting}.api_version",
            fix="take a newer stockpool, or set a version that Shopify still supports",
        )


def facts(client: Client, settings: ShopifySettings) -> Mapping[str, str]:
    """What this channel is connected to, in words."""
    data = _installation(client, settings)
    location = data["location"]
    return {
        "shop": f"{data['shop']['myshopifyDomain']} ({data['shop']['currencyCode']})",
        "location": f"{settings.location} ({settings.role})" if location else "none",
        "version": f"{settings.api_version}, answered by {client.answered_by}",
        "granted": ", ".join(sorted(_granted(data))),
    }


def _installation(client: Client, settings: ShopifySettings) -> Mapping[str, Any]:
    return client.run(document("Installation"), {"location": settings.location}).data


def _granted(data: Mapping[str, Any]) -> set[str]:
    return {scope["handle"] for scope in data["currentAppInstallation"]["accessScopes"]}
