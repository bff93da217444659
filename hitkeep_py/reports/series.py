"""Metrics over time, a point a bucket, gaps filled with nothing."""

from dataclasses import dataclass, replace
from typing import Any

from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.dimensions import DIMENSIONS
from hitkeep_py.query.query import Query
from hitkeep_py.query.report import Report
from hitkeep_py.query.time_range import buckets, check_points
from hitkeep_py.reports.table import figures, table


@dataclass(frozen=True, slots=True)
class Point:
    """`time` is when the bucket begins, RFC 3339 with the zone's offset; `figures` are in the metrics' order."""

    time: str
    figures: tuple[Any, ...]


def series(dialect: Dialect, query: Query, unit: str) -> Report[list[Point]]:
    check_points(query.range, unit)
    asked = replace(query, dimensions=(DIMENSIONS[unit],), order=(), limit=None, offset=0)
    found = yield from table(dialect, asked)
    by_key = {int(key): values for (key,), values in found.rows}
    nothing = figures([None] * len(query.metrics), query.metrics)
    return [Point(label, by_key.get(key, nothing)) for key, label in buckets(query.range, unit)]
