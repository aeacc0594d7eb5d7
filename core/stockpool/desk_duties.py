"""What has to be done again and again at the desk: stock, listings, shipments, reports, claims.

Each duty is safe to run at any time, in any number of processes: a lease lets one of them do it
and the others pass. Each returns how much it did, so that a caller can tell when nothing is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from stockpool.bulk.service import BulkPlans
from stockpool.claims.center_losses import CenterLosses
from stockpool.claims.lost_removals import LostRemovals
from stockpool.claims.missing_returns import MissingReturns
from stockpool.claims.parcels import ParcelClaims
from stockpool.claims.reimbursing import take_reimbursements
from stockpool.claims.service import Claims
from stockpool.contained_work import ContainedWork
from stockpool.deadlines.book import Deadlines
from stockpool.delivery.service import Deliveries
from stockpool.fba_orders.taking import take_sales
from stockpool.inbound.creating import follow_plans
from stockpool.inbound.receiving import ShipmentFollowing
from stockpool.inbound.stepping import follow_steps
from stockpool.inventory import Inventory
from stockpool.listings.sweep import Sweep
from stockpool.outbox import leases
from stockpool.plugins.network import Network, NetworkCapability
from stockpool.removals.automatic import AutomaticRemovals
from stockpool.removals.foreign import take_foreign_removals
from stockpool.removals.parcels import RemovalParcels
from stockpool.removals.service import Removals
from stockpool.reports.fetching import ReportFetching
from stockpool.reports.service import Reports
from stockpool.returns.service import Returns


@dataclass(slots=True, kw_only=True)
class DeskDuties(ContainedWork):
    """Duties of the merchant's desk at the networks."""

    networks: Mapping[str, Network]
    inventory: Inventory
    removals: Removals
    removal_parcels: RemovalParcels
    lost_removals: LostRemovals
    automatic_removals: AutomaticRemovals
    reports: Reports
    bulk: BulkPlans
    claims: Claims
    returns: Returns
    deadlines: Deadlines
    delivery: Deliveries
    remind_days: int = 7

    def take_snapshots(self, name: str) -> int:
        """Take a network's stock figures; returns how many SKUs were adjusted."""
        pools = [pool for pool in self.inventory.pools if pool.startswith(f"{name}:")]

        def take_them() -> int | None:
            with leases.held(
                self.database, f"snapshot:{name}", self._ticket(), seconds=self.lease_seconds
            ) as lease:
                if not lease.taken:
                    return None
                results = self.inventory.snapshot(pools, before_page=lease.renew)
                return sum(len(result.adjusted) for result in results)

        return self._contained(f"network:{name}:snapshot", take_them)

    def follow_removals(self) -> int:
        """Ask about open removal orders."""
        return self._contained("removals:follow", self.removals.follow)

    def follow_listing_changes(self, name: str) -> int:
        """Ask for listings of which a change was accepted; returns how many are done."""
        network = self.networks[name]
        if NetworkCapability.LISTINGS not in network.capabilities:
            return 0
        sweep = Sweep(self.database, self.ids, name, network)
        return self._contained(f"network:{name}:listing changes", sweep.follow_changes)

    def follow_inbound_plans(self, name: str) -> int:
        """Ask what became of inbound plans and their steps; returns how many are settled."""
        network = self.networks[name]
        if NetworkCapability.INBOUND not in network.capabilities:
            return 0
        return self._contained(
            f"network:{name}:inbound plans",
            lambda: (
                follow_plans(self.database, self.ids, name, network)
                + follow_steps(self.database, self.ids, name, network)
            ),
        )

    def follow_inbound_shipments(self, name: str) -> int:
        """Ask about shipments that are under way; returns how many have changed.

        What was received becomes available at once: a snapshot follows.
        """
        network = self.networks[name]
        if NetworkCapability.INBOUND not in network.capabilities:
            return 0
        following = ShipmentFollowing(self.database, self.ids, name, network, self.claims)
        if not following.has_work():
            return 0

        def step() -> int | None:
            with leases.held(
                self.database, f"inbound:{name}", self._ticket(), seconds=self.lease_seconds
            ) as lease:
                return following.follow() if lease.taken else None

        changed = self._contained(f"network:{name}:inbound shipments", step)
        if changed:
            self.take_snapshots(name)
        return changed

    def remove_automatically(self) -> int:
        """Ask for removals that the settings want today; returns how many were made."""
        return self._contained("removals:automatic", self.automatic_removals.run)

    def take_foreign_removals(self) -> int:
        """Take in what reports tell of removal orders: those that were not asked for here, and the
        parcels of all; returns how many rows."""
        return take_foreign_removals(self.database, self.ids) + self.removal_parcels.take()

    def remind(self) -> int:
        """Put what closes soon into the attention queue; returns how many reminders are new."""
        return self.deadlines.remind(within=timedelta(days=self.remind_days))

    def watch_parcels(self) -> int:
        """Show parcels with which something is wrong; returns how many are new."""
        return self.delivery.watch()

    def take_sales(self) -> int:
        """Take imported order reports into the order view; returns how many rows."""
        return take_sales(self.database)

    def settle_claims(self) -> int:
        """Claim what centers and carriers lost, what never came back and what never arrived, and
        count what the network has paid; returns how much was new."""
        lost = ParcelClaims(self.database, self.ids, self.claims).look()
        lost += CenterLosses(self.database, self.ids, self.claims).look()
        lost += self.lost_removals.look()
        lost += MissingReturns(self.database, self.ids, self.claims).look()
        return lost + take_reimbursements(self.database)

    def follow_returns(self, name: str) -> int:
        """Ask what became of units that customers send back; returns how many have changed."""
        network = self.networks[name]
        if NetworkCapability.RETURNS not in network.capabilities:
            return 0
        return self._contained(f"network:{name}:returns", lambda: self.returns.follow(name))

    def take_parcels_back(self) -> int:
        """Take parcels that carriers brought back as returns; returns how many."""
        return self._contained("returns:parcels", self.returns.take_parcels_back)

    def fetch_reports(self, name: str) -> int:
        """Bring reports that were asked for a step on; returns how many are finished."""
        network = self.networks[name]
        if NetworkCapability.REPORTS not in network.capabilities:
            return 0
        fetching = ReportFetching(self.database, self.ids, self.reports, name, network)

        def step() -> int | None:
            with leases.held(
                self.database, f"reports:{name}", self._ticket(), seconds=self.lease_seconds
            ) as lease:
                return fetching.follow() if lease.taken else None

        return self._contained(f"network:{name}:reports", step)

    def find_stranded(self, name: str) -> int:
        """Look over the listings of all SKUs with stock; returns how many stocks are stranded."""
        network = self.networks[name]
        if NetworkCapability.LISTINGS not in network.capabilities:
            return 0
        sweep = Sweep(self.database, self.ids, name, network)

        def look() -> int | None:
            with leases.held(
                self.database, f"stranded:{name}", self._ticket(), seconds=self.lease_seconds
            ) as lease:
                return sweep.find_stranded(before_page=lease.renew) if lease.taken else None

        return self._contained(f"network:{name}:stranded stock", look)

    def apply_bulk_plans(self) -> int:
        """Go on with bulk plans that were started; returns how many items were done."""
        return sum(
            self._contained(f"bulk:{plan_id}", partial(self.bulk.carry_on, plan_id))
            for plan_id in self.bulk.started()
        )
