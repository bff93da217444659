"""All sites at a glance: the figures of each are those of its own reports, in its own time zone."""

from typing import Any

import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.query.metrics import METRICS
from hitkeep_py.query.query import Query
from hitkeep_py.query.time_range import TimeRange
from hitkeep_py.reports.glance import alike, sites_at_a_glance
from hitkeep_py.reports.overview import overview
from hitkeep_py.reports.series import series
from tests.asked_engine import ask
from tests.engines import Engine
from tests.generated_events import SPANS, ZONES, generated
from tests.http_client import HttpClient
from tests.reported_site import DAY, fill
from tests.stored_events import OTHER_SITE, SITE, milliseconds, store_rows

STORED = generated(3)
NOBODY = "00000000-0000-0000-0000-000000000009"


def test_nothing_is_asked_without_sites(engine: Engine) -> None:
    assert ask(engine, sites_at_a_glance, [], TimeRange(0, 1)) == {}


@pytest.mark.parametrize("unit", ["hour", "day", "week", "month"])
@pytest.mark.parametrize("zone", ZONES)
def test_figures_are_those_of_each_sites_own_reports(zone: str, unit: str, engine: Engine) -> None:
    first, last = SPANS[ZONES[zone]]
    asked = TimeRange(milliseconds(first) + 7_200_000, milliseconds(last) - 14_400_000, zone)
    found = ask(engine, sites_at_a_glance, [SITE, OTHER_SITE, NOBODY], asked, unit)
    for site in (SITE, OTHER_SITE, NOBODY):
        whole = ask(engine, overview, Query(site, asked))
        points = ask(engine, series, Query(site, asked, (METRICS["visitors"],)), unit)
        assert (found[site].visitors, found[site].pageviews) == (whole.visitors, whole.pageviews)
        assert [(each.time, each.visitors) for each in found[site].points] == [
            (each.time, *each.figures) for each in points
        ]
    assert found[SITE].visitors > found[NOBODY].visitors == 0


@pytest.mark.parametrize(
    ("budget", "portions"),
    [
        (10_000, [(["a", "b", "c"], (1, 90))]),
        (400, [(["a", "b"], (1, 30)), (["c"], (5, 90))]),
        (100, [(["a"], (1, 10)), (["b"], (1, 30)), (["c"], None)]),
    ],
)
def test_sites_are_counted_together_as_far_as_bits_for_their_visitors_go(
    budget: int, portions: list[tuple[list[str], Any]]
) -> None:
    rows = [("c", 5, 90), ("a", 1, 10), ("b", 1, 30)]
    assert alike(rows, 3, budget) == portions


def glance(client: HttpClient, **parameters: str) -> dict[str, Any]:
    answer = client.get("/api/overview", params=parameters or DAY)
    assert answer.status_code == 200, answer.text
    return {each["domain"]: each for each in answer.json()["sites"]}


def test_every_site_is_there_with_its_own_figures(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    fill(analytics, site)
    analytics.catalog.sites.add("empty.example")
    found = glance(logged_in, **DAY, compare="previous_period")
    assert list(found) == ["example.com", "other.example", "empty.example"]
    one = found["example.com"]
    assert (one["visitors"], one["pageviews"], one["comparison"]) == (3, 4, {"visitors": 1, "pageviews": 1})
    assert found["other.example"]["visitors"] == 1
    assert found["empty.example"]["comparison"] == {"visitors": 0, "pageviews": 0}
    assert (one["unit"], len(one["points"])) == ("hour", 24)
    assert {each["time"]: each["visitors"] for each in one["points"] if each["visitors"]} == {
        "2026-11-20T08:00:00Z": 1,
        "2026-11-20T09:00:00Z": 2,
    }


def test_days_are_those_of_each_sites_zone(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    far = analytics.catalog.sites.add("far.example", "Pacific/Auckland")
    for each in (site, far):
        store_rows(analytics.store, each.id, {"time": "2026-11-19T12:00:00", "kind": "pageview"})
    found = glance(logged_in)
    assert [found[name]["visitors"] for name in ("example.com", "far.example")] == [0, 1]
    assert found["far.example"]["from"] == "2026-11-20T00:00:00.000+13:00"


def test_who_was_there_in_the_last_five_minutes_is_live(
    logged_in: HttpClient, analytics: Analytics, site: Site
) -> None:
    for number, time in enumerate(("2026-11-20T11:54:59", "2026-11-20T11:55:00", "2026-11-20T12:00:00"), 1):
        store_rows(
            analytics.store, site.id, {"time": time, "kind": "pageview", "visitor_id": number, "session_id": number}
        )
    assert glance(logged_in, range="today")["example.com"]["live_visitors"] == 2


def test_range_that_differs_between_sites_is_refused(logged_in: HttpClient) -> None:
    answer = logged_in.get("/api/overview", params={"range": "all"})
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "range")
