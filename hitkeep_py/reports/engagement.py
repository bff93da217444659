"""Engagement: how far pages are scrolled and how long they are looked at.

Trackers say both in events of kind engagement. A session's look at a page is as deep as the deepest that it says, and
as long as all its times together. Who says nothing is not counted as having seen nothing: shares and averages of depth
are of those looks that say a depth, times a session of those sessions that say a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.dimensions import DIMENSIONS
from hitkeep_py.query.grouping import among, check_groups, group_by, key_names, with_keys
from hitkeep_py.query.metrics import METRICS
from hitkeep_py.query.query import Query, matching_events, value_of
from hitkeep_py.query.report import Report, number
from hitkeep_py.query.sql import Statement, filled
from hitkeep_py.query.time_range import buckets, check_points
from hitkeep_py.reports.table import MOST_KEYS, knowing_its_total, table, table_of

DEPTHS = (25, 50, 75, 100)
NOTHING = (0,) * (4 + len(DEPTHS))
"""A row of `looks` where there are none."""


@dataclass(frozen=True, slots=True)
class Engagement:
    """`looks` are pairs of a session and a page with a known depth; `average_scroll_depth` is in percent.

    `reached_25` and so on are fractions of the looks that got so far. `sessions` are those with a known time;
    `seconds_per_pageview` divides by all pageviews. What nothing is known of is None.
    """

    pageviews: int
    sessions: int
    engagement_seconds: float
    seconds_per_pageview: float | None
    seconds_per_session: float | None
    looks: int
    average_scroll_depth: float | None
    reached_25: float | None
    reached_50: float | None
    reached_75: float | None
    reached_100: float | None


@dataclass(frozen=True, slots=True)
class EngagementGroup:
    """`keys` are the values of the query's dimensions."""

    keys: tuple[Any, ...]
    engagement: Engagement


@dataclass(frozen=True, slots=True)
class EngagementTable:
    """Groups with the longest time first; `total_rows` counts all that have an event of engagement."""

    rows: list[EngagementGroup]
    total_rows: int


@dataclass(frozen=True, slots=True)
class EngagementPoint:
    """`time` is when the bucket begins, RFC 3339 with the zone's offset."""

    time: str
    engagement: Engagement


def engagement(dialect: Dialect, query: Query) -> Report[Engagement]:
    """Of the whole range."""
    asked = replace(query, dimensions=())
    (row,) = yield looks(dialect, asked, None)
    pageviews = yield from pageviews_of(dialect, asked, None)
    return figures(pageviews[()], row)


def engagement_series(dialect: Dialect, query: Query, unit: str) -> Report[list[EngagementPoint]]:
    """A look or session counts once in every bucket, so points need not add up to the whole."""
    check_points(query.range, unit)
    asked = replace(query, dimensions=(DIMENSIONS[unit],))
    rows = yield looks(dialect, asked, None)
    pageviews = yield from pageviews_of(dialect, asked, None)
    found = {int(key): row for key, *row in rows}
    return [
        EngagementPoint(label, figures(pageviews.get((key,), 0), found.get(key, NOTHING)))
        for key, label in buckets(query.range, unit)
    ]


@knowing_its_total
def engagement_table(dialect: Dialect, query: Query) -> Report[EngagementTable]:
    """By the query's dimensions, such as page."""
    check_groups(query.dimensions)
    keys = key_names(query)
    named = "".join(f"{key}, " for key in keys)
    order = ", ".join(["milliseconds DESC NULLS LAST", *(f"{key} ASC NULLS LAST" for key in keys)])
    limits = f" LIMIT {int(query.limit)} OFFSET {int(query.offset)}" if query.limit is not None else ""
    groups = yield filled(
        f"SELECT {named}count(*) OVER () FROM (SELECT {named}sum(engagement_ms) AS milliseconds"
        f" FROM ({{}}) AS seen{group_by(keys)}) AS counted ORDER BY {order}{limits}",
        looked_at(dialect, query),
    )
    if not groups:
        return EngagementTable([], 0)
    shown = [tuple(row[:-1]) for row in groups]
    some = shown if limits and len(shown) <= MOST_KEYS else None
    rows = yield looks(dialect, query, some)
    found = {tuple(row[: len(keys)]): row[len(keys) :] for row in rows}
    pageviews = yield from pageviews_of(dialect, query, some)
    tables = [EngagementGroup(key, figures(pageviews.get(key, 0), found[key])) for key in shown]
    return EngagementTable(tables, int(groups[0][-1]))


def pageviews_of(
    dialect: Dialect, query: Query, only: Sequence[tuple[Any, ...]] | None
) -> Report[dict[tuple[Any, ...], int]]:
    asked = replace(query, metrics=(METRICS["pageviews"],), order=(), limit=None, offset=0)
    found = yield from table(dialect, asked) if only is None else table_of(dialect, asked, only)
    return {key: int(pageviews) for key, (pageviews,) in found.rows}


def looks(dialect: Dialect, query: Query, only: Sequence[tuple[Any, ...]] | None) -> Statement:
    """A row a group: sessions with a time, milliseconds, looks with a depth, their depths together, and how many
    reached each of DEPTHS. With `only`, of these groups.
    """
    keys = key_names(query)
    chosen = among(keys, only) if only is not None else Statement("TRUE")
    by_page = any(each.name == "page" for each in query.dimensions)
    named = "".join(f"{key}, " for key in keys)
    own_path = "" if by_page else ", path"
    of_look = filled(
        f"SELECT {named}session_id{own_path}, max(scroll_depth) AS depth, sum(engagement_ms) AS milliseconds"
        f" FROM ({{}}) AS seen WHERE {{}} GROUP BY {named}session_id{own_path}",
        looked_at(dialect, query),
        chosen,
    )
    counts = "sum(milliseconds) AS milliseconds, count(depth) AS looks, sum(depth) AS depths"
    counts += "".join(f", count(CASE WHEN depth >= {depth} THEN 1 END) AS r{depth}" for depth in DEPTHS)
    if by_page:  # A session then has one look in each group, and need not be put together.
        return filled(f"SELECT {named}count(milliseconds), {counts} FROM ({{}}) AS look{group_by(keys)}", of_look)
    of_session = filled(f"SELECT {named}session_id, {counts} FROM ({{}}) AS look GROUP BY {named}session_id", of_look)
    reached = "".join(f", sum(r{depth})" for depth in DEPTHS)
    return filled(
        f"SELECT {named}count(milliseconds), sum(milliseconds), sum(looks), sum(depths){reached}"
        f" FROM ({{}}) AS session{group_by(keys)}",
        of_session,
    )


def looked_at(dialect: Dialect, query: Query) -> Statement:
    """Matching events of engagement with their keys `d0`, `d1` ..."""
    columns = [Statement(each) for each in ("kind", "session_id", "path", "scroll_depth", "engagement_ms")]
    columns += [
        filled(f"{{}} AS d{index}", value_of(each, query, dialect)) for index, each in enumerate(query.dimensions)
    ]
    matching = matching_events(query, dialect, columns)
    return with_keys(filled("SELECT * FROM ({}) AS matching WHERE kind = 'engagement'", matching), query.dimensions)


def figures(pageviews: int, row: Sequence[Any]) -> Engagement:
    """Of a row of `looks`."""
    sessions, milliseconds, looks, depths, *reached = (int(each or 0) for each in row)
    seconds = milliseconds / 1000

    def share(part: float, whole: int) -> float | None:
        return number(part / whole) if whole else None

    return Engagement(
        int(pageviews),
        sessions,
        seconds,
        share(seconds, int(pageviews)),
        share(seconds, sessions),
        looks,
        share(depths, looks),
        *(share(each, looks) for each in reached),
    )
