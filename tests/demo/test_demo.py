"""The demonstration without a browser: what is invented, that every report says something, and where it is kept."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.config import Settings
from hitkeep_py.demo import blog, shop
from hitkeep_py.demo.account import EMAIL, renewed_password
from hitkeep_py.demo.directory import claim, demo_settings
from hitkeep_py.demo.filling import Filling, last_event
from hitkeep_py.demo.live import LiveVisitors
from hitkeep_py.demo.month import DAY_MS, SITES, Month
from hitkeep_py.errors import DataDirectoryError, NotAuthenticated, SettingError
from hitkeep_py.event import Event, event_row
from hitkeep_py.query.dimensions import SESSION_ATTRIBUTES
from hitkeep_py.server.app import Server
from hitkeep_py.server.report_routes import REPORT_NAMES
from hitkeep_py.server.routes import DEMO_ROUTES
from tests.fake_clock import FakeClock
from tests.http_client import HttpClient
from tests.product import lookups, new_analytics
from tests.running_server import run

SMALL = 0.12
HOUR = 3_600
SITE_IDS = {each.domain: f"site {number}" for number, each in enumerate(SITES)}
# What a report needs besides a range.
ASKED: Mapping[str, str] = {
    "breakdown": "?dimension=page",
    "properties": "?event=purchase",
    "event-series": "?event=purchase",
    "numbers": "?number=property:value",
    "journeys": "?page=/",
}
PATHS: Mapping[str, str] = {
    "breakdown/{dimension}": "breakdown/source",
    "events/{event_name}/properties": "events/signup/properties",
    "events/{event_name}/series": "events/signup/series",
    "funnels/{funnel_id}": "funnels/To an order",
}
UNASKED = {"funnels", "sessions/{session_id}", "realtime/stream"}


@pytest.fixture(scope="module")
def filled() -> Iterator[tuple[Analytics, FakeClock]]:
    clock = FakeClock()
    analytics = new_analytics(clock)
    filling = Filling(analytics, scale=SMALL)
    filling.fill()
    go_on(LiveVisitors(analytics, filling.month), clock, 60)
    analytics.drain()
    yield analytics, clock
    analytics.close()


def go_on(visitors: LiveVisitors, clock: FakeClock, seconds: int) -> int:
    happened = 0
    for _ in range(seconds):
        clock.advance(1)
        happened += visitors.step()
    return happened


@pytest.fixture(scope="module")
def asking(filled: tuple[Analytics, FakeClock]) -> Iterator[HttpClient]:
    with HttpClient(Server(filled[0]).local_app) as client:
        yield client


def report(asking: HttpClient, name: str, site: str = shop.DOMAIN) -> Any:
    answer = asking.get(f"/api/sites/{site}/reports/{name}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def is_empty(value: Any) -> bool:
    """Whether there is no number above 0 in it, apart from what only counts and names the question."""
    if isinstance(value, dict):
        return all(is_empty(each) for name, each in value.items() if name not in ("range", "offset", "limit"))
    if isinstance(value, list):
        return all(map(is_empty, value))
    return not isinstance(value, int | float) or not value


@pytest.mark.parametrize("name", [each for each in REPORT_NAMES if each not in UNASKED])
def test_every_report_has_something_to_say(name: str, asking: HttpClient) -> None:
    assert not is_empty(report(asking, PATHS.get(name, name) + ASKED.get(name, "")))


def test_a_session_can_be_looked_at(asking: HttpClient) -> None:
    newest = report(asking, "sessions")["rows"][0]
    assert report(asking, f"sessions/{newest['session_id']}")["events"]


@pytest.mark.parametrize("site", [each.domain for each in SITES])
def test_every_goal_and_funnel_has_conversions(site: str, asking: HttpClient) -> None:
    goals = report(asking, "goals", site)["goals"]
    assert len(goals) > 1
    assert [each["name"] for each in goals if not each["conversions"]] == []
    for each in asking.get(f"/api/sites/{site}/funnels").json():
        assert not is_empty(report(asking, f"funnels/{each['id']}", site)["steps"]), each["name"]
    for each in asking.get(f"/api/sites/{site}/segments").json():
        assert not is_empty(report(asking, f"overview?segment={each['id']}", site)), each["name"]


def test_revenue_is_in_two_currencies_with_refunds(filled: tuple[Analytics, FakeClock], asking: HttpClient) -> None:
    found = {each["currency"]: each for each in report(asking, "revenue")["currencies"]}
    assert set(found) == {"EUR", "USD"}
    assert found["EUR"]["orders"] > found["EUR"]["refunds"] > 0


def test_the_experiment_shows_a_difference(asking: HttpClient) -> None:
    found = asking.get(f"/api/sites/{shop.DOMAIN}/experiments/{shop.EXPERIMENT}/results").json()
    control, other = found["variants"]
    assert min(control["visitors"], other["visitors"]) > 10
    assert other["conversion_rate"] > control["conversion_rate"]


@pytest.mark.parametrize("column", [*SESSION_ATTRIBUTES, "title", "scroll_depth", "engagement_ms", "user_id"])
def test_every_column_has_values(column: str, filled: tuple[Analytics, FakeClock]) -> None:
    (count,) = filled[0].store.select(f"SELECT count(DISTINCT {column}) FROM events")[0]
    assert count > 1


def test_visitors_return_and_pages_follow_each_other(filled: tuple[Analytics, FakeClock]) -> None:
    select = filled[0].store.select
    sessions, visitors = select("SELECT count(DISTINCT session_id), count(DISTINCT visitor_id) FROM events")[0]
    assert 1.2 < sessions / visitors < 2.5
    entries = {
        path
        for (path,) in select(
            "SELECT DISTINCT first(path ORDER BY event_id) FROM events WHERE kind = 'pageview' GROUP BY session_id"
        )
    }
    assert "/checkout/thank-you" not in entries
    assert "/" in entries


def month(seed: str = "demo", scale: float = SMALL) -> Month:
    return Month(seed, SITE_IDS, lookups(), scale)


def events_of(found: Month, day: int) -> list[Event]:
    return [event for visit in found.visits(day) for event in visit.events]


def test_the_same_seed_gives_the_same_events() -> None:
    rows = [event_row(event) for event in events_of(month(), 20_000)]
    assert rows == [event_row(event) for event in events_of(month(), 20_000)]
    assert rows != [event_row(event) for event in events_of(month("other"), 20_000)]
    assert len(rows) > 100


def test_a_whole_month_has_the_promised_number_of_events() -> None:
    whole = month(scale=1.0)
    assert 60_000 < sum(len(events_of(whole, day)) for day in range(20_000, 20_030, 6)) * 6 < 130_000


def test_any_month_has_one_day_of_fame() -> None:
    for start in (20_000, 20_013, 20_029):
        days = [blog.crowd(day) for day in range(start, start + 30)]
        assert len([each for each in days if each > 900]) == 1


def test_nights_and_week_ends_are_quieter() -> None:
    found = [event for day in range(20_002, 20_016) for event in events_of(month(scale=0.5), day)]
    manual = [event.time for event in found if event.hostname == "docs.demo.example"]
    by_day = [sum(time // DAY_MS % 7 == (day + 4) % 7 for time in manual) for day in range(7)]
    assert max(by_day[5:]) < min(by_day[:5])
    hours = [time // 3_600_000 % 24 for time in manual]
    assert sum(hour < 5 for hour in hours) < sum(8 <= hour < 13 for hour in hours) / 3


def test_a_second_start_fills_the_gap_only(clock: FakeClock, analytics: Analytics) -> None:
    first = Filling(analytics, days=2, scale=SMALL).fill()
    assert Filling(analytics, days=2, scale=SMALL).fill() == 0
    before = last_event(analytics)
    clock.advance(12 * HOUR)
    added = Filling(analytics, days=2, scale=SMALL).fill()
    assert 0 < added < first
    times = analytics.store.select(
        "SELECT min(epoch_us(time) // 1000), max(epoch_us(time) // 1000) FROM events WHERE event_id > ?", [first]
    )
    assert before < times[0][0]
    assert times[0][1] <= clock.now_ms()
    assert analytics.store.select("SELECT count(*) FROM events")[0][0] == first + added
    assert len(analytics.catalog.sites.all()) == len(SITES)


def test_a_gap_longer_than_the_month_is_filled_for_the_month(clock: FakeClock, analytics: Analytics) -> None:
    Filling(analytics, days=1, scale=SMALL).fill()
    clock.advance(40 * 24 * HOUR)
    Filling(analytics, days=3, scale=SMALL).fill()
    (days,) = analytics.store.select("SELECT count(DISTINCT epoch_us(time) // 86400000000) FROM events")[0]
    assert days <= 2 + 4


def test_visitors_go_on_coming(clock: FakeClock, analytics: Analytics) -> None:
    visitors = LiveVisitors(analytics, Filling(analytics, days=1, scale=SMALL).month)
    analytics.drain()
    before = analytics.store.select("SELECT count(*), count(DISTINCT session_id) FROM events")[0]
    happened = go_on(visitors, clock, 300)
    analytics.drain()
    count, newest, sessions = analytics.store.select(
        "SELECT count(*), max(epoch_us(time) // 1000), count(DISTINCT session_id) FROM events"
    )[0]
    assert count - before[0] == happened > 60
    assert sessions - before[1] > 20
    assert clock.now_ms() - 30_000 < newest <= clock.now_ms()


def test_each_start_has_a_password_of_its_own(analytics: Analytics) -> None:
    users = analytics.catalog.users
    first = renewed_password(users)
    second = renewed_password(users)
    assert first != second
    assert users.log_in(EMAIL, second)[0].email == EMAIL
    with pytest.raises(NotAuthenticated):
        users.log_in(EMAIL, first)
    assert len(users.all()) == 1


def test_it_has_a_directory_of_its_own() -> None:
    assert demo_settings(Settings(), named=False).data_dir == "./data-demo"
    assert demo_settings(Settings(data_dir="/srv/stats/"), named=False).data_dir == "/srv/stats-demo"
    assert demo_settings(Settings(data_dir="/srv/shown"), named=True).data_dir == "/srv/shown"


def test_events_on_another_server_are_refused() -> None:
    with pytest.raises(SettingError, match="leave out store"):
        demo_settings(Settings(store="clickhouse://localhost/real"), named=False)


def test_a_directory_with_other_data_is_refused(tmp_path: Path) -> None:
    Analytics.open(Settings(data_dir=str(tmp_path / "real")), "test").close()
    with pytest.raises(DataDirectoryError, match="not a demonstration's"):
        claim(tmp_path / "real")
    claim(tmp_path / "new")
    claim(tmp_path / "new")


@pytest.mark.process
def test_serve_refuses_a_real_directory_before_it_touches_it(tmp_path: Path) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    code, _, error = run("serve", "--demo", "--data-dir", str(tmp_path), "--port", "0")
    assert (code, error.count("\n")) == (3, 1)
    assert "holds data that is not a demonstration's" in error
    assert [each.name for each in tmp_path.iterdir()] == ["letters.txt"]


def test_there_is_no_demonstration_on_a_server_without_it(http: HttpClient) -> None:
    for path in {each.path.replace("{name}", "page.js") for each in DEMO_ROUTES}:
        assert (http.get(path).status_code, http.get(path).json()["error"]["code"]) == (404, "not_found"), path
