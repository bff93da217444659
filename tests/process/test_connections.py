"""What one connection, and all of one client, may make the server hold, over real sockets."""

import asyncio
import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hitkeep_py.cli.connection_limits import HELD_BYTES_OF_ONE, ConnectionLimits
from hitkeep_py.cli.guarded_protocol import HEADER_BYTES, PIPELINED, READING_SECONDS, TRAILERS, GuardedProtocol
from hitkeep_py.cli.serve import QuietServer, listen, uvicorn_config
from hitkeep_py.config import Settings
from tests.running_server import RunningServer, running

CONNECTIONS = 100
CHUNKED = b"POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
LOGIN = b"2\r\n{}\r\n0\r\n"
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("connections")
    limits = ("--max-connections-per-client", str(CONNECTIONS), "--api-burst", "100000", "--ingest-burst", "100000")
    with running(folder / "data", folder, *limits) as started:
        yield started


def connected(server: RunningServer, client: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=20, source_address=(client, 0))


# A client whose connections of before the server cannot still be closing.
ANOTHER_CLIENT = "127.0.0.2"


def answer_of(connection: socket.socket) -> bytes:
    """All that is sent until the server closes."""
    pieces = []
    try:
        while piece := connection.recv(65_536):
            pieces.append(piece)
    except ConnectionResetError:
        pass
    return b"".join(pieces)


def answered(server: RunningServer, content: bytes) -> bytes:
    with connected(server) as connection:
        connection.sendall(content)
        return answer_of(connection)


def sent_until_closed(server: RunningServer, beginning: bytes, piece: bytes, most: int) -> int:
    """Bytes that a client gets rid of before the server hangs up."""
    sent = 0
    with connected(server) as connection:
        connection.sendall(beginning)
        try:
            while sent < most:
                connection.sendall(piece)
                sent += len(piece)
        except (BrokenPipeError, ConnectionResetError):
            pass
    return sent


def test_trailers_without_end_close_the_connection(server: RunningServer) -> None:
    for beginning, piece in (
        (CHUNKED + b"\r\n" + LOGIN, b"X-Trailer: 1\r\n" * 1000),
        (CHUNKED + b"\r\n" + LOGIN + b"X-Long: ", b"x" * 10_000),
        (CHUNKED + b"\r\n" + LOGIN, b"x" * 10_000),
        (CHUNKED + b"\r\n2;extension=", b"x" * 10_000),
        (CHUNKED, b"X-Header: 1\r\n" * 1000),
    ):
        assert sent_until_closed(server, beginning, piece, 50 * MEGABYTE) < 50 * MEGABYTE, piece[:20]


def test_a_few_trailers_are_read_and_forgotten(server: RunningServer) -> None:
    trailers = b"Content-Type: text/plain\r\nX-Checksum: 1\r\n\r\n"
    answer = answered(server, CHUNKED + b"Connection: close\r\n\r\n" + LOGIN + trailers)
    assert b"email and password are required" in answer
    many = b"X-Checksum: 1\r\n" * (TRAILERS + 2)
    assert b"email and password" not in answered(server, CHUNKED + b"\r\n" + LOGIN + many)


def test_a_trailer_logs_nobody_in(server: RunningServer) -> None:
    """A cookie or a forwarded address that comes after the body never becomes a header."""
    begin = b"POST /api/users HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert answered(server, begin + LOGIN + b"Cookie: hk_token=x\r\n\r\n").startswith(b"HTTP/1.1 401")


def test_only_so_many_requests_of_a_connection_wait(server: RunningServer) -> None:
    """Those that wait are answered in their order, the rest are to be sent again on another connection."""
    answer = answered(server, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * 5_000)
    assert PIPELINED <= answer.count(b"HTTP/1.1 200") <= PIPELINED + 1
    assert b"HTTP/1.1 4" not in answer


def test_requests_that_may_wait_are_all_answered(server: RunningServer) -> None:
    several = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n" * (PIPELINED - 1)
    last = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert answered(server, several + last).count(b"HTTP/1.1 200") == PIPELINED


def test_headers_past_the_limit_are_431(server: RunningServer) -> None:
    begin = b"GET /healthz HTTP/1.1\r\nHost: x\r\n"
    assert answered(server, begin + b"X-Large: " + b"x" * HEADER_BYTES + b"\r\n\r\n").startswith(b"HTTP/1.1 431")


def test_one_client_has_only_so_many_connections(server: RunningServer) -> None:
    with ExitStack() as opened:
        connections = [opened.enter_context(connected(server)) for _ in range(CONNECTIONS + 5)]
        for each in connections:
            each.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        answers = [first_piece(each) for each in connections]
    assert [answer.startswith(b"HTTP/1.1 200") for answer in answers] == [True] * CONNECTIONS + [False] * 5


def first_piece(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65_536)
    except ConnectionResetError:
        return b""


def test_bodies_of_one_client_that_wait_are_bounded(server: RunningServer) -> None:
    """Each body is allowed, all together are not; what was held is free again afterwards."""
    size = 250_000
    begin = b"POST /ingest/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 250001\r\n\r\n"
    with ExitStack() as opened:
        count = HELD_BYTES_OF_ONE // size + 2
        connections = [opened.enter_context(connected(server, ANOTHER_CLIENT)) for _ in range(count)]
        for each in connections:
            with suppress(OSError):
                each.sendall(begin + b" " * size)
        refused = select.select(connections, [], [], 20)[0]
        assert 1 <= len(refused) <= 3
    with httpx2.Client(transport=httpx2.HTTPTransport(local_address=ANOTHER_CLIENT)) as client:
        assert client.post(f"{server.address}/ingest/batch", content=b" " * size).status_code == 400


def test_garbled_and_upgrade_requests_do_not_fill_the_log(server: RunningServer) -> None:
    before = server.log
    for request in (
        b"\x16\x03\x01garbled\r\n\r\n",
        b"GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
    ):
        with connected(server) as connection:
            connection.sendall(request)
            first_piece(connection)
    assert server.log == before


def test_client_that_asks_too_often_is_told_when_to_come_back(tmp_path: Path) -> None:
    """Ingest and the probes of load balancers are not held up by it."""
    limits = ("--api-rate-limit", "0.01", "--api-burst", "3")
    with running(tmp_path / "data", tmp_path, *limits) as server, httpx2.Client(base_url=server.address) as client:
        answers = [client.get("/api/status") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert client.get("/hk.js").status_code == 429
        assert client.get("/healthz").status_code == 200
        assert client.post("/ingest/event", json={}).status_code == 400


async def large_answer(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": bytes(20 * MEGABYTE)})


async def never_read(seconds: float) -> bool:
    """Whether a connection whose client reads nothing is closed so many seconds after it was first looked at."""
    server = QuietServer(uvicorn_config(large_answer, partial(GuardedProtocol, ConnectionLimits(9, 9), str)))
    listener = listen(Settings(port=0))
    serving = asyncio.create_task(server.serve([listener]))
    _, writer = await asyncio.open_connection(*listener.getsockname(), limit=1)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    open_ones: list[Any] = []
    while not open_ones or not open_ones[0].flow.write_paused:
        open_ones = list(server.server_state.connections)
        await asyncio.sleep(0)
    open_ones[0].refuse_slow_reader(100.0)
    open_ones[0].refuse_slow_reader(100.0 + seconds)
    closed = bool(open_ones[0].transport.is_closing())
    open_ones[0].transport.abort()
    writer.close()
    server.should_exit = True
    await serving
    return closed


def test_who_never_reads_is_disconnected() -> None:
    assert asyncio.run(never_read(READING_SECONDS + 1))
    assert not asyncio.run(never_read(READING_SECONDS - 1))
