"""Products and listings: which physical stock a channel's SKU stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from stockpool.catalog.tables import listing_components, products
from stockpool.errors import ConflictError, NotFoundError, RefusedError
from stockpool.problems import Problem
from stockpool.storage.bulk import Sql, fetch
from stockpool.storage.database import Database

_SKU_LENGTH = 50
"""MCF takes seller SKUs of up to 50 characters (Fulfillment Outbound API 2020-07-01)."""

_NOT_PLAIN = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""Control characters, and halves of a pair that are no characters at all."""

_UNITS_LIMIT = 250
"""A fulfillment order holds at most 250 units, so no kit can have more."""


@dataclass(frozen=True, slots=True)
class Product:
    """A seller SKU. `shares_pool_with` names the SKU whose physical units this one sells too."""

    sku: str
    title: str = ""
    shares_pool_with: str | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """`units` of seller SKU `sku`, whose stock is kept under `stock_sku`."""

    sku: str
    stock_sku: str
    units: int


@dataclass(frozen=True, slots=True)
class Listing:
    """A channel's SKU and what one of it consists of."""

    channel: str
    channel_sku: str
    components: tuple[Component, ...]

    @property
    def is_kit(self) -> bool:
        """Whether it is more than one unit of one SKU."""
        return len(self.components) > 1 or self.components[0].units > 1


_resolve = Sql(
    postgresql="""
        SELECT c.channel, c.channel_sku, c.sku, p.stock_sku, c.units
        FROM unnest(%s::text[], %s::text[]) AS k (channel, channel_sku)
        JOIN listing_components c ON c.channel = k.channel AND c.channel_sku = k.channel_sku
        JOIN products p ON p.sku = c.sku
        ORDER BY c.channel, c.channel_sku, c.sku""",
    sqlite="""
        SELECT c.channel, c.channel_sku, c.sku, p.stock_sku, c.units
        FROM json_each(?) AS k
        JOIN listing_components c ON c.channel = json_extract(k.value, '$[0]')
          AND c.channel_sku = json_extract(k.value, '$[1]')
        JOIN products p ON p.sku = c.sku
        ORDER BY c.channel, c.channel_sku, c.sku""",
)


def resolve(
    connection: Connection, keys: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], tuple[Component, ...]]:
    """What each `(channel, channel SKU)` consists of; unknown ones are left out."""
    if not keys:
        return {}
    rows = fetch(connection, _resolve, [c for c, _ in keys], [s for _, s in keys])
    found: dict[tuple[str, str], list[Component]] = {}
    for channel, channel_sku, sku, stock_sku, units in rows:
        found.setdefault((channel, channel_sku), []).append(Component(sku, stock_sku, units))
    return {key: tuple(components) for key, components in found.items()}


class Catalog:
    """`engine.catalog`: adding products and saying where they are listed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, *added: Product) -> None:
        """Add products; a product that is there already gets the new title.

        Raises:
            RefusedError: a SKU is empty or too long, or a text holds a control character.
            NotFoundError: `shares_pool_with` names an unknown SKU.
            ConflictError: the physical pool of a known SKU would change.
        """
        for product in added:
            _check_sku(product.sku)
            _check_plain("title", product.title)
        now = self._database.clock.now()

        def work(connection: Connection) -> None:
            known: dict[str, str] = {
                row.sku: row.stock_sku
                for row in connection.execute(select(products.c.sku, products.c.stock_sku))
            }
            for product in added:
                partner = product.shares_pool_with
                if partner is not None and partner not in known:
                    raise NotFoundError(f"shares_pool_with: no product has the SKU {partner}")
                stock_sku = known[partner] if partner is not None else product.sku
                if product.sku not in known:
                    connection.execute(
                        insert(products).values(
                            sku=product.sku,
                            title=product.title,
                            stock_sku=stock_sku,
                            added_at=now,
                        )
                    )
                    known[product.sku] = stock_sku
                    continue
                if partner is not None and known[product.sku] != stock_sku:
                    raise ConflictError(
                        f"{product.sku} has stock of its own under {known[product.sku]}; "
                        f"it cannot share the pool of {partner} as well"
                    )
                connection.execute(
                    update(products)
                    .where(products.c.sku == product.sku)
                    .values(title=product.title)
                )

        self._database.run(work)

    def list_on(
        self,
        channel: str,
        *,
        channel_sku: str,
        sku: str | None = None,
        components: Mapping[str, int] | None = None,
    ) -> None:
        """List a seller SKU, or a kit of `components`, under a channel's SKU.

        Listing it again replaces what it consists of for orders that come later.

        Raises:
            ValueError: neither or both of `sku` and `components` are given.
            NotFoundError: a seller SKU is unknown.
            RefusedError: a quantity is out of bounds, or a SKU holds a control character.
        """
        if (sku is None) == (components is None):
            raise ValueError("give either sku or components")
        parts = dict(components) if components is not None else {str(sku): 1}
        self.list_many(channel, {channel_sku: parts})

    def list_many(self, channel: str, listings: Mapping[str, Mapping[str, int]]) -> None:
        """`list_on` for many channel SKUs at once: channel SKU → seller SKU → units."""
        for channel_sku, parts in listings.items():
            _check_plain("channel_sku", channel_sku)
            _check_parts(channel_sku, parts)

        def work(connection: Connection) -> None:
            known = set(connection.execute(select(products.c.sku)).scalars())
            rows: list[dict[str, Any]] = []
            for channel_sku, parts in listings.items():
                for part, units in parts.items():
                    if part not in known:
                        raise NotFoundError(
                            f"listing {channel_sku} on {channel}: no product has the SKU {part}; "
                            "add it first"
                        )
                    rows.append(
                        {
                            "channel": channel,
                            "channel_sku": channel_sku,
                            "sku": part,
                            "units": units,
                        }
                    )
            for channel_sku in listings:
                connection.execute(
                    delete(listing_components).where(
                        listing_components.c.channel == channel,
                        listing_components.c.channel_sku == channel_sku,
                    )
                )
            if rows:
                connection.execute(insert(listing_components), rows)

        self._database.run(work)

    def listings(self, channel: str | None = None) -> list[Listing]:
        """All listings, by channel and channel SKU."""
        query = (
            select(listing_components, products.c.stock_sku)
            .join(products, products.c.sku == listing_components.c.sku)
            .order_by(
                listing_components.c.channel,
                listing_components.c.channel_sku,
                listing_components.c.sku,
            )
        )
        if channel is not None:
            query = query.where(listing_components.c.channel == channel)
        found: dict[tuple[str, str], list[Component]] = {}
        with self._database.read() as connection:
            for row in connection.execute(query):
                found.setdefault((row.channel, row.channel_sku), []).append(
                    Component(row.sku, row.stock_sku, row.units)
                )
        return [Listing(*key, tuple(parts)) for key, parts in found.items()]

    def products(self) -> list[Product]:
        """All products, by SKU."""
        with self._database.read() as connection:
            return [
                Product(row.sku, row.title, row.stock_sku if row.stock_sku != row.sku else None)
                for row in connection.execute(select(products).order_by(products.c.sku))
            ]


def stock_sku_of(connection: Connection, sku: str) -> str:
    """The SKU under which the units of `sku` are kept.

    Raises:
        NotFoundError: no product has that SKU.
    """
    found = connection.execute(
        select(products.c.stock_sku).where(products.c.sku == sku)
    ).scalar_one_or_none()
    if found is None:
        raise NotFoundError(f"no product has the SKU {sku}; add it with catalog.add")
    return str(found)


def _check_plain(field: str, text: str) -> None:
    """No control characters, which no file can hold, and some not even a database."""
    if _NOT_PLAIN.search(text):
        raise RefusedError(
            f"{field} holds a control character",
            [
                Problem(
                    "control_character",
                    f"{field} holds a control character",
                    field=field,
                    fix="remove it",
                )
            ],
        )


def _check_sku(sku: str) -> None:
    _check_plain("sku", sku)
    if not 1 <= len(sku) <= _SKU_LENGTH or sku != sku.strip():
        raise RefusedError(
            f"{sku!r} cannot be a seller SKU",
            [
                Problem(
                    "invalid_sku",
                    "a seller SKU has 1 to 50 characters and no blanks at its ends",
                    field="sku",
                    limit=str(_SKU_LENGTH),
                    fix="use the SKU exactly as it stands in Seller Central",
                )
            ],
        )


def _check_parts(channel_sku: str, parts: Mapping[str, int]) -> None:
    if not channel_sku:
        raise ValueError("channel_sku must not be empty")
    total = sum(parts.values())
    if not parts or min(parts.values()) < 1 or total > _UNITS_LIMIT:
        raise RefusedError(
            f"listing {channel_sku}: a listing has 1 to {_UNITS_LIMIT} units in all",
            [
                Problem(
                    "invalid_components",
                    "every component needs at least one unit",
                    field=f"components of {channel_sku}",
                    limit=str(_UNITS_LIMIT),
                    fix="give each seller SKU the number of units in one kit",
                )
            ],
        )
