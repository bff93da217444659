"""The product for tests that send bytes as they are: no client library tidies a request up on its way in."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.passwords import Passwords
from hitkeep_py.catalog.sites import Site
from hitkeep_py.config import Settings
from hitkeep_py.enrich.lookups import Lookups
from hitkeep_py.server.app import Server
from hitkeep_py.stores import EventStore
from tests.fake_clock import FakeClock
from tests.kept_store import new_store

CLIENT = "203.0.113.9"
UNLIMITED = Settings(api_burst=10**6)
"""A clock that stands still gives no client another request."""
Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Request:
    """`chunks` are sent one by one, as a body without content-length arrives."""

    method: str
    path: str
    headers: Headers = ()
    chunks: Sequence[bytes] = (b"",)
    query: bytes = b""
    client: str = CLIENT


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Requests:
    """Calls an ASGI application on a loop of its own."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._loop = asyncio.new_event_loop()

    def send(self, request: Request) -> Answer:
        return self._loop.run_until_complete(self._call(request))

    def send_together(self, requests: Sequence[Request]) -> list[Answer]:
        async def all_of_them() -> list[Answer]:
            return list(await asyncio.gather(*map(self._call, requests)))

        return self._loop.run_until_complete(all_of_them())

    def post(self, path: str, body: bytes, headers: Headers = (), client: str = CLIENT) -> Answer:
        return self.send(Request("POST", path, headers, (body,), client=client))

    def close(self) -> None:
        self._loop.close()

    async def _call(self, request: Request) -> Answer:
        messages = iter(request.chunks)
        left = len(request.chunks)
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            nonlocal left
            left -= 1
            if left < 0:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": next(messages), "more_body": left > 0}

        async def send(message: Any) -> None:
            sent.append(message)

        await self._app(scope_of(request), receive, send)
        start, *bodies = sent
        headers: dict[str, str] = {}
        for name, value in ((name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]):
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        return Answer(start["status"], headers, b"".join(each.get("body", b"") for each in bodies))


def scope_of(request: Request) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": request.method,
        "path": request.path,
        "raw_path": request.path.encode("utf-8", "surrogateescape"),
        "root_path": "",
        "query_string": request.query,
        "headers": list(request.headers),
        "client": (request.client, 50000),
        "server": ("127.0.0.1", 8080),
    }


@dataclass(frozen=True, slots=True)
class Product:
    analytics: Analytics
    clock: FakeClock
    requests: Requests

    def add_site(self, domain: str, time_zone: str = "UTC") -> Site:
        site = self.analytics.catalog.sites.add(domain, time_zone)
        self.analytics.catalog.refresh()
        return site

    def stored(self, columns: str, site: Site) -> list[tuple[Any, ...]]:
        """The site's stored events in the order in which they were accepted."""
        self.analytics.drain()
        sql = f"SELECT {columns} FROM events WHERE site_id = ?::UUID ORDER BY event_id"
        return self.analytics.store.select(sql, [site.id])


@contextmanager
def served(analytics: Analytics, clock: FakeClock) -> Iterator[Product]:
    """HTTP into an opened product, which is closed in the end."""
    requests = Requests(Server(analytics).app)
    try:
        yield Product(analytics, clock, requests)
    finally:
        requests.close()
        analytics.close()


@cache
def lookups() -> Lookups:
    """Of all tests: they only read, and take 0.2 s to open."""
    return Lookups()


def new_analytics(clock: FakeClock, settings: Settings | None = None, store: EventStore | None = None) -> Analytics:
    """In memory, with real password hashes that take 0.1 ms rather than 18, and an engine that is started already."""
    passwords = Passwords(memory_kib=8, passes=1)
    return Analytics.in_memory(clock, settings or UNLIMITED, lookups(), passwords, store or new_store())


@contextmanager
def in_memory(settings: Settings | None = None) -> Iterator[Product]:
    clock = FakeClock()
    with served(new_analytics(clock, settings), clock) as product:
        yield product
