"""A question before any engine sees it, and the rows of events and sessions that it is about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hitkeep_py.errors import InvalidInput
from hitkeep_py.event import NO_SESSION
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.dimensions import TIME_UNITS, Dimension, Scope
from hitkeep_py.query.filters import Condition, Filters, condition_sql, scopes
from hitkeep_py.query.metrics import Metric
from hitkeep_py.query.sql import Statement, filled, joined
from hitkeep_py.query.step import Step
from hitkeep_py.query.time_range import TimeRange, offsets
from hitkeep_py.query.visits import visit_columns

Order = tuple[str, bool]
"""Name of a metric or dimension, and whether the largest comes first."""


@dataclass(frozen=True, slots=True)
class Edges:
    """How far sessions that cross the range's start or end reach into it, in UTC milliseconds; None where none does."""

    until: int | None
    since: int | None


@dataclass(frozen=True, slots=True)
class Did:
    """Of sessions that have in the range an event that matches all filters, or with `never` of those that have none."""

    filters: Filters
    never: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """`did` chooses sessions, whatever else they did; `filters` choose events.

    `goals` are what conversions are of.
    With `alone` events without a session count as well (event.NO_SESSION).
    `summaries` may be turned off to ask the events themselves; the answer is the same.
    """

    site_id: str
    range: TimeRange
    metrics: tuple[Metric, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    filters: Filters = ()
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    summaries: bool = True
    alone: bool = False
    did: tuple[Did, ...] = ()
    goals: tuple[Step, ...] = ()
    edges: "Edges | None" = None

    def scopes(self) -> set[Scope]:
        """Of what filters and dimensions look at."""
        return scopes(self.filters) | {each.scope for each in self.dimensions}

    def unit(self) -> str | None:
        """The time dimension, if there is one."""
        return next((each.name for each in self.dimensions if each.name in TIME_UNITS), None)

    def over(self, time_range: TimeRange) -> "Query":
        return replace(self, range=time_range)


def scope(query: Query, dialect: Dialect) -> Statement:
    """The condition that every report starts from. What was flagged, such as robots, is kept but never counts."""
    return filled("{}{}", in_range(query, dialect), sessions_that_did(query, dialect))


def in_range(query: Query, dialect: Dialect) -> Statement:
    counted = f"(flagged IS NULL OR flagged = '{NO_SESSION}')" if query.alone else "flagged IS NULL"
    return Statement(
        f"site_id = {dialect.site()} AND time >= {dialect.moment()} AND time < {dialect.moment()} AND {counted}",
        (query.site_id, query.range.start, query.range.end),
    )


def sessions_that_did(query: Query, dialect: Dialect) -> Statement:
    """ " AND ..." on `session_id` for each of `query.did`, or nothing."""
    if any(Scope.VISIT in scopes(each.filters) for each in query.did):
        raise InvalidInput("what a session did cannot be asked by its entry_page or exit_page", field="filters")
    chosen = (
        filled(
            f" AND session_id {'NOT ' if each.never else ''}IN (SELECT session_id FROM events WHERE {{}}{{}})",
            in_range(query, dialect),
            where(each.filters, query, dialect),
        )
        for each in query.did
    )
    return joined("", chosen)


def value_of(dimension: Dimension, query: Query, dialect: Dialect, time: str = "time") -> Statement:
    """The dimension's value of a row of events or visits."""
    if dimension.key:
        return Statement(dialect.value_text(dimension.column, "?"), (dimension.key,) * dialect.key_places)
    if dimension.scope is Scope.TIME:
        return Statement(dialect.bucket(dimension.name, offsets(query.range), time))
    return Statement(dimension.column)


def where(filters: Filters, query: Query, dialect: Dialect) -> Statement:
    """ " AND ..." for every group of conditions, or nothing."""

    def one(condition: Condition) -> Statement:
        return condition_sql(condition, value_of(condition.dimension, query, dialect), dialect)

    groups = (filled(" AND ({})", joined(" OR ", map(one, group))) for group in filters)
    return joined("", groups)


def matching_events(query: Query, dialect: Dialect, columns: Sequence[Statement]) -> Statement:
    """The query's events that match its filters, with these columns."""
    scoped, named = scope(query, dialect), joined(", ", columns)
    conditions = where(query.filters, query, dialect)
    if Scope.VISIT not in query.scopes():
        return filled("SELECT {} FROM events WHERE {}{}", named, scoped, conditions)
    visits, unit = visits_in_range(query, dialect, ("entry_page", "exit_page")), query.unit()
    same_bucket = f" AND visits.bucket = {dialect.bucket(unit, offsets(query.range))}" if unit else ""
    return filled(
        "SELECT {} FROM events JOIN (SELECT session_id AS visit, bucket, entry_page, exit_page FROM ({}) AS found)"
        f" AS visits ON visits.visit = events.session_id{same_bucket} WHERE {{}}{{}}",
        named,
        visits,
        scoped,
        conditions,
    )


def matching_visits(query: Query, dialect: Dialect, columns: Sequence[str]) -> Statement:
    """The visits that have an event that matches the filters, each whole within its bucket of the query's unit."""
    asked = (*columns, *(each.dimension.column for group in query.filters for each in group))
    wanted = {name for each in asked for name in re.findall(r"\w+", each)}
    whole = scopes(query.filters) <= {Scope.SESSION, Scope.VISIT}
    known = visit_columns(dialect)
    visits = visits_in_range(query, dialect, [name for name in known if name in wanted])
    if whole:
        conditions = where(query.filters, query, dialect)
    else:
        unit = query.unit()
        times = tuple(each for each in query.dimensions if each.scope is Scope.TIME)
        keys = [Statement("session_id")]
        keys += [Statement(dialect.bucket(unit, offsets(query.range)))] if unit else []
        matching = matching_events(replace(query, dimensions=times), dialect, keys)
        conditions = filled(f" AND {'(session_id, bucket)' if unit else 'session_id'} IN ({{}})", matching)
    return filled("SELECT * FROM ({}) AS visits WHERE TRUE{}", visits, conditions)


def visits_in_range(query: Query, dialect: Dialect, columns: Sequence[str]) -> Statement:
    """One row for each session, or for each bucket that it touches, of what happened in the range (and bucket).

    Most sessions lie within the range and one bucket as a whole: those come from the summary; the others are made of
    their events.
    """
    unit, known = query.unit(), visit_columns(dialect)
    spans = offsets(query.range)

    def bucket(column: str) -> str:
        return dialect.bucket(unit, spans, column) if unit else "0"

    aggregates = "".join(f", {known[name]} AS {name}" for name in columns)
    grouped = (
        f"SELECT session_id{aggregates}, {bucket('time')} AS bucket FROM events WHERE {{}} GROUP BY session_id, bucket"
    )
    scoped = scope(query, dialect)
    if not (query.summaries and dialect.summarised):
        return filled(grouped, scoped)
    within = f"start >= {dialect.moment()} AND last < {dialect.moment()}"
    within += f" AND {bucket('start')} = {bucket('last')}" if unit else ""
    touches = f"start < {dialect.moment()} AND last >= {dialect.moment()}"
    times = (query.range.start, query.range.end)
    named = "".join(f", {name}" for name in columns)
    summary = filled(
        "{}{}",
        Statement(
            f"SELECT session_id{named}, {bucket('start')} AS bucket FROM sessions"
            f" WHERE site_id = {dialect.site()} AND {within}",
            (query.site_id, *times),
        ),
        sessions_that_did(query, dialect),
    )
    cut = Statement(
        f"SELECT session_id FROM sessions WHERE site_id = {dialect.site()} AND {touches} AND NOT ({within})",
        (query.site_id, query.range.end, query.range.start, *times),
    )
    near = near_edges(query, dialect)
    if near is None:
        return summary
    return filled("{} UNION ALL {}", summary, filled(grouped, filled("{}{} AND session_id IN ({})", scoped, near, cut)))


def near_edges(query: Query, dialect: Dialect) -> Statement | None:
    """ " AND ..." for where events of sessions that cross an edge can be; None where there are none."""
    if query.edges is None or query.unit() is not None:
        return Statement("")
    bounds = [(f"time <= {dialect.moment()}", query.edges.until), (f"time >= {dialect.moment()}", query.edges.since)]
    known = [(sql, bound) for sql, bound in bounds if bound is not None]
    if not known:
        return None
    return Statement(f" AND ({' OR '.join(sql for sql, _ in known)})", tuple(bound for _, bound in known))
