"""Amazon's operations on what selling costs."""

from __future__ import annotations

from collections.abc import Sequence

from stockpool_amazon_sim.fees import selling_fees
from stockpool_amazon_sim.fees.selling_fees import FeesAnswer, FeesQuestion
from stockpool_amazon_sim.frame import Frame
from stockpool_amazon_sim.records import Micros
from stockpool_amazon_sim.world import World


class FeesOperations(Frame):
    """The Product Fees API v0."""

    def get_my_fees_estimates(
        self, asked: Sequence[FeesQuestion], *, operation: str = "getMyFeesEstimates"
    ) -> tuple[Micros, list[FeesAnswer]]:
        """getMyFeesEstimates and its two siblings for one item: when, and an answer for each.

        Args:
            operation: whose rate limit and faults count.
        """

        def read(world: World) -> tuple[Micros, list[FeesAnswer]]:
            return world.now, [selling_fees.estimate(world, one) for one in asked]

        return self._perform(operation, asked[0].value if asked else "", read)
