"""The broker between dispatcher and workers: it may lose, repeat and reorder, or be emptied."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from stockpool.outbox.dispatch import Dispatch

Message = tuple[int, ...]


@dataclass
class Broker:
    """Messages that were sent and not taken; each carries ids of effects."""

    messages: list[Message] = field(default_factory=list)

    def send(self, dispatches: Sequence[Dispatch]) -> None:
        """Keep a message for each of `dispatches`."""
        self.messages += [dispatch.effect_ids for dispatch in dispatches]

    def take(self, rng: random.Random, *, again: bool = False) -> Message | None:
        """Any message, not the oldest: nobody may rely on the order. None if there is none.

        Args:
            again: leave it there, to be delivered once more.
        """
        if not self.messages:
            return None
        place = rng.randrange(len(self.messages))
        return self.messages[place] if again else self.messages.pop(place)

    def empty(self) -> int:
        """Lose everything; returns how many messages that were."""
        lost = len(self.messages)
        self.messages.clear()
        return lost
