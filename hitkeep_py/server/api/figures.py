"""Reports on figures that events carry: money, speed, attention. Each as a whole, by dimensions and over time."""

from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from hitkeep_py.query.query import Query
from hitkeep_py.query.read_query import from_address, read_query
from hitkeep_py.query.report import Report
from hitkeep_py.reports.engagement import Engagement, engagement, engagement_series, engagement_table
from hitkeep_py.reports.numbers import Numbers, numbers, numbers_series, numbers_table
from hitkeep_py.reports.revenue import revenue, revenue_series, revenue_table
from hitkeep_py.reports.web_vitals import web_vitals, web_vitals_series, web_vitals_table
from hitkeep_py.server.api.answering import needed, read_unit, shaped
from hitkeep_py.server.call import Call, Result

GROUPING = ("dimensions", "limit", "offset", "search")


def show_revenue(call: Call) -> Result:
    """Revenue, orders and refunds of each currency; with `dimensions` by their values, with `unit` over time."""
    query = grouped_query(call)
    value: dict[str, Any] = {"currencies": [asdict(each) for each in call.answer(revenue, query)]}
    return with_parts(call, query, value, revenue, revenue_table, revenue_series)


def show_web_vitals(call: Call) -> Result:
    """Percentiles and ratings of web vitals; with `dimensions` by their values, with `unit` over time."""
    query = grouped_query(call)
    value: dict[str, Any] = {"vitals": [asdict(each) for each in call.answer(web_vitals, query)]}
    return with_parts(call, query, value, web_vitals, web_vitals_table, web_vitals_series)


def show_engagement(call: Call) -> Result:
    """Scrolling and time on pages; with `dimensions` by their values, with `unit` over time."""
    query = grouped_query(call)
    value: dict[str, Any] = {"engagement": asdict(call.answer(engagement, query))}
    return with_parts(call, query, value, Engagement, engagement_table, engagement_series)


def show_numbers(call: Call) -> Result:
    """Sum, average, percentiles ... of `number` (value, or property:KEY), of the event `event` or of all.

    With `dimensions` by their values, with `unit` over time.
    """
    query = grouped_query(call)
    number, event = needed(call, "number", "number"), call.last("event")
    value: dict[str, Any] = {"number": number, "numbers": asdict(call.answer(numbers, query, number, event))}
    if query.dimensions:
        value |= asdict(call.answer(numbers_table, query, number, event))
    if call.last("unit"):
        unit, whole = read_unit(call, query), replace(query, dimensions=())
        value["series"] = [asdict(each) for each in call.answer(numbers_series, whole, number, unit, event)]
    return shaped(call, query, value, Numbers)


def with_parts(
    call: Call,
    query: Query,
    value: dict[str, Any],
    meaning: Callable[..., Any] | type,
    table: Callable[..., Report[Any]],
    series: Callable[..., Report[Any]],
) -> Result:
    """The answer with rows and points where they are asked for."""
    if query.dimensions:
        value |= asdict(call.answer(table, query))
    if call.last("unit"):
        points = call.answer(series, replace(query, dimensions=()), read_unit(call, query))
        value["series"] = [asdict(each) for each in points]
    return shaped(call, query, value, meaning)


def grouped_query(call: Call) -> Query:
    """The address's question with its dimensions and its part of their rows."""
    site = call.site()
    given = from_address(call.query_values)
    wanted = {name: given[name] for name in (*GROUPING, "from", "to", "range") if name in given}
    more = (*call.filters(), *call.segment_filters(site))
    asked = read_query(wanted, site.id, site.time_zone, call.analytics.clock.now_ms(), more=more)
    return replace(asked.query, metrics=(), order=())
