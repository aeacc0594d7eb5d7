"""What a test or a demonstration brings about: Amazon's answer to a case, and a reversal."""

from __future__ import annotations

from stockpool_amazon_sim.countries import country as data_of
from stockpool_amazon_sim.frame import Frame
from stockpool_amazon_sim.inventory.inventory import known_sku
from stockpool_amazon_sim.reimbursements import reimbursing


class ReimbursementControls(Frame):
    """Reimbursements by hand: SP-API has no call that files a case."""

    def reimburse(
        self,
        country: str,
        sku: str,
        quantity: int,
        reason: str,
        *,
        case_id: str = "",
        in_units: bool = False,
        per_unit: int | None = None,
    ) -> str:
        """Make units good now; returns the reimbursement's id.

        Args:
            reason: as the report has it, such as `Lost_Inbound`.
            per_unit: what a unit is worth, in minor units; None: as Amazon thinks.
        """
        with self._call(writes=True) as world:
            known = known_sku(world, country, sku)
            center = min(data_of(country).centers)
            return reimbursing.reimburse(
                world,
                known,
                quantity,
                reason,
                center,
                in_units=in_units,
                case_id=case_id,
                per_unit=per_unit,
            ).reimbursement_id

    def reverse_reimbursement(self, reimbursement_id: str, quantity: int) -> str:
        """Take the payment for so many units back; returns the reversal's id."""
        with self._call(writes=True) as world:
            paid = world.store.reimbursements.get(reimbursement_id)
            if paid is None:
                raise ValueError(f"there is no reimbursement {reimbursement_id}")
            return reimbursing.reverse(world, paid, quantity).reimbursement_id
