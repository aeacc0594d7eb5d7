"""What a routing policy is: a named, versioned, pure function from input to plan."""

from __future__ import annotations

from typing import Protocol

from stockpool.routing.values import Plan, RoutingInput, RoutingRules


class RoutingPolicy(Protocol):
    """Decides which pools ship an order.

    `plan` must depend on nothing but its arguments (no clock, no randomness, no input or output),
    because a stored decision is replayed byte for byte. Change `version` when the answers change.
    """

    @property
    def name(self) -> str:
        """As chosen in the configuration: `[routing] policy = "..."`."""
        ...

    @property
    def version(self) -> int:
        """Stored with each decision."""
        ...

    def plan(self, rules: RoutingRules, question: RoutingInput) -> Plan:
        """Answer `question` under `rules`."""
        ...
