"""One HTTP exchange over real sockets: where it can break, and what is known then."""

from __future__ import annotations

import gzip
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
import requests

from stockpool_amazon.connection import (
    AnswerTooLong,
    Connection,
    json_list,
    json_object,
    never_sent,
)

Serve = Callable[..., str]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


def request(client: socket.socket) -> bytes:
    """A whole request, head and body."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += client.recv(65_536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head.lower())
    while length and len(body) < int(length[1]):
        body += client.recv(65_536)
    return head + b"\r\n\r\n" + body


@pytest.fixture
def connection() -> Iterator[Connection]:
    made = Connection(connect_seconds=5, read_seconds=0.2, answer_bytes=1000)
    yield made
    made.close()


@pytest.fixture
def heard() -> list[bytes]:
    """What the server of `serve` got, one entry each connection."""
    return []


@pytest.fixture
def serve(heard: list[bytes]) -> Iterator[Serve]:
    """Starts a server that gives each connection one of the answers, and then hangs up.

    An answer of None says nothing and keeps the connection open until the test is over.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()
    threads: list[threading.Thread] = []

    def run(answers: tuple[bytes | None, ...]) -> None:
        for answer in answers:
            with closing(listener.accept()[0]) as client:
                heard.append(request(client))
                if answer is None:
                    over.wait(30)
                else:
                    client.sendall(answer)

    def start(*answers: bytes | None) -> str:
        thread = threading.Thread(target=run, args=(answers,))
        thread.start()
        threads.append(thread)
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    over.set()
    for thread in threads:
        thread.join(30)
    listener.close()


def test_an_answer_comes_back_whole(connection: Connection, serve: Serve) -> None:
    reply = connection.send("GET", serve(OK), query={"a": "1"})
    assert (reply.status, reply.content) == (200, b"{}")


def test_an_empty_answer_is_one_if_it_says_so(connection: Connection, serve: Serve) -> None:
    empty = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
    assert connection.send("PUT", serve(empty), body={}).content == b""


def test_what_is_sent(connection: Connection, serve: Serve, heard: list[bytes]) -> None:
    connection.send("PUT", f"{serve(OK)}/path", headers={"x-amz-access-token": "t"}, body={})
    head, _, body = heard[0].partition(b"\r\n\r\n")
    assert head.startswith(b"PUT /path HTTP/1.1")
    lines = {line.lower() for line in head.split(b"\r\n")}
    assert b"x-amz-access-token: t" in lines
    assert b"content-type: application/json" in lines
    assert any(line.startswith(b"user-agent: stockpool/") for line in lines)
    assert body == b"{}"


def test_the_machines_netrc_is_left_alone(
    connection: Connection,
    serve: Serve,
    heard: list[bytes],
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    netrc = tmp_path_factory.mktemp("home") / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    connection.send("GET", serve(OK))
    assert b"authorization" not in heard[0].lower()


def test_cookies_are_not_kept(connection: Connection, serve: Serve, heard: list[bytes]) -> None:
    cookie = (
        b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}"
    )
    address = serve(cookie, OK)
    for _ in range(2):
        connection.send("GET", address)
    assert b"cookie" not in heard[1].lower()


def test_redirects_are_not_followed(
    connection: Connection, serve: Serve, heard: list[bytes]
) -> None:
    elsewhere = b"HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"
    assert connection.send("GET", serve(elsewhere)).status == 302
    assert len(heard) == 1


class TestNeverSent:
    def test_nobody_listens(self, connection: Connection) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as listener:
            port = listener.getsockname()[1]
        with pytest.raises(requests.ConnectionError) as failure:
            connection.send("GET", f"http://127.0.0.1:{port}")
        assert never_sent(failure.value)

    def test_the_name_is_not_known(self, connection: Connection) -> None:
        with pytest.raises(requests.ConnectionError) as failure:
            connection.send("GET", "http://no-such-host.invalid")
        assert never_sent(failure.value)

    def test_nobody_accepts_the_connection(self) -> None:
        """A full backlog lets the handshake hang, as a firewall does."""
        connection = Connection(connect_seconds=0.1, read_seconds=5, answer_bytes=1000)
        with closing(socket.socket()) as listener, closing(connection):
            listener.bind(("127.0.0.1", 0))
            listener.listen(0)
            waiting = [socket.socket() for _ in range(8)]
            for client in waiting:
                client.setblocking(False)
                client.connect_ex(listener.getsockname())
            with pytest.raises(requests.ConnectTimeout) as failure:
                connection.send("GET", f"http://127.0.0.1:{listener.getsockname()[1]}")
            for client in waiting:
                client.close()
        assert never_sent(failure.value)

    def test_a_proxy_is_not_there(
        self, connection: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with closing(socket.create_server(("127.0.0.1", 0))) as listener:
            port = listener.getsockname()[1]
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
        with pytest.raises(requests.exceptions.ProxyError) as failure:
            connection.send("GET", "http://amazon.invalid")
        assert never_sent(failure.value)


class TestMaybeArrived:
    @pytest.mark.parametrize(
        "answer",
        [
            pytest.param(None, id="silence"),
            pytest.param(b"", id="hung up"),
            pytest.param(b"HTTP/1.1 200 OK\r\nContent-Le", id="cut in the head"),
            pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", id="cut in the body"),
            pytest.param(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{", id="cut chunk"
            ),
            pytest.param(
                b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
                id="not gzip",
            ),
            pytest.param(b"SSH-2.0-OpenSSH_9\r\n", id="no HTTP"),
        ],
    )
    def test_after_the_connection_stood(
        self, connection: Connection, serve: Serve, answer: bytes | None
    ) -> None:
        with pytest.raises(requests.RequestException) as failure:
            connection.send("POST", serve(answer), body={"a": 1})
        assert not never_sent(failure.value)

    def test_the_answer_is_too_long(self, connection: Connection, serve: Serve) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n"
        with pytest.raises(AnswerTooLong) as failure:
            connection.send("POST", serve(head + b"x" * 1001), body={})
        assert not never_sent(failure.value)

    def test_also_if_it_is_short_only_while_it_is_packed(
        self, connection: Connection, serve: Serve
    ) -> None:
        packed = gzip.compress(b"x" * 10_000_000)
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n"
        with pytest.raises(AnswerTooLong):
            connection.send("POST", serve(head.encode() + packed), body={})


@pytest.mark.parametrize(
    ("content", "document"),
    [(b'{"a": 1}', {"a": 1}), (b"[]", None), (b"", None), (b"{", None), (b"[" * 100_000, None)],
)
def test_only_an_object_is_a_document(content: bytes, document: object) -> None:
    assert json_object(content) == document


@pytest.mark.parametrize(
    ("content", "document"),
    [(b"[1]", [1]), (b"[]", []), (b"{}", None), (b"", None), (b"[1], 2", None)],
)
def test_only_a_list_is_a_list(content: bytes, document: object) -> None:
    assert json_list(content) == document
