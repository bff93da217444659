"""Every figure on a data set small enough to be worked out by hand; design: definitions of the metrics."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from hitkeep_py.catalog.goals import Goal
from hitkeep_py.catalog.sites import Site
from hitkeep_py.query.time_range import TimeRange, read_range
from tests.asked import chart_of, goal_series_of, goals_of, live_visitors_of, overview_of
from tests.product import Product, Request, in_memory
from tests.stored_events import store_rows

# (time, visitor, session, kind, name, path), a line an event. The day in question is November 20.
EVENTS = [
    ("2026-11-19T23:59:59.999", 7, 107, "pageview", None, "/"),
    ("2026-11-20T00:00:00.000", 1, 101, "pageview", None, "/"),
    ("2026-11-20T00:01:00.000", 1, 101, "event", "signup", "/"),
    ("2026-11-20T00:05:00.000", 1, 101, "pageview", None, "/thank-you"),
    ("2026-11-20T10:00:00.000", 2, 102, "pageview", None, "/"),
    ("2026-11-20T10:30:00.000", 3, 103, "pageview", None, "/"),
    ("2026-11-20T10:40:00.000", 3, 103, "pageview", None, "/pricing"),
    ("2026-11-20T11:00:00.000", 1, 104, "event", "signup", "/thank-you"),
    ("2026-11-20T11:10:00.000", 4, 105, "pageview", None, "/Thank-You"),
    ("2026-11-20T11:20:00.000", 5, 106, "event", "Signup", None),
    ("2026-11-20T12:00:00.000", 5, 106, "event", "signup", None),
    ("2026-11-20T12:00:00.000", 5, 106, "event", "signup", None),
    ("2026-11-20T23:59:59.999", 6, 108, "pageview", None, "/"),
    ("2026-11-21T00:00:00.000", 6, 108, "pageview", None, "/thank-you"),
]
DAY = ("2026-11-20", "2026-11-20")


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with in_memory() as opened:
        yield opened


@pytest.fixture(scope="module")
def site(product: Product) -> Site:
    site, other = product.add_site("example.com"), product.add_site("other.example")
    put(product, site, EVENTS)
    put(product, other, [("2026-11-20T10:00:00", 8, 109, "event", "signup", "/")])
    return site


@pytest.fixture(scope="module")
def goals(product: Product, site: Site) -> dict[str, Goal]:
    add = product.analytics.catalog.goals.add
    wanted = [("event", "signup"), ("event", "Signup"), ("event", "sign"), ("event", "/")]
    wanted += [("path", "/thank-you"), ("path", "/Thank-You"), ("path", "/"), ("path", "/thank")]
    return {f"{kind} {value}": add(site.id, f"{kind} {value}", kind, value) for kind, value in wanted}


def put(product: Product, site: Site, events: list[tuple[Any, ...]]) -> None:
    names = ("time", "visitor_id", "session_id", "kind", "name", "path")
    store_rows(product.analytics.store, site.id, *(dict(zip(names, event, strict=True)) for event in events))


def day_of(product: Product, site: Site, start: str = DAY[0], end: str = DAY[1]) -> TimeRange:
    return read_range(start, end, site.time_zone, product.clock.now_ms())


def test_key_figures_of_a_day(product: Product, site: Site) -> None:
    found = overview_of(product.analytics, site, day_of(product, site))
    assert (found.visitors, found.sessions, found.pageviews, found.events) == (6, 7, 7, 5)
    # Sessions 102, 105 and 108 have one pageview and nothing else that day; 104 and 106 have events only.
    assert found.bounce_rate == pytest.approx(3 / 7)
    # 101 took 5 minutes, 103 took 10, 106 took 40.
    assert found.average_session_duration == pytest.approx(55 * 60 / 7)
    assert found.pages_per_session == pytest.approx(7 / 7)


def test_counts_of_nothing_are_zero_and_there_is_no_rate_of_it(product: Product, site: Site) -> None:
    found = overview_of(product.analytics, site, day_of(product, site, "2020-01-01", "2020-01-01"))
    assert (found.visitors, found.sessions, found.pageviews, found.events) == (0, 0, 0, 0)
    assert (found.bounce_rate, found.average_session_duration, found.pages_per_session) == (None, None, None)


@pytest.fixture
def other_kinds(product: Product) -> Iterator[Site]:
    """Session 1: a pageview and all the kinds that are neither pageviews nor events. Session 2: one of those alone."""
    site = product.add_site("kinds.example")
    put(product, site, [("2026-11-20T10:00:00", 1, 1, "pageview", None, "/")])
    for minute, kind in enumerate(("engagement", "web_vital", "exposure", "identify"), start=1):
        put(product, site, [(f"2026-11-20T10:0{minute}:00", 1, 1, kind, "signup", "/")])
    put(product, site, [("2026-11-20T11:00:00", 2, 2, "identify", None, None)])
    yield site
    product.analytics.catalog.sites.remove(site.id)


def test_other_kinds_lengthen_a_session_but_are_neither_pageviews_nor_events(
    product: Product, other_kinds: Site
) -> None:
    found = overview_of(product.analytics, other_kinds, day_of(product, other_kinds))
    assert (found.visitors, found.sessions, found.pageviews, found.events) == (2, 2, 1, 0)
    assert found.average_session_duration == 4 * 60 / 2


def test_other_kinds_do_not_end_a_bounce(product: Product, other_kinds: Site) -> None:
    assert overview_of(product.analytics, other_kinds, day_of(product, other_kinds)).bounce_rate == 1 / 2


def test_other_kinds_convert_no_goal(product: Product, other_kinds: Site) -> None:
    goal = product.analytics.catalog.goals.add(other_kinds.id, "Signup", "event", "signup")
    _, found = goals_of(product.analytics, other_kinds, day_of(product, other_kinds), [goal])
    assert (found[0].conversions, found[0].events) == (0, 0)


def test_flagged_events_count_nowhere(product: Product, site: Site, goals: dict[str, Goal]) -> None:
    analytics, day = product.analytics, day_of(product, site)

    def figures() -> list[object]:
        wanted = [goals["event signup"], goals["path /"]]
        return [
            overview_of(analytics, site, day),
            live_visitors_of(analytics, site),
            chart_of(analytics, site, day),
            goals_of(analytics, site, day, wanted),
            goal_series_of(analytics, site, day, wanted),
        ]

    before = figures()
    robot = {"time": "2026-11-20T11:59:00", "visitor_id": 99, "session_id": 999, "flagged": "bot", "path": "/"}
    store_rows(analytics.store, site.id, {**robot, "kind": "pageview"}, {**robot, "name": "signup"})
    assert figures() == before


def test_a_session_over_midnight_is_one_session_of_both_days(product: Product, site: Site) -> None:
    both = overview_of(product.analytics, site, day_of(product, site, "2026-11-20", "2026-11-21"))
    assert (both.visitors, both.sessions, both.pageviews) == (6, 7, 8)
    assert both.bounce_rate == pytest.approx(2 / 7)


def test_live_visitors_are_those_of_the_last_five_minutes(product: Product, site: Site) -> None:
    assert live_visitors_of(product.analytics, site) == 1
    product.clock.advance(5 * 60)
    assert live_visitors_of(product.analytics, site) == 1
    product.clock.advance(0.001)
    assert live_visitors_of(product.analytics, site) == 0
    product.clock.advance(-5 * 60 - 0.001)


@pytest.mark.parametrize(
    ("goal", "conversions", "events", "visitors"),
    [
        ("event signup", 3, 4, 2),
        ("event Signup", 1, 1, 1),
        ("event sign", 0, 0, 0),
        ("event /", 0, 0, 0),
        ("path /thank-you", 1, 1, 1),
        ("path /Thank-You", 1, 1, 1),
        ("path /", 4, 4, 4),
        ("path /thank", 0, 0, 0),
    ],
)
def test_conversions_are_sessions_with_an_exact_match(
    goal: str, conversions: int, events: int, visitors: int, product: Product, site: Site, goals: dict[str, Goal]
) -> None:
    time_range = day_of(product, site)
    sessions, found = goals_of(product.analytics, site, time_range, list(goals.values()))
    stats = {each.name: each for each in found}[goal]
    assert sessions == 7
    assert (stats.conversions, stats.events, stats.visitors) == (conversions, events, visitors)
    assert stats.conversion_rate == pytest.approx(conversions / 7)
    assert goals_of(product.analytics, site, time_range, [goals[goal]]) == (7, [stats])


def test_goals_of_an_empty_range_have_no_rate(product: Product, site: Site, goals: dict[str, Goal]) -> None:
    sessions, found = goals_of(
        product.analytics, site, day_of(product, site, "2020-01-01", "2020-01-01"), list(goals.values())
    )
    assert sessions == 0
    assert {each.conversion_rate for each in found} == {None}


def test_series_of_a_day_by_hour(product: Product, site: Site) -> None:
    points = chart_of(product.analytics, site, day_of(product, site))
    assert len(points) == 24
    assert {(point.time[11:13], point.pageviews, point.visitors) for point in points if point.visitors} == {
        ("00", 2, 1),
        ("10", 3, 2),
        ("11", 1, 3),
        ("12", 0, 1),
        ("23", 1, 1),
    }


def test_series_by_day_and_by_month(product: Product, site: Site) -> None:
    days = chart_of(product.analytics, site, day_of(product, site, "2026-11-18", "2026-11-22"))
    assert [(point.time, point.pageviews, point.visitors) for point in days] == [
        ("2026-11-18T00:00:00Z", 0, 0),
        ("2026-11-19T00:00:00Z", 1, 1),
        ("2026-11-20T00:00:00Z", 7, 6),
        ("2026-11-21T00:00:00Z", 1, 1),
        ("2026-11-22T00:00:00Z", 0, 0),
    ]
    months = chart_of(product.analytics, site, day_of(product, site, "2026-01-15", "2026-12-15"))
    assert [(point.time[:7], point.pageviews, point.visitors) for point in months if point.pageviews] == [
        ("2026-11", 9, 7)
    ]
    assert len(months) == 12


def test_goal_series_adds_up_the_goals_sessions_of_each_hour(
    product: Product, site: Site, goals: dict[str, Goal]
) -> None:
    wanted = [goals["event signup"], goals["path /thank-you"]]
    points = goal_series_of(product.analytics, site, day_of(product, site), wanted)
    assert {point.time[11:13]: point.conversions for point in points if point.conversions} == {
        "00": 2,
        "11": 1,
        "12": 1,
    }
    assert goal_series_of(product.analytics, site, day_of(product, site), [])[0].conversions == 0


def test_stats_over_http_have_upstreams_names_and_percentages(
    product: Product, site: Site, goals: dict[str, Goal]
) -> None:
    answer = ask(product, f"/api/sites/{site.id}/stats", b"from=2026-11-20&to=2026-11-20")
    expected = {
        "live_visitors": 1,
        "total_pageviews": 7,
        "total_events": 5,
        "unique_visitors": 6,
        "unique_sessions": 7,
        "bounce_rate": 300 / 7,
        "avg_session_duration": 3300 / 7,
        "pages_per_session": 1.0,
    }
    assert {name: answer[name] for name in expected} == pytest.approx(expected)
    assert set(answer["chart_data"][0]) == {"time", "pageviews", "visitors"}
    signup = next(each for each in answer["goals"] if each["name"] == "event signup")
    assert signup["goal_id"] == goals["event signup"].id
    assert (signup["conversions"], signup["conversion_rate"]) == (3, pytest.approx(300 / 7))


def test_goal_timeseries_over_http_takes_the_goals_it_is_given(
    product: Product, site: Site, goals: dict[str, Goal]
) -> None:
    path = f"/api/sites/{site.id}/goals/timeseries"
    chosen = f"from=2026-11-20&to=2026-11-20&goal_id={goals['event signup'].id}".encode()
    assert sum(point["conversions"] for point in ask(product, path, chosen)) == 3
    everything = ask(product, path, b"from=2026-11-20&to=2026-11-20")
    assert sum(point["conversions"] for point in everything) == 3 + 1 + 1 + 1 + 4


def ask(product: Product, path: str, query: bytes) -> Any:
    users = product.analytics.catalog.users
    user = users.all()[0] if users.exist() else users.add("you@example.com", "a long password")
    cookie = (b"cookie", f"hk_token={users.open_session(user)}".encode())
    return json.loads(product.requests.send(Request("GET", path, [cookie], query=query)).body)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Asia/Kathmandu", "2026-11-20", 24),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Pacific/Apia", "2011-12-29", 24),
        ("Pacific/Apia", "2011-12-31", 24),
    ],
)
def test_hours_sum_to_the_day_on_days_of_any_length(zone: str, day: str, hours: float, product: Product) -> None:
    """An event every 10 minutes around the clock: the day has 6 an hour, and the days beside it have theirs."""
    site = product.add_site(f"{zone.replace('/', '-').replace('_', '-')}-{day}.example", zone)
    whole = day_of(product, site, day, day)
    ticks = range(whole.start - 600_000 * 300, whole.end + 600_000 * 300, 600_000)
    put(product, site, [(tick, 1, 1, "pageview", None, "/") for tick in ticks])
    by_hour = chart_of(product.analytics, site, whole)
    assert sum(point.pageviews for point in by_hour) == hours * 6
    assert {point.pageviews for point in by_hour} <= {6, 3}
    around = TimeRange(whole.start - 48 * 3_600_000, whole.end + 48 * 3_600_000, zone)
    by_day = chart_of(product.analytics, site, around)
    assert [point.pageviews for point in by_day if point.time.startswith(day)] == [hours * 6]
    assert sum(point.pageviews for point in by_day) == (hours + 96) * 6
