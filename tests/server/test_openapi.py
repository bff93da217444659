"""The API's description: valid, complete, and true of what the routes answer; and the page that shows it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import OpenAPIV31SpecValidator

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.protocols.format import WireFormat
from hitkeep_py.protocols.formats import FORMATS
from hitkeep_py.query.dimensions import DIMENSIONS
from hitkeep_py.query.metrics import METRICS
from hitkeep_py.query.read_query import ABOUT_THE_ANSWER, FIELDS
from hitkeep_py.server import routes
from hitkeep_py.server.access import Access
from hitkeep_py.server.body_examples import BODY_EXAMPLES
from hitkeep_py.server.call import ApiRoute
from hitkeep_py.server.compatible_shapes import COMPATIBLE_SHAPES
from hitkeep_py.server.ingest_examples import ALIAS, INGEST_BODIES, INGEST_PARAMETERS
from hitkeep_py.server.openapi import document
from hitkeep_py.server.routes import ROUTES
from hitkeep_py.server.shape import parameters_of
from hitkeep_py.server.shapes import SHAPES
from tests.described import check, closed
from tests.http_client import HttpClient
from tests.reported_site import DAY, fill

WITHOUT_SHAPE = {"/openapi.json": "OpenAPI itself says what it is"}
FUNNEL = {"name": "Buy", "steps": [{"type": "path", "value": "/"}, {"type": "event", "value": "purchase"}]}
SEGMENT = {"name": "Germans", "filters": ["country is DE", ["source is Google", "source is not set"]]}
GOAL = {"name": "Purchase", "type": "event", "value": "purchase", "filters": ["property:plan is pro"]}


@pytest.fixture(scope="module")
def described() -> Any:
    return document(ROUTES)


def test_description_is_valid(described: Any) -> None:
    errors = [f"{error.message} at {list(error.path)}" for error in OpenAPIV31SpecValidator(described).iter_errors()]
    assert errors == []


def test_description_is_served_to_anyone(http: HttpClient, described: Any) -> None:
    answer = http.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == described
    assert answer.json()["openapi"] == "3.1.0"


def test_description_is_made_once_compressed_and_not_sent_again(http: HttpClient) -> None:
    plain = http.get("/openapi.json", headers={"accept-encoding": "identity"})
    small = http.get("/openapi.json", headers={"accept-encoding": "gzip"})
    assert (small.headers["content-encoding"], small.content) == ("gzip", plain.content)
    assert (plain.headers["vary"], plain.headers["cache-control"]) == ("Accept-Encoding", "no-cache")
    again = http.get("/openapi.json", headers={"if-none-match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert routes.described("") is routes.described("")


def schemas_within(part: Any) -> Iterator[dict[str, Any]]:
    """Every object of the description that has a type."""
    if isinstance(part, dict):
        if isinstance(part.get("type"), str | list):
            yield part
        for name, each in part.items():
            if name not in ("example", "examples", "default"):
                yield from schemas_within(each)
    elif isinstance(part, list):
        for each in part:
            yield from schemas_within(each)


def test_nothing_is_left_for_a_generator_to_guess(described: Any) -> None:
    """Lists and objects say what is in them, requests and answers have a schema, no class a field of its own name."""
    lists = [each for each in schemas_within(described) if "array" in each["type"]]
    assert [each for each in lists if "items" not in each and "prefixItems" not in each] == []
    objects = [each for each in schemas_within(described) if "object" in each["type"]]
    assert [each for each in objects if "properties" not in each and "additionalProperties" not in each] == []
    operations = [each for methods in described["paths"].values() for each in methods.values()]
    bodies = [each["requestBody"]["content"] for each in operations if "requestBody" in each]
    answers = [answer.get("content", {}) for each in operations for answer in each["responses"].values()]
    kinds = [kind for content in (*bodies, *answers) for kind in content.values()]
    assert len(bodies) > 30
    assert [each for each in kinds if not each.get("schema")] == [{"schema": {}}]
    components = described["components"]["schemas"]
    assert [name for name, each in components.items() if name.lower() in each.get("properties", {})] == []


STATUSES: list[tuple[str, str, set[str]]] = [
    ("post", "/api/login", {"400", "401", "403", "429"}),
    ("post", "/api/initial-user", {"400", "403", "409", "429"}),
    ("get", "/api/analytics/experiments/active", {"400", "404"}),
    ("get", "/api/usage", {"400", "401", "404"}),
    ("delete", "/api/users/{user_id}", {"404", "409"}),
    ("get", "/api/sites/{site_id}/reports/sessions", {"400", "401", "403", "404", "429", "504"}),
]


@pytest.mark.parametrize(("method", "path", "statuses"), STATUSES)
def test_errors_that_a_route_answers_are_in_it(method: str, path: str, statuses: set[str], described: Any) -> None:
    assert statuses <= set(described["paths"][path][method]["responses"])


def test_errors_in_the_words_of_plausible_are_described_so(described: Any, logged_in: HttpClient) -> None:
    for path, method in (("/api/v2/query", "post"), ("/api/v1/stats/aggregate", "get")):
        reference = described["paths"][path][method]["responses"]["400"]["$ref"]
        assert reference == "#/components/responses/Plausible_400"
        schema = described["components"]["schemas"]["PlausibleRefusal"]
        answer = logged_in.request(method, path)
        assert (answer.status_code, list(Draft202012Validator(closed(schema)).iter_errors(answer.json()))) == (400, [])


def test_what_may_be_left_out_is_said_to(described: Any, logged_in: HttpClient, site: Site) -> None:
    assert not described["paths"]["/api/sites/{site_id}/query"]["post"]["requestBody"]["required"]
    assert logged_in.post(f"/api/sites/{site.id}/query").status_code == 200
    assert described["paths"]["/api/sites"]["post"]["requestBody"]["required"]
    assert logged_in.post("/api/sites").status_code == 400
    hits = described["paths"]["/api/sites/{site_id}/hits"]["get"]["parameters"]
    (limit,) = [each["schema"] for each in hits if each["name"] == "limit"]
    assert "maximum" not in limit
    assert logged_in.get(f"/api/sites/{site.id}/hits?limit=100000").status_code == 200
    overview = described["paths"]["/api/sites/{site_id}/reports/overview"]["get"]["parameters"]
    (flag,) = [each["schema"] for each in overview if each["name"] == "explain"]
    for text in flag["enum"]:
        assert logged_in.get(f"/api/sites/{site.id}/reports/overview?explain={text}").status_code == 200


def test_rows_alone_are_described_beside_the_answer(described: Any, logged_in: HttpClient, site: Site) -> None:
    for route in ROUTES:
        if not route.path.endswith(("reports/sessions", "reports/overview", "reports/breakdown/{dimension}")):
            continue
        address = route.path.format(site_id=site.id, dimension="page")
        answer = logged_in.get(f"{address}?format=json").json()
        assert isinstance(answer, list), address
        check(described, route, answer)


def test_every_group_has_routes_and_a_name_for_people(described: Any) -> None:
    groups = [each["name"] for each in described["tags"]]
    operations = [each for methods in described["paths"].values() for each in methods.values()]
    assert {each["tags"][0] for each in operations} == set(groups)
    assert groups[:3] == ["Sending events", "Questions and reports", "Goals"]
    assert described["paths"]["/api/sites/{site_id}/erase"]["post"]["tags"] == ["Sites and keys"]


def test_every_route_is_in_it(described: Any) -> None:
    wanted = {(each.path, each.method.lower()) for each in ROUTES}
    wanted |= {(each.path, method.lower()) for each in FORMATS for method in each.methods}
    assert {(path, method) for path, methods in described["paths"].items() for method in methods} == wanted
    operations = [each for methods in described["paths"].values() for each in methods.values()]
    assert len({each["operationId"] for each in operations}) == len(operations) == len(wanted)


def test_every_route_says_what_it_takes_and_gives() -> None:
    assert {route.path for route in ROUTES if route.answer not in SHAPES} == set(WITHOUT_SHAPE)
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
    assert set(body["schema"]["properties"]) == {*FIELDS, *ABOUT_THE_ANSWER}


def test_texts_are_prose(described: Any) -> None:
    code = re.compile(r"`|\b(?:None|True|False)\b|Raises |\w\(\w+: |->")
    assert [each for each in texts_of(described) if code.search(each)] == []


def texts_of(value: Any) -> Iterator[str]:
    """Summaries and descriptions, wherever they are."""
    if isinstance(value, list):
        value = dict(enumerate(value))
    if isinstance(value, dict):
        yield from (value[name] for name in ("summary", "description") if isinstance(value.get(name), str))
        for each in value.values():
            yield from texts_of(each)


def test_what_is_one_of_a_few_words_says_which(described: Any) -> None:
    schemas = described["components"]["schemas"]
    for name, field, words in (
        ("Funnel", "scope", ["session", "visitor"]),
        ("Step", "type", ["event", "path"]),
        ("Goal", "type", ["event", "path"]),
        ("Key", "kind", ["public", "secret", "api"]),
        ("Site", "visitor_period", ["day", "week", "month"]),
        ("WebVital", "rating", ["good", "needs improvement", "poor"]),
    ):
        assert schemas[name]["properties"][field]["enum"] == words, (name, field)
    tried = described["paths"]["/api/sites/{site_id}/reports/funnels"]["post"]["requestBody"]
    body = tried["content"]["application/json"]["schema"]["properties"]
    assert body["scope"]["enum"] == ["session", "visitor"]


def test_parameter_that_the_path_has_is_none_and_else_is_needed(described: Any) -> None:
    def parameters(path: str) -> dict[str, bool]:
        found = described["paths"][f"/api/sites/{{site_id}}/reports/{path}"]["get"]["parameters"]
        return {each["name"]: each["required"] for each in found if each["in"] == "query"}

    assert "event" not in parameters("events/{event_name}/series")
    assert parameters("event-series")["event"] is True
    assert "dimension" not in parameters("breakdown/{dimension}")
    assert parameters("breakdown")["dimension"] is True


def test_who_may_call_is_in_it(described: Any) -> None:
    for route in ROUTES:
        security = described["paths"][route.path][route.method.lower()]["security"]
        assert bool(security) == (route.access in (Access.READER, Access.USER)), route.path


@pytest.fixture
def site_with_everything(logged_in: HttpClient, analytics: Analytics, site: Site) -> dict[str, str]:
    """The ids for every path."""
    fill(analytics, site)
    address = f"/api/sites/{site.id}"
    ids = {"site_id": site.id, "dimension": "page", "event_name": "purchase"}
    for name, body in (("funnel", FUNNEL), ("segment", SEGMENT), ("goal", GOAL)):
        answer = logged_in.post(f"{address}/{name}s", json=body)
        assert answer.status_code == 201, answer.text
        ids[f"{name}_id"] = answer.json()["id"]
    note = logged_in.post(f"{address}/annotations", json={"time": "2026-11-20", "text": "New prices"})
    ids["annotation_id"] = note.json()["id"]
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


def fits(name: str, known: set[str]) -> bool:
    """Journeys start from a page or from an event."""
    return name in known and (name != "event" or "page" not in known)


def test_answers_are_as_described(logged_in: HttpClient, site_with_everything: dict[str, str], described: Any) -> None:
    checked = 0
    for route in ROUTES:
        if route.method != "GET" or route.path in WITHOUT_SHAPE or route.answer in COMPATIBLE_SHAPES:
            continue
        if SHAPES[route.answer].only_files:
            continue
        address = route.path.format(**site_with_everything)
        known = {each.name for each in parameters_of(SHAPES[route.answer], route.path)}
        for parameters in ({name: value for name, value in PARAMETERS.items() if fits(name, known)}, {}):
            if not parameters and needs_parameters(route):
                continue
            answer = logged_in.get(address, params=parameters)
            assert answer.status_code == 200, (route.path, answer.text)
            check(described, route, answer.json())
            checked += 1
    assert checked > 30


def needs_parameters(route: ApiRoute) -> bool:
    return route.path.endswith(("/journeys", "/reports/properties", "/event-series", "/breakdown", "/numbers"))


def test_changes_are_as_described(logged_in: HttpClient, site_with_everything: dict[str, str], described: Any) -> None:
    bodies: dict[str, Any] = {
        "/api/sites/{site_id}/query": {**DAY, "dimensions": ["page"], "compare": "previous_year", "explain": True},
        "/api/sites/{site_id}/reports/funnels": {"steps": FUNNEL["steps"], "window_seconds": 60},
        "/api/sites/{site_id}/reports/goals": {"type": "event", "value": "purchase", "revenue": {"kind": "event"}},
        "/api/sites/{site_id}/erase": {"before": "2026-01-31"},
        "/api/sites/{site_id}/annotations": {"time": "2026-11-20T08:00:00+01:00", "text": "Shop closed"},
        "/api/sites/{site_id}/annotations/{annotation_id}": {"text": "Changed"},
        "/api/sites/{site_id}/funnels": {**FUNNEL, "name": "Other"},
        "/api/sites/{site_id}/segments": {**SEGMENT, "name": "Other"},
        "/api/sites/{site_id}/goals": {**GOAL, "name": "Other"},
        "/api/sites/{site_id}/keys": {"kind": "api"},
        "/api/sites": {"domain": "new.example"},
    }
    for route in ROUTES:
        if (route.method == "POST" and route.path in bodies) or route.method == "PATCH":
            body = bodies.get(route.path, {} if route.method == "POST" else {"name": "Changed"})
            body = {"time_zone": "Europe/Berlin"} if route.path == "/api/sites/{site_id}" else body
            answer = logged_in.request(route.method, route.path.format(**site_with_everything), json=body)
            operation = described["paths"][route.path][route.method.lower()]
            assert str(answer.status_code) in operation["responses"], answer.text
            assert answer.status_code < 300, (route.path, answer.text)
            check(described, route, answer.json())
            sent = operation["requestBody"]["content"]["application/json"]["schema"]
            whole = {**closed(sent), "components": {"schemas": described["components"]["schemas"]}}
            assert list(Draft202012Validator(whole).iter_errors(body)) == [], route.path


def test_every_body_has_an_example_that_fits(described: Any) -> None:
    shaped = [route for route in ROUTES if route.answer in SHAPES and SHAPES[route.answer].body is not None]
    assert len(shaped) > 10
    for route in shaped:
        operation = described["paths"][route.path][route.method.lower()]
        sent = operation["requestBody"]["content"]["application/json"]
        whole = {**closed(sent["schema"]), "components": {"schemas": described["components"]["schemas"]}}
        errors = [each.message for each in Draft202012Validator(whole).iter_errors(sent["example"])]
        assert errors == [], route.path
    assert {route.answer for route in shaped} == set(BODY_EXAMPLES)


def test_examples_of_bodies_are_taken_as_they_are(logged_in: HttpClient, site_with_everything: dict[str, str]) -> None:
    for route in ROUTES:
        if route.answer in BODY_EXAMPLES and "{site_id}" in route.path:
            address = route.path.format(**site_with_everything)
            answer = logged_in.request(route.method, address, json=BODY_EXAMPLES[route.answer])
            assert answer.status_code in (200, 201), (route.path, answer.text)


INGEST_POSTS = [(each, INGEST_BODIES.get(each.name)) for each in FORMATS if "POST" in each.methods]


@pytest.mark.parametrize(("taken", "body"), INGEST_POSTS, ids=lambda one: getattr(one, "name", ""))
def test_examples_for_ingest_are_of_their_formats_and_stored(
    taken: WireFormat, body: Any, site: Site, analytics: Analytics, http: HttpClient, described: Any
) -> None:
    analytics.catalog.sites.change(site.id, {"aliases": [ALIAS]})
    _, key = analytics.catalog.keys.add(site.id, "secret")
    analytics.catalog.refresh()
    headers = {"Authorization": f"Bearer {key}", "Origin": f"https://{site.domain}"}
    parameters = {name: example for name, (_, example) in INGEST_PARAMETERS.get(taken.name, {}).items()}
    answer = http.post(taken.path, params=parameters, headers=headers, json=body)
    assert answer.status_code < 300, answer.text
    analytics.drain()
    last, *_ = analytics.debugger.last(site.id)
    assert (last["format"], last["outcome"]) == (taken.name, "stored")
    operation = described["paths"][taken.path]["post"]
    if body is None:
        assert set(parameters) == {each["name"] for each in operation["parameters"]} != set()
    else:
        shown = operation["requestBody"]["content"]["application/json"]["examples"]
        assert shown[taken.name.replace(" ", "_")]["value"] == body


def test_examples_of_a_query_are_stored(site: Site, analytics: Analytics, http: HttpClient) -> None:
    for taken in FORMATS:
        if "GET" in taken.methods:
            parameters = {name: example for name, (_, example) in INGEST_PARAMETERS[taken.name].items()}
            answer = http.get(taken.path, params=parameters, headers={"Origin": f"https://{site.domain}"})
            assert answer.status_code == 200, taken.name
            last, *_ = analytics.debugger.last(site.id)
            assert (last["format"], last["outcome"]) == (taken.name, "stored")


def test_every_example_for_ingest_is_of_a_format() -> None:
    assert {*INGEST_BODIES, *INGEST_PARAMETERS} == {each.name for each in FORMATS}


def test_errors_are_as_described(logged_in: HttpClient, described: Any) -> None:
    validator = Draft202012Validator(closed(described["components"]["schemas"]["Refusal"]))
    for address in ("/api/sites/nothing", "/nothing", "/api/usage?month=x"):
        assert list(validator.iter_errors(logged_in.get(address).json())) == []


def test_page_needs_nothing_from_outside(http: HttpClient) -> None:
    page = http.get("/docs")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = page.headers.get_list("content-security-policy")
    assert len(policy) == 1
    assert set(policy[0].split("; ")) >= {"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"}
    assert "unsafe" not in policy[0]
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert sorted(addresses) == ["docs/page.css", "docs/page.js", "openapi.json"]
    for address in addresses:
        answer = http.get(f"/{address}")
        assert answer.status_code == 200
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not re.search(r"https?://", answer.text.replace("https://$", "")) or address == "openapi.json"


def test_page_has_no_script_or_style_within_and_sets_text_only(http: HttpClient) -> None:
    page, script = http.get("/docs").text, http.get("/docs/page.js").text
    assert not re.search(r"<style|style=|\son\w+=|<script(?![^>]*src)", page)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|Function\(", script)
    assert "textContent" in script
