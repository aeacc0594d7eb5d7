"""What an instance of a plugin remembers for its other processes: short texts by key.

An instance keeps no truth in memory, since any worker on any host may be the next that is asked.
Most truth lies in the outside system or in a cursor; the rest goes here, kept in the engine's
database. It is no place for secrets or buyers' data: notes are stored as they are.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Protocol

Change = Callable[[str | None], str | None]
"""From the text that stands there (None: none) to the one to put there (None: remove it)."""


class Notes(Protocol):
    """The notes of one instance; nobody else sees them."""

    def read(self, prefix: str = "") -> Mapping[str, str]:
        """All notes whose key begins with `prefix`."""

    def change(self, key: str, change: Change) -> str | None:
        """Replace one note, alone against everybody else; returns the new text.

        `change` may be called more than once and must have no other effect. Not to be called
        from inside another `change`.
        """


class MemoryNotes:
    """Notes of this process alone: for tests, and where no engine is."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._lock = threading.Lock()

    def read(self, prefix: str = "") -> Mapping[str, str]:
        """All notes whose key begins with `prefix`."""
        with self._lock:
            return {key: text for key, text in self._texts.items() if key.startswith(prefix)}

    def change(self, key: str, change: Change) -> str | None:
        """Replace one note; see `Notes.change`."""
        with self._lock:
            text = change(self._texts.get(key))
            if text is None:
                self._texts.pop(key, None)
            else:
                self._texts[key] = text
            return text
