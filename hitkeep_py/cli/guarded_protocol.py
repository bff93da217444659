"""uvicorn's HTTP protocol with the limits that it lacks: time, headers, trailers, requests that wait, slow readers.

Bare uvicorn keeps a silent connection for over 20 s, a stalled body for over 30 s, and takes a header of 12.8 MB. It
makes headers of trailers, without end, and parses all requests of a read at once: 14,000 of them took 34 MB.
"""

import asyncio
from collections.abc import Callable, Hashable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from hitkeep_py.cli.connection_limits import ConnectionLimits

REQUEST_SECONDS = 8.0
READING_SECONDS = 20.0
READING_BYTES = 16 * 1024
HEADER_BYTES = 32 * 1024
TRAILERS = 100
PIPELINED = 16
SWEEP_SECONDS = 1.0
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
TOO_MUCH = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class TooManyRequestsWaiting(Exception):
    """Stops the parser in the middle of what was read."""


class GuardedProtocol(HttpToolsProtocol):
    """`owing_since` is when the connection began to owe us headers, then a body; None while it owes nothing.

    `framing_bytes` are those received since the last byte of a body: headers, trailers, sizes of chunks.
    """

    owing_since: float | None = None
    in_headers = True
    framing_bytes = 0
    trailers = 0
    entered = False
    overfull = False
    held = 0
    unread: tuple[float, int] | None = None

    def __init__(
        self, limits: ConnectionLimits, client_of: Callable[[str | None], Hashable], *arguments: Any, **named: Any
    ) -> None:
        super().__init__(*arguments, **named)
        self._limits = limits
        self._client_of = client_of
        self._client_key: Hashable = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._client_key = self._client_of(self.client[0] if self.client else None)
        self.entered = self._limits.enter(self._client_key)
        if not self.entered:
            transport.abort()
        self.owing_since = self.loop.time()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._let_go()
        if self.entered:
            self._limits.leave(self._client_key)
        self.pipeline.clear()

    def data_received(self, data: bytes) -> None:
        if self.overfull or self.transport.is_closing():
            return
        if self.owing_since is None and (self.cycle is None or self.cycle.response_complete):
            self.owing_since = self.loop.time()  # Stray line ends begin no message, but stop uvicorn's own timer.
        self.framing_bytes += len(data)
        super().data_received(data)
        if self.framing_bytes > HEADER_BYTES and not self.overfull:
            self.refuse(TOO_LARGE)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.owing_since = self.loop.time()
        self.in_headers = True
        self.trailers = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """A trailer is read and forgotten: as a header it could name another client, or log somebody in."""
        if self.in_headers:
            super().on_header(name, value)
            return
        self.trailers += 1
        if self.trailers > TRAILERS:
            self.refuse(TOO_LARGE)

    def on_headers_complete(self) -> None:
        self.in_headers = False
        self.owing_since = self.loop.time()
        if self.framing_bytes > HEADER_BYTES and self._header_size() > HEADER_BYTES:
            self.refuse(TOO_LARGE)
            return
        if len(self.pipeline) >= PIPELINED:
            self.overfull = True
            raise TooManyRequestsWaiting
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self.framing_bytes = 0
        if self.cycle.response_complete or self.transport.is_closing():
            return
        self.held += len(body)
        if self._limits.hold(self._client_key, len(body)):
            super().on_body(body)
        else:
            self.refuse(TOO_MUCH)

    def on_message_complete(self) -> None:
        self.owing_since = None
        self.framing_bytes = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        if not self.pipeline:
            self._let_go()
        super().on_response_complete()

    def resume_writing(self) -> None:
        self.unread = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Of requests past the most that may wait, those before are answered; a client sends the rest again."""
        if self.overfull:
            self.owing_since = None
            self.cycle.keep_alive = False
        elif not self.transport.is_closing():
            super().send_400_response(msg)

    def refuse(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            if self.cycle is None or not self.cycle.response_started:
                self.transport.write(answer)
            self.transport.close()

    def refuse_slow_reader(self, now: float) -> None:
        """One that did not take READING_BYTES of its answer for READING_SECONDS."""
        size = self.transport.get_write_buffer_size()
        if not size:
            self.unread = None
        elif self.unread is None or size <= self.unread[1] - READING_BYTES:
            self.unread = (now, size)
        elif now - self.unread[0] > READING_SECONDS:
            self.transport.abort()

    def _let_go(self) -> None:
        if self.cycle is not None and self.cycle.response_complete:
            self.cycle.body = bytearray()
        self._limits.let_go(self._client_key, self.held)
        self.held = 0

    def _header_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)


async def refuse_slow_connections(connections: set[Any]) -> None:
    """Once a second, since one sweep costs less than a timer for every request."""
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        now = asyncio.get_running_loop().time()
        for connection in list(connections):
            since = connection.owing_since
            if since is not None and since < now - REQUEST_SECONDS:
                connection.refuse(TOO_SLOW)
            connection.refuse_slow_reader(now)
