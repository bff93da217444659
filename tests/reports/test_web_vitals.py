"""Web vitals on a data set small enough to be worked out by hand."""

from dataclasses import replace
from statistics import quantiles
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dimensions import dimension
from hitkeep_py.query.filters import read_filters
from hitkeep_py.query.query import Query
from hitkeep_py.query.time_range import TimeRange
from hitkeep_py.reports.table import MOST_KEYS
from hitkeep_py.reports.web_vitals import (
    THRESHOLDS,
    VitalsGroup,
    WebVital,
    rating,
    web_vitals,
    web_vitals_series,
    web_vitals_table,
)
from tests.asked_engine import ask
from tests.engines import Engine, opened
from tests.properties import FEW
from tests.stored_events import SITE, milliseconds, store_rows

DAY = Query(SITE, TimeRange(milliseconds("2026-11-20T00:00:00"), milliseconds("2026-11-21T00:00:00")))
# (hour, path, device, name, value), a line a measurement.
EVENTS = [
    ("08", "/", "mobile", "LCP", 2500.0),
    ("08", "/", "mobile", "LCP", 2500.5),
    ("09", "/", "desktop", "LCP", 4000.0),
    ("09", "/", "desktop", "LCP", 4000.5),
    ("10", "/shop", "desktop", "LCP", 1000.0),
    ("10", "/shop", "mobile", "CLS", 0.1),
    ("10", "/shop", "mobile", "CLS", 0.0),
    ("11", "/", "mobile", "CLS", 0.26),
    ("11", None, "mobile", "TTFB", 1800.0),
    ("11", "/", None, "FID", 5.0),
    ("11", "/", None, "LCP", None),
]
NAMES = ("time", "path", "device", "name", "value")


def vitals(events: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    rows = [dict(zip(NAMES, each, strict=True)) for each in events]
    return [{**row, "kind": "web_vital", "time": f"2026-11-20T{row['time']}:00:00"} for row in rows]


STORED = [*vitals(EVENTS), {**vitals(EVENTS)[0], "kind": "event"}]


def by(*names: str, filters: tuple[str, ...] = ()) -> Query:
    return replace(DAY, dimensions=tuple(map(dimension, names)), filters=read_filters(filters))


def test_percentiles_lie_between_measurements_in_proportion_and_thresholds_belong_to_the_better_side(
    engine: Engine,
) -> None:
    # LCP in order: 1000, 2500, 2500.5, 4000, 4000.5; the 90th percentile is 0.6 of the way from 4000 to 4000.5.
    assert ask(engine, web_vitals, DAY) == [
        WebVital("LCP", 5, 2500.5, 4000.0, 4000.3, 4000.48, 2 / 5, 2 / 5, 1 / 5, "needs improvement"),
        # 0, 0.1, 0.26: the 75th percentile is half way from 0.1 to 0.26.
        WebVital("CLS", 3, 0.1, 0.18, 0.228, 0.2568, 2 / 3, 0.0, 1 / 3, "needs improvement"),
        WebVital("TTFB", 1, 1800.0, 1800.0, 1800.0, 1800.0, 0.0, 1.0, 0.0, "needs improvement"),
    ]


def test_nothing_measured_is_nothing(engine: Engine) -> None:
    nothing = by("page", filters=("page is /nothing",))
    assert ask(engine, web_vitals, nothing) == []
    assert ask(engine, web_vitals_table, nothing).rows == []
    assert ask(engine, web_vitals_series, nothing, "day") == []


def test_pages_with_the_most_measurements_come_first(engine: Engine) -> None:
    found = ask(engine, web_vitals_table, by("page"))
    assert [(each.keys, each.measurements) for each in found.rows] == [(("/",), 5), (("/shop",), 3)]
    assert [(each.name, each.measurements, each.p50) for each in found.rows[0].vitals] == [
        ("LCP", 4, 3250.25),
        ("CLS", 1, 0.26),
    ]
    assert [(each.name, each.measurements, each.p50) for each in found.rows[1].vitals] == [
        ("LCP", 1, 1000.0),
        ("CLS", 2, 0.05),
    ]
    assert found.total_rows == 2
    for limit, offset in ((1, 0), (1, 1), (5, 0)):
        part = ask(engine, web_vitals_table, replace(by("page"), limit=limit, offset=offset))
        assert part.rows == found.rows[offset : offset + limit]
        assert part.total_rows == 2


def test_any_dimensions_and_filters(engine: Engine) -> None:
    found = ask(engine, web_vitals_table, by("device", "page", filters=("page is /",)))
    assert [(each.keys, [vital.name for vital in each.vitals]) for each in found.rows] == [
        (("mobile", "/"), ["LCP", "CLS"]),
        (("desktop", "/"), ["LCP"]),
    ]
    # Of a session attribute that is not known there is a group as well.
    unknown = ask(engine, web_vitals_table, by("country"))
    assert unknown.rows == [VitalsGroup((None,), 9, ask(engine, web_vitals, DAY))]
    for wrong in ((), ("value",)):
        with pytest.raises(InvalidInput):
            ask(engine, web_vitals_table, by(*wrong))


def test_series_has_every_bucket_and_nothing_where_nothing_was_measured(engine: Engine) -> None:
    found = {each.name: each.points for each in ask(engine, web_vitals_series, DAY, "hour")}
    assert list(found) == ["LCP", "CLS", "TTFB"]
    assert {len(points) for points in found.values()} == {24}
    medians = {point.time[11:13]: point.vital.p50 for point in found["LCP"] if point.vital}
    assert medians == {"08": 2500.25, "09": 4000.25, "10": 1000.0}
    with pytest.raises(InvalidInput):
        ask(engine, web_vitals_series, replace(DAY, range=TimeRange(0, DAY.range.end)), "minute")


@pytest.mark.parametrize(("name", "low", "high"), [(name, *found) for name, found in THRESHOLDS.items()])
def test_ratings(name: str, low: float, high: float) -> None:
    assert [rating(name, value) for value in (0.0, low, low + 0.001, high, high + 0.001)] == [
        "good",
        "good",
        "needs improvement",
        "needs improvement",
        "poor",
    ]


@FEW
@given(values=st.lists(st.floats(0, 60_000), min_size=2, max_size=30))
@example(values=[0.0, 0.0])
def test_percentiles_and_shares_are_those_of_all_measurements(values: list[float]) -> None:
    with opened("duckdb") as engine:
        store_rows(engine.store, SITE, *vitals([("08", "/", "mobile", "FCP", value) for value in values]))
        (found,) = ask(engine, web_vitals, DAY)
    cuts = quantiles(values, n=100, method="inclusive")
    assert [found.p50, found.p75, found.p90, found.p99] == pytest.approx([cuts[49], cuts[74], cuts[89], cuts[98]])
    assert found.good == sum(value <= 1800 for value in values) / len(values)
    assert found.poor == sum(value > 3000 for value in values) / len(values)
    assert found.good + found.needs_improvement + found.poor == pytest.approx(1)


def test_page_of_more_groups_than_are_named_is_the_same() -> None:
    with opened("duckdb") as engine:
        store_rows(
            engine.store, SITE, *vitals([("08", f"/{number}", "mobile", "LCP", 1.0) for number in range(MOST_KEYS + 2)])
        )
        whole = ask(engine, web_vitals_table, by("page"))
        part = ask(engine, web_vitals_table, replace(by("page"), limit=MOST_KEYS + 1))
    assert len(whole.rows) == MOST_KEYS + 2
    assert part.rows == whole.rows[: MOST_KEYS + 1]
