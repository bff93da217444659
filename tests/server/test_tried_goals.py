"""A goal that is only tried has the figures that it would have if it were kept."""

from typing import Any

import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from tests.http_client import HttpClient
from tests.reported_site import DAY, fill

GOALS: list[dict[str, Any]] = [
    {"type": "event", "value": "purchase", "filters": ["property:plan is pro"], "revenue": {"kind": "event"}},
    {"type": "path", "value": "/pri*", "revenue": {"kind": "fixed", "amount": 250}},
    {"type": "event", "value": "purchase", "revenue": {"kind": "property", "property": "price"}},
    {"type": "event", "value": "nothing"},
]


def tried(client: HttpClient, site: Site, body: dict[str, Any], **parameters: str) -> Any:
    return client.post(f"/api/sites/{site.id}/reports/goals", json=body, params={**DAY, **parameters})


@pytest.mark.parametrize("body", GOALS, ids=lambda body: str(body["value"]))
def test_tried_goal_has_the_figures_of_a_kept_one(
    body: dict[str, Any], logged_in: HttpClient, analytics: Analytics, site: Site
) -> None:
    fill(analytics, site)
    found = tried(logged_in, site, body, unit="hour", filter="source is not set").json()
    assert logged_in.post(f"/api/sites/{site.id}/goals", json={"name": "Kept", **body}).status_code == 201
    parameters = {**DAY, "unit": "hour", "filter": "source is not set"}
    kept = logged_in.get(f"/api/sites/{site.id}/reports/goals", params=parameters).json()
    (stats,) = kept["goals"]
    assert {name: found[name] for name in found if name in stats} == {
        name: stats[name] for name in found if name in stats
    }
    assert (found["sessions"], found["points"]) == (kept["sessions"], kept["points"])


def test_figures_are_those_of_the_day(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    fill(analytics, site)
    found = tried(logged_in, site, GOALS[0]).json()
    assert (found["conversions"], found["sessions"], found["revenue"]) == (1, 3, {"EUR": 1000})
    assert "points" not in found
    assert logged_in.get(f"/api/sites/{site.id}/goals").json() == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "type"),
        ({"type": "event"}, "value"),
        ({"type": "path", "value": "pricing"}, "value"),
        ({"type": "event", "value": "x", "filters": ["weather is bad"]}, "filters"),
        ({"type": "event", "value": "x", "revenue": {"kind": "gift"}}, "revenue"),
        ({"type": "event", "value": "x", "name": "Kept"}, "name"),
    ],
)
def test_what_is_no_goal_is_refused(body: dict[str, Any], field: str, logged_in: HttpClient, site: Site) -> None:
    answer = tried(logged_in, site, body)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)


def test_figures_come_as_a_file_as_well(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    fill(analytics, site)
    answer = tried(logged_in, site, GOALS[1], format="csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "/pri*" in answer.text
