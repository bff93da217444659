"""Scroll depth and time on a data set small enough to be worked out by hand."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dimensions import dimension
from hitkeep_py.query.filters import read_filters
from hitkeep_py.query.query import Query
from hitkeep_py.query.time_range import TimeRange
from hitkeep_py.reports.engagement import Engagement, engagement, engagement_series, engagement_table
from hitkeep_py.reports.table import MOST_KEYS
from tests.asked_engine import ask
from tests.engines import Engine, opened
from tests.properties import FEW
from tests.stored_events import SITE, milliseconds, store_rows

DAY = Query(SITE, TimeRange(milliseconds("2026-11-20T00:00:00"), milliseconds("2026-11-21T00:00:00")))
# (hour, session, device, kind, path, scroll depth, milliseconds), a line an event.
EVENTS = [
    ("08", 1, "mobile", "pageview", "/", None, None),
    ("08", 1, "mobile", "engagement", "/", 30, 4000),
    ("08", 1, "mobile", "engagement", "/", 75, 2000),
    ("09", 1, "mobile", "pageview", "/shop", None, None),
    ("09", 1, "mobile", "engagement", "/shop", 100, None),
    ("10", 2, "desktop", "pageview", "/", None, None),
    ("10", 2, "desktop", "pageview", "/", None, None),
    ("10", 2, "desktop", "engagement", "/", 0, 1500),
    ("10", 3, "desktop", "pageview", "/", None, None),
    ("11", 4, "mobile", "engagement", "/late", None, 10_000),
    ("11", 4, "mobile", "pageview", "/quiet", None, None),
]
NAMES = ("time", "session_id", "device", "kind", "path", "scroll_depth", "engagement_ms")
NOTHING = Engagement(0, 0, 0.0, None, None, 0, None, None, None, None, None)


def rows_of(events: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    rows = [dict(zip(NAMES, each, strict=True)) for each in events]
    return [{**row, "visitor_id": row["session_id"], "time": f"2026-11-20T{row['time']}:00:00"} for row in rows]


STORED = rows_of(EVENTS)


def by(*names: str, filters: tuple[str, ...] = ()) -> Query:
    return replace(DAY, dimensions=tuple(map(dimension, names)), filters=read_filters(filters))


def test_pages_by_time_with_each_sessions_deepest_look(engine: Engine) -> None:
    found = ask(engine, engagement_table, by("page"))
    assert [(each.keys, each.engagement) for each in found.rows] == [
        (("/late",), Engagement(0, 1, 10.0, None, 10.0, 0, None, None, None, None, None)),
        # Sessions 1 and 2 looked for 6 and 1.5 seconds, down to 75 and 0 percent; there were 4 pageviews.
        (("/",), Engagement(4, 2, 7.5, 1.875, 3.75, 2, 37.5, 0.5, 0.5, 0.5, 0.0)),
        (("/shop",), Engagement(1, 0, 0.0, 0.0, None, 1, 100.0, 1.0, 1.0, 1.0, 1.0)),
    ]
    assert found.total_rows == 3
    for limit, offset in ((1, 0), (1, 1), (9, 2)):
        part = ask(engine, engagement_table, replace(by("page"), limit=limit, offset=offset))
        assert (part.rows, part.total_rows) == (found.rows[offset : offset + limit], 3)


def test_whole_range_takes_the_looks_of_all_pages(engine: Engine) -> None:
    # Depths are 75, 100 and 0; sessions 1, 2 and 4 say 6, 1.5 and 10 seconds; there are 6 pageviews.
    assert ask(engine, engagement, DAY) == Engagement(
        6,
        3,
        17.5,
        2.91666666667,
        5.83333333333,
        3,
        58.3333333333,
        0.666666666667,
        0.666666666667,
        0.666666666667,
        0.333333333333,
    )
    assert ask(engine, engagement, by(filters=("page is /nothing",))) == NOTHING
    assert ask(engine, engagement, by(filters=("page is /quiet",))) == replace(
        NOTHING, pageviews=1, seconds_per_pageview=0.0
    )


def test_any_dimensions_and_filters(engine: Engine) -> None:
    found = ask(engine, engagement_table, by("device"))
    assert [(each.keys, each.engagement.looks, each.engagement.average_scroll_depth) for each in found.rows] == [
        (("mobile",), 2, 87.5),
        (("desktop",), 1, 0.0),
    ]
    assert found.rows[0].engagement.sessions == 2
    both = ask(engine, engagement_table, by("device", "page", filters=("page is /",)))
    assert [(each.keys, each.engagement.engagement_seconds) for each in both.rows] == [
        (("mobile", "/"), 6.0),
        (("desktop", "/"), 1.5),
    ]
    with pytest.raises(InvalidInput):
        ask(engine, engagement_table, by("scroll_depth"))


def test_series_has_every_bucket(engine: Engine) -> None:
    found = ask(engine, engagement_series, DAY, "hour")
    assert len(found) == 24
    assert {point.time[11:13]: point.engagement.engagement_seconds for point in found if point.engagement.looks} == {
        "08": 6.0,
        "09": 0.0,
        "10": 1.5,
    }
    assert found[0].engagement == NOTHING
    with pytest.raises(InvalidInput):
        ask(engine, engagement_series, replace(DAY, range=TimeRange(0, DAY.range.end)), "minute")


EVENT = st.tuples(
    st.just("08"),
    st.integers(1, 3),
    st.just("mobile"),
    st.just("engagement"),
    st.sampled_from(["/", "/x"]),
    st.none() | st.integers(0, 100),
    st.none() | st.integers(0, 9999),
)


@FEW
@given(events=st.lists(EVENT, min_size=1, max_size=15))
def test_figures_are_those_counted_one_by_one(events: list[tuple[Any, ...]]) -> None:
    depths: dict[tuple[str, int], int] = {}
    for _, session, _, _, path, depth, _ in events:
        if depth is not None:
            depths[path, session] = max(depth, depths.get((path, session), 0))
    with opened("duckdb") as engine:
        store_rows(engine.store, SITE, *rows_of(events))
        whole, pages = ask(engine, engagement, DAY), ask(engine, engagement_table, by("page"))
    assert whole.looks == len(depths) == sum(each.engagement.looks for each in pages.rows)
    assert whole.sessions == len({each[1] for each in events if each[6] is not None})
    assert whole.engagement_seconds == sum(each[6] or 0 for each in events) / 1000
    for looks, found in [(depths, whole)] + [
        ({key: depth for key, depth in depths.items() if key[0] == each.keys[0]}, each.engagement)
        for each in pages.rows
    ]:
        if looks:
            assert found.average_scroll_depth == pytest.approx(sum(looks.values()) / len(looks))
            assert found.reached_50 == pytest.approx(sum(depth >= 50 for depth in looks.values()) / len(looks))
        else:
            assert found.average_scroll_depth is None


def test_page_of_more_groups_than_are_named_is_the_same() -> None:
    with opened("duckdb") as engine:
        events = [("08", 1, "mobile", "engagement", f"/{number}", 10, 1000) for number in range(MOST_KEYS + 2)]
        store_rows(engine.store, SITE, *rows_of(events))
        whole = ask(engine, engagement_table, by("page"))
        part = ask(engine, engagement_table, replace(by("page"), limit=MOST_KEYS + 1))
    assert len(whole.rows) == MOST_KEYS + 2
    assert part.rows == whole.rows[: MOST_KEYS + 1]
