"""The ingest routes: a small ASGI application of its own, since this path carries all the load.

A plain Starlette route answered 10,700 of these a second, this handler 20,000 and more. Nobody logs in here, cookies
are never read, and every answer has CORS headers, so that pages of any site may send.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from hitkeep_py.analytics import Analytics
from hitkeep_py.errors import AnalyticsError, InvalidInput, PayloadTooLarge, RateLimited
from hitkeep_py.event import DropReason, IncomingEvent, Sender, event_row
from hitkeep_py.ingest.inbox import Batch, idempotency_hash
from hitkeep_py.protocols.format import Answer, WireFormat
from hitkeep_py.protocols.formats import FORMATS
from hitkeep_py.server.answers import JSON_TYPE, body_of, error_body, headers_of, status_of
from hitkeep_py.server.client_address import ClientAddresses, limit_key
from hitkeep_py.server.rate_limit import RateLimiter

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
HeaderList = list[tuple[bytes, bytes]]

KEY_LENGTH = 255
ALLOWED_HEADERS = b"Content-Type, Idempotency-Key"
EXPOSED_HEADERS = b"Retry-After, RateLimit, RateLimit-Policy"
log = logging.getLogger(__name__)


class IngestApp:
    def __init__(self, analytics: Analytics, addresses: ClientAddresses) -> None:
        self.limited = 0
        self.rejected = 0
        self._analytics = analytics
        self._addresses = addresses
        self._loop: asyncio.AbstractEventLoop | None = None
        self._formats = {each.path: each for each in FORMATS}
        settings = analytics.settings
        self.limiter = RateLimiter(settings.ingest_rate_limit, settings.ingest_burst, analytics.clock.monotonic)
        window = max(1, round(self.limiter.window))
        self._policy = f'"ingest";q={settings.ingest_burst};w={window}'.encode()

    def serves(self, path: str) -> bool:
        return path in self._formats

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        cors = cors_headers(headers.get(b"origin"))
        try:
            method = scope["method"]
            if method == "POST":
                answer = await self._take(scope, headers, receive)
                await respond(send, answer.status, cors, answer.body, answer.content_type)
            elif method == "OPTIONS":
                await respond(send, 204, cors + PREFLIGHT, b"")
            else:
                body = error_body("method_not_allowed", f"{scope['path']} takes POST")
                await respond(send, 405, [*cors, (b"allow", b"POST, OPTIONS")], body)
        except RateLimited as error:
            self.limited += 1
            limits = [
                (b"ratelimit-policy", self._policy),
                (b"ratelimit", f'"ingest";r=0;t={error.retry_after}'.encode()),
            ]
            await respond(send, 429, cors + limits + headers_of(error), body_of(error))
        except AnalyticsError as error:
            self.rejected += 1
            await respond(send, status_of(error), cors + headers_of(error), body_of(error))
        except Exception:
            log.exception("ingest failed on %s", scope["path"])
            await respond(send, 500, cors, error_body("internal_error", "the server failed; the event was not stored"))

    async def _take(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> Answer:
        client = scope["client"]
        ip = self._addresses.client(client[0] if client else None, scope["headers"])
        wait = self.limiter.wait(limit_key(ip))
        if wait:
            raise RateLimited("Too Many Requests", int(wait) + 1)
        wire_format = self._formats[scope["path"]]
        body = await read_body(headers, receive, wire_format.body_limit)
        events = wire_format.read(body, headers)
        sender = Sender(
            ip,
            headers.get(b"user-agent", b"").decode("latin-1"),
            headers.get(b"accept-language", b"").decode("latin-1"),
            self._analytics.clock.now_ms(),
        )
        return await self._accept(wire_format, events, sender, len(body), headers.get(b"idempotency-key"))

    async def _accept(
        self, wire_format: WireFormat, events: list[IncomingEvent], sender: Sender, size: int, header_key: bytes | None
    ) -> Answer:
        """Answers once the events are on disk."""
        rows: list[tuple[object, ...]] = []
        keys: list[str | None] = []
        keyed, dropped = False, None
        for incoming in events:
            event = self._analytics.pipeline.run(incoming, sender)
            if isinstance(event, DropReason):
                dropped = event
                continue
            rows.append(event_row(event))
            if key := incoming.idempotency_key or read_key(header_key):
                keyed = True
                keys.append(idempotency_hash(event.site_id, key))
            else:
                keys.append(None)
        if rows:
            loop = asyncio.get_running_loop()
            if loop is not self._loop:
                self._loop = loop
                self._analytics.inbox.notify = loop.call_soon_threadsafe
            waiter: asyncio.Future[None] = loop.create_future()
            self._analytics.inbox.append(Batch(rows, keys if keyed else None, waiter, size))
            await waiter
        return wire_format.answer(events, dropped)


async def read_body(headers: dict[bytes, bytes], receive: Receive, limit: int) -> bytes:
    """Raises PayloadTooLarge past `limit` bytes, InvalidInput when the body breaks off.

    A body that stalls is broken off by GuardedProtocol: a timeout here cost 10 % of all time.
    """
    length = headers.get(b"content-length", b"")
    if len(length) > 10 or (length.isdigit() and int(length) > limit):
        raise too_large(limit)
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        if len(body) > limit:
            raise too_large(limit)
        message = await receive()
        body += message.get("body", b"")
    if message["type"] == "http.disconnect":
        raise InvalidInput("the body broke off")
    if len(body) > limit:
        raise too_large(limit)
    return body


def too_large(limit: int) -> PayloadTooLarge:
    return PayloadTooLarge(f"the body is larger than {limit} bytes")


def read_key(header: bytes | None) -> str:
    if header is None:
        return ""
    if not 1 <= len(header) <= KEY_LENGTH:
        raise InvalidInput(f"Idempotency-Key must have 1 to {KEY_LENGTH} characters", field="Idempotency-Key")
    return header.decode("latin-1")


def cors_headers(origin: bytes | None) -> HeaderList:
    """As upstream: sendBeacon always sends credentials, so browsers want the origin by name and the permission.

    It gives nothing away: these routes read no cookie and answer nothing private.
    """
    if not origin:
        return []
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", EXPOSED_HEADERS),
        (b"vary", b"Origin"),
    ]


PREFLIGHT: HeaderList = [
    (b"access-control-allow-methods", b"POST, OPTIONS"),
    (b"access-control-allow-headers", ALLOWED_HEADERS),
    (b"access-control-max-age", b"86400"),
]


async def respond(send: Send, status: int, headers: HeaderList, body: bytes, content_type: bytes = JSON_TYPE) -> None:
    length = (b"content-length", str(len(body)).encode())
    kind = [(b"content-type", content_type)] if body else []
    await send({"type": "http.response.start", "status": status, "headers": [length, *kind, *headers]})
    await send({"type": "http.response.body", "body": body})
