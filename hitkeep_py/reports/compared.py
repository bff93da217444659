"""A question with all that goes with it: rows, the same rows of another range, and totals; gaps in time filled."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.dimensions import Scope
from hitkeep_py.query.metrics import Metric, is_money
from hitkeep_py.query.named_range import time_label
from hitkeep_py.query.query import Query
from hitkeep_py.query.read_query import AskedQuery
from hitkeep_py.query.report import Report
from hitkeep_py.query.time_range import TimeRange
from hitkeep_py.reports.series import series
from hitkeep_py.reports.table import figures, one_currency, table, table_of

Figures = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Keys and figures in the query's order; times are labels. `comparison` are the figures in the other range.

    In a series the comparison is of the bucket at the same place in the other range, `compared_time`.
    """

    keys: tuple[Any, ...]
    figures: Figures
    comparison: Figures | None = None
    compared_time: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """`total_rows` counts all rows that limit and offset are a part of. A figure of `totals` may be None: revenue."""

    rows: list[Row]
    total_rows: int
    totals: Figures | None = None
    compared_totals: Figures | None = None


def compared(dialect: Dialect, asked: AskedQuery) -> Report[Answer]:
    query, other = asked.query, asked.compared_with
    if is_series(query):
        answer = yield from compared_series(dialect, query, other)
    else:
        answer = yield from compared_table(dialect, query, other)
    if asked.totals:
        found = yield from totals(dialect, query)
        before = (yield from totals(dialect, query.over(other))) if other else None
        answer = replace(answer, totals=found, compared_totals=before)
    return answer


def is_series(query: Query) -> bool:
    """Whether a dimension of time is all there is, in its own order: then every bucket has a row."""
    if [each.scope for each in query.dimensions] != [Scope.TIME]:
        return False
    return all(name == query.dimensions[0].name for name, _ in query.order)


def compared_series(dialect: Dialect, query: Query, other: TimeRange | None) -> Report[Answer]:
    unit = query.dimensions[0].name
    points = yield from series(dialect, query, unit)
    before = (yield from series(dialect, query.over(other), unit)) if other else []
    rows = [Row((each.time,), each.figures) for each in points]
    if other:
        nothing = figures([None] * len(query.metrics), query.metrics)
        for place, row in enumerate(rows):
            then = before[place] if place < len(before) else None
            rows[place] = Row(row.keys, row.figures, then.figures if then else nothing, then.time if then else None)
    if query.order and query.order[0][1]:
        rows.reverse()
    end = None if query.limit is None else query.offset + query.limit
    return Answer(rows[query.offset : end], len(rows))


def compared_table(dialect: Dialect, query: Query, other: TimeRange | None) -> Report[Answer]:
    in_time = [each.scope is Scope.TIME for each in query.dimensions]
    if other and any(in_time):
        raise InvalidInput(
            "a dimension of time can be compared with another range only alone and in its own order", field="compare"
        )
    found = yield from table(dialect, query)
    shown = [(labelled(keys, in_time, query), values) for keys, values in found.rows]
    if not other:
        return Answer([Row(*row) for row in shown], found.total_rows)
    before = yield from other_figures(dialect, query.over(other), [keys for keys, _ in found.rows])
    nothing = figures([None] * len(query.metrics), query.metrics)
    return Answer([Row(keys, values, before.get(keys, nothing)) for keys, values in shown], found.total_rows)


def labelled(keys: tuple[Any, ...], in_time: Sequence[bool], query: Query) -> tuple[Any, ...]:
    if True not in in_time:
        return keys
    unit, zone = query.unit() or "", query.range.zone
    return tuple(
        time_label(int(key), unit, zone) if is_time else key for key, is_time in zip(keys, in_time, strict=True)
    )


def other_figures(
    dialect: Dialect, query: Query, keys: Sequence[tuple[Any, ...]]
) -> Report[dict[tuple[Any, ...], Figures]]:
    """By their keys, where there are any."""
    return dict((yield from table_of(dialect, query, keys)).rows)


def totals(dialect: Dialect, query: Query) -> Report[Figures]:
    """Of all that matches the filters, with a key or without. Revenue of several currencies has no total: None."""
    asked = replace(query, dimensions=(), order=(), limit=None, offset=0)
    kept = tuple(each for each in query.metrics if not is_money(each) or one_currency(asked))
    found = (yield from table(dialect, replace(asked, metrics=kept))) if kept else None
    by_name = dict(zip(names(kept), found.rows[0][1], strict=True)) if found else {}
    return tuple(by_name.get(name) for name in names(query.metrics))


def names(metrics: Sequence[Metric]) -> list[str]:
    return [each.name for each in metrics]
