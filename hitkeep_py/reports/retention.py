"""Retention: of the visitors who were first seen in a day, week or month, how many came back in the later ones.

First seen means in the range: a visitor may have been there before it. Without an account nobody is recognised for ever
(docs/definitions.md): the id of a visitor changes with the site's salt, every day, week or month in UTC. Who comes back
under a new salt is a new visitor, so such a cell would be zero whatever people did; it is None, not known. Named users
keep their id: where every event has one, and with `identified_only`, everything is known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hitkeep_py.catalog.salts import bounds
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.dimensions import DIMENSIONS
from hitkeep_py.query.matching import of_matching_sessions
from hitkeep_py.query.query import Query, matching_visits
from hitkeep_py.query.report import Report
from hitkeep_py.query.sql import Statement, filled
from hitkeep_py.query.time_range import TimeRange, bucket_count, buckets, offsets
from hitkeep_py.reports.table import bounds_for_bits

RETENTION_UNITS = ("day", "week", "month")
MOST_COHORTS = 100
JOINED = """
WITH seen AS (SELECT DISTINCT visitor, bucket FROM ({}) AS visits),
cohorts AS (SELECT visitor AS member, min(bucket) AS cohort FROM seen GROUP BY visitor)
SELECT cohort, bucket, count(*) FROM seen JOIN cohorts ON cohorts.member = seen.visitor GROUP BY cohort, bucket
"""


@dataclass(frozen=True, slots=True)
class Cohort:
    """The `visitors` first seen in the bucket that begins at `time`, RFC 3339.

    `retained` says for this bucket and each later one how many of them were there, `fractions` what part, 0..1; None
    where nobody can know. The first is the cohort itself.
    """

    time: str
    visitors: int
    retained: tuple[int | None, ...]
    fractions: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Retention:
    """`visitor_period` is how long a visitor's id lives: day, week or month, beginning at midnight UTC."""

    unit: str
    visitor_period: str
    identified_only: bool
    cohorts: list[Cohort]


def retention(
    dialect: Dialect, query: Query, unit: str, visitor_period: str, identified_only: bool = False
) -> Report[Retention]:
    """`visitor_period` is the site's. The first and last bucket hold only what the range has of them.

    The query's filters choose sessions: a visitor counts when a session with a matching event does.
    Raises InvalidInput for a unit other than day, week and month, and for more than 100 cohorts.
    """
    check(query.range, unit)
    bits = None
    if not identified_only and query.summaries and dialect.summarised:
        bits = yield from bounds_for_bits(dialect, query, bucket_count(query.range, unit))
    seen = users_seen(dialect, query, unit) if identified_only else visitors_seen(dialect, query, unit)
    rows = yield filled(dialect.met_again("visitor", bits) if bits else JOINED, seen)
    found = {(int(cohort), int(bucket)): int(count) for cohort, bucket, count in rows}
    spans = spans_of(query.range, unit)
    lasting = identified_only or (yield from all_are_named(dialect, query))
    cohorts = [cohort_of(spans[place:], found, None if lasting else visitor_period) for place in range(len(spans))]
    return Retention(unit, visitor_period, identified_only, cohorts)


def check(time_range: TimeRange, unit: str) -> None:
    if unit not in RETENTION_UNITS:
        raise InvalidInput(f"unit must be one of {', '.join(RETENTION_UNITS)}", field="unit")
    if bucket_count(time_range, unit) > MOST_COHORTS:
        raise InvalidInput(f"the range has more than {MOST_COHORTS} cohorts by {unit}", field="unit")


def visitors_seen(dialect: Dialect, query: Query, unit: str) -> Statement:
    visits = matching_visits(replace(query, dimensions=(DIMENSIONS[unit],)), dialect, (dialect.visitor,))
    return filled(f"SELECT {dialect.visitor} AS visitor, bucket FROM ({{}}) AS visits", visits)


def users_seen(dialect: Dialect, query: Query, unit: str) -> Statement:
    return filled(
        f"SELECT user_id AS visitor, {dialect.bucket(unit, offsets(query.range))} AS bucket FROM events"
        " WHERE {} AND user_id IS NOT NULL",
        of_matching_sessions(query, dialect),
    )


def all_are_named(dialect: Dialect, query: Query) -> Report[bool]:
    """Whether the site names the user of every event, so that every id is one that lasts."""
    chosen = of_matching_sessions(query, dialect)
    return not (yield filled("SELECT 1 FROM events WHERE {} AND user_id IS NULL LIMIT 1", chosen))


@dataclass(frozen=True, slots=True)
class Span:
    """What the range has of a bucket, in UTC milliseconds."""

    key: int
    time: str
    start: int
    end: int


def spans_of(time_range: TimeRange, unit: str) -> list[Span]:
    found = [
        (key, time, round(datetime.fromisoformat(time).timestamp() * 1000)) for key, time in buckets(time_range, unit)
    ]
    ends = [start for _, _, start in found[1:]] + [time_range.end]
    return [
        Span(key, time, max(start, time_range.start), end) for (key, time, start), end in zip(found, ends, strict=True)
    ]


def cohort_of(spans: Sequence[Span], found: Mapping[tuple[int, int], int], visitor_period: str | None) -> Cohort:
    """The cohort of the first span; `visitor_period` is None where ids do not change."""
    first = spans[0]
    size = found.get((first.key, first.key), 0)
    retained = tuple(
        found.get((first.key, each.key), 0) if each is first or is_known(first, each, visitor_period) else None
        for each in spans
    )
    fractions = tuple(None if each is None else each / size if size else 0.0 for each in retained)
    return Cohort(first.time, size, retained, fractions)


def is_known(first: Span, later: Span, visitor_period: str | None) -> bool:
    """Whether ids made anywhere in the first span were still in force to the end of the later one."""
    return visitor_period is None or later.end <= bounds(visitor_period, first.start)[1]
