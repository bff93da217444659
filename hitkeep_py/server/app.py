"""The server's ASGI application: the ingest routes beside a Starlette application for everything else."""

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping, Sequence
from contextlib import aclosing, closing
from dataclasses import replace
from functools import cached_property
from typing import Any, cast

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Match, Route

from hitkeep_py.analytics import Analytics
from hitkeep_py.errors import AnalyticsError, InvalidInput, RateLimited
from hitkeep_py.exact_json import json_bytes
from hitkeep_py.protocols.json_input import read_object
from hitkeep_py.protocols.statuses import status_of
from hitkeep_py.server.access import (
    OPEN,
    SAFE_METHODS,
    Caller,
    caller_of,
    given_key,
    own_origins,
    read_api_key,
    refuse_foreign,
    refuse_foreign_host,
    require,
    session_token,
)
from hitkeep_py.server.answers import body_of, error_body, headers_of
from hitkeep_py.server.asking import answer_of
from hitkeep_py.server.base_path import without_base
from hitkeep_py.server.call import ApiRoute, Call, Result, Stream, Streams
from hitkeep_py.server.client_address import ClientAddresses, limit_key
from hitkeep_py.server.ingest import IngestApp, Receive, Scope, Send, read_body
from hitkeep_py.server.logins import Logins
from hitkeep_py.server.rate_limit import RateLimiter
from hitkeep_py.server.report_routes import REPORT_NAMES, REPORT_PATH
from hitkeep_py.server.routes import ROUTES
from hitkeep_py.server.security_log import SecurityLog

BODY_LIMIT = 64 * 1024
HTTPS_ONLY = b"max-age=31536000"
PROBES = ("/healthz", "/readyz")
SECURITY_HEADERS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}
PREFLIGHT = {
    "access-control-allow-methods": "GET, OPTIONS",
    "access-control-allow-headers": "Authorization, Content-Type, X-Api-Key",
    "access-control-max-age": "86400",
}
log = logging.getLogger(__name__)


class Server:
    """`app` is for the network; `local_app` is the same API for the socket file, without login."""

    def __init__(self, analytics: Analytics, routes: Sequence[ApiRoute] = ROUTES) -> None:
        self.analytics = analytics
        self._routes = routes
        self._base = analytics.settings.base_path
        self.addresses = ClientAddresses(
            analytics.settings.trusted_proxies,
            on_socket_file=analytics.settings.socket_file is not None,
            header=analytics.settings.client_address_header,
        )
        self.logins = Logins(analytics.clock.monotonic)
        self.ingest = IngestApp(analytics, self.addresses)
        self.limiter = RateLimiter(
            analytics.settings.api_rate_limit, analytics.settings.api_burst, analytics.clock.monotonic
        )
        self.security_log = SecurityLog(analytics.clock.monotonic)
        self.streams = Streams()

    @cached_property
    def local_app(self) -> Starlette:
        return self._starlette(local=True)

    @cached_property
    def _api(self) -> Starlette:
        return self._starlette(local=False)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            # Blanks after a value are no part of it (RFC 9110 5.5); the parser leaves them.
            scope["headers"] = [(name, value.strip(b" \t")) for name, value in scope["headers"]]
            if self._is_secure(scope):
                send = with_https_only(send)
            if self._base:
                scope["path"] = without_base(scope["path"], self._base)
        if scope["type"] == "http" and self.ingest.serves(scope["path"]):
            await self.ingest(scope, receive, send)
        elif scope["type"] == "http" and (refusal := self._over_limit(scope)):
            await refusal(scope, receive, send)
        else:
            await self._api(scope, receive, send)

    def _over_limit(self, scope: Scope) -> Response | None:
        """What a client is answered that asks too often. Load balancers may ask as often as they like."""
        if scope["path"] in PROBES:
            return None
        client = scope["client"]
        ip = self.addresses.client(client[0] if client else None, scope["headers"])
        wait = self.limiter.wait(limit_key(ip))
        return error_response(RateLimited("Too Many Requests", int(wait) + 1), body_of) if wait else None

    def _starlette(self, *, local: bool) -> Starlette:
        routes = [
            Route(pattern_of(route), self._endpoint(route, local), methods=methods_for(route), include_in_schema=False)
            for route in self._routes
        ]
        application = Starlette(routes=routes, exception_handlers={HTTPException: answer_http_error})
        application.router.redirect_slashes = False
        return application

    def _endpoint(self, route: ApiRoute, local: bool) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            if request.method == "OPTIONS":
                response = Response(status_code=204, headers=PREFLIGHT)
            else:
                response = await self._answer(route, request, local)
            if route.cors:
                allow_reading(response, request.headers.get("origin"))
            return response

        return endpoint

    async def _answer(self, route: ApiRoute, request: Request, local: bool) -> Response:
        try:
            caller = await run_in_threadpool(self._admitted, route, request, local)
            given = {} if request.method in SAFE_METHODS else await read_json(request)
            result = await run_in_threadpool(self._answered, route, self._call(request, caller, given))
            return response_of(await beginning(result, request.method), request.url.path)
        except AnalyticsError as error:
            return error_response(error, route.error_body)
        except Exception:
            log.exception("%s %s failed", request.method, request.url.path)
            content = route.error_body(AnalyticsError("the server failed; its log tells why"))
            return Response(content, 500, SECURITY_HEADERS, "application/json")

    def _admitted(self, route: ApiRoute, request: Request, local: bool) -> Caller:
        if route.cors:
            return Caller()
        caller = Caller()
        try:
            caller = Caller(local=True) if local else self._caller(request, route)
            require(route.access, caller)
        except AnalyticsError as error:
            self.security_log.refused(route.answer, self._call(request, caller, {}), error)
            raise
        return caller

    def _answered(self, route: ApiRoute, call: Call) -> Result:
        try:
            result = answer_of(route, call)
        except AnalyticsError as error:
            self.security_log.refused(route.answer, call, error)
            raise
        self.security_log.done(route.answer, call)
        return result

    def _caller(self, request: Request, route: ApiRoute) -> Caller:
        """A key counts alone, also beside a cookie; routes open to anyone do not look at it."""
        text = None if route.access in OPEN else given_key(request.headers)
        if text is not None:
            return self._caller_of_key(text)
        if not route.any_host:
            for host in request.headers.getlist("host"):
                refuse_foreign_host(host, self.analytics.settings.public_url)
        refuse_foreign(request.method, request.headers, self._own_origins(request))
        return caller_of(session_token(request.cookies), self.analytics.catalog.users)

    def _caller_of_key(self, text: str) -> Caller:
        catalog, now = self.analytics.catalog, self.analytics.clock.now_ms()
        key = read_api_key(text, catalog.directory.keys, now)
        catalog.keys.note_use(key.id, now)
        return Caller(key=key)

    def _own_origins(self, request: Request) -> set[str]:
        return own_origins(
            self.analytics.settings.public_url, self._scheme(request.scope), request.headers.get("host", "")
        )

    def _scheme(self, scope: Scope) -> str:
        """Read from the bare scope, since every event comes by here."""
        scheme: str = scope["scheme"]
        peer = scope["client"]
        if self.addresses.is_trusted(peer[0] if peer else None):
            told = [value for name, value in scope["headers"] if name == b"x-forwarded-proto"]
            forwarded = told[-1].rpartition(b",")[2].strip().lower().decode("latin-1") if told else ""
            scheme = forwarded or scheme
        return scheme

    def _is_secure(self, scope: Scope) -> bool:
        return self.analytics.settings.public_url.startswith("https:") or self._scheme(scope) == "https"

    def _call(self, request: Request, caller: Caller, body: dict[str, Any]) -> Call:
        peer = request.client.host if request.client else None
        secure = self._is_secure(request.scope)
        query: dict[str, list[str]] = {}
        for name, value in request.query_params.multi_items():
            query.setdefault(name, []).append(value)
        return Call(
            self.analytics,
            self.logins,
            self.ingest,
            caller,
            self.addresses.client(peer, request.headers.raw),
            secure,
            request.path_params,
            query,
            body,
            self.analytics.questions.request(),
            self.streams,
            request.headers,
            request.cookies,
        )


def with_https_only(send: Send) -> Send:
    """Every answer under https asks browsers for https alone (ASVS 3.4.1)."""

    async def send_with_it(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message["headers"], (b"strict-transport-security", HTTPS_ONLY)]
        await send(message)

    return send_with_it


def error_response(error: AnalyticsError, words: Callable[[AnalyticsError], bytes]) -> Response:
    headers = {name.decode(): value.decode() for name, value in headers_of(error)}
    return Response(words(error), status_of(error), {**SECURITY_HEADERS, **headers}, "application/json")


async def read_json(request: Request) -> dict[str, Any]:
    """The body as an object; {} for none. A browser cannot send this content type for a foreign page unasked."""
    content = await read_body(dict(request.headers.raw), request.receive, BODY_LIMIT)
    if not content:
        return {}
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise InvalidInput("the Content-Type must be application/json")
    return read_object(content)


def pattern_of(route: ApiRoute) -> str:
    deep = route.deep and route.path.endswith("}")
    return f"{route.path[:-1]}:path}}" if deep else route.path


def methods_for(route: ApiRoute) -> list[str]:
    return [route.method, "OPTIONS"] if route.cors else [route.method]


def allow_reading(response: Response, origin: str | None) -> None:
    """Without credentials: these routes look at no cookie and tell nothing private."""
    response.headers["vary"] = "Origin"
    if origin:
        response.headers["access-control-allow-origin"] = origin


async def streamed(stream: Stream) -> AsyncGenerator[bytes, None]:
    """The pieces; those of a plain generator are made in a thread."""
    pieces = stream.pieces
    if isinstance(pieces, AsyncGenerator):
        async with aclosing(pieces):
            async for piece in pieces:
                yield piece
        return
    with closing(pieces):
        while (following := await run_in_threadpool(next, pieces, None)) is not None:
            yield following


async def beginning(result: Result, method: str) -> Result:
    """With the first piece of a stream made already, so that what fails at once is answered as an error."""
    if not isinstance(result.value, Stream):
        return result
    if method == "HEAD":
        return replace(result, value=b"")
    pieces = streamed(result.value)
    first = await anext(pieces, b"")

    async def whole() -> AsyncGenerator[bytes, None]:
        async with aclosing(pieces):
            yield first
            async for piece in pieces:
                yield piece

    return replace(result, value=Stream(whole()))


async def logged(pieces: AsyncGenerator[bytes, None], path: str) -> AsyncGenerator[bytes, None]:
    """What fails once the head is sent cannot be answered any more: the connection breaks off, which clients notice."""
    try:
        async with aclosing(pieces):
            async for piece in pieces:
                yield piece
    except Exception:
        log.exception("%s broke off", path)
        raise


def response_of(result: Result, path: str) -> Response:
    if isinstance(result.value, Stream):
        stream = logged(cast(AsyncGenerator[bytes, None], result.value.pieces), path)
        response: Response = StreamingResponse(stream, result.status, SECURITY_HEADERS, result.content_type)
        return with_headers(response, result.headers)
    content = result.value if isinstance(result.value, bytes) else json_bytes(result.value)
    return with_headers(Response(content, result.status, SECURITY_HEADERS, result.content_type), result.headers)


def with_headers(response: Response, headers: Sequence[tuple[str, str]]) -> Response:
    """A header of the answer stands instead of the one that all answers have."""
    for name in {name for name, _ in headers if name in SECURITY_HEADERS}:
        del response.headers[name]
    for name, value in headers:
        response.headers.append(name, value)
    return response


async def answer_http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    code, message = {
        404: ("not_found", nothing_at(request.url.path)),
        405: ("method_not_allowed", f"{request.url.path} does not take {request.method}"),
    }.get(status, ("http_error", str(error)))
    headers = {**SECURITY_HEADERS, "allow": ", ".join(methods_of(request))} if status == 405 else SECURITY_HEADERS
    return Response(error_body(code, message), status, headers, "application/json")


def nothing_at(path: str) -> str:
    if not REPORT_PATH.match(path):
        return f"there is nothing at {path}"
    hint = "; the name of an event that has a slash is given so: properties?event=, event-series?event="
    return f"there is no report at {path}; there are {', '.join(REPORT_NAMES)}{hint if '/events/' in path else ''}"


def methods_of(request: Request) -> list[str]:
    routes = [each for each in request.app.routes if each.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for route in routes for method in route.methods or ()})
