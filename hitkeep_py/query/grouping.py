"""Rows of events and visits with the keys `d0`, `d1`, ... that they are grouped by, and numbers `n0`, `n1`, ..."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.dimensions import DIMENSIONS, PROPERTY, Dimension, Scope, dimension
from hitkeep_py.query.matching import matches_any
from hitkeep_py.query.metrics import CONVERTED, Metric, is_money
from hitkeep_py.query.query import Query, in_range, matching_events, matching_visits, value_of, visits_in_range
from hitkeep_py.query.sql import Statement, filled, joined
from hitkeep_py.query.time_range import offsets

EVENT_COLUMNS = ("session_id", "kind", "revenue", "currency", "scroll_depth", "engagement_ms")
"""What metrics look at, beside the visitor."""


def event_rows(dialect: Dialect, query: Query) -> Statement:
    """Matching events with their keys; those without a key of their own are left out."""
    columns = [Statement(each) for each in (dialect.visitor, *EVENT_COLUMNS)]
    columns += [
        filled(f"{{}} AS d{index}", value_of(each, query, dialect)) for index, each in enumerate(query.dimensions)
    ]
    if any(each.counts_conversions and each.of_events for each in query.metrics):
        columns.append(filled(f"{{}} AS {CONVERTED}", converted(dialect, query, of_visits=False)))
    numbers = {number_column(query.metrics, each): each for each in reversed(query.metrics) if each.number}
    columns += [filled(f"{{}} AS {column}", number_of(each, query, dialect)) for column, each in numbers.items()]
    return with_keys(matching_events(query, dialect, columns), query.dimensions)


def number_column(metrics: Sequence[Metric], found: Metric) -> str:
    """Where the number is that the metric looks at: one column for all that look at the same."""
    return f"n{[each.number for each in metrics].index(found.number)}"


def number_of(found: Metric, query: Query, dialect: Dialect) -> Statement:
    """The number that an aggregate looks at, or NULL."""
    if not found.number.startswith(PROPERTY):
        column = DIMENSIONS[found.number].column
        return Statement(dialect.wide(column) if is_money(found) else column)
    text = value_of(dimension(found.number), query, dialect)
    return Statement(dialect.number(text.sql), text.parameters)


def visit_rows(dialect: Dialect, query: Query) -> Statement:
    """Matching visits with their keys; keys of events come from the visits' matching events."""
    needed = [dialect.visitor, "pageviews", "events", "passive_events", "duration_ms"]
    own = [each.column for each in query.dimensions if each.scope in (Scope.SESSION, Scope.VISIT)]
    visits = matching_visits(query, dialect, [*needed, *own])
    columns = [Statement(f"visit.{each} AS {each}") for each in ("session_id", *needed)]
    columns += [Statement(f"{key_of_visit(each, index)} AS d{index}") for index, each in enumerate(query.dimensions)]
    if any(each.counts_conversions for each in query.metrics):
        columns.append(filled(f"{{}} AS {CONVERTED}", converted(dialect, query, of_visits=True)))
    selected = joined(", ", columns)
    if not any(each.scope is Scope.EVENT for each in query.dimensions):
        return with_keys(filled("SELECT {} FROM ({}) AS visit", selected, visits), query.dimensions)
    same_bucket = " AND keyed.bucket = visit.bucket" if query.unit() else ""
    rows = filled(
        f"SELECT {{}} FROM ({{}}) AS visit JOIN ({{}}) AS keyed ON keyed.session_id = visit.session_id{same_bucket}",
        selected,
        visits,
        event_keys(dialect, query),
    )
    return with_keys(rows, query.dimensions)


def conversion_rows(dialect: Dialect, query: Query) -> Statement:
    """The sessions that the filters choose over the whole range, in each bucket of time that they touch.

    Who saw a page at 10:58 and bought at 11:02 converted at eleven, also where a filter or key is that page.
    """
    keys = [each for each in query.dimensions if each.scope is not Scope.TIME]
    chosen = visit_rows(dialect, replace(query, dimensions=tuple(keys), metrics=()))
    columns = [
        Statement(f"{'visit.bucket' if each.scope is Scope.TIME else f'chosen.d{keys.index(each)}'} AS d{index}")
        for index, each in enumerate(query.dimensions)
    ]
    columns.append(filled(f"{{}} AS {CONVERTED}", converted(dialect, query, of_visits=True)))
    return filled(
        "SELECT {} FROM ({}) AS visit JOIN ({}) AS chosen ON chosen.session_id = visit.session_id",
        joined(", ", columns),
        visits_in_range(query, dialect, ()),
        chosen,
    )


def converted(dialect: Dialect, query: Query, of_visits: bool) -> Statement:
    """1 for visits, or events, whose session met one of the query's goals in their bucket; NULL without any goal."""
    if not query.goals:
        return Statement("NULL")
    unit = query.unit()
    bucket = dialect.bucket(unit, offsets(query.range)) if unit else ""
    met = filled(
        f"SELECT session_id{f', {bucket}' if unit else ''} FROM events WHERE {{}} AND {{}}",
        in_range(query, dialect),
        matches_any(query.goals, query, dialect),
    )
    session, own = ("visit.session_id", "visit.bucket") if of_visits else ("session_id", bucket)
    key = f"({session}, {own})" if unit else session
    return filled(f"CASE WHEN {key} IN ({{}}) THEN 1 ELSE 0 END", met)


def key_of_visit(found: Dimension, index: int) -> str:
    if found.scope is Scope.EVENT:
        return f"keyed.d{index}"
    return "visit.bucket" if found.scope is Scope.TIME else f"visit.{found.column}"


def event_keys(dialect: Dialect, query: Query) -> Statement:
    """Which session has events with which keys (in which bucket)."""
    columns = [Statement("session_id")]
    columns += [
        filled(f"{{}} AS {'bucket' if each.scope is Scope.TIME else f'd{index}'}", value_of(each, query, dialect))
        for index, each in enumerate(query.dimensions)
        if each.scope in (Scope.EVENT, Scope.TIME)
    ]
    return filled("SELECT DISTINCT * FROM ({}) AS keyed", matching_events(query, dialect, columns))


def with_keys(rows: Statement, dimensions: Sequence[Dimension]) -> Statement:
    """Where a dimension of events is not set, there is nothing to group; an unknown country is a group."""
    unset = [
        f"d{index} IS NOT NULL" for index, each in enumerate(dimensions) if each.scope in (Scope.EVENT, Scope.VISIT)
    ]
    return filled(f"SELECT * FROM ({{}}) AS keyed WHERE {' AND '.join(unset)}", rows) if unset else rows


def check_groups(dimensions: Sequence[Dimension]) -> None:
    """Raises InvalidInput without a dimension, and for numbers."""
    if not dimensions:
        raise InvalidInput("name a dimension to group by, such as page", field="dimensions")
    refuse_numbers(dimensions)


def refuse_numbers(dimensions: Sequence[Dimension]) -> None:
    """Raises InvalidInput when one of them is a number."""
    for each in dimensions:
        if each.numeric:
            raise InvalidInput(
                f"{each.name} is a number; it can be filtered and added up, not grouped by", field="dimensions"
            )


def key_names(query: Query) -> list[str]:
    return [f"d{index}" for index in range(len(query.dimensions))]


def group_by(keys: Sequence[str]) -> str:
    return f" GROUP BY {', '.join(keys)}" if keys else ""


def among(keys: Sequence[str], only: Sequence[tuple[Any, ...]]) -> Statement:
    """The groups with these keys, which may be NULL.

    One IN, which both engines answer by hashing: of keys joined with OR each row is compared with every one, and to
    plan 2,000 pairs of them took DuckDB 21 s.
    """
    parts: list[str] = []
    columns: list[list[Any]] = []
    always_null = []
    for key, values in zip(keys, zip(*only, strict=True), strict=True):
        known = next((value for value in values if value is not None), None)
        if known is None:
            always_null.append(f"{key} IS NULL")
        elif None not in values:
            parts.append(key)
            columns.append(list(values))
        else:
            # NULL is like nothing in an IN. It becomes something that is, told from a key of the same value by a mark.
            instead = "" if isinstance(known, str) else 0
            parts += [f"({key} IS NULL)", f"coalesce({key}, {instead!r})"]
            columns += [
                [value is None for value in values],
                [instead if value is None else value for value in values],
            ]
    if not parts:
        return Statement(" AND ".join(always_null))
    one = f"({', '.join('?' * len(parts))})" if len(parts) > 1 else "?"
    named = f"({', '.join(parts)})" if len(parts) > 1 else parts[0]
    return Statement(
        " AND ".join([*always_null, f"{named} IN ({', '.join([one] * len(only))})"]),
        tuple(value for row in zip(*columns, strict=True) for value in row),
    )
