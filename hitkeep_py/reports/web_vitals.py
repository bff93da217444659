"""Web vitals: how long pages take and how they jump, as percentiles and as shares of good, middling and poor.

The thresholds are Google's: web.dev/articles/vitals, web.dev/articles/fcp and web.dev/articles/ttfb. Google rates a
page by the 75th percentile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.dimensions import DIMENSIONS, VALUE
from hitkeep_py.query.grouping import among, check_groups, key_names, with_keys
from hitkeep_py.query.query import Query, matching_events, value_of
from hitkeep_py.query.report import Report, number
from hitkeep_py.query.sql import Statement, filled, joined
from hitkeep_py.query.time_range import buckets, check_points
from hitkeep_py.reports.table import MOST_KEYS, knowing_its_total

THRESHOLDS: Mapping[str, tuple[float, float]] = {
    "LCP": (2500, 4000),
    "INP": (200, 500),
    "CLS": (0.1, 0.25),
    "FCP": (1800, 3000),
    "TTFB": (800, 1800),
}
"""Good up to the first, poor above the second; milliseconds, of CLS a score."""
GOOD, MIDDLING, POOR = "good", "needs improvement", "poor"
FRACTIONS = (0.5, 0.75, 0.9, 0.99)


@dataclass(frozen=True, slots=True)
class WebVital:
    """Percentiles are milliseconds, of CLS scores, and exact: between two measurements in proportion.

    `good`, `needs_improvement` and `poor` are fractions of the measurements, which add up to 1. `rating` is that of
    `p75`.
    """

    name: str
    measurements: int
    p50: float
    p75: float
    p90: float
    p99: float
    good: float
    needs_improvement: float
    poor: float
    rating: str


@dataclass(frozen=True, slots=True)
class VitalsGroup:
    """`keys` are the values of the query's dimensions; `vitals` are those measured there, LCP first."""

    keys: tuple[Any, ...]
    measurements: int
    vitals: list[WebVital]


@dataclass(frozen=True, slots=True)
class VitalsTable:
    """Groups with the most measurements first; `total_rows` counts all groups."""

    rows: list[VitalsGroup]
    total_rows: int


@dataclass(frozen=True, slots=True)
class VitalPoint:
    """`time` is when the bucket begins, RFC 3339 with the zone's offset; `vital` is None without measurements."""

    time: str
    vital: WebVital | None


@dataclass(frozen=True, slots=True)
class VitalSeries:
    name: str
    points: list[VitalPoint]


def web_vitals(dialect: Dialect, query: Query) -> Report[list[WebVital]]:
    """Of each vital that was measured."""
    rows = yield percentiles(dialect, replace(query, dimensions=()), None)
    return in_order([vital(*row) for row in rows])


@knowing_its_total
def web_vitals_table(dialect: Dialect, query: Query) -> Report[VitalsTable]:
    """By the query's dimensions, such as page or device; groups are those that `table` has."""
    check_groups(query.dimensions)
    keys = key_names(query)
    order = ", ".join(["measurements DESC", *(f"{key} ASC NULLS LAST" for key in keys)])
    limits = f" LIMIT {int(query.limit)} OFFSET {int(query.offset)}" if query.limit is not None else ""
    groups = yield filled(
        f"SELECT {', '.join(keys)}, count(*) AS measurements, count(*) OVER () FROM ({{}}) AS measured"
        f" GROUP BY {', '.join(keys)} ORDER BY {order}{limits}",
        measured(dialect, query),
    )
    if not groups:
        return VitalsTable([], 0)
    shown = [tuple(row[: len(keys)]) for row in groups]
    rows = yield percentiles(dialect, query, shown if limits and len(shown) <= MOST_KEYS else None)
    found: dict[tuple[Any, ...], list[WebVital]] = {key: [] for key in shown}
    for row in rows:
        if (key := tuple(row[: len(keys)])) in found:
            found[key].append(vital(*row[len(keys) :]))
    counted = [int(row[len(keys)]) for row in groups]
    tables = [VitalsGroup(key, count, in_order(found[key])) for key, count in zip(shown, counted, strict=True)]
    return VitalsTable(tables, int(groups[0][-1]))


def web_vitals_series(dialect: Dialect, query: Query, unit: str) -> Report[list[VitalSeries]]:
    """Of each vital that was measured in the range, a point a bucket."""
    check_points(query.range, unit)
    rows = yield percentiles(dialect, replace(query, dimensions=(DIMENSIONS[unit],)), None)
    found = {(str(row[1]), int(row[0])): vital(*row[1:]) for row in rows}
    measured_names = {name for name, _ in found}
    times = buckets(query.range, unit)
    return [
        VitalSeries(name, [VitalPoint(label, found.get((name, key))) for key, label in times])
        for name in THRESHOLDS
        if name in measured_names
    ]


def percentiles(dialect: Dialect, query: Query, only: Sequence[tuple[Any, ...]] | None) -> Statement:
    """A row for each group and vital; with `only`, of these groups."""
    keys = [*key_names(query), "name"]
    good = " ".join(f"WHEN '{name}' THEN {low}" for name, (low, _) in THRESHOLDS.items())
    poor = " ".join(f"WHEN '{name}' THEN {high}" for name, (_, high) in THRESHOLDS.items())
    chosen = among(keys[:-1], only) if only is not None else Statement("TRUE")
    return filled(
        f"SELECT {', '.join(keys)}, count(*), {dialect.percentiles('value', FRACTIONS)},"
        f" count(CASE WHEN value <= CASE name {good} END THEN 1 END),"
        f" count(CASE WHEN value > CASE name {poor} END THEN 1 END)"
        f" FROM ({{}}) AS measured WHERE {{}} GROUP BY {', '.join(keys)}",
        measured(dialect, query),
        chosen,
    )


def measured(dialect: Dialect, query: Query) -> Statement:
    """Matching measurements with their keys `d0`, `d1` ..."""
    keys = key_names(query)
    columns = [Statement("kind"), Statement("name"), Statement(f"{VALUE} AS value")]
    columns += [
        filled(f"{{}} AS {key}", value_of(each, query, dialect))
        for key, each in zip(keys, query.dimensions, strict=True)
    ]
    conditions = [
        Statement(f"kind = 'web_vital' AND name IN ({', '.join('?' * len(THRESHOLDS))})", tuple(THRESHOLDS)),
        Statement("value IS NOT NULL"),
    ]
    matching = with_keys(matching_events(replace(query, alone=True), dialect, columns), query.dimensions)
    return filled("SELECT * FROM ({}) AS matching WHERE {}", matching, joined(" AND ", conditions))


def vital(name: str, count: int, found: Sequence[float], good: int, poor: int) -> WebVital:
    middling = count - good - poor
    shares = (good / count, middling / count, poor / count)
    p50, p75, p90, p99 = map(number, found)
    return WebVital(name, int(count), p50, p75, p90, p99, *shares, rating(name, p75))


def rating(name: str, value: float) -> str:
    low, high = THRESHOLDS[name]
    return GOOD if value <= low else MIDDLING if value <= high else POOR


def in_order(vitals: list[WebVital]) -> list[WebVital]:
    return sorted(vitals, key=lambda each: list(THRESHOLDS).index(each.name))
