"""Custom events in Sparklytics' shapes: those of its documentation, or with `format=v2` those of its server."""

from collections.abc import Sequence
from typing import Any

from hitkeep_py.catalog.sites import Site
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.time_range import UNITS, TimeRange, read_days
from hitkeep_py.reports.events import EventPoint, Property
from hitkeep_py.server.call import Call, Result
from hitkeep_py.text import clean

NAME_LENGTH = 255
LABEL_LENGTHS = {"hour": len("2026-01-31T12:00:00"), "day": len("2026-01-31"), "month": len("2026-01")}


def event_names(call: Call) -> Result:
    site = call.site()
    names = call.analytics.event_names(site, range_of(call, site))
    truncated = names.total > len(names.rows)
    if is_v2(call):
        rows = [{"event_name": each.name, "count": each.count, "visitors": each.visitors} for each in names.rows]
        return answer({"rows": rows, "total": names.total}, truncated)
    return answer([{"event_name": each.name, "count": each.count} for each in names.rows], truncated)


def event_properties(call: Call) -> Result:
    site, name = call.site(), read_event_name(call)
    time_range = range_of(call, site)
    properties = call.analytics.event_properties(site, time_range, name)
    if not is_v2(call):
        return answer([property_json(each) for each in properties.rows], properties.truncated)
    occurrences = sum(point.count for point in call.analytics.event_series(site, time_range, name, "month"))
    data = {
        "event_name": name,
        "total_occurrences": occurrences,
        "sample_size": occurrences,  # Sparklytics looks at the newest 10,000, we at all.
        "properties": flat_properties(properties.rows),
    }
    return answer(data, properties.truncated)


def event_timeseries(call: Call) -> Result:
    site, name = call.site(), read_event_name(call)
    time_range = range_of(call, site)
    unit = read_granularity(call, time_range)
    points = call.analytics.event_series(site, time_range, name, unit)
    series = [v2_point(each, unit) if is_v2(call) else point_json(each, unit) for each in points]
    return answer({"series": series, "granularity": unit})


def answer(data: Any, truncated: bool = False) -> Result:
    return Result({"data": data}, headers=[("x-truncated", "true")] if truncated else [])


def is_v2(call: Call) -> bool:
    return call.last("format") == "v2"


def range_of(call: Call, site: Site) -> TimeRange:
    """The days of `start_date` and `end_date`. Raises InvalidInput."""
    return read_days(call.last("start_date"), call.last("end_date"), site.time_zone, call.analytics.clock.now_ms())


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


def read_granularity(call: Call, time_range: TimeRange) -> str:
    """As asked for, else Sparklytics' choice. A day on which clocks change counts as one. Raises InvalidInput."""
    given = call.last("granularity")
    if not given:
        days = round(time_range.days())
        return "hour" if days <= 2 else "day" if days <= 60 else "month"
    if given not in UNITS:
        raise InvalidInput(f"granularity must be one of {', '.join(UNITS)}", field="granularity")
    return given


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
    date = point.time[: LABEL_LENGTHS[unit]].replace("T", " ")
    return {"date": date, "pageviews": point.count, "visitors": point.visitors}
