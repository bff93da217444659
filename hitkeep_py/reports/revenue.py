"""Revenue of events: in whole minor units, each currency by itself, never added across currencies.

An order is an event with a revenue of 0 or more, a refund one below 0. `revenue` is what is left of the orders after
the refunds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.dimensions import DIMENSIONS
from hitkeep_py.query.grouping import key_names, refuse_numbers
from hitkeep_py.query.query import Query, matching_events, value_of
from hitkeep_py.query.report import Report, number
from hitkeep_py.query.sql import Statement, filled
from hitkeep_py.query.time_range import buckets, check_points
from hitkeep_py.reports.table import knowing_its_total

FIGURES = """
    sum(amount) AS net,
    count(CASE WHEN amount >= 0 THEN 1 END) AS orders,
    count(CASE WHEN amount < 0 THEN 1 END) AS refunds,
    sum(CASE WHEN amount < 0 THEN -amount ELSE 0 END) AS refunded
"""


@dataclass(frozen=True, slots=True)
class Earnings:
    """Amounts are minor units of `currency`; `refunded` is not below 0, and `revenue` is after it.

    `average_order_value` is before refunds, and None without orders.
    """

    currency: str
    revenue: int
    orders: int
    average_order_value: float | None
    refunds: int
    refunded: int


@dataclass(frozen=True, slots=True)
class EarningsPoint:
    """`time` is when the bucket begins, RFC 3339 with the zone's offset."""

    time: str
    earnings: Earnings


@dataclass(frozen=True, slots=True)
class EarningsSeries:
    currency: str
    points: list[EarningsPoint]


@dataclass(frozen=True, slots=True)
class EarningsGroup:
    """`keys` are the values of the query's dimensions, None for events that have none."""

    keys: tuple[Any, ...]
    earnings: Earnings


@dataclass(frozen=True, slots=True)
class EarningsTable:
    """`total_rows` counts all groups of each currency in `rows`."""

    rows: list[EarningsGroup]
    total_rows: dict[str, int]


def revenue(dialect: Dialect, query: Query) -> Report[list[Earnings]]:
    """Of each currency, by its code."""
    asked = replace(query, dimensions=())
    rows = yield filled(
        f"SELECT currency, {FIGURES} FROM ({{}}) AS earned GROUP BY currency ORDER BY currency", earned(dialect, asked)
    )
    return [earnings(*row) for row in rows]


def revenue_series(dialect: Dialect, query: Query, unit: str) -> Report[list[EarningsSeries]]:
    """Of each currency that there is in the range, gaps filled with nothing."""
    check_points(query.range, unit)
    asked = replace(query, dimensions=(DIMENSIONS[unit],))
    rows = yield filled(
        f"SELECT d0, currency, {FIGURES} FROM ({{}}) AS earned GROUP BY d0, currency ORDER BY currency, d0",
        earned(dialect, asked),
    )
    found = {(currency, int(key)): earnings(currency, *figures) for key, currency, *figures in rows}
    times = buckets(query.range, unit)
    return [
        EarningsSeries(
            code, [EarningsPoint(label, found.get((code, key)) or earnings(code, 0, 0, 0, 0)) for key, label in times]
        )
        for code in sorted({currency for currency, _ in found})
    ]


@knowing_its_total
def revenue_table(dialect: Dialect, query: Query) -> Report[EarningsTable]:
    """By the query's dimensions, such as property:product or source; events without a value are a group.

    Currencies come by their codes; in each the highest revenue first, and limit and offset count its groups.
    """
    refuse_numbers(query.dimensions)
    keys = key_names(query)
    columns = ", ".join(["currency", *keys])
    first, last = query.offset + 1, query.offset + query.limit if query.limit is not None else None
    order = ", ".join(["net DESC", *(f"{each} ASC NULLS LAST" for each in keys)])
    rows = yield filled(
        f"SELECT {columns}, net, orders, refunds, refunded, total FROM ("
        f" SELECT {columns}, net, orders, refunds, refunded, count(*) OVER (PARTITION BY currency) AS total,"
        f" row_number() OVER (PARTITION BY currency ORDER BY {order}) AS place"
        f" FROM (SELECT {columns}, {FIGURES} FROM ({{}}) AS earned GROUP BY {columns}) AS grouped"
        f") AS ranked WHERE place >= {int(first)}{f' AND place <= {int(last)}' if last is not None else ''}"
        " ORDER BY currency, place",
        earned(dialect, query),
    )
    return EarningsTable(*groups(rows, len(keys)))


def groups(rows: Sequence[tuple[Any, ...]], keys: int) -> tuple[list[EarningsGroup], dict[str, int]]:
    found = [EarningsGroup(tuple(row[1 : keys + 1]), earnings(row[0], *row[keys + 1 : -1])) for row in rows]
    return found, {row[0]: int(row[-1]) for row in rows}


def earned(dialect: Dialect, query: Query) -> Statement:
    """Matching events with revenue, with keys `d0`, `d1` ..."""
    columns = [Statement(f"{dialect.wide('revenue')} AS amount"), Statement("currency")]
    columns += [
        filled(f"{{}} AS d{index}", value_of(each, query, dialect)) for index, each in enumerate(query.dimensions)
    ]
    matching = matching_events(query, dialect, columns)
    return filled("SELECT * FROM ({}) AS matching WHERE amount IS NOT NULL AND currency IS NOT NULL", matching)


def earnings(currency: str, net: int, orders: int, refunds: int, refunded: int) -> Earnings:
    gross = int(net) + int(refunded)
    average = number(gross / orders) if orders else None
    return Earnings(currency, int(net), int(orders), average, int(refunds), int(refunded))
