"""A server process that ends with this one."""

from __future__ import annotations

import atexit
import importlib.util
import pwd
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60
STOP_SECONDS = 30


class ServerDidNotStart(Exception):
    """The server ended, or did not answer in time; the message holds its log."""


@dataclass(frozen=True)
class Account:
    """Whom a server runs as, where it must not run as root."""

    uid: int
    gid: int

    @classmethod
    def named(cls, name: str) -> Account:
        entry = pwd.getpwnam(name)
        return cls(entry.pw_uid, entry.pw_gid)


class ServerProcess:
    """A command run under `keeper.py`. Closing its pipe is the one way to stop it."""

    def __init__(
        self, command: list[str], folder: Path, *, stop_signal: int, account: Account | None = None
    ) -> None:
        self._folder = folder
        self._log = folder / "server.log"
        keeper = [sys.executable, "-I", str(Path(__file__).with_name("keeper.py"))]
        keeper += ["--folder", str(folder), "--stop-signal", str(stop_signal)]
        if account is not None:
            keeper += ["--uid", str(account.uid), "--gid", str(account.gid)]
        with self._log.open("wb") as log:
            self._keeper = subprocess.Popen(
                [*keeper, "--", *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        atexit.register(self.stop)

    def wait_until(self, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            # Deleting its folder is the last thing the keeper does, so the log is read before.
            log = self._log.read_text(errors="replace") if self._log.exists() else "(log is gone)"
            if self._keeper.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ServerDidNotStart(log)
            time.sleep(0.02)

    def stop(self) -> None:
        atexit.unregister(self.stop)
        assert self._keeper.stdin is not None
        self._keeper.stdin.close()
        self._keeper.wait(STOP_SECONDS)


def installed_package(name: str) -> Path:
    """The folder of an installed package, found without running its code."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise RuntimeError(f"{name} is not installed; the tests need it (pip install -e '.[dev]')")
    return Path(spec.origin).parent
