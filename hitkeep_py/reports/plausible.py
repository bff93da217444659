"""Plausible's questions: its metrics over our table, with rates of goals and shares of all visitors."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hitkeep_py.catalog.goals import Goal
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.dimensions import Dimension, Scope
from hitkeep_py.query.filters import Filters
from hitkeep_py.query.logic import filters_of
from hitkeep_py.query.metrics import Level, Metric, Unit, metric
from hitkeep_py.query.query import Order, Query
from hitkeep_py.query.report import Report
from hitkeep_py.reports.goal_logic import goals_logic
from hitkeep_py.reports.table import table

VIEWS_AND_EVENTS = Metric(
    "views_and_events",
    Level.EVENT,
    Unit.COUNT,
    "Pages seen and custom events.",
    lambda dialect, bounds: "count(CASE WHEN kind IN ('pageview', 'event') THEN 1 END)",
    lambda dialect, bounds: "sum(pageviews) + sum(events)",
)
NAME_OF_EVENT = Dimension(
    "event_name",
    "CASE WHEN kind = 'event' THEN name WHEN kind = 'pageview' THEN 'pageview' END",
    Scope.EVENT,
    "Name of the custom event; that of a page seen is pageview.",
)
SYSTEMS = {"Mac OS X": "Mac", "Linux": "GNU/Linux"}
"""Operating systems that have another name there."""
OPERATING_SYSTEM = Dimension(
    "os",
    f"CASE os {' '.join(f'WHEN {ours!r} THEN {theirs!r}' for ours, theirs in SYSTEMS.items())} ELSE os END",
    Scope.SESSION,
    "Operating system, by its name there.",
)
"""By which patterns are matched in the engine: Python's own would let one pattern hold up the whole server."""
TIME_ON_PAGE = Metric(
    "time_on_page",
    Level.EVENT,
    Unit.SECONDS,
    "How long a page was looked at in a session, on average of the sessions that say it.",
    lambda dialect, bounds: (
        "sum(engagement_ms) / 1000.0"
        " / nullif(count(DISTINCT CASE WHEN engagement_ms IS NOT NULL THEN session_id END), 0)"
    ),
    number="engagement_ms",
    nothing=None,
)


def of_no_visit_0(name: str) -> Metric:
    """Plausible has 0 where we have nothing."""
    return replace(metric(name), nothing=0)


METRICS: dict[str, Metric] = {
    "visitors": metric("visitors"),
    "visits": metric("sessions"),
    "pageviews": metric("pageviews"),
    "views_per_visit": of_no_visit_0("pages_per_session"),
    "bounce_rate": of_no_visit_0("bounce_rate"),
    "visit_duration": of_no_visit_0("average_session_duration"),
    "events": VIEWS_AND_EVENTS,
    "scroll_depth": metric("scroll_depth"),
    "time_on_page": TIME_ON_PAGE,
}
"""Plausible's metrics that are one of ours."""

RATES = ("percentage", "conversion_rate", "group_conversion_rate")
"""Of visitors, as fractions: of all; of all without the goal; of those of the same group without the goal."""
GOAL_RATES = RATES[1:]
MOST_ORDERED_ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Asked:
    """`query` has range, filters and what sessions did; a dimension None is the goal.

    `others` are the filters without those of goals, `audience` also without those of properties. `order` names metrics
    and places of dimensions ("0", "1" ...).
    """

    query: Query
    metrics: tuple[str, ...]
    dimensions: tuple[Dimension | None, ...]
    others: Filters
    audience: Filters
    goals: tuple[Goal, ...]
    order: tuple[Order, ...]
    limit: int
    offset: int

    @property
    def needed(self) -> tuple[str, ...]:
        """Names of the metrics to ask for."""
        named = ["visitors" if name in RATES else name for name in self.metrics]
        return tuple(dict.fromkeys(named))

    @property
    def grouped(self) -> tuple[Dimension, ...]:
        return tuple(each for each in self.dimensions if each is not None)

    @property
    def by_goal(self) -> bool:
        return None in self.dimensions


@dataclass(frozen=True, slots=True)
class Row:
    keys: tuple[Any, ...]
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    rows: list[Row]
    total_rows: int


def plausible(dialect: Dialect, asked: Asked) -> Report[Answer]:
    """Raises InvalidInput for what has too many rows to be put in order here."""
    here = asked.by_goal or any(name == "group_conversion_rate" for name, _ in asked.order)
    if not here:
        answer = yield from grouped(dialect, asked, asked.query, ordering(asked), asked.limit, asked.offset)
        return replace(answer, rows=(yield from with_rates(dialect, asked, answer.rows)))
    rows = yield from every_row(dialect, asked)
    rows = in_order((yield from with_rates(dialect, asked, rows)), asked.order)
    return Answer(rows[asked.offset : asked.offset + asked.limit], len(rows))


def grouped(
    dialect: Dialect, asked: Asked, query: Query, order: tuple[Order, ...], limit: int, offset: int
) -> Report[Answer]:
    metrics = tuple(METRICS[name] for name in asked.needed)
    found = yield from table(
        dialect,
        replace(query, metrics=metrics, dimensions=asked.grouped, order=order, limit=limit, offset=offset),
    )
    rows = [Row(keys, dict(zip(asked.needed, values, strict=True))) for keys, values in found.rows]
    return Answer(rows, found.total_rows)


def every_row(dialect: Dialect, asked: Asked) -> Report[list[Row]]:
    if not asked.by_goal:
        answer = yield from grouped(dialect, asked, asked.query, (), MOST_ORDERED_ROWS, 0)
        return within_limit(answer)
    rows: list[Row] = []
    place = asked.dimensions.index(None)
    for goal in asked.goals:
        filters = (*asked.others, *filters_of(goals_logic([goal])))
        answer = yield from grouped(dialect, asked, replace(asked.query, filters=filters), (), MOST_ORDERED_ROWS, 0)
        rows += [
            replace(row, keys=(*row.keys[:place], goal.name, *row.keys[place:]))
            for row in within_limit(answer)
            if any(row.values.values())
        ]
    return rows


def within_limit(answer: Answer) -> list[Row]:
    if answer.total_rows > MOST_ORDERED_ROWS:
        raise InvalidInput(f"There are more than {MOST_ORDERED_ROWS} rows to put in order: ask for fewer dimensions.")
    return answer.rows


def ordering(asked: Asked) -> tuple[Order, ...]:
    """Rates of the same whole are in the order of their visitors."""
    return tuple((order_name(asked, name), largest) for name, largest in asked.order)


def order_name(asked: Asked, name: str) -> str:
    if name.isdecimal():
        return asked.grouped[int(name)].name
    return METRICS["visitors" if name in RATES else name].name


def in_order(rows: list[Row], order: Sequence[Order]) -> list[Row]:
    """What is not known comes last; what is equal in the order of its keys."""

    def value(row: Row, name: str) -> Any:
        return row.keys[int(name)] if name.isdecimal() else row.values[name]

    found = sorted(rows, key=lambda row: tuple((key is None, str(key)) for key in row.keys))
    for name, largest in reversed(order):
        known = [row for row in found if value(row, name) is not None]
        known.sort(key=lambda row: value(row, name), reverse=largest)
        found = known + [row for row in found if value(row, name) is None]
    return found


def with_rates(dialect: Dialect, asked: Asked, rows: list[Row]) -> Report[list[Row]]:
    wholes: dict[str, dict[tuple[Any, ...], int]] = {}
    for name in asked.metrics:
        if name in RATES:
            wholes[name] = yield from whole(dialect, asked, name)
    kept = kept_places(asked)

    def rates(row: Row) -> dict[str, Any]:
        found = dict(row.values)
        for name, counts in wholes.items():
            key = tuple(row.keys[place] for place in kept) if name == "group_conversion_rate" else ()
            visitors = counts.get(key, 0)
            found[name] = row.values["visitors"] / visitors if visitors else 0.0
        return found

    return [replace(row, values=rates(row)) for row in rows]


def whole(dialect: Dialect, asked: Asked, rate: str) -> Report[dict[tuple[Any, ...], int]]:
    """Visitors that the rate is a part of, by the keys of their group."""
    places = kept_places(asked) if rate == "group_conversion_rate" else []
    dimensions = tuple(each for place in places if (each := asked.dimensions[place]) is not None)
    filters = asked.query.filters if rate == "percentage" else asked.audience
    query = replace(asked.query, metrics=(METRICS["visitors"],), dimensions=dimensions, filters=filters)
    found = yield from table(dialect, query)
    return {keys: int(values[0]) for keys, values in found.rows}


def kept_places(asked: Asked) -> list[int]:
    """Of the dimensions that visitors without the goal have as well: not the goal's, and not those of its events."""
    return [place for place, each in enumerate(asked.dimensions) if each is not None and not each.key]
