"""The writing client: raw connections, each with one request under way, which note every answer in a ledger."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from itertools import count

import orjson

from tests.torture.ledger import Ledger

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
BROKEN = (OSError, asyncio.IncompleteReadError, TimeoutError)
ANSWER_SECONDS = 30.0
RECONNECT_PAUSE = 0.02


def request(site_id: str, event: str, key: str | None) -> bytes:
    body = orjson.dumps({"site_id": site_id, "name": event, "url": "https://example.com/", "props": {"id": event}})
    head = f"POST /ingest/event HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return (head + (f"\r\nIdempotency-Key: {key}" if key else "") + "\r\n\r\n").encode() + body


async def read_answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Status and headers of an answer, after its body was read."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
    if length:
        await reader.readexactly(int(length))
    return int(head[9:12]), head.lower()


class Traffic:
    """Use as a context manager: sends from entry to exit, on a thread with an event loop of its own.

    `prefix` keeps event ids of several runs apart. Half of the events carry an idempotency key.
    """

    def __init__(
        self,
        port: int,
        site_id: str,
        ledger: Ledger,
        prefix: str,
        *,
        connections: int = 8,
        per_second: float | None = None,
        reconnect: bool = False,
    ) -> None:
        self.broken: list[float] = []
        self.longest_silence = 0.0
        self._port, self._site_id, self._ledger, self._prefix = port, site_id, ledger, prefix
        self._connections = connections
        self._pause = connections / per_second if per_second else 0.0
        self._reconnect = reconnect
        self._numbers = count(1)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._send_all()))

    def __enter__(self) -> "Traffic":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Send nothing new and wait for the answers under way."""
        self._stopping.set()
        self._thread.join()

    def wait(self) -> None:
        """Until every connection is gone: for a server that dies, and without `reconnect`."""
        self._thread.join()

    async def _send_all(self) -> None:
        await asyncio.gather(*(self._send_on(each) for each in range(self._connections)))

    async def _send_on(self, number: int) -> None:
        while not self._stopping.is_set():
            try:
                async with connected(self._port) as connection:
                    await self._send_until_stopped(connection)
            except BROKEN:
                if not self._reconnect:
                    break
                await asyncio.sleep(RECONNECT_PAUSE)

    async def _send_until_stopped(self, connection: Connection) -> None:
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                await self._send_one(connection)
            except BROKEN:
                self.broken.append(began)
                raise
            if self._pause:
                await asyncio.sleep(max(0.0, began + self._pause - time.monotonic()))

    async def _send_one(self, connection: Connection) -> None:
        number = next(self._numbers)
        event = f"{self._prefix}-{number}"
        key = f"key-{event}" if number % 2 else None
        assert event not in self._ledger.sent, f"the id {event} was used before"
        self._ledger.sent.add(event)
        if key:
            self._ledger.keys[event] = key
        began = time.monotonic()
        status, head = await exchange(connection, request(self._site_id, event, key))
        self._note(event, status, head, time.monotonic() - began)

    def _note(self, event: str, status: int, head: bytes, seconds: float) -> None:
        self._ledger.statuses[status] += 1
        if status == 202:
            self._ledger.acknowledged.add(event)
            self._ledger.seconds.append(seconds)
        if status == 503 and b"\r\nretry-after:" not in head:
            self._ledger.without_retry_after += 1


async def exchange(connection: Connection, content: bytes) -> tuple[int, bytes]:
    reader, writer = connection
    writer.write(content)
    async with asyncio.timeout(ANSWER_SECONDS):
        return await read_answer(reader)


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Connection]:
    """Closed also when the server dies under it: a transport left open is collected later, with a warning."""
    connection = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield connection
    finally:
        await close(connection[1])


async def close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


def send_again(port: int, site_id: str, ledger: Ledger, events: Iterable[str]) -> None:
    """Send events with keys once more, each until it is answered; what is acknowledged now counts as well."""
    asyncio.run(_send_again(port, site_id, ledger, list(events)))


async def _send_again(port: int, site_id: str, ledger: Ledger, events: list[str]) -> None:
    async with connected(port) as connection:
        for event in events:
            status, _ = await exchange(connection, request(site_id, event, ledger.keys[event]))
            ledger.statuses[status] += 1
            if status == 202:
                ledger.acknowledged.add(event)
                ledger.repeated += 1
