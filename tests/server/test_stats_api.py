"""What the API says of stored events: hand-computed figures, ranges, and what removal of a site leaves."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.config import Settings
from hitkeep_py.errors import InvalidInput
from hitkeep_py.jobs import Jobs
from hitkeep_py.query.time_range import LONGEST_DAYS, buckets, offsets, read_range, unit_for
from hitkeep_py.server.app import Server
from tests.fake_clock import FakeClock
from tests.http_client import HttpClient
from tests.product import lookups

ANNA, BEN, CARA = "Anna's browser", "Ben's browser", "Cara's browser"
HOUR, MINUTE = 3_600, 60
TODAY, TOMORROW = "2026-11-20", "2026-11-21"
BOTH_DAYS = {"from": TODAY, "to": TOMORROW}
ZONES = ("UTC", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe")
KEY_FIGURES = (
    "live_visitors",
    "total_pageviews",
    "total_events",
    "unique_visitors",
    "unique_sessions",
    "bounce_rate",
    "avg_session_duration",
    "pages_per_session",
    "goals",
)


def view(http: HttpClient, site: Site, visitor: str, path: str) -> None:
    headers = {"origin": f"https://{site.domain}", "user-agent": visitor}
    assert http.post("/ingest", json={"path": path}, headers=headers).status_code == 202


def event(http: HttpClient, site: Site, visitor: str, name: str) -> None:
    body = {"site_id": site.id, "name": name, "url": f"https://{site.domain}/"}
    assert http.post("/ingest/event", json=body, headers={"user-agent": visitor}).status_code == 202


def two_days(http: HttpClient, logged_in: HttpClient, site: Site, clock: FakeClock) -> None:
    """Anna signs up. Past midnight Ben leaves at once, Anna buys on her second page, Cara's event is all she does."""
    view(http, site, ANNA, "/")
    clock.advance(MINUTE)
    event(http, site, ANNA, "signup")
    clock.advance(11 * HOUR)
    logged_in.get("/api/status")  # after 12 hours without a request the login would have ended
    clock.advance(1.5 * HOUR)
    view(http, site, BEN, "/")
    view(http, site, ANNA, "/shop")
    clock.advance(2 * MINUTE)
    view(http, site, ANNA, "/thank-you")
    event(http, site, ANNA, "signup")
    event(http, site, ANNA, "signup")
    event(http, site, CARA, "error")


def add_goals(client: HttpClient, site: Site) -> tuple[str, str]:
    path = f"/api/sites/{site.id}/goals"
    signup = client.post(path, json={"name": "Signup", "type": "event", "value": "signup"}).json()
    thanks = client.post(path, json={"name": "Thanks", "type": "path", "value": "/thank-you"}).json()
    return signup["id"], thanks["id"]


def test_stats_of_a_site_without_events_are_zeros(logged_in: HttpClient, site: Site) -> None:
    stats = logged_in.get(f"/api/sites/{site.id}/stats").json()
    chart = stats["chart_data"]
    assert {name: stats[name] for name in KEY_FIGURES} == {
        "live_visitors": 0,
        "total_pageviews": 0,
        "total_events": 0,
        "unique_visitors": 0,
        "unique_sessions": 0,
        "bounce_rate": 0,
        "avg_session_duration": 0,
        "pages_per_session": 0,
        "goals": [],
    }
    assert len(chart) == 30
    assert chart[0] == {"time": "2026-10-22T00:00:00Z", "pageviews": 0, "visitors": 0}
    assert chart[-1] == {"time": "2026-11-20T00:00:00Z", "pageviews": 0, "visitors": 0}


def test_stats_are_those_computed_by_hand(
    http: HttpClient, logged_in: HttpClient, analytics: Analytics, site: Site, clock: FakeClock
) -> None:
    two_days(http, logged_in, site, clock)
    analytics.drain()
    stats = logged_in.get(f"/api/sites/{site.id}/stats", params=BOTH_DAYS).json()
    # Anna has a visitor id and a session on each day; Ben's session is the only bounce; 60 + 0 + 120 + 0 seconds.
    assert {name: stats[name] for name in KEY_FIGURES} == {
        "live_visitors": 3,
        "total_pageviews": 4,
        "total_events": 4,
        "unique_visitors": 4,
        "unique_sessions": 4,
        "bounce_rate": 25.0,
        "avg_session_duration": 45.0,
        "pages_per_session": 1.0,
        "goals": [],
    }


def test_chart_counts_pageviews_and_visitors_by_day(
    http: HttpClient, logged_in: HttpClient, analytics: Analytics, site: Site, clock: FakeClock
) -> None:
    two_days(http, logged_in, site, clock)
    analytics.drain()
    params = {"from": "2026-11-19", "to": TOMORROW}
    assert logged_in.get(f"/api/sites/{site.id}/stats", params=params).json()["chart_data"] == [
        {"time": "2026-11-19T00:00:00Z", "pageviews": 0, "visitors": 0},
        {"time": "2026-11-20T00:00:00Z", "pageviews": 1, "visitors": 1},
        {"time": "2026-11-21T00:00:00Z", "pageviews": 3, "visitors": 3},
    ]


def test_goal_figures_are_those_computed_by_hand(
    http: HttpClient, logged_in: HttpClient, analytics: Analytics, site: Site, clock: FakeClock
) -> None:
    signup, thanks = add_goals(logged_in, site)
    two_days(http, logged_in, site, clock)
    analytics.drain()
    answer = logged_in.get(f"/api/sites/{site.id}/goals/stats", params=BOTH_DAYS).json()
    signups = {"conversions": 2, "conversion_rate": 0.5, "events": 3, "visitors": 2, "revenue": {}}
    thanked = {"conversions": 1, "conversion_rate": 0.25, "events": 1, "visitors": 1, "revenue": {}}
    assert answer == {
        "from": "2026-11-20T00:00:00.000Z",
        "to": "2026-11-22T00:00:00.000Z",
        "time_zone": "UTC",
        "sessions": 4,
        "goals": [
            {"goal_id": thanks, "name": "Thanks", "type": "path", "value": "/thank-you", **thanked},
            {"goal_id": signup, "name": "Signup", "type": "event", "value": "signup", **signups},
        ],
    }
    percents = logged_in.get(f"/api/sites/{site.id}/stats", params=BOTH_DAYS).json()["goals"]
    assert [goal["conversion_rate"] for goal in percents] == [25.0, 50.0]


def test_goal_timeseries_fills_gaps_with_zeros(
    http: HttpClient, logged_in: HttpClient, analytics: Analytics, site: Site, clock: FakeClock
) -> None:
    signup, thanks = add_goals(logged_in, site)
    two_days(http, logged_in, site, clock)
    analytics.drain()

    def series(*goals: str) -> list[int]:
        params: dict[str, Any] = {"from": "2026-11-19", "to": TOMORROW, "goal_id": goals}
        points = logged_in.get(f"/api/sites/{site.id}/goals/timeseries", params=params).json()
        assert [point["time"][:10] for point in points] == ["2026-11-19", TODAY, TOMORROW]
        return [point["conversions"] for point in points]

    assert series(signup) == [0, 1, 1]
    assert series(thanks) == [0, 0, 1]
    assert series(signup, thanks) == series() == [0, 1, 2]


def test_goal_timeseries_without_goals_or_with_an_unknown_one(logged_in: HttpClient, site: Site) -> None:
    path = f"/api/sites/{site.id}/goals/timeseries"
    points = logged_in.get(path, params={"from": TODAY, "to": TODAY}).json()
    assert len(points) == 24
    assert {point["conversions"] for point in points} == {0}
    assert logged_in.get(path, params={"goal_id": "nothing"}).status_code == 404


def test_changed_goal_counts_what_was_stored_before(
    http: HttpClient, logged_in: HttpClient, analytics: Analytics, site: Site, clock: FakeClock
) -> None:
    signup, _ = add_goals(logged_in, site)
    two_days(http, logged_in, site, clock)
    analytics.drain()
    logged_in.patch(f"/api/sites/{site.id}/goals/{signup}", json={"value": "error"})
    goals = logged_in.get(f"/api/sites/{site.id}/goals/stats").json()["goals"]
    assert {goal["name"]: goal["events"] for goal in goals} == {"Signup": 1, "Thanks": 1}


def test_live_visitors_are_those_of_the_last_five_minutes(
    http: HttpClient, logged_in: HttpClient, analytics: Analytics, site: Site, clock: FakeClock
) -> None:
    view(http, site, ANNA, "/")
    clock.advance(4 * MINUTE)
    view(http, site, BEN, "/")
    analytics.drain()
    assert logged_in.get(f"/api/sites/{site.id}/stats").json()["live_visitors"] == 2
    clock.advance(2 * MINUTE)
    assert logged_in.get(f"/api/sites/{site.id}/stats").json()["live_visitors"] == 1


def test_sites_do_not_see_each_others_events(
    http: HttpClient, logged_in: HttpClient, analytics: Analytics, site: Site, clock: FakeClock
) -> None:
    other = logged_in.post("/api/sites", json={"domain": "example.org"}).json()
    two_days(http, logged_in, site, clock)
    analytics.drain()
    assert logged_in.get(f"/api/sites/{other['id']}/stats").json()["total_pageviews"] == 0


def test_range_follows_the_sites_time_zone(
    http: HttpClient, logged_in: HttpClient, analytics: Analytics, site: Site, clock: FakeClock
) -> None:
    """Noon in Greenwich is one in the morning of tomorrow in Auckland."""
    logged_in.patch(f"/api/sites/{site.id}", json={"time_zone": "Pacific/Auckland"})
    view(http, site, ANNA, "/")
    analytics.drain()
    path = f"/api/sites/{site.id}/stats"
    counts = [
        logged_in.get(path, params={"from": day, "to": day}).json()["total_pageviews"] for day in (TODAY, TOMORROW)
    ]
    assert counts == [0, 1]


BAD_RANGES = [
    ("from=yesterday", "from"),
    ("to=2026-13-01", "to"),
    ("from=2026-02-30", "from"),
    ("from=2026-11-20&to=2026-11-19", "from"),
    ("from=2026-11-20T12:00:00Z&to=2026-11-20T12:00:00Z", "from"),
    ("from=2000-01-01&to=2026-01-01", "from"),
    ("from=2030-01-01", "from"),
    ("from=%00", "from"),
    ("to=%ED%A0%80", "to"),
    ("from=1e9", "from"),
    ("to=9999-12-31", "to"),
    ("from=2026-11-20T12:00:00%2B99:00", "from"),
]
# Within what a date can be, but so near to its ends that reckoning with it leaves them.
EXTREME_RANGES = [
    "to=0001-01-01",
    "to=0001-01-20",
    "from=0001-01-01&to=0001-01-03",
    "from=0001-01-01T00:00:00%2B14:00&to=0001-01-03",
    "from=9999-01-01&to=9999-12-31T00:00:00Z",
    "from=9999-12-01&to=9999-12-31T12:00:00Z",
    "from=9999-12-31T00:00:00Z&to=9999-12-31T23:00:00Z",
    "from=9999-12-31T00:00:00Z&to=9999-12-31T23:59:59-14:00",
]


def test_bad_range_is_400_and_names_its_end(logged_in: HttpClient, site: Site) -> None:
    add_goals(logged_in, site)
    for query, field in BAD_RANGES:
        for report in ("stats", "goals/stats", "goals/timeseries"):
            answer = logged_in.get(f"/api/sites/{site.id}/{report}?{query}")
            assert answer.status_code == 400, (query, answer.text)
            assert (answer.json()["error"]["code"], answer.json()["error"]["field"]) == ("invalid_input", field)


def test_range_at_the_ends_of_time_is_no_failure_of_the_server(logged_in: HttpClient, site: Site) -> None:
    for zone in ZONES:
        logged_in.patch(f"/api/sites/{site.id}", json={"time_zone": zone})
        for query in EXTREME_RANGES:
            answer = logged_in.get(f"/api/sites/{site.id}/stats?{query}")
            assert answer.status_code in (200, 400), (zone, query)


MOMENTS = st.one_of(
    st.datetimes(timezones=st.one_of(st.none(), st.timezones())).map(lambda moment: moment.isoformat()),
    st.dates().map(lambda day: day.isoformat()),
    st.text(max_size=25),
    st.none(),
)


@given(MOMENTS, MOMENTS, st.sampled_from(ZONES))
@example(None, "0001-01-01", "UTC")
@example("9999-01-01", "9999-12-31T00:00:00Z", "UTC")
def test_any_range_is_read_or_refused(start: str | None, end: str | None, zone: str) -> None:
    try:
        time_range = read_range(start, end, zone, FakeClock().now_ms())
    except InvalidInput:
        return
    assert 0 < time_range.days() <= LONGEST_DAYS
    keys = [key for key, _ in buckets(time_range, unit_for(time_range))]
    assert keys == sorted(set(keys)) != []
    assert offsets(time_range)[0][0] == time_range.start


def test_removed_sites_events_are_deleted_and_others_kept(
    http: HttpClient, logged_in: HttpClient, analytics: Analytics, site: Site, clock: FakeClock
) -> None:
    other = analytics.catalog.sites.add("example.org")
    analytics.catalog.refresh()
    view(http, site, ANNA, "/")
    view(http, other, ANNA, "/")
    logged_in.delete(f"/api/sites/{site.id}")
    clock.advance(3)
    delete_removed_sites(analytics)
    assert analytics.store.select("SELECT site_id::VARCHAR FROM events") == [(other.id,)]
    assert analytics.catalog.sites.removed() == []


def delete_removed_sites(analytics: Analytics) -> None:
    """Two rounds of the job: the first begins, the second sees that it is done."""
    analytics.delete_removed_sites()
    analytics.writer.run(lambda: None).result(10)
    analytics.delete_removed_sites()


def test_events_of_requests_still_under_way_when_a_site_is_removed_are_deleted_too(
    http: HttpClient, logged_in: HttpClient, analytics: Analytics, site: Site, clock: FakeClock
) -> None:
    logged_in.delete(f"/api/sites/{site.id}")
    analytics.delete_removed_sites()
    assert analytics.catalog.database.rows("SELECT id FROM removed_sites") == [(site.id,)]
    clock.advance(3)
    delete_removed_sites(analytics)
    assert analytics.catalog.database.rows("SELECT id FROM removed_sites") == []


def test_removed_site_takes_no_more_events(http: HttpClient, logged_in: HttpClient, site: Site) -> None:
    logged_in.delete(f"/api/sites/{site.id}")
    answer = http.post("/ingest/event", json={"site_id": site.id, "name": "signup", "url": "/"})
    assert answer.status_code == 404


@contextmanager
def store_away(analytics: Analytics) -> Iterator[None]:
    """The store's file is gone and cannot be made, until the block ends."""
    assert analytics.directory is not None
    path = analytics.directory.events
    kept = path.with_suffix(".kept")
    analytics.writer.run(analytics.store.close).result()
    path.rename(kept)
    path.mkdir()
    try:
        yield
    finally:
        path.rmdir()
        kept.rename(path)


@pytest.fixture
def stored(tmp_path: Path, clock: FakeClock) -> Iterator[Analytics]:
    """The product on disk."""
    opened = Analytics.open(Settings(data_dir=str(tmp_path / "data")), "test", clock, lookups())
    yield opened
    opened.close()


def test_removal_of_a_site_does_not_hold_up_other_jobs_while_the_store_is_away(
    stored: Analytics, clock: FakeClock
) -> None:
    """Deleting events has to wait for the store; watching the disk and turning the salts must not."""
    site = stored.catalog.sites.add("example.com")
    stored.catalog.refresh()
    jobs = Jobs(stored)
    with HttpClient(Server(stored).app) as client, store_away(stored):
        view(client, site, ANNA, "/")
        stored.catalog.sites.remove(site.id)
        jobs.start()
        assert seen_while_time_passes(clock, lambda: site.id not in stored.catalog.directory.by_id)
        clock.advance(5)
        other = stored.catalog.sites.add("example.org")
        seen = seen_while_time_passes(clock, lambda: other.id in stored.catalog.directory.by_id)
    jobs.stop()
    assert seen


def seen_while_time_passes(clock: FakeClock, condition: Callable[[], bool]) -> bool:
    """Whether it becomes true within three seconds, of which each is many for the jobs."""
    for _ in range(60):
        clock.advance(1)
        time.sleep(0.05)
        if condition():
            return True
    return False
