"""Metrics over time, a point a bucket, gaps filled with nothing."""

from dataclasses import dataclass, replace
from typing import Any

from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.dimensions import DIMENSIONS
from hitkeep_py.query.query import Query
from hitkeep_py.query.report import Report
from hitkeep_py.query.time_range import bucket_count, buckets
from hitkeep_py.reports.table import figures, table

MOST_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class Point:
    """`time` is when the bucket begins, RFC 3339 with the zone's offset; `figures` are in the metrics' order."""

    time: str
    figures: tuple[Any, ...]


def series(dialect: Dialect, query: Query, unit: str) -> Report[list[Point]]:
    if bucket_count(query.range, unit) > MOST_POINTS:
        raise InvalidInput(f"the range has more than {MOST_POINTS} points by {unit}", field="unit")
    asked = replace(query, dimensions=(DIMENSIONS[unit],), order=(), limit=None, offset=0)
    found = yield from table(dialect, asked)
    by_key = {int(key): values for (key,), values in found.rows}
    nothing = figures([None] * len(query.metrics), query.metrics)
    return [Point(label, by_key.get(key, nothing)) for key, label in buckets(query.range, unit)]
