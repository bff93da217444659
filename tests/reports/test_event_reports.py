"""Custom events: their names, their properties taken apart, and how often one happened over time."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.filters import read_filters
from hitkeep_py.query.query import Query
from hitkeep_py.query.time_range import HOUR_MS, TimeRange, read_days
from hitkeep_py.reports.events import (
    KEYS_LIMIT,
    NAMES_LIMIT,
    VALUES_LIMIT,
    event_names,
    event_properties,
    event_series,
    property_names,
)
from tests.fake_clock import FakeClock
from tests.stored_events import OTHER_SITE, milliseconds, store_rows

OTHER_KINDS = ("pageview", "engagement", "web_vital", "exposure", "identify")
NOON = "2026-11-20T12:00:00"


@pytest.fixture
def week(site: Site, clock: FakeClock) -> TimeRange:
    return read_days(None, None, site.time_zone, clock.now_ms())


def put(analytics: Analytics, site: Site, *rows: dict[str, Any]) -> None:
    store_rows(analytics.store, site.id, *({"time": NOON, "name": "purchase", **row} for row in rows))


def breakdown(analytics: Analytics, site: Site, week: TimeRange) -> dict[str, dict[str, int]]:
    found = analytics.answer(event_properties, Query(site.id, week), "purchase")
    return {each.key: {value.value: value.count for value in each.values} for each in found.rows}


def test_names_are_ordered_by_count_and_then_by_name(analytics: Analytics, site: Site, week: TimeRange) -> None:
    put(analytics, site, *({"name": name, "visitor_id": index} for index, name in enumerate("baccab")))
    put(analytics, site, {"name": "c", "visitor_id": 3})
    found = analytics.answer(event_names, Query(site.id, week))
    assert found.total == 3
    assert [(each.name, each.count, each.visitors) for each in found.rows] == [("c", 3, 2), ("a", 2, 2), ("b", 2, 2)]


def test_nothing_is_found_where_nothing_was_stored(analytics: Analytics, site: Site, week: TimeRange) -> None:
    assert (
        analytics.answer(event_names, Query(site.id, week)).total,
        analytics.answer(event_names, Query(site.id, week)).rows,
    ) == (0, [])
    assert breakdown(analytics, site, week) == {}


def test_series_has_a_limit_of_points(analytics: Analytics, site: Site, week: TimeRange) -> None:
    def points(hours: int) -> int:
        query = Query(site.id, TimeRange(week.start, week.start + hours * HOUR_MS))
        return len(analytics.answer(event_series, query, "purchase", "hour"))

    assert points(9_999) == 9_999
    with pytest.raises(InvalidInput, match="more than 10000 points by hour") as refused:
        points(10_000)
    assert refused.value.field == "unit"


def test_only_unflagged_custom_events_of_the_site_and_range_count(
    analytics: Analytics, site: Site, week: TimeRange
) -> None:
    props = '{"plan":"pro"}'
    put(analytics, site, *({"kind": kind, "props": props} for kind in OTHER_KINDS))
    put(analytics, site, {"flagged": "bot", "props": props}, {"site_id": OTHER_SITE, "props": props})
    put(analytics, site, {"time": "2026-11-13T23:59:59.999", "props": props})
    put(analytics, site, {"time": "2026-11-21T00:00:00", "props": props}, {"name": None, "props": props})
    assert analytics.answer(event_names, Query(site.id, week)).rows == []
    assert breakdown(analytics, site, week) == {}
    assert {point.count for point in analytics.answer(event_series, Query(site.id, week), "purchase", "day")} == {0}


def test_names_past_the_limit_are_counted(analytics: Analytics, site: Site, week: TimeRange) -> None:
    put(analytics, site, *({"name": f"event {number}"} for number in range(NAMES_LIMIT + 1)))
    found = analytics.answer(event_names, Query(site.id, week))
    assert (found.total, len(found.rows)) == (NAMES_LIMIT + 1, NAMES_LIMIT)


SHOWN: list[tuple[object, str]] = [
    ('é "quoted"\n', 'é "quoted"\n'),
    ("", ""),
    (3, "3"),
    (49.99, "49.99"),
    (1.0, "1.0"),
    (-0.5, "-0.5"),
    (2**63, "9223372036854775808"),
    (True, "true"),
    (False, "false"),
    ({"id": 123, "name": "Widget", "of": {}}, '{"id":123,"name":"Widget","of":{}}'),
    ([1, "a", None, []], '[1,"a",null,[]]'),
]


def test_values_are_texts_as_they_are_and_json_else(analytics: Analytics, site: Site, week: TimeRange) -> None:
    put(analytics, site, {"props": orjson.dumps({f"key{n}": value for n, (value, _) in enumerate(SHOWN)}).decode()})
    assert breakdown(analytics, site, week) == {f"key{n}": {text: 1} for n, (_, text) in enumerate(SHOWN)}


def test_revenue_of_a_value_is_kept_apart_by_currency(analytics: Analytics, site: Site, week: TimeRange) -> None:
    pro, free = '{"plan":"pro","seats":2}', '{"plan":"free"}'
    put(analytics, site, {"props": pro, "revenue": 1000, "currency": "EUR"}, {"props": free}, {"props": free})
    put(analytics, site, {"props": pro, "revenue": 500, "currency": "USD"})
    put(analytics, site, {"props": pro, "revenue": -200, "currency": "EUR"})
    put(analytics, site, {"props": free, "name": "refund", "revenue": -9, "currency": "JPY"})
    found = analytics.answer(event_properties, Query(site.id, week), "purchase").rows
    assert {each.key: {value.value: (value.count, value.revenue) for value in each.values} for each in found} == {
        "plan": {"pro": (3, {"EUR": 800, "USD": 500}), "free": (2, {})},
        "seats": {"2": (3, {"EUR": 800, "USD": 500})},
    }


def test_values_that_read_the_same_are_one(analytics: Analytics, site: Site, week: TimeRange) -> None:
    """Null is no value: a filter could not ask for it."""
    put(analytics, site, *({"props": f'{{"a":{value}}}'} for value in ("1", '"1"', "null", '"null"', "true")))
    assert breakdown(analytics, site, week) == {"a": {"1": 2, "null": 1, "true": 1}}


def test_events_without_properties_are_left_out(analytics: Analytics, site: Site, week: TimeRange) -> None:
    put(analytics, site, {}, {"props": "{}"}, {"props": '{"plan":"pro"}'})
    assert breakdown(analytics, site, week) == {"plan": {"pro": 1}}


def test_keys_are_ordered_by_occurrences_and_then_by_name_and_values_likewise(
    analytics: Analytics, site: Site, week: TimeRange
) -> None:
    texts = ['{"b":"x","c":"q"}', '{"b":"y","a":1}', '{"a":2,"b":"y"}', '{"b":"z","c":"p"}']
    put(analytics, site, *({"props": text} for text in texts))
    found = analytics.answer(event_properties, Query(site.id, week), "purchase").rows
    assert [(each.key, [value.value for value in each.values]) for each in found] == [
        ("b", ["y", "x", "z"]),
        ("a", ["1", "2"]),
        ("c", ["p", "q"]),
    ]


def test_names_of_properties_are_those_of_all_events(analytics: Analytics, site: Site, week: TimeRange) -> None:
    put(analytics, site, {"props": '{"plan":"pro","seats":2}'}, {"name": "signup", "props": '{"plan":"free"}'}, {})
    put(analytics, site, {"kind": "pageview", "props": '{"author":"Ada","plan":"pro"}'})
    put(analytics, site, *({"kind": kind, "props": '{"other":1}'} for kind in OTHER_KINDS if kind != "pageview"))
    put(analytics, site, {"flagged": "bot", "props": '{"other":1}'}, {"site_id": OTHER_SITE, "props": '{"other":1}'})
    found = analytics.answer(property_names, Query(site.id, week))
    assert (found.total, [(each.key, each.events) for each in found.rows]) == (
        3,
        [("plan", 3), ("author", 1), ("seats", 1)],
    )
    only = analytics.answer(property_names, Query(site.id, week, filters=read_filters(["event is signup"])))
    assert [(each.key, each.events) for each in only.rows] == [("plan", 1)]


def test_names_of_properties_past_the_limit_are_counted(analytics: Analytics, site: Site, week: TimeRange) -> None:
    props = dict.fromkeys((f"key{number:04}" for number in range(NAMES_LIMIT + 1)), 1)
    put(analytics, site, {"props": orjson.dumps(props).decode()})
    found = analytics.answer(property_names, Query(site.id, week))
    assert (found.total, len(found.rows), found.rows[-1].key) == (NAMES_LIMIT + 1, NAMES_LIMIT, "key0999")


@pytest.mark.parametrize("over", [False, True])
def test_more_values_than_the_limit_are_cut_and_said_to_be(
    over: bool, analytics: Analytics, site: Site, week: TimeRange
) -> None:
    put(analytics, site, {"props": '{"n":"often"}'}, {"props": '{"n":"often"}'})
    put(analytics, site, *({"props": f'{{"n":{number}}}'} for number in range(100, 99 + VALUES_LIMIT + over)))
    found = analytics.answer(event_properties, Query(site.id, week), "purchase")
    assert (len(found.rows[0].values), found.truncated) == (VALUES_LIMIT, over)
    assert [each.value for each in found.rows[0].values[:3]] == ["often", "100", "101"]


@pytest.mark.parametrize("over", [False, True])
def test_more_keys_than_the_limit_are_cut_and_said_to_be(
    over: bool, analytics: Analytics, site: Site, week: TimeRange
) -> None:
    props = dict.fromkeys((f"key{number:03}" for number in range(KEYS_LIMIT + over)), 1)
    put(analytics, site, {"props": orjson.dumps(props).decode()})
    found = analytics.answer(event_properties, Query(site.id, week), "purchase")
    assert (len(found.rows), found.truncated) == (KEYS_LIMIT, over)
    assert found.rows[-1].key == f"key{KEYS_LIMIT - 1:03}"


KEYS = st.one_of(
    st.sampled_from(["", "/", "~", "~1", "~01", "$", "$.a", "a.b", "*", "0", "[0]", '"', "\\", "a\x00b", "#"]),
    st.text(max_size=5),
)
VALUES = st.one_of(
    st.text(max_size=5),
    st.booleans(),
    st.none(),
    st.integers(-(2**63), 2**63),
    st.lists(st.integers(-9, 9), max_size=2),
)


@given(st.dictionaries(KEYS, VALUES, min_size=1, max_size=6))
def test_any_key_is_found_with_its_value(
    analytics: Analytics, site: Site, week: TimeRange, props: dict[str, Any]
) -> None:
    analytics.store.delete_site(site.id)
    put(analytics, site, {"props": orjson.dumps(props).decode()})
    shown = {key: value if isinstance(value, str) else orjson.dumps(value).decode() for key, value in props.items()}
    known = {key: {value: 1} for key, value in shown.items() if props[key] is not None}
    assert breakdown(analytics, site, week) == known


def test_series_counts_events_and_visitors_of_each_day_and_fills_gaps(
    analytics: Analytics, site: Site, week: TimeRange
) -> None:
    rows = [("2026-11-14T00:00:00", 1), ("2026-11-14T23:59:59.999", 1), ("2026-11-16T01:00:00", 1), (NOON, 2)]
    put(analytics, site, *({"time": time, "visitor_id": visitor} for time, visitor in rows), {"name": "other"})
    found = analytics.answer(event_series, Query(site.id, week), "purchase", "day")
    assert [(point.time[:10], point.count, point.visitors) for point in found] == [
        ("2026-11-14", 2, 1),
        ("2026-11-15", 0, 0),
        ("2026-11-16", 1, 1),
        ("2026-11-17", 0, 0),
        ("2026-11-18", 0, 0),
        ("2026-11-19", 0, 0),
        ("2026-11-20", 1, 1),
    ]


def test_series_of_a_day_with_25_hours_has_every_event_once(analytics: Analytics, site: Site) -> None:
    day = read_days("2026-10-25", "2026-10-25", "Europe/Berlin", milliseconds(NOON))
    ticks = range(day.start - 7_200_000, day.end + 7_200_000, 1_800_000)
    put(analytics, site, *({"time": tick} for tick in ticks))
    hours = analytics.answer(event_series, Query(site.id, day), "purchase", "hour")
    assert [point.count for point in hours] == [2] * 25
    assert [point.count for point in analytics.answer(event_series, Query(site.id, day), "purchase", "day")] == [50]
