"""Steady load: requests leave at set times, however slow the answers are (wrk would wait for them).

A process of its own. A latency counts from the time a request was to be sent, so waiting counts too.
"""

import argparse
import asyncio
import gc
import selectors
import sys
from collections import deque
from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from tests.bench.realistic_requests import read_requests

CONNECTIONS = 64
LEAD_SECONDS = 0.2
LAST_ANSWER_SECONDS = 5.0


@dataclass(slots=True)
class SteadyResult:
    """`accepted` counts answers of exactly 202; `lateness_p99_ms` is what the generator itself added."""

    requests: int
    accepted: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    lateness_p99_ms: float


class Connection(asyncio.Protocol):
    """One request at a time; all take turns, since the server hangs up on those that never ask anything."""

    def __init__(self, load: "SteadyLoad") -> None:
        self._load = load
        self._received = b""
        self._due = 0.0
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def send(self, request: bytes, due: float) -> None:
        assert self._transport is not None
        self._due = due
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(b"\r\n\r\n")
        if end and len(body) >= content_length(head):
            self._received = b""
            self._load.answered(self, head.startswith(b"HTTP/1.1 202"), self._due)


class SteadyLoad:
    def __init__(self, requests: list[bytes], rate: float) -> None:
        self.latencies: list[float] = []
        self.lateness: list[float] = []
        self.accepted = 0
        self._requests = requests
        self._rate = rate
        self._loop = asyncio.get_running_loop()
        self._free: deque[Connection] = deque()
        self._waiting: deque[tuple[bytes, float]] = deque()
        self._done = asyncio.Event()

    async def run(self, port: int) -> SteadyResult:
        for _ in range(CONNECTIONS):
            _, connection = await self._loop.create_connection(lambda: Connection(self), "127.0.0.1", port)
            self._free.append(connection)
        self._start = self._loop.time() + LEAD_SECONDS
        self._loop.call_at(self._start, self._send, 0)
        seconds = len(self._requests) / self._rate + LEAD_SECONDS + LAST_ANSWER_SECONDS
        try:
            await asyncio.wait_for(self._done.wait(), seconds)
        except TimeoutError:
            print("steady_load: some requests were never answered", file=sys.stderr)
        return self._result()

    def answered(self, connection: Connection, accepted: bool, due: float) -> None:
        self.latencies.append(self._loop.time() - due)
        self.accepted += accepted
        if self._waiting:
            connection.send(*self._waiting.popleft())
        else:
            self._free.append(connection)
        if len(self.latencies) == len(self._requests):
            self._done.set()

    def _send(self, number: int) -> None:
        due = self._start + number / self._rate
        self.lateness.append(self._loop.time() - due)
        if self._free:
            self._free.popleft().send(self._requests[number], due)
        else:
            self._waiting.append((self._requests[number], due))
        if number + 1 < len(self._requests):
            self._loop.call_at(self._start + (number + 1) / self._rate, self._send, number + 1)

    def _result(self) -> SteadyResult:
        latencies = [1000 * each for each in self.latencies]
        return SteadyResult(
            len(self._requests),
            self.accepted,
            percentile(latencies, 0.5),
            percentile(latencies, 0.99),
            max(latencies, default=0.0),
            percentile([1000 * each for each in self.lateness], 0.99),
        )


def content_length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


async def load(port: int, requests: list[bytes], rate: float) -> SteadyResult:
    return await SteadyLoad(requests, rate).run(port)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("file", type=Path)
    parser.add_argument("skip", type=int)
    parser.add_argument("rate", type=float)
    parser.add_argument("seconds", type=float)
    given = parser.parse_args()
    requests = read_requests(given.file, given.skip, round(given.rate * given.seconds))
    gc.disable()
    # select(2) waits to the microsecond; epoll and uvloop round up to whole milliseconds, 1 ms in each latency.
    loop = asyncio.SelectorEventLoop(selectors.SelectSelector())
    result = loop.run_until_complete(load(given.port, requests, given.rate))
    print(orjson.dumps(asdict(result)).decode())


if __name__ == "__main__":
    main()
