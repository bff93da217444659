"""uvicorn's HTTP protocol with the limits that it lacks: time for headers and body, size of the headers.

Bare uvicorn keeps a silent connection for over 20 s, a stalled body for over 30 s, and takes a header of 12.8 MB.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

REQUEST_SECONDS = 8.0
HEADER_BYTES = 32 * 1024
SWEEP_SECONDS = 1.0
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class GuardedProtocol(HttpToolsProtocol):
    """`owing_since` is when the connection began to owe us headers, then a body; None while it owes nothing."""

    owing_since: float | None = None
    in_headers = True
    header_bytes = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.owing_since = self.loop.time()

    def data_received(self, data: bytes) -> None:
        if self.owing_since is None and (self.cycle is None or self.cycle.response_complete):
            self.owing_since = self.loop.time()  # Stray line ends begin no message, but stop uvicorn's own timer.
        self.header_bytes += len(data)
        super().data_received(data)
        if self.in_headers and self.header_bytes > HEADER_BYTES:
            self.refuse(TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.owing_since = self.loop.time()
        self.in_headers = True

    def on_headers_complete(self) -> None:
        self.in_headers = False
        self.owing_since = self.loop.time()
        if self.header_bytes > HEADER_BYTES and self._header_size() > HEADER_BYTES:
            self.refuse(TOO_LARGE)
            return
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self.owing_since = None
        self.header_bytes = 0
        super().on_message_complete()

    def refuse(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            if self.cycle is None or not self.cycle.response_started:
                self.transport.write(answer)
            self.transport.close()

    def _header_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)


async def refuse_slow_requests(connections: set[Any]) -> None:
    """Once a second, since one sweep costs less than a timer for every request."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        oldest = asyncio.get_running_loop().time() - REQUEST_SECONDS
        for connection in list(connections):
            since = connection.owing_since
            if since is not None and since < oldest:
                connection.refuse(TOO_SLOW)
