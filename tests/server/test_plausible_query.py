"""Plausible's stats API over HTTP: its question, its answer in its units, its words for what it does not take."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.server.api.plausible_v1 import compared
from hitkeep_py.server.app import Server
from tests.conftest import EMAIL, PASSWORD
from tests.fake_clock import FakeClock
from tests.http_client import HttpClient
from tests.product import new_analytics
from tests.stored_events import store_rows

CHROME = {"browser": "Chrome", "device": "desktop", "country": "DE", "os": "Linux"}
FIREFOX = {"browser": "Firefox", "device": "mobile", "country": "FR", "city": "Paris"}
ONE = {**CHROME, "visitor_id": 1, "session_id": 1, "source": "Google", "utm_medium": "cpc"}
TWO = {**FIREFOX, "visitor_id": 2, "session_id": 2}
THREE = {**CHROME, "visitor_id": 3, "session_id": 3, "source": "Google"}
AGAIN = {**CHROME, "visitor_id": 1, "session_id": 4}
VIEW = {"kind": "pageview", "hostname": "example.com"}
SIGNUP = {"kind": "event", "name": "Signup", "path": "/pricing"}
EVENTS: list[dict[str, Any]] = [
    {**ONE, **VIEW, "time": "2026-11-18T10:00:00", "path": "/"},
    {**ONE, **VIEW, "time": "2026-11-18T10:01:00", "path": "/pricing"},
    {**ONE, **SIGNUP, "time": "2026-11-18T10:02:00", "props": '{"plan":"pro"}'},
    {**TWO, **VIEW, "time": "2026-11-18T11:00:00", "path": "/"},
    {**THREE, **VIEW, "time": "2026-11-19T09:00:00", "path": "/pricing"},
    {**THREE, **SIGNUP, "time": "2026-11-19T09:02:00", "props": '{"plan":"free"}'},
    {**THREE, **VIEW, "time": "2026-11-19T09:04:00", "path": "/thanks"},
    {**AGAIN, **VIEW, "time": "2026-11-19T10:00:00", "path": "/"},
    # Today, which the last days do not include.
    {**TWO, **VIEW, "session_id": 5, "time": "2026-11-20T11:58:00", "path": "/today"},
]
METRICS = ["visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration", "events"]


@pytest.fixture(scope="module")
def week() -> Iterator[HttpClient]:
    """Someone logged in at a product with these events, which is only read."""
    with closing(new_analytics(FakeClock())) as analytics:
        fill(analytics, analytics.catalog.sites.add("example.com"))
        analytics.catalog.refresh()
        token = analytics.catalog.users.open_session(analytics.catalog.users.add(EMAIL, PASSWORD))
        with HttpClient(Server(analytics).app, cookies={"hk_token": token}) as client:
            yield client


def fill(analytics: Analytics, site: Site) -> None:
    store_rows(analytics.store, site.id, *EVENTS)
    goals = analytics.catalog.goals
    goals.add(site.id, "Registered", "event", "Signup")
    goals.add(site.id, "Thanks", "path", "/thanks")
    goals.add(site.id, "Never", "event", "Nothing")
    analytics.catalog.segments.add(site.id, "Germans", ["country is DE"])
    analytics.catalog.segments.add(site.id, "Paris", ["city is Paris", "browser is Firefox"])


def send(client: HttpClient, **body: Any) -> Any:
    asked = {"site_id": "example.com", "metrics": ["visitors"], "date_range": "7d", **body}
    answer = client.post("/api/v2/query", json=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ask(client: HttpClient, **body: Any) -> list[list[Any]]:
    """Rows of dimensions and metrics."""
    return [[*row["dimensions"], *row["metrics"]] for row in send(client, **body)["results"]]


def refused(client: HttpClient, status: int = 400, **body: Any) -> str:
    asked = {"site_id": "example.com", "metrics": ["visitors"], "date_range": "7d", **body}
    answer = client.post("/api/v2/query", json={name: value for name, value in asked.items() if value != "absent"})
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    return str(answer.json()["error"])


def test_answer_has_plausibles_shape_and_units(week: HttpClient) -> None:
    assert send(week, metrics=METRICS) == {
        "results": [{"metrics": [3, 4, 6, 1.5, 50, 90, 8], "dimensions": []}],
        "meta": {},
        "query": {
            "site_id": "example.com",
            "metrics": METRICS,
            "date_range": ["2026-11-13T00:00:00Z", "2026-11-19T23:59:59Z"],
            "filters": [],
            "dimensions": [],
            "order_by": [["visitors", "desc"]],
            "include": {},
            "pagination": {"limit": 10000, "offset": 0},
        },
    }


@pytest.mark.parametrize(
    ("date_range", "pageviews"),
    [
        ("day", 1),
        ("7d", 6),
        ("1d", 3),
        ("2d", 6),
        ("28d", 6),
        ("91d", 6),
        ("month", 7),
        ("6mo", 0),
        ("12mo", 0),
        ("year", 7),
        ("all", 7),
        ("24h", 1),
        (["2026-11-18", "2026-11-18"], 3),
        (["2026-11-18T10:00:00+00:00", "2026-11-18T10:00:59+00:00"], 1),
        (["2026-11-18T11:00:00+01:00", "2026-11-18T11:01:00+01:00"], 2),
    ],
)
def test_every_documented_range_is_taken(date_range: Any, pageviews: int, week: HttpClient) -> None:
    assert ask(week, metrics=["pageviews"], date_range=date_range) == [[pageviews]]


def test_range_of_a_site_without_events_is_today(logged_in: HttpClient, site: Site) -> None:
    assert send(logged_in, date_range="all")["query"]["date_range"] == ["2026-11-20T00:00:00Z", "2026-11-20T23:59:59Z"]


@pytest.mark.parametrize(
    ("dimension", "rows"),
    [
        ("event:page", [["/", 2], ["/pricing", 2], ["/thanks", 1]]),
        ("event:hostname", [["example.com", 3]]),
        ("event:name", [["Signup", 2], ["pageview", 3]]),
        ("event:props:plan", [["free", 1], ["pro", 1]]),
        ("visit:source", [["Direct / None", 2], ["Google", 2]]),
        ("visit:entry_page", [["/", 2], ["/pricing", 1]]),
        ("visit:exit_page", [["/", 2], ["/pricing", 1], ["/thanks", 1]]),
        ("visit:utm_medium", [["(not set)", 3], ["cpc", 1]]),
        ("visit:device", [["Desktop", 2], ["Mobile", 1]]),
        ("visit:country", [["DE", 2], ["FR", 1]]),
        ("visit:city_name", [["(not set)", 2], ["Paris", 1]]),
        ("event:goal", [["Registered", 2], ["Thanks", 1]]),
        ("time:day", [["2026-11-18", 2], ["2026-11-19", 2]]),
        ("time:week", [["2026-11-16", 3]]),
        ("time:month", [["2026-11-13", 3]]),
        ("time", [["2026-11-18", 2], ["2026-11-19", 2]]),
    ],
)
def test_every_kind_of_dimension_groups(dimension: str, rows: list[list[Any]], week: HttpClient) -> None:
    found = ask(week, dimensions=[dimension])
    if dimension == "time:month":
        rows = [["2026-11-01", 3]]
    assert sorted(found, key=str) == sorted(rows, key=str)


FILTERS: list[tuple[Any, int]] = [
    (["is", "event:page", ["/pricing", "/thanks"]], 3),
    (["is_not", "event:page", ["/"]], 3),
    (["contains", "event:page", ["pric"]], 2),
    (["contains_not", "event:page", ["/p", "/t"]], 3),
    (["matches", "event:page", ["^/(pricing|thanks)$"]], 3),
    (["matches", "event:page", [r"^/\w+s$"]], 1),
    (["matches_not", "event:page", ["s$"]], 5),
    (["matches_wildcard", "event:page", ["/*s"]], 1),
    (["matches_wildcard_not", "event:page", ["/p**"]], 4),
    (["is", "visit:country", ["DE"]], 5),
    (["is", "visit:device", ["Mobile"]], 1),
    (["is", "visit:source", ["Direct / None"]], 2),
    (["is_not", "visit:source", ["Direct / None"]], 4),
    (["is", "visit:city", ["", "Paris"]], 6),
    (["is", "visit:utm_medium", ["(not set)"]], 4),
    (["is", "visit:entry_page", ["/pricing"]], 2),
    (["is", "visit:source", ["google"], {"case_sensitive": False}], 4),
    (["contains", "visit:browser", ["FIRE"], {"case_sensitive": False}], 1),
    (["contains_not", "visit:browser", ["FIRE"], {"case_sensitive": False}], 5),
    (["is", "visit:source", ["google"]], 0),
    (["is", "event:name", ["pageview"]], 6),
    (["is", "event:name", ["Signup"]], 0),
    (["is_not", "event:name", ["Signup"]], 6),
    (["has_done", ["is", "event:name", ["Signup"]]], 4),
    (["is", "segment", ["Germans"]], 5),
    (["not", ["is", "segment", ["Germans", "Paris"]]], 0),
    (["is", "event:goal", ["Thanks"]], 1),
    (["is", "event:goal", ["Visit /thanks"]], 1),
    (["contains", "event:goal", ["anks"]], 1),
    (["contains", "event:goal", ["nothing like it"]], 0),
    (["and", [["is", "visit:country", ["DE"]], ["is", "event:page", ["/"]]]], 2),
    (["or", [["is", "visit:country", ["FR"]], ["is", "event:page", ["/thanks"]]]], 2),
    (["not", ["is", "visit:country", ["DE"]]], 1),
    (["not", ["or", [["is", "visit:country", ["FR"]], ["is", "event:page", ["/thanks"]]]]], 4),
    (
        [
            "or",
            [["and", [["is", "visit:country", ["DE"]], ["is", "event:page", ["/"]]]], ["is", "visit:city", ["Paris"]]],
        ],
        3,
    ),
    (["has_done", ["is", "event:goal", ["Registered"]]], 4),
    (["has_not_done", ["is", "event:goal", ["Registered"]]], 2),
    (["not", ["has_done", ["is", "event:page", ["/thanks"]]]], 4),
    (["and", [["has_done", ["is", "event:page", ["/thanks"]]], ["is", "event:page", ["/pricing"]]]], 1),
    (["has_done", ["is", "event:props:plan", ["pro"]]], 2),
    (["has_done", ["is_not", "event:props:plan", ["pro"]]], 6),
    (["has_done", ["contains_not", "event:props:plan", ["pro"]]], 2),
]


NOT_OF_A_PROPERTY: list[tuple[Any, int]] = [
    (["is_not", "event:props:plan", ["pro"]], 2),
    (["is_not", "event:props:plan", ["pro", "(none)"]], 1),
    (["contains_not", "event:props:plan", ["pro"]], 1),
    (["contains_not", "event:props:plan", ["PRO"], {"case_sensitive": False}], 1),
    (["matches_not", "event:props:plan", ["^p"]], 1),
    (["matches_wildcard_not", "event:props:plan", ["p*"]], 1),
    (["not", ["contains_not", "event:props:plan", ["pro"]]], 2),
    (["not", ["contains", "event:props:plan", ["pro"]]], 2),
    (["or", [["contains_not", "event:props:plan", ["pro"]], ["is", "event:page", ["/none"]]]], 2),
]


@pytest.mark.parametrize(("condition", "pageviews"), NOT_OF_A_PROPERTY)
def test_patterns_that_a_property_does_not_have_need_the_property(
    condition: Any, pageviews: int, logged_in: HttpClient, analytics: Analytics, site: Site
) -> None:
    seen = {**VIEW, "time": "2026-11-19T10:00:00"}
    plans = ({"props": '{"plan":"pro"}', "path": "/pro"}, {"props": '{"plan":"free"}', "path": "/free"})
    store_rows(analytics.store, site.id, *({**seen, **each} for each in (*plans, {"path": "/none"})))
    assert ask(logged_in, metrics=["pageviews"], filters=[condition]) == [[pageviews]]


@pytest.mark.parametrize(("condition", "pageviews"), FILTERS)
def test_every_filter_chooses_events(condition: Any, pageviews: int, week: HttpClient) -> None:
    assert ask(week, metrics=["pageviews"], filters=[condition]) == [[pageviews]]


def test_filters_of_a_list_all_hold(week: HttpClient) -> None:
    filters = [["is", "event:goal", ["Registered"]], ["has_done", ["is", "event:page", ["/thanks"]]]]
    assert ask(week, metrics=["visitors", "events"], filters=filters) == [[1, 1]]


def test_rates_are_percents_of_visitors(week: HttpClient) -> None:
    registered = [["is", "event:goal", ["Registered"]]]
    rates = ["visitors", "events", "conversion_rate"]
    assert ask(week, metrics=rates, filters=registered) == [[2, 2, 66.67]]
    assert ask(week, metrics=rates, dimensions=["event:goal"]) == [
        ["Registered", 2, 2, 66.67],
        ["Thanks", 1, 1, 33.33],
    ]
    assert ask(week, metrics=["visitors", "percentage"], dimensions=["visit:country"]) == [
        ["DE", 2, 66.7],
        ["FR", 1, 33.3],
    ]
    group = ["visitors", "conversion_rate", "group_conversion_rate"]
    assert ask(week, metrics=group, dimensions=["visit:country"], filters=registered) == [["DE", 2, 66.67, 100.0]]
    by_plan = ask(week, metrics=rates, dimensions=["event:props:plan"], filters=registered)
    assert by_plan == [["free", 1, 1, 33.33], ["pro", 1, 1, 33.33]]
    chosen = [*registered, ["is", "event:props:plan", ["pro"]]]
    assert ask(week, metrics=rates, filters=chosen) == [[1, 1, 33.33]]


def test_value_that_reads_like_a_property_is_none(week: HttpClient) -> None:
    rates = ["visitors", "conversion_rate"]
    for filters in (
        ["is", "visit:browser", ["Chrome", "event:props:"]],
        ["not", ["is", "visit:browser", ["event:props:", "Firefox"]]],
    ):
        assert ask(week, metrics=rates, filters=[["is", "event:goal", ["Registered"]], filters]) == [[2, 100.0]]


def test_goals_are_put_in_the_order_that_is_asked_for(week: HttpClient) -> None:
    both = {"dimensions": ["event:goal", "visit:country"], "metrics": ["visitors", "group_conversion_rate"]}
    assert ask(week, **both, order_by=[["group_conversion_rate", "asc"]]) == [
        ["Thanks", "DE", 1, 50.0],
        ["Registered", "DE", 2, 100.0],
    ]
    assert ask(week, **both, order_by=[["event:goal", "desc"]], pagination={"limit": 1, "offset": 1}) == [
        ["Registered", "DE", 2, 100.0]
    ]


def test_order_and_pages(week: HttpClient) -> None:
    pages = {"dimensions": ["event:page"], "metrics": ["visitors", "pageviews"]}
    assert ask(week, **pages) == [["/", 2, 3], ["/pricing", 2, 2], ["/thanks", 1, 1]]
    ascending = [["visitors", "asc"], ["event:page", "desc"]]
    assert ask(week, **pages, order_by=ascending) == [["/thanks", 1, 1], ["/pricing", 2, 2], ["/", 2, 3]]
    found = send(week, **pages, pagination={"limit": 1, "offset": 1}, include={"total_rows": True})
    assert [row["dimensions"] for row in found["results"]] == [["/pricing"]]
    assert found["meta"] == {"total_rows": 3}


def test_time_labels_are_all_of_the_range(week: HttpClient) -> None:
    hours = {"dimensions": ["time:hour"], "date_range": ["2026-11-18", "2026-11-18"], "include": {"time_labels": True}}
    found = send(week, **hours)
    assert found["meta"]["time_labels"] == [f"2026-11-18 {hour:02}:00:00" for hour in range(24)]
    assert [row["dimensions"] for row in found["results"]] == [["2026-11-18 10:00:00"], ["2026-11-18 11:00:00"]]
    weeks = send(week, dimensions=["time:week"], include={"time_labels": True})
    assert weeks["meta"]["time_labels"] == ["2026-11-13", "2026-11-16"]


def test_engagement_of_pages(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    seen = {"time": "2026-11-19T10:00:00", "path": "/a"}
    away = {**seen, "kind": "engagement"}
    store_rows(
        analytics.store,
        site.id,
        {**seen, "kind": "pageview"},
        {**away, "scroll_depth": 40, "engagement_ms": 3_000},
        {**away, "scroll_depth": 60, "engagement_ms": 5_400},
        {**away, "path": "/b"},
    )
    metrics = ["visitors", "time_on_page", "scroll_depth"]
    assert ask(logged_in, metrics=metrics, dimensions=["event:page"]) == [["/a", 1, 8, 50], ["/b", 1, None, None]]
    assert ask(logged_in, metrics=metrics, filters=[["is", "event:page", ["/a"]]]) == [[1, 8, 50]]


def test_days_are_those_of_the_site(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    logged_in.patch(f"/api/sites/{site.id}", json={"time_zone": "Pacific/Auckland"})
    store_rows(analytics.store, site.id, {"time": "2026-11-19T11:00:00", "kind": "pageview"})
    found = send(logged_in, dimensions=["time:day"], date_range=["2026-11-20", "2026-11-20"])
    assert found["results"] == [{"metrics": [1], "dimensions": ["2026-11-20"]}]
    assert found["query"]["date_range"] == ["2026-11-20T00:00:00+13:00", "2026-11-20T23:59:59+13:00"]


BAD: list[tuple[dict[str, Any], str]] = [
    ({"site_id": "absent"}, "Missing site ID"),
    ({"site_id": 7}, "Missing site ID"),
    ({"metrics": "absent"}, "metrics is required: a list of visitors, visits"),
    ({"metrics": "visitors"}, "metrics must be a list"),
    ({"metrics": []}, "at least 1"),
    ({"metrics": ["visitors", "visitors"]}, "each once"),
    ({"metrics": ["visitor"]}, "Unknown metric 'visitor'. There are visitors, visits"),
    ({"metrics": ["conversion_rate"]}, "can only be queried with event:goal"),
    ({"metrics": ["percentage"]}, "can only be queried with dimensions"),
    ({"metrics": ["scroll_depth"]}, "can only be queried with event:page"),
    ({"date_range": "absent"}, "date_range is required. There are day, 24h"),
    ({"date_range": None}, "date_range is required"),
    ({"date_range": ["2026-11-19", None]}, 'Invalid date_range ["2026-11-19",null]. There are day'),
    ({"date_range": "0d"}, "Invalid date_range"),
    ({"date_range": "5001d"}, "Invalid date_range"),
    ({"date_range": "101mo"}, "Invalid date_range"),
    ({"date_range": ["2026-11-19", "2026-11-18"]}, "Invalid date_range"),
    ({"date_range": ["2026-11-19"]}, "Invalid date_range"),
    ({"date_range": ["2026-11-19T00:00:00", "2026-11-19T01:00:00"]}, "Invalid date_range"),
    ({"date_range": ["0001-01-01", "9999-12-31"]}, "Invalid date_range"),
    ({"dimensions": ["visit:nothing"]}, 'there is no "visit:nothing"; there are event:goal, event:name, event:page'),
    ({"dimensions": ["event:props:"]}, "Invalid dimensions"),
    ({"dimensions": ["time", "time:day"]}, "Invalid dimensions"),
    ({"dimensions": ["visit:city", "visit:city_name"]}, "Invalid dimensions"),
    ({"dimensions": "event:page"}, "dimensions must be a list"),
    ({"filters": "event:page==/"}, "must be a list"),
    ({"filters": [[]]}, "must be a list"),
    ({"filters": [["is"]]}, 'Invalid filter ["is"]: write'),
    ({"filters": [["is", "visit:nothing", ["x"]]]}, 'there is no dimension "visit:nothing" to filter by; there are'),
    ({"filters": [["is", "event:page", "/"]]}, "list of texts"),
    ({"filters": [["is", "event:page", []]]}, "list of texts"),
    ({"filters": [["is", "event:page", [1]]]}, "list of texts"),
    (
        {"filters": [["equals", "event:page", ["/", None]]]},
        '["equals","event:page",["/",null]]. There are is, contains',
    ),
    ({"filters": [[{}, "event:page", ["/"]]]}, "Unknown operator"),
    ({"filters": [["is", "time:day", ["2026-11-18"]]]}, "no dimension"),
    ({"filters": [["is", "visit:country", ["Germany"]]]}, "2-letter country code"),
    ({"filters": [["is", "event:goal", ["Unknown"]]]}, "there are Never, Thanks, Registered"),
    ({"filters": [["matches", "event:goal", ["R"]]]}, "Only is and contains"),
    ({"filters": [["matches", "event:page", ["("]]]}, "no regular expression"),
    ({"filters": [["matches", "event:page", ["(?=a)"]]]}, "no look-around"),
    ({"filters": [["matches", "event:page", ["a"], {"case_sensitive": False}]]}, "pattern operators"),
    ({"filters": [["is", "event:page", ["a"], {"fold": True}]]}, "modifier"),
    ({"filters": [["or", []]]}, "at least one"),
    ({"filters": [["contains", "segment", ["Pro"]]]}, "only is is valid"),
    ({"filters": [["or", [["has_done", ["is", "event:page", ["/"]]]]]]}, "top level"),
    ({"filters": [["has_done", ["has_done", ["is", "event:page", ["/"]]]]]}, "top level"),
    ({"filters": [["has_done", ["is", "visit:entry_page", ["/"]]]]}, "entry_page"),
    ({"order_by": [["pageviews", "desc"]]}, "not a queried metric or dimension; there are visitors"),
    ({"order_by": [["visitors", "up"]]}, "Invalid order_by"),
    ({"order_by": "visitors"}, "Invalid order_by"),
    ({"include": {"everything": True}}, "Invalid include"),
    ({"include": {"time_labels": True}}, "requires a time dimension"),
    ({"include": []}, "Invalid include"),
    ({"include": {"total_rows": 1}}, "Invalid include.total_rows: it is true or false"),
    ({"include": {"comparisons": {"mode": "previous_period"}}}, "comparisons are not answered here"),
    ({"pagination": {"limit": 0}}, "Invalid pagination"),
    ({"pagination": {"limit": 10_001}}, "Invalid pagination"),
    ({"pagination": {"offset": -1}}, "Invalid pagination"),
    ({"pagination": {"limit": True}}, "Invalid pagination"),
    ({"sql": "DROP TABLE events"}, 'no key "sql"'),
]


@pytest.mark.parametrize("name", ["", "French"])
def test_segment_that_is_not_there_is_named(name: str, week: HttpClient) -> None:
    assert f"no segment {name}" in refused(week, filters=[["is", "segment", [name]]])


@pytest.mark.parametrize(("body", "words"), BAD)
def test_bad_questions_are_refused_in_plausibles_shape(body: dict[str, Any], words: str, week: HttpClient) -> None:
    assert words in refused(week, **body)


def test_key_asks_its_own_site_only(http: HttpClient, analytics: Analytics, site: Site) -> None:
    other = analytics.catalog.sites.add("other.example")
    _, text = analytics.catalog.keys.add(site.id, "api")
    analytics.catalog.refresh()
    assert refused(http, 401).startswith("log in")
    http.headers["authorization"] = f"Bearer {text}"
    assert ask(http) == [[0]]
    assert ask(http, site_id=site.id) == [[0]]
    for named in (other.domain, other.id, "nowhere.example"):
        assert refused(http, 401, site_id=named).startswith("Invalid API key or site ID")


WEEK = {"period": "custom", "date": "2026-11-13,2026-11-19"}


def get(client: HttpClient, path: str, **params: Any) -> Any:
    answer = client.get(f"/api/v1/stats/{path}", params={"site_id": "example.com", **params})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_older_api_aggregates_and_compares(week: HttpClient) -> None:
    metrics = "visitors,visits,pageviews,bounce_rate,visit_duration"
    assert get(week, "aggregate", metrics=metrics, **WEEK) == {
        "results": {
            "visitors": {"value": 3},
            "visits": {"value": 4},
            "pageviews": {"value": 6},
            "bounce_rate": {"value": 50},
            "visit_duration": {"value": 90},
        }
    }
    day = {"period": "day", "date": "2026-11-19", "compare": "previous_period", "metrics": "visitors,events"}
    assert get(week, "aggregate", **day) == {
        "results": {
            "visitors": {"value": 2, "comparison_value": 2, "change": 0},
            "events": {"value": 4, "comparison_value": 4, "change": 0},
        }
    }
    assert get(week, "aggregate", filters="event:goal==Registered;visit:country==DE|FR", **WEEK) == {
        "results": {"visitors": {"value": 2}}
    }
    assert get(week, "aggregate", period="7d") == {"results": {"visitors": {"value": 3}}}


@pytest.mark.parametrize(
    ("params", "pageviews"),
    [
        ({"period": "7d"}, 6),
        ({"period": "30d"}, 6),
        ({"period": "7d", "date": "2026-11-19"}, 3),
        ({"period": "7d", "date": "2026-11-26"}, 4),
        ({"period": "7d", "date": "2026-11-25"}, 7),
        ({"period": "30d", "date": "2026-11-21"}, 7),
        ({"period": "day"}, 1),
        ({"period": " 7d "}, 6),
        ({"period": "day", "date": " 2026-11-18 "}, 3),
        ({"period": "custom", "date": "2026-11-18, 2026-11-19"}, 6),
        ({"period": " custom ", "date": " 2026-11-18 ,2026-11-19 "}, 6),
        ({**WEEK, "filters": "event:page == /"}, 3),
        ({**WEEK, "filters": " event:page != / ; visit:country == DE "}, 3),
        ({**WEEK, "filters": "event:page==/pricing | /thanks;"}, 3),
        ({**WEEK, "filters": "event:page == /p*"}, 2),
        ({**WEEK, "filters": "event:goal == Thanks"}, 1),
        ({**WEEK, "filters": "visit:browser == Chrome;event:name == pageview"}, 5),
        ({**WEEK, "metrics": " pageviews "}, 6),
    ],
)
def test_older_api_reads_periods_and_filters_with_and_without_blanks(
    params: dict[str, str], pageviews: int, week: HttpClient
) -> None:
    found = get(week, "aggregate", **{"metrics": "pageviews", **params})
    assert found == {"results": {"pageviews": {"value": pageviews}}}


def test_older_api_finds_properties_by_filters_with_blanks(week: HttpClient) -> None:
    for filters, events in (
        ("event:props:plan == pro", 1),
        ("event:props:plan != *r*", 0),
        ("event:props:plan!=p*", 1),
    ):
        found = get(week, "aggregate", metrics="events", filters=filters, **WEEK)
        assert found == {"results": {"events": {"value": events}}}, filters


@pytest.mark.parametrize(
    ("metric", "before", "now", "points"),
    [
        ("visitors", 2, 3, 50),
        ("visitors", 0, 3, 100),
        ("visitors", 0, 0, 0),
        ("visitors", 3, 0, -100),
        ("bounce_rate", 50, 40, -10),
        ("bounce_rate", 0, 40, None),
        ("conversion_rate", 33.33, 50.0, 16.7),
        ("conversion_rate", 0.0, 50.0, 50.0),
        ("scroll_depth", 40, None, None),
        ("time_on_page", None, 40, None),
    ],
)
def test_older_api_tells_changes_of_rates_in_points_and_none_of_what_is_not_known(
    metric: str, before: float | None, now: float | None, points: float | None
) -> None:
    assert compared(metric, before, now) == {"value": now, "comparison_value": before, "change": points}


def test_older_api_compares_rates(week: HttpClient) -> None:
    asked = {"period": "day", "date": "2026-11-19", "compare": " previous_period "}
    rates = get(week, "aggregate", **asked, metrics="conversion_rate", filters="event:goal==Thanks")
    assert rates == {"results": {"conversion_rate": {"value": 50.0, "comparison_value": 0.0, "change": 50.0}}}
    bounces = get(week, "aggregate", **asked, metrics="bounce_rate,scroll_depth", filters="event:page==/")
    assert bounces["results"]["scroll_depth"] == {"value": None, "comparison_value": None, "change": None}
    assert set(bounces["results"]["bounce_rate"]) == {"value", "comparison_value", "change"}


def test_older_api_has_rates_of_the_visitors_of_each_row(
    logged_in: HttpClient, analytics: Analytics, site: Site
) -> None:
    day = "2026-11-18T10:00:00"
    signup = {"kind": "event", "name": "Signup", "path": "/a", "browser": "Chrome"}
    store_rows(
        analytics.store,
        site.id,
        {**signup, "time": day, "visitor_id": 1, "session_id": 1},
        {**signup, "time": day, "visitor_id": 2, "session_id": 2, "props": '{"plan":"pro"}'},
        {**VIEW, "time": day, "path": "/b", "visitor_id": 3, "session_id": 3, "browser": "Firefox"},
        {**signup, "time": "2026-11-19T10:00:00", "path": "/b", "visitor_id": 4, "session_id": 4},
    )
    analytics.catalog.goals.add(site.id, "Signup", "event", "Signup")
    asked = {"metrics": "conversion_rate", "filters": "event:goal==Signup", **WEEK}
    days = get(logged_in, "timeseries", **asked)["results"]
    assert [each["conversion_rate"] for each in days] == [0, 0, 0, 0, 0, 66.67, 100.0]

    def rates(name: str) -> list[list[Any]]:
        return [list(each.values()) for each in get(logged_in, "breakdown", property=name, **asked)["results"]]

    assert rates("event:page") == [["/a", 100.0], ["/b", 50.0]]
    assert rates("visit:browser") == [["Chrome", 100.0]]
    assert rates("event:goal") == [["Signup", 75.0]]
    assert rates("event:props:plan") == [["pro", 25.0]]


def test_older_api_fills_gaps_in_time(week: HttpClient) -> None:
    found = get(week, "timeseries", metrics="visitors,visit_duration", **WEEK)["results"]
    assert found[0] == {"date": "2026-11-13", "visitors": 0, "visit_duration": None}
    assert found[5:] == [
        {"date": "2026-11-18", "visitors": 2, "visit_duration": 60},
        {"date": "2026-11-19", "visitors": 2, "visit_duration": 120},
    ]
    assert [each["date"] for each in get(week, "timeseries", period="6mo")["results"]] == [
        f"2026-{month:02}-01" for month in range(6, 12)
    ]
    assert len(get(week, "timeseries", period="day", date="2026-11-18")["results"]) == 24


def test_older_api_breaks_down(week: HttpClient) -> None:
    pages = {"property": "event:page", "metrics": "visitors,pageviews", **WEEK}
    assert get(week, "breakdown", **pages, limit=2) == {
        "results": [
            {"page": "/", "visitors": 2, "pageviews": 3},
            {"page": "/pricing", "visitors": 2, "pageviews": 2},
        ]
    }
    assert get(week, "breakdown", **pages, limit=2, page=2)["results"] == [
        {"page": "/thanks", "visitors": 1, "pageviews": 1}
    ]
    names = {"property": "event:name", "metrics": "visitors,events", **WEEK}
    assert get(week, "breakdown", **names)["results"] == [
        {"name": "pageview", "visitors": 3, "events": 6},
        {"name": "Signup", "visitors": 2, "events": 2},
    ]
    signups = get(week, "breakdown", **names, filters="event:name==Signup;event:page==/pricing")["results"]
    assert signups == [{"name": "Signup", "visitors": 2, "events": 2}]
    assert get(week, "breakdown", **names, filters="event:name==Sign*")["results"] == signups
    plans = get(week, "breakdown", property="event:props:plan", filters="event:page==/p*", **WEEK)["results"]
    assert plans == [{"plan": "free", "visitors": 1}, {"plan": "pro", "visitors": 1}]


def test_older_api_leaves_out_what_is_not_set_and_shows_what_a_version_is_of(
    logged_in: HttpClient, analytics: Analytics, site: Site
) -> None:
    campaign = {f"utm_{name}": "x" for name in ("medium", "source", "campaign", "content", "term")}
    place = {"country": "DE", "region": "Hessen", "city": "Kassel"}
    chrome = {"browser": "Chrome", "browser_version": "141", "os": "Linux", "os_version": "6", "source": "Google"}
    seen = {**VIEW, "time": "2026-11-18T10:00:00"}
    rows = ({**campaign, **place, **chrome, "path": "/a"}, {"browser": "Safari", "visitor_id": 2, "session_id": 2})
    store_rows(analytics.store, site.id, *({**seen, **each} for each in rows))

    def keys(name: str) -> list[dict[str, Any]]:
        found = get(logged_in, "breakdown", property=name, **WEEK)["results"]
        return [{key: value for key, value in each.items() if key != "visitors"} for each in found]

    for name in (*campaign, *place):
        assert keys(f"visit:{name}") == [{name: {**campaign, **place}[name]}], name
    assert keys("visit:entry_page") == [{"entry_page": "/a"}]
    assert {"source": "Direct / None"} in keys("visit:source")
    assert {"os": "(not set)"} in keys("visit:os")
    assert {"browser": "Chrome", "browser_version": "141"} in keys("visit:browser_version")
    assert {"browser": "Safari", "browser_version": "(not set)"} in keys("visit:browser_version")
    assert {"os": "GNU/Linux", "os_version": "6"} in keys("visit:os_version")
    linux = get(logged_in, "breakdown", property="visit:os", filters="visit:os==GNU/Linux", **WEEK)["results"]
    assert linux == [{"os": "GNU/Linux", "visitors": 1}]
    for asked in (["is", ["GNU/Linux"]], ["contains", ["GNU"]], ["contains", ["gnu/l"], {"case_sensitive": False}]):
        filters = [[asked[0], "visit:os", *asked[1:]]]
        assert ask(logged_in, dimensions=["visit:os"], filters=filters) == [["GNU/Linux", 1]]
    for operator, value in (("matches", "^GNU/L.*x$"), ("matches", "(?i)gnu"), ("matches_wildcard", "GNU*")):
        filters = [[operator, "visit:os", [value]]]
        assert ask(logged_in, dimensions=["visit:os"], filters=filters) == [["GNU/Linux", 1]], value
        filters = [[f"{operator}_not", "visit:os", [value]]]
        assert "GNU/Linux" not in [row[0] for row in ask(logged_in, dimensions=["visit:os"], filters=filters)], value
    slow = f"^({'|'.join('.' * 12)})*!$"
    for value in ("^Linux$", "^L", slow, f"{'*' * 40}!"):
        operator = "matches_wildcard" if value.startswith("*") else "matches"
        assert ask(logged_in, dimensions=["visit:os"], filters=[[operator, "visit:os", [value]]]) == [], value
    named = ask(logged_in, metrics=["visits", "bounce_rate"], filters=[["matches", "visit:os", ["^GNU"]]])
    assert [row[0] for row in named] == [1]


def test_older_api_counts_who_is_here(week: HttpClient) -> None:
    assert get(week, "realtime/visitors") == 1


@pytest.mark.parametrize(
    ("path", "params", "words"),
    [
        ("aggregate", {"site_id": ""}, "Missing site ID"),
        ("aggregate", {"period": "week"}, "invalid period"),
        ("aggregate", {"period": "custom"}, "`date` parameter is required"),
        ("aggregate", {"date": "tomorrow"}, "invalid date `tomorrow`"),
        ("aggregate", {"metrics": "x"}, "Unknown metric"),
        ("aggregate", {"filters": "event:page"}, 'Invalid filter "event:page"'),
        ("aggregate", {"filters": "event:nothing==x"}, "no dimension"),
        ("aggregate", {"compare": "year"}, "compare"),
        ("timeseries", {"interval": "minute"}, "invalid interval"),
        ("breakdown", {}, "`property` parameter is required: one of event:goal, event:name"),
        ("breakdown", {"property": "event:nothing"}, 'there is no "event:nothing"; there are event:goal'),
        ("breakdown", {"property": "time:day"}, "property"),
        ("breakdown", {"property": "event:page", "limit": "0"}, "limit"),
        ("breakdown", {"property": "event:page", "page": "x"}, "page"),
        ("realtime/visitors", {"site_id": ""}, "Missing site ID"),
    ],
)
def test_older_api_refuses_in_the_same_shape(
    path: str, params: dict[str, str], words: str, logged_in: HttpClient, site: Site
) -> None:
    answer = logged_in.get(f"/api/v1/stats/{path}", params={"site_id": "example.com", **params})
    assert answer.status_code == 400, answer.text
    assert set(answer.json()) == {"error"}
    assert words in answer.json()["error"]
