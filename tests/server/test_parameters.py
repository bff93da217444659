"""No parameter or field that a route does not know is taken in silence, except where another product takes it so."""

import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.errors import InvalidInput
from hitkeep_py.server.access import OPEN
from hitkeep_py.server.call import ApiRoute
from hitkeep_py.server.local import local_answer
from hitkeep_py.server.openapi import document
from hitkeep_py.server.routes import ROUTES
from hitkeep_py.server.schemas import names_of
from hitkeep_py.server.shapes import SHAPES
from tests.http_client import HttpClient
from tests.reported_site import DAY, fill

NOTHING = "nothing_that_exists"
CHECKED = [each for each in ROUTES if each.strict and each.access not in OPEN]
WITH_BODIES = [each for each in CHECKED if SHAPES[each.answer].body is not None]


def refusal(client: HttpClient, route: ApiRoute, site: Site) -> str:
    """What it says about the unknown parameter; "" when it says nothing of it."""
    address = route.path.replace("{site_id}", site.id)
    body: dict[str, str] | None = None if route.method == "GET" else {}
    answer = client.request(route.method, address, params={NOTHING: "1", "snapshots": "1"}, json=body)
    found = answer.json()["error"] if answer.status_code == 400 else {}
    return found["message"] if isinstance(found, dict) and found.get("field") == NOTHING else ""


@pytest.mark.parametrize("route", CHECKED, ids=lambda route: f"{route.method} {route.path}")
def test_unknown_parameter_is_named_with_those_that_exist(reader: HttpClient, reported: Site, route: ApiRoute) -> None:
    operation = document([route])["paths"][route.path][route.method.lower()]
    described = [each["name"] for each in operation["parameters"] if each["in"] == "query"]
    there_are = f"there are {', '.join(described)}" if described else "there are none"
    assert refusal(reader, route, reported) == f"there is no parameter '{NOTHING}' here; {there_are}"


def test_routes_in_the_shape_of_other_products_ignore_what_they_do_not_know(reader: HttpClient, reported: Site) -> None:
    others = [each for each in ROUTES if not each.strict]
    assert len(others) > 30
    assert {each.path for each in others if refusal(reader, each, reported)} == set()
    assert reader.get(f"/api/sites/{reported.id}/stats", params={NOTHING: "1"}).status_code == 200


def test_probes_and_pages_take_anything(http: HttpClient) -> None:
    for path in ("/healthz", "/metrics", "/docs", "/docs/page.css", "/api/status", "/openapi.json"):
        assert http.get(path, params={NOTHING: "1"}).status_code == 200


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("breakdown/page", "unit"),
        ("breakdown/page", "dimension"),
        ("events/purchase/properties", "event"),
        ("series", "search"),
        ("overview", "limit"),
        ("realtime", "range"),
        ("sessions/12", "from"),
        ("goals", "compare"),
        ("retention", "limit"),
    ],
)
def test_parameter_that_does_not_apply_is_refused(reader: HttpClient, reported: Site, path: str, name: str) -> None:
    answer = reader.get(f"/api/sites/{reported.id}/reports/{path}", params={name: "x"})
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, name)


def test_command_line_without_a_server_is_told_as_well(analytics: Analytics, site: Site) -> None:
    address = f"/api/sites/{site.id}/reports/overview"
    assert local_answer(analytics, address, {"range": ["7d"], "limit": []})["metrics"]["visitors"] == 0
    with pytest.raises(InvalidInput, match="there is no parameter 'limit' here; there are from,"):
        local_answer(analytics, address, {"limit": ["1"]})


def test_who_may_not_ask_is_not_told_of_parameters(http: HttpClient, site: Site) -> None:
    assert http.get(f"/api/sites/{site.id}/reports/overview", params={NOTHING: "1"}).status_code == 401


def test_event_with_a_slash_in_its_name_has_a_series(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    fill(analytics, site)
    address = f"/api/sites/{site.id}/reports"
    same = {**DAY, "unit": "day"}
    asked = logged_in.get(f"{address}/event-series", params={**same, "event": "purchase"}).json()
    assert asked == logged_in.get(f"{address}/events/purchase/series", params=same).json()
    assert asked["points"][0]["count"] == 2
    assert logged_in.get(f"{address}/event-series", params={**same, "event": "a/b"}).json()["points"][0]["count"] == 0


def test_times_have_the_offset_of_the_sites_zone(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    logged_in.patch(f"/api/sites/{site.id}", json={"time_zone": "America/New_York"})
    given = {"from": "2026-11-01", "to": "2026-11-01", "compare": "previous_period"}
    found = logged_in.get(f"/api/sites/{site.id}/reports/overview", params=given).json()
    assert (found["from"], found["to"]) == ("2026-11-01T00:00:00.000-04:00", "2026-11-02T00:00:00.000-05:00")
    assert found["comparison_range"]["from"] == "2026-10-31T00:00:00.000-04:00"


@pytest.mark.parametrize("route", WITH_BODIES, ids=lambda route: f"{route.method} {route.path}")
def test_unknown_field_is_named_with_those_that_exist(reader: HttpClient, reported: Site, route: ApiRoute) -> None:
    known = names_of(SHAPES[route.answer].body)
    address = route.path.replace("{site_id}", reported.id)
    answer = reader.request(route.method, address, json={NOTHING: 1})
    error = answer.json()["error"]
    assert (answer.status_code, error["field"]) == (400, NOTHING)
    assert error["message"] == f"there is no field '{NOTHING}' here; there are {', '.join(known)}"


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("goals", {"name": "x", "type": "event", "value": "x", "filter": ["country is DE"]}, "filter"),
        ("funnels", {"name": "x", "steps": [], "window": 60}, "window"),
        ("segments", {"name": "x", "filters": ["country is DE"], "filter": []}, "filter"),
        ("experiments", {"name": "x", "variants": [{"name": "a", "wieght": 1}, {"name": "b"}]}, "variants"),
        ("keys", {"kind": "api", "label": "x"}, "label"),
        ("query", {"dimension": "page"}, "dimension"),
    ],
)
def test_misspelt_field_of_what_is_added_is_refused(
    reader: HttpClient, reported: Site, path: str, body: dict[str, object], field: str
) -> None:
    answer = reader.post(f"/api/sites/{reported.id}/{path}", json=body)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)


def test_misspelt_setting_of_a_new_site_is_refused(logged_in: HttpClient) -> None:
    answer = logged_in.post("/api/sites", json={"domain": "example.net", "timezone": "Europe/Berlin"})
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "timezone")
    assert logged_in.get("/api/sites").json() == []


@pytest.mark.parametrize(
    ("path", "query", "field", "words"),
    [
        ("journeys", "page=/&event=purchase", "page", "not both"),
        ("journeys", "page=pricing", "page", "a path starts with / or *"),
        ("journeys", "", "page", "name either the page or the event"),
        ("overview", "compare_from=2026-11-01", "compare_to", "compare_to is missing"),
        ("overview", "compare_to=2026-11-01", "compare_from", "compare_from is missing"),
        (
            "breakdown/page",
            "compare=previous_period&compare_from=2026-11-01&compare_to=2026-11-02",
            "compare",
            "give either",
        ),
        ("overview", "compare=last_year", "compare", "another range is given by compare_from and compare_to"),
        ("overview", "range=7d&range=30d", "range", "is given 2 times"),
        ("overview", "range=", "range", "the parameter range is empty"),
        ("series", "metrics=", "metrics", "the parameter metrics is empty"),
        ("overview", "range=7", "range", "30min, 24h, 7d, 12mo; in the last four any number"),
        ("overview", "from=2026-11-25", "from", "which was not given and so is the end of today, 2026-11-20"),
        ("numbers", "number=amount", "number", "so for a property of events property:amount"),
        ("breakdown/pages", "", "dimension", "'pages', perhaps page; there are"),
        ("breakdown/page", "order=visitors:down", "order", "each with :asc or :desc"),
        ("overview", "filter=country is", "filter", "'country is' needs a value"),
        ("overview", 'filter=page is "/pricing"', "filter", "is written without quotes"),
        ("overview", 'filters=[{"dimension": "page", "value": "/"}]', "filters", "it has dimension, operator, values"),
    ],
)
def test_contradiction_or_mistake_is_named(
    logged_in: HttpClient, site: Site, path: str, query: str, field: str, words: str
) -> None:
    answer = logged_in.get(f"/api/sites/{site.id}/reports/{path}?{query}")
    error = answer.json()["error"]
    assert (answer.status_code, error["field"]) == (400, field), error
    assert words in error["message"]


@pytest.mark.parametrize(
    ("path", "field"),
    [("overview?segment=x", "segment"), ("goals?goal=x", "goal"), ("funnels/x", "funnel")],
)
def test_what_is_not_kept_is_named_with_what_is(
    logged_in: HttpClient, analytics: Analytics, site: Site, path: str, field: str
) -> None:
    address = f"/api/sites/{site.id}/reports/{path}"
    missing = logged_in.get(address)
    assert (missing.status_code, missing.json()["error"]["field"]) == (404, field)
    assert missing.json()["error"]["message"] == f"there is no {field} x on this site; there are none"
    catalog = analytics.catalog
    for number in range(22):
        catalog.segments.add(site.id, f"s{number}", ["country is DE"])
        catalog.goals.add(site.id, f"s{number}", "event", "x")
        catalog.funnels.add(site.id, f"s{number}", [{"type": "event", "value": "x"}] * 2)
    message = logged_in.get(address).json()["error"]["message"]
    assert message.startswith(f"there is no {field} x on this site; there are s21, s20,")
    assert message.endswith(", s2 and 2 more")


def test_unknown_report_is_answered_with_those_that_exist(logged_in: HttpClient, site: Site) -> None:
    address = f"/api/sites/{site.id}/reports"
    answer = logged_in.get(f"{address}/page")
    assert answer.status_code == 404
    assert "there are overview, series, breakdown/{dimension}," in answer.json()["error"]["message"]
    slashed = logged_in.get(f"{address}/events/cart%2Fadd/properties").json()["error"]["message"]
    assert "properties?event=" in slashed


def test_quotes_themselves_are_looked_for_in_the_form_of_json(
    logged_in: HttpClient, analytics: Analytics, site: Site
) -> None:
    fill(analytics, site)
    body = {**DAY, "filters": [{"dimension": "page", "operator": "is", "values": ['"/pricing"']}]}
    answer = logged_in.post(f"/api/sites/{site.id}/query", json=body)
    assert answer.json()["rows"][0]["metrics"]["visitors"] == 0


def test_search_ignores_case(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    fill(analytics, site)
    found = logged_in.get(f"/api/sites/{site.id}/reports/breakdown/page", params={**DAY, "search": "PRIC"}).json()
    assert [each["dimensions"]["page"] for each in found["rows"]] == ["/pricing"]


def test_rates_and_averages_of_nothing_are_null_and_counts_and_sums_0(logged_in: HttpClient, site: Site) -> None:
    metrics = ["visitors", "bounce_rate", "average_session_duration", "pages_per_session", "scroll_depth"]
    metrics += ["engagement_seconds", "sum:value", "count:value"]
    nothing = dict(zip(metrics, [0, None, None, None, None, 0, 0, 0], strict=True))
    asked = logged_in.post(f"/api/sites/{site.id}/query", json={**DAY, "metrics": metrics}).json()
    assert asked["rows"][0]["metrics"] == nothing
    series = {**DAY, "metrics": ",".join(metrics), "unit": "day"}
    points = logged_in.get(f"/api/sites/{site.id}/reports/series", params=series).json()["rows"]
    assert points[0]["metrics"] == nothing
    overview = logged_in.get(f"/api/sites/{site.id}/reports/overview", params=DAY).json()["metrics"]
    assert (overview["sessions"], overview["bounce_rate"], overview["pages_per_session"]) == (0, None, None)
    stats = logged_in.get(f"/api/sites/{site.id}/stats", params=DAY).json()
    assert (stats["bounce_rate"], stats["avg_session_duration"], stats["pages_per_session"]) == (0, 0, 0)
