"""Goals with patterns, conditions and revenue, on a data set small enough to be worked out by hand."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.catalog.goals import Goal, read_conditions, read_revenue
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dimensions import dimension
from hitkeep_py.query.filters import read_filters
from hitkeep_py.query.metrics import metric
from hitkeep_py.query.query import Query
from hitkeep_py.query.step import Step
from hitkeep_py.query.time_range import DAY_MS, TimeRange
from hitkeep_py.reports.goals import GoalStats, converted_sessions, goal_series, goals
from hitkeep_py.reports.series import series
from hitkeep_py.reports.table import table
from tests.asked_engine import ask
from tests.engines import Engine, opened
from tests.properties import FEW
from tests.stored_events import SITE, milliseconds, store_rows

DAY = Query(SITE, TimeRange(milliseconds("2026-11-20T00:00:00"), milliseconds("2026-11-21T00:00:00")))
FIXED = {"kind": "fixed", "amount": 1250, "currency": "EUR"}
FROM_EVENT = {"kind": "event"}
FROM_PRICE = {"kind": "property", "property": "price", "currency": "EUR"}

# (hour, visitor, session, kind, name, path, country, revenue, currency, props), a line an event.
EVENTS = [
    ("09", 1, 11, "pageview", None, "/docs/a", "DE", None, None, None),
    ("10", 1, 11, "pageview", None, "/docs/b", "DE", None, None, None),
    ("10", 1, 11, "event", "buy", "/shop", "DE", 1000, "EUR", '{"plan": "pro", "price": "9.995"}'),
    ("11", 1, 11, "event", "buy", "/shop", "DE", -300, "EUR", '{"plan": "free", "price": 0.5}'),
    ("10", 2, 12, "pageview", None, "/docs", "FR", None, None, None),
    ("12", 2, 12, "event", "buy", "/shop", "FR", 700, "USD", '{"plan": "pro", "price": "much"}'),
    ("13", 2, 13, "event", "buy", "/shop/1", "FR", None, None, '{"plan": "pro", "price": 1e1}'),
    ("14", 3, 14, "pageview", None, "/a*b", "DE", None, None, None),
    ("15", 3, 14, "event", "/docs/a", None, "DE", None, None, None),
]
NAMES = ("hour", "visitor_id", "session_id", "kind", "name", "path", "country", "revenue", "currency", "props")


def rows_of(events: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    rows = [dict(zip(NAMES, each, strict=True)) for each in events]
    return [{**row, "time": f"2026-11-20T{row.pop('hour')}:00:00"} for row in rows]


STORED = rows_of(EVENTS)


def goal(type: str, value: str, *filters: str, revenue: object = None) -> Goal:
    name = " ".join((type, value, *filters))
    return Goal(name, SITE, name, type, value, read_conditions(list(filters)), read_revenue(revenue), 0)


def stats_of(engine: Engine, *wanted: Goal, query: Query = DAY) -> tuple[int, list[GoalStats]]:
    return ask(engine, goals, query, wanted)


def figures_of(engine: Engine, wanted: Goal, query: Query = DAY) -> tuple[int, int, int]:
    _, (found,) = stats_of(engine, wanted, query=query)
    return found.conversions, found.events, found.visitors


@pytest.mark.parametrize(
    ("wanted", "figures"),
    [
        (goal("event", "buy"), (3, 4, 2)),
        (goal("path", "/docs/*"), (1, 2, 1)),
        (goal("path", "/docs*"), (2, 3, 2)),
        (goal("path", "*/b"), (1, 1, 1)),
        (goal("path", "*"), (3, 4, 3)),
        (goal("path", "/a*b"), (1, 1, 1)),
        (goal("path", "/DOCS/*"), (0, 0, 0)),
        (goal("event", "/docs/a"), (1, 1, 1)),
        (goal("event", "/docs/*"), (0, 0, 0)),
        (goal("event", "buy", "property:plan is pro"), (3, 3, 2)),
        (goal("event", "buy", "property:plan is pro", "property:price > 9"), (2, 2, 2)),
        (goal("event", "buy", "property:plan is free, team"), (1, 1, 1)),
        (goal("event", "buy", "property:nothing is set"), (0, 0, 0)),
        (goal("event", "buy", "page starts with /shop/", "country is FR"), (1, 1, 1)),
        (goal("path", "/docs*", "country is not DE"), (1, 1, 1)),
    ],
    ids=lambda each: each.name if isinstance(each, Goal) else "",
)
def test_goal_counts_what_matches_value_and_conditions(
    wanted: Goal, figures: tuple[int, int, int], engine: Engine
) -> None:
    assert figures_of(engine, wanted) == figures


@pytest.mark.parametrize(
    ("wanted", "filters", "sessions"),
    [
        ([goal("event", "buy"), goal("path", "/docs*")], [], 3),
        ([goal("path", "/docs/*"), goal("path", "/docs")], [], 2),
        ([goal("event", "nothing")], [], 0),
        ([goal("event", "buy"), goal("path", "*")], ["country is DE"], 2),
        ([goal("event", "buy"), goal("path", "*")], ["page is /docs/b"], 1),
    ],
)
def test_a_session_that_met_several_goals_converted_once(
    wanted: list[Goal], filters: list[str], sessions: int, engine: Engine
) -> None:
    assert ask(engine, converted_sessions, replace(DAY, filters=read_filters(filters)), wanted) == sessions


CONVERTED = tuple(map(metric, ("sessions", "conversions", "conversion_rate")))
BUY_OR_DOC = (Step("event", "buy"), Step("path", "/docs", read_filters(["country is FR"])))


@pytest.mark.parametrize(
    ("named", "goals_met", "filters", "rows"),
    [
        ("country", BUY_OR_DOC, [], {"DE": (2, 1, 0.5), "FR": (2, 2, 1.0)}),
        ("country", (Step("event", "nothing"),), [], {"DE": (2, 0, 0.0), "FR": (2, 0, 0.0)}),
        ("country", (), [], {"DE": (2, 0, None), "FR": (2, 0, None)}),
        (
            "page",
            BUY_OR_DOC,
            ["page starts with /docs"],
            {"/docs": (1, 1, 1.0), "/docs/a": (1, 1, 1.0), "/docs/b": (1, 1, 1.0)},
        ),
        ("page", BUY_OR_DOC, ["page starts with /a"], {"/a*b": (1, 0, 0.0)}),
        ("entry_page", BUY_OR_DOC, [], {"/docs/a": (1, 1, 1.0), "/docs": (1, 1, 1.0), "/a*b": (1, 0, 0.0)}),
        ("property:plan", BUY_OR_DOC, [], {"pro": (3, 3, 1.0), "free": (1, 1, 1.0)}),
    ],
)
def test_conversions_of_a_group_are_of_its_sessions(
    named: str, goals_met: tuple[Step, ...], filters: list[str], rows: dict[str, tuple[Any, ...]], engine: Engine
) -> None:
    asked = replace(
        DAY, metrics=CONVERTED, dimensions=(dimension(named),), filters=read_filters(filters), goals=goals_met
    )
    assert {key: figures for (key,), figures in ask(engine, table, asked).rows} == rows
    events = ask(engine, table, replace(asked, summaries=False))
    assert {key: figures for (key,), figures in events.rows} == rows


def test_a_session_converts_in_the_hour_in_which_it_met_the_goal(engine: Engine) -> None:
    asked = replace(DAY, metrics=CONVERTED, dimensions=(dimension("hour"),), goals=(Step("event", "buy"),))
    found = {(key - DAY.range.start) // 3_600_000: figures for (key,), figures in ask(engine, table, asked).rows}
    assert found == {
        9: (1, 0, 0.0),
        10: (2, 1, 0.5),
        11: (1, 1, 1.0),
        12: (1, 1, 1.0),
        13: (1, 1, 1.0),
        14: (1, 0, 0.0),
        15: (1, 0, 0.0),
    }


@pytest.mark.parametrize(
    "filters", [[], ["page is /docs/a"], ["kind is pageview"], ["entry_page is /docs"], ["country is FR"]]
)
@pytest.mark.parametrize("unit", ["hour", "day"])
def test_conversions_over_time_are_those_of_the_goals_report(unit: str, filters: list[str], engine: Engine) -> None:
    asked = replace(DAY, metrics=CONVERTED[1:2], filters=read_filters(filters), goals=(Step("event", "buy"),))
    counted = {key: conversions for key, (conversions,) in points(engine, asked, unit)}
    found = ask(engine, goal_series, replace(DAY, filters=asked.filters), [goal("event", "buy")], unit)
    assert list(counted.values()) == [each.conversions for each in found]
    assert sum(counted.values()) > 0
    rates = [rate for _, (_, rate) in points(engine, replace(asked, metrics=CONVERTED[1:]), unit)]
    assert all(rate is None or 0 <= rate <= 1 for rate in rates)


def test_conversions_by_time_and_page_are_of_all_pages_that_the_session_saw(engine: Engine) -> None:
    dimensions = (dimension("page"), dimension("hour"))
    asked = replace(DAY, metrics=CONVERTED[1:2], dimensions=dimensions, goals=(Step("event", "buy"),))
    found = {
        (page, (key - DAY.range.start) // 3_600_000)
        for (page, key), (conversions,) in ask(engine, table, asked).rows
        if conversions
    }
    bought_at = {
        10: ("/docs/a", "/docs/b", "/shop"),
        11: ("/docs/a", "/docs/b", "/shop"),
        12: ("/docs", "/shop"),
        13: ("/shop/1",),
    }
    assert found == {(page, hour) for hour, pages in bought_at.items() for page in pages}


def test_revenue_of_a_currency_stands_beside_figures_of_all_events(engine: Engine) -> None:
    metrics = tuple(map(metric, ("revenue:EUR", "revenue:USD", "revenue:CHF", "events")))
    by_country = replace(DAY, metrics=metrics, dimensions=(dimension("country"),), order=(("revenue:USD", True),))
    assert ask(engine, table, by_country).rows == [(("FR",), (0, 700, 0, 2)), (("DE",), (700, 0, 0, 3))]


def points(engine: Engine, query: Query, unit: str) -> list[tuple[str, tuple[Any, ...]]]:
    return [(each.time, each.figures) for each in ask(engine, series, query, unit)]


def test_rate_is_of_all_sessions_and_alike_goals_have_the_same_figures(engine: Engine) -> None:
    both = [goal("event", "buy"), goal("path", "*"), replace(goal("event", "buy"), id="other")]
    sessions, found = stats_of(engine, *both)
    assert sessions == 4
    assert [each.conversion_rate for each in found] == [3 / 4, 3 / 4, 3 / 4]
    assert replace(found[2], goal_id=found[0].goal_id) == found[0]


def test_filters_choose_whole_sessions(engine: Engine) -> None:
    def asked(*filters: str) -> tuple[int, tuple[int, int, int]]:
        query = replace(DAY, filters=read_filters(filters))
        sessions, (found,) = stats_of(engine, goal("event", "buy"), query=query)
        assert goal_sum(engine, goal("event", "buy"), query=query) >= found.conversions
        return sessions, (found.conversions, found.events, found.visitors)

    assert asked("country is FR") == (2, (2, 2, 1))
    assert asked("page is /docs/a") == (1, (1, 2, 1))
    assert asked("entry_page is /docs") == (1, (1, 1, 1))
    assert asked("page is /nothing") == (0, (0, 0, 0))


def test_no_goals_are_no_question(engine: Engine) -> None:
    assert stats_of(engine) == (4, [])
    assert goal_sum(engine) == 0


@pytest.mark.parametrize(
    ("wanted", "revenue"),
    [
        (goal("event", "buy"), {}),
        (goal("event", "buy", revenue=FIXED), {"EUR": 3 * 1250}),
        (goal("event", "nothing", revenue=FIXED), {"EUR": 0}),
        (goal("event", "buy", revenue=FROM_EVENT), {"EUR": 700, "USD": 700}),
        (goal("event", "buy", "property:plan is pro", revenue=FROM_EVENT), {"EUR": 1000, "USD": 700}),
        (goal("path", "*", revenue=FROM_EVENT), {}),
        # 9.995 is rounded to 10.00; "much" is no number.
        (goal("event", "buy", revenue=FROM_PRICE), {"EUR": 1000 + 50 + 1000}),
        (goal("event", "buy", revenue={**FROM_PRICE, "currency": "JPY"}), {"JPY": 10 + 1 + 10}),
        (goal("event", "buy", revenue={**FROM_PRICE, "property": "nothing"}), {}),
    ],
    ids=lambda each: f"{each.revenue}" if isinstance(each, Goal) else "",
)
def test_revenue_is_in_minor_units_of_each_currency(wanted: Goal, revenue: dict[str, int], engine: Engine) -> None:
    _, (found,) = stats_of(engine, wanted)
    assert found.revenue == revenue
    other = goal("event", "buy", revenue=FIXED)
    assert stats_of(engine, other, wanted)[1][1] == found


def goal_sum(engine: Engine, *wanted: Goal, query: Query = DAY) -> int:
    return sum(point.conversions for point in ask(engine, goal_series, query, wanted, "hour"))


def test_series_counts_a_session_once_in_every_bucket_for_each_goal(engine: Engine) -> None:
    wanted = [goal("path", "/docs*"), goal("event", "buy"), replace(goal("event", "buy"), id="other")]
    points = ask(engine, goal_series, DAY, wanted, "hour")
    assert {point.time[11:13]: point.conversions for point in points if point.conversions} == {
        "09": 1,
        "10": 2 + 2,
        "11": 2,
        "12": 2,
        "13": 2,
    }
    assert len(points) == 24
    (day,) = ask(engine, goal_series, DAY, wanted, "day")
    assert day.conversions == 2 + 3 + 3


@pytest.mark.parametrize("wanted", [[], [goal("event", "buy")]])
def test_series_has_a_limit_of_points(wanted: list[Goal], engine: Engine) -> None:
    years = replace(DAY, range=TimeRange(DAY.range.start, DAY.range.start + 3_000 * DAY_MS))
    with pytest.raises(InvalidInput, match="more than 10000 points by hour") as refused:
        ask(engine, goal_series, years, wanted, "hour")
    assert refused.value.field == "unit"


EVENT = st.tuples(
    st.sampled_from(["09", "10", "11"]),
    st.integers(1, 4),
    st.sampled_from(["pageview", "event"]),
    st.sampled_from(["a", "b"]),
    st.sampled_from(["/", "/x", "/x/y"]),
)


@FEW
@given(events=st.lists(EVENT, min_size=1, max_size=20))
def test_figures_are_those_counted_one_by_one(events: list[tuple[str, int, str, str, str]]) -> None:
    rows = [
        (hour, session % 2, session, kind, name if kind == "event" else None, path, None, None, None, None)
        for hour, session, kind, name, path in events
    ]
    with opened("duckdb") as engine:
        store_rows(engine.store, SITE, *rows_of(rows))
        sessions, found = stats_of(engine, goal("event", "a"), goal("path", "/x*"), goal("path", "/x"))
    hits = [
        [each for each in events if each[2] == "event" and each[3] == "a"],
        [each for each in events if each[2] == "pageview" and each[4].startswith("/x")],
        [each for each in events if each[2] == "pageview" and each[4] == "/x"],
    ]
    assert sessions == len({each[1] for each in events})
    assert [(each.conversions, each.events, each.visitors) for each in found] == [
        (len({each[1] for each in hit}), len(hit), len({each[1] % 2 for each in hit})) for hit in hits
    ]
