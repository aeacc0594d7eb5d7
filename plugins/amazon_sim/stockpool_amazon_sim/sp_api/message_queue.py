"""Amazon SQS's JSON protocol, as far as a reader of a queue needs it.

Clients are given `URL/sqs` as their endpoint; any credentials are taken, and signatures are not
looked at. The operation stands in the header `x-amz-target`, all else in the body.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_pascal

from stockpool_amazon_sim.notifications.message_queues import (
    RETENTION_SECONDS,
    VISIBILITY_SECONDS,
    QueueError,
    TakenMessage,
)
from stockpool_amazon_sim.notifications.notification_records import MessageQueue
from stockpool_amazon_sim.records import SECOND
from stockpool_amazon_sim.simulator import Simulator
from stockpool_amazon_sim.sp_api.messages import Request, Response

PATH = "/sqs"
"""The endpoint; addresses of queues begin with it."""

M = TypeVar("M", bound="_Body")
Json = Mapping[str, Any]

_MILLISECOND = SECOND // 1000

_QUERY_CODES = {"QueueDoesNotExist": "AWS.SimpleQueueService.NonExistentQueue"}
"""What an error was called in SQS's older protocol, which clients go by; the others kept theirs."""

Visibility = Annotated[int, Field(ge=0, le=43_200)]


class _Body(BaseModel):
    """Members begin with capital letters; unknown ones are ignored."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_pascal, validate_by_name=True
    )


class _OfQueue(_Body):
    queue_url: str


class _GetQueueUrl(_Body):
    queue_name: str
    queue_owner_a_w_s_account_id: Annotated[str | None, Field(alias="QueueOwnerAWSAccountId")] = (
        None
    )


class _Receive(_OfQueue):
    max_number_of_messages: Annotated[int, Field(ge=1, le=10)] = 1
    visibility_timeout: Visibility = VISIBILITY_SECONDS
    wait_time_seconds: Annotated[int, Field(ge=0, le=20)] = 0
    attribute_names: list[str] = []
    message_system_attribute_names: list[str] = []


class _Delete(_OfQueue):
    receipt_handle: str


class _Entry(_Body):
    id: str
    receipt_handle: str


class _DeleteBatch(_OfQueue):
    entries: list[_Entry]


class _ChangeVisibility(_Delete):
    visibility_timeout: Visibility


class _GetAttributes(_OfQueue):
    attribute_names: list[str] = []


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks.

    Attributes:
        url: where this server is reached.
        ends: whether a reader who waits is to be answered now.
    """

    simulator: Simulator
    url: str
    ends: Callable[[], bool]


def is_for(request: Request) -> bool:
    """Whether a request is one of SQS's protocol."""
    return request.path.rstrip("/") == PATH


def answer(reader: Reader, request: Request) -> Response:
    """Carry out one of SQS's operations."""
    name = request.headers.get("x-amz-target", "").removeprefix("AmazonSQS.")
    handler = _HANDLERS.get(name)
    try:
        if request.method != "POST" or handler is None:
            raise QueueError("InvalidAction", f"The action {name} is not valid for this endpoint.")
        try:
            document = json.loads(request.body or b"{}")
        except ValueError:
            raise QueueError("SerializationException", "The body is not JSON.") from None
        return _respond(200, handler(reader, document))
    except QueueError as error:
        known_as = _QUERY_CODES.get(error.code, error.code)
        refusal = {"__type": f"com.amazonaws.sqs#{error.code}", "message": str(error)}
        return _respond(400, refusal, {"x-amzn-query-error": f"{known_as};Sender"})


def _get_queue_url(reader: Reader, document: Json) -> Json:
    asked = _read(document, _GetQueueUrl)
    found = reader.simulator.find_queue(asked.queue_name, asked.queue_owner_a_w_s_account_id)
    return {"QueueUrl": f"{reader.url}{PATH}/{found.key}"}


def _get_queue_attributes(reader: Reader, document: Json) -> Json:
    asked = _read(document, _GetAttributes)
    queue, visible, hidden = reader.simulator.count_messages(_queue(asked))
    every = _attributes(queue, visible, hidden)
    names = set(asked.attribute_names)
    unknown = names - every.keys() - {"All"}
    if unknown:
        raise QueueError("InvalidAttributeName", f"Unknown Attribute {min(unknown)}.")
    chosen = {name: text for name, text in every.items() if names & {name, "All"}}
    return {"Attributes": chosen} if chosen else {}


def _receive_message(reader: Reader, document: Json) -> Json:
    asked = _read(document, _Receive)
    taken = reader.simulator.receive_messages(
        _queue(asked),
        asked.max_number_of_messages,
        visibility_seconds=asked.visibility_timeout,
        wait_seconds=asked.wait_time_seconds,
        ends=reader.ends,
    )
    names = {*asked.attribute_names, *asked.message_system_attribute_names}
    return {"Messages": [_message(one, names) for one in taken]} if taken else {}


def _delete_message(reader: Reader, document: Json) -> Json:
    asked = _read(document, _Delete)
    reader.simulator.delete_message(_queue(asked), asked.receipt_handle)
    return {}


def _delete_message_batch(reader: Reader, document: Json) -> Json:
    asked = _read(document, _DeleteBatch)
    if not asked.entries:
        raise QueueError("EmptyBatchRequest", "There must be an entry.")
    if len(asked.entries) > 10:
        raise QueueError("TooManyEntriesInBatchRequest", "There may be 10 entries.")
    if len({entry.id for entry in asked.entries}) < len(asked.entries):
        raise QueueError("BatchEntryIdsNotDistinct", "Two entries have the same Id.")
    done, failed = [], []
    for entry in asked.entries:
        try:
            reader.simulator.delete_message(_queue(asked), entry.receipt_handle)
            done.append({"Id": entry.id})
        except QueueError as error:
            if error.code == "QueueDoesNotExist":
                raise
            failed.append(
                {"Id": entry.id, "SenderFault": True, "Code": error.code, "Message": str(error)}
            )
    return {"Successful": done, "Failed": failed}


def _change_message_visibility(reader: Reader, document: Json) -> Json:
    asked = _read(document, _ChangeVisibility)
    reader.simulator.change_message_visibility(
        _queue(asked), asked.receipt_handle, asked.visibility_timeout
    )
    return {}


_HANDLERS: Mapping[str, Callable[[Reader, Json], Json]] = {
    "GetQueueUrl": _get_queue_url,
    "GetQueueAttributes": _get_queue_attributes,
    "ReceiveMessage": _receive_message,
    "DeleteMessage": _delete_message,
    "DeleteMessageBatch": _delete_message_batch,
    "ChangeMessageVisibility": _change_message_visibility,
}


def _read(document: Json, model: type[M]) -> M:
    try:
        return model.model_validate(document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        raise QueueError("InvalidParameterValue", f"{place}: {first['msg']}") from None


def _queue(asked: _OfQueue) -> str:
    return urlsplit(asked.queue_url).path.removeprefix(f"{PATH}/")


def _message(taken: TakenMessage, names: set[str]) -> Json:
    message = taken.message
    every = {
        "ApproximateReceiveCount": str(message.taken),
        "ApproximateFirstReceiveTimestamp": str(message.taken_first_at // _MILLISECOND),
        "SentTimestamp": str(message.sent_at // _MILLISECOND),
    }
    chosen = {name: text for name, text in every.items() if names & {name, "All"}}
    body = message.body.encode()
    document = {
        "MessageId": message.message_id,
        "ReceiptHandle": taken.handle,
        "MD5OfBody": hashlib.md5(body, usedforsecurity=False).hexdigest(),
        "Body": message.body,
    }
    return {**document, "Attributes": chosen} if chosen else document


def _attributes(queue: MessageQueue, visible: int, hidden: int) -> dict[str, str]:
    created = str(queue.created_at // SECOND)
    return {
        "QueueArn": queue.arn,
        "ApproximateNumberOfMessages": str(visible),
        "ApproximateNumberOfMessagesNotVisible": str(hidden),
        "ApproximateNumberOfMessagesDelayed": "0",
        "CreatedTimestamp": created,
        "LastModifiedTimestamp": created,
        "VisibilityTimeout": str(VISIBILITY_SECONDS),
        "MessageRetentionPeriod": str(RETENTION_SECONDS),
        "ReceiveMessageWaitTimeSeconds": "0",
        "DelaySeconds": "0",
    }


def _respond(status: int, document: Json, headers: Mapping[str, str] | None = None) -> Response:
    usual = {"content-type": "application/x-amz-json-1.0"}
    return Response(status, json.dumps(document).encode(), {**usual, **(headers or {})})
