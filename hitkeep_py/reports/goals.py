"""Conversions of goals: sessions with at least one matching event, beside the events and visitors that matched.

With filters they are those of the sessions that have an event that matches the filters, each session as a whole.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hitkeep_py.catalog.goals import Goal, GoalRevenue
from hitkeep_py.money import EXPONENTS, MOST_MINOR_UNITS
from hitkeep_py.query.dialect import Bounds, Dialect
from hitkeep_py.query.dimensions import PROPERTY, Scope, dimension
from hitkeep_py.query.filters import scopes
from hitkeep_py.query.matching import matches
from hitkeep_py.query.query import Query, matching_events, matching_visits, scope, value_of, where
from hitkeep_py.query.report import Report
from hitkeep_py.query.sql import Statement, filled, joined
from hitkeep_py.query.step import EVENT, PATH, Step
from hitkeep_py.query.time_range import buckets, check_points, offsets
from hitkeep_py.reports.table import BITS_BUDGET

COLUMNS = {EVENT: ("event", "name"), PATH: ("pageview", "path")}
"""Kind of the events that a type of goal looks at, and the column with the goal's value."""


@dataclass(frozen=True, slots=True)
class GoalStats:
    """`conversion_rate` is conversions / sessions, 0..1, None without a session.

    `revenue` is in minor units by currency: of a fixed amount as often as there are conversions, else what the
    matching events say. Without revenue of the goal, or without any event that says a currency, it is empty.
    """

    goal_id: str
    name: str
    type: str
    value: str
    conversions: int
    conversion_rate: float | None
    events: int
    visitors: int
    revenue: dict[str, int]


@dataclass(frozen=True, slots=True)
class GoalPoint:
    time: str
    conversions: int


def goals(dialect: Dialect, query: Query, wanted: Sequence[Goal]) -> Report[tuple[int, list[GoalStats]]]:
    """The range's sessions, and each goal's figures."""
    asked = replace(query, dimensions=())
    ((sessions, low, high),) = yield sessions_and_bounds(dialect, asked)
    counted = {}
    if wanted and sessions:
        bounds = Bounds(low, high) if low is not None and (high - low) * len(wanted) < BITS_BUDGET else None
        rows = yield with_chosen(asked, dialect, counts(dialect, asked, wanted, bounds))
        counted = {int(goal): (int(conversions), int(events), int(seen)) for goal, conversions, events, seen in rows}
    revenues = yield from revenue_of(dialect, asked, wanted)
    stats = []
    for index, goal in enumerate(wanted):
        conversions, events, visitors = counted.get(first_alike(wanted, index), (0, 0, 0))
        rate = conversions / sessions if sessions else None
        worth = with_fixed(goal, conversions, revenues[index])
        stats.append(GoalStats(goal.id, goal.name, goal.type, goal.value, conversions, rate, events, visitors, worth))
    return int(sessions), stats


def converted_sessions(dialect: Dialect, query: Query, wanted: Sequence[Goal]) -> Report[int]:
    """Sessions that met any of the goals, each counted once."""
    asked = replace(query, dimensions=())
    statement = filled(
        "SELECT count(*) FROM (SELECT DISTINCT session_id FROM ({}) AS matched) AS converted",
        matching(dialect, asked, wanted, "session_id"),
    )
    ((sessions,),) = yield with_chosen(asked, dialect, statement)
    return int(sessions)


def sessions_and_bounds(dialect: Dialect, query: Query) -> Statement:
    visitor = Statement(dialect.visitor)
    if scopes(query.filters) <= {Scope.SESSION, Scope.VISIT}:
        sessions = matching_visits(query, dialect, [dialect.visitor])
    else:  # Without looking for the rest of each session, half the time.
        matching = matching_events(query, dialect, [Statement("session_id"), filled("{} AS found", visitor)])
        sessions = filled(
            "SELECT session_id, min(found) AS {} FROM ({}) AS matched GROUP BY session_id", visitor, matching
        )
    return filled("SELECT count(*), min({}), max({}) FROM ({}) AS visit", visitor, visitor, sessions)


def with_fixed(goal: Goal, conversions: int, carried: dict[str, int]) -> dict[str, int]:
    revenue = goal.revenue
    if revenue is None or revenue.amount is None or revenue.currency is None:
        return carried
    return {revenue.currency: conversions * revenue.amount}


def goal_series(dialect: Dialect, query: Query, wanted: Sequence[Goal], unit: str) -> Report[list[GoalPoint]]:
    """A session counts once in every bucket in which it converted, so points need not add up to the total."""
    check_points(query.range, unit)
    found: Counter[int] = Counter()
    if wanted:
        bucket = dialect.bucket(unit, offsets(query.range))
        asked = replace(query, dimensions=())
        statement = filled(
            "SELECT goal, bucket, count(*) FROM (SELECT DISTINCT goal, bucket, session_id FROM ({}) AS matched)"
            " AS converted GROUP BY goal, bucket",
            matching(dialect, asked, wanted, f"session_id, {bucket} AS bucket"),
        )
        rows = yield with_chosen(asked, dialect, statement)
        times = Counter(first_alike(wanted, index) for index in range(len(wanted)))
        for goal, key, conversions in rows:
            found[int(key)] += times[int(goal)] * int(conversions)
    return [GoalPoint(label, found[key]) for key, label in buckets(query.range, unit)]


def counts(dialect: Dialect, query: Query, wanted: Sequence[Goal], bounds: Bounds | None) -> Statement:
    """A row a goal that anything matched: its place, conversions, events and visitors. A session has one visitor."""
    visitor = dialect.visitor
    return filled(
        f"SELECT goal, count(*), sum(events), {dialect.distinct_visitors(bounds)} FROM"
        f" (SELECT goal, session_id, min(found) AS {visitor}, count(*) AS events FROM ({{}}) AS matched"
        " GROUP BY goal, session_id) AS converted GROUP BY goal",
        matching(dialect, query, wanted, f"session_id, {visitor} AS found"),
    )


def with_chosen(query: Query, dialect: Dialect, statement: Statement) -> Statement:
    """Names the sessions that the filters choose, so that all sources together look for them once."""
    if scopes(query.filters) <= {Scope.SESSION}:
        return statement
    return filled("WITH chosen AS ({}) {}", matching_events(query, dialect, [Statement("session_id")]), statement)


def of_chosen(query: Query, dialect: Dialect) -> Statement:
    """The condition on the events of a source: those of whole sessions."""
    scoped = scope(query, dialect)
    if scopes(query.filters) <= {Scope.SESSION}:
        return filled("{}{}", scoped, where(query.filters, query, dialect))
    return filled("{} AND session_id IN (SELECT session_id FROM chosen)", scoped)


def matching(dialect: Dialect, query: Query, wanted: Sequence[Goal], columns: str) -> Statement:
    """A row for every goal that an event matches, with the goal's place; of goals that are alike, of the first.

    Names and paths that are matched as they are, mostly all, take one look at the events together; others one each.
    """
    scoped = of_chosen(query, dialect)
    first = [index for index in range(len(wanted)) if first_alike(wanted, index) == index]
    sources = []
    for type, (kind, column) in COLUMNS.items():
        exact = [
            (index, wanted[index].value) for index in first if wanted[index].type == type and is_exact(wanted[index])
        ]
        if exact:
            sources.append(matching_exactly(scoped, columns, kind, column, exact))
    for index in first:
        if not is_exact(wanted[index]):
            condition = matches(step_of(wanted[index]), query, dialect)
            sources.append(
                filled(f"SELECT {index} AS goal, {columns} FROM events WHERE {{}} AND {{}}", scoped, condition)
            )
    return joined(" UNION ALL ", sources)


def matching_exactly(
    scoped: Statement, columns: str, kind: str, column: str, exact: Sequence[tuple[int, str]]
) -> Statement:
    values = tuple(value for _, value in exact)
    places = Statement(" ".join(f"WHEN ? THEN {index}" for index, _ in exact), values)
    return filled(
        f"SELECT CASE {column} {{}} END AS goal, {columns} FROM events WHERE {{}} AND kind = '{kind}' AND {{}}",
        places,
        scoped,
        Statement(f"{column} IN ({', '.join('?' * len(exact))})", values),
    )


def first_alike(wanted: Sequence[Goal], index: int) -> int:
    """The place of the first goal that the same events match."""
    return [step_of(each) for each in wanted].index(step_of(wanted[index]))


def is_exact(goal: Goal) -> bool:
    return not goal.filters and not (goal.type == PATH and "*" in goal.value)


def revenue_of(dialect: Dialect, query: Query, wanted: Sequence[Goal]) -> Report[list[dict[str, int]]]:
    """What each goal's events say, in minor units by currency; nothing for other goals."""
    found: list[dict[str, int]] = [{} for _ in wanted]
    sources = [
        revenue_source(dialect, query, goal, goal.revenue, index)
        for index, goal in enumerate(wanted)
        if goal.revenue is not None and goal.revenue.amount is None
    ]
    if sources:
        united = filled("SELECT * FROM ({}) AS revenue ORDER BY 1, 2", joined(" UNION ALL ", sources))
        rows = yield with_chosen(query, dialect, united)
        for index, currency, amount in rows:
            found[int(index)][currency] = int(amount)
    return found


def revenue_source(dialect: Dialect, query: Query, goal: Goal, revenue: GoalRevenue, index: int) -> Statement:
    """Rows of the goal's place, currency and sum."""
    scoped, condition = of_chosen(query, dialect), matches(step_of(goal), query, dialect)
    if revenue.kind == "event":
        currency, minor = Statement("currency"), Statement("revenue")
    else:
        currency, minor = Statement("?", (revenue.currency,)), property_amount(revenue, query, dialect)
    return filled(
        f"SELECT {index} AS goal, currency, sum({dialect.wide('minor')}) AS amount FROM (SELECT {{}} AS currency,"
        " {} AS minor FROM events WHERE {} AND {}) AS carried WHERE minor IS NOT NULL GROUP BY currency",
        currency,
        minor,
        scoped,
        condition,
    )


def property_amount(revenue: GoalRevenue, query: Query, dialect: Dialect) -> Statement:
    """What an event's property says, in minor units, within what is taken as revenue of events; else NULL."""
    text = value_of(dimension(f"{PROPERTY}{revenue.property}"), query, dialect)
    units = dialect.minor_units(dialect.number(text.sql), EXPONENTS[revenue.currency or ""] or 0)
    bounded = f"CASE WHEN {units} BETWEEN -{MOST_MINOR_UNITS} AND {MOST_MINOR_UNITS} THEN {units} END"
    return Statement(bounded, text.parameters * 2)


def step_of(goal: Goal) -> Step:
    return Step(goal.type, goal.value, goal.filters)
