"""Sites: whose events are kept, and how."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hitkeep_py.catalog.database import Database
from hitkeep_py.catalog.record import Record
from hitkeep_py.clock import Clock
from hitkeep_py.errors import InvalidInput, NotFound
from hitkeep_py.text import normalised_hostname

CHANGEABLE = ("domain", "time_zone", "visitor_period")
VISITOR_PERIODS = ("day", "week", "month")
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
REQUEST_LIFE_MS = 2_000
COLUMNS = "id, domain, time_zone, visitor_period, created_at"
ADDRESS_START = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Site(Record):
    """`visitor_period` is how long one salt lasts, so how long a visitor is recognised."""

    id: str
    domain: str
    time_zone: str
    visitor_period: str
    created_at: int


class Sites:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, domain: object, time_zone: object = "UTC", visitor_period: object = "day") -> Site:
        """Raises InvalidInput, or Conflict when the domain has a site."""
        site = Site(
            str(uuid.uuid4()),
            read_domain(domain),
            read_time_zone(time_zone),
            read_visitor_period(visitor_period),
            self._clock.now_ms(),
        )
        with self._database.transaction(f"there is a site for {site.domain} already") as run:
            run.execute(
                f"INSERT INTO sites ({COLUMNS}) VALUES (?, ?, ?, ?, ?)",
                (site.id, site.domain, site.time_zone, site.visitor_period, site.created_at),
            )
        return site

    def all(self) -> list[Site]:
        return [Site(*row) for row in self._database.rows(f"SELECT {COLUMNS} FROM sites ORDER BY domain")]

    def find(self, id_or_domain: str) -> Site:
        """A site by its id or its domain. Raises NotFound."""
        key = id_or_domain.strip().lower()
        rows = self._database.rows(
            f"SELECT {COLUMNS} FROM sites WHERE id = ? OR domain = ?", (key, normalised_hostname(key))
        )
        if not rows:
            raise NotFound(f"there is no site {id_or_domain}")
        return Site(*rows[0])

    def get(self, site_id: str) -> Site:
        rows = self._database.rows(f"SELECT {COLUMNS} FROM sites WHERE id = ?", (site_id.lower(),))
        if not rows:
            raise NotFound(f"there is no site {site_id}")
        return Site(*rows[0])

    def change(self, site_id: str, changes: Mapping[str, object]) -> Site:
        for name in changes:
            if name not in CHANGEABLE:
                raise InvalidInput(f"a site's {name} cannot be changed; {', '.join(CHANGEABLE)} can", field=name)
        site = self.get(site_id)
        site = replace(
            site,
            domain=read_domain(changes.get("domain", site.domain)),
            time_zone=read_time_zone(changes.get("time_zone", site.time_zone)),
            visitor_period=read_visitor_period(changes.get("visitor_period", site.visitor_period)),
        )
        with self._database.transaction(f"there is a site for {site.domain} already") as run:
            run.execute(
                "UPDATE sites SET domain = ?, time_zone = ?, visitor_period = ? WHERE id = ?",
                (site.domain, site.time_zone, site.visitor_period, site.id),
            )
        return site

    def remove(self, site_id: str) -> Site:
        """Take the site away at once, with its goals; its events are deleted by the server's next round."""
        site = self.get(site_id)
        with self._database.transaction() as run:
            run.execute("DELETE FROM sites WHERE id = ?", (site.id,))
            run.execute(
                "INSERT OR IGNORE INTO removed_sites VALUES (?, ?, ?)",
                (site.id, site.domain, self._clock.now_ms()),
            )
        return site

    def removed(self) -> list[str]:
        """Ids of removed sites whose events may still be stored; only once no request can still be under way."""
        until = self._clock.now_ms() - REQUEST_LIFE_MS
        return [row[0] for row in self._database.rows("SELECT id FROM removed_sites WHERE removed_at <= ?", (until,))]

    def events_deleted(self, site_id: str) -> None:
        with self._database.transaction() as run:
            run.execute("DELETE FROM removed_sites WHERE id = ?", (site_id,))


def read_domain(value: object) -> str:
    """A domain as people type it, also as a whole address. Raises InvalidInput."""
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput("domain is required, such as example.com", field="domain")
    try:
        hostname = urlsplit("//" + ADDRESS_START.sub("", value.strip())).hostname or ""
    except ValueError:
        hostname = ""
    domain = normalised_hostname(hostname)
    if len(domain) > 253 or not all(LABEL.fullmatch(label) for label in domain.split(".")):
        raise InvalidInput(f"{value!r} is not a domain such as example.com", field="domain")
    return domain


def read_time_zone(value: object) -> str:
    try:
        if not isinstance(value, str):
            raise ValueError(value)
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidInput(f"{value!r} is not a time zone such as Europe/Berlin", field="time_zone") from error
    return value


def read_visitor_period(value: object) -> str:
    if value not in VISITOR_PERIODS:
        raise InvalidInput(f"visitor_period must be one of {', '.join(VISITOR_PERIODS)}", field="visitor_period")
    return str(value)
