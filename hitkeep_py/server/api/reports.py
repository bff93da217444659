"""One GET for each report. What they have in common, range, filters and segment, is read by Call."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from hitkeep_py.catalog.goals import Goal, checked, with_currency
from hitkeep_py.catalog.sites import Site
from hitkeep_py.export import Column, Kind
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.dimensions import DIMENSIONS, dimension
from hitkeep_py.query.metrics import METRICS
from hitkeep_py.query.query import Query
from hitkeep_py.query.read_query import from_address, read_comparison
from hitkeep_py.query.report import Report
from hitkeep_py.reports import events as event_reports
from hitkeep_py.reports.goals import GoalPoint, GoalStats, converted_sessions, goal_series, goals
from hitkeep_py.reports.overview import Overview, overview
from hitkeep_py.reports.table import table
from hitkeep_py.server.api.answering import comparison_range, explained, needed, range_json, read_unit, shaped
from hitkeep_py.server.api.files import file_result, wanted_file
from hitkeep_py.server.api.query import answered, asked_of_address, definitions
from hitkeep_py.server.api.sheets import Sheet, sheet_of, unkeyed
from hitkeep_py.server.call import Call, Result

GOAL_FIGURES = ("conversions", "conversion_rate", "events", "visitors")
TRIED = "a goal that is tried"
EVENT_METRICS = ["events", "visitors"]
EVENTS_AND_PAGES = ["visitors", "events", "pageviews"]
FITTING_METRICS = {
    **dict.fromkeys(("event", "category", "label"), EVENT_METRICS),
    **dict.fromkeys(("kind", "experiment", "variant"), EVENTS_AND_PAGES),
    "web_vital": ["visitors", "sessions"],
    "currency": ["revenue", "events", "visitors"],
}
"""What a breakdown counts by default where visitors and pageviews do not fit."""


def show_overview(call: Call) -> Result:
    """The key figures, and every goal's, with those of the other range."""
    site = call.site()
    query, now = call.query(site), call.analytics.clock.now_ms()
    wanted = call.analytics.catalog.goals.of_site(site.id)
    other = read_comparison(from_address(call.query_values).get("compare"), query.range, now)
    found = call.answer(overview_parts, query, wanted)
    before = call.answer(overview_parts, query.over(other), wanted) if other else None
    if file := wanted_file(call):
        return file_result(call, file, f"{site.domain}-overview", overview_sheet(found, before))
    value = {
        **found,
        "comparison": before,
        **range_json(query.range),
        "comparison_range": comparison_range(other),
    }
    return explained(call, value, definitions(METRICS[name] for name in (*Overview.__dataclass_fields__, "revenue")))


def overview_parts(dialect: Dialect, query: Query, wanted: Sequence[Goal]) -> Report[dict[str, Any]]:
    figures = yield from overview(dialect, query)
    by_currency = replace(query, metrics=(METRICS["revenue"],), dimensions=(DIMENSIONS["currency"],))
    revenue = yield from table(dialect, by_currency)
    converted: list[GoalStats] = []
    sessions = conversions = 0
    if wanted:
        sessions, converted = yield from goals(dialect, query, wanted)
        conversions = yield from converted_sessions(dialect, query, wanted)
    return {
        "metrics": asdict(figures),
        "revenue": {currency: amount for (currency,), (amount,) in revenue.rows},
        "goals": [asdict(each) for each in converted],
        "conversions": conversions,
        "conversion_rate": conversions / sessions if sessions else None,
    }


def overview_sheet(found: dict[str, Any], before: dict[str, Any] | None) -> Sheet:
    """A row a figure, with the goal or the currency that it is of."""
    columns = [Column("metric", Kind.TEXT), Column("goal", Kind.TEXT), Column("currency", Kind.TEXT)]
    columns += [Column(name, Kind.NUMBER) for name in ("value", *(("comparison_value",) if before else ()))]
    then = overview_figures(before) if before else {}
    # Of a currency that there was nothing of in one of the ranges, that is 0 there.
    now = {**dict.fromkeys(then, 0), **overview_figures(found)}
    rows = [(*key, value, *((then.get(key, 0),) if before else ())) for key, value in now.items()]
    return Sheet(columns, rows)


def overview_figures(found: dict[str, Any]) -> dict[tuple[str, str | None, str | None], Any]:
    """By metric, goal and currency."""
    figures: dict[tuple[str, str | None, str | None], Any] = {
        (name, None, None): value for name, value in found["metrics"].items()
    }
    figures |= {(name, None, None): found[name] for name in ("conversions", "conversion_rate")}
    figures |= {("revenue", None, currency): amount for currency, amount in found["revenue"].items()}
    for goal in found["goals"]:
        figures |= {(name, goal["name"], None): goal[name] for name in GOAL_FIGURES}
        figures |= {("revenue", goal["name"], currency): amount for currency, amount in goal["revenue"].items()}
    return figures


def show_series(call: Call) -> Result:
    """Metrics over time, a row a bucket."""
    site = call.site()
    unit = read_unit(call, call.query(site))
    wanted = wanted_file(call)
    return answered(call, site, asked_of_address(call, site, {"dimensions": [unit]}, wanted), "series", wanted)


def show_breakdown(call: Call) -> Result:
    """Metrics by the values of a dimension."""
    site, named = call.site(), needed(call, "dimension", "dimension")
    found = dimension(named, "dimension")
    wanted = wanted_file(call)
    fitting = EVENTS_AND_PAGES if found.key else FITTING_METRICS.get(found.name)
    defaults: dict[str, Any] = {"metrics": fitting} if fitting else {}
    asked = asked_of_address(call, site, {**defaults, "dimensions": [found.name]}, wanted)
    return answered(call, site, asked, f"by-{found.name}", wanted)


def show_events(call: Call) -> Result:
    """Custom events by name."""
    site = call.site()
    wanted = wanted_file(call)
    asked = asked_of_address(call, site, {"metrics": EVENT_METRICS, "dimensions": ["event"]}, wanted)
    return answered(call, site, asked, "events", wanted)


def show_property_names(call: Call) -> Result:
    """The names of the properties that page views and events of any name have."""
    site = call.site()
    query = call.query(site)
    found = call.answer(event_reports.property_names, query)
    if file := wanted_file(call):
        keyed = [((each.key,), each) for each in found.rows]
        names = sheet_of(event_reports.PropertyCount, keyed, [Column("property", Kind.TEXT)], without=("key",))
        return file_result(call, file, f"{site.domain}-property-names", names)
    return shaped(call, query, asdict(found), event_reports.property_names)


def show_properties(call: Call) -> Result:
    """The properties of an event with their most frequent values, and these with their events' revenue."""
    site = call.site()
    query = call.query(site)
    name = needed(call, "event", "event_name")
    found = call.answer(event_reports.event_properties, query, name)
    if file := wanted_file(call):
        result = file_result(call, file, f"{site.domain}-properties-of-{name}", property_sheet(found))
        result.headers.append(("x-truncated", "1" if found.truncated else "0"))
        return result
    value = {"rows": [asdict(each) for each in found.rows], "truncated": found.truncated}
    return shaped(call, query, value, event_reports.event_properties)


def property_sheet(found: event_reports.Properties) -> Sheet:
    """A row a value."""
    columns = [Column("property", Kind.TEXT), Column("value", Kind.TEXT), Column("events", Kind.WHOLE)]
    keyed = [((each.key, value.value, value.count), value) for each in found.rows for value in each.values]
    return sheet_of(event_reports.PropertyValue, keyed, columns, without=("value", "count"))


def show_event_series(call: Call) -> Result:
    """How often an event happened over time."""
    site = call.site()
    query = call.query(site)
    unit, name = read_unit(call, query), needed(call, "event", "event_name")
    found = call.answer(event_reports.event_series, query, name, unit)
    if file := wanted_file(call):
        points = sheet_of(event_reports.EventPoint, unkeyed(found))
        return file_result(call, file, f"{site.domain}-event-{name}", points)
    value = {"unit": unit, "points": [asdict(each) for each in found]}
    return shaped(call, query, value, event_reports.event_series, "Events of the name, and visitors who had any.")


def show_goals(call: Call) -> Result:
    """Every goal's conversions; with `unit` those of all, or of each `goal` that is named, over time too."""
    site = call.site()
    query, catalog = call.query(site), call.analytics.catalog.goals
    named = [catalog.find(site.id, each) for each in dict.fromkeys(call.query_values.get("goal", ()))]
    wanted = named or catalog.of_site(site.id)
    if file := wanted_file(call):
        return file_result(call, file, f"{site.domain}-goals", goal_sheet(call, query, wanted))
    sessions, stats = call.answer(goals, query, wanted)
    value: dict[str, Any] = {"sessions": sessions, "goals": [asdict(each) for each in stats]}
    if call.last("unit"):
        points = call.answer(goal_series, query, wanted, read_unit(call, query))
        value["points"] = [asdict(each) for each in points]
    return shaped(call, query, value, goals)


def try_goal(call: Call) -> Result:
    """A goal that is not kept: what it looks at is in the body; with `unit` its conversions over time too."""
    site = call.site()
    query, goal = call.query(site), unnamed_goal(site, call.body)
    if file := wanted_file(call):
        return file_result(call, file, f"{site.domain}-goal", goal_sheet(call, query, [goal]))
    sessions, (stats,) = call.answer(goals, query, [goal])
    value = {"sessions": sessions, **{name: getattr(stats, name) for name in (*GOAL_FIGURES, "revenue")}}
    if call.last("unit"):
        value["points"] = [asdict(each) for each in call.answer(goal_series, query, [goal], read_unit(call, query))]
    return shaped(call, query, value, goals)


def unnamed_goal(site: Site, body: Mapping[str, Any]) -> Goal:
    """Raises InvalidInput."""
    given = {name: body.get(name) for name in ("type", "value", "filters")}
    revenue = with_currency(body.get("revenue"), site.currency)
    return checked(Goal("", site.id, "", "", "", (), None, 0), {**given, "revenue": revenue, "name": TRIED})


def goal_sheet(call: Call, query: Query, wanted: Sequence[Goal]) -> Sheet:
    if call.last("unit"):
        return sheet_of(GoalPoint, unkeyed(call.answer(goal_series, query, wanted, read_unit(call, query))))
    _, stats = call.answer(goals, query, wanted)
    return sheet_of(GoalStats, unkeyed(stats))
