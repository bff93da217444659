"""DuckDB's summaries say what the events say, whatever came when, and so do the answers made of them."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.query.dimensions import dimension
from hitkeep_py.query.filters import read_filters
from hitkeep_py.query.metrics import METRICS, metric
from hitkeep_py.query.query import Query
from hitkeep_py.query.report import Report
from hitkeep_py.query.step import Step
from hitkeep_py.query.time_range import TimeRange
from hitkeep_py.reports.overview import OVERVIEW_METRICS, overview
from hitkeep_py.reports.series import series
from hitkeep_py.reports.table import table
from hitkeep_py.stores import EventStore
from hitkeep_py.stores.duckdb import DuckDBStore
from hitkeep_py.stores.summaries import AGGREGATES, COLUMNS, named
from tests.generated_events import SPANS, ZONES, Row, generated, numbered, store_in_portions
from tests.properties import FEW
from tests.stored_events import OTHER_SITE, SITE, milliseconds, store_rows

STORED = ", ".join(COLUMNS)
SAID = f"SELECT {named(AGGREGATES)} FROM events WHERE flagged IS NULL GROUP BY site_id, session_id"
PER_SITE = ("events", "sessions", "visitors")
MEASURED = (*(each for each in METRICS.values() if each.name != "revenue"), metric("revenue:EUR"))
GOALS = (Step("event", "signup"), Step("path", "/blog/*"))


@pytest.fixture(scope="module")
def filled() -> Iterator[DuckDBStore]:
    store = DuckDBStore(None, memory_limit="256MB")
    store_in_portions(store, generated(2), 97)
    yield store
    store.close()


@pytest.fixture(scope="module")
def reused() -> Iterator[DuckDBStore]:
    store = DuckDBStore(None, memory_limit="256MB")
    yield store
    store.close()


def answer(store: EventStore, report: Callable[..., Report[Any]], *arguments: Any) -> Any:
    with store.snapshot() as snapshot:
        running = report(store.dialect, *arguments)
        try:
            statement = next(running)
            while True:
                statement = running.send(snapshot.select(statement.sql, statement.parameters))
        except StopIteration as stop:
            return stop.value


def sessions_of(store: EventStore) -> list[tuple[Any, ...]]:
    return store.select(f"SELECT {STORED} FROM sessions ORDER BY site_id, session_id")


def check_summaries(store: EventStore) -> None:
    assert sessions_of(store) == store.select(f"SELECT {STORED} FROM ({SAID}) ORDER BY site_id, session_id")
    numbered = store.select("SELECT DISTINCT site_id, visitor_id, visitor_number FROM events ORDER BY ALL")
    assert store.select("SELECT site_id, visitor_id, visitor_number FROM visitors ORDER BY ALL") == numbered
    for site in {site for site, _, _ in numbered}:
        mine = [(visitor, number) for each, visitor, number in numbered if each == site]
        assert len({visitor for visitor, _ in mine}) == len(mine)
        assert sorted(number for _, number in mine) == list(range(1, len(mine) + 1))


def range_of(zone: str) -> TimeRange:
    first, last = SPANS[ZONES[zone]]
    return TimeRange(milliseconds(first) + 7_200_000, milliseconds(last) - 14_400_000, zone)


def question(time_range: TimeRange, names: tuple[str, ...], *filters: str, **changes: Any) -> Query:
    dimensions = tuple(map(dimension, names))
    return Query(SITE, time_range, MEASURED, dimensions, read_filters(list(filters)), goals=GOALS, **changes)


SPRING = range_of("Europe/Berlin")
GROUPS: list[tuple[str, ...]] = [
    (),
    ("country",),
    ("entry_page",),
    ("exit_page",),
    ("page",),
    ("source", "browser"),
    ("day",),
    ("hour",),
    ("week", "country"),
    ("month", "entry_page"),
    ("day", "page"),
    ("property:plan",),
]
FILTERS = [("country is DE, FR",), ("entry_page is /, /pricing",), ("page is /",), ("event is set", "city is set")]


def same_with_and_without(store: EventStore, query: Query) -> Any:
    found = answer(store, table, query)
    assert found == answer(store, table, replace(query, summaries=False))
    return found


@pytest.mark.parametrize("names", GROUPS, ids="+".join)
def test_tables_are_the_same_without_summaries(names: tuple[str, ...], filled: DuckDBStore) -> None:
    assert same_with_and_without(filled, question(SPRING, names)).rows
    shown = question(SPRING, names, order=(("visitors", True),), limit=2, offset=1)
    same_with_and_without(filled, replace(shown, metrics=OVERVIEW_METRICS))


@pytest.mark.parametrize("filters", FILTERS, ids=str)
@pytest.mark.parametrize("names", [(), ("source",), ("entry_page", "day"), ("page",)], ids="+".join)
def test_filtered_tables_are_the_same_too(names: tuple[str, ...], filters: tuple[str, ...], filled: Any) -> None:
    assert same_with_and_without(filled, question(SPRING, names, *filters)).rows


@pytest.mark.parametrize("zone", ZONES)
def test_overviews_and_series_are_the_same_without_summaries(zone: str, filled: DuckDBStore) -> None:
    query = question(range_of(zone), ())
    without = replace(query, summaries=False)
    assert answer(filled, overview, query) == answer(filled, overview, without)
    for unit in ("hour", "week"):
        assert answer(filled, series, query, unit) == answer(filled, series, without, unit)


def test_the_summaries_are_what_the_events_say(filled: DuckDBStore) -> None:
    check_summaries(filled)
    assert len(sessions_of(filled)) > 200


def test_making_them_anew_changes_nothing(filled: DuckDBStore) -> None:
    before = sessions_of(filled)
    assert filled.rebuild_summaries() == len(before)
    assert sessions_of(filled) == before
    check_summaries(filled)


@pytest.mark.parametrize("zone", ZONES)
def test_a_point_of_a_series_is_the_overview_of_its_bucket(zone: str, filled: DuckDBStore) -> None:
    query = question(range_of(zone), ())
    for unit in ("day", "hour"):
        points = answer(filled, series, query, unit)
        starts = [max(query.range.start, moment(each.time)) for each in points]
        ends = [*starts[1:], query.range.end]
        seen = [place for place, point in enumerate(points) if point.figures[1]]
        for place in random.Random(0).sample(seen, min(len(seen), 3)):
            alone = query.over(TimeRange(starts[place], ends[place], zone))
            assert answer(filled, table, alone).rows == [((), points[place].figures)], points[place].time


def moment(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize("name", ["country", "source", "browser", "device", "city", "utm_term"])
def test_breakdowns_by_what_sessions_have_add_up(name: str, filled: DuckDBStore) -> None:
    asked = (metric("sessions"), metric("pageviews"), metric("events"))
    for filters in ((), ("entry_page is /",)):
        query = replace(question(SPRING, (name,), *filters), metrics=asked)
        ((_, totals),) = answer(filled, table, replace(query, dimensions=())).rows
        rows = [figures for _, figures in answer(filled, table, query).rows]
        assert tuple(map(sum, zip(*rows, strict=True))) == totals


@FEW
@given(st.integers(0, 10_000), st.randoms(use_true_random=False), st.lists(st.integers(1, 40), max_size=4))
def test_order_and_portions_do_not_matter(reused: DuckDBStore, seed: int, order: Any, sizes: list[int]) -> None:
    rows = generated(seed, 14, unknown=0.2)
    order.shuffle(rows)
    for portion in cut(numbered(rows), sizes):
        store_rows(reused, SITE, *portion)
    check_summaries(reused)
    before = sessions_of(reused)
    for names in ((), ("country",), ("entry_page", "day"), ("page",)):
        same_with_and_without(reused, question(SPRING, names))
    for site in (SITE, OTHER_SITE):
        reused.delete_site(site)
        for each in PER_SITE:
            assert reused.select(f"SELECT count(*) FROM {each} WHERE site_id = ?", [site]) == [(0,)]
    assert before
    assert not sessions_of(reused)


def cut(rows: list[Row], sizes: list[int]) -> Iterator[list[Row]]:
    for size in sizes:
        if rows[:size]:
            yield rows[:size]
        rows = rows[size:]
    if rows:
        yield rows


def test_late_events_change_entry_and_exit(reused: DuckDBStore) -> None:
    page = {"kind": "pageview", "site_id": SITE}
    for time, path in ((5, "/middle"), (9, "/last"), (1, "/first"), (7, "/other"), (12, None)):
        store_rows(reused, SITE, {**page, "time": SPRING.start + time, "path": path})
        check_summaries(reused)
    shown = "SELECT entry_page, exit_page, pageviews, duration_ms FROM sessions"
    assert reused.select(shown) == [("/first", "/last", 5, 11)]
    reused.delete_site(SITE)
