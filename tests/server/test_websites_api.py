"""Sparklytics' questions about custom events over HTTP: its document's JSON, its words, its limits."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.time_range import LONGEST_NAMED_DAYS, read_days
from hitkeep_py.reports.events import NAMES_LIMIT
from tests.fake_clock import FakeClock
from tests.http_client import HttpClient
from tests.stored_events import store_rows

FEBRUARY = {"start_date": "2026-02-01", "end_date": "2026-03-01"}
REPORTS = ("events", "events/properties", "events/timeseries")


def put(analytics: Analytics, site: Site, *rows: dict[str, Any]) -> None:
    store_rows(analytics.store, site.id, *({"time": "2026-02-10T12:00:00", **row} for row in rows))


def ask(client: HttpClient, site: Site, report: str, **params: str) -> Any:
    answer = client.get(f"/api/websites/{site.id}/{report}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def refused(client: HttpClient, site: Site, report: str, query: str) -> tuple[str, str]:
    answer = client.get(f"/api/websites/{site.id}/{report}?{query}")
    assert answer.status_code == 400, (query, answer.text)
    error = answer.json()["error"]
    assert error["code"] == "invalid_input"
    return error["field"], error["message"]


def purchase(plan: str, currency: str) -> dict[str, Any]:
    return {"name": "purchase", "props": f'{{"plan":"{plan}","currency":"{currency}"}}'}


@pytest.fixture
def month(analytics: Analytics, site: Site) -> None:
    """The document's example, a tenth of it."""
    put(analytics, site, *[{"name": "signup_click"}] * 34, *[{"name": "demo_request", "visitor_id": 2}] * 15)
    put(analytics, site, *[purchase("pro", "USD")] * 5, *[purchase("enterprise", "USD")] * 2)
    put(analytics, site, {**purchase("enterprise", "EUR"), "visitor_id": 2})


@pytest.mark.usefixtures("month")
def test_event_names_are_those_of_the_document(logged_in: HttpClient, site: Site) -> None:
    assert ask(logged_in, site, "events", **FEBRUARY) == [
        {"event_name": "signup_click", "count": 34},
        {"event_name": "demo_request", "count": 15},
        {"event_name": "purchase", "count": 8},
    ]


@pytest.mark.usefixtures("month")
def test_event_properties_are_those_of_the_document(logged_in: HttpClient, site: Site) -> None:
    assert ask(logged_in, site, "events/properties", event_name="purchase", **FEBRUARY) == [
        {
            "property_key": "currency",
            "values": [{"value": "USD", "count": 7}, {"value": "EUR", "count": 1}],
        },
        {
            "property_key": "plan",
            "values": [{"value": "pro", "count": 5}, {"value": "enterprise", "count": 3}],
        },
    ]
    assert ask(logged_in, site, "events/properties", event_name="signup_click", **FEBRUARY) == []


def test_event_timeseries_is_that_of_the_document(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    days = {"2026-02-01": 3, "2026-02-03": 2}
    put(
        analytics,
        site,
        *({"name": "a", "time": f"{day}T23:59:59"} for day, count in days.items() for _ in range(count)),
    )
    params = {"event_name": "a", "granularity": "day", "start_date": "2026-02-01", "end_date": "2026-02-03"}
    assert ask(logged_in, site, "events/timeseries", **params) == {
        "series": [
            {"date": "2026-02-01", "count": 3},
            {"date": "2026-02-02", "count": 0},
            {"date": "2026-02-03", "count": 2},
        ],
        "granularity": "day",
    }


@pytest.mark.usefixtures("month")
def test_server_of_sparklytics_has_its_own_shapes(logged_in: HttpClient, site: Site) -> None:
    assert ask(logged_in, site, "events", format="v2", **FEBRUARY) == {
        "rows": [
            {"event_name": "signup_click", "count": 34, "visitors": 1},
            {"event_name": "demo_request", "count": 15, "visitors": 1},
            {"event_name": "purchase", "count": 8, "visitors": 2},
        ],
        "total": 3,
    }
    assert ask(logged_in, site, "events/properties", event_name="purchase", format="v2", **FEBRUARY) == {
        "event_name": "purchase",
        "total_occurrences": 8,
        "sample_size": 8,
        "properties": [
            {"property_key": "currency", "property_value": "USD", "count": 7},
            {"property_key": "currency", "property_value": "EUR", "count": 1},
            {"property_key": "plan", "property_value": "pro", "count": 5},
            {"property_key": "plan", "property_value": "enterprise", "count": 3},
        ],
    }
    params = {"event_name": "purchase", "start_date": "2026-02-10", "end_date": "2026-02-10", "format": "v2"}
    series = ask(logged_in, site, "events/timeseries", **params)["series"]
    assert series[12:14] == [
        {"date": "2026-02-10 12:00:00", "pageviews": 8, "visitors": 2},
        {"date": "2026-02-10 13:00:00", "pageviews": 0, "visitors": 0},
    ]


@pytest.mark.parametrize(
    ("start", "end", "granularity", "first", "points"),
    [
        ("2026-02-01", "2026-02-01", "hour", "2026-02-01T00:00:00", 24),
        ("2026-02-01", "2026-02-02", "hour", "2026-02-01T00:00:00", 48),
        ("2026-02-01", "2026-02-03", "day", "2026-02-01", 3),
        ("2026-01-01", "2026-03-01", "day", "2026-01-01", 60),
        ("2026-01-02", "2026-03-03", "month", "2026-01", 3),
        ("2026-01-01", "2026-03-31", "month", "2026-01", 3),
        # Clocks are put back: 49 hours are two days, and 60 days are not 61.
        ("2026-10-24", "2026-10-25", "hour", "2026-10-24T00:00:00", 49),
        ("2026-09-01", "2026-10-30", "day", "2026-09-01", 60),
    ],
)
def test_granularity_follows_the_span(
    start: str, end: str, granularity: str, first: str, points: int, logged_in: HttpClient, site: Site
) -> None:
    logged_in.patch(f"/api/sites/{site.id}", json={"time_zone": "Europe/Berlin"})
    found = ask(logged_in, site, "events/timeseries", event_name="a", start_date=start, end_date=end)
    assert (found["granularity"], found["series"][0]["date"], len(found["series"])) == (granularity, first, points)


@pytest.mark.parametrize(("granularity", "points"), [("hour", 90 * 24), ("day", 90), ("month", 3)])
def test_granularity_may_be_asked_for(granularity: str, points: int, reader: HttpClient, reported: Site) -> None:
    params = {"start_date": "2026-01-01", "end_date": "2026-03-31", "granularity": granularity}
    found = ask(reader, reported, "events/timeseries", event_name="a", **params)
    assert (found["granularity"], len(found["series"])) == (granularity, points)


def test_unknown_granularity_is_refused(reader: HttpClient, reported: Site) -> None:
    field, _ = refused(reader, reported, "events/timeseries", "event_name=a&granularity=week")
    assert field == "granularity"


def test_days_and_hours_are_those_of_the_sites_zone(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    logged_in.patch(f"/api/sites/{site.id}", json={"time_zone": "Asia/Kathmandu"})
    put(analytics, site, {"name": "a", "time": "2026-02-09T18:15:00"}, {"name": "a", "time": "2026-02-10T18:15:00"})
    days = {"start_date": "2026-02-10", "end_date": "2026-02-10"}
    found = ask(logged_in, site, "events/timeseries", event_name="a", **days)["series"]
    assert [point for point in found if point["count"]] == [{"date": "2026-02-10T00:00:00", "count": 1}]
    assert ask(logged_in, site, "events", **days) == [{"event_name": "a", "count": 1}]


def test_default_is_the_last_seven_days(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    times = ["2026-11-13T23:59:59", "2026-11-14T00:00:00", "2026-11-20T23:59:59", "2026-11-21T00:00:00"]
    put(analytics, site, *({"name": "a", "time": time} for time in times))
    assert ask(logged_in, site, "events") == [{"event_name": "a", "count": 2}]
    assert ask(logged_in, site, "events", start_date="", end_date="2026-11-13") == [{"event_name": "a", "count": 1}]
    series = ask(logged_in, site, "events/timeseries", event_name="a")["series"]
    assert [series[0], len(series)] == [{"date": "2026-11-14", "count": 1}, 7]


BAD_RANGES = [
    ("start_date=yesterday", "start_date"),
    ("end_date=2026-02-30", "end_date"),
    ("start_date=2026-2-1", "start_date"),
    ("start_date=20260201", "start_date"),
    ("start_date=2026-W05-1", "start_date"),
    ("end_date=2026-02-01T00:00:00Z", "end_date"),
    ("end_date=%00", "end_date"),
    ("end_date=%ED%A0%80", "end_date"),
    ("end_date=0001-01-03", "end_date"),
    ("end_date=9999-12-31", "end_date"),
    ("start_date=2026-11-20&end_date=2026-11-19", "start_date"),
    ("start_date=2026-11-21", "start_date"),
    ("start_date=2026-01-01&end_date=2026-04-01", "start_date"),
]


@pytest.mark.parametrize(("query", "field"), BAD_RANGES)
def test_bad_range_is_refused_and_names_its_end(query: str, field: str, reader: HttpClient, reported: Site) -> None:
    for report in REPORTS:
        assert refused(reader, reported, report, f"event_name=a&{query}")[0] == field


DATES = st.one_of(st.dates().map(lambda day: day.isoformat()), st.text(max_size=12), st.none())


@given(DATES, DATES, st.sampled_from(["UTC", "America/New_York", "Pacific/Apia", "Pacific/Kiritimati"]))
@example("2026-08-23", "2026-11-20", "America/New_York")
@example("2011-12-30", "2011-12-30", "Pacific/Apia")
def test_any_days_are_read_or_refused(start: str | None, end: str | None, zone: str) -> None:
    try:
        time_range = read_days(start, end, zone, FakeClock().now_ms())
    except InvalidInput:
        return
    assert 0 < round(time_range.days()) <= LONGEST_NAMED_DAYS


REQUIRED = "event_name query parameter is required"
EMPTY = "event_name must not be empty"
TOO_LONG = "event_name must be 255 characters or fewer"


@pytest.mark.parametrize("report", REPORTS[1:])
@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", REQUIRED),
        ("name=a", REQUIRED),
        ("event_name=", EMPTY),
        ("event_name=%20%09%0A", EMPTY),
        (f"event_name={'a' * 256}", TOO_LONG),
        (f"event_name={'%C3%A9' * 256}", TOO_LONG),
    ],
)
def test_event_name_is_checked_in_the_documents_words(
    query: str, message: str, report: str, reader: HttpClient, reported: Site
) -> None:
    assert refused(reader, reported, report, query) == ("event_name", message)


@pytest.mark.parametrize("report", REPORTS[1:])
@pytest.mark.parametrize("name", ["é" * 255, "  padded  ", "' OR 1=1 --", "a\x00b", "e\u0301te\u0301"])
def test_event_name_of_any_characters_is_taken(name: str, report: str, reader: HttpClient, reported: Site) -> None:
    found = ask(reader, reported, report, event_name=name)
    assert found == [] or len(found["series"]) == 7


def count_of(client: HttpClient, site: Site, name: str) -> int:
    series = ask(client, site, "events/timeseries", event_name=name, **FEBRUARY)["series"]
    return sum(int(point["count"]) for point in series)


def test_event_is_found_by_its_name_in_the_form_in_which_names_are_stored(
    logged_in: HttpClient, analytics: Analytics, site: Site
) -> None:
    put(analytics, site, {"name": "été"})
    names = ("été", " été ", "e\u0301te\u0301", "ete", "Été")
    assert [count_of(logged_in, site, name) for name in names] == [1, 1, 1, 0, 0]


def test_cut_answer_says_so(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    put(analytics, site, *({"name": "a", "props": f'{{"n":{number}}}'} for number in range(100)))
    given = {"event_name": "a", **FEBRUARY}
    paths = [f"/api/websites/{site.id}/{report}" for report in ("events", "events/properties")]
    for path in paths:
        assert "x-truncated" not in logged_in.get(path, params=given).headers
    put(analytics, site, {"name": "a", "props": '{"n":100}'}, *({"name": f"b{n}"} for n in range(NAMES_LIMIT)))
    for path in paths:
        for params in (given, {**given, "format": "v2"}):
            assert logged_in.get(path, params=params).headers["x-truncated"] == "true"
    assert len(ask(logged_in, site, "events/properties", event_name="a", **FEBRUARY)[0]["values"]) == 100


def test_site_is_found_by_its_domain_and_unknown_ones_are_404(
    logged_in: HttpClient, analytics: Analytics, site: Site
) -> None:
    put(analytics, site, {"name": "a"})
    for report in REPORTS:
        found = [
            logged_in.get(f"/api/websites/{name}/{report}", params={"event_name": "a", **FEBRUARY})
            for name in (site.id, site.domain, "nothing")
        ]
        assert [answer.status_code for answer in found] == [200, 200, 404]
        assert found[0].json() == found[1].json()
        assert logged_in.get(f"/api/websites/nothing/{report}?start_date=x").status_code == 404


def test_sent_events_are_found_with_their_properties(
    http: HttpClient, logged_in: HttpClient, analytics: Analytics, site: Site
) -> None:
    """The document's main path: sent by a program, stored, asked for."""
    props = {"plan": "pro", "amount": 49.99, "trial": False, "product": {"id": 123, "name": "Widget"}}
    body = {"site_id": site.id, "name": "purchase", "url": "https://example.com/buy", "props": props}
    assert http.post("/ingest/event", json=body).status_code == 202
    analytics.drain()
    assert ask(logged_in, site, "events") == [{"event_name": "purchase", "count": 1}]
    found = ask(logged_in, site, "events/properties", event_name="purchase")
    assert {each["property_key"]: each["values"] for each in found} == {
        "plan": [{"value": "pro", "count": 1}],
        "amount": [{"value": "49.99", "count": 1}],
        "trial": [{"value": "false", "count": 1}],
        "product": [{"value": '{"id":123,"name":"Widget"}', "count": 1}],
    }
