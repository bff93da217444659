"""POST /api/sites/{id}/query: golden answers, ranges and comparisons, and whatever is asked wrongly."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.address import normal_page
from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.config import Settings
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dimensions import DIMENSIONS
from hitkeep_py.query.filters import NUMERIC, OPERATORS, WITHOUT_VALUE
from hitkeep_py.query.metrics import METRICS
from hitkeep_py.query.named_range import NAMES, named_range, previous_period, previous_year, time_label
from hitkeep_py.query.time_range import TimeRange, buckets, read_range
from hitkeep_py.server.app import Server
from tests.conftest import EMAIL, PASSWORD
from tests.fake_clock import FakeClock
from tests.http_client import HttpClient
from tests.product import new_analytics
from tests.reported_site import BOTH_DAYS, DAY, ask, refusal, report, reported_product, rows

NOW = round(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp() * 1000)
INJECTIONS = [
    "'; DROP TABLE events; --",
    "' OR '1'='1",
    '"; DELETE FROM events; --',
    "x') UNION SELECT visitor_id FROM events --",
    "{number}",
    "{}",
    "?",
    "path, visitor_id",
    "\\",
    "$.visitor_id",
    "\x00",
]


@pytest.fixture(scope="module")
def opened() -> Iterator[tuple[HttpClient, Analytics, Site]]:
    with reported_product() as product:
        yield product


@pytest.fixture
def client(opened: tuple[HttpClient, Analytics, Site]) -> HttpClient:
    return opened[0]


@pytest.fixture
def site(opened: tuple[HttpClient, Analytics, Site]) -> Site:
    return opened[2]


def test_nothing_asked_for_is_visitors_and_pageviews_of_the_last_30_days(client: HttpClient, site: Site) -> None:
    answer = client.post(f"/api/sites/{site.id}/query").json()
    assert answer == {
        "rows": [{"dimensions": {}, "metrics": {"visitors": 3, "pageviews": 5}}],
        "total_rows": 1,
        "totals": None,
        "comparison_totals": None,
        "from": "2026-10-22T00:00:00.000Z",
        "to": "2026-11-21T00:00:00.000Z",
        "time_zone": "UTC",
        "comparison_range": None,
    }


def test_several_metrics_by_a_dimension(client: HttpClient, site: Site) -> None:
    answer = ask(client, site, metrics=["visitors", "sessions", "events", "bounce_rate"], dimensions=["country"])
    # An unknown country is a row too. Session 14 is the only bounce.
    assert rows(answer) == [("DE", 1, 1, 1, 0.0), ("FR", 1, 1, 2, 0.0), (None, 1, 1, 0, 1.0)]
    assert answer["total_rows"] == 3


def test_two_dimensions(client: HttpClient, site: Site) -> None:
    answer = ask(client, site, metrics=["pageviews"], dimensions=["page", "country"])
    assert rows(answer) == [("/", "DE", 1), ("/", "FR", 1), ("/pricing", "DE", 1), ("/pricing", None, 1)]


def test_property_is_a_dimension_a_filter_and_a_number(client: HttpClient, site: Site) -> None:
    answer = ask(client, site, metrics=["events", "sum:property:price"], dimensions=["property:plan"])
    assert rows(answer) == [("free", 1, 2.5), ("pro", 1, 10)]
    answer = ask(
        client, site, metrics=["visitors"], filters=["property:plan is pro", ["country is DE", "country is FR"]]
    )
    assert rows(answer) == [(1,)]


def test_order_limit_and_offset(client: HttpClient, site: Site) -> None:
    asked = {"metrics": ["pageviews"], "dimensions": ["country"]}
    assert rows(ask(client, site, **asked, order=[["country", "desc"]])) == [("FR", 1), ("DE", 2), (None, 1)]
    assert rows(ask(client, site, **asked, order=["pageviews:asc", "country:desc"])) == [
        ("FR", 1),
        (None, 1),
        ("DE", 2),
    ]
    page = ask(client, site, **asked, limit=1, offset=1)
    assert rows(page) == [("FR", 1)]
    assert page["total_rows"] == 3


def test_search_looks_in_the_first_dimension(client: HttpClient, site: Site) -> None:
    assert rows(ask(client, site, metrics=["pageviews"], dimensions=["page"], search="ric")) == [("/pricing", 2)]


def test_totals_count_what_has_no_key_as_well(client: HttpClient, site: Site) -> None:
    answer = ask(client, site, metrics=["visitors", "events"], dimensions=["property:plan"], totals=True)
    assert answer["totals"] == {"visitors": 3, "events": 3}
    assert ask(client, site, totals=True)["totals"] == {"visitors": 3, "pageviews": 4}


def test_revenue_by_currency_has_no_total(client: HttpClient, site: Site) -> None:
    answer = ask(client, site, metrics=["revenue", "events"], dimensions=["currency"], totals=True)
    assert rows(answer) == [("EUR", 1000, 1), ("USD", 500, 1)]
    assert answer["totals"] == {"revenue": None, "events": 3}
    only = ask(client, site, metrics=["revenue"], filters=["currency is EUR"], totals=True)
    assert only["totals"] == {"revenue": 1000}


def test_aggregates_of_revenue_by_currency_have_no_total(client: HttpClient, site: Site) -> None:
    metrics = ["sum:revenue", "average:revenue", "events"]
    answer = ask(client, site, metrics=metrics, dimensions=["currency"], totals=True)
    assert rows(answer) == [("EUR", 1000, 1000, 1), ("USD", 500, 500, 1)]
    assert answer["totals"] == {"sum:revenue": None, "average:revenue": None, "events": 3}
    only = ask(client, site, metrics=metrics[:1], filters=["currency is EUR"], totals=True)
    assert only["totals"] == {"sum:revenue": 1000}


def test_series_has_a_row_for_every_bucket(client: HttpClient, site: Site) -> None:
    answer = ask(client, site, metrics=["pageviews", "visitors"], dimensions=["hour"])
    assert len(answer["rows"]) == answer["total_rows"] == 24
    assert rows(answer)[7:11] == [
        ("2026-11-20T07:00:00Z", 0, 0),
        ("2026-11-20T08:00:00Z", 2, 1),
        ("2026-11-20T09:00:00Z", 2, 2),
        ("2026-11-20T10:00:00Z", 0, 0),
    ]
    backwards = ask(client, site, metrics=["pageviews"], dimensions=["hour"], order=[["hour", "desc"]], limit=2)
    assert rows(backwards) == [("2026-11-20T23:00:00Z", 0), ("2026-11-20T22:00:00Z", 0)]
    best = ask(client, site, metrics=["pageviews"], dimensions=["hour"], order=[["pageviews", "desc"], ["hour", "asc"]])
    assert rows(best) == [("2026-11-20T08:00:00Z", 2), ("2026-11-20T09:00:00Z", 2)]


def test_time_with_another_dimension_has_labels_but_no_gaps_filled(client: HttpClient, site: Site) -> None:
    answer = ask(client, site, **BOTH_DAYS, metrics=["pageviews"], dimensions=["day", "source"])
    assert rows(answer) == [
        ("2026-11-19T00:00:00Z", "Google", 1),
        ("2026-11-20T00:00:00Z", "Google", 2),
        ("2026-11-20T00:00:00Z", None, 2),
    ]


def test_comparison_is_of_the_same_keys(client: HttpClient, site: Site) -> None:
    asked = {"metrics": ["visitors", "pageviews"], "dimensions": ["country"], "compare": "previous_period"}
    answer = ask(client, site, **asked, totals=True)
    assert rows(answer) == [("DE", 1, 2, 1, 1), ("FR", 1, 1, 0, 0), (None, 1, 1, 0, 0)]
    assert answer["comparison_range"] == {"from": "2026-11-19T00:00:00.000Z", "to": "2026-11-19T12:00:00.000Z"}
    assert answer["totals"] == {"visitors": 3, "pageviews": 4}
    assert answer["comparison_totals"] == {"visitors": 1, "pageviews": 1}
    custom = {"from": "2026-11-19", "to": "2026-11-19T12:00:00Z"}
    assert ask(client, site, **{**asked, "compare": custom, "totals": True}) == answer


def test_comparison_of_two_dimensions_and_of_none(client: HttpClient, site: Site) -> None:
    asked = {"metrics": ["pageviews"], "compare": "previous_period"}
    answer = ask(client, site, **asked, dimensions=["page", "source"])
    assert rows(answer) == [
        ("/", "Google", 1, 1),
        ("/", None, 1, 0),
        ("/pricing", "Google", 1, 0),
        ("/pricing", None, 1, 0),
    ]
    assert rows(ask(client, site, **asked)) == [(4, 1)]
    assert rows(ask(client, site, **asked, dimensions=["country"], filters=["country is XX"])) == []


def test_series_compares_buckets_at_the_same_place(client: HttpClient, site: Site) -> None:
    answer = ask(client, site, metrics=["pageviews"], dimensions=["hour"], compare="previous_period")
    tenth = answer["rows"][10]
    assert tenth == {
        "dimensions": {"hour": "2026-11-20T10:00:00Z"},
        "metrics": {"pageviews": 0},
        "comparison": {"pageviews": 1},
        "comparison_time": "2026-11-19T10:00:00Z",
    }
    shorter = {"from": "2026-11-19T10:00:00Z", "to": "2026-11-19T11:00:00Z"}
    found = ask(client, site, metrics=["pageviews"], dimensions=["hour"], compare=shorter)["rows"]
    assert (found[0]["comparison"], found[1]["comparison"]) == ({"pageviews": 1}, {"pageviews": 0})
    assert "comparison_time" not in found[1]


def test_series_in_a_zone_has_its_offsets(client: HttpClient, opened: tuple[HttpClient, Analytics, Site]) -> None:
    kathmandu = opened[1].catalog.sites.add("kathmandu.example", "Asia/Kathmandu")
    answer = ask(client, kathmandu, metrics=["events"], dimensions=["day", "event"])
    assert answer["rows"] == []
    series = ask(client, kathmandu, metrics=["events"], dimensions=["day"])
    assert rows(series) == [("2026-11-20T00:00:00+05:45", 0)]


def test_conversions_are_of_any_goal_or_of_those_that_are_named(
    client: HttpClient, opened: tuple[HttpClient, Analytics, Site]
) -> None:
    _, analytics, site = opened
    goals = analytics.catalog.goals
    signup = goals.add(site.id, "Sign-up, of any plan", "event", "signup")
    anything = goals.add(site.id, "Any page", "path", "*")
    try:
        overview = report(client, site, "overview", **BOTH_DAYS)
        by_goal = {each["goal_id"]: each["conversions"] for each in overview["goals"]}
        assert 0 < by_goal[signup.id] < by_goal[anything.id]
        for named, conversions in (
            ([], overview["conversions"]),
            ([signup.name], by_goal[signup.id]),
            ([anything.id], by_goal[anything.id]),
            ([signup.id, anything.name], overview["conversions"]),
        ):
            asked = ask(client, site, metrics=["conversions"], goal=named, **BOTH_DAYS)
            assert rows(asked) == [(conversions,)]
            found = report(client, site, "series", metrics="conversions", unit="month", goal=named, **BOTH_DAYS)
            assert [row["metrics"] for row in found["rows"]] == [{"conversions": conversions}]
        before = report(client, site, "breakdown/country", metrics="conversion_rate", compare="previous_period")
        compared = {row["dimensions"]["country"]: row["comparison"]["conversion_rate"] for row in before["rows"]}
        assert (compared["DE"], compared["FR"]) == (1.0, None)
    finally:
        for each in (signup, anything):
            goals.remove(site.id, each.id)
    assert rows(ask(client, site, metrics=["conversions", "conversion_rate"], **BOTH_DAYS)) == [(0, None)]


def test_a_goal_that_does_not_exist_is_named(client: HttpClient, site: Site) -> None:
    answer = client.post(f"/api/sites/{site.id}/query", json={"metrics": ["conversions"], "goal": ["nothing"]})
    assert answer.status_code == 404
    assert "nothing" in answer.json()["error"]["message"]


def test_explain_tells_what_was_asked_and_what_it_means(client: HttpClient, site: Site) -> None:
    found = ask(client, site, metrics=["visitors", "sum:value"], dimensions=["country"], explain=True)["explain"]
    assert found["definitions"] == {
        "visitors": METRICS["visitors"].description,
        "sum:value": "Sum of value, of the events that have it as a number.",
    }
    assert [set(each) for each in found["statements"]] == [{"sql", "parameters", "seconds", "kept", "rows"}] * len(
        found["statements"]
    )
    assert "country" in found["statements"][-1]["sql"]
    assert site.id in found["statements"][-1]["parameters"]
    again = ask(client, site, metrics=["visitors", "sum:value"], dimensions=["country"], explain=True)["explain"]
    assert all(each["kept"] for each in again["statements"])
    assert "explain" not in ask(client, site, explain=False)


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"metrics": ["visitor"]}, "metrics", "there are visitors, sessions,"),
        ({"metrics": ["median"]}, "metrics", "with the aggregates sum,"),
        ({"metrics": ["median:colour"]}, "metrics", "for a property of events property:colour"),
        ({"metrics": "x y"}, "metrics", "there is no metric"),
        ({"metrics": [1]}, "metrics", "must be a list of names"),
        ({"metrics": ["visitors"] * 2 + [f"sum:property:{n}" for n in range(20)]}, "metrics", "at most 20"),
        ({"metrics": ["revenue"]}, "metrics", "never added across currencies"),
        ({"metrics": ["revenue:eur"]}, "metrics", "there is no currency 'eur'"),
        ({"metrics": ["revenue:EUR'"]}, "metrics", "three capital letters"),
        ({"metrics": ["visitors"], "goal": 7}, "goal", "must be a list of names"),
        ({"dimensions": ["pages"]}, "dimensions", "there are page, hostname,"),
        ({"dimensions": ["value"]}, "dimensions", "is a number"),
        ({"dimensions": ["day", "hour"]}, "dimensions", "one dimension of time"),
        ({"dimensions": ["property:"]}, "dimensions", "and property:KEY"),
        ({"dimensions": {"page": 1}}, "dimensions", "must be a list of names"),
        ({"dimensions": list(DIMENSIONS)[:6]}, "dimensions", "at most 5"),
        ({"filters": "country is DE"}, "filters", "must be a list"),
        ({"filters": [{"dimension": "page", "operator": "like", "values": ["x"]}]}, "filters", "there are is, is not"),
        ({"filters": [{"dimension": "pages", "operator": "is", "values": ["x"]}]}, "filters", "there are page,"),
        ({"filters": ["hour is 7"]}, "filters", "choose the range instead"),
        ({"from": "yesterday"}, "from", "must be a day"),
        ({"from": 1}, "from", "must be a text"),
        ({"from": "2026-11-20", "to": "2026-11-19"}, "from", "must be before"),
        ({"range": "fortnight"}, "range", ", ".join(NAMES)),
        ({"range": "0d"}, "range", "there is no range"),
        ({"range": "99999d"}, "range", "longer than"),
        ({"range": "7d", "from": "2026-11-20"}, "range", "either range or from and to"),
        ({"compare": "last_year"}, "compare", "previous_period or previous_year; another"),
        ({"compare": {"from": "2026-11-20"}}, "compare", "previous_period or previous_year; another"),
        ({"compare": "previous_period", "dimensions": ["day", "page"]}, "compare", "only alone"),
        (
            {"from": "0006-01-01", "to": "0006-02-01", "compare": {"from": "9", "to": "10"}},
            "compare",
            "to must be a day",
        ),
        ({"order": "visitors"}, "order", "must be a list"),
        ({"order": [["visitors", "down"]]}, "order", "directions are asc and desc"),
        ({"order": [["sessions", "desc"]]}, "order", "cannot order by 'sessions'"),
        ({"limit": 0}, "limit", "from 1 to 10000"),
        ({"limit": 10_001}, "limit", "from 1 to 10000"),
        ({"limit": "10"}, "limit", "whole number"),
        ({"limit": True}, "limit", "whole number"),
        ({"offset": -1}, "offset", "whole number"),
        ({"totals": "yes"}, "totals", "true or false"),
        ({"explain": 1}, "explain", "true or false"),
        ({"search": "x"}, "search", "no dimension to search in"),
        ({"search": {}, "dimensions": ["page"]}, "search", "must be texts"),
        ({"format": "xlsx"}, "format", "there are csv, excel, json, ndjson, parquet"),
        ({"metric": ["visitors"]}, "metric", "there are metrics, dimensions"),
        ({"metric": ["visitors"]}, "metric", "totals, explain, format"),
        ({"explain": True, "format": "csv"}, "explain", "holds rows alone"),
        ({"totals": True, "format": "ndjson"}, "totals", "holds rows alone"),
        ({"range": "365d", "dimensions": ["minute"]}, "unit", "more than 10000 points"),
    ],
)
def test_what_is_asked_wrongly_is_named(
    client: HttpClient, site: Site, body: dict[str, Any], field: str, words: str
) -> None:
    error = refusal(client, site, **body)
    assert (error["code"], error["field"]) == ("invalid_input", field)
    assert words in error["message"]


def test_unknown_segment_is_not_found(client: HttpClient, site: Site) -> None:
    assert client.post(f"/api/sites/{site.id}/query", json={"segment": "Nobody"}).status_code == 404


def test_segment_adds_its_filters(client: HttpClient, opened: tuple[HttpClient, Analytics, Site], site: Site) -> None:
    segment = opened[1].catalog.segments.add(site.id, "Germans", ["country is DE"])
    for named in (segment.id, "Germans"):
        assert rows(ask(client, site, metrics=["visitors"], segment=named)) == [(1,)]
    assert rows(ask(client, site, metrics=["visitors"], segment="Germans", filters=["country is FR"])) == [(0,)]
    opened[1].catalog.segments.remove(site.id, segment.id)


@pytest.mark.parametrize("text", INJECTIONS)
def test_no_text_becomes_sql(client: HttpClient, opened: tuple[HttpClient, Analytics, Site], text: str) -> None:
    """Through every name and value: it is refused, or it is a value that nothing has."""
    _, analytics, site = opened
    before = analytics.store.select("SELECT count(*) FROM events")
    for field in ("metrics", "dimensions", "order"):
        refusal(client, site, **{field: [text]})
    for field in ("from", "to", "range", "compare"):
        refusal(client, site, **{field: text})
    for name in (f"property:{text}", "page", "entry_page", "country"):
        ask(client, site, dimensions=[name], search=text)
        for operator in set(OPERATORS) - {*NUMERIC, *WITHOUT_VALUE}:
            condition = {"dimension": name, "operator": operator, "values": [text]}
            answer = client.post(
                f"/api/sites/{site.id}/query", json={**DAY, "metrics": ["visitors"], "filters": [condition]}
            )
            assert answer.status_code in (200, 400), (operator, answer.text)
            if normal_page(text) == "/" and name in ("page", "entry_page"):
                continue  # What browsers read as the first page is one.
            assert answer.status_code == 400 or rows(answer.json()) in ([(0,)], [(3,)]), operator
    ask(client, site, metrics=[f"sum:property:{text}", f"median:property:{text}"], dimensions=[f"property:{text}"])
    for named in (text, f"property:{text}"):
        refusal(client, site, filters=[{"dimension": named, "operator": f"is {text}", "values": ["x"]}])
    assert analytics.store.select("SELECT count(*) FROM events") == before


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=4))
def test_any_json_is_answered_or_refused(opened: tuple[HttpClient, Analytics, Site], value: object) -> None:
    client, _, site = opened
    for field in ("metrics", "dimensions", "filters", "from", "range", "compare", "order", "limit", "search"):
        answer = client.post(f"/api/sites/{site.id}/query", json={field: value})
        assert answer.status_code in (200, 400), (field, value)


def test_50_questions_at_once_are_all_answered(client: HttpClient, site: Site) -> None:
    names = [name for name, each in DIMENSIONS.items() if not each.numeric]
    bodies = [
        {
            **BOTH_DAYS,
            "metrics": ["visitors", "sessions"],
            "dimensions": [names[number % len(names)]],
            "offset": number // 25,
        }
        for number in range(50)
    ]
    alone = [client.post(f"/api/sites/{site.id}/query", json=body).json() for body in bodies]
    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda body: client.post(f"/api/sites/{site.id}/query", json=body), bodies))
    assert [each.status_code for each in answers] == [200] * 50
    assert [each.json() for each in answers] == alone


def test_question_that_takes_too_long_is_a_504_that_names_the_limit(clock: FakeClock) -> None:
    analytics = new_analytics(clock, Settings(query_timeout=0.5))
    site = analytics.catalog.sites.add("example.com")
    token = analytics.catalog.users.open_session(analytics.catalog.users.add(EMAIL, PASSWORD))
    request = analytics.questions.request

    def late() -> Any:
        found = request()
        clock.advance(1)
        return found

    analytics.questions.request = late  # type: ignore[method-assign]
    with HttpClient(Server(analytics).app, cookies={"hk_token": token}) as client:
        answer = client.post(f"/api/sites/{site.id}/query")
    analytics.close()
    assert answer.status_code == 504
    assert answer.json()["error"]["code"] == "query_timeout"
    assert "0.5 seconds (query_timeout)" in answer.json()["error"]["message"]


def days(name: str, zone: str = "UTC", now: int = NOW) -> tuple[str, str]:
    found = named_range(name, zone, now)
    return time_label(found.start, "minute", zone), time_label(found.end, "minute", zone)


def test_named_ranges_on_friday_the_20th_of_november() -> None:
    expected = {
        "today": ("2026-11-20", "2026-11-21"),
        "yesterday": ("2026-11-19", "2026-11-20"),
        "this_week": ("2026-11-16", "2026-11-21"),
        "last_week": ("2026-11-09", "2026-11-16"),
        "this_month": ("2026-11-01", "2026-11-21"),
        "last_month": ("2026-10-01", "2026-11-01"),
        "this_quarter": ("2026-10-01", "2026-11-21"),
        "last_quarter": ("2026-07-01", "2026-10-01"),
        "year": ("2026-01-01", "2026-11-21"),
        "last_year": ("2025-01-01", "2026-01-01"),
        "7d": ("2026-11-14", "2026-11-21"),
        "12mo": ("2025-12-01", "2026-11-21"),
        "1mo": ("2026-11-01", "2026-11-21"),
        "all": ("2026-11-20", "2026-11-21"),
    }
    assert {name: days(name) for name in expected} == {
        name: (f"{start}T00:00:00Z", f"{end}T00:00:00Z") for name, (start, end) in expected.items()
    }
    assert set(NAMES) - set(expected) == {"realtime", "30min", "24h"}
    for name, minutes in (("realtime", 30), ("30min", 30), ("24h", 24 * 60)):
        assert named_range(name, "UTC", NOW) == TimeRange(NOW + 1 - minutes * 60_000, NOW + 1)


def test_all_begins_with_the_day_of_the_first_event(client: HttpClient, site: Site) -> None:
    assert rows(ask(client, site, range="all", metrics=["pageviews"])) == [(5,)]
    answer = client.post(f"/api/sites/{site.id}/query", json={"range": "all", "dimensions": ["day"]}).json()
    assert (answer["from"], answer["to"]) == ("2026-11-19T00:00:00.000Z", "2026-11-21T00:00:00.000Z")
    tokyo = named_range("all", "Asia/Tokyo", NOW, lambda: NOW - 5 * 3_600_000)
    assert time_label(tokyo.start, "minute", "Asia/Tokyo") == "2026-11-20T00:00:00+09:00"
    assert named_range("all", "UTC", NOW, lambda: 0).start == 0


def test_named_ranges_are_of_the_sites_days() -> None:
    late = NOW + 11 * 3_600_000  # 23:00 in UTC, the next morning in Tokyo
    assert days("today", "Asia/Tokyo", late) == ("2026-11-21T00:00:00+09:00", "2026-11-22T00:00:00+09:00")
    # New York's clocks went back on 1 November 2026.
    assert days("last_month", "America/New_York") == ("2026-10-01T00:00:00-04:00", "2026-11-01T00:00:00-04:00")
    assert days("this_month", "America/New_York")[1] == "2026-11-21T00:00:00-05:00"


@pytest.mark.parametrize(
    ("asked", "before"),
    [
        (("2026-11-20", "2026-11-20"), ("2026-11-19", "2026-11-19")),
        (("2026-11-14", "2026-11-20"), ("2026-11-07", "2026-11-13")),
        (("2026-10-01", "2026-10-31"), ("2026-09-01", "2026-09-30")),  # a month with a month, though it is shorter
        (("2026-01-01", "2026-12-31"), ("2025-01-01", "2025-12-31")),
        (("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28")),
        (("2026-11-20T10:00:00Z", "2026-11-20T11:30:00Z"), ("2026-11-20T08:30:00Z", "2026-11-20T10:00:00Z")),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Australia/Lord_Howe"])
def test_previous_period(asked: tuple[str, str], before: tuple[str, str], zone: str) -> None:
    assert previous_period(read_range(*asked, zone, NOW)) == read_range(*before, zone, NOW)


def test_previous_year() -> None:
    leap = read_range("2024-02-29", "2024-02-29", "UTC", NOW)
    assert previous_year(leap) == read_range("2023-02-28", "2023-02-28", "UTC", NOW)
    spring = read_range("2026-03-29", "2026-04-02", "Europe/Berlin", NOW)
    assert previous_year(spring) == read_range("2025-03-29", "2025-04-02", "Europe/Berlin", NOW)


def test_there_is_nothing_before_the_calendar_begins() -> None:
    start = -62_000_000_000_000  # in the year 5
    early = TimeRange(start, start + 3_650 * 86_400_000)
    with pytest.raises(InvalidInput, match="no time before to compare with"):
        previous_period(early)
    with pytest.raises(InvalidInput, match="no time before to compare with"):
        previous_year(early)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo"])
@pytest.mark.parametrize("unit", ["minute", "hour", "day", "week", "month"])
def test_labels_of_keys_are_those_of_buckets(zone: str, unit: str) -> None:
    for start, end in (("2011-12-28", "2011-12-31"), ("2018-11-03", "2018-11-05"), ("2026-04-04", "2026-04-05")):
        for key, label in buckets(read_range(start, end, zone, NOW), unit):
            assert time_label(key, unit, zone) == label
