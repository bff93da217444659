"""Every report asked of both engines over the same events: the answers are equal, figure by figure."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from hitkeep_py import reports
from hitkeep_py.catalog.goals import Goal, GoalRevenue
from hitkeep_py.query.dimensions import DIMENSIONS, SESSION_ATTRIBUTES, TIME_UNITS, dimension
from hitkeep_py.query.filters import NUMERIC, OPERATORS, WITHOUT_VALUE, read_filters, stored_filters
from hitkeep_py.query.metrics import AGGREGATES, METRICS, NUMBERS, metric
from hitkeep_py.query.query import Did, Order, Query
from hitkeep_py.query.read_query import AskedQuery
from hitkeep_py.query.report import Report
from hitkeep_py.query.step import Step
from hitkeep_py.query.time_range import TimeRange
from hitkeep_py.reports import (
    beginning,
    compared,
    engagement,
    events,
    experiments,
    funnels,
    glance,
    goals,
    hits,
    journeys,
    overview,
    plausible,
    raw_events,
    realtime,
    retention,
    revenue,
    series,
    sessions,
    table,
    web_vitals,
)
from tests.engines import Engine, opened
from tests.generated_events import SPANS, ZONES, generated, store_in_portions
from tests.stored_events import OTHER_SITE, SITE, milliseconds
from tests.tiers import NEEDS_CHDB

pytestmark = NEEDS_CHDB

Ask = Callable[[Engine], Any]


def range_of(zone: str) -> TimeRange:
    """A part of the zone's span, in which clocks change; it begins and ends amid sessions."""
    first, last = SPANS[ZONES[zone]]
    return TimeRange(milliseconds(first) + 7_200_000, milliseconds(last) - 14_400_000, zone)


SPRING = range_of("Europe/Berlin")
EVERYTHING = TimeRange(milliseconds("2011-12-28T00:00:00"), milliseconds("2026-05-01T00:00:00"))
STEPS_TO_MEET = (Step("event", "signup"), Step("path", "/blog/*", stored_filters(["country is DE"])))
WIDE = Query(SITE, SPRING, goals=STEPS_TO_MEET)
MEASURED = (*(each for each in METRICS.values() if each.name != "revenue"), metric("revenue:EUR"))


def question(*filters: Any, **changes: Any) -> Query:
    return replace(WIDE, filters=read_filters(list(filters)), **changes)


def dimensions(*names: str) -> Any:
    return tuple(map(dimension, names))


def asked(report: Callable[..., Report[Any]], *arguments: Any, **named: Any) -> Ask:
    def ask(engine: Engine) -> Any:
        with engine.store.snapshot() as snapshot:
            running = report(engine.dialect, *arguments, **named)
            try:
                statement = next(running)
                while True:
                    statement = running.send(snapshot.select(statement.sql, statement.parameters))
            except StopIteration as stop:
                return stop.value

    return ask


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Engine, Engine]]:
    with ExitStack() as stack:
        first, second = stack.enter_context(opened("duckdb")), stack.enter_context(opened("clickhouse"))
        for engine in (first, second):
            store_in_portions(engine.store, generated())
        yield first, second


def same(both: tuple[Engine, Engine], ask: Ask) -> Any:
    first, second = map(ask, both)
    assert first == second
    return first


GROUPS = [
    *((name,) for name, each in DIMENSIONS.items() if not each.numeric),
    *((f"property:{key}",) for key in ("plan", "price", "with.dot", "a/b", "it's", "ä", "a~b")),
    (),
    ("country", "browser"),
    ("page", "country"),
    ("day", "page"),
    ("hour", "source"),
    ("week", "entry_page"),
    ("entry_page", "exit_page"),
    ("page", "property:plan", "device"),
    ("kind", "event", "month"),
]


SHOWN_WHOLE = [*((each,) for each in (*SESSION_ATTRIBUTES[3:], *TIME_UNITS)), *GROUPS[-3:]]


@pytest.mark.parametrize("names", GROUPS, ids="+".join)
def test_breakdowns(names: tuple[str, ...], both: tuple[Engine, Engine]) -> None:
    query = question(dimensions=dimensions(*names), metrics=MEASURED)
    found = same(both, asked(table.table, query))
    assert found.rows
    if names in SHOWN_WHOLE:
        return
    shown = replace(query, metrics=MEASURED[:5], order=(("visitors", True),), limit=3, offset=1)
    assert same(both, asked(table.table, shown)).total_rows == found.total_rows
    for first in ("visitors", "revenue:EUR", "scroll_depth", "conversions"):
        some = same(both, asked(table.table, replace(query, order=((first, True),), limit=4)))
        assert some.rows == [(keys, dict(found.rows)[keys]) for keys, _ in some.rows]
        assert some.total_rows == found.total_rows


AGGREGATED = [f"{name}:{number}" for name in AGGREGATES for number in (*NUMBERS, "property:price", "property:it's")]


@pytest.mark.parametrize("names", [(), ("country",), ("event",), ("day",), ("entry_page",)], ids="+".join)
def test_aggregates_of_numbers(names: tuple[str, ...], both: tuple[Engine, Engine]) -> None:
    aggregates = tuple(map(metric, AGGREGATED))
    money = tuple(each for each in aggregates if each.number == "revenue")
    others = tuple(each for each in aggregates if each.number != "revenue")
    assert same(both, asked(table.table, question(dimensions=dimensions(*names), metrics=(*others, *MEASURED)))).rows
    assert same(both, asked(table.table, question(dimensions=dimensions(*names, "currency"), metrics=money))).rows
    filtered = question("currency is EUR", dimensions=dimensions(*names), metrics=(*money, *MEASURED))
    assert same(both, asked(table.table, filtered)).rows


@pytest.mark.parametrize("names", [("currency",), ("currency", "source"), ("currency", "day")], ids="+".join)
def test_revenue(names: tuple[str, ...], both: tuple[Engine, Engine]) -> None:
    metrics = (METRICS["revenue"], *MEASURED)
    assert same(both, asked(table.table, question(dimensions=dimensions(*names), metrics=metrics))).rows
    same(both, asked(table.table, question("currency is EUR", dimensions=dimensions("source"), metrics=metrics)))


@pytest.mark.parametrize(
    "order", [(("bounce_rate", True),), (("country", True), ("events", False)), (("city", False),)]
)
def test_orders_and_pages(order: tuple[Order, ...], both: tuple[Engine, Engine]) -> None:
    query = question(dimensions=dimensions("country", "city"), metrics=MEASURED, order=order)
    whole = same(both, asked(table.table, query))
    pages = [same(both, asked(table.table, replace(query, limit=4, offset=each))).rows for each in (0, 4)]
    assert [*pages[0], *pages[1]] == whole.rows[:8]


TEXTS = ("DE", "it's", "LOG/Ä", "/blog/a", "/blog/ä 😀", "a", "", "free", "true", "12.5", 'say "hi"', "2.5")
FILTERED = ("country", "entry_page", "property:plan")
COUNTED = (METRICS["events"], METRICS["pageviews"])


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("name", FILTERED)
def test_filters(name: str, operator: str, both: tuple[Engine, Engine]) -> None:
    values: Any = list(TEXTS)
    if operator in NUMERIC:
        values = [1.5]
    elif operator in WITHOUT_VALUE:
        values = []
    elif "regex" in operator:
        values = ["^/blog/.$", "(?i)s$", r"\d+", "ä|😀"]
    elif "match" in operator:
        values = ["/blog/*", "*ä*", "D?", "*'s", "[a]", "f*e"]
    condition = {"dimension": name, "operator": operator, **({"values": values} if values else {})}
    # Also what is never asked for any more but may have been stored.
    query = replace(WIDE, filters=stored_filters([condition]), metrics=COUNTED)
    same(both, asked(table.table, query))


@pytest.mark.parametrize("name", NUMBERS)
def test_filters_of_numbers(name: str, both: tuple[Engine, Engine]) -> None:
    for operator in (*NUMERIC, *WITHOUT_VALUE):
        condition = f"{name} {operator} {'' if operator in WITHOUT_VALUE else '1.5'}"
        same(both, asked(table.table, question(condition, metrics=COUNTED)))


FILTERS: list[list[Any]] = [
    [["country is DE", "page is /pricing"], "browser is set"],
    ["page is /pricing", "event is not set"],
    ["property:price > 2", "source is not Google"],
    ["entry_page is /", ["exit_page contains blog", "event is signup"]],
    ["country is DE, FR, US", "device is mobile"],
    ["value >= -2.25", "revenue < 1234"],
    ["property:plan is pro, free, true, 12.5"],
]


@pytest.mark.parametrize("filters", FILTERS, ids=str)
def test_filters_together(filters: list[Any], both: tuple[Engine, Engine]) -> None:
    query = question(*filters, metrics=MEASURED)
    for names in (("page",), ("day", "source")):
        same(both, asked(table.table, replace(query, dimensions=dimensions(*names))))
    did = (Did(query.filters[:1]), Did(read_filters(["event is signup"]), never=True))
    if not any("_page" in str(each) for each in filters):
        same(both, asked(table.table, replace(query, did=did, dimensions=dimensions("country"))))


@pytest.mark.parametrize("zone", ZONES)
def test_overviews_and_series(zone: str, both: tuple[Engine, Engine]) -> None:
    query = Query(OTHER_SITE, range_of(zone), MEASURED)
    assert same(both, asked(overview.overview, query)).sessions
    assert same(both, asked(overview.visitors, query))
    for unit in TIME_UNITS:
        if unit != "minute":
            points = same(both, asked(events.event_series, query, "signup", unit))
            assert len(points) == len(same(both, asked(series.series, replace(query, metrics=MEASURED[:2]), unit)))
    assert any(point.figures[1] for point in same(both, asked(series.series, query, "day")))
    short = replace(query, range=TimeRange(query.range.end - 9_000_000, query.range.end, zone))
    same(both, asked(series.series, replace(short, metrics=MEASURED[:3]), "minute"))


@pytest.mark.parametrize("filters", [[], FILTERS[0], FILTERS[3]], ids=str)
def test_events_and_their_properties(filters: list[Any], both: tuple[Engine, Engine]) -> None:
    query = question(*filters)
    names = same(both, asked(events.event_names, query))
    assert filters or names.total
    for row in names.rows[:3]:
        same(both, asked(events.event_properties, query, row.name))
    assert filters or same(both, asked(events.property_names, query)).total > 1
    same(both, asked(events.event_series, query, "signup", "day"))


def goal(number: int, type: str, value: str, filters: list[Any] | None = None, revenue: Any = None) -> Goal:
    return Goal(f"goal-{number}", SITE, value, type, value, read_filters(filters or []), revenue, 0)


GOALS = [
    goal(1, "event", "signup"),
    goal(2, "event", "it's", revenue=GoalRevenue("event")),
    goal(3, "path", "/pricing", revenue=GoalRevenue("fixed", amount=250, currency="EUR")),
    goal(4, "path", "/blog/*"),
    goal(5, "event", "purchase", ["property:price > 1"], GoalRevenue("property", property="price", currency="EUR")),
    goal(6, "event", "purchase", revenue=GoalRevenue("property", property="price", currency="JPY")),
    goal(7, "event", "nothing"),
    goal(8, "event", "signup", ["country is DE", ["property:plan is set", "value > 0"]]),
]


@pytest.mark.parametrize("filters", [[], *FILTERS[2:4]], ids=str)
def test_goals(filters: list[Any], both: tuple[Engine, Engine]) -> None:
    query = question(*filters)
    _, stats = same(both, asked(goals.goals, query, GOALS))
    assert filters or [each.conversions > 0 for each in stats] == [each.value != "nothing" for each in GOALS]
    same(both, asked(goals.goal_series, query, GOALS, "day"))


STEPS = [Step("path", "/"), Step("event", "signup"), Step("path", "/blog/*"), Step("event", "purchase")]
ANY = [Step("path", "*"), Step("path", "*"), Step("path", "/*")]


@pytest.mark.parametrize("filters", [[], ["country is DE"], ["entry_page is /"]], ids=str)
@pytest.mark.parametrize("scope", ["session", "visitor"])
def test_funnels(scope: str, filters: list[Any], both: tuple[Engine, Engine]) -> None:
    query = question(*filters)
    assert filters or same(both, asked(funnels.funnel, query, ANY, None, scope)).completions
    same(both, asked(funnels.funnel, query, STEPS, 3600, scope))
    same(both, asked(funnels.funnel_series, query, ANY[:2], "day", 900, scope))


@pytest.mark.parametrize("direction", ["next", "previous"])
@pytest.mark.parametrize("anchor", [Step("path", "/"), Step("event", "signup")], ids=str)
def test_journeys(anchor: Step, direction: str, both: tuple[Engine, Engine]) -> None:
    for filters, with_events in (([], False), (["event is it's"], True)):
        ask = asked(journeys.journeys, question(*filters), anchor, direction, 3, with_events, 5)
        assert same(both, ask).sessions


@pytest.mark.parametrize("event", ["", "signup", "it's"])
@pytest.mark.parametrize("experiment", ["button", "price's", "none"])
def test_experiments(experiment: str, event: str, both: tuple[Engine, Engine]) -> None:
    found = same(both, asked(experiments.experiment_results, WIDE, experiment, event, ["a", "b", "c", "it's"]))
    assert any(each.visitors for each in found) == (experiment != "none")


@pytest.mark.parametrize("names", [(), ("country",), ("page",), ("day",), ("country", "city")], ids="+".join)
def test_comparisons_and_totals(names: tuple[str, ...], both: tuple[Engine, Engine]) -> None:
    days = 4 * 86_400_000
    before = TimeRange(SPRING.start - days, SPRING.end - days, SPRING.zone)
    query = question(dimensions=dimensions(*names), metrics=MEASURED, limit=5)
    assert same(both, asked(compared.compared, AskedQuery(query, before, True))).rows


def test_all_events_page_by_page(both: tuple[Engine, Engine]) -> None:
    for filters in ([], ["country is DE"], ["entry_page is /"]):
        query = question(*filters)
        extent = same(both, asked(raw_events.extent, query, 50))
        first = same(both, asked(raw_events.page, query, extent.newest, (SPRING.start, 0), SPRING.end, 20))
        assert len(first) == min(20, extent.count) > 0


KEYED: list[list[Any]] = [[], ["country is DE"], ["property:plan is set"], ["entry_page is /"]]


@pytest.mark.parametrize("filters", KEYED, ids=str)
def test_revenue_of_events(filters: list[Any], both: tuple[Engine, Engine]) -> None:
    query = question(*filters)
    assert filters or len(same(both, asked(revenue.revenue, query))) == 3
    same(both, asked(revenue.revenue_series, query, "day"))
    for names in (("property:plan",), ("source", "country")):
        by = replace(query, dimensions=dimensions(*names), limit=4, offset=1)
        same(both, asked(revenue.revenue_table, by))


@pytest.mark.parametrize("filters", KEYED[:2], ids=str)
def test_web_vitals(filters: list[Any], both: tuple[Engine, Engine]) -> None:
    query = question(*filters)
    assert same(both, asked(web_vitals.web_vitals, query))
    assert same(both, asked(web_vitals.web_vitals_series, query, "week"))
    for names in (("page",), ("country", "device")):
        assert same(both, asked(web_vitals.web_vitals_table, replace(query, dimensions=dimensions(*names)))).rows
        same(both, asked(web_vitals.web_vitals_table, replace(query, dimensions=dimensions(*names), limit=2)))


@pytest.mark.parametrize("filters", [KEYED[0], KEYED[3]], ids=str)
def test_engagement(filters: list[Any], both: tuple[Engine, Engine]) -> None:
    query = question(*filters)
    assert same(both, asked(engagement.engagement, query)).looks
    assert same(both, asked(engagement.engagement_series, query, "day"))
    for names in (("page",), ("country",), ("page", "device")):
        by = replace(query, dimensions=dimensions(*names), limit=4)
        assert same(both, asked(engagement.engagement_table, by)).rows


@pytest.mark.parametrize("filters", KEYED[:2], ids=str)
def test_realtime(filters: list[Any], both: tuple[Engine, Engine]) -> None:
    query = question(*filters)
    now = max(row["time"] for row in generated() if row["site_id"] == SITE and not row["flagged"])
    assert same(both, asked(realtime.realtime, query, now)).visitors_5_minutes or filters


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Apia"])
@pytest.mark.parametrize("identified_only", [False, True])
def test_retention(identified_only: bool, zone: str, both: tuple[Engine, Engine]) -> None:
    query = Query(SITE, range_of(zone))
    for unit, period in (("day", "day"), ("week", "month")):
        found = same(both, asked(retention.retention, query, unit, period, identified_only))
        assert any(each.visitors for each in found.cohorts)
    same(both, asked(retention.retention, question("country is DE"), "day", "week", identified_only))


@pytest.mark.parametrize("filters", [*KEYED, ["page is /pricing"]], ids=str)
def test_sessions_and_hits(filters: list[Any], both: tuple[Engine, Engine]) -> None:
    query = question(*filters, limit=15, offset=3)
    found = same(both, asked(sessions.sessions, query))
    for one in found.rows[:3]:
        assert same(both, asked(sessions.session_events, query, one.session_id, 5, 1)).total
    every = same(both, asked(sessions.sessions, question(*filters))).rows
    every.sort(key=lambda each: int(each.session_id), reverse=True)
    assert same(both, asked(sessions.sessions_before, query, None, 4)) == every[:4]
    assert same(both, asked(sessions.sessions_before, query, int(every[3].session_id), 4)) == every[4:8]
    for order in hits.ORDERS:
        assert same(both, asked(hits.hits, query, order, order == "time")).rows


@pytest.mark.parametrize("zone", ZONES)
def test_sites_at_a_glance(zone: str, both: tuple[Engine, Engine]) -> None:
    for unit in (None, "day", "hour"):
        found = same(both, asked(glance.sites_at_a_glance, [SITE, OTHER_SITE], range_of(zone), unit))
        assert found[SITE].visitors
        assert found[OTHER_SITE].visitors


def test_when_a_site_began(both: tuple[Engine, Engine]) -> None:
    assert same(both, asked(beginning.first_time, SITE))


PLAUSIBLE_METRICS = (*plausible.METRICS, "percentage")


@pytest.mark.parametrize("names", [(), ("country",), ("page",), ("entry_page",), ("day",)], ids="+".join)
def test_plausibles_questions(names: tuple[str, ...], both: tuple[Engine, Engine]) -> None:
    order = (("visitors", True), *((str(place), False) for place in range(len(names))))
    one = plausible.Asked(WIDE, PLAUSIBLE_METRICS, dimensions(*names), (), (), (), order, 10, 0)
    assert same(both, asked(plausible.plausible, one)).rows


@cache
def reports_by_name() -> dict[str, Callable[..., Any]]:
    """Every function that is a report by its annotation, unless others of its module are made of it."""
    modules = [
        importlib.import_module(f"{reports.__name__}.{each.name}") for each in pkgutil.iter_modules(reports.__path__)
    ]
    return {
        f"{module.__name__.rpartition('.')[2]}.{name}": found
        for module in modules
        for name, found in vars(module).items()
        if inspect.isfunction(found) and found.__module__ == module.__name__ and is_report(found)
    }


def is_report(found: Callable[..., Any]) -> bool:
    first = next(iter(inspect.signature(found).parameters), None)
    return first == "dialect" and "Report" in str(found.__annotations__.get("return"))


PARTS = {
    "compared.compared_series",
    "compared.compared_table",
    "compared.other_figures",
    "compared.totals",
    "goals.revenue_of",
    "plausible.every_row",
    "plausible.grouped",
    "plausible.whole",
    "plausible.with_rates",
    "table.counted_by_bits",
    "table.in_two_steps",
    "table.narrowed",
    "table.table_of",
}
"""Reports that others ask."""


def test_every_report_is_asked_here() -> None:
    used = {
        f"{found.__module__.rpartition('.')[2]}.{found.__name__}"
        for found in reports_by_name().values()
        if is_named_here(found)
    }
    assert set(reports_by_name()) - used - PARTS == set()


def is_named_here(found: Callable[..., Any]) -> bool:
    """As `module.report` in this file, whatever the module is called here."""
    words = {name: value for name, value in globals().items() if inspect.ismodule(value)}
    source = inspect.getsource(importlib.import_module(__name__))
    return any(
        f"{alias}.{found.__name__}," in source for alias, module in words.items() if module.__name__ == found.__module__
    )
