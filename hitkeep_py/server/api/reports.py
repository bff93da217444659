"""One GET for each report. What they have in common, range, filters and segment, is read by Call."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

from hitkeep_py.catalog.goals import Goal
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.dimensions import DIMENSIONS, dimension
from hitkeep_py.query.metrics import METRICS
from hitkeep_py.query.query import Query
from hitkeep_py.query.read_query import from_address, read_comparison
from hitkeep_py.query.report import Report
from hitkeep_py.reports import events as event_reports
from hitkeep_py.reports.goals import GoalStats, goal_series, goals
from hitkeep_py.reports.overview import Overview, overview
from hitkeep_py.reports.table import table
from hitkeep_py.server.api.answering import comparison_range, explained, needed, range_json, read_unit, shaped
from hitkeep_py.server.api.export import read_file_format
from hitkeep_py.server.api.query import answered, asked_of_address, definitions
from hitkeep_py.server.call import Call, Result

EVENT_METRICS = ["events", "visitors"]
BY_EVENTS = ("event", "category", "label")
"""Dimensions of custom events, whose pageviews are none."""


def show_overview(call: Call) -> Result:
    """The key figures, and every goal's, with those of the other range."""
    site = call.site()
    query, now = call.query(site), call.analytics.clock.now_ms()
    wanted = call.analytics.catalog.goals.of_site(site.id)
    other = read_comparison(from_address(call.query_values).get("compare"), query.range, now)
    found = call.answer(overview_parts, query, wanted)
    before = call.answer(overview_parts, query.over(other), wanted) if other else None
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
    if wanted:
        _, converted = yield from goals(dialect, query, wanted)
    return {
        "metrics": asdict(figures),
        "revenue": {currency: amount for (currency,), (amount,) in revenue.rows},
        "goals": [asdict(each) for each in converted],
    }


def show_series(call: Call) -> Result:
    """Metrics over time, a row a bucket."""
    site = call.site()
    unit = read_unit(call, call.query(site))
    wanted = read_file_format(call.last("format"))
    return answered(call, site, asked_of_address(call, site, {"dimensions": [unit]}, wanted), "series", wanted)


def show_breakdown(call: Call) -> Result:
    """Metrics by the values of a dimension."""
    site, named = call.site(), needed(call, "dimension", "dimension")
    found = dimension(named)
    wanted = read_file_format(call.last("format"))
    defaults: dict[str, Any] = {"metrics": EVENT_METRICS} if named in BY_EVENTS else {}
    asked = asked_of_address(call, site, {**defaults, "dimensions": [found.name]}, wanted)
    return answered(call, site, asked, f"by-{found.name}", wanted)


def show_events(call: Call) -> Result:
    """Custom events by name."""
    site = call.site()
    wanted = read_file_format(call.last("format"))
    asked = asked_of_address(call, site, {"metrics": EVENT_METRICS, "dimensions": ["event"]}, wanted)
    return answered(call, site, asked, "events", wanted)


def show_properties(call: Call) -> Result:
    """The properties of an event with their most frequent values."""
    site = call.site()
    query = call.query(site)
    found = call.answer(event_reports.event_properties, query, needed(call, "event", "event_name"))
    value = {"rows": [asdict(each) for each in found.rows], "truncated": found.truncated}
    return shaped(call, query, value, event_reports.event_properties)


def show_event_series(call: Call) -> Result:
    """How often an event happened over time."""
    site = call.site()
    query = call.query(site)
    unit = read_unit(call, query)
    found = call.answer(event_reports.event_series, query, needed(call, "event", "event_name"), unit)
    value = {"unit": unit, "points": [asdict(each) for each in found]}
    return shaped(call, query, value, event_reports.event_series, "Events of the name, and visitors who had any.")


def show_goals(call: Call) -> Result:
    """Every goal's conversions; with `unit` those of all, or of each `goal` that is named, over time too."""
    site = call.site()
    query, catalog = call.query(site), call.analytics.catalog.goals
    named = [catalog.find(site.id, each) for each in dict.fromkeys(call.query_values.get("goal", ()))]
    wanted = named or catalog.of_site(site.id)
    sessions, stats = call.answer(goals, query, wanted)
    value: dict[str, Any] = {"sessions": sessions, "goals": [asdict(each) for each in stats]}
    if call.last("unit"):
        points = call.answer(goal_series, query, wanted, read_unit(call, query))
        value["points"] = [asdict(each) for each in points]
    return shaped(call, query, value, goals)
