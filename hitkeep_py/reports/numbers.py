"""What a number of events adds up to: their value, revenue, scroll depth, or any property, also over time.

A property is a number when its value is one, or a text that is a plain decimal number such as "12", "12.50" or "1e3",
below 10^16. Everything else (other texts, true, false, null, lists, objects) is none, and its event counts for nothing
here. Properties are rounded to 10 places and added exactly; `value` is a float, as exact as those are.
"""

from dataclasses import dataclass, replace
from typing import Any

from hitkeep_py.money import EXPONENTS
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.dimensions import PROPERTY, Dimension, Scope
from hitkeep_py.query.filters import Filters, checked_condition
from hitkeep_py.query.metrics import Metric, metric
from hitkeep_py.query.query import Query
from hitkeep_py.query.report import Report
from hitkeep_py.reports.series import series
from hitkeep_py.reports.table import table


@dataclass(frozen=True, slots=True)
class Numbers:
    """`count` events have the number; without any `sum` is 0 and all others are None. Percentiles lie between two in
    proportion.
    """

    sum: float
    average: float | None
    minimum: float | None
    maximum: float | None
    median: float | None
    p75: float | None
    p90: float | None
    p95: float | None
    p99: float | None
    count: int


NAMES = tuple(Numbers.__dataclass_fields__)
"""Those of AGGREGATES."""


@dataclass(frozen=True, slots=True)
class NumbersPoint:
    """`time` is when the bucket begins, RFC 3339 with the zone's offset."""

    time: str
    numbers: Numbers


@dataclass(frozen=True, slots=True)
class NumbersGroup:
    """`keys` are the values of the query's dimensions."""

    keys: tuple[Any, ...]
    numbers: Numbers


@dataclass(frozen=True, slots=True)
class NumbersOfCurrency:
    """Of the events that say this currency, or with None no currency; their number may be money in it."""

    currency: str | None
    numbers: Numbers


@dataclass(frozen=True, slots=True)
class NumbersTable:
    rows: list[NumbersGroup]
    total_rows: int


def numbers(dialect: Dialect, query: Query, number: str, event: str | None = None) -> Report[Numbers]:
    """`number` is "value" or another numeric dimension, or "property:KEY"; `event` the name of the events to look at.

    Raises InvalidInput with the numbers that exist.
    """
    asked = replace(asked_for(query, number, event), dimensions=(), order=(), limit=None, offset=0)
    found = yield from table(dialect, asked)
    return numbers_of(found.rows[0][1])


def numbers_series(
    dialect: Dialect, query: Query, number: str, unit: str, event: str | None = None
) -> Report[list[NumbersPoint]]:
    points = yield from series(dialect, asked_for(query, number, event), unit)
    return [NumbersPoint(each.time, numbers_of(each.figures)) for each in points]


def numbers_table(dialect: Dialect, query: Query, number: str, event: str | None = None) -> Report[NumbersTable]:
    """By the query's dimensions, the largest sum first."""
    asked = replace(asked_for(query, number, event), order=((f"sum:{number}", True),))
    found = yield from table(dialect, asked)
    return NumbersTable([NumbersGroup(key, numbers_of(figures)) for key, figures in found.rows], found.total_rows)


def numbers_by_currency(
    dialect: Dialect, query: Query, number: str, event: str | None = None
) -> Report[list[NumbersOfCurrency]]:
    """The most frequent first, among them the events that say none; nothing if none says any.

    Nobody knows which properties are money.
    """
    if number != "value" and not number.startswith(PROPERTY):
        return []
    asked = replace(
        asked_for(query, number, event),
        dimensions=(said_currency(dialect),),
        order=((f"count:{number}", True),),
        limit=len(EXPONENTS) + 1,
        offset=0,
    )
    found = yield from table(dialect, asked)
    told = [NumbersOfCurrency(code or None, numbers_of(figures)) for (code,), figures in found.rows]
    told = [each for each in told if each.numbers.count]
    return told if any(each.currency for each in told) else []


def said_currency(dialect: Dialect) -> Dimension:
    """That of the event's revenue, else its property `currency`; empty where it says none that there is."""
    named = dialect.value_text("props", "'currency'")
    said = f"coalesce(currency, upper({named}))"
    codes = ", ".join(f"'{each}'" for each in EXPONENTS)
    return Dimension(
        "said_currency",
        f"CASE WHEN {said} IN ({codes}) THEN {said} ELSE '' END",
        Scope.EVENT,
        "Currency that the event says.",
    )


def asked_for(query: Query, number: str, event: str | None) -> Query:
    return replace(query, metrics=metrics_of(number), filters=(*query.filters, *named(event)))


def metrics_of(number: str) -> tuple[Metric, ...]:
    return tuple(metric(f"{name}:{number}", "number") for name in NAMES)


def named(event: str | None) -> Filters:
    return () if event is None else ((checked_condition("event", "is", [event], "event"),),)


def numbers_of(figures: tuple[Any, ...]) -> Numbers:
    return Numbers(**dict(zip(NAMES, (*figures[:-1], int(figures[-1] or 0)), strict=True)))
