"""The SQS queue to which Amazon sends notifications, read with boto3.

AWS's own credentials are found as boto3 finds them: in the environment, a profile, or the role of
the machine. They need `sqs:ReceiveMessage`, `sqs:DeleteMessage`, `sqs:GetQueueUrl` and
`sqs:GetQueueAttributes` on the queue.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from stockpool_amazon.errors import QueueUnavailable

T = TypeVar("T")

MESSAGES_MOST = 10
"""As many as SQS hands out, and deletes, in one call."""

WAIT_SECONDS = 1
"""Above 0, SQS asks all of its servers; with 0, only some, and may say that there is nothing."""

HIDDEN_SECONDS = 120
"""How long a message that was taken is hidden. The engine stores what it said within seconds."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message, and the handle that deletes it."""

    message_id: str
    handle: str
    body: str = field(repr=False)


class MessageQueue:
    """One queue. Safe to share between threads; nothing is asked before it is needed.

    Args:
        arn: of the queue: `arn:aws:sqs:REGION:ACCOUNT:NAME`.
        endpoint: where SQS is, if not at AWS.

    Raises:
        QueueUnavailable: from each method: SQS can't be reached, or refuses; says why.
    """

    def __init__(
        self, arn: str, endpoint: str | None, *, connect_seconds: float, read_seconds: float
    ) -> None:
        self.arn = arn
        *_, self._region, self._account, self._name = arn.split(":")
        self._endpoint = endpoint
        self._config = Config(
            connect_timeout=connect_seconds,
            read_timeout=read_seconds,
            # The engine comes again by itself; what is not read now is read then.
            retries={"total_max_attempts": 1},
        )
        self._lock = threading.Lock()
        self._client: Any = None
        self._address: str | None = None

    def take(self) -> list[Message]:
        """Up to `MESSAGES_MOST` messages; they come again unless they are deleted."""
        answer = self._ask(
            lambda client, address: client.receive_message(
                QueueUrl=address,
                MaxNumberOfMessages=MESSAGES_MOST,
                WaitTimeSeconds=WAIT_SECONDS,
                VisibilityTimeout=HIDDEN_SECONDS,
            )
        )
        return [
            Message(one["MessageId"], one["ReceiptHandle"], one["Body"])
            for one in answer.get("Messages", ())
        ]

    def delete(self, handles: Sequence[str]) -> None:
        """Delete messages. One that can't be deleted comes again, which does no harm."""
        for begin in range(0, len(handles), MESSAGES_MOST):
            entries = [
                {"Id": str(place), "ReceiptHandle": handle}
                for place, handle in enumerate(handles[begin : begin + MESSAGES_MOST])
            ]
            self._ask(
                lambda client, address, entries=entries: client.delete_message_batch(
                    QueueUrl=address, Entries=entries
                )
            )

    def check(self) -> None:
        """Whether it is there and may be looked at."""
        self._ask(
            lambda client, address: client.get_queue_attributes(
                QueueUrl=address, AttributeNames=["QueueArn"]
            )
        )

    def close(self) -> None:
        """Close all connections."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _ask(self, call: Callable[..., T]) -> T:
        try:
            client = self._connected()
            if self._address is None:
                self._address = client.get_queue_url(
                    QueueName=self._name, QueueOwnerAWSAccountId=self._account
                )["QueueUrl"]
            return call(client, self._address)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "?")
            raise QueueUnavailable(f"SQS refuses {self.arn}: {code}") from None
        except BotoCoreError as error:
            # Its text names addresses, and which credentials are missing, but none of them.
            raise QueueUnavailable(f"SQS can't be asked for {self.arn}: {error}") from None

    def _connected(self) -> Any:
        # Making a client is not safe between threads; using one is.
        with self._lock:
            if self._client is None:
                self._client = boto3.session.Session().client(
                    "sqs",
                    region_name=self._region,
                    endpoint_url=self._endpoint,
                    config=self._config,
                )
            return self._client
