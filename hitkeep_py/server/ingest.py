"""The ingest routes: a small ASGI application of its own, since this path carries all the load.

A plain Starlette route answered 10,700 of these a second, this handler 20,000 and more. Nobody logs in here, cookies
are never read, and every answer has CORS headers, so that pages of any site may send.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.concurrency import run_in_threadpool

from hitkeep_py.analytics import Analytics
from hitkeep_py.errors import AnalyticsError, InvalidInput, PayloadTooLarge, RateLimited
from hitkeep_py.event import Sender
from hitkeep_py.ingest.batch import Batch
from hitkeep_py.ingest.intake import Taken
from hitkeep_py.protocols.format import Answer, Request, WireFormat
from hitkeep_py.protocols.formats import FORMATS
from hitkeep_py.protocols.site_hint import site_hints
from hitkeep_py.protocols.statuses import status_of
from hitkeep_py.server.answers import body_of, error_body, headers_of
from hitkeep_py.server.client_address import ClientAddresses, limit_key
from hitkeep_py.server.rate_limit import RateLimiter

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
HeaderList = list[tuple[bytes, bytes]]

KEY_LENGTH = 255
ALLOWED_HEADERS = b"Content-Type, Idempotency-Key"
HEADER_NAMES = re.compile(rb"[A-Za-z0-9, _-]{1,500}")
EXPOSED_HEADERS = b", ".join(
    (
        *(b"Retry-After", b"RateLimit", b"RateLimit-Policy", b"X-Plausible-Dropped", b"X-Goatcounter"),
        *(b"X-Sparklytics-Ingest-Accepted-Events", b"X-Sparklytics-Ingest-Dropped-Events"),
    )
)
PREFETCH_HEADERS = (b"sec-purpose", b"purpose", b"x-purpose", b"x-moz")
PREFETCH_WORDS = (b"prefetch", b"preview", b"prerender")
log = logging.getLogger(__name__)


class IngestApp:
    def __init__(self, analytics: Analytics, addresses: ClientAddresses) -> None:
        self.limited = 0
        self.rejected = 0
        self._analytics = analytics
        self.addresses = addresses
        self._loop: asyncio.AbstractEventLoop | None = None
        self._formats: dict[str, list[WireFormat]] = {}
        for each in FORMATS:
            self._formats.setdefault(each.path, []).append(each)
        settings = analytics.settings
        self.limiter = RateLimiter(settings.ingest_rate_limit, settings.ingest_burst, analytics.clock.monotonic)
        window = max(1, round(self.limiter.window))
        self._policy = f'"ingest";q={settings.ingest_burst};w={window}'.encode()

    def serves(self, path: str) -> bool:
        return path in self._formats

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers: dict[bytes, bytes] = dict(scope["headers"])
        formats = self._formats[scope["path"]]
        cors = cors_headers(headers.get(b"origin"))
        method = scope["method"]
        if method in formats[0].methods:
            answer, extra = await self._answer(formats, scope, headers, receive)
            await respond(send, answer, cors + extra)
        elif method == "OPTIONS":
            await respond(send, Answer(204), cors + preflight_headers(formats[0], headers))
        else:
            methods = allowed_methods(formats[0])
            body = error_body("method_not_allowed", f"{scope['path']} takes {' and '.join(formats[0].methods)}")
            await respond(send, Answer(405, body), [*cors, (b"allow", methods)])

    async def _answer(
        self, formats: list[WireFormat], scope: Scope, headers: dict[bytes, bytes], receive: Receive
    ) -> tuple[Answer, HeaderList]:
        """The format's answer, or an error in the format's words, with the headers that go with it."""
        wire_format = formats[-1]
        request = Request(scope["method"], scope["path"], scope["query_string"], headers, b"")
        try:
            ip = self._admit(scope)
            request.body = await read_body(headers, receive, wire_format.body_limit)
            wire_format = next((each for each in formats if each.claims(request)), formats[-1])
            return await self._take(wire_format, request, self._sender(ip, headers))
        except RateLimited as error:
            self.limited += 1
            return refused(wire_format, error), headers_of(error) + self._limits(error)
        except AnalyticsError as error:
            self.rejected += 1
            now, hints = self._analytics.clock.now_ms(), site_hints(request)
            self._analytics.intake.note_refusal(wire_format.name, now, error, hints)
            return refused(wire_format, error), headers_of(error)
        except Exception:
            log.exception("ingest failed on %s", scope["path"])
            return Answer(500, error_body("internal_error", "the server failed; its log tells why")), []

    def _admit(self, scope: Scope) -> str:
        """The client's address. Raises RateLimited."""
        client = scope["client"]
        ip = self.addresses.client(client[0] if client else None, scope["headers"])
        wait = self.limiter.wait(limit_key(ip))
        if wait:
            raise RateLimited("Too Many Requests", int(wait) + 1)
        return ip

    def _sender(self, ip: str, headers: dict[bytes, bytes]) -> Sender:
        return Sender(
            ip,
            headers.get(b"user-agent", b"").decode("latin-1"),
            headers.get(b"accept-language", b"").decode("latin-1"),
            self._analytics.clock.now_ms(),
            headers.get(b"origin", b"").decode("latin-1"),
            headers.get(b"dnt") == b"1" or headers.get(b"sec-gpc") == b"1",
            is_prefetch(headers),
        )

    async def _take(self, wire_format: WireFormat, request: Request, sender: Sender) -> tuple[Answer, HeaderList]:
        """Answers once the events are on disk. What is refused only now, the debugger has been told event by event."""
        items = wire_format.read(request)
        key = read_key(request.headers.get(b"idempotency-key"))
        intake = self._analytics.intake
        taken = intake.take(wire_format.name, items, sender, key)
        keys = taken.keys_in_doubt()
        if keys:
            intake.reconsider(taken, await self._known_keys(keys))
        batch = await self._store(taken) if taken.rows else None
        intake.settle(taken, batch, site_hints(request))
        try:
            return wire_format.answer(taken.items, taken.verdicts), []
        except AnalyticsError as error:
            self.rejected += 1
            return refused(wire_format, error), headers_of(error)

    async def _known_keys(self, keys: list[str]) -> set[str]:
        try:
            return await run_in_threadpool(self._analytics.inbox.known_keys, keys)
        except Exception as error:
            log.error("the inbox could not be asked for known keys: %s", error)
            return set()

    async def _store(self, taken: Taken) -> Batch:
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop = loop
            self._analytics.inbox.notify = loop.call_soon_threadsafe
        waiter: asyncio.Future[None] = loop.create_future()
        batch = self._analytics.intake.batch(taken, waiter)
        try:
            self._analytics.inbox.append(batch)
            await waiter
        except AnalyticsError:
            self._analytics.intake.give_back(taken)
            raise
        return batch

    def _limits(self, error: RateLimited) -> HeaderList:
        return [
            (b"ratelimit-policy", self._policy),
            (b"ratelimit", f'"ingest";r=0;t={error.retry_after}'.encode()),
        ]


def refused(wire_format: WireFormat, error: AnalyticsError) -> Answer:
    """In the words of the format's product, if it has its own."""
    return wire_format.refuse(error) or Answer(status_of(error), body_of(error))


def is_prefetch(headers: dict[bytes, bytes]) -> bool:
    """A browser that loads a page before anyone has asked to see it."""
    for name in PREFETCH_HEADERS:
        value = headers.get(name)
        if value and any(word in value.lower() for word in PREFETCH_WORDS):
            return True
    return False


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


def allowed_methods(wire_format: WireFormat) -> bytes:
    return ", ".join((*wire_format.methods, "OPTIONS")).encode()


def preflight_headers(wire_format: WireFormat, headers: dict[bytes, bytes]) -> HeaderList:
    """Any header may be sent, as with most of the products; a wildcard does not go with credentials, so by name."""
    asked = headers.get(b"access-control-request-headers", b"")
    return [
        (b"access-control-allow-methods", allowed_methods(wire_format)),
        (b"access-control-allow-headers", asked if HEADER_NAMES.fullmatch(asked) else ALLOWED_HEADERS),
        (b"access-control-max-age", b"86400"),
    ]


async def respond(send: Send, answer: Answer, headers: HeaderList) -> None:
    length = (b"content-length", str(len(answer.body)).encode())
    kind = [(b"content-type", answer.content_type)] if answer.body else []
    await send(
        {"type": "http.response.start", "status": answer.status, "headers": [length, *kind, *answer.headers, *headers]}
    )
    await send({"type": "http.response.body", "body": answer.body})
