"""Run one server until the process that asked for it is gone, then clear up after it.

    python keeper.py --folder DIR [--uid N --gid N] [--stop-signal N] -- COMMAND ...

The keeper is the server's parent and stands in a session of its own, so neither Ctrl-C nor a kill
of the test process reaches it. It holds the reading end of a pipe (its stdin) whose other end only
the test process has. The pipe closes when that process ends in any way, `kill -9` included; then
the keeper stops the server and deletes DIR. If the server ends first, the keeper exits with its
code and deletes DIR as well.
"""

from __future__ import annotations

import argparse
import os
import select
import shutil
import signal
import subprocess
import sys

POLL_SECONDS = 0.2
STOP_SECONDS = 20


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True)
    parser.add_argument("--uid", type=int)
    parser.add_argument("--gid", type=int)
    parser.add_argument("--stop-signal", type=int, default=int(signal.SIGTERM))
    parser.add_argument("command", nargs="+")
    asked = parser.parse_args()

    owner = os.getppid()
    try:
        server = subprocess.Popen(
            asked.command,
            stdin=subprocess.DEVNULL,
            stdout=sys.stdout,
            stderr=sys.stderr,
            user=asked.uid,
            group=asked.gid,
            extra_groups=None if asked.uid is None else [],
        )
        try:
            while server.poll() is None and not _owner_is_gone(owner):
                pass
        finally:
            _stop(server, asked.stop_signal)
        return server.returncode
    finally:
        shutil.rmtree(asked.folder, ignore_errors=True)


def _owner_is_gone(owner: int) -> bool:
    """Wait a moment for the pipe to close. A forked child may still hold it: look at the parent."""
    readable, _, _ = select.select([sys.stdin], [], [], POLL_SECONDS)
    return bool(readable) or os.getppid() != owner


def _stop(server: subprocess.Popen[bytes], stop_signal: int) -> None:
    if server.poll() is None:
        server.send_signal(stop_signal)
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


if __name__ == "__main__":
    sys.exit(main())
