"""The command line: `stockpool`.

One module per group of commands; `app` puts them together and adds those that other packages bring
through the entry-point group `stockpool.commands`. Every command keeps to one form:

* `--config` names the configuration, `--json` asks for exactly one JSON document on stdout;
* logs, progress and complaints go to stderr;
* exit code 0: done; 1: something needs attention, or a check failed; 2: used wrongly.
"""

from __future__ import annotations

import sys

from stockpool.cli.app import build

__all__ = ["main"]


def main() -> None:
    """Run the command line with the process's arguments."""
    # One odd character (a lone surrogate, a terminal of another encoding) must not end a listing.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    build()()
