"""A request to the API as its functions see it, and what they give back. No HTTP library in sight."""

import threading
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, TypeVar

import orjson

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.errors import AccessDenied, AnalyticsError, InvalidInput, RateLimited, Unavailable
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.filters import Filters, read_filters
from hitkeep_py.query.query import Query
from hitkeep_py.query.read_query import from_address, read_time_range
from hitkeep_py.query.report import Report
from hitkeep_py.query.time_range import TimeRange
from hitkeep_py.questions import Request
from hitkeep_py.reports.beginning import first_time
from hitkeep_py.server.access import Access, Caller
from hitkeep_py.server.answers import body_of
from hitkeep_py.server.ingest import IngestApp
from hitkeep_py.server.logins import Logins

Answer = TypeVar("Answer")
Arguments = ParamSpec("Arguments")


class Streams:
    """Long answers that are being sent; those without an end of their own end when the server stops."""

    MOST = 100
    MOST_OF_ONE = 20
    """Of one user, of all keys of one site, or of the command line."""

    def __init__(self) -> None:
        self.ending = False
        self._open: Counter[str] = Counter()
        self._lock = threading.Lock()

    @property
    def open(self) -> int:
        return self._open.total()

    @contextmanager
    def place(self, caller: Caller) -> Iterator[None]:
        """A place for one more. Raises RateLimited when the caller has all that one may have, else Unavailable."""
        with self._lock:
            self._check(caller.name)
            self._open[caller.name] += 1
        try:
            yield
        finally:
            with self._lock:
                self._open[caller.name] -= 1
                self._open += Counter()  # Forgets who has none left.

    def _check(self, name: str) -> None:
        if self._open[name] >= self.MOST_OF_ONE:
            message = f"{self.MOST_OF_ONE} of your streams and files are being sent already, the most for one caller"
            raise RateLimited(message, retry_after=1)
        if self.open >= self.MOST:
            raise Unavailable(f"{self.MOST} streams and files are being sent already, the most there can be")


@dataclass(slots=True)
class Call:
    analytics: Analytics
    logins: Logins
    ingest: IngestApp
    caller: Caller
    client: str
    secure: bool
    path: Mapping[str, str]
    query_values: Mapping[str, list[str]]
    body: Mapping[str, Any]
    request: Request
    streams: Streams = field(default_factory=Streams)
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies: Mapping[str, str] = field(default_factory=dict)

    def site(self, named: str | None = None) -> Site:
        """The site of the address, or the one named elsewhere.

        Raises NotFound; for a key AccessDenied, whether or not another site is there.
        """
        sites, key = self.analytics.catalog.sites, self.caller.key
        wanted = self.path["site_id"] if named is None else named
        site = sites.find(wanted) if key is None else sites.get(key.site_id)
        if key is not None and not site.is_named(wanted):
            raise AccessDenied("this API key belongs to another site")
        return site

    def answer(
        self,
        report: Callable[Concatenate[Dialect, Arguments], Report[Answer]],
        *arguments: Arguments.args,
        **named: Arguments.kwargs,
    ) -> Answer:
        """The answer of a report; all reports of a call share its time limit."""
        return self.analytics.questions.answer(self.request, report, *arguments, **named)

    @property
    def base(self) -> str:
        """The path below which browsers see the server."""
        return self.analytics.settings.base_path

    def query(self, site: Site) -> Query:
        """What every report of the site is asked for: the range and the filters of the address. Raises InvalidInput."""
        return Query(site.id, self.range(site), filters=(*self.filters(), *self.segment_filters(site)))

    def segment_filters(self, site: Site, named: str | None = None) -> Filters:
        """Those of the segment named by its id or name, by default in the address; without one none."""
        name = named or self.last("segment")
        return self.analytics.catalog.segments.find(site.id, name).filters if name else ()

    def filters(self) -> Filters:
        """Each `filter` is a condition such as "country is DE"; `filters` is JSON, as POST …/query takes it."""
        given = self.last("filters")
        try:
            listed = read_filters(orjson.loads(given)) if given else ()
        except orjson.JSONDecodeError as error:
            raise InvalidInput(f"filters is not valid JSON: {error}", field="filters") from error
        return (*listed, *read_filters(self.query_values.get("filter", []), "filter"))

    def range(self, site: Site) -> TimeRange:
        """The range of `from` and `to`, or `range`, in the site's time zone. Raises InvalidInput."""
        given = from_address({name: self.query_values.get(name, []) for name in ("from", "to", "range")})
        return read_time_range(given, site.time_zone, self.analytics.clock.now_ms(), lambda: self.began(site))

    def began(self, site: Site) -> int | None:
        """When its first event was; None without any."""
        return self.answer(first_time, site.id)

    def last(self, name: str) -> str | None:
        values = self.query_values.get(name)
        return values[-1] if values else None


@dataclass(frozen=True, slots=True)
class Stream:
    """Sent piece by piece as it is made; closed when the last one is out or nobody listens any more."""

    pieces: Generator[bytes, None, None] | AsyncGenerator[bytes, None]


@dataclass(slots=True)
class Result:
    """`value` is sent as JSON; bytes and streams are sent as they are."""

    value: Any
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class ApiRoute:
    """With `cors`, pages of any site may read the answer; such a route is open to anyone and looks at no cookie.

    With `deep` the last part of the path may have slashes. `error_body` words errors as the route's product does.
    Without `strict` parameters that are not known are ignored, as other products do. With `any_host` it answers under
    every name, as what sites load through their own proxies must.
    """

    method: str
    path: str
    access: Access
    answer: Callable[[Call], Result]
    summary: str
    cors: bool = False
    error_body: Callable[[AnalyticsError], bytes] = body_of
    strict: bool = True
    deep: bool = False
    any_host: bool = False
