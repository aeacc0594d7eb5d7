"""Settings of removals that are asked for by themselves."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from stockpool.order_request import Address
from stockpool.plugins.network_removals import RemovalDisposition


class AutomaticRemoval(BaseModel):
    """`[[removals.automatic]]`: stock that is taken out by itself, on days of the month."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    pool: str
    stock: Literal["unsellable", "aged"]
    disposition: RemovalDisposition = "Return"
    days_of_month: tuple[Annotated[int, Field(ge=1, le=31)], ...] = (8, 15, 22, 28)
    older_than_days: Annotated[int, Field(ge=30)] = 365
    """Of aged stock: since its receipt, first in, first out."""
    ship_to: Address | None = None
    """Where a Return goes."""

    @model_validator(mode="after")
    def _address(self) -> Self:
        if self.disposition == "Return" and self.ship_to is None:
            raise ValueError("a Return needs ship_to, the address that the units go to")
        if not self.days_of_month:
            raise ValueError("days_of_month is empty")
        return self
