"""Funnels: how many sessions, or visitors, take steps in order, where they stop and how long they take.

Who has an event of step 1 enters. From each such event, a start, the steps are the first event of step 2 after it, the
first event of step 3 after that, and so on, strictly later in the order (time, event_id). With a window, steps later
than that many seconds after the start do not count. Of all starts the one that gets farthest is taken, the earliest of
those; without a window that is always the first. So a step is passed if any start leads to it, and never twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hitkeep_py.catalog.funnels import LEAST_STEPS, MOST_STEPS, read_scope
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.matching import matches, matches_any, of_matching_sessions
from hitkeep_py.query.query import Query
from hitkeep_py.query.report import Report, number
from hitkeep_py.query.sql import Statement, filled, joined
from hitkeep_py.query.step import Step
from hitkeep_py.query.time_range import buckets, check_points, offsets

LATER = "OVER (PARTITION BY unit ORDER BY moment, event_id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)"


@dataclass(frozen=True, slots=True)
class StepResult:
    """`count` passed the step; of them are `of_first` of those who entered, `of_previous` of those of the step before.

    `drop_off` passed the step before and not this one. `median_seconds` is from the event of the step before to that
    of this one; None for the first step and where nobody passed.
    """

    type: str
    value: str
    count: int
    of_first: float
    of_previous: float
    drop_off: int
    median_seconds: float | None


@dataclass(frozen=True, slots=True)
class FunnelResult:
    """`scope` says what is counted. `conversion_rate` is completions / entries, 0..1."""

    scope: str
    window_seconds: int | None
    entries: int
    completions: int
    conversion_rate: float
    steps: list[StepResult]


@dataclass(frozen=True, slots=True)
class FunnelPoint:
    """Who entered in the bucket that begins at `time`, and how many of those completed the funnel, also later on."""

    time: str
    entries: int
    completions: int


def funnel(
    dialect: Dialect, query: Query, steps: Sequence[Step], window_seconds: int | None = None, scope: str = "session"
) -> Report[FunnelResult]:
    """`scope` is "session" or "visitor"; a visitor's steps may lie in different sessions of the range.

    The query's filters choose sessions; each counts as a whole. Raises InvalidInput for another scope, for
    other than 2 to 8 steps and for steps with conditions on whole sessions.
    """
    numbers = range(2, len(steps) + 1)
    counts = "".join(
        f", count(CASE WHEN depth >= {each} THEN 1 END),"
        f" {dialect.percentile(f'CASE WHEN depth >= {each} THEN t{each} - t{each - 1} END', 0.5)}"
        for each in numbers
    )
    rows = yield filled(
        f"{{}} SELECT (SELECT count(*) FROM entered){counts} FROM chosen",
        chains(dialect, query, steps, window_seconds, scope),
    )
    entries, *figures = rows[0]
    passed = [int(entries), *(int(each) for each in figures[::2])]
    return FunnelResult(
        scope,
        window_seconds,
        passed[0],
        passed[-1],
        fraction(passed[-1], passed[0]),
        [step_result(steps, passed, [None, *figures[1::2]], place) for place in range(len(steps))],
    )


def step_result(steps: Sequence[Step], passed: Sequence[int], medians: Sequence[Any], place: int) -> StepResult:
    before, median = passed[max(0, place - 1)], medians[place]
    return StepResult(
        steps[place].type,
        steps[place].value,
        passed[place],
        fraction(passed[place], passed[0]),
        fraction(passed[place], before),
        before - passed[place],
        None if median is None else number(median / 1000),
    )


def fraction(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def funnel_series(
    dialect: Dialect,
    query: Query,
    steps: Sequence[Step],
    unit: str,
    window_seconds: int | None = None,
    scope: str = "session",
) -> Report[list[FunnelPoint]]:
    """Each who entered is counted once, where its first event of step 1 lies, so points add up to the funnel.

    Raises InvalidInput as `funnel` does, and for more than 10,000 points.
    """
    check_points(query.range, unit)
    rows = yield filled(
        f"""
        {{}} SELECT {dialect.bucket(unit, offsets(query.range), "first_time")},
            count(*), count(CASE WHEN depth = {len(steps)} THEN 1 END)
        FROM entered LEFT JOIN chosen ON chosen.unit = entered.unit GROUP BY 1
        """,
        chains(dialect, query, steps, window_seconds, scope),
    )
    found = {int(key): (int(entries), int(completions)) for key, entries, completions in rows}
    return [FunnelPoint(label, *found.get(key, (0, 0))) for key, label in buckets(query.range, unit)]


def chains(dialect: Dialect, query: Query, steps: Sequence[Step], window_seconds: int | None, scope: str) -> Statement:
    """`entered`, with a row for each who has step 1, and `chosen`, with the times of the chain of each who may pass
    step 2. Who cannot is left out early: most do not, and looking at what follows an event is what takes long.
    """
    if not LEAST_STEPS <= len(steps) <= MOST_STEPS:
        raise InvalidInput(f"a funnel has {LEAST_STEPS} to {MOST_STEPS} steps", field="steps")
    conditions = [matches(step, query, dialect) for step in steps]
    flags = joined(
        ", ", (filled(f"CASE WHEN {{}} THEN 1 ELSE 0 END AS s{n}", each) for n, each in numbered(conditions))
    )
    matched = filled(
        f"SELECT {'session_id' if read_scope(scope) == 'session' else dialect.visitor} AS unit, time, event_id,"
        f" {dialect.milliseconds('time')} AS moment, {{}} FROM events WHERE {{}} AND ({{}})",
        flags,
        of_matching_sessions(query, dialect),
        matches_any(steps, query, dialect),
    )
    later = " + ".join(f"s{each}" for each in range(2, len(steps) + 1))
    starts = "" if window_seconds else f" AND (matched.moment = able.first_at OR {later} > 0)"
    rows = f"""
        SELECT matched.* FROM matched JOIN (
            SELECT DISTINCT entered.unit AS able_unit, first_at FROM matched JOIN entered ON entered.unit = matched.unit
            WHERE s2 = 1 AND matched.moment >= first_at
        ) AS able ON able.able_unit = matched.unit WHERE matched.moment >= able.first_at{starts}
    """
    entered = "SELECT unit, min(time) AS first_time, min(moment) AS first_at FROM matched WHERE s1 = 1 GROUP BY unit"
    return filled(
        f"WITH matched AS ({{}}), entered AS {dialect.materialized}({entered}), chosen AS ({{}})",
        matched,
        chosen(followed(rows, len(steps)), len(steps), window_seconds),
    )


def numbered(conditions: Sequence[Statement]) -> list[tuple[int, Statement]]:
    return list(enumerate(conditions, start=1))


def followed(rows: str, count: int) -> str:
    """The rows with t2, t3 ...: when the steps that follow each row are first completed, one after the other.

    Seen from the last step: `a{j}_{k}` is when step k is completed, if step j is what comes next. It is the smallest of
    those of the later rows of step j, since who starts to wait later for what follows completes it no earlier.
    """
    inner = rows
    for step in range(count, 1, -1):
        flags = "".join(f", s{each}" for each in range(1, step))
        columns = [f"min(CASE WHEN s{step} = 1 THEN moment END) {LATER} AS a{step}_{step}"]
        columns += [
            f"min(CASE WHEN s{step} = 1 THEN a{step + 1}_{each} END) {LATER} AS a{step}_{each}"
            for each in range(step + 1, count + 1)
        ]
        inner = f"SELECT unit, moment, event_id{flags}, {', '.join(columns)} FROM ({inner}) AS following"
    times = "".join(f", a2_{each} AS t{each}" for each in range(2, count + 1))
    return f"SELECT unit, event_id, moment AS t1{times} FROM ({inner}) AS followed WHERE s1 = 1"


def chosen(starts: str, count: int, window_seconds: int | None) -> Statement:
    """Of each unit the start that gets farthest, with its `depth`, the number of steps passed."""
    last = "IS NOT NULL" if window_seconds is None else "<= t1 + ?"
    reached = joined(
        " + ",
        (
            Statement(
                f"CASE WHEN t{each} {last} THEN 1 ELSE 0 END",
                () if window_seconds is None else (window_seconds * 1000,),
            )
            for each in range(2, count + 1)
        ),
    )
    times = "".join(f", t{each}" for each in range(1, count + 1))
    return filled(
        f"""
        SELECT unit{times}, depth FROM (
            SELECT unit{times}, depth, row_number() OVER (PARTITION BY unit ORDER BY depth DESC, t1, event_id) AS place
            FROM (SELECT unit, event_id{times}, 1 + {{}} AS depth FROM ({starts}) AS starts) AS measured
        ) AS ranked WHERE place = 1
        """,
        reached,
    )
