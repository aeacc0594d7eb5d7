"""The simulated Amazon as a server of its own, for a demo that reaches it over HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stockpool.errors import ConfigurationError

_END_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs."""

    url: str

    def busy(self) -> bool:
        """Whether something is under way in the simulated Amazon."""
        request = urllib.request.Request(f"{self.url}/simulator/v1/idle", data=b"{}", method="POST")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return not json.load(answer)["result"]


@contextmanager
def serving(config: Path) -> Iterator[Server]:
    """Serve the network of a configuration from a process of its own.

    Raises:
        ConfigurationError: if it can't be served; tells what it said.
    """
    command = ["-m", "stockpool_amazon_sim.sp_api", "serve", "--port", "0", "--json"]
    process = subprocess.Popen(
        [sys.executable, *command, "--config", str(config)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        told = process.stdout.readline()
        if not told:
            raise ConfigurationError(process.communicate(timeout=_END_SECONDS)[1].strip())
        yield Server(json.loads(told)["url"])
    finally:
        process.terminate()
        process.communicate(timeout=_END_SECONDS)
