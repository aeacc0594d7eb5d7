"""Where following the account's orders has come to: the cursor of `Network.changes`.

since       where the listing under way (or, if none is, the next one) begins
began       when the listing under way was begun, by Amazon's clock; null: none is
token       leads to its next page; null: it has been read to its end
todo        [id, time of change] of orders that are still to be read; the time is empty for one
            that no listing has named
taken       {id: time of change} of orders read, as far as the next listing looks back
aside       {id: [when it was put here, when to try again]} of orders that can't be read
listed      when a listing was begun last, by our clock; null: not while notifications came
heard       handles of messages that can be deleted once this is stored
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime


@dataclass
class Position:
    """The cursor; see the head of this file. Times are ISO 8601."""

    since: str
    began: str | None = None
    token: str | None = None
    todo: list[tuple[str, str]] = field(default_factory=list)
    taken: dict[str, str] = field(default_factory=dict)
    aside: dict[str, tuple[str, str]] = field(default_factory=dict)
    listed: str | None = None
    heard: list[str] = field(default_factory=list)

    @classmethod
    def read(cls, cursor: str) -> Position | None:
        """A cursor of ours; None if it is none."""
        try:
            position = cls(**json.loads(cursor))
            position.todo = [(order_id, at) for order_id, at in position.todo]
            datetime.fromisoformat(position.since)
            if position.listed is not None:
                datetime.fromisoformat(position.listed)
        except (ValueError, TypeError):
            return None
        return position

    def done(self, entry: tuple[str, str], *, read: datetime | None = None) -> None:
        """An entry of `todo` is dealt with.

        Args:
            read: the time of change that the order itself tells; None: it was not read.
        """
        self.todo.remove(entry)
        order_id, changed_at = entry
        if changed_at:
            self.taken[order_id] = changed_at
        elif read is not None:
            self.taken[order_id] = read.isoformat()

    def is_hint(self, entry: tuple[str, str]) -> bool:
        """Whether only a notification says that there is such an order."""
        order_id, changed_at = entry
        return not changed_at and order_id not in self.aside

    def written(self) -> str:
        """The cursor."""
        return json.dumps(asdict(self), separators=(",", ":"))
