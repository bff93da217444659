"""No parameter that a route does not know is taken in silence, except where another product takes it so."""

import pytest
from starlette.testclient import TestClient

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.errors import InvalidInput
from hitkeep_py.server.access import OPEN
from hitkeep_py.server.call import ApiRoute
from hitkeep_py.server.local import local_answer
from hitkeep_py.server.openapi import document
from hitkeep_py.server.routes import ROUTES
from tests.reported_site import DAY, fill

NOTHING = "nothing_that_exists"
CHECKED = [each for each in ROUTES if each.strict and each.access not in OPEN]


def refusal(client: TestClient, route: ApiRoute, site: Site) -> str:
    """What it says about the unknown parameter; "" when it says nothing of it."""
    address = route.path.replace("{site_id}", site.id)
    body: dict[str, str] | None = None if route.method == "GET" else {}
    answer = client.request(route.method, address, params={NOTHING: "1", "snapshots": "1"}, json=body)
    found = answer.json()["error"] if answer.status_code == 400 else {}
    return found["message"] if isinstance(found, dict) and found.get("field") == NOTHING else ""


@pytest.mark.parametrize("route", CHECKED, ids=lambda route: f"{route.method} {route.path}")
def test_unknown_parameter_is_named_with_those_that_exist(logged_in: TestClient, site: Site, route: ApiRoute) -> None:
    operation = document([route])["paths"][route.path][route.method.lower()]
    described = [each["name"] for each in operation["parameters"] if each["in"] == "query"]
    there_are = f"there are {', '.join(described)}" if described else "there are none"
    assert refusal(logged_in, route, site) == f"there is no parameter '{NOTHING}' here; {there_are}"


def test_routes_in_the_shape_of_other_products_ignore_what_they_do_not_know(logged_in: TestClient, site: Site) -> None:
    others = [each for each in ROUTES if not each.strict]
    assert len(others) > 30
    assert {each.path for each in others if refusal(logged_in, each, site)} == set()
    assert logged_in.get(f"/api/sites/{site.id}/stats", params={NOTHING: "1"}).status_code == 200


def test_probes_and_pages_take_anything(http: TestClient) -> None:
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
def test_parameter_that_does_not_apply_is_refused(logged_in: TestClient, site: Site, path: str, name: str) -> None:
    answer = logged_in.get(f"/api/sites/{site.id}/reports/{path}", params={name: "x"})
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, name)


def test_command_line_without_a_server_is_told_as_well(analytics: Analytics, site: Site) -> None:
    address = f"/api/sites/{site.id}/reports/overview"
    assert local_answer(analytics, address, {"range": ["7d"], "limit": []})["metrics"]["visitors"] == 0
    with pytest.raises(InvalidInput, match="there is no parameter 'limit' here; there are from,"):
        local_answer(analytics, address, {"limit": ["1"]})


def test_who_may_not_ask_is_not_told_of_parameters(http: TestClient, site: Site) -> None:
    assert http.get(f"/api/sites/{site.id}/reports/overview", params={NOTHING: "1"}).status_code == 401


def test_root_leads_to_the_description(http: TestClient) -> None:
    answer = http.get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (302, "/docs")
    assert http.get("/").headers["content-type"].startswith("text/html")


def test_event_with_a_slash_in_its_name_has_a_series(logged_in: TestClient, analytics: Analytics, site: Site) -> None:
    fill(analytics, site)
    address = f"/api/sites/{site.id}/reports"
    same = {**DAY, "unit": "day"}
    asked = logged_in.get(f"{address}/event-series", params={**same, "event": "purchase"}).json()
    assert asked == logged_in.get(f"{address}/events/purchase/series", params=same).json()
    assert asked["points"][0]["count"] == 2
    assert logged_in.get(f"{address}/event-series", params={**same, "event": "a/b"}).json()["points"][0]["count"] == 0


def test_times_have_the_offset_of_the_sites_zone(logged_in: TestClient, analytics: Analytics, site: Site) -> None:
    logged_in.patch(f"/api/sites/{site.id}", json={"time_zone": "America/New_York"})
    given = {"from": "2026-11-01", "to": "2026-11-01", "compare": "previous_period"}
    found = logged_in.get(f"/api/sites/{site.id}/reports/overview", params=given).json()
    assert (found["from"], found["to"]) == ("2026-11-01T00:00:00.000-04:00", "2026-11-02T00:00:00.000-05:00")
    assert found["comparison_range"]["from"] == "2026-10-31T00:00:00.000-04:00"
