"""Cohorts worked out by hand, and what nobody can know since visitors' ids change."""

import pytest

from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.filters import read_filters
from hitkeep_py.query.query import Query
from hitkeep_py.query.time_range import TimeRange
from hitkeep_py.reports.retention import Cohort, retention, spans_of
from tests.behaviour import answered, new_site, put, query_of
from tests.engines import Engine
from tests.stored_events import milliseconds

# November 16 is a Monday. Visitor 1 was there before the range and comes every day, 2 comes back after two days and has
# a session over midnight, 3 comes once, 4 begins on the third day and comes back in the next week.
EVENTS = [
    ("2026-11-15T10:00:00", 1, 100, "/"),
    ("2026-11-16T10:00:00", 1, 101, "/"),
    ("2026-11-17T10:00:00", 1, 102, "/"),
    ("2026-11-18T10:00:00", 1, 103, "/", {"user_id": 77}),
    ("2026-11-16T11:00:00", 2, 104, "/", {"user_id": 88}),
    ("2026-11-18T23:50:00", 2, 105, "/blog", {"user_id": 88}),
    ("2026-11-19T00:10:00", 2, 105, "/", {"user_id": 88}),
    ("2026-11-16T12:00:00", 3, 106, "/blog", {"country": "DE"}),
    ("2026-11-18T12:00:00", 4, 107, "/"),
    ("2026-11-23T12:00:00", 4, 108, "/"),
    ("2026-11-17T12:00:00", 5, 109, "/", {"flagged": "bot"}),
]


@pytest.fixture(scope="module")
def site(engine: Engine) -> str:
    site = new_site()
    put(engine, site, EVENTS)
    return site


def asked(
    engine: Engine, query: Query, unit: str = "day", period: str = "month", users: bool = False
) -> dict[str, tuple[int | None, ...]]:
    found = answered(engine, retention(engine.dialect, query, unit, period, users))
    return {each.time[:10]: each.retained for each in found.cohorts}


def test_cohorts_by_day(engine: Engine, site: str) -> None:
    found = answered(engine, retention(engine.dialect, query_of(site, "2026-11-16", "2026-11-20"), "day", "month"))
    assert (found.unit, found.visitor_period, found.identified_only) == ("day", "month", False)
    assert found.cohorts == [
        Cohort("2026-11-16T00:00:00Z", 3, (3, 1, 2, 1), (1.0, 1 / 3, 2 / 3, 1 / 3)),
        Cohort("2026-11-17T00:00:00Z", 0, (0, 0, 0), (0.0, 0.0, 0.0)),
        Cohort("2026-11-18T00:00:00Z", 1, (1, 0), (1.0, 0.0)),
        Cohort("2026-11-19T00:00:00Z", 0, (0,), (0.0,)),
    ]


def test_ids_that_change_every_day_say_nothing_of_other_days(engine: Engine, site: str) -> None:
    found = asked(engine, query_of(site, "2026-11-16", "2026-11-20"), period="day")
    assert found["2026-11-16"] == (3, None, None, None)
    assert found["2026-11-18"] == (1, None)


def test_ids_that_change_on_mondays_are_known_within_the_week(engine: Engine, site: str) -> None:
    found = asked(engine, query_of(site, "2026-11-15", "2026-11-24"), period="week")
    assert found["2026-11-15"] == (1, *[None] * 8)
    assert found["2026-11-16"] == (2, 0, 1, 1, 0, 0, 0, None)
    assert found["2026-11-18"] == (1, 0, 0, 0, 0, None)


def test_by_week_and_by_month(engine: Engine, site: str) -> None:
    query = query_of(site, "2026-11-15", "2026-12-01")
    weeks = {"2026-11-09": (1, 1, 0, 0), "2026-11-16": (3, 1, 0), "2026-11-23": (0, 0), "2026-11-30": (0,)}
    assert asked(engine, query, "week") == weeks
    assert asked(engine, query, "week", "week")["2026-11-16"] == (3, None, None)
    assert asked(engine, query, "month") == {"2026-11-01": (4,)}


def test_days_of_the_site_that_are_not_those_of_the_salt(engine: Engine, site: str) -> None:
    """A day in Berlin begins an hour before the salt's: its first visitors have another id in the rest of it."""
    start, end = milliseconds("2026-11-15T23:00:00"), milliseconds("2026-11-19T23:00:00")
    query = Query(site, TimeRange(start, end, "Europe/Berlin"))
    assert asked(engine, query, period="week") == {
        "2026-11-16": (3, None, None, None),
        "2026-11-17": (0, 0, 0),
        "2026-11-18": (1, 0),
        "2026-11-19": (0,),
    }


def test_named_users_are_known_for_ever(engine: Engine, site: str) -> None:
    query = query_of(site, "2026-11-16", "2026-11-20")
    found = answered(engine, retention(engine.dialect, query, "day", "day", identified_only=True))
    assert found.identified_only
    assert [each.retained for each in found.cohorts] == [(1, 0, 1, 1), (0, 0, 0), (1, 0), (0,)]


@pytest.mark.parametrize("users", [False, True])
def test_filters_choose_sessions(engine: Engine, site: str, users: bool) -> None:
    query = query_of(site, "2026-11-16", "2026-11-20", filters=read_filters(["page is /blog"]))
    found = asked(engine, query, users=users)
    assert found["2026-11-16"][0] == (0 if users else 1)
    assert found["2026-11-18"][0] == 1


def test_an_empty_site_has_empty_cohorts(engine: Engine) -> None:
    assert asked(engine, query_of(new_site(), "2026-11-16", "2026-11-18")) == {"2026-11-16": (0, 0), "2026-11-17": (0,)}


@pytest.mark.parametrize(("unit", "end"), [("hour", "2026-11-17"), ("nonsense", "2026-11-17"), ("day", "2027-11-17")])
def test_what_cannot_be_asked_is_named(engine: Engine, site: str, unit: str, end: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        asked(engine, query_of(site, "2026-11-16", end), unit)
    assert raised.value.field == "unit"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"])
@pytest.mark.parametrize("unit", ["day", "week", "month"])
def test_spans_fill_the_range_without_a_gap(zone: str, unit: str) -> None:
    time_range = TimeRange(milliseconds("2011-12-10T05:00:00"), milliseconds("2012-01-20T07:00:00"), zone)
    spans = spans_of(time_range, unit)
    assert (spans[0].start, spans[-1].end) == (time_range.start, time_range.end)
    assert [each.end for each in spans[:-1]] == [each.start for each in spans[1:]]


NAMED = [
    ("2026-11-16T10:00:00", 1, 101, "/", {"user_id": 1}),
    ("2026-11-18T10:00:00", 1, 103, "/", {"user_id": 1}),
    ("2026-11-16T11:00:00", 2, 104, "/blog", {"user_id": 2}),
]


def test_of_visitors_who_are_all_named_everything_is_known(engine: Engine) -> None:
    named, mixed = new_site(), new_site()
    put(engine, named, NAMED)
    put(engine, mixed, [*NAMED, ("2026-11-17T11:00:00", 3, 105, "/other")])
    days = ("2026-11-16", "2026-11-19")
    assert asked(engine, query_of(named, *days), period="day")["2026-11-16"] == (2, 0, 1)
    assert asked(engine, query_of(mixed, *days), period="day")["2026-11-16"] == (2, None, None)
