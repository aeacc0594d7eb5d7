"""Taking a delivery in: verified by its channel, stored, and only then answered. No HTTP here."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import structlog

from stockpool.clock import Clock
from stockpool.crashpoints import reached
from stockpool.errors import ConfigurationError, PluginError, TransientError
from stockpool.plugins.channel import Channel, ChannelCapability, WebhookHint
from stockpool.storage.database import Database
from stockpool.webhooks import deliveries, privacy_requests

_log = structlog.get_logger(__name__)


class Reception(StrEnum):
    """What became of a delivery."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    NO_CHANNEL = "no_channel"
    """No channel of that name takes webhooks."""
    REFUSED = "refused"
    """Not signed by the channel, or not meant for it. Nothing is stored."""
    FAILED = "failed"
    """It could not be verified or stored now; the sender is to repeat it."""


class Receiver:
    """Takes deliveries in. Safe to share between threads.

    The answer is given after the commit. A process that dies between the two is asked once more by
    the sender, and then knows the delivery: it is stored once.
    """

    def __init__(self, database: Database, clock: Clock, channels: Mapping[str, Channel]) -> None:
        self._database = database
        self._clock = clock
        self._channels = {
            name: channel
            for name, channel in channels.items()
            if ChannelCapability.WEBHOOKS in channel.capabilities
        }

    @property
    def channels(self) -> frozenset[str]:
        """The channels that take webhooks."""
        return frozenset(self._channels)

    def receive(self, channel: str, headers: Mapping[str, str], body: bytes) -> Reception:
        """Take one delivery in. Raises nothing: what fails is logged without its content."""
        if channel not in self._channels:
            return Reception.NO_CHANNEL
        try:
            hint = self._channels[channel].parse_webhook(headers, body)
        except (ConfigurationError, TransientError) as error:
            _log.error("webhook_not_verified", channel=channel, error=str(error))
            return Reception.FAILED
        except PluginError as error:
            _log.warning("webhook_refused", channel=channel, error=str(error))
            return Reception.REFUSED
        except Exception as error:
            # A fault of the plugin; its text may repeat the body.
            _log.error("webhook_not_verified", channel=channel, fault=type(error).__name__)
            return Reception.FAILED
        return self._store(channel, hint)

    def _store(self, channel: str, hint: WebhookHint) -> Reception:
        try:
            with self._database.write() as connection:
                now = self._clock.now()
                stored = deliveries.store(connection, channel, hint, at=now)
                if stored and hint.privacy is not None:
                    privacy_requests.store(
                        connection, channel, hint.delivery_id, hint.privacy, at=now
                    )
                reached("webhook.before_commit")
        except Exception as error:
            _log.error("webhook_not_stored", channel=channel, fault=type(error).__name__)
            return Reception.FAILED
        reached("webhook.after_commit")
        return Reception.STORED if stored else Reception.DUPLICATE
