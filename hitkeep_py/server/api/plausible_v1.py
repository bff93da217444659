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
from hitkeep_py.server.api.plausible_words import PROPERTIES, known_dimensions, shown
from hitkeep_py.server.call import Call, Result

REALTIME_MS = 5 * MINUTE_MS
COUNTED_DAYS, COUNTED_MONTHS = {"7d": 7, "30d": 30}, {"6mo": 6, "12mo": 12}
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
    if not call.last("compare"):
        return Result({"results": {name: {"value": value} for name, value in found.items()}})
    if call.last("compare") != "previous_period":
        raise InvalidInput("compare can be previous_period only", field="compare")
    first, last = days
    before = figures(call, site, (first - (last - first) - timedelta(days=1), first - timedelta(days=1)), metrics)
    return Result(
        {"results": {name: {"value": value, "change": change(before[name], value)} for name, value in found.items()}}
    )


def figures(call: Call, site: Site, days: tuple[date, date], metrics: list[str]) -> dict[str, Any]:
    question = read_question(call, {**body_of(call, site, days, metrics), "dimensions": []})
    (row,) = call.answer(plausible, question.asked).rows
    return {name: figure(name, row.values[name]) for name in metrics}


def change(before: Any, now: Any) -> int:
    """In percent of what was before; from nothing to something is 100."""
    if not before:
        return 100 if now else 0
    percent: int = round(((now or 0) - before) / before * 100)
    return percent


def timeseries(call: Call) -> Result:
    site = site_of(call, call.last("site_id"))
    days, metrics = read_period(call, site), read_metrics(call)
    dimension = f"time:{read_interval(call)}"
    question = read_question(call, {**body_of(call, site, days, metrics), "dimensions": [dimension]})
    rows = [row_json(row, question) for row in call.answer(plausible, question.asked).rows]
    found = {row["dimensions"][0]: row["metrics"] for row in rows}
    labels = time_labels(question.asked.query.range, dimension.removeprefix("time:"))
    nothing = [None if name == "visit_duration" else 0 for name in metrics]
    return Result(
        {"results": [{"date": each, **dict(zip(metrics, found.get(each, nothing), strict=True))} for each in labels]}
    )


def breakdown(call: Call) -> Result:
    site = site_of(call, call.last("site_id"))
    days, metrics, name = read_period(call, site), read_metrics(call), call.last("property")
    if not name or name.startswith("time"):
        raise InvalidInput(
            f"The `property` parameter is required: one of {known_dimensions()}.",
            field="property",
        )
    limit, page = read_count(call, "limit", ROWS, LARGEST_PAGE), read_count(call, "page", 1, MOST_PAGES)
    pagination = {"limit": limit, "offset": (page - 1) * limit}
    asked = {**body_of(call, site, days, metrics), "dimensions": [name], "pagination": pagination}
    question = read_question(call, asked)
    short = name.removeprefix(PROPERTIES) if name.startswith(PROPERTIES) else name.partition(":")[2]
    rows = [row_json(row, question) for row in call.answer(plausible, question.asked).rows]
    return Result(
        {"results": [{short: row["dimensions"][0], **dict(zip(metrics, row["metrics"], strict=True))} for row in rows]}
    )


def body_of(call: Call, site: Site, days: tuple[date, date], metrics: list[str]) -> dict[str, Any]:
    return {
        "site_id": site.domain,
        "metrics": metrics,
        "date_range": [each.isoformat() for each in days],
        "filters": read_filters(call.last("filters") or ""),
    }


def read_metrics(call: Call) -> list[str]:
    return [each.strip() for each in (call.last("metrics") or "visitors").split(",")]


def read_count(call: Call, name: str, default: int, most: int) -> int:
    given = call.last(name)
    if not given:
        return default
    if not re.fullmatch("[0-9]{1,7}", given) or not 1 <= int(given) <= most:
        raise InvalidInput(f"{name} must be a number from 1 to {most}", field=name)
    return int(given)


def read_interval(call: Call) -> str:
    given, period = call.last("interval"), call.last("period")
    if given not in (None, "", "date", "day", "month"):
        raise InvalidInput(
            f"Error parsing `interval` parameter: invalid interval `{given[:100]}`. Use `day` or `month`."
        )
    if given:
        return "month" if given == "month" else "day"
    return "month" if period in COUNTED_MONTHS else "hour" if period == "day" else "day"


def read_period(call: Call, site: Site) -> tuple[date, date]:
    """First and last day, relative to `date`, which is today by default."""
    period, given = call.last("period") or "30d", call.last("date")
    if period == "custom":
        first, separator, last = (given or "").partition(",")
        if not separator:
            raise InvalidInput(
                "The `date` parameter is required when using a custom period, such as 2026-01-01,2026-01-31.",
                field="date",
            )
        return read_day(first), read_day(last)
    now = call.analytics.clock.now_ms()
    day = read_day(given) if given else datetime.fromtimestamp(now / 1000, ZoneInfo(site.time_zone)).date()
    if period in COUNTED_DAYS:
        return days_before(day, COUNTED_DAYS[period] - 1), day
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
    return [read_filter(part) for part in text.split(";") if part]


def read_filter(text: str) -> list[Any]:
    found = FILTER.fullmatch(text)
    if found is None:
        raise InvalidInput(
            f"Invalid filter {shown(text)}: write event:page==/a or visit:source!=Google.", field="filters"
        )
    values = [part.replace("\\|", "|") for part in re.split(r"(?<!\\)\|", found["value"])]
    pattern = any("*" in each for each in values) and found["name"] != "event:goal"
    operator = "matches_wildcard" if pattern else "is"
    return [operator if found["operator"] == "==" else f"{operator}_not", found["name"], values]
