"""The description of routes in other products' shapes: true of what they answer, complete in what they read."""

import inspect
import re
from types import ModuleType
from typing import Any

import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.server.api import (
    experiments,
    hitkeep_commerce,
    hitkeep_question,
    hitkeep_reads,
    plausible_v1,
    sparklytics_behaviour,
    sparklytics_question,
    sparklytics_reads,
    stats,
    websites,
)
from hitkeep_py.server.api.sparklytics_question import FILTERS
from hitkeep_py.server.call import ApiRoute
from hitkeep_py.server.compatible_shapes import COMPATIBLE_SHAPES
from hitkeep_py.server.openapi import document
from hitkeep_py.server.routes import ROUTES
from tests.described import check
from tests.http_client import HttpClient
from tests.reported_site import fill
from tests.stored_events import store_rows

COMPATIBLE = [each for each in ROUTES if each.answer in COMPATIBLE_SHAPES and each.method == "GET"]
ON_THE_DAY = {"from": "2026-11-18", "to": "2026-11-20", "start_date": "2026-11-18", "end_date": "2026-11-20"}
PARAMETERS: dict[str, Any] = {
    **ON_THE_DAY,
    "compare_from": "2026-11-15",
    "compare_to": "2026-11-17",
    "compare": "previous_period",
    "compare_mode": "previous_period",
    "period": "custom",
    "date": "2026-11-18,2026-11-20",
    "metrics": "visitors,pageviews,visit_duration",
    "property": "event:page",
    "type": "page",
    "dimension": "country",
    "metric": "LCP",
    "event_name": "purchase",
    "property_key": "plan",
    "anchor_type": "page",
    "anchor_value": "/",
    "direction": "next",
    "visitorId": "someone",
}
VITALS = {"kind": "web_vital", "name": "LCP", "value": 1200.0, "path": "/", "time": "2026-11-19T10:00:00"}
ORDER = {"kind": "event", "name": "purchase", "path": "/", "time": "2026-11-19T10:00:00"}


@pytest.fixture
def addressed(logged_in: HttpClient, analytics: Analytics, site: Site) -> dict[str, str]:
    """A site with something to answer for everything: the values of paths and parameters."""
    fill(analytics, site)
    more = [
        {**VITALS, "visitor_id": 1, "session_id": 900, "country": "DE"},
        {
            **ORDER,
            "visitor_id": 1,
            "session_id": 900,
            "props": '{"value":5,"item_id":"a","item_name":"A","plan":"pro"}',
        },
    ]
    store_rows(analytics.store, site.id, *more)
    address = f"/api/sites/{site.id}"
    goal = {"name": "Purchase", "type": "event", "value": "purchase", "revenue": {"kind": "event"}}
    funnel = {"name": "Buy", "steps": [{"type": "path", "value": "/"}, {"type": "event", "value": "purchase"}]}
    ids = {"site_id": site.id, "session_id": "900"}
    for name, body in (("goal", goal), ("funnel", funnel)):
        answer = logged_in.post(f"{address}/{name}s", json=body)
        assert answer.status_code == 201, answer.text
        ids[f"{name}_id"] = answer.json()["id"]
    experiment = {"name": "Button", "variants": [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}]}
    added = logged_in.post(f"{address}/experiments", json=experiment).json()
    logged_in.patch(f"{address}/experiments/{added['id']}", json={"status": "running"})
    return ids


def asked(route: ApiRoute, ids: dict[str, str], more: dict[str, str]) -> dict[str, Any]:
    """Of all the values those that the route is described to take."""
    values = {**PARAMETERS, **{name: ids[name] for name in ("site_id", "goal_id")}, "projectId": ids["site_id"], **more}
    named = COMPATIBLE_SHAPES[route.answer].parameters
    return {each.name: values[each.name] for each in named if each.name in values}


@pytest.mark.parametrize("more", [{}, {"format": "v2", "compare_mode": "none"}], ids=["documented", "otherwise"])
def test_answers_are_as_described(more: dict[str, str], logged_in: HttpClient, addressed: dict[str, str]) -> None:
    described = document(ROUTES)
    for route in COMPATIBLE:
        answer = logged_in.get(route.path.format(**addressed), params=asked(route, addressed, more))
        assert answer.status_code == 200, (route.path, answer.text)
        assert answer.json() != [], route.path
        check(described, route, answer.json())


def test_required_parameters_are_enough(logged_in: HttpClient, addressed: dict[str, str]) -> None:
    for route in COMPATIBLE:
        needed = {each.name for each in COMPATIBLE_SHAPES[route.answer].parameters if each.required}
        given = {name: value for name, value in asked(route, addressed, {}).items() if name in needed}
        address = route.path.format(**addressed)
        assert logged_in.get(address, params=given).status_code == 200, route.path
        for name in needed:
            others = {each: value for each, value in given.items() if each != name}
            assert logged_in.get(address, params=others).status_code in (400, 404), (route.path, name)


def test_question_of_plausible_is_as_described(logged_in: HttpClient, addressed: dict[str, str]) -> None:
    (route,) = [each for each in ROUTES if each.path == "/api/v2/query"]
    body = {
        "site_id": addressed["site_id"],
        "metrics": ["visitors", "bounce_rate", "visit_duration"],
        "date_range": ["2026-11-18", "2026-11-20"],
        "dimensions": ["time:day", "event:page"],
        "filters": [["is", "event:page", ["/"]]],
        "order_by": [["visitors", "asc"]],
        "include": {"imports": True, "time_labels": True, "total_rows": True},
        "pagination": {"limit": 5, "offset": 0},
    }
    answer = logged_in.post(route.path, json=body)
    assert answer.status_code == 200, answer.text
    described = document(ROUTES)
    check(described, route, answer.json())
    sent = described["paths"][route.path]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert set(sent["properties"]) == set(body)


READ = re.compile(
    r'(?:call\.last\(|query_values\.get\(|text_of\(call, )"(\w+)"'
    r'|read_(?:whole|count|choice)\(call, "(\w+)"'
    r"|required\(call, ([^)]+)\)"
)
PRODUCTS: list[tuple[tuple[ModuleType, ...], set[str]]] = [
    ((plausible_v1,), set()),
    (
        (sparklytics_question, sparklytics_reads, sparklytics_behaviour, websites),
        # Named with more than a plain text.
        {*(f"filter_{name}" for name in FILTERS), "start_date", "end_date", "compare_start_date", "compare_end_date"},
    ),
    (
        (hitkeep_question, hitkeep_reads, hitkeep_commerce, stats),
        # Read by what all questions have in common, or one after the other.
        {"from", "to", "range", "filters", "segment", "item_id", "item_name"},
    ),
    ((experiments,), set()),
]


@pytest.mark.parametrize(("modules", "besides"), PRODUCTS, ids=lambda each: getattr(each, "__name__", ""))
def test_every_parameter_that_is_read_is_described(modules: tuple[ModuleType, ...], besides: set[str]) -> None:
    found = [each for module in modules for each in READ.findall(inspect.getsource(module))]
    read = {
        name for first, second, listed in found for name in (first, second, *re.findall(r'"(\w+)"', listed)) if name
    }
    shapes = [
        shape for answer, shape in COMPATIBLE_SHAPES.items() if answer.__module__ in {m.__name__ for m in modules}
    ]
    assert {each.name for shape in shapes for each in shape.parameters} == read | besides
