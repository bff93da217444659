"""The key figures of a range (docs/definitions.md)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.question import Query, Statement, scope


@dataclass(frozen=True, slots=True)
class Overview:
    """Rates are fractions 0..1, durations are seconds."""

    visitors: int
    sessions: int
    pageviews: int
    events: int
    bounce_rate: float
    average_session_duration: float
    pages_per_session: float


def build(query: Query, dialect: Dialect) -> Statement:
    condition = scope(query, dialect)
    duration = dialect.seconds_between("min(time)", "max(time)")
    return Statement(
        f"""
        WITH scoped AS (SELECT kind, visitor_id, session_id, time FROM events WHERE {condition.sql}),
        sessions AS (
            SELECT
                sum(CASE WHEN kind = 'pageview' THEN 1 ELSE 0 END) AS pageviews,
                sum(CASE WHEN kind = 'event' THEN 1 ELSE 0 END) AS events,
                {duration} AS seconds
            FROM scoped GROUP BY session_id
        )
        SELECT
            (SELECT count(DISTINCT visitor_id) FROM scoped),
            count(*),
            sum(pageviews),
            sum(events),
            sum(CASE WHEN pageviews = 1 AND events = 0 THEN 1 ELSE 0 END),
            sum(seconds)
        FROM sessions
        """,
        condition.parameters,
    )


def shape(rows: Sequence[tuple[Any, ...]]) -> Overview:
    visitors, sessions, pageviews, events, bounces, seconds = (value or 0 for value in rows[0])
    return Overview(
        visitors=int(visitors),
        sessions=int(sessions),
        pageviews=int(pageviews),
        events=int(events),
        bounce_rate=bounces / sessions if sessions else 0.0,
        average_session_duration=float(seconds) / sessions if sessions else 0.0,
        pages_per_session=float(pageviews) / sessions if sessions else 0.0,
    )


def build_live(query: Query, dialect: Dialect) -> Statement:
    """Visitors of the range; with a range of the last five minutes, those who are here now."""
    condition = scope(query, dialect)
    return Statement(f"SELECT count(DISTINCT visitor_id) FROM events WHERE {condition.sql}", condition.parameters)
