"""Conversions of goals: sessions with at least one matching event, beside the events and visitors that matched."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hitkeep_py.catalog.goals import Goal
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.question import Query, Statement, scope
from hitkeep_py.query.time_range import buckets, offsets

CONDITIONS = {
    "event": "kind = 'event' AND name = ?",
    "path": "kind = 'pageview' AND path = ?",
}


@dataclass(frozen=True, slots=True)
class GoalStats:
    """`conversion_rate` is conversions / sessions, 0..1."""

    goal_id: str
    name: str
    type: str
    value: str
    conversions: int
    conversion_rate: float
    events: int
    visitors: int


@dataclass(frozen=True, slots=True)
class GoalPoint:
    time: str
    conversions: int


def build(query: Query, goals: Sequence[Goal], dialect: Dialect) -> Statement:
    """One row: the sessions of the range, then conversions, events and visitors of each goal."""
    condition = scope(query, dialect)
    columns = ["count(DISTINCT session_id)"]
    parameters: list[object] = []
    for goal in goals:
        matches = CONDITIONS[goal.type]
        columns += [
            f"count(DISTINCT CASE WHEN {matches} THEN session_id END)",
            f"count(CASE WHEN {matches} THEN 1 END)",
            f"count(DISTINCT CASE WHEN {matches} THEN visitor_id END)",
        ]
        parameters += [goal.value] * 3
    sql = f"SELECT {', '.join(columns)} FROM events WHERE {condition.sql}"
    return Statement(sql, (*parameters, *condition.parameters))


def shape(rows: Sequence[tuple[Any, ...]], goals: Sequence[Goal]) -> tuple[int, list[GoalStats]]:
    """The range's sessions, and each goal's figures."""
    sessions, *figures = rows[0]
    stats = []
    for index, goal in enumerate(goals):
        conversions, events, visitors = figures[index * 3 : index * 3 + 3]
        rate = conversions / sessions if sessions else 0.0
        stats.append(GoalStats(goal.id, goal.name, goal.type, goal.value, conversions, rate, events, visitors))
    return sessions, stats


def build_series(query: Query, goals: Sequence[Goal], unit: str, dialect: Dialect) -> Statement:
    condition = scope(query, dialect)
    counts = [f"count(DISTINCT CASE WHEN {CONDITIONS[goal.type]} THEN session_id END)" for goal in goals]
    bucket = dialect.bucket(unit, offsets(query.range))
    sql = f"SELECT {bucket}, {' + '.join(counts) or '0'} FROM events WHERE {condition.sql} GROUP BY 1"
    return Statement(sql, (*(goal.value for goal in goals), *condition.parameters))


def shape_series(rows: Sequence[tuple[Any, ...]], query: Query, unit: str) -> list[GoalPoint]:
    """A session counts once in every bucket in which it converted, so points need not add up to the total."""
    found = {int(key): int(conversions) for key, conversions in rows}
    return [GoalPoint(label, found.get(key, 0)) for key, label in buckets(query.range, unit)]
