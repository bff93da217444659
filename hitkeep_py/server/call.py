"""A request to the API as its functions see it, and what they give back. No HTTP library in sight."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.errors import AccessDenied
from hitkeep_py.query.time_range import TimeRange, read_range
from hitkeep_py.server.access import Access, Caller
from hitkeep_py.server.ingest import IngestApp
from hitkeep_py.server.logins import Logins


@dataclass(slots=True)
class Call:
    analytics: Analytics
    logins: Logins
    ingest: IngestApp
    caller: Caller
    client: str
    secure: bool
    path: Mapping[str, str]
    query: Mapping[str, list[str]]
    body: Mapping[str, Any]

    def site(self) -> Site:
        """The site of the address. Raises NotFound; for a key AccessDenied, whether or not another site is there."""
        sites, wanted, key = self.analytics.catalog.sites, self.path["site_id"], self.caller.key
        site = sites.find(wanted) if key is None else sites.get(key.site_id)
        if key is not None and not site.is_named(wanted):
            raise AccessDenied("this API key belongs to another site")
        return site

    def range(self, site: Site) -> TimeRange:
        """The range of `from` and `to`, in the site's time zone. Raises InvalidInput."""
        return read_range(self.last("from"), self.last("to"), site.time_zone, self.analytics.clock.now_ms())

    def last(self, name: str) -> str | None:
        values = self.query.get(name)
        return values[-1] if values else None


@dataclass(slots=True)
class Result:
    """`value` is sent as JSON; bytes are sent as they are."""

    value: Any
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    content_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class ApiRoute:
    """With `cors`, pages of any site may read the answer; such a route is open to anyone and looks at no cookie."""

    method: str
    path: str
    access: Access
    answer: Callable[[Call], Result]
    summary: str
    cors: bool = False
