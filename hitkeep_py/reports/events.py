"""Custom events: which there are, what their properties say, and how often one happened over time."""

from collections.abc import Sequence
from dataclasses import dataclass

from hitkeep_py.money import EXPONENTS
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.query import Query, matching_events
from hitkeep_py.query.report import Report, Rows
from hitkeep_py.query.sql import Statement, filled
from hitkeep_py.query.time_range import buckets, check_points, offsets

NAMES_LIMIT = 1_000
KEYS_LIMIT = 200
VALUES_LIMIT = 100


@dataclass(frozen=True, slots=True)
class EventCount:
    name: str
    count: int
    visitors: int


@dataclass(frozen=True, slots=True)
class EventNames:
    """`total` counts all names; `rows` has the most frequent."""

    total: int
    rows: list[EventCount]


@dataclass(frozen=True, slots=True)
class PropertyValue:
    """`revenue` is that of the events with the value, in minor units of each currency that it is not 0 in."""

    value: str
    count: int
    revenue: dict[str, int]


@dataclass(frozen=True, slots=True)
class Property:
    key: str
    values: list[PropertyValue]


@dataclass(frozen=True, slots=True)
class Properties:
    rows: list[Property]
    truncated: bool


@dataclass(frozen=True, slots=True)
class PropertyCount:
    """`events` counts the page views and custom events that have the property."""

    key: str
    events: int


@dataclass(frozen=True, slots=True)
class PropertyNames:
    """`total` counts all keys; `rows` has the most frequent."""

    total: int
    rows: list[PropertyCount]


@dataclass(frozen=True, slots=True)
class EventPoint:
    time: str
    count: int
    visitors: int


def event_names(dialect: Dialect, query: Query) -> Report[EventNames]:
    rows = yield filled(
        f"""
        SELECT name, count(*) AS events, count(DISTINCT visitor_id), count(*) OVER ()
        FROM ({{}}) AS found WHERE kind = 'event' AND name IS NOT NULL
        GROUP BY name ORDER BY events DESC, name LIMIT {NAMES_LIMIT}
        """,
        matching_events(query, dialect, [Statement("kind, name, visitor_id")]),
    )
    total = int(rows[0][3]) if rows else 0
    return EventNames(total, [EventCount(name, int(count), int(visitors)) for name, count, visitors, _ in rows])


def property_names(dialect: Dialect, query: Query) -> Report[PropertyNames]:
    """Those of all events, for whoever does not know which event has what.

    Equal texts of properties are counted before they are taken apart: mostly there are few different ones.
    """
    rows = yield filled(
        f"""
        WITH texts AS (
            SELECT props, count(*) AS events FROM ({{}}) AS found
            WHERE kind IN ('pageview', 'event') AND props IS NOT NULL GROUP BY props
        ),
        pairs AS (SELECT events, {dialect.each_key("props")} AS property FROM texts)
        SELECT property, CAST(sum(events) AS BIGINT) AS total, count(*) OVER () FROM pairs
        GROUP BY property ORDER BY total DESC, property LIMIT {NAMES_LIMIT}
        """,
        matching_events(query, dialect, [Statement("kind, props")]),
    )
    total = int(rows[0][2]) if rows else 0
    return PropertyNames(total, [PropertyCount(key, int(events)) for key, events, _ in rows])


def event_properties(dialect: Dialect, query: Query, name: str) -> Report[Properties]:
    """A row for each key with its values; one more of both than is shown is asked for, to see what is cut.

    Equal texts of properties are counted before they are taken apart: mostly there are few different ones.
    """
    rows = yield filled(
        "SELECT DISTINCT currency FROM ({}) AS found WHERE kind = 'event' AND name = {} AND revenue IS NOT NULL",
        matching_events(query, dialect, [Statement("kind, name, revenue, currency")]),
        Statement("?", (name,)),
    )
    currencies = sorted(code for (code,) in rows if code in EXPONENTS)
    rows = yield filled(
        properties_sql(dialect, currencies),
        matching_events(query, dialect, [Statement("kind, name, props, revenue, currency")]),
        Statement("?", (name,)),
    )
    return shaped_properties(rows, currencies)


def properties_sql(dialect: Dialect, currencies: Sequence[str]) -> str:
    """A column for each currency: lists of them, one for each value, take many times as long."""
    value = dialect.value_text("props", "property")
    money = [f"money{number}" for number in range(len(currencies))]
    earned = [
        f"sum(CASE WHEN currency = '{code}' THEN {dialect.wide('revenue')} ELSE 0 END) AS {each}"
        for code, each in zip(currencies, money, strict=True)
    ]
    sums = ["CAST(sum(events) AS BIGINT) AS events", *(f"sum({each}) AS {each}" for each in money)]
    shown = ("-counted.events", "counted.value", *(f"counted.{each}" for each in money))
    return f"""
        WITH texts AS (
            SELECT {", ".join(["props", "count(*) AS events", *earned])} FROM ({{}}) AS found
            WHERE kind = 'event' AND name = {{}} AND props IS NOT NULL GROUP BY props
        ),
        pairs AS (SELECT {", ".join(["props", "events", *money])}, {dialect.each_key("props")} AS property FROM texts),
        counted AS (
            SELECT property, value, {", ".join(sums)} FROM (
                SELECT {", ".join(["property", f"{value} AS value", "events", *money])} FROM pairs
            ) AS said WHERE value IS NOT NULL GROUP BY property, value
        ),
        shown AS (
            SELECT property, sum(events) AS total FROM counted
            GROUP BY property ORDER BY total DESC, property LIMIT {KEYS_LIMIT + 1}
        )
        SELECT shown.property, {dialect.smallest(VALUES_LIMIT + 1, *shown)}
        FROM counted JOIN shown ON shown.property = counted.property
        GROUP BY shown.property, shown.total ORDER BY shown.total DESC, shown.property
        """


def shaped_properties(rows: Rows, currencies: Sequence[str]) -> Properties:
    found = [
        Property(key, [PropertyValue(value, -minus, by_currency(money, currencies)) for minus, value, *money in values])
        for key, values in rows
    ]
    truncated = len(found) > KEYS_LIMIT or any(len(each.values) > VALUES_LIMIT for each in found)
    return Properties([Property(each.key, each.values[:VALUES_LIMIT]) for each in found[:KEYS_LIMIT]], truncated)


def by_currency(money: Sequence[int], currencies: Sequence[str]) -> dict[str, int]:
    return {code: int(amount) for code, amount in zip(currencies, money, strict=True) if amount}


def event_series(dialect: Dialect, query: Query, name: str, unit: str) -> Report[list[EventPoint]]:
    check_points(query.range, unit)
    bucket = dialect.bucket(unit, offsets(query.range))
    rows = yield filled(
        f"""
        SELECT {bucket}, count(*), count(DISTINCT visitor_id)
        FROM ({{}}) AS found WHERE kind = 'event' AND name = {{}} GROUP BY 1
        """,
        matching_events(query, dialect, [Statement("kind, name, visitor_id, time")]),
        Statement("?", (name,)),
    )
    found = {int(key): (int(count), int(visitors)) for key, count, visitors in rows}
    return [EventPoint(label, *found.get(key, (0, 0))) for key, label in buckets(query.range, unit)]
