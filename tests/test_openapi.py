"""The API's description: valid, complete, and true of what the routes answer; and the page that shows it."""

import re
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import OpenAPIV31SpecValidator
from starlette.testclient import TestClient

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.protocols.formats import FORMATS
from hitkeep_py.query.dimensions import DIMENSIONS
from hitkeep_py.query.metrics import METRICS
from hitkeep_py.query.read_query import FIELDS
from hitkeep_py.server.access import Access
from hitkeep_py.server.call import ApiRoute
from hitkeep_py.server.openapi import document
from hitkeep_py.server.routes import ROUTES, description
from hitkeep_py.server.shapes import SHAPES
from tests.reported_site import DAY, fill

# In the shape of other products, which their own documentation describes.
OF_OTHER_PRODUCTS = ("stats", "websites", "hitkeep", "sparklytics", "plausible")
FUNNEL = {"name": "Buy", "steps": [{"type": "path", "value": "/"}, {"type": "event", "value": "purchase"}]}
SEGMENT = {"name": "Germans", "filters": ["country is DE", ["source is Google", "source is not set"]]}
GOAL = {"name": "Purchase", "type": "event", "value": "purchase", "filters": ["property:plan is pro"]}


@pytest.fixture(scope="module")
def described() -> Any:
    return document(ROUTES)


def test_description_is_valid(described: Any) -> None:
    errors = [f"{error.message} at {list(error.path)}" for error in OpenAPIV31SpecValidator(described).iter_errors()]
    assert errors == []


def test_description_is_served_to_anyone(http: TestClient, described: Any) -> None:
    answer = http.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == described
    assert answer.json()["openapi"] == "3.1.0"


def test_every_route_is_in_it(described: Any) -> None:
    wanted = {(each.path, each.method.lower()) for each in ROUTES}
    wanted |= {(each.path, method.lower()) for each in FORMATS for method in each.methods}
    assert {(path, method) for path, methods in described["paths"].items() for method in methods} == wanted
    operations = [each for methods in described["paths"].values() for each in methods.values()]
    assert len({each["operationId"] for each in operations}) == len(operations) == len(wanted)


def test_every_route_of_our_own_says_what_it_takes_and_gives() -> None:
    unsaid = [
        route.path
        for route in ROUTES
        if route.answer not in SHAPES
        and route.answer is not description
        and not any(word in route.answer.__module__ for word in OF_OTHER_PRODUCTS)
    ]
    assert unsaid == []
    assert set(SHAPES) <= {route.answer for route in ROUTES}


def test_every_parameter_of_a_path_is_described(described: Any) -> None:
    for path, methods in described["paths"].items():
        for operation in methods.values():
            named = {each["name"] for each in operation.get("parameters", ()) if each["in"] == "path"}
            assert named == set(re.findall(r"\{(\w+)\}", path))


def test_names_come_from_the_registries(described: Any) -> None:
    schemas = described["components"]["schemas"]
    for name, registry in (("Metric", METRICS), ("Dimension", DIMENSIONS)):
        assert [each["const"] for each in schemas[name]["anyOf"][0]["oneOf"]] == list(registry)
    body = described["paths"]["/api/sites/{site_id}/query"]["post"]["requestBody"]["content"]["application/json"]
    assert set(body["schema"]["properties"]) == {*FIELDS, "explain", "format"}


def test_who_may_call_is_in_it(described: Any) -> None:
    for route in ROUTES:
        security = described["paths"][route.path][route.method.lower()]["security"]
        assert bool(security) == (route.access in (Access.READER, Access.USER)), route.path


@pytest.fixture
def site_with_everything(logged_in: TestClient, analytics: Analytics, site: Site) -> dict[str, str]:
    """The ids for every path."""
    fill(analytics, site)
    address = f"/api/sites/{site.id}"
    ids = {"site_id": site.id, "dimension": "page", "event_name": "purchase"}
    for name, body in (("funnel", FUNNEL), ("segment", SEGMENT), ("goal", GOAL)):
        answer = logged_in.post(f"{address}/{name}s", json=body)
        assert answer.status_code == 201, answer.text
        ids[f"{name}_id"] = answer.json()["id"]
    experiment = {"name": "Button", "variants": [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}]}
    ids["experiment_id"] = logged_in.post(f"{address}/experiments", json=experiment).json()["id"]
    ids["key_id"] = logged_in.post(f"{address}/keys", json={}).json()["id"]
    ids["session_id"] = "12"
    return ids


PARAMETERS = {
    "explain": "1",
    "compare": "previous_period",
    "totals": "1",
    "unit": "day",
    "page": "/",
    "dimension": "country",
    "event": "purchase",
    "number": "property:price",
    **DAY,
}
NOT_JSON = ("/metrics", "/docs", "/export", "/stream")


def test_answers_are_as_described(logged_in: TestClient, site_with_everything: dict[str, str], described: Any) -> None:
    checked = 0
    for route in ROUTES:
        if route.method != "GET" or route.answer not in SHAPES or any(word in route.path for word in NOT_JSON):
            continue
        address = route.path.format(**site_with_everything)
        for parameters in (PARAMETERS, {}):
            if not parameters and needs_parameters(route):
                continue
            answer = logged_in.get(address, params=parameters)
            assert answer.status_code == 200, (route.path, answer.text)
            check(described, route, answer.json())
            checked += 1
    assert checked > 30


def needs_parameters(route: ApiRoute) -> bool:
    return route.path.endswith(("/journeys", "/reports/properties", "/breakdown", "/numbers"))


def check(described: Any, route: ApiRoute, value: object) -> None:
    operation = described["paths"][route.path][route.method.lower()]
    (status,) = [status for status in operation["responses"] if status.startswith("2")]
    schema = operation["responses"][status]["content"]["application/json"]["schema"]
    whole = {**closed(schema), "components": {"schemas": closed(described["components"]["schemas"])}}
    errors = [f"{error.message} at {list(error.path)}" for error in Draft202012Validator(whole).iter_errors(value)]
    assert errors == [], route.path


def closed(schema: Any) -> Any:
    """Objects have nothing that is not described."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(each) for name, each in schema.items()}
    if isinstance(found.get("properties"), dict) and "additionalProperties" not in found:
        found["additionalProperties"] = False
    return found


def test_changes_are_as_described(logged_in: TestClient, site_with_everything: dict[str, str], described: Any) -> None:
    bodies: dict[str, Any] = {
        "/api/sites/{site_id}/query": {**DAY, "dimensions": ["page"], "compare": "previous_year", "explain": True},
        "/api/sites/{site_id}/reports/funnels": {"steps": FUNNEL["steps"], "window_seconds": 60},
        "/api/sites/{site_id}/funnels": {**FUNNEL, "name": "Other"},
        "/api/sites/{site_id}/segments": {**SEGMENT, "name": "Other"},
        "/api/sites/{site_id}/goals": {**GOAL, "name": "Other"},
        "/api/sites/{site_id}/keys": {"kind": "api"},
        "/api/sites": {"domain": "new.example"},
    }
    for route in ROUTES:
        if (route.method == "POST" and route.path in bodies) or route.method == "PATCH":
            body = bodies.get(route.path, {}) if route.method == "POST" else {"name": "Changed"}
            body = {"time_zone": "Europe/Berlin"} if route.path == "/api/sites/{site_id}" else body
            answer = logged_in.request(route.method, route.path.format(**site_with_everything), json=body)
            operation = described["paths"][route.path][route.method.lower()]
            assert str(answer.status_code) in operation["responses"], answer.text
            assert answer.status_code < 300, (route.path, answer.text)
            check(described, route, answer.json())
            sent = operation["requestBody"]["content"]["application/json"]["schema"]
            whole = {**closed(sent), "components": {"schemas": described["components"]["schemas"]}}
            assert list(Draft202012Validator(whole).iter_errors(body)) == [], route.path


def test_errors_are_as_described(logged_in: TestClient, described: Any) -> None:
    validator = Draft202012Validator(closed(described["components"]["schemas"]["Error"]))
    for address in ("/api/sites/nothing", "/nothing", "/api/usage?month=x"):
        assert list(validator.iter_errors(logged_in.get(address).json())) == []


def test_page_needs_nothing_from_outside(http: TestClient) -> None:
    page = http.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers.get_list("content-security-policy")
    assert len(policy) == 1
    assert set(policy[0].split("; ")) >= {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"}
    assert "unsafe" not in policy[0]
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert sorted(addresses) == ["/docs/page.css", "/docs/page.js", "/openapi.json"]
    for address in addresses:
        answer = http.get(address)
        assert answer.status_code == 200
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not re.search(r"https?://", answer.text.replace("https://$", "")) or address == "/openapi.json"


def test_page_has_no_script_or_style_within_and_sets_text_only(http: TestClient) -> None:
    page, script = http.get("/docs").text, http.get("/docs/page.js").text
    assert not re.search(r"<style|style=|\son\w+=|<script(?![^>]*src)", page)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(", script)
    assert "textContent" in script
