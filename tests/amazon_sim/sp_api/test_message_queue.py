"""Queues of notifications, read by boto3 as it is; and notifications that are posted."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Event, Thread
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from notification_reading import ARN, QUEUE, pass_time, subscribe
from stockpool.clock import ManualClock
from stockpool_amazon_sim import AmazonSimSettings, Simulator
from stockpool_amazon_sim.sp_api import Application
from stockpool_amazon_sim.sp_api.callbacks import AGAIN_SECONDS, Callbacks
from stockpool_amazon_sim.sp_api.messages import Request
from stockpool_amazon_sim.sp_api.server import SpApiServer

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
STOCK = "FBA_INVENTORY_AVAILABILITY_CHANGES"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def simulator(clock: ManualClock) -> Iterator[Simulator]:
    steps = {"notification": (0.001, 0.004)}  # four to fourteen seconds
    simulator = Simulator(AmazonSimSettings(stock={"US": {"MUG": 10}}, steps=steps), clock)
    yield simulator
    simulator.close()


@pytest.fixture
def sqs(simulator: Simulator) -> Iterator[Any]:
    with SpApiServer(simulator) as server:
        client = boto3.client(
            "sqs",
            endpoint_url=f"{server.url}/sqs",
            region_name="us-east-1",
            aws_access_key_id="any",
            aws_secret_access_key="any",
            config=Config(retries={"max_attempts": 0}),
        )
        yield client
        client.close()


@pytest.fixture
def queue(sqs: Any, simulator: Simulator) -> str:
    """The address of a queue to which changes of stock come."""
    subscribe(simulator, STOCK)
    url: str = sqs.get_queue_url(QueueName="news")["QueueUrl"]
    return url


def happen(simulator: Simulator, times: int = 1) -> None:
    """So many notifications come."""
    for _ in range(times):
        simulator.stock("US", "MUG", 1)
        pass_time(simulator, hours=0.02)


def refused(error: pytest.ExceptionInfo[ClientError]) -> str:
    code: str = error.value.response["Error"]["Code"]
    return code


def test_a_queue_is_found_by_its_name(sqs: Any, queue: str) -> None:
    asked = {"QueueName": "news", "QueueOwnerAWSAccountId": "123456789012"}
    assert sqs.get_queue_url(**asked)["QueueUrl"] == queue
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName="news", QueueOwnerAWSAccountId="1")
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.receive_message(QueueUrl=queue + "paper")


def test_a_message_is_taken_and_deleted(sqs: Any, queue: str, simulator: Simulator) -> None:
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    happen(simulator)
    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(message["Body"])["NotificationType"] == STOCK
    assert "Attributes" not in message
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    counts = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert counts["ApproximateNumberOfMessages"] == "0"
    assert counts["ApproximateNumberOfMessagesNotVisible"] == "0"


def test_a_message_that_was_taken_is_hidden_for_a_while(
    sqs: Any, queue: str, simulator: Simulator, clock: ManualClock
) -> None:
    happen(simulator)
    (first,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    clock.advance(29)
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    clock.advance(1)
    (again,) = sqs.receive_message(
        QueueUrl=queue, MessageSystemAttributeNames=["ApproximateReceiveCount"]
    )["Messages"]
    assert again["MessageId"] == first["MessageId"]
    assert again["Attributes"] == {"ApproximateReceiveCount": "2"}
    # The handle of the first taking has died; SQS says nothing of it.
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=first["ReceiptHandle"])
    clock.advance(30)
    assert len(sqs.receive_message(QueueUrl=queue)["Messages"]) == 1


def test_the_reader_says_how_long_it_is_hidden(
    sqs: Any, queue: str, simulator: Simulator, clock: ManualClock
) -> None:
    happen(simulator)
    (message,) = sqs.receive_message(QueueUrl=queue, VisibilityTimeout=5)["Messages"]
    handle = message["ReceiptHandle"]
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=60)
    clock.advance(59)
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=0)
    assert len(sqs.receive_message(QueueUrl=queue)["Messages"]) == 1
    with pytest.raises(ClientError) as error:
        sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=9)
    assert refused(error) == "MessageNotInflight"


def test_ten_messages_at_once_and_deleted_at_once(
    sqs: Any, queue: str, simulator: Simulator
) -> None:
    happen(simulator, times=12)
    taken = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    entries = [
        {"Id": str(place), "ReceiptHandle": one["ReceiptHandle"]} for place, one in enumerate(taken)
    ]
    entries[3]["ReceiptHandle"] = "no handle"
    answer = sqs.delete_message_batch(QueueUrl=queue, Entries=entries)
    assert [one["Id"] for one in answer["Successful"]] == list("012456789")
    assert [one["Code"] for one in answer["Failed"]] == ["ReceiptHandleIsInvalid"]
    wanted = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=wanted)["Attributes"]
    assert list(counts.values()) == ["2", "1"]


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        ([], "EmptyBatchRequest"),
        ([{"Id": "1", "ReceiptHandle": "x"}] * 2, "BatchEntryIdsNotDistinct"),
        ([{"Id": str(i), "ReceiptHandle": "x"} for i in range(11)], "TooManyEntries"),
    ],
)
def test_batches_that_are_none(sqs: Any, queue: str, entries: Any, code: str) -> None:
    with pytest.raises(ClientError) as error:
        sqs.delete_message_batch(QueueUrl=queue, Entries=entries)
    assert code in refused(error)


def test_a_reader_waits_for_the_first_message(
    sqs: Any, queue: str, simulator: Simulator, clock: ManualClock
) -> None:
    simulator.stock("US", "MUG", 1)
    assert "Messages" not in sqs.receive_message(QueueUrl=queue)
    # The reader's waiting moves the clock, and the notification comes while he waits.
    (message,) = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    begin = clock.now()
    assert "Messages" not in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=3)
    assert (clock.now() - begin).total_seconds() == pytest.approx(3)


def test_a_server_that_ends_keeps_nobody_waiting() -> None:
    class EndingClock(ManualClock):
        """Whose second sleep is the moment at which the server is told to end."""

        sleeps = 0

        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            self.sleeps += 1
            application.ending = self.sleeps == 2

    clock = EndingClock(START)
    simulator = Simulator(AmazonSimSettings(), clock)
    application = Application(simulator)
    simulator.create_destination("news", arn=ARN)
    body = {"QueueUrl": f"http://localhost/sqs/{QUEUE}", "WaitTimeSeconds": 20}
    headers = {"x-amz-target": "AmazonSQS.ReceiveMessage"}
    answer = application(Request("POST", "/sqs", headers=headers, body=json.dumps(body).encode()))
    assert (answer.status, answer.body, clock.sleeps) == (200, b"{}", 2)
    simulator.close()


@pytest.mark.parametrize(
    "wrong", [{"MaxNumberOfMessages": 11}, {"WaitTimeSeconds": 21}, {"VisibilityTimeout": -1}]
)
def test_bounds(sqs: Any, queue: str, wrong: dict[str, int]) -> None:
    with pytest.raises(ClientError) as error:
        sqs.receive_message(QueueUrl=queue, **wrong)
    assert refused(error) == "InvalidParameterValue"
    assert next(iter(wrong)) in str(error.value)


def test_what_a_reader_has_no_use_for_is_not_there(sqs: Any, queue: str) -> None:
    with pytest.raises(ClientError) as error:
        sqs.send_message(QueueUrl=queue, MessageBody="x")
    assert refused(error) == "InvalidAction"
    with pytest.raises(ClientError) as error:
        sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["Colour"])
    assert refused(error) == "InvalidAttributeName"


class Listener(HTTPServer):
    """Another side that is posted to; refuses as long as `refuses` is set."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.heard: list[Any] = []
        self.refuses = False
        self.called = Event()


class _Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        if not self.server.refuses:
            self.server.heard.append(json.loads(body))
        self.send_response(503 if self.server.refuses else 204)
        self.end_headers()
        self.server.called.set()

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def listener() -> Iterator[Listener]:
    listener = Listener()
    thread = Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield listener
    listener.shutdown()
    thread.join()
    listener.server_close()


def address(listener: Listener) -> str:
    return f"http://127.0.0.1:{listener.server_port}/news"


def test_what_comes_to_a_bus_is_posted(simulator: Simulator, listener: Listener) -> None:
    subscribe(simulator, "LISTINGS_ITEM_STATUS_CHANGE")
    (destination,) = simulator.get_destinations()
    simulator.post_notifications_to(destination.destination_id, address(listener))
    simulator.close_listing("US", "MUG")
    pass_time(simulator, hours=0.02)
    assert Callbacks(simulator).post() == 1
    (event,) = listener.heard
    assert event["detail-type"] == "LISTINGS_ITEM_STATUS_CHANGE"
    assert event["source"] == destination.source
    assert event["detail"]["Payload"]["Status"] == []
    assert Callbacks(simulator).post() == 0


def test_what_is_not_taken_is_posted_again(
    simulator: Simulator, listener: Listener, clock: ManualClock
) -> None:
    subscribe(simulator, STOCK)
    (destination,) = simulator.get_destinations()
    simulator.post_notifications_to(destination.destination_id, address(listener))
    happen(simulator, times=2)
    listener.refuses = True
    assert Callbacks(simulator).post() == 0
    listener.refuses = False
    assert Callbacks(simulator).post() == 0, "not yet"
    clock.advance(AGAIN_SECONDS)
    assert Callbacks(simulator).post() == 2


def test_the_server_posts_by_itself(sqs: Any, simulator: Simulator, listener: Listener) -> None:
    subscribe(simulator, STOCK)
    (destination,) = simulator.get_destinations()
    simulator.post_notifications_to(destination.destination_id, address(listener))
    happen(simulator)
    assert listener.called.wait(timeout=30)
    assert listener.heard[0]["NotificationType"] == STOCK


def test_nobody_at_the_address(simulator: Simulator) -> None:
    subscribe(simulator, STOCK)
    (destination,) = simulator.get_destinations()
    simulator.post_notifications_to(destination.destination_id, "http://127.0.0.1:9/news")
    happen(simulator)
    assert Callbacks(simulator).post() == 0
    simulator.post_notifications_to(destination.destination_id, None)
    assert simulator.callbacks() == []


def test_somebody_who_speaks_no_http(simulator: Simulator) -> None:
    subscribe(simulator, STOCK)
    (destination,) = simulator.get_destinations()
    with socket.create_server(("127.0.0.1", 0)) as deaf:

        def answer() -> None:
            connection, _ = deaf.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(b"good morning\r\n")

        thread = Thread(target=answer)
        thread.start()
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}"
        simulator.post_notifications_to(destination.destination_id, url)
        happen(simulator)
        assert Callbacks(simulator).post() == 0
        thread.join()


@pytest.mark.parametrize(
    "url", ["ftp://there", "there", "http://", "http://[::1", "http://there:99999"]
)
def test_an_address_that_is_none(simulator: Simulator, url: str) -> None:
    subscribe(simulator, STOCK)
    (destination,) = simulator.get_destinations()
    with pytest.raises(ValueError, match="url"):
        simulator.post_notifications_to(destination.destination_id, url)
