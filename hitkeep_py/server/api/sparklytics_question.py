"""What Sparklytics' routes are asked with: days in a time zone, `filter_*`, and a range to compare with."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hitkeep_py.catalog.site_settings import read_time_zone
from hitkeep_py.catalog.sites import Site
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.filters import AnyOf, Filters, checked_condition
from hitkeep_py.query.named_range import previous_year, said_of_comparison
from hitkeep_py.query.query import Query
from hitkeep_py.query.time_range import LONGEST_DAYS, LONGEST_NAMED_DAYS, UNITS, TimeRange, read_days
from hitkeep_py.server.call import Call, Result

FILTERS = {
    **{name: name for name in ("country", "region", "city", "browser", "os", "device", "language", "hostname")},
    **{name: name for name in ("utm_source", "utm_medium", "utm_campaign")},
    "page": "page",
    "referrer": "referrer",
}
"""Their names after `filter_`, and our dimensions."""
COMPARISONS = ("none", "previous_period", "previous_year", "custom")
BOOLEANS = ("true", "false", "1", "0")
LABEL_LENGTHS = {"hour": len("2026-01-31T12:00:00"), "day": len("2026-01-31"), "month": len("2026-01")}


@dataclass(frozen=True, slots=True)
class Comparison:
    mode: str
    range: TimeRange


def answer(data: Any, truncated: bool = False, **beside: Any) -> Result:
    return Result({"data": data, **beside}, headers=[("x-truncated", "true")] if truncated else [])


def query_of(call: Call, site: Site, longest: int = LONGEST_DAYS, required: bool = False) -> Query:
    """The days of `start_date` and `end_date` in `timezone`, and the filters. Raises InvalidInput."""
    for name in ("start_date", "end_date") if required else ():
        if not call.last(name):
            raise InvalidInput(f"{name} is required", field=name)
    include_bots = call.last("include_bots")
    if include_bots and include_bots.strip().lower() not in BOOLEANS:
        raise InvalidInput(f"include_bots must be one of: {', '.join(BOOLEANS)}", field="include_bots")
    found = read_days(
        call.last("start_date"), call.last("end_date"), zone_of(call, site), call.analytics.clock.now_ms(), longest
    )
    return Query(site.id, found, filters=read_filters(call))


def zone_of(call: Call, site: Site) -> str:
    """`timezone`, or else the site's."""
    given = call.last("timezone")
    if given is None:
        return site.time_zone
    try:
        return read_time_zone(given.strip())
    except InvalidInput as error:
        raise InvalidInput("invalid timezone", field="timezone") from error


def read_filters(call: Call) -> Filters:
    found = []
    for name, dimension in FILTERS.items():
        field = f"filter_{name}"
        given = call.last(field)
        if given is None:
            continue
        value = given.strip()
        if not value:
            raise InvalidInput(f"{field} cannot be empty when provided", field=field)
        if name == "country" and not re.fullmatch("[A-Z]{2}", value):
            raise InvalidInput("filter_country must be ISO 3166-1 alpha-2 (2 chars)", field=field)
        found.append(conditions(dimension, value, field))
    return tuple(found)


def conditions(dimension: str, value: str, field: str) -> AnyOf:
    """A page has the text in it; a referrer is a host with all its pages, since that is what Sparklytics stores."""
    if dimension == "page":
        return (checked_condition(dimension, "contains", [value], field),)
    if dimension == "hostname":
        return (checked_condition(dimension, "is", [value.lower()], field),)
    same = checked_condition(dimension, "is", [value], field)
    if dimension != "referrer":
        return (same,)
    return (same, checked_condition(dimension, "starts with", [f"{value}/"], field))


def read_comparison(call: Call, query: Query) -> Comparison | None:
    """By `compare_mode`. Raises InvalidInput."""
    mode = (call.last("compare_mode") or "none").strip() or "none"
    if mode not in COMPARISONS:
        raise InvalidInput(f"compare_mode must be one of: {', '.join(COMPARISONS)}", field="compare_mode")
    if mode == "none":
        return None
    if mode == "previous_period":
        return Comparison(mode, previous_days(query.range))
    if mode == "previous_year":
        return Comparison(mode, previous_year(query.range))
    return Comparison(mode, read_custom(call, query.range))


def read_custom(call: Call, compared: TimeRange) -> TimeRange:
    given = []
    for name in ("compare_start_date", "compare_end_date"):
        text = call.last(name)
        if not text:
            raise InvalidInput(f"{name} is required for custom compare", field=name)
        given.append(text)
    try:
        found = read_days(given[0], given[1], compared.zone, call.analytics.clock.now_ms(), LONGEST_DAYS)
    except InvalidInput as error:
        raise said_of_comparison(error, f"compare_{error.field}") from error
    if found.days() > 2 * compared.days():
        raise InvalidInput("comparison range cannot exceed primary range duration x 2", field="compare_start_date")
    return found


def previous_days(found: TimeRange) -> TimeRange:
    """As many days right before."""
    first, last = days_of(found)
    zone = ZoneInfo(found.zone)
    before = first - timedelta(days=(last - first).days + 1)
    start = datetime(before.year, before.month, before.day, tzinfo=zone)
    return TimeRange(round(start.timestamp() * 1000), found.start, found.zone)


def days_of(found: TimeRange) -> tuple[date, date]:
    """First and last day."""
    zone = ZoneInfo(found.zone)
    first, last = (datetime.fromtimestamp(each / 1000, zone).date() for each in (found.start, found.end - 1))
    return first, last


def comparison_json(query: Query, comparison: Comparison | None) -> dict[str, Any] | None:
    if comparison is None:
        return None
    return {
        "mode": comparison.mode,
        "primary_range": [each.isoformat() for each in days_of(query.range)],
        "comparison_range": [each.isoformat() for each in days_of(comparison.range)],
    }


def compared(query: Query, comparison: Comparison | None) -> dict[str, Any]:
    """What goes beside the data when a comparison was asked for."""
    return {"compare": comparison_json(query, comparison)} if comparison else {}


def read_granularity(call: Call, time_range: TimeRange) -> str:
    """As asked for, else Sparklytics' choice. A day on which clocks change counts as one. Raises InvalidInput."""
    given = call.last("granularity")
    if not given:
        days = round(time_range.days())
        return "hour" if days <= 2 else "day" if days <= 60 else "month"
    if given not in UNITS:
        raise InvalidInput(f"granularity must be one of {', '.join(UNITS)}", field="granularity")
    return given


def read_whole(call: Call, name: str, default: int, least: int, most: int) -> int:
    """Raises InvalidInput."""
    given = call.last(name)
    if not given:
        return default
    if not re.fullmatch("-?[0-9]{1,9}", given):
        raise InvalidInput(f"{name} must be a whole number", field=name)
    if not least <= int(given) <= most:
        raise InvalidInput(f"{name} must be between {least} and {most}", field=name)
    return int(given)


def spaced(label: str, unit: str) -> str:
    """The label of a bucket as Sparklytics' server writes it: the site's own time without an offset."""
    return label[: LABEL_LENGTHS[unit]].replace("T", " ")


EVENT_DAYS = LONGEST_NAMED_DAYS
"""Most days of the questions about custom events."""
