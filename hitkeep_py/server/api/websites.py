"""Custom events in Sparklytics' shapes: those of its documentation, or with `format=v2` those of its server."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.filters import MOST_VALUES, checked_condition
from hitkeep_py.query.query import Query
from hitkeep_py.reports import events as report
from hitkeep_py.reports.events import EventCount, EventPoint, Property
from hitkeep_py.server.api.sparklytics_question import (
    EVENT_DAYS,
    LABEL_LENGTHS,
    Comparison,
    answer,
    compared,
    query_of,
    read_comparison,
    read_granularity,
    spaced,
)
from hitkeep_py.server.call import Call, Result
from hitkeep_py.text import clean

NAME_LENGTH = 255


def event_names(call: Call) -> Result:
    query = query_of(call, call.site(), EVENT_DAYS)
    comparison = read_comparison(call, query)
    names = call.answer(report.event_names, query)
    before = counts_before(call, query, comparison, names.rows)
    truncated = names.total > len(names.rows)
    rows = [{**name_json(each, is_v2(call)), **before.get(each.name, {})} for each in names.rows]
    data = {"rows": rows, "total": names.total} if is_v2(call) else rows
    return answer(data, truncated, **compared(query, comparison))


def name_json(found: EventCount, v2: bool) -> dict[str, Any]:
    shown = {"event_name": found.name, "count": found.count}
    return {**shown, "visitors": found.visitors} if v2 else shown


def counts_before(
    call: Call, query: Query, comparison: Comparison | None, names: Sequence[EventCount]
) -> dict[str, dict[str, int]]:
    """What is added to each name's row when a comparison was asked for."""
    if comparison is None or not names:
        return {}
    shown = [each.name for each in names[:MOST_VALUES]]
    only = (checked_condition("event", "is", shown, "event_name"),)
    found = call.answer(report.event_names, replace(query.over(comparison.range), filters=(*query.filters, only)))
    counts = {each.name: each.count for each in found.rows}
    return {name: {"prev_count": counts.get(name, 0)} for name in shown}


def event_properties(call: Call) -> Result:
    site, name = call.site(), read_event_name(call)
    query = query_of(call, site, EVENT_DAYS)
    comparison = read_comparison(call, query)
    properties = call.answer(report.event_properties, query, name)
    if not is_v2(call):
        return answer(
            [property_json(each) for each in properties.rows], properties.truncated, **compared(query, comparison)
        )
    occurrences = sum(point.count for point in call.answer(report.event_series, query, name, "month"))
    data = {
        "event_name": name,
        "total_occurrences": occurrences,
        "sample_size": occurrences,  # Sparklytics looks at the newest 10,000, we at all.
        "properties": flat_properties(properties.rows),
    }
    return answer(data, properties.truncated, **compared(query, comparison))


def event_timeseries(call: Call) -> Result:
    site, name = call.site(), read_event_name(call)
    query = query_of(call, site, EVENT_DAYS)
    comparison = read_comparison(call, query)
    unit = read_granularity(call, query.range)
    data: dict[str, Any] = {"series": points(call, query, name, unit), "granularity": unit}
    if comparison:
        data["compare_series"] = points(call, query.over(comparison.range), name, unit)
    return answer(data, **compared(query, comparison))


def points(call: Call, query: Query, name: str, unit: str) -> list[dict[str, Any]]:
    found = call.answer(report.event_series, query, name, unit)
    return [v2_point(each, unit) if is_v2(call) else point_json(each, unit) for each in found]


def is_v2(call: Call) -> bool:
    return call.last("format") == "v2"


def read_event_name(call: Call) -> str:
    """In the form in which names are stored. Raises InvalidInput, in Sparklytics' words."""
    given = call.last("event_name")
    if given is None:
        raise InvalidInput("event_name query parameter is required", field="event_name")
    name = given.strip()
    if not name:
        raise InvalidInput("event_name must not be empty", field="event_name")
    if len(name) > NAME_LENGTH:
        raise InvalidInput("event_name must be 255 characters or fewer", field="event_name")
    return clean(name, NAME_LENGTH)


def property_json(found: Property) -> dict[str, Any]:
    return {
        "property_key": found.key,
        "values": [{"value": each.value, "count": each.count} for each in found.values],
    }


def flat_properties(properties: Sequence[Property]) -> list[dict[str, Any]]:
    return [
        {"property_key": each.key, "property_value": value.value, "count": value.count}
        for each in sorted(properties, key=lambda each: each.key)
        for value in each.values
    ]


def point_json(point: EventPoint, unit: str) -> dict[str, Any]:
    """The site's own time without an offset: of the two hours that are one on the clock both are there."""
    return {"date": point.time[: LABEL_LENGTHS[unit]], "count": point.count}


def v2_point(point: EventPoint, unit: str) -> dict[str, Any]:
    """What Sparklytics calls pageviews are the events."""
    return {"date": spaced(point.time, unit), "pageviews": point.count, "visitors": point.visitors}
