"""Who sends what an inbound plan file announces, and to which country. Pure."""

from __future__ import annotations

from stockpool.flatfiles.inbound_plans import InboundPlanHead
from stockpool.order_request import Address
from stockpool.problems import Problem


def sender(
    head: InboundPlanHead, pool: str, phone: str, default: Address | None = None
) -> tuple[Address | None, list[Problem]]:
    """The address that is shipped from, with a telephone number; or what is wrong with the head.

    Args:
        phone: Amazon wants one, and no form of the file has it.
        default: for a file without an address.
    """
    problems = []
    source = head.ship_from or default
    if source is None:
        problems.append(
            Problem(
                "missing_address",
                "the head names no address that is shipped from",
                "AddressName",
                fix="add the address fields above the table",
            )
        )
    country = pool.partition(":")[2]
    if head.ship_to_country not in ("", country):
        problems.append(
            Problem(
                "other_country",
                f"the file is for {head.ship_to_country}, the pool is not",
                "ShipToCountry",
                country,
                "plan it for the pool of its own country",
            )
        )
    if source is None or problems:
        return None, problems
    return source.model_copy(update={"phone": phone}), []
