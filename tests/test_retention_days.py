"""What a site does not want to keep any longer is deleted by itself, and nothing else is."""

import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.time_range import DAY_MS
from hitkeep_py.retention import Retention, end_of_retention
from tests.fake_clock import FakeClock
from tests.stored_events import milliseconds, store_rows

NOON = milliseconds("2026-11-20T12:00:00")


def kept(analytics: Analytics, site: Site) -> list[int]:
    rows = analytics.store.select(
        "SELECT epoch_us(time) // 1000 FROM events WHERE site_id = ?::UUID ORDER BY 1", [site.id]
    )
    return [int(time) for (time,) in rows]


def stored(analytics: Analytics, site: Site, *times: int) -> None:
    rows = [{"time": time, "kind": "pageview", "visitor_id": 1, "session_id": 1} for time in times]
    store_rows(analytics.store, site.id, *rows)


@pytest.mark.parametrize(
    ("zone", "days", "first"),
    [("UTC", 1, "2026-11-20T00:00:00"), ("UTC", 3, "2026-11-18T00:00:00"), ("Europe/Berlin", 1, "2026-11-19T23:00:00")],
)
def test_today_is_the_last_of_the_days_that_are_kept(zone: str, days: int, first: str, analytics: Analytics) -> None:
    site = analytics.catalog.sites.add("kept.example", zone)
    assert end_of_retention(site, days, NOON) == milliseconds(first)


def test_older_events_go_and_those_of_other_sites_stay(analytics: Analytics, site: Site, clock: FakeClock) -> None:
    today, other = analytics.clock.now_ms() // DAY_MS * DAY_MS, analytics.catalog.sites.add("other.example")
    times = [today - DAY_MS - 1, today - DAY_MS, today]
    for each in (site, other):
        stored(analytics, each, *times)
    analytics.catalog.sites.change(site.id, {"retention_days": 2})
    retention = Retention(analytics)
    retention.delete_expired()
    assert kept(analytics, site) == [today - DAY_MS, today]
    assert len(kept(analytics, other)) == 3
    clock.advance(86_400)
    retention.delete_expired()
    assert kept(analytics, site) == [today]


@pytest.mark.parametrize("days", [0, -1, 1.5, True, "7", 36_501])
def test_a_wrong_number_of_days_is_refused(days: object, analytics: Analytics, site: Site) -> None:
    with pytest.raises(InvalidInput, match="the days that events are kept"):
        analytics.catalog.sites.change(site.id, {"retention_days": days})
