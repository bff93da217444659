"""One route for each report: golden answers over HTTP, parameters, segments, explanations, and the stream."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import ExitStack, aclosing
from typing import Any

import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.query.dimensions import DIMENSIONS
from hitkeep_py.query.metrics import METRICS
from hitkeep_py.reports.overview import overview
from hitkeep_py.server.access import Access, Caller
from hitkeep_py.server.api import live
from hitkeep_py.server.app import Server, streamed
from hitkeep_py.server.asking import answer_of
from hitkeep_py.server.call import ApiRoute, Call, Result, Stream, Streams
from hitkeep_py.server.report_routes import REPORT_ROUTES
from hitkeep_py.server.shape import parameters_of
from hitkeep_py.server.shapes import SHAPES
from tests.fake_clock import FakeClock
from tests.http_client import HttpClient
from tests.reported_site import BOTH_DAYS, DAY, ask, fill, report, rows
from tests.stored_events import store_rows

STEPS = [{"type": "path", "value": "/"}, {"type": "event", "value": "purchase"}]
NEEDED = {"number": "value", "page": "/", "event": "purchase", "dimension": "page", "snapshots": "1"}


def known(route: ApiRoute, parameters: dict[str, str]) -> dict[str, str]:
    """Those that the route has; journeys start from the page alone."""
    names = {each.name for each in parameters_of(SHAPES[route.answer], route.path)}
    names -= {"event"} if "page" in names else set()
    return {name: value for name, value in parameters.items() if name in names}


@pytest.fixture
def filled(analytics: Analytics, site: Site) -> Site:
    fill(analytics, site)
    return site


def test_overview(logged_in: HttpClient, analytics: Analytics, filled: Site) -> None:
    goal = analytics.catalog.goals.add(filled.id, "Purchase", "event", "purchase")
    found = report(logged_in, filled, "overview", compare="previous_period")
    assert found["metrics"] == {
        "visitors": 3,
        "sessions": 3,
        "pageviews": 4,
        "events": 3,
        "bounce_rate": pytest.approx(1 / 3),
        "average_session_duration": pytest.approx((120 + 360) / 3),
        "pages_per_session": pytest.approx(4 / 3),
    }
    assert found["revenue"] == {"EUR": 1000, "USD": 500}
    (converted,) = found["goals"]
    assert (converted["goal_id"], converted["conversions"]) == (goal.id, 2)
    assert (found["conversions"], found["conversion_rate"]) == (2, pytest.approx(2 / 3))
    before = found["comparison"]
    assert (before["conversions"], before["conversion_rate"]) == (0, 0)
    assert (before["metrics"]["visitors"], before["revenue"], before["goals"][0]["conversions"]) == (1, {}, 0)
    assert found["comparison_range"] == {"from": "2026-11-19T00:00:00.000Z", "to": "2026-11-19T12:00:00.000Z"}
    alone = report(logged_in, filled, "overview")
    assert (alone["comparison"], alone["comparison_range"]) == (None, None)


def test_series_has_a_unit_that_suits_the_range(reader: HttpClient, reported: Site) -> None:
    assert len(report(reader, reported, "series")["rows"]) == 24
    days = report(reader, reported, "series", **BOTH_DAYS, unit="day", metrics="pageviews,events")
    assert rows(days) == [("2026-11-19T00:00:00Z", 1, 0), ("2026-11-20T00:00:00Z", 4, 3)]


@pytest.mark.parametrize("dimension", [name for name, each in DIMENSIONS.items() if not each.numeric])
def test_every_dimension_has_a_breakdown(reader: HttpClient, reported: Site, dimension: str) -> None:
    path = report(reader, reported, f"breakdown/{dimension}", limit=5)
    assert report(reader, reported, "breakdown", dimension=dimension, limit=5) == path
    assert list(path["rows"][0]["dimensions"] if path["rows"] else [dimension]) == [dimension]


def test_breakdown_takes_what_the_general_question_takes(reader: HttpClient, reported: Site) -> None:
    address = {
        "metrics": ["visitors", "events,bounce_rate"],
        "filter": ["country is DE, FR", "source is not set"],
        "filters": json.dumps([[{"dimension": "page", "operator": "is", "values": ["/pricing"]}, "page is /"]]),
        "order": "events:desc,country:asc",
        "limit": "7",
        "offset": "0",
        "search": "E",
        "totals": "1",
        "compare": "previous_period",
    }
    body = {
        "metrics": ["visitors", "events", "bounce_rate"],
        "dimensions": ["country"],
        "filters": ["country is DE, FR", "source is not set", ["page is /pricing", "page is /"]],
        "order": [["events", "desc"], ["country", "asc"]],
        "limit": 7,
        "search": "E",
        "totals": True,
        "compare": "previous_period",
    }
    found = report(reader, reported, "breakdown/country", **address)
    assert found == ask(reader, reported, **body)
    assert rows(found) == [("DE", 1, 1, 0.0, 0, 0, None)]


def test_range_by_name_and_a_range_to_compare_with(reader: HttpClient, reported: Site) -> None:
    today = report(reader, reported, "breakdown/country", range="today", metrics="pageviews")
    assert rows(today) == [("DE", 2), ("FR", 1), (None, 1)]
    given = {"range": "today", "metrics": "pageviews", "compare_from": "2026-11-19", "compare_to": "2026-11-19"}
    assert rows(report(reader, reported, "breakdown/country", **given))[0] == ("DE", 2, 1)


def test_events_and_their_properties(reader: HttpClient, reported: Site) -> None:
    assert rows(report(reader, reported, "events")) == [("purchase", 2, 2), ("signup", 1, 1)]
    assert rows(report(reader, reported, "breakdown/event")) == [("purchase", 2, 2), ("signup", 1, 1)]
    found = report(reader, reported, "events/purchase/properties")
    euros, dollars = ({"count": 1, "revenue": each} for each in ({"EUR": 1000}, {"USD": 500}))
    assert found["rows"] == [
        {"key": "plan", "values": [{"value": "free", **dollars}, {"value": "pro", **euros}]},
        {"key": "price", "values": [{"value": "10", **euros}, {"value": "2.5", **dollars}]},
    ]
    assert found["truncated"] is False
    assert report(reader, reported, "properties", event="purchase") == found
    series = report(reader, reported, "events/purchase/series", unit="day")
    assert series["points"] == [{"time": "2026-11-20T00:00:00Z", "count": 2, "visitors": 2}]


def test_name_of_an_event_may_have_a_slash(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    row = {"time": "2026-11-20T10:00:00", "kind": "event", "name": "a/b?c", "props": '{"x/y": "1"}'}
    store_rows(analytics.store, site.id, row)
    assert report(logged_in, site, "properties", event="a/b?c")["rows"][0]["key"] == "x/y"
    assert rows(report(logged_in, site, "breakdown", dimension="property:x/y", metrics="events")) == [("1", 1)]


def test_goals(logged_in: HttpClient, analytics: Analytics, filled: Site) -> None:
    for name in ("purchase", "signup"):
        analytics.catalog.goals.add(filled.id, name.title(), "event", name)
    found = report(logged_in, filled, "goals", unit="day")
    assert (found["sessions"], {each["name"]: each["conversions"] for each in found["goals"]}) == (
        3,
        {"Purchase": 2, "Signup": 1},
    )
    assert found["points"] == [{"time": "2026-11-20T00:00:00Z", "conversions": 3}]
    assert [each["name"] for each in report(logged_in, filled, "goals", goal="Signup")["goals"]] == ["Signup"]


def test_funnels_are_kept_changed_asked_and_removed(logged_in: HttpClient, filled: Site) -> None:
    address = f"/api/sites/{filled.id}/funnels"
    added = logged_in.post(address, json={"name": "Buy", "steps": STEPS})
    assert added.status_code == 201
    funnel = added.json()
    assert funnel["steps"] == STEPS
    assert logged_in.get(address).json() == [funnel]
    assert logged_in.get(f"{address}/{funnel['id']}").json() == funnel
    found = report(logged_in, filled, f"funnels/{funnel['id']}", unit="day")
    assert (found["name"], found["entries"], found["completions"]) == ("Buy", 2, 2)
    assert [each["count"] for each in found["steps"]] == [2, 2]
    assert found["points"] == [{"time": "2026-11-20T00:00:00Z", "entries": 2, "completions": 2}]
    assert report(logged_in, filled, "funnels/Buy", unit="day") == found
    changed = logged_in.patch(f"{address}/{funnel['id']}", json={"window_seconds": 60})
    assert changed.json() == {**funnel, "window_seconds": 60}
    assert report(logged_in, filled, "funnels/Buy")["completions"] == 0
    assert logged_in.delete(f"{address}/{funnel['id']}").status_code == 200
    assert logged_in.get(f"{address}/{funnel['id']}").status_code == 404


def test_funnel_that_is_not_kept(reader: HttpClient, reported: Site) -> None:
    address = f"/api/sites/{reported.id}/reports/funnels"
    found = reader.post(address, params=DAY, json={"steps": STEPS, "window_seconds": 300, "scope": "visitor"}).json()
    assert (found["entries"], found["completions"], found["scope"]) == (2, 2, "visitor")
    filtered = reader.post(address, params={**DAY, "filter": "country is DE"}, json={"steps": STEPS}).json()
    assert filtered["entries"] == 1
    for body, field in (
        ({}, "steps"),
        ({"steps": STEPS[:1]}, "steps"),
        ({"steps": STEPS, "window_seconds": 0}, "window_seconds"),
        ({"steps": STEPS, "scope": "page"}, "scope"),
        ({"steps": STEPS, "name": "x"}, "name"),
    ):
        answer = reader.post(address, json=body)
        assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)


def test_segments_are_kept_changed_used_and_removed(logged_in: HttpClient, filled: Site) -> None:
    address = f"/api/sites/{filled.id}/segments"
    body = {"name": "Germans", "filters": ["country is DE"]}
    segment = logged_in.post(address, json=body).json()
    assert segment["filters"] == [{"dimension": "country", "operator": "is", "values": ["DE"]}]
    assert logged_in.get(address).json() == [segment]
    assert logged_in.get(f"{address}/{segment['id']}").json() == segment
    for named in (segment["id"], "Germans"):
        assert report(logged_in, filled, "overview", segment=named)["metrics"]["visitors"] == 1
        assert rows(report(logged_in, filled, "events", segment=named)) == [("purchase", 1, 1)]
    french = logged_in.patch(f"{address}/{segment['id']}", json={"filters": ["country is FR"]}).json()
    assert rows(report(logged_in, filled, "events", segment="Germans")) == [("purchase", 1, 1), ("signup", 1, 1)]
    assert french["name"] == "Germans"
    assert logged_in.delete(f"{address}/{segment['id']}").status_code == 200
    missing = logged_in.get(f"/api/sites/{filled.id}/reports/overview", params={"segment": "Germans"})
    assert missing.status_code == 404


def test_segment_of_another_site_is_not_found(logged_in: HttpClient, analytics: Analytics, filled: Site) -> None:
    other = analytics.catalog.sites.find("other.example")
    segment = analytics.catalog.segments.add(other.id, "Theirs", ["country is DE"])
    for named in (segment.id, "Theirs"):
        answer = logged_in.get(f"/api/sites/{filled.id}/reports/overview", params={"segment": named})
        assert answer.status_code == 404
    assert logged_in.get(f"/api/sites/{filled.id}/segments/{segment.id}").status_code == 404


def test_journeys(reader: HttpClient, reported: Site) -> None:
    found = report(reader, reported, "journeys", page="/", depth=2)
    assert (found["sessions"], found["direction"]) == (2, "next")
    assert found["levels"][0]["shown"] == [
        {"nodes": [{"kind": "pageview", "name": "/pricing"}], "sessions": 1, "share": 0.5}
    ]
    back = report(reader, reported, "journeys", event="purchase", direction="previous", depth=1)
    assert {each["nodes"][0]["name"] for each in back["levels"][0]["shown"]} == {"/", "/pricing"}


def test_retention(reader: HttpClient, reported: Site) -> None:
    found = report(reader, reported, "retention", **BOTH_DAYS, unit="day")
    assert [(each["visitors"], each["retained"]) for each in found["cohorts"]] == [(1, [1, None]), (2, [2])]
    assert (found["visitor_period"], found["identified_only"]) == ("day", False)


def test_sessions(reader: HttpClient, reported: Site) -> None:
    found = report(reader, reported, "sessions", limit=2)
    assert (found["total"], [each["session_id"] for each in found["rows"]]) == (3, ["14", "13"])
    assert [each["session_id"] for each in report(reader, reported, "sessions", limit=2, offset=2)["rows"]] == ["12"]
    one = reader.get(f"/api/sites/{reported.id}/reports/sessions/12").json()
    assert [(each["kind"], each["path"]) for each in one["events"]] == [
        ("pageview", "/"),
        ("pageview", "/pricing"),
        ("event", "/pricing"),
    ]
    assert one["events"][2]["props"] == {"plan": "pro", "price": 10}
    assert reader.get(f"/api/sites/{reported.id}/reports/sessions/99").status_code == 404


def test_realtime(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    """It is noon."""
    for minute, visitor in ((58, 1), (40, 2), (20, 3)):
        row = {"kind": "pageview", "path": "/", "visitor_id": visitor, "session_id": visitor}
        store_rows(analytics.store, site.id, {**row, "time": f"2026-11-20T11:{minute}:00"})
    answer = logged_in.get(f"/api/sites/{site.id}/reports/realtime").json()
    assert (answer["visitors_5_minutes"], answer["visitors_30_minutes"]) == (1, 2)
    assert len(answer["minutes"]) == 30
    assert (answer["from"], answer["to"]) == ("2026-11-20T11:30:00.000Z", "2026-11-20T12:00:00.001Z")


def test_revenue(reader: HttpClient, reported: Site) -> None:
    found = report(reader, reported, "revenue", dimensions="property:plan", unit="day")
    assert [(each["currency"], each["revenue"], each["orders"]) for each in found["currencies"]] == [
        ("EUR", 1000, 1),
        ("USD", 500, 1),
    ]
    assert [(each["keys"], each["earnings"]["revenue"]) for each in found["rows"]] == [(["pro"], 1000), (["free"], 500)]
    assert found["total_rows"] == {"EUR": 1, "USD": 1}
    assert [each["points"][0]["earnings"]["revenue"] for each in found["series"]] == [1000, 500]
    assert "rows" not in report(reader, reported, "revenue")


def test_web_vitals(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    same = {"time": "2026-11-20T10:00:00", "kind": "web_vital", "name": "LCP", "path": "/"}
    store_rows(analytics.store, site.id, *({**same, "value": value} for value in (1000.0, 3000.0, 5000.0)))
    found = report(logged_in, site, "web-vitals", dimensions="page", unit="day")
    (vital,) = found["vitals"]
    assert (vital["name"], vital["p50"], vital["good"], vital["poor"]) == (
        "LCP",
        3000,
        pytest.approx(1 / 3),
        pytest.approx(1 / 3),
    )
    assert found["rows"] == [{"keys": ["/"], "measurements": 3, "vitals": [vital]}]
    assert found["series"][0]["points"] == [{"time": "2026-11-20T00:00:00Z", "vital": vital}]


def test_engagement(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    same = {"time": "2026-11-20T10:00:00", "path": "/"}
    view, read = {**same, "kind": "pageview"}, {**same, "kind": "engagement", "scroll_depth": 60, "engagement_ms": 5000}
    store_rows(analytics.store, site.id, view, read)
    found = report(logged_in, site, "engagement", dimensions="page", unit="day")
    assert (found["engagement"]["engagement_seconds"], found["engagement"]["reached_50"]) == (5, 1)
    assert found["rows"] == [{"keys": ["/"], "engagement": found["engagement"]}]
    assert found["series"] == [{"time": "2026-11-20T00:00:00Z", "engagement": found["engagement"]}]


def test_numbers(reader: HttpClient, reported: Site) -> None:
    asked = {"number": "property:price", "event": "purchase", "dimensions": "country", "unit": "day"}
    found = report(reader, reported, "numbers", **asked)
    assert (found["numbers"]["sum"], found["numbers"]["count"], found["numbers"]["median"]) == (12.5, 2, 6.25)
    assert [(each["keys"], each["numbers"]["sum"]) for each in found["rows"]] == [(["DE"], 10), (["FR"], 2.5)]
    assert [each["numbers"] for each in found["series"]] == [found["numbers"]]
    assert [(each["currency"], each["numbers"]["sum"]) for each in found["currencies"]] == [("EUR", 10), ("USD", 2.5)]
    assert report(reader, reported, "numbers", number="property:price", event="signup")["numbers"]["count"] == 0


@pytest.mark.parametrize(
    ("path", "parameters", "field", "words"),
    [
        ("series", {"unit": "year"}, "unit", "minute, hour, day, week, month"),
        ("series", {"metrics": "visitor"}, "metrics", "there are visitors,"),
        ("breakdown/colour", {}, "dimension", "there are page,"),
        ("breakdown", {}, "dimension", "is needed"),
        ("breakdown/page", {"limit": "x"}, "limit", "whole number"),
        ("breakdown/page", {"limit": "99999999999999"}, "limit", "whole number"),
        ("breakdown/page", {"totals": "yes"}, "totals", "1 or 0"),
        ("breakdown/page", {"explain": "yes"}, "explain", "1 or 0"),
        ("breakdown/page", {"filters": "{"}, "filters", "not valid JSON"),
        ("breakdown/page", {"filter": "colour is red"}, "filter", "there are page,"),
        ("breakdown/page", {"format": "xml"}, "format", "csv, excel, json, ndjson, parquet"),
        ("breakdown/page", {"order": "sessions"}, "order", "cannot order by"),
        ("overview", {"range": "x"}, "range", "there are today,"),
        ("overview", {"compare": "x"}, "compare", "previous_period or previous_year"),
        ("overview", {"compare_from": "x", "compare_to": "x"}, "compare", "must be a day"),
        ("properties", {}, "event", "is needed"),
        ("journeys", {}, "page", "name either the page or the event"),
        ("journeys", {"page": "/", "depth": "6"}, "depth", "from 1 to 5"),
        ("journeys", {"page": "/", "direction": "up"}, "direction", "next, previous"),
        ("retention", {"unit": "hour"}, "unit", "day, week, month"),
        ("sessions", {"limit": "1001"}, "limit", "from 1 to 1000"),
        ("revenue", {"dimensions": "colour"}, "dimensions", "there are page,"),
        ("web-vitals", {"unit": "x"}, "unit", "minute, hour"),
        ("numbers", {}, "number", "is needed"),
        ("numbers", {"number": "colour"}, "number", "for a property of events property:colour"),
    ],
)
def test_what_is_asked_wrongly_is_named(
    logged_in: HttpClient, site: Site, path: str, parameters: dict[str, str], field: str, words: str
) -> None:
    answer = logged_in.get(f"/api/sites/{site.id}/reports/{path}", params=parameters)
    error = answer.json()["error"]
    assert (answer.status_code, error["field"]) == (400, field), error
    assert words in error["message"]


def test_every_report_explains_itself(logged_in: HttpClient, analytics: Analytics, filled: Site) -> None:
    funnel = analytics.catalog.funnels.add(filled.id, "Buy", STEPS)
    names = {"dimension": "page", "event_name": "purchase", "funnel_id": funnel.id, "session_id": "12"}
    for route in REPORT_ROUTES:
        if "/reports/" not in route.path or "stream" in route.path or route.method != "GET":
            continue
        address = route.path.format(site_id=filled.id, **names)
        answer = logged_in.get(address, params=known(route, {**DAY, **NEEDED, "explain": "1"})).json()
        assert answer["explain"]["statements"], route.path
        assert all(each["sql"].strip() for each in answer["explain"]["statements"])
        assert all(len(meaning) > 5 for meaning in answer["explain"]["definitions"].values()), route.path
        assert answer["explain"]["definitions"], route.path
    overview = report(logged_in, filled, "overview", explain="1")["explain"]["definitions"]
    assert overview["bounce_rate"] == METRICS["bounce_rate"].description


@pytest.mark.parametrize("text", ["'; DROP TABLE events; --", "' OR 1=1 --", "{}", "?", "%", "a,b"])
def test_no_parameter_becomes_sql(reader: HttpClient, analytics: Analytics, reported: Site, text: str) -> None:
    before = analytics.store.select("SELECT count(*) FROM events")
    names: tuple[str, ...] = (
        "dimension",
        "event",
        "page",
        "unit",
        "metrics",
        "order",
        "search",
        "segment",
        "filter",
        "filters",
        "goal",
    )
    names += ("direction", "dimensions", "limit", "offset", "from", "range", "compare", "session_id", "format")
    for route in REPORT_ROUTES:
        if "/reports/" not in route.path or "stream" in route.path or route.method != "GET" or "{" in route.path[24:]:
            continue
        for name in names:
            address = route.path.format(site_id=reported.id)
            answer = reader.get(address, params={**known(route, NEEDED), name: text})
            assert answer.status_code in (200, 400, 404), (route.path, name, answer.text)
    for path in (f"breakdown/property:{text}", f"events/{text}/properties", f"funnels/{text}", f"sessions/{text}"):
        assert reader.get(f"/api/sites/{reported.id}/reports/{path}").status_code in (200, 400, 404)
    assert analytics.store.select("SELECT count(*) FROM events") == before


def test_stream_sends_a_snapshot_at_once(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    store_rows(analytics.store, site.id, {"time": "2026-11-20T11:59:00", "kind": "pageview", "path": "/"})
    address = f"/api/sites/{site.id}/reports/realtime/stream"
    answer = logged_in.get(address, params={"snapshots": "1"})
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    first, data, *rest = answer.text.split("\n")
    assert first == "event: realtime"
    found = json.loads(data.removeprefix("data: "))
    assert (found["visitors_5_minutes"], rest) == (1, ["", ""])
    for parameters in ({"snapshots": "0"}, {"filter": "x"}, {"segment": "none"}):
        assert logged_in.get(address, params=parameters).status_code in (400, 404)


def live_call(analytics: Analytics, site: Site, streams: Streams) -> Call:
    server = Server(analytics)
    path, request = {"site_id": site.id}, analytics.questions.request()
    return Call(analytics, server.logins, server.ingest, Caller(local=True), "", False, path, {}, {}, request, streams)


def test_stream_follows_the_store_and_ends_when_nobody_listens(
    analytics: Analytics, site: Site, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "TICK_SECONDS", 0.01)
    streams = Streams()

    async def visitors(pieces: AsyncGenerator[bytes, None]) -> int:
        async for piece in pieces:
            if piece != live.HEARTBEAT:
                return int(json.loads(piece.split(b"data: ")[1])["visitors_5_minutes"])
        raise AssertionError("the stream ended")

    async def listen() -> list[int]:
        pieces = streamed(Stream(live.snapshots(live_call(analytics, site, streams), 10)))
        async with aclosing(pieces):
            seen = [await visitors(pieces)]
            assert streams.open == 1
            for number in (1, 2):
                row: dict[str, Any] = {"time": clock.now_ms(), "visitor_id": number, "session_id": number}
                store_rows(analytics.store, site.id, row)
                seen.append(await visitors(pieces))
            assert await anext(pieces) == live.HEARTBEAT
            clock.advance(10 * 60)
            return [*seen, await visitors(pieces)]

    assert asyncio.run(listen()) == [0, 1, 2, 0]
    assert streams.open == 0


def test_stream_ends_when_the_server_stops(analytics: Analytics, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "TICK_SECONDS", 0.01)
    streams = Streams()

    async def listen() -> int:
        pieces = live.snapshots(live_call(analytics, site, streams), 10)
        await anext(pieces)
        streams.ending = True
        return len([piece async for piece in pieces])

    assert asyncio.run(listen()) == 0
    assert streams.open == 0


def test_number_of_streams_is_bounded(logged_in: HttpClient, server: Server, site: Site) -> None:
    me = server.analytics.catalog.users.of_session(logged_in.cookies["hk_token"])
    with ExitStack() as taken:
        for _ in range(Streams.MOST_OF_ONE):
            taken.enter_context(server.streams.place(Caller(user=me)))
        answer = logged_in.get(f"/api/sites/{site.id}/reports/realtime/stream", params={"snapshots": "1"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (429, "rate_limited")


def test_all_that_a_route_asks_is_of_one_state_of_the_events(analytics: Analytics, site: Site) -> None:
    def twice(call: Call) -> Result:
        found = []
        for name in ("first", "second"):
            found.append(call.answer(overview, call.query(site)).events)
            store_rows(analytics.store, site.id, {"time": "2026-11-20T10:00:00", "kind": "event", "name": name})
        return Result(found)

    route = ApiRoute("GET", "/twice", Access.READER, twice, "", strict=False)
    for expected in ([0, 0], [2, 2]):
        assert answer_of(route, live_call(analytics, site, Streams())).value == expected


def test_head_of_a_stream_is_empty(logged_in: HttpClient, server: Server, filled: Site) -> None:
    for path in ("export", "reports/realtime/stream"):
        answer = logged_in.head(f"/api/sites/{filled.id}/{path}")
        assert (answer.status_code, answer.content) == (200, b"")
    assert server.streams.open == 0
