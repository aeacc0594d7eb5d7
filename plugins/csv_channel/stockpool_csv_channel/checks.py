"""What is wrong with a channel's folder, for `stockpool channels check`."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from stockpool.clock import Clock
from stockpool.problems import Problem
from stockpool_csv_channel import names
from stockpool_csv_channel.folder import PUBLIC, STATE, Folder
from stockpool_csv_channel.inbox import unfit
from stockpool_csv_channel.settings import CsvChannelSettings


def problems(folder: Folder, settings: CsvChannelSettings, clock: Clock) -> Iterator[Problem]:
    """Everything that keeps files from coming and going. Changes nothing."""
    root = folder.path
    if not root.is_dir():
        yield Problem(
            "folder_missing",
            f"the folder {root} does not exist",
            "folder",
            fix="make it, mount it, or correct the setting",
        )
        return
    for place in (root, *(root / name for name in (*PUBLIC, STATE))):
        if not os.path.lexists(place):
            continue
        if place != root and not stat.S_ISDIR(os.lstat(place).st_mode):
            yield Problem(
                "not_a_directory",
                f"{place} is not a directory; links are not followed",
                "folder",
                fix="move it away; the directory is made anew",
            )
        elif not _may(place, os.R_OK | os.W_OK | os.X_OK):
            yield Problem(
                "folder_not_writable",
                f"{place} can't be read and written",
                "folder",
                fix="give this user the right to read, write and enter it",
            )
    if (root / "inbox").is_dir() and not (root / "inbox").is_symlink():
        yield from _stuck(folder, settings, clock)


def _stuck(folder: Folder, settings: CsvChannelSettings, clock: Clock) -> Iterator[Problem]:
    inbox = folder.path / "inbox"
    if not _may(inbox, os.R_OK | os.X_OK):
        return
    now = clock.now().timestamp()
    for name in sorted(os.listdir(inbox)):
        try:
            found = os.lstat(inbox / name)
        except FileNotFoundError:
            continue
        minutes = (now - found.st_mtime) / 60
        shown = f"inbox/{names.printable(name)}"
        finding = None if names.is_ignored(name) else unfit(name, found)
        if finding is not None:
            yield finding.as_problem(shown)
        elif minutes > settings.stuck_minutes:
            yield Problem(
                "file_stuck",
                f"{shown} has been lying in the inbox for {minutes:.0f} minutes",
                limit=f"{settings.stuck_minutes:g} minutes",
                fix=_way_out(name, settings),
                source=shown,
            )


def _way_out(name: str, settings: CsvChannelSettings) -> str:
    if names.is_ignored(name):
        return "finish or delete the upload; hidden and unfinished files are not read"
    if settings.marker is not None and not name.endswith(settings.marker):
        return f"put {name}{settings.marker} beside it when it is complete"
    return "start the engine, or look at what it says about this channel"


def _may(place: Path, mode: int) -> bool:
    """May this process, as who it acts now, use `place`?"""
    return os.access(place, mode, effective_ids=os.access in os.supports_effective_ids)
