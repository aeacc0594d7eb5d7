"""Whether the credentials are good and the account sells where the settings say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stockpool.errors import ConfigurationError, PluginError
from stockpool.problems import Problem
from stockpool_amazon.fields import Fields
from stockpool_amazon.pools import Pools
from stockpool_amazon.transport import Call, Transport


def problems_of(name: str, transport: Transport, pools: Pools) -> Sequence[Problem]:
    """What is wrong with the connection: getMarketplaceParticipations of the Sellers API v1.

    Args:
        name: of the network in the configuration.
    """
    call = Call("getMarketplaceParticipations", "GET", "/sellers/v1/marketplaceParticipations")
    try:
        document = Fields(transport.send(call).document, call.operation)
        taking_part = {
            entry.object("marketplace").text("id"): entry.object("participation")
            for entry in document.objects("payload", required=True)
        }
    except ConfigurationError as error:
        return [Problem("credentials_refused", str(error), field=f"networks.{name}")]
    except PluginError as error:
        return [Problem("not_reachable", str(error), fix="try again later")]
    return list(_of_marketplaces(name, pools, taking_part))


def _of_marketplaces(name: str, pools: Pools, taking_part: dict[str, Fields]) -> Iterator[Problem]:
    field = f"networks.{name}.countries"
    for marketplace_id, countries in pools.marketplace_ids().items():
        known = taking_part.get(marketplace_id)
        where = f"{', '.join(countries)} ({marketplace_id})"
        if known is None or not known.flag("isParticipating"):
            yield Problem(
                "not_participating",
                f"the account does not sell in {where}",
                field=field,
                fix="register for the marketplace in Seller Central, or take the country out",
            )
        elif known.flag("hasSuspendedListings"):
            yield Problem(
                "listings_suspended",
                f"Amazon has suspended listings in {where}",
                field=field,
                fix="see Account Health in Seller Central",
            )
