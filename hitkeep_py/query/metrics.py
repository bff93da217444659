"""What can be asked for each group: one list, from which validation, API docs and menus derive."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from hitkeep_py.errors import InvalidInput
from hitkeep_py.money import EXPONENTS
from hitkeep_py.query.dialect import Bounds, Dialect
from hitkeep_py.query.dimensions import DIMENSIONS, PROPERTY, PROPERTY_KEY_LENGTH
from hitkeep_py.query.sql import Statement


class Level(Enum):
    """What a metric looks at."""

    EVENT = "the events that match the filters"
    SESSION = "the sessions that have an event that matches the filters, each as a whole"
    CONVERSION = "these sessions over the whole range, in each bucket of time that they touch"


class Unit(Enum):
    COUNT = "count"
    FRACTION = "fraction"
    SECONDS = "seconds"
    MINOR = "minor units of a currency"
    PERCENT = "percent"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Metric:
    """`of_events` is an aggregate over events, `of_visits` one over visits; either may be missing."""

    name: str
    level: Level
    unit: Unit
    description: str
    of_events: Callable[[Dialect, Bounds | None], str] | None = None
    of_visits: Callable[[Dialect, Bounds | None], str] | None = None
    number: str = ""
    """For aggregates of a number: the numeric dimension or property that they look at."""
    nothing: int | None = 0
    """Its figure where there is nothing: 0 of what is counted or added up, none of a rate or an average."""

    @property
    def counts_visitors(self) -> bool:
        return self.name == "visitors"

    @property
    def counts_conversions(self) -> bool:
        return self.name in ("conversions", "conversion_rate")


def _fixed(sql: str) -> Callable[[Dialect, Bounds | None], str]:
    return lambda dialect, bounds: sql


def _visitors(dialect: Dialect, bounds: Bounds | None) -> str:
    return dialect.distinct_visitors(bounds)


def _per_session(sum_sql: str) -> Callable[[Dialect, Bounds | None], str]:
    return _fixed(f"sum({sum_sql}) * 1.0 / nullif(count(*), 0)")


CONVERTED = "converted"
"""Column of an event and a visit: 1 if the session met a goal, NULL where there is none to meet."""

METRICS: dict[str, Metric] = {
    each.name: each
    for each in (
        Metric("visitors", Level.EVENT, Unit.COUNT, "Different visitors.", _visitors, _visitors),
        Metric(
            "sessions",
            Level.SESSION,
            Unit.COUNT,
            "Visits: a visitor's events with no more than 30 minutes between them.",
            _fixed("count(DISTINCT session_id)"),
            _fixed("count(*)"),
        ),
        Metric(
            "pageviews",
            Level.EVENT,
            Unit.COUNT,
            "Pages seen.",
            _fixed("count(CASE WHEN kind = 'pageview' THEN 1 END)"),
            _fixed("sum(pageviews)"),
        ),
        Metric(
            "events",
            Level.EVENT,
            Unit.COUNT,
            "Custom events.",
            _fixed("count(CASE WHEN kind = 'event' THEN 1 END)"),
            _fixed("sum(events)"),
        ),
        Metric(
            "bounce_rate",
            Level.SESSION,
            Unit.FRACTION,
            "Sessions with one pageview and no custom event but passive ones / sessions.",
            of_visits=_per_session("CASE WHEN pageviews = 1 AND events = passive_events THEN 1 ELSE 0 END"),
            nothing=None,
        ),
        Metric(
            "average_session_duration",
            Level.SESSION,
            Unit.SECONDS,
            "Last event minus first event of a session, on average.",
            # A sum of fractions depends on the order of rows, and with it the order of groups with the same average.
            of_visits=_fixed("sum(duration_ms) / 1000.0 / nullif(count(*), 0)"),
            nothing=None,
        ),
        Metric(
            "pages_per_session",
            Level.SESSION,
            Unit.NUMBER,
            "Pageviews of a session, on average.",
            of_visits=_per_session("pageviews"),
            nothing=None,
        ),
        Metric(
            "conversions",
            Level.SESSION,
            Unit.COUNT,
            "Sessions that met a goal of the site, any one or the one that is asked for.",
            _fixed(f"count(DISTINCT CASE WHEN {CONVERTED} = 1 THEN session_id END)"),
            _fixed(f"sum({CONVERTED})"),
        ),
        Metric(
            "conversion_rate",
            Level.SESSION,
            Unit.FRACTION,
            "Conversions / sessions.",
            of_visits=_per_session(CONVERTED),
            nothing=None,
        ),
        Metric(
            "revenue",
            Level.EVENT,
            Unit.MINOR,
            "Sum of revenue in minor units of one currency; never added across currencies.",
            lambda dialect, bounds: f"coalesce(sum({dialect.wide('revenue')}), 0)",
        ),
        Metric(
            "scroll_depth",
            Level.EVENT,
            Unit.PERCENT,
            "How far pages were scrolled, on average of the events that say it.",
            _fixed("avg(scroll_depth)"),
            nothing=None,
        ),
        Metric(
            "engagement_seconds",
            Level.EVENT,
            Unit.SECONDS,
            "How long pages were looked at, added up.",
            _fixed("coalesce(sum(engagement_ms), 0) / 1000.0"),
        ),
    )
}

AGGREGATES: dict[str, tuple[str, Callable[[Dialect, str], str]]] = {
    "sum": ("Sum of", lambda dialect, number: f"coalesce(sum({number}), 0)"),
    "average": ("Average of", lambda dialect, number: f"avg({number})"),
    "minimum": ("Smallest", lambda dialect, number: f"min({number})"),
    "maximum": ("Largest", lambda dialect, number: f"max({number})"),
    "median": ("Median of", lambda dialect, number: dialect.percentile(number, 0.5)),
    "p75": ("75th percentile of", lambda dialect, number: dialect.percentile(number, 0.75)),
    "p90": ("90th percentile of", lambda dialect, number: dialect.percentile(number, 0.9)),
    "p95": ("95th percentile of", lambda dialect, number: dialect.percentile(number, 0.95)),
    "p99": ("99th percentile of", lambda dialect, number: dialect.percentile(number, 0.99)),
    "count": ("Events that say", lambda dialect, number: f"count({number})"),
}
REVENUE_OF = "revenue:"
NUMBERS = tuple(each.name for each in DIMENSIONS.values() if each.numeric)


def metric(name: str, field: str = "metrics") -> Metric:
    """By its name, `revenue:EUR`, or an aggregate such as `sum:value` or `average:property:price`.

    Raises InvalidInput.
    """
    if found := METRICS.get(name):
        return found
    if name.startswith(REVENUE_OF):
        return revenue_of(name, field)
    function, _, number = name.partition(":")
    key = number.removeprefix(PROPERTY)
    known = number in NUMBERS or (number.startswith(PROPERTY) and 0 < len(key) <= PROPERTY_KEY_LENGTH)
    if function in AGGREGATES and known:
        words, aggregate = AGGREGATES[function]
        return Metric(
            name,
            Level.EVENT,
            Unit.NUMBER,
            f"{words} {number}, of the events that have it as a number.",
            lambda dialect, bounds: aggregate(dialect, NUMBER_COLUMN),
            number=number,
            nothing=0 if function in ("count", "sum") else None,
        )
    if function in AGGREGATES and number and not known and PROPERTY not in number:
        raise InvalidInput(
            f"there is no number {number[:100]!r}; there are {', '.join(NUMBERS)} and {PROPERTY}KEY,"
            f" so for a property of events {PROPERTY}{number[:100]}",
            field=field,
        )
    raise InvalidInput(
        f"there is no metric {name[:100]!r}; there are {', '.join(METRICS)}, {REVENUE_OF}CURRENCY such as"
        f" {REVENUE_OF}EUR, and AGGREGATE:NUMBER with the aggregates "
        f"{', '.join(AGGREGATES)} and the numbers {', '.join(NUMBERS)} and {PROPERTY}KEY",
        field=field,
    )


def revenue_of(name: str, field: str) -> Metric:
    """Of the events in one currency: it stands beside figures of all events, whatever their currency."""
    currency = name.removeprefix(REVENUE_OF)
    if currency not in EXPONENTS:
        raise InvalidInput(
            f"there is no currency {currency[:100]!r}: it is written in three capital letters, such as {REVENUE_OF}EUR",
            field=field,
        )
    return Metric(
        name,
        Level.EVENT,
        Unit.MINOR,
        f"Sum of revenue in {currency}, in its minor units.",
        lambda dialect, bounds: (
            f"coalesce(sum(CASE WHEN currency = '{currency}' THEN {dialect.wide('revenue')} END), 0)"
        ),
    )


def is_money(found: Metric) -> bool:
    """Whether it looks at revenue, which currencies have to be kept apart for."""
    return "revenue" in (found.name, found.number)


NUMBER_COLUMN = "{number}"
"""Stands for the column in which the question puts a metric's number."""


def aggregate_of(found: Metric, column: str, dialect: Dialect, bounds: Bounds | None) -> Statement:
    """The metric over events; `column` holds its number, if it has one."""
    assert found.of_events is not None
    return Statement(found.of_events(dialect, bounds).replace(NUMBER_COLUMN, column))
