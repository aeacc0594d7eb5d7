"""Posts what comes to a destination to an address, where a control has set one.

It reads the destination's queue as any reader would: a message that was not taken with a status
from 200 to 299 comes again after a while, and those behind it are posted in the meantime.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from http.client import HTTPException
from urllib.error import URLError
from urllib.request import Request, urlopen

from stockpool.errors import TransientError
from stockpool_amazon_sim.simulator import Simulator

ANSWER_SECONDS = 5.0
"""How long the other side may take to answer."""

AGAIN_SECONDS = 30
"""When a message that was not taken is posted again, by the engine's clock."""

LOOKS_SECONDS = 0.5


class Callbacks:
    """Looks for messages to post, in a thread from `start` to `stop`."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sp-api-callbacks", daemon=True)

    def start(self) -> None:
        """Post from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Let the post under way end, and begin no other."""
        self._ends.set()
        if self._thread.is_alive():
            self._thread.join()

    def post(self) -> int:
        """Post what can be taken now; returns how many messages the other side has taken."""
        return sum(
            self._post_one(queue, url, one.handle, one.message.body)
            for queue, url in self._simulator.callbacks()
            for one in self._simulator.take_to_post(queue, AGAIN_SECONDS)
        )

    def _post_one(self, queue: str, url: str, handle: str, body: str) -> int:
        request = Request(url, body.encode(), {"content-type": "application/json"}, method="POST")
        try:
            with urlopen(request, timeout=ANSWER_SECONDS) as response:
                taken = 200 <= response.status < 300
        except (URLError, OSError, HTTPException):
            # Refused, unreachable, too slow or no HTTP: the message is still in the queue.
            return 0
        if taken:
            self._simulator.posted(queue, handle)
        return int(taken)

    def _run(self) -> None:
        while not self._ends.wait(LOOKS_SECONDS):
            # Other processes may keep the state's file for themselves for long.
            with suppress(TransientError):
                self.post()
