"""Pageviews and visitors over time, a point a bucket, gaps filled with zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.question import Query, Statement, scope
from hitkeep_py.query.time_range import buckets, offsets


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    time: str
    pageviews: int
    visitors: int


def build(query: Query, unit: str, dialect: Dialect) -> Statement:
    condition = scope(query, dialect)
    bucket = dialect.bucket(unit, offsets(query.range))
    return Statement(
        f"""
        SELECT {bucket}, sum(CASE WHEN kind = 'pageview' THEN 1 ELSE 0 END), count(DISTINCT visitor_id)
        FROM events WHERE {condition.sql} GROUP BY 1
        """,
        condition.parameters,
    )


def shape(rows: Sequence[tuple[Any, ...]], query: Query, unit: str) -> list[SeriesPoint]:
    found = {int(key): (int(pageviews), int(visitors)) for key, pageviews, visitors in rows}
    return [SeriesPoint(label, *found.get(key, (0, 0))) for key, label in buckets(query.range, unit)]
