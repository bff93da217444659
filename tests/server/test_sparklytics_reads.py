"""Sparklytics' figures over HTTP, worked out by hand, in its shapes and units."""

from typing import Any

import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from tests.http_client import HttpClient
from tests.stored_events import store_rows

CHROME = {"browser": "Chrome", "os": "Linux", "device": "desktop", "country": "DE"}
FIREFOX = {"browser": "Firefox", "os": "Android", "device": "mobile", "country": "FR", "city": "Paris"}
ONE = {**CHROME, "visitor_id": 1, "session_id": 1, "referrer": "news.example/today", "utm_source": "news"}
TWO = {**FIREFOX, "visitor_id": 2, "session_id": 2}
THREE = {**CHROME, "visitor_id": 3, "session_id": 3, "referrer": "news.example"}
BEFORE = {**CHROME, "visitor_id": 4, "session_id": 4}
VIEW = {"kind": "pageview", "hostname": "example.com"}
SIGNUP = {"kind": "event", "name": "signup", "path": "/pricing"}
EVENTS: list[dict[str, Any]] = [
    {**BEFORE, **VIEW, "time": "2026-11-13T10:00:00", "path": "/"},
    {**BEFORE, **SIGNUP, "time": "2026-11-13T10:00:30"},
    {**ONE, **VIEW, "time": "2026-11-18T10:00:00", "path": "/"},
    {**ONE, **VIEW, "time": "2026-11-18T10:01:00", "path": "/pricing"},
    {**ONE, **SIGNUP, "time": "2026-11-18T10:02:00", "props": '{"plan":"pro","price":20}'},
    {**TWO, **VIEW, "time": "2026-11-18T11:00:00", "path": "/"},
    {**THREE, **VIEW, "time": "2026-11-19T09:00:00", "path": "/pricing"},
    {**THREE, **VIEW, "time": "2026-11-20T11:45:00", "session_id": 5, "path": "/thanks"},
]
LAST_DAYS = {"start_date": "2026-11-18", "end_date": "2026-11-20"}


@pytest.fixture
def week(analytics: Analytics, site: Site) -> None:
    store_rows(analytics.store, site.id, *EVENTS)


def get(client: HttpClient, site: Site, path: str, **params: str) -> Any:
    answer = client.get(f"/api/websites/{site.id}/{path}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.usefixtures("week")
def test_stats_are_beside_those_of_the_days_before(logged_in: HttpClient, site: Site) -> None:
    # The default is the last seven days, so the visit of the 13th is before.
    assert get(logged_in, site, "stats") == {
        "data": {
            "pageviews": 5,
            "visitors": 3,
            "sessions": 4,
            "bounce_rate": 0.75,
            "avg_duration_seconds": 30,
            "prev_pageviews": 1,
            "prev_visitors": 1,
            "prev_sessions": 1,
            "prev_bounce_rate": 0,
            "prev_avg_duration_seconds": 30,
            "timezone": "UTC",
        }
    }


@pytest.mark.usefixtures("week")
def test_stats_compare_with_the_range_that_is_asked_for(logged_in: HttpClient, site: Site) -> None:
    days = {"start_date": "2026-11-18", "end_date": "2026-11-18"}
    found = get(logged_in, site, "stats", **days, compare_mode="previous_period")
    assert found["compare"] == {
        "mode": "previous_period",
        "primary_range": ["2026-11-18", "2026-11-18"],
        "comparison_range": ["2026-11-17", "2026-11-17"],
    }
    assert (found["data"]["pageviews"], found["data"]["prev_pageviews"]) == (3, 0)
    custom = {"compare_mode": "custom", "compare_start_date": "2026-11-12", "compare_end_date": "2026-11-13"}
    assert get(logged_in, site, "stats", **days, **custom)["data"]["prev_pageviews"] == 1
    last_year = get(logged_in, site, "stats", **days, compare_mode="previous_year")["compare"]["comparison_range"]
    assert last_year == ["2025-11-18", "2025-11-18"]


@pytest.mark.usefixtures("week")
@pytest.mark.parametrize(
    ("name", "value", "pageviews"),
    [
        ("country", "DE", 4),
        ("page", "pric", 2),
        ("referrer", "news.example", 4),
        ("browser", "Firefox", 1),
        ("os", "Linux", 4),
        ("device", "mobile", 1),
        ("city", "Paris", 1),
        ("hostname", "EXAMPLE.com", 5),
        ("utm_source", "news", 2),
        ("language", "xx", 0),
    ],
)
def test_filters_count_everywhere(name: str, value: str, pageviews: int, logged_in: HttpClient, site: Site) -> None:
    only = {f"filter_{name}": value}
    assert get(logged_in, site, "stats", **LAST_DAYS, **only)["data"]["pageviews"] == pageviews
    series = get(logged_in, site, "pageviews", **LAST_DAYS, **only)["data"]["series"]
    assert sum(point["pageviews"] for point in series) == pageviews
    rows = get(logged_in, site, "metrics", type="page", **LAST_DAYS, **only)["data"]["rows"]
    assert sum(row["pageviews"] for row in rows) == pageviews


@pytest.mark.usefixtures("week")
def test_filters_and_comparisons_count_for_custom_events(logged_in: HttpClient, site: Site) -> None:
    days = {"start_date": "2026-11-14", "end_date": "2026-11-20", "compare_mode": "previous_period"}
    assert get(logged_in, site, "events", **days) == {
        "data": [{"event_name": "signup", "count": 1, "prev_count": 1}],
        "compare": {
            "mode": "previous_period",
            "primary_range": ["2026-11-14", "2026-11-20"],
            "comparison_range": ["2026-11-07", "2026-11-13"],
        },
    }
    assert get(logged_in, site, "events", **days, filter_country="FR")["data"] == []
    found = get(logged_in, site, "events/timeseries", event_name="signup", **days)["data"]
    assert [point["count"] for point in found["series"]] == [0, 0, 0, 0, 1, 0, 0]
    assert [point["count"] for point in found["compare_series"]] == [0, 0, 0, 0, 0, 0, 1]
    assert (
        get(logged_in, site, "events/properties", event_name="signup", filter_browser="Firefox", **days)["data"] == []
    )


@pytest.mark.usefixtures("week")
def test_days_are_those_of_the_zone_that_is_asked_for(logged_in: HttpClient, site: Site) -> None:
    day = {"start_date": "2026-11-19", "end_date": "2026-11-19", "timezone": "Pacific/Auckland"}
    # In Auckland it is thirteen hours later: the 18th from eleven on and the 19th until eleven.
    found = get(logged_in, site, "stats", **day)["data"]
    assert (found["pageviews"], found["timezone"]) == (2, "Pacific/Auckland")
    hours = get(logged_in, site, "pageviews", **day)["data"]["series"]
    assert [point["date"] for point in hours if point["pageviews"]] == ["2026-11-19 00:00:00", "2026-11-19 22:00:00"]


@pytest.mark.usefixtures("week")
def test_pageviews_are_a_series_with_gaps_filled(logged_in: HttpClient, site: Site) -> None:
    assert get(logged_in, site, "pageviews", **LAST_DAYS) == {
        "data": {
            "series": [
                {"date": "2026-11-18", "pageviews": 3, "visitors": 2},
                {"date": "2026-11-19", "pageviews": 1, "visitors": 1},
                {"date": "2026-11-20", "pageviews": 1, "visitors": 1},
            ],
            "granularity": "day",
            "compare_series": None,
        }
    }
    found = get(logged_in, site, "pageviews", **LAST_DAYS, compare_mode="previous_period", granularity="month")
    assert found["data"]["compare_series"] == [{"date": "2026-11", "pageviews": 0, "visitors": 0}]
    assert found["compare"]["comparison_range"] == ["2026-11-15", "2026-11-17"]


@pytest.mark.usefixtures("week")
def test_metrics_are_pages_of_rows(logged_in: HttpClient, site: Site) -> None:
    assert get(logged_in, site, "metrics", type="page", limit="2", **LAST_DAYS) == {
        "data": {
            "type": "page",
            "rows": [
                {"value": "/", "visitors": 2, "pageviews": 2, "bounce_rate": 50.0, "avg_duration_seconds": 60},
                {"value": "/pricing", "visitors": 2, "pageviews": 2, "bounce_rate": 50.0, "avg_duration_seconds": 60},
            ],
        },
        "pagination": {"total": 3, "limit": 2, "offset": 0, "has_more": True},
        "compare": None,
    }
    last = get(logged_in, site, "metrics", type="page", limit="2", offset="2", **LAST_DAYS)
    assert [row["value"] for row in last["data"]["rows"]] == ["/thanks"]
    assert last["pagination"]["has_more"] is False


@pytest.mark.usefixtures("week")
@pytest.mark.parametrize(
    ("kind", "rows"),
    [
        ("country", [("DE", 2, 4), ("FR", 1, 1)]),
        ("city", [("Paris", 1, 1)]),
        ("referrer", [("news.example", 1, 2), ("news.example/today", 1, 2), ("(direct)", 1, 1)]),
        ("event_name", [("signup", 1, 1)]),
        ("screen", []),
    ],
)
def test_metrics_of_every_kind(kind: str, rows: list[Any], logged_in: HttpClient, site: Site) -> None:
    found = get(logged_in, site, "metrics", type=kind, **LAST_DAYS)
    shown = [(row["value"], row["visitors"], row["pageviews"]) for row in found["data"]["rows"]]
    assert sorted(shown) == sorted(rows)
    assert found["pagination"]["total"] == len(rows)


@pytest.mark.usefixtures("week")
def test_metrics_compare_the_rows_that_are_shown(logged_in: HttpClient, site: Site) -> None:
    custom = {"compare_mode": "custom", "compare_start_date": "2026-11-13", "compare_end_date": "2026-11-13"}
    rows = get(logged_in, site, "metrics", type="page", **LAST_DAYS, **custom)["data"]["rows"]
    shown = [(row["value"], row["prev_visitors"], row["prev_pageviews"], row["delta_visitors_abs"]) for row in rows]
    assert shown == [("/", 1, 1, 1), ("/pricing", 0, 0, 2), ("/thanks", 0, 0, 1)]
    assert [row["delta_visitors_pct"] for row in rows] == [1.0, 0.0, 0.0]


@pytest.mark.usefixtures("week")
def test_realtime_is_the_last_half_hour(logged_in: HttpClient, site: Site) -> None:
    assert get(logged_in, site, "realtime") == {
        "data": {
            "active_visitors": 1,
            "recent_events": [
                {
                    "event_type": "pageview",
                    "url": "/thanks",
                    "referrer_domain": "news.example",
                    "country": "DE",
                    "browser": "Chrome",
                    "device_type": "desktop",
                    "ts": "2026-11-20T11:45:00.000Z",
                }
            ],
            "pagination": {"limit": 100, "total_in_window": 1},
        }
    }


@pytest.mark.usefixtures("week")
def test_sessions_come_page_by_page(logged_in: HttpClient, site: Site) -> None:
    first = get(logged_in, site, "sessions", limit="3", **LAST_DAYS)
    assert [row["session_id"] for row in first["data"]] == ["5", "3", "2"]
    assert first["pagination"]["has_more"] is True
    last = get(logged_in, site, "sessions", limit="3", cursor=first["pagination"]["next_cursor"], **LAST_DAYS)
    (row,) = last["data"]
    assert row.pop("visitor_id")
    assert row == {
        "session_id": "1",
        "first_seen": "2026-11-18T10:00:00.000Z",
        "last_seen": "2026-11-18T10:02:00.000Z",
        "duration_seconds": 120,
        "pageview_count": 2,
        "event_count": 3,
        "entry_page": "/",
        "exit_page": "/pricing",
        "country": "DE",
        "browser": "Chrome",
        "os": "Linux",
        "device_type": "desktop",
    }
    assert last["pagination"] == {"limit": 3, "next_cursor": None, "has_more": False}


@pytest.mark.usefixtures("week")
def test_session_has_its_events(logged_in: HttpClient, site: Site) -> None:
    found = get(logged_in, site, "sessions/1")["data"]
    assert found["session"]["session_id"] == "1"
    assert found["truncated"] is False
    assert found["events"][2] == {
        "id": "1-3",
        "event_type": "event",
        "url": "/pricing",
        "event_name": "signup",
        "event_data": '{"plan":"pro","price":20}',
        "created_at": "2026-11-18T10:02:00.000Z",
    }
    assert logged_in.get(f"/api/websites/{site.id}/sessions/99").status_code == 404


@pytest.mark.usefixtures("week")
def test_goals_are_in_their_shape(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    add = analytics.catalog.goals.add
    add(site.id, "Prices", "path", "*pric*")
    worth = {"kind": "fixed", "amount": 1250, "currency": "EUR"}
    signup = add(site.id, "Signup", "event", "signup", revenue=worth)
    newest, oldest = get(logged_in, site, "goals")["data"]
    assert newest == {
        "id": signup.id,
        "website_id": site.id,
        "name": "Signup",
        "goal_type": "event",
        "match_value": "signup",
        "match_operator": "equals",
        "value_mode": "fixed",
        "fixed_value": 12.5,
        "value_property_key": None,
        "currency": "EUR",
        "created_at": "2026-11-20T12:00:00.000Z",
        "updated_at": "2026-11-20T12:00:00.000Z",
    }
    assert (oldest["goal_type"], oldest["match_value"], oldest["match_operator"]) == ("page_view", "pric", "contains")
    assert get(logged_in, site, f"goals/{signup.id}/stats")["data"] == {
        "goal_id": signup.id,
        "conversions": 1,
        "converting_sessions": 1,
        "total_sessions": 4,
        "conversion_rate": 0.25,
        "prev_conversions": 1,
        "prev_conversion_rate": 1.0,
        "trend_pct": -75.0,
    }
    assert get(logged_in, site, "revenue/summary", goal_id=signup.id)["data"] == {
        "goal_id": signup.id,
        "model": "last_touch",
        "conversions": 1,
        "revenue": 12.5,
        "revenue_by_currency": {"EUR": 12.5},
    }


@pytest.mark.usefixtures("week")
def test_funnel_has_its_results(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    steps = [
        {"type": "path", "value": "/"},
        {"type": "path", "value": "/pricing"},
        {"type": "event", "value": "signup"},
    ]
    added = analytics.catalog.funnels.add(site.id, "Buying", steps)
    (listed,) = get(logged_in, site, "funnels")["data"]
    assert (listed["id"], listed["name"], listed["step_count"]) == (added.id, "Buying", 3)
    found = get(logged_in, site, f"funnels/{added.id}/results", **LAST_DAYS)["data"]
    assert (found["total_sessions_entered"], found["final_conversion_rate"]) == (2, 0.5)
    assert found["steps"][0] == {
        "step_order": 1,
        "label": "/",
        "sessions_reached": 2,
        "drop_off_count": 1,
        "drop_off_rate": 0.5,
        "conversion_rate_from_start": 1.0,
        "conversion_rate_from_previous": 1.0,
    }
    assert [step["sessions_reached"] for step in found["steps"]] == [2, 1, 1]
    assert [step["drop_off_count"] for step in found["steps"]] == [1, 0, 0]
    assert (
        get(logged_in, site, f"funnels/{added.id}/results", filter_country="FR", **LAST_DAYS)["data"]["steps"][1][
            "sessions_reached"
        ]
        == 0
    )


@pytest.mark.usefixtures("week")
def test_journey_has_its_branches(logged_in: HttpClient, site: Site) -> None:
    asked = {"anchor_type": "page", "anchor_value": "/", "direction": "next", "max_depth": "2"}
    assert get(logged_in, site, "journey", **asked, **LAST_DAYS)["data"] == {
        "anchor": {"type": "page", "value": "/"},
        "direction": "next",
        "max_depth": 2,
        "total_anchor_sessions": 2,
        "branches": [{"nodes": ["/pricing", "signup"], "sessions": 1, "share": 0.5}],
    }


def test_retention_has_its_cohorts(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    logged_in.patch(f"/api/sites/{site.id}", json={"visitor_period": "month"})
    seen = [("2026-11-02", 1), ("2026-11-03", 2), ("2026-11-09", 1), ("2026-11-10", 3)]
    rows = [
        {"time": f"{day}T10:00:00", "visitor_id": each, "session_id": place} for place, (day, each) in enumerate(seen)
    ]
    store_rows(analytics.store, site.id, *rows)
    found = get(logged_in, site, "retention", start_date="2026-11-02", end_date="2026-11-15", max_periods="2")["data"]
    assert (found["granularity"], found["max_periods"]) == ("week", 2)
    assert found["rows"] == [
        {
            "cohort_start": "2026-11-02",
            "cohort_size": 2,
            "periods": [{"offset": 0, "retained": 2, "rate": 1.0}, {"offset": 1, "retained": 1, "rate": 0.5}],
        },
        {"cohort_start": "2026-11-09", "cohort_size": 1, "periods": [{"offset": 0, "retained": 1, "rate": 1.0}]},
    ]
    assert found["summary"] == {"avg_period1_rate": 0.5, "avg_period4_rate": None}


BAD = [
    ("stats", "timezone=Mars", "timezone"),
    ("stats", "timezone=", "timezone"),
    ("stats", "filter_country=Germany", "filter_country"),
    ("stats", "filter_page=", "filter_page"),
    ("stats", "include_bots=perhaps", "include_bots"),
    ("stats", "start_date=x", "start_date"),
    ("stats", "compare_mode=other", "compare_mode"),
    ("stats", "compare_mode=custom", "compare_start_date"),
    ("stats", "compare_mode=custom&compare_start_date=2026-11-01", "compare_end_date"),
    ("stats", "compare_mode=custom&compare_start_date=x&compare_end_date=2026-11-01", "compare_start_date"),
    ("stats", "compare_mode=custom&compare_start_date=2026-01-01&compare_end_date=2026-11-01", "compare_start_date"),
    ("pageviews", "granularity=week", "granularity"),
    ("metrics", "", "type"),
    ("metrics", "type=visitor", "type"),
    ("metrics", "type=page&limit=x", "limit"),
    ("sessions", "limit=0", "limit"),
    ("sessions", "limit=201", "limit"),
    ("sessions", "cursor=x", "cursor"),
    ("sessions", "cursor=eyJvZmZzZXQiOi0xfQ==", "cursor"),
    ("journey", "", "anchor_type"),
    ("journey", "anchor_type=page&direction=up", "direction"),
    ("journey", "anchor_type=page&direction=next", "anchor_value"),
    ("journey", "anchor_type=page&direction=next&anchor_value=/&max_depth=6", "max_depth"),
    ("journey", "anchor_type=page&direction=next&anchor_value=/", "start_date"),
    ("retention", "start_date=2026-11-01", "end_date"),
    ("retention", "cohort_granularity=year", "cohort_granularity"),
    ("retention", "max_periods=13", "max_periods"),
    ("revenue/summary", "", "goal_id"),
    ("revenue/summary", "goal_id=x&model=middle", "model"),
]


@pytest.mark.parametrize(("path", "query", "field"), BAD)
def test_bad_parameters_are_named(path: str, query: str, field: str, reader: HttpClient, reported: Site) -> None:
    answer = reader.get(f"/api/websites/{reported.id}/{path}?{query}")
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["field"] == field


@pytest.mark.parametrize("path", ["goals/x/stats", "funnels/x/results", "sessions/x", "revenue/summary?goal_id=x"])
def test_what_is_not_there_is_404(path: str, reader: HttpClient, reported: Site) -> None:
    assert reader.get(f"/api/websites/{reported.id}/{path}").status_code == 404
