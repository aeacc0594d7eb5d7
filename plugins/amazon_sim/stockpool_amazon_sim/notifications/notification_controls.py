"""Notifications beside the Notifications API, as control calls."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from stockpool_amazon_sim.frame import Frame
from stockpool_amazon_sim.notifications import message_queues
from stockpool_amazon_sim.notifications.message_queues import TakenMessage
from stockpool_amazon_sim.notifications.notification_subscriptions import known_destination
from stockpool_amazon_sim.simulated_time import to_micros

TAKEN_MOST = 10


class NotificationControls(Frame):
    """Control calls about notifications. They raise as `Controls` do."""

    def post_notifications_to(self, destination_id: str, url: str | None) -> None:
        """Let what comes to a destination be posted to an address; None: no longer.

        For a bus of EventBridge this is the only way out; from a queue, messages are taken in the
        same way as by any other reader. Only the server posts.
        """
        if url:
            _check_address(url)
        with self._call(writes=True) as world:
            destination = known_destination(world, destination_id)
            destination.callback = url or ""
            world.store.destinations.put(destination_id, destination)

    def callbacks(self) -> list[tuple[str, str]]:
        """(queue, address) of the destinations from which messages are posted."""
        # The server asks often, so nobody is stopped by it, and no time passes.
        with self._lock, self._store.reading():
            return [
                (destination.queue, destination.callback)
                for _, destination in self._store.destinations.all()
                if destination.callback
            ]

    def take_to_post(self, queue: str, seconds: int) -> Sequence[TakenMessage]:
        """Take messages for posting, hidden for so long."""
        now = to_micros(self._clock.now())
        with self._call(writes=True) as world:
            return message_queues.take(world, queue, now, TAKEN_MOST, seconds)

    def posted(self, queue: str, handle: str) -> None:
        """A message was posted, and the other side has taken it."""
        with self._call(writes=True) as world:
            message_queues.delete(world, queue, handle)


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        fits = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fits = False
    if not fits:
        raise ValueError("url: give an address like http://127.0.0.1:9000/path")
