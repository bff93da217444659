"""Plausible's legacy stats API v1, as questions to v2."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hitkeep_py.catalog.sites import Site
from hitkeep_py.clock import MINUTE_MS
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.named_range import months_before
from hitkeep_py.query.query import Query
from hitkeep_py.query.time_range import TimeRange
from hitkeep_py.reports.overview import visitors
from hitkeep_py.reports.plausible import plausible
from hitkeep_py.server.api.plausible_query import figure, read_question, row_json, site_of, time_labels
from hitkeep_py.server.api.plausible_ranges import last_of_month
from hitkeep_py.server.api.plausible_words import GOAL, PROPERTIES, known_dimensions, shown
from hitkeep_py.server.call import Call, Result

REALTIME_MS = 5 * MINUTE_MS
COUNTED_DAYS, COUNTED_MONTHS = {"7d": 7, "30d": 30}, {"6mo": 6, "12mo": 12}
UNKNOWN_OF_NOTHING = ("visit_duration", "scroll_depth", "time_on_page")
POINTS = ("bounce_rate", "conversion_rate")
"""Metrics whose change is a difference of percentages."""
SET_ONLY = {
    f"visit:{name}"
    for name in (
        *("utm_medium", "utm_source", "utm_campaign", "utm_content", "utm_term"),
        *("country", "region", "region_name", "city", "city_name", "entry_page", "exit_page"),
    )
}
"""Properties that have no row of visits without one."""
WITH_ITS_OWNER = {"visit:browser_version": "visit:browser", "visit:os_version": "visit:os"}
FILTER = re.compile(r"(?P<name>[a-z]+:[^=!]+?)(?P<operator>==|!=)(?P<value>.*)", re.DOTALL)
LARGEST_PAGE, ROWS = 1_000, 100
MOST_PAGES = 1_000_000


def realtime_visitors(call: Call) -> Result:
    site = site_of(call, call.last("site_id"))
    now = call.analytics.clock.now_ms()
    return Result(call.answer(visitors, Query(site.id, TimeRange(now - REALTIME_MS, now + 1, site.time_zone))))


def aggregate(call: Call) -> Result:
    site = site_of(call, call.last("site_id"))
    days, metrics = read_period(call, site), read_metrics(call)
    found = figures(call, site, days, metrics)
    compare = text_of(call, "compare")
    if not compare:
        return Result({"results": {name: {"value": value} for name, value in found.items()}})
    if compare != "previous_period":
        raise InvalidInput("compare can be previous_period only", field="compare")
    first, last = days
    before = figures(call, site, (first - (last - first) - timedelta(days=1), first - timedelta(days=1)), metrics)
    return Result({"results": {name: compared(name, before[name], value) for name, value in found.items()}})


def figures(call: Call, site: Site, days: tuple[date, date], metrics: list[str]) -> dict[str, Any]:
    question = read_question(call, {**body_of(call, site, days, metrics), "dimensions": []})
    (row,) = call.answer(plausible, question.asked).rows
    return {name: figure(name, row.values[name]) for name in metrics}


def compared(name: str, before: Any, now: Any) -> dict[str, Any]:
    return {"value": now, "comparison_value": before, "change": change(name, before, now)}


def change(name: str, before: float | None, now: float | None) -> float | None:
    """Of rates in points, of others in percent of what was before; from nothing to something is 100."""
    if before is None or now is None or (name == "bounce_rate" and not before):
        return None
    if name in POINTS:
        return round(now - before, 1)
    if not before:
        return 100 if now else 0
    return round((now - before) / before * 100)


def timeseries(call: Call) -> Result:
    site = site_of(call, call.last("site_id"))
    days, metrics = read_period(call, site), read_metrics(call)
    dimension = f"time:{read_interval(call)}"
    asked = body_of(call, site, days, of_each_group(metrics))
    question = read_question(call, {**asked, "dimensions": [dimension]})
    rows = [row_json(row, question) for row in call.answer(plausible, question.asked).rows]
    found = {row["dimensions"][0]: row["metrics"] for row in rows}
    labels = time_labels(question.asked.query.range, dimension.removeprefix("time:"))
    nothing = [None if name in UNKNOWN_OF_NOTHING else 0 for name in metrics]
    return Result(
        {"results": [{"date": each, **dict(zip(metrics, found.get(each, nothing), strict=True))} for each in labels]}
    )


def of_each_group(metrics: list[str]) -> list[str]:
    return ["group_conversion_rate" if name == "conversion_rate" else name for name in metrics]


def breakdown(call: Call) -> Result:
    site = site_of(call, call.last("site_id"))
    days, metrics, name = read_period(call, site), read_metrics(call), text_of(call, "property")
    if not name or name.startswith("time"):
        raise InvalidInput(
            f"The `property` parameter is required: one of {known_dimensions()}.",
            field="property",
        )
    dimensions = [WITH_ITS_OWNER[name], name] if name in WITH_ITS_OWNER else [name]
    of_all = name == GOAL or name.startswith(PROPERTIES)
    asked = body_of(call, site, days, metrics if of_all else of_each_group(metrics))
    asked |= {"dimensions": dimensions, "pagination": read_page(call)}
    if name in SET_ONLY:
        asked["filters"] = [*asked["filters"], ["is_not", name, [""]]]
    question = read_question(call, asked)
    rows = [row_json(row, question) for row in call.answer(plausible, question.asked).rows]
    names = [*map(short_name, dimensions), *metrics]
    return Result({"results": [dict(zip(names, [*row["dimensions"], *row["metrics"]], strict=True)) for row in rows]})


def short_name(dimension: str) -> str:
    if dimension.startswith(PROPERTIES):
        return dimension.removeprefix(PROPERTIES)
    return dimension.partition(":")[2]


def read_page(call: Call) -> dict[str, int]:
    limit, page = read_count(call, "limit", ROWS, LARGEST_PAGE), read_count(call, "page", 1, MOST_PAGES)
    return {"limit": limit, "offset": (page - 1) * limit}


def text_of(call: Call, name: str) -> str:
    """A parameter without the blanks around it."""
    return (call.last(name) or "").strip()


def body_of(call: Call, site: Site, days: tuple[date, date], metrics: list[str]) -> dict[str, Any]:
    return {
        "site_id": site.domain,
        "metrics": metrics,
        "date_range": [each.isoformat() for each in days],
        "filters": read_filters(text_of(call, "filters")),
    }


def read_metrics(call: Call) -> list[str]:
    return [each.strip() for each in (text_of(call, "metrics") or "visitors").split(",")]


def read_count(call: Call, name: str, default: int, most: int) -> int:
    given = text_of(call, name)
    if not given:
        return default
    if not re.fullmatch("[0-9]{1,7}", given) or not 1 <= int(given) <= most:
        raise InvalidInput(f"{name} must be a number from 1 to {most}", field=name)
    return int(given)


def read_interval(call: Call) -> str:
    given, period = text_of(call, "interval"), text_of(call, "period")
    if given not in ("", "date", "day", "month"):
        raise InvalidInput(
            f"Error parsing `interval` parameter: invalid interval `{given[:100]}`. Use `day` or `month`."
        )
    if given:
        return "month" if given == "month" else "day"
    return "month" if period in COUNTED_MONTHS else "hour" if period == "day" else "day"


def read_period(call: Call, site: Site) -> tuple[date, date]:
    """First and last day, relative to `date`, which is today by default. Counted days end before it, as in v2."""
    period, given = text_of(call, "period") or "30d", text_of(call, "date")
    if period == "custom":
        first, separator, last = given.partition(",")
        if not separator:
            raise InvalidInput(
                "The `date` parameter is required when using a custom period, such as 2026-01-01,2026-01-31.",
                field="date",
            )
        return read_day(first.strip()), read_day(last.strip())
    now = call.analytics.clock.now_ms()
    day = read_day(given) if given else datetime.fromtimestamp(now / 1000, ZoneInfo(site.time_zone)).date()
    if period in COUNTED_DAYS:
        return days_before(day, COUNTED_DAYS[period]), days_before(day, 1)
    if period in COUNTED_MONTHS:
        return months_before(day.replace(day=1), COUNTED_MONTHS[period] - 1), last_of_month(day)
    known = {"day": (day, day), "month": (day.replace(day=1), last_of_month(day))}
    if period not in known:
        raise InvalidInput(
            f"Error parsing `period` parameter: invalid period `{period[:100]}`. Please find accepted values in our"
            " docs: day, 7d, 30d, month, 6mo, 12mo, custom.",
            field="period",
        )
    return known[period]


def read_day(text: str) -> date:
    try:
        found = date.fromisoformat(text)
        if not 1900 <= found.year <= 9000:
            raise ValueError(text)
        return found
    except ValueError as error:
        raise InvalidInput(
            f"Error parsing `date` parameter: invalid date `{text[:100]}`. Please specify a day such as 2026-01-31.",
            field="date",
        ) from error


def days_before(day: date, count: int) -> date:
    return day - timedelta(days=count)


def read_filters(text: str) -> list[Any]:
    """`event:page==/a*;visit:source!=Google` as v2 writes it."""
    return [read_filter(part.strip()) for part in text.split(";") if part.strip()]


def read_filter(text: str) -> list[Any]:
    found = FILTER.fullmatch(text)
    if found is None:
        raise InvalidInput(
            f"Invalid filter {shown(text)}: write event:page==/a or visit:source!=Google.", field="filters"
        )
    name = found["name"].strip()
    values = [part.replace("\\|", "|").strip() for part in re.split(r"(?<!\\)\|", found["value"])]
    pattern = any("*" in each for each in values) and name != GOAL
    operator = "matches_wildcard" if pattern else "is"
    return [operator if found["operator"] == "==" else f"{operator}_not", name, values]
