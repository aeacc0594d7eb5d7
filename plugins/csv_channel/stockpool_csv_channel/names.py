"""File names: which are taken, and what a taken file is called from then on."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final

READABLE: Final = (".csv", ".tsv", ".txt")
UNFINISHED: Final = (".part", ".tmp", ".filepart", ".partial", ".crdownload", ".swp", "~")

_LABEL_BYTES = 150
_STRANGE = re.compile(r"[^\w.()+,#&-]+")


def is_ignored(name: str) -> bool:
    """Hidden files, and those that a program still writes or has open."""
    return name.startswith((".", "~$")) or name.lower().endswith(UNFINISHED)


def is_readable(name: str) -> bool:
    """Does the name end like a text file with a table?"""
    return name.lower().endswith(READABLE)


def printable(name: str) -> str:
    """`name` without anything that is unfit for a log, a report or a file system."""
    text = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    text = _STRANGE.sub("_", text).lstrip(".")
    while len(text.encode()) > _LABEL_BYTES:
        stem, dot, suffix = text.rpartition(".")
        text = stem[:-1] + dot + suffix if dot and stem and len(suffix) < 10 else text[:-1]
    return text or "file"


def free_label(name: str, number: int, is_used: Callable[[str], bool]) -> str:
    """A name for the `number`th file that no other file had: `orders.csv`, then `orders.2.csv`."""
    wanted = printable(name)
    if not is_used(wanted):
        return wanted
    stem, dot, suffix = wanted.rpartition(".")
    while is_used(label := f"{stem}.{number}{dot}{suffix}" if dot else f"{wanted}.{number}"):
        number += 1
    return label
