"""What lies in the inbox: which files are complete and safe to take, and what is wrong."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass

from stockpool.clock import Clock
from stockpool.plugins.channel import OrderProblem
from stockpool_csv_channel import names
from stockpool_csv_channel.findings import Finding
from stockpool_csv_channel.folder import OpenFolder
from stockpool_csv_channel.settings import CsvChannelSettings
from stockpool_csv_channel.takings import Takings


@dataclass(frozen=True, slots=True)
class InboxView:
    """Names of the files to take, the oldest first, and what a person has to clear away.

    `settling` says that there are files which will be complete soon, if nobody changes them.
    """

    ready: Sequence[str]
    problems: Sequence[OrderProblem]
    settling: bool


def look(
    folder: OpenFolder, takings: Takings, settings: CsvChannelSettings, clock: Clock
) -> InboxView:
    """Look through the inbox. Reads no file."""
    ready: list[tuple[int, str]] = []
    problems: list[OrderProblem] = []
    settling = False
    present = set(folder.inbox.names())
    for name in sorted(present):
        if names.is_ignored(name) or (settings.marker and name.endswith(settings.marker)):
            continue
        found = folder.inbox.stat(name)
        if found is None:
            continue
        if (finding := unfit(name, found)) is not None:
            source = f"inbox/{names.printable(name)}"
            problems.append(OrderProblem(source, finding.as_problem(source)))
        elif settings.marker is not None:
            if name + settings.marker in present:
                ready.append((found.st_mtime_ns, name))
        elif _is_settled(name, found, takings, settings, clock):
            ready.append((found.st_mtime_ns, name))
        else:
            settling = True
    return InboxView([name for _, name in sorted(ready)], problems, settling)


def unfit(name: str, found: os.stat_result) -> Finding | None:
    """Why the file stays where it is."""
    if not stat.S_ISREG(found.st_mode):
        return Finding(
            "not_a_file",
            "a link, a pipe, a device or a directory lies in the inbox; it is left alone",
            "put the file itself there",
        )
    if not names.is_readable(name):
        return Finding(
            "unsupported_file",
            "a file in the inbox is no table of text; it is left alone",
            "save it as .csv, .tsv or .txt",
        )
    return None


def _is_settled(
    name: str,
    found: os.stat_result,
    takings: Takings,
    settings: CsvChannelSettings,
    clock: Clock,
) -> bool:
    """Has the file stayed as it is for long enough?

    Its time of change answers that, unless it lies in the future (another machine's clock): then
    the file has to look the same for long enough on our own clock.
    """
    if settings.settle_seconds == 0:
        return True
    now = clock.now()
    age = now.timestamp() - found.st_mtime_ns / 1e9
    if age >= 0:
        return age >= settings.settle_seconds
    looks = f"{found.st_size}:{found.st_mtime_ns}:{found.st_ino}"
    since = takings.first_seen(name, looks, now)
    return (now - since).total_seconds() >= settings.settle_seconds
