"""Who is here now: the last 5 and 30 minutes."""

from dataclasses import dataclass, replace
from typing import Any

from hitkeep_py.clock import MINUTE_MS, utc_text
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.dimensions import DIMENSIONS
from hitkeep_py.query.metrics import METRICS
from hitkeep_py.query.query import Query, matching_events
from hitkeep_py.query.report import Report
from hitkeep_py.query.sql import Statement, filled
from hitkeep_py.query.time_range import TimeRange
from hitkeep_py.reports.overview import visitors
from hitkeep_py.reports.series import series
from hitkeep_py.reports.table import table

LIVE_MINUTES, MINUTES = 5, 30
TOP = 10
NEWEST = 20
EVENT_COLUMNS = ("kind", "name", "path", "source", "country", "browser", "os", "device")


@dataclass(frozen=True, slots=True)
class Minute:
    """`time` is when the minute begins, RFC 3339 with the zone's offset."""

    time: str
    pageviews: int
    visitors: int


@dataclass(frozen=True, slots=True)
class Top:
    """`value` is None where it is not known, such as the country of an address that no file knows."""

    value: Any
    visitors: int
    pageviews: int


@dataclass(frozen=True, slots=True)
class NewEvent:
    """`time` is RFC 3339 in UTC; `kind` is pageview or event."""

    time: str
    kind: str
    name: str | None
    path: str | None
    source: str | None
    country: str | None
    browser: str | None
    os: str | None
    device: str | None


@dataclass(frozen=True, slots=True)
class Realtime:
    """Minutes are 30, oldest first; the last is the one that is not over. Tops have the most visitors first."""

    visitors_5_minutes: int
    visitors_30_minutes: int
    minutes: list[Minute]
    pages: list[Top]
    sources: list[Top]
    countries: list[Top]
    newest: list[NewEvent]


def realtime(dialect: Dialect, query: Query, now: int) -> Report[Realtime]:
    """`now` is in UTC milliseconds and is looked at as well; the query's range gives only the zone."""
    live = yield from visitors(dialect, query.over(last_minutes(query, now, LIVE_MINUTES)))
    recent = query.over(last_minutes(query, now, MINUTES))
    lately = yield from visitors(dialect, recent)
    minutes = yield from by_minute(dialect, query, now)
    pages = yield from top(dialect, recent, "page")
    sources = yield from top(dialect, recent, "source")
    countries = yield from top(dialect, recent, "country")
    newest = yield from newest_events(dialect, recent)
    return Realtime(live, lately, minutes, pages, sources, countries, newest)


def last_minutes(query: Query, now: int, minutes: int) -> TimeRange:
    return TimeRange(now - minutes * MINUTE_MS, now + 1, query.range.zone)


def by_minute(dialect: Dialect, query: Query, now: int) -> Report[list[Minute]]:
    start = now // MINUTE_MS * MINUTE_MS - (MINUTES - 1) * MINUTE_MS
    asked = replace(query, metrics=(METRICS["pageviews"], METRICS["visitors"]))
    points = yield from series(dialect, asked.over(TimeRange(start, now + 1, query.range.zone)), "minute")
    return [Minute(each.time, *each.figures) for each in points]


def top(dialect: Dialect, query: Query, name: str) -> Report[list[Top]]:
    asked = replace(
        query,
        metrics=(METRICS["visitors"], METRICS["pageviews"]),
        dimensions=(DIMENSIONS[name],),
        order=(("visitors", True), ("pageviews", True)),
        limit=TOP,
        offset=0,
    )
    found = yield from table(dialect, asked)
    return [Top(value, *figures) for (value,), figures in found.rows]


def newest_events(dialect: Dialect, query: Query) -> Report[list[NewEvent]]:
    """Pageviews and custom events, the newest first."""
    columns = [Statement(f"{dialect.milliseconds('time')} AS moment"), Statement("event_id")]
    columns += [Statement(each) for each in EVENT_COLUMNS]
    rows = yield filled(
        f"SELECT moment, {', '.join(EVENT_COLUMNS)} FROM ({{}}) AS recent WHERE kind IN ('pageview', 'event')"
        f" ORDER BY moment DESC, event_id DESC LIMIT {NEWEST}",
        matching_events(replace(query, dimensions=()), dialect, columns),
    )
    return [NewEvent(utc_text(time), *values) for time, *values in rows]
