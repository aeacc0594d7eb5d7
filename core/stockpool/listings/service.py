"""`engine.listings`: products listed, edited, and handed between merchant and network.

Each change is checked against what would strand stock, recorded, and sent by a worker. What it asks
of the network before that only reads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stockpool.errors import NotFoundError, RefusedError
from stockpool.ids import IdSource
from stockpool.listings import attributes, changes, traps
from stockpool.listings.changes import Deletion, ListingChange, Submission
from stockpool.listings.drafts import (
    FulfilledBy,
    ListingDraft,
    price_problems,
    problems_of,
    put_of,
    quantity_problems,
)
from stockpool.listings.guarding import strands_now
from stockpool.listings.stock import units_of
from stockpool.listings.stranding import Stranded
from stockpool.listings.sweep import stranded_units
from stockpool.money import Money
from stockpool.plugins.network import Network, NetworkCapability, PoolProfile
from stockpool.plugins.network_listings import (
    MERCHANT,
    AttributePatch,
    Attributes,
    ListingItem,
    ListingPatch,
)
from stockpool.problems import Problem
from stockpool.storage.database import Database


class Listings:
    """Listings by pool (`network:country`) and SKU.

    Methods that change raise:
        RefusedError: something is wrong with what was asked, or units would be stranded.
        NotFoundError: there is no such pool, or the SKU is not listed there.
        PluginError: the network did not answer. Nothing was recorded.
    """

    def __init__(self, database: Database, ids: IdSource, networks: Mapping[str, Network]) -> None:
        self._database = database
        self._ids = ids
        self._networks = networks

    def add(
        self, pool: str, draft: ListingDraft, *, accept_stranding: bool = False
    ) -> ListingChange:
        """List a product, or list it anew as a whole ("relist")."""
        network, profile = self._pool(pool)
        found = list(problems_of(draft, profile.currency))
        channel = network.fulfillment_channel(profile.country)
        before = network.get_listing(profile.country, draft.sku)
        if before is None:
            found += _restrictions(network, profile.country, draft)
        elif not found:
            with self._database.read() as connection:
                units, _ = units_of(connection, pool, draft.sku)
            found += traps.other_condition(before, draft.condition_type, units)
        return self._record(
            pool, network, put_of(draft, profile.country, channel), found, accept_stranding
        )

    def edit(
        self,
        pool: str,
        sku: str,
        *,
        title: str | None = None,
        price: Money | None = None,
        quantity: int | None = None,
        others: Attributes | None = None,
    ) -> ListingChange:
        """Change some of a listing; what is not named stays.

        Args:
            quantity: of what the merchant ships himself; Amazon counts its own units.
            others: further attributes, each replaced as a whole. Who fulfills a listing and in
                which condition it is are not edited: see `convert`, or use another SKU.
        """
        network, profile = self._pool(pool)
        item = self._listed(network, profile.country, sku)
        found: list[Problem] = []
        patches = [AttributePatch("replace", n, v) for n, v in (others or {}).items()]
        found += [_not_edited(p.name) for p in patches if p.name in _NOT_EDITED]
        if title is not None:
            patches.append(AttributePatch("replace", "item_name", [{"value": title}]))
        if price is not None:
            found += price_problems(price, profile.currency)
            known = item.attributes.get(attributes.OFFER, ())
            patches.append(
                AttributePatch("replace", attributes.OFFER, attributes.repriced(known, price))
            )
        if quantity is not None:
            by: FulfilledBy = "merchant" if item.by_merchant else "network"
            found += quantity_problems(by, quantity)
            value = attributes.availability(MERCHANT, quantity)
            patches.append(AttributePatch("replace", attributes.AVAILABILITY, value))
        if not patches:
            found.append(Problem("nothing_to_change", "nothing is named that should change"))
        return self._record(pool, network, _patch(item, patches), found, True)

    def convert(
        self,
        pool: str,
        sku: str,
        to: FulfilledBy,
        *,
        quantity: int | None = None,
        accept_stranding: bool = False,
    ) -> ListingChange | None:
        """Hand a listing to the network (FBA), or back to the merchant; None if it is so already.

        Args:
            quantity: of the merchant's own units, for `merchant` only.
            accept_stranding: although units would be left without a live offer.
        """
        network, profile = self._pool(pool)
        item = self._listed(network, profile.country, sku)
        ours = network.fulfillment_channel(profile.country)
        found = list(quantity_problems(to, quantity))
        code = ours if to == "network" else MERCHANT
        if item.fulfillment_channel_code == code and not found:
            return None
        if to == "network" and not accept_stranding:
            found += traps.entering(item)
        value = attributes.availability(code, quantity)
        patch = AttributePatch("replace", attributes.AVAILABILITY, value)
        return self._record(pool, network, _patch(item, [patch]), found, accept_stranding)

    def mcf_only(self, pool: str, sku: str) -> ListingChange | None:
        """Take a listing off sale in the network's shop and keep its stock for other channels.

        Its offer begins in the far future. None if it is so already.
        """
        return self._start(pool, sku, mcf_only=True)

    def offer(self, pool: str, sku: str) -> ListingChange | None:
        """Put a listing that was for MCF only on sale; None if it is so already."""
        return self._start(pool, sku, mcf_only=False)

    def _start(self, pool: str, sku: str, *, mcf_only: bool) -> ListingChange | None:
        network, profile = self._pool(pool)
        item = self._listed(network, profile.country, sku)
        begins = attributes.NOT_FOR_SALE_BEFORE if mcf_only else None
        if attributes.starts_at(item) == begins:
            return None
        found = []
        if item.by_merchant:
            found.append(
                Problem(
                    "mcf_only_by_merchant",
                    f"{sku} is fulfilled by the merchant: no units of it are in the network",
                    fix=f"convert it first: `stockpool listings convert {pool} {sku} --to network`",
                )
            )
        known = item.attributes.get(attributes.OFFER, ())
        if not known:
            found.append(Problem("missing_price", f"{sku} has no offer", "price", fix="price it"))
        patch = AttributePatch("replace", attributes.OFFER, attributes.starting(known, begins))
        return self._record(pool, network, _patch(item, [patch]), found, True)

    def delete(self, pool: str, sku: str, *, accept_stranding: bool = False) -> ListingChange:
        """Delete a listing. Units in the network stay there, and Amazon removes them in time."""
        network, profile = self._pool(pool)
        self._listed(network, profile.country, sku)
        deletion = Deletion(sku, profile.country)
        return self._record(pool, network, deletion, [], accept_stranding)

    def currency(self, pool: str) -> str:
        """In which currency prices are there."""
        return self._pool(pool)[1].currency

    def get(self, pool: str, sku: str) -> ListingItem:
        """A listing as the network has it now."""
        network, profile = self._pool(pool)
        return self._listed(network, profile.country, sku)

    def change(self, change_id: str) -> ListingChange:
        """A change that was asked for, and how far it has come.

        Raises:
            NotFoundError: there is none with that id.
        """
        with self._database.read() as connection:
            return changes.read(connection, change_id)

    def changes(self, *, sku: str | None = None, limit: int = 100) -> Sequence[ListingChange]:
        """Changes that were asked for, the newest first."""
        with self._database.read() as connection:
            return changes.newest(connection, sku=sku, limit=limit)

    def stranded(self, *, pool: str | None = None) -> Sequence[Stranded]:
        """Units without a live offer, as they were last seen; the soonest removed come first."""
        with self._database.read() as connection:
            return stranded_units(connection, pool=pool)

    def _record(
        self,
        pool: str,
        network: Network,
        submission: Submission,
        found: Sequence[Problem],
        accept_stranding: bool,
    ) -> ListingChange:
        problems = list(found)
        if not problems and not accept_stranding:
            trap = strands_now(self._database, network, pool, submission)
            problems += [] if trap is None else [trap]
        if problems:
            raise RefusedError(f"{submission.sku} in {pool}: {problems[0]}", problems)
        now = self._database.clock.now()
        change_id = self._ids.new_id(now)
        self._database.run(
            lambda connection: changes.add(
                connection, change_id, pool, submission, strands=accept_stranding, at=now
            )
        )
        return self.change(change_id)

    def _pool(self, pool: str) -> tuple[Network, PoolProfile]:
        name, _, country = pool.partition(":")
        network = self._networks.get(name)
        if network is None:
            raise NotFoundError(f"no network {name} is configured")
        profile = next((p for p in network.pools() if p.country == country), None)
        if profile is None:
            raise NotFoundError(f"there is no pool {pool}")
        if NetworkCapability.LISTINGS not in network.capabilities:
            raise RefusedError(
                f"{name} keeps no listings",
                [Problem("no_listings", f"{name} keeps no listings", "pool", fix="see its page")],
            )
        return network, profile

    @staticmethod
    def _listed(network: Network, country: str, sku: str) -> ListingItem:
        item = network.get_listing(country, sku)
        if item is None:
            raise NotFoundError(f"{sku} is not listed in {country}; add it first")
        return item


_NOT_EDITED = (attributes.AVAILABILITY, attributes.OFFER, "condition_type")


def _patch(item: ListingItem, patches: Sequence[AttributePatch]) -> ListingPatch:
    return ListingPatch(item.sku, item.country, item.product_type, patches)


def _not_edited(name: str) -> Problem:
    return Problem(
        "not_edited_here",
        f"{name} is not changed as an attribute",
        f"others.{name}",
        fix="use convert, price or quantity; another condition needs a SKU of its own",
    )


def _restrictions(network: Network, country: str, draft: ListingDraft) -> list[Problem]:
    """What forbids to list an ASIN anew; an ASIN that is not known shows up in the submission."""
    if draft.asin is None:
        return []
    found = network.listing_restrictions(country, draft.asin, draft.condition_type)
    return [
        Problem(
            "restricted",
            f"{draft.asin}: {one.message}",
            "asin",
            one.reason_code,
            "ask for approval in Seller Central",
        )
        for one in found
    ]
