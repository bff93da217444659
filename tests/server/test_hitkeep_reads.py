"""HitKeep's questions over HTTP, worked out by hand, in its shapes; its rates are percentages."""

from typing import Any

import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from tests.http_client import HttpClient
from tests.stored_events import store_rows

CHROME = {"browser": "Chrome", "device": "desktop", "country": "DE", "language": "de-DE", "screen": "1920x1080"}
FIREFOX = {"browser": "Firefox", "device": "mobile", "country": "FR", "city": "Paris"}
ONE = {
    **CHROME,
    "visitor_id": 1,
    "session_id": 1,
    "referrer": "news.example/today",
    "source": "news.example",
    "utm_source": "news",
    "utm_medium": "mail",
}
TWO = {**FIREFOX, "visitor_id": 2, "session_id": 2}
THREE = {**CHROME, "visitor_id": 3, "session_id": 3, "source": "ChatGPT", "channel": "AI Assistants"}
VIEW = {"kind": "pageview", "hostname": "example.com"}
EVENTS: list[dict[str, Any]] = [
    {**ONE, **VIEW, "time": "2026-11-18T10:00:00", "path": "/"},
    {**ONE, **VIEW, "time": "2026-11-18T10:01:00", "path": "/pricing"},
    {**ONE, "name": "signup", "time": "2026-11-18T10:02:00", "path": "/pricing", "props": '{"plan":"pro","size":2}'},
    {**TWO, **VIEW, "time": "2026-11-18T11:00:00", "path": "/"},
    {**THREE, **VIEW, "time": "2026-11-19T09:00:00", "path": "/pricing"},
    {**THREE, "name": "signup", "time": "2026-11-19T09:01:00", "path": "/pricing", "props": '{"plan":"free"}'},
    {**THREE, "name": "signup", "time": "2026-11-19T09:02:00", "path": "/pricing", "props": '{"plan":"free"}'},
    {**TWO, **VIEW, "time": "2026-11-20T11:30:00", "session_id": 4, "path": "/thanks"},
]
DAYS = {"from": "2026-11-18", "to": "2026-11-20"}


@pytest.fixture
def week(analytics: Analytics, site: Site) -> None:
    store_rows(analytics.store, site.id, *EVENTS)


def get(client: HttpClient, site: Site, route: str, **params: Any) -> Any:
    answer = client.get(f"/api/sites/{site.id}/{route}", params={**DAYS, **params})
    assert answer.status_code == 200, answer.text
    return answer.json()


def pairs(rows: list[dict[str, Any]]) -> list[tuple[str, int]]:
    assert all(set(row) == {"name", "value"} for row in rows)
    return [(row["name"], row["value"]) for row in rows]


@pytest.mark.usefixtures("week")
def test_stats_have_all_of_hitkeeps_lists(logged_in: HttpClient, site: Site) -> None:
    found = get(logged_in, site, "stats")
    assert {name: pairs(rows) for name, rows in found.items() if name.startswith("top_") and rows is not None} == {
        "top_pages": [("/", 2), ("/pricing", 2), ("/thanks", 1)],
        "top_landing_pages": [("/", 2), ("/pricing", 1), ("/thanks", 1)],
        "top_exit_pages": [("/pricing", 2), ("/", 1), ("/thanks", 1)],
        "top_referrers": [("(Direct)", 3), ("news.example/today", 2)],
        "top_devices": [("Desktop", 3), ("Mobile", 2)],
        "top_countries": [("DE", 3), ("FR", 2)],
        "top_cities": [("(Unknown)", 3), ("Paris", 2)],
        "top_browsers": [("Chrome", 3), ("Firefox", 2)],
        "top_languages": [("de-DE", 3), ("(Unspecified)", 2)],
        "top_ai_bots": [],
        "top_ai_sources": [("ChatGPT", 1)],
        "top_utm_sources": [("(Unspecified)", 3), ("news", 2)],
        "top_utm_mediums": [("(Unspecified)", 3), ("mail", 2)],
        "top_utm_campaigns": [("(Unspecified)", 5)],
        "top_utm_contents": [("(Unspecified)", 5)],
        "top_utm_terms": [("(Unspecified)", 5)],
    }
    assert (found["top_providers"], found["top_asns"]) == (None, None)
    assert (found["ai_bot_hits"], found["ai_source_visits"]) == (0, 1)
    assert {name: value for name, value in found.items() if name.startswith("utm_")} == {
        "utm_campaign_hits": 0,
        "utm_content_hits": 0,
        "utm_medium_hits": 2,
        "utm_source_hits": 2,
        "utm_term_hits": 0,
    }
    assert (found["total_pageviews"], found["unique_sessions"], found["bounce_rate"]) == (5, 4, 50)
    assert found["funnels"] == found["goals"] == []
    assert "comparison" not in found


@pytest.mark.usefixtures("week")
def test_stats_compare_with_the_range_that_is_asked_for(
    logged_in: HttpClient, analytics: Analytics, site: Site
) -> None:
    analytics.catalog.goals.add(site.id, "Signup", "event", "signup")
    before = {"compare_from": "2026-11-18", "compare_to": "2026-11-18"}
    found = get(logged_in, site, "stats", **{"from": "2026-11-19"}, **before)["comparison"]
    assert [point["pageviews"] for point in found.pop("chart_data") if point["pageviews"]] == [2, 1]
    (goal,) = found.pop("goals")
    assert (goal["conversions"], goal["conversion_rate"]) == (1, 50)
    assert found == {
        "total_pageviews": 3,
        "unique_sessions": 2,
        "bounce_rate": 50,
        "avg_session_duration": 60,
        "pages_per_session": 1.5,
        "utm_campaign_hits": 0,
        "utm_content_hits": 0,
        "utm_medium_hits": 2,
        "utm_source_hits": 2,
        "utm_term_hits": 0,
        "total_conversions": 1,
    }
    assert "comparison" not in get(logged_in, site, "stats", compare_from="2026-11-18")


@pytest.mark.usefixtures("week")
@pytest.mark.parametrize(
    ("given", "pageviews"),
    [
        (["path:/"], 2),
        (["PATH: /"], 2),
        (["hostname:example.com"], 5),
        (["referrer:news.example/today"], 2),
        (["referrer_host:news.example"], 2),
        (["referrer:(Direct)"], 3),
        (["device:Mobile"], 2),
        (["country:DE"], 3),
        (["city:(Unknown)"], 3),
        (["browser:Firefox"], 2),
        (["language:de-DE"], 3),
        (["utm_source:news"], 2),
        (["utm_medium:(Unspecified)"], 3),
        (["country:DE", "path:/"], 1),
        (["country:DE", "page is /pricing"], 2),
        (["property:plan is pro"], 0),
    ],
)
def test_filters_of_both_forms_choose(given: list[str], pageviews: int, logged_in: HttpClient, site: Site) -> None:
    assert get(logged_in, site, "hits", filter=given)["total"] == pageviews
    if "property" not in given[0]:
        assert get(logged_in, site, "stats", filter=given)["total_pageviews"] >= pageviews


@pytest.mark.usefixtures("week")
def test_goals_and_funnels_choose_sessions(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    signup = analytics.catalog.goals.add(site.id, "Signup", "event", "signup")
    steps = [{"type": "path", "value": "/"}, {"type": "path", "value": "/pricing"}]
    entering = analytics.catalog.funnels.add(site.id, "Entering", steps)
    # Sessions 1 and 3 signed up, 1 and 2 saw the first page.
    assert get(logged_in, site, "stats", goal_id=signup.id)["unique_sessions"] == 2
    assert get(logged_in, site, "stats", goal_id=signup.id)["total_pageviews"] == 3
    assert pairs(get(logged_in, site, "stats", funnel_id=entering.id)["top_countries"]) == [("DE", 2), ("FR", 1)]
    assert get(logged_in, site, "hits", goal_id=signup.id, funnel_id=entering.id)["total"] == 2
    assert logged_in.get(f"/api/sites/{site.id}/stats", params={"goal_id": "x"}).status_code == 404


@pytest.mark.usefixtures("week")
def test_custom_events(logged_in: HttpClient, site: Site) -> None:
    assert get(logged_in, site, "events/names") == ["signup"]
    assert get(logged_in, site, "events/properties", event_name="signup") == ["plan", "size"]
    plans = get(logged_in, site, "events/breakdown", event_name="signup", property_key="plan")
    assert pairs(plans) == [("free", 1), ("pro", 1)]
    found = get(logged_in, site, "events/timeseries", event_name="signup")
    assert found[0] == {"time": "2026-11-18T00:00:00Z", "count": 1}
    assert [point["count"] for point in found] == [1, 2, 0]
    only = {"event_name": "signup", "property_key": "plan", "property_value": "free"}
    assert [point["count"] for point in get(logged_in, site, "events/timeseries", **only)] == [0, 2, 0]
    assert [point["count"] for point in get(logged_in, site, "events/timeseries", **only, filter="country:FR")] == [
        0
    ] * 3


@pytest.mark.usefixtures("week")
def test_audience_is_of_sessions_with_the_event(logged_in: HttpClient, site: Site) -> None:
    found = get(logged_in, site, "events/audience", event_name="signup")
    assert {name: rows and pairs(rows) for name, rows in found.items()} == {
        "top_pages": [("/pricing", 2), ("/", 1)],
        "top_referrers": [("news.example/today", 1), ("(Direct)", 1)],
        "top_devices": [("Desktop", 2)],
        "top_countries": [("DE", 2)],
        "top_cities": [("(Unknown)", 2)],
        "top_providers": None,
        "top_asns": None,
    }
    only = {"event_name": "signup", "property_key": "plan", "property_value": "pro"}
    assert pairs(get(logged_in, site, "events/audience", **only)["top_pages"]) == [("/", 1), ("/pricing", 1)]


@pytest.mark.usefixtures("week")
def test_hits_are_pageviews_page_by_page(logged_in: HttpClient, site: Site) -> None:
    found = get(logged_in, site, "hits", limit=2, offset=3)
    assert found["total"] == 5
    assert [hit["path"] for hit in found["data"]] == ["/pricing", "/"]
    assert found["data"][1] == {
        "id": "1",
        "site_id": site.id,
        "session_id": "1",
        "page_id": None,
        "timestamp": "2026-11-18T10:00:00.000Z",
        "path": "/",
        "hostname": "example.com",
        "referrer": "news.example/today",
        "user_agent": None,
        "viewport_width": None,
        "viewport_height": None,
        "screen_width": 1920,
        "screen_height": 1080,
        "language": "de-DE",
        "country_code": "DE",
        "region": None,
        "city": None,
        "provider": None,
        "asn": None,
        "asn_org": None,
        "utm_source": "news",
        "utm_medium": "mail",
        "utm_campaign": None,
        "utm_term": None,
        "utm_content": None,
        "qr_code_id": None,
        "is_unique": None,
    }
    by_path = get(logged_in, site, "hits", sort="path", order="asc")["data"]
    assert [hit["path"] for hit in by_path] == ["/", "/", "/pricing", "/pricing", "/thanks"]
    assert get(logged_in, site, "hits", q="PRIC")["total"] == 2
    assert get(logged_in, site, "hits", q=".*")["total"] == 0
    assert get(logged_in, site, "hits", limit=1_000)["total"] == 5
    assert get(logged_in, site, "hits", offset=5) == {"data": [], "total": 5}


@pytest.mark.usefixtures("week")
def test_hits_without_a_range_are_those_of_the_last_day(logged_in: HttpClient, site: Site) -> None:
    found = logged_in.get(f"/api/sites/{site.id}/hits").json()
    assert [hit["path"] for hit in found["data"]] == ["/thanks"]


@pytest.mark.usefixtures("week")
def test_funnels_are_counted_in_percent(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    body = {"name": "Buying", "steps": [{"type": "path", "value": "/"}, {"type": "event", "value": "signup"}]}
    assert logged_in.post(f"/api/sites/{site.id}/funnels", json=body).status_code == 201
    (added,) = logged_in.get(f"/api/sites/{site.id}/funnels").json()
    assert added["steps"] == body["steps"]
    assert get(logged_in, site, f"funnels/{added['id']}/stats") == {
        "funnel_id": added["id"],
        "name": "Buying",
        "steps": [
            {"step_index": 0, "name": "path: /", "visitors": 2, "dropoff": 0, "conversion_rate": 100},
            {"step_index": 1, "name": "event: signup", "visitors": 1, "dropoff": 1, "conversion_rate": 50},
        ],
        "total_entries": 2,
        "total_completions": 1,
        "overall_conversion_rate": 50,
    }
    series = [
        {"time": "2026-11-18T00:00:00Z", "entries": 2, "completions": 1},
        {"time": "2026-11-19T00:00:00Z", "entries": 0, "completions": 0},
        {"time": "2026-11-20T00:00:00Z", "entries": 0, "completions": 0},
    ]
    assert get(logged_in, site, "funnels/timeseries") == series
    assert get(logged_in, site, "funnels/timeseries", funnel_id=added["id"]) == series
    assert logged_in.get(f"/api/sites/{site.id}/funnels/x/stats").status_code == 404


PURCHASES: list[dict[str, Any]] = [
    {**ONE, "name": "purchase", "props": '{"value":20,"currency":"EUR","item_id":"a","item_name":"A","quantity":2}'},
    {**TWO, "name": "order_completed", "props": '{"value":10.5,"currency":"EUR","item_id":"b","item_name":"B"}'},
    {**TWO, "name": "purchase", "props": '{"value":99,"currency":"USD"}'},
    {**TWO, "name": "begin_checkout"},
    {**TWO, "name": "checkout_started"},
    {**ONE, "name": "begin_checkout"},
    {**THREE, "name": "begin_checkout"},
]


def test_purchases_are_of_one_currency(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    store_rows(analytics.store, site.id, *({**each, "time": "2026-11-19T10:00:00"} for each in PURCHASES))
    assert get(logged_in, site, "ecommerce") == {
        "revenue": 30.5,
        "orders": 2,
        "average_order_value": 15.25,
        "checkout_starts": 4,
        "checkout_conversion_rate": 50,
        "currency": "EUR",
        "top_cities": [{"name": "Paris", "value": 2}, {"name": "(Unknown)", "value": 2}],
        "top_providers": [],
        "top_asns": [],
    }
    assert get(logged_in, site, "ecommerce", currency="USD")["revenue"] == 99
    assert get(logged_in, site, "ecommerce", item_id="a")["orders"] == 1
    assert get(logged_in, site, "ecommerce", filter="country:FR")["revenue"] == 10.5
    assert get(logged_in, site, "ecommerce/timeseries")[1:] == [
        {"time": "2026-11-19T00:00:00Z", "revenue": 30.5, "orders": 2},
        {"time": "2026-11-20T00:00:00Z", "revenue": 0, "orders": 0},
    ]
    assert get(logged_in, site, "ecommerce/products") == [
        {"item_id": "a", "item_name": "A", "revenue": 20, "orders": 1, "quantity": 2},
        {"item_id": "b", "item_name": "B", "revenue": 10.5, "orders": 1, "quantity": 1},
    ]
    first, second = get(logged_in, site, "ecommerce/sources")
    assert first == {
        "utm_source": "news",
        "utm_medium": "mail",
        "utm_campaign": "(Unspecified)",
        "referrer": "news.example/today",
        "revenue": 20,
        "orders": 1,
    }
    assert (second["utm_source"], second["referrer"], second["revenue"]) == ("(Unspecified)", "(Direct)", 10.5)


REFUNDS: list[dict[str, Any]] = [
    {**ONE, "name": "purchase", "props": '{"value":-8.5,"currency":"EUR","item_id":"a","item_name":"A","quantity":1}'},
    {**TWO, "name": "purchase", "props": '{"value":-4,"currency":"EUR","item_id":"c","item_name":"C"}'},
    {**TWO, "name": "purchase", "props": '{"value":0,"currency":"EUR","item_id":"d","item_name":"D"}'},
    {**TWO, "name": "purchase", "props": '{"currency":"EUR","item_id":"e","item_name":"E","quantity":3}'},
    {
        **TWO,
        "name": "purchase",
        "props": '{"value":"free","currency":"EUR","item_id":"f","item_name":"F","quantity":5}',
    },
]


def test_refund_lowers_revenue_and_is_no_order(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    events = [{**each, "time": "2026-11-19T10:00:00"} for each in (*PURCHASES, *REFUNDS)]
    store_rows(analytics.store, site.id, *events)
    found = get(logged_in, site, "ecommerce")
    assert (found["revenue"], found["orders"], found["average_order_value"]) == (18, 5, 30.5 / 5)
    assert found["checkout_conversion_rate"] == 125
    assert get(logged_in, site, "ecommerce/timeseries")[1] == {
        "time": "2026-11-19T00:00:00Z",
        "revenue": 18,
        "orders": 5,
    }
    products = get(logged_in, site, "ecommerce/products")
    assert [(each["item_id"], each["revenue"], each["orders"], each["quantity"]) for each in products] == [
        ("a", 11.5, 1, 2),
        ("b", 10.5, 1, 1),
        ("d", 0, 1, 1),
        ("e", 0, 1, 3),
        ("f", 0, 1, 5),
        ("c", -4, 0, 0),
    ]
    sources = get(logged_in, site, "ecommerce/sources")
    assert [(each["revenue"], each["orders"]) for each in sources] == [(11.5, 1), (6.5, 4)]


def test_purchases_of_a_site_without_any(logged_in: HttpClient, site: Site) -> None:
    found = get(logged_in, site, "ecommerce")
    assert (found["revenue"], found["orders"], found["average_order_value"], found["currency"]) == (0, 0, 0, "")
    assert get(logged_in, site, "ecommerce/products") == get(logged_in, site, "ecommerce/sources") == []


def test_web_vitals(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    measured = [("LCP", 2000, "/"), ("LCP", 3000, "/"), ("LCP", 5000, "/a"), ("CLS", 0.05, "/"), ("CLS", 0.3, "/a")]
    rows = [
        {**CHROME, "kind": "web_vital", "name": name, "value": value, "path": path, "time": "2026-11-19T10:00:00"}
        for name, value, path in measured
    ]
    store_rows(analytics.store, site.id, *rows)
    slow, _ = get(logged_in, site, "web-vitals/summary")
    counts = {"samples": 3, "good": 1, "needs_improvement": 1, "poor": 1}
    assert slow == {"metric": "LCP", "p75": 4000, **counts, "rating": "needs_improvement"}
    series = get(logged_in, site, "web-vitals/timeseries", metric="LCP")
    assert series[1] == {"time": "2026-11-19T00:00:00Z", "p75": 4000, **counts}
    assert series[0] == {"time": "2026-11-18T00:00:00Z", "p75": 0, **dict.fromkeys(counts, 0)}
    first, second = get(logged_in, site, "web-vitals/pages", metric="LCP")
    assert (first["path"], first["p75"], first["samples"], sorted(first["metrics"])) == ("/", 2750, 2, ["CLS", "LCP"])
    assert (second["path"], second["metrics"]["CLS"]["rating"]) == ("/a", "poor")
    (device,) = get(logged_in, site, "web-vitals/breakdown", metric="LCP", dimension="device")
    assert device == {"name": "Desktop", "p75": 4000, **counts, "rating": "needs_improvement"}
    for rating, value in (("good", 2000), ("needs_improvement", 3000), ("poor", 5000)):
        (only,) = get(logged_in, site, "web-vitals/summary", metric="LCP", rating=rating)
        assert (only["p75"], only["samples"], only["rating"]) == (value, 1, rating)
    (page,) = get(logged_in, site, "web-vitals/summary", metric="CLS", path="/a")
    assert page["p75"] == 0.3


BAD = [
    ("stats", "filter=provider:x", "filter"),
    ("stats", "filter=nothing:x", "filter"),
    ("stats", "filter=country:", "filter"),
    ("stats", "filter=country", "filter"),
    ("stats", "filter=country:Germany", "filter"),
    ("stats", "filter=device:Phone", "filter"),
    ("stats", "from=x", "from"),
    ("stats", "compare_from=x&compare_to=2026-11-18", "compare_from"),
    ("stats", "compare_from=2026-11-18&compare_to=2026-11-17", "compare_from"),
    ("events/names", "to=x", "to"),
    ("events/properties", "", "event_name"),
    ("events/breakdown", "event_name=a", "property_key"),
    ("events/breakdown", "", "event_name"),
    ("events/timeseries", "", "event_name"),
    ("events/timeseries", "event_name=a&filter=x:y", "filter"),
    ("events/audience", "", "event_name"),
    ("hits", "sort=user_agent", "sort"),
    ("hits", "order=up", "order"),
    ("hits", "limit=x", "limit"),
    ("hits", "offset=-1", "offset"),
    ("ecommerce", "limit=0", "limit"),
    ("web-vitals/summary", "metric=XYZ", "metric"),
    ("web-vitals/summary", "rating=good", "metric"),
    ("web-vitals/summary", "metric=LCP&rating=fine", "rating"),
    ("web-vitals/timeseries", "", "metric"),
    ("web-vitals/pages", "", "metric"),
    ("web-vitals/pages", "metric=LCP&limit=x", "limit"),
    ("web-vitals/breakdown", "metric=LCP", "dimension"),
    ("web-vitals/breakdown", "metric=LCP&dimension=asn", "dimension"),
]


@pytest.mark.parametrize(("path", "query", "field"), BAD)
def test_bad_parameters_are_named(path: str, query: str, field: str, reader: HttpClient, reported: Site) -> None:
    answer = reader.get(f"/api/sites/{reported.id}/{path}?{query}")
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["field"] == field
