"""Reading listings within a network's limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from stockpool.errors import Throttled
from stockpool.outbox.rate_limits import take
from stockpool.plugins.network import Network
from stockpool.plugins.network_listings import SEARCHED_SKUS_MOST, ListingItem
from stockpool.storage.database import Database

_WAITS_MOST = 20
"""Times to wait for the limit before giving up: others are asking, too."""


class ListingReader:
    """Asks one network for listings. No transaction is open while it asks.

    Args:
        name: of the network.
    """

    def __init__(self, database: Database, name: str, network: Network) -> None:
        self._database = database
        self._name = name
        self._network = network

    def find(
        self,
        country: str,
        skus: Sequence[str],
        *,
        before_page: Callable[[], object] = lambda: None,
    ) -> dict[str, ListingItem]:
        """The listings of some SKUs; those that are not listed are left out.

        Args:
            before_page: called before each call, so that a caller can renew a lease.

        Raises:
            PluginError: the network did not answer.
        """
        found: dict[str, ListingItem] = {}
        for start in range(0, len(skus), SEARCHED_SKUS_MOST):
            wanted = skus[start : start + SEARCHED_SKUS_MOST]
            cursor: str | None = None
            while True:
                before_page()
                self._wait("searchListingsItems")
                page = self._network.search_listings(country, skus=wanted, cursor=cursor)
                found |= {item.sku: item for item in page.items}
                cursor = page.cursor
                if cursor is None:
                    break
        return found

    def _granted(self, operation: str) -> bool:
        """Whether the limit allows one more call; if so, it is counted."""
        limit = self._network.rate_limits().get(operation)
        if limit is None:
            return True
        return bool(
            self._database.run(
                lambda connection: take(
                    connection,
                    self._name,
                    operation,
                    limit,
                    wanted=1,
                    at=self._database.clock.now(),
                )
            )
        )

    def _wait(self, operation: str) -> None:
        for _ in range(_WAITS_MOST):
            if self._granted(operation):
                return
            limit = self._network.rate_limits()[operation]
            self._database.clock.sleep(1 / limit.rate)
        raise Throttled(f"{self._name}: {operation}")
