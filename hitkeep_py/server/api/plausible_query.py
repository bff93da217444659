"""Plausible's stats API v2: one question with metrics, dimensions and filters, answered in its shape and units."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from hitkeep_py.catalog.sites import Site
from hitkeep_py.errors import AccessDenied, AnalyticsError, InvalidInput, NotAuthenticated, NotFound
from hitkeep_py.query.dimensions import DIMENSIONS, Dimension
from hitkeep_py.query.named_range import time_label
from hitkeep_py.query.query import Order, Query
from hitkeep_py.query.time_range import MOST_POINTS, TimeRange, bucket_count, buckets
from hitkeep_py.reports.beginning import first_time
from hitkeep_py.reports.plausible import GOAL_RATES, METRICS, RATES, Answer, Asked, Row, plausible
from hitkeep_py.server.api.plausible_ranges import edges, read_date_range, time_text, unit_of
from hitkeep_py.server.api.plausible_words import (
    GOAL,
    TIMES,
    Chosen,
    Kept,
    known_dimensions,
    label,
    our_dimension,
    read_filters,
    shown,
)
from hitkeep_py.server.call import Call, Result

KEYS = ("site_id", "metrics", "date_range", "dimensions", "filters", "order_by", "include", "pagination")
INCLUDES = ("imports", "time_labels", "total_rows")
MOST_RESULTS = 10_000
MOST_DIMENSIONS = 8
PERCENT = ("bounce_rate",)
WHOLE = ("visit_duration", "time_on_page", "scroll_depth")
FOREIGN_KEY = (
    "Invalid API key or site ID. Please make sure you're using a valid API key with access to the site you've"
    " requested."
)


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, with its names as Plausible has them; `unit` is that of the dimension of time."""

    site: Site
    dimensions: tuple[str, ...]
    unit: str | None
    order: tuple[Order, ...]
    include: Mapping[str, bool]
    asked: Asked


def query(call: Call) -> Result:
    question = read_question(call, call.body)
    answer = call.answer(plausible, question.asked)
    return Result(
        {
            "results": [row_json(row, question) for row in answer.rows],
            "meta": meta_json(question, answer),
            "query": query_json(question, call.body),
        }
    )


def error_body(error: AnalyticsError) -> bytes:
    return orjson.dumps({"error": error.message})


def site_of(call: Call, named: object) -> Site:
    """Raises NotAuthenticated for one that is not the key's own, whether or not it is there."""
    if not isinstance(named, str) or not named:
        raise InvalidInput("Missing site ID. Please provide the required site_id parameter with your request.")
    try:
        return call.site(named)
    except (AccessDenied, NotFound) as error:
        raise NotAuthenticated(FOREIGN_KEY) from error


def read_question(call: Call, body: Mapping[str, Any]) -> Question:
    """Raises InvalidInput, NotAuthenticated."""
    site = site_of(call, body.get("site_id"))
    for name in body:
        if name not in KEYS:
            raise InvalidInput(f"There is no key {shown(name)} in a query; there are {', '.join(KEYS)}.")
    time_range = range_of(call, site, body.get("date_range"))
    goals = call.analytics.catalog.goals.of_site(site.id)
    kept = Kept(goals, lambda named: call.analytics.catalog.segments.find(site.id, named).filters)
    chosen = read_filters(body.get("filters", []), kept)
    metrics = read_names(body.get("metrics"), "metrics")
    dimensions = read_names(body.get("dimensions", []), "dimensions", least=0)
    ours, unit = read_dimensions(dimensions, time_range)
    check_metrics(metrics, dimensions, chosen)
    limit, offset = read_pagination(body.get("pagination", {}))
    order = read_order(body.get("order_by"), metrics, dimensions)
    include = read_include(body.get("include", {}), unit, time_range)
    asked = Asked(
        Query(site.id, time_range, filters=chosen.filters, did=chosen.did),
        metrics,
        ours,
        chosen.others,
        chosen.audience,
        tuple(goals) if chosen.goals is None else chosen.goals,
        tuple((name if name in metrics else str(dimensions.index(name)), largest) for name, largest in order),
        limit,
        offset,
    )
    return Question(site, dimensions, unit, order, include, asked)


def range_of(call: Call, site: Site, given: object) -> TimeRange:
    return read_date_range(
        given, site.time_zone, call.analytics.clock.now_ms(), lambda: call.answer(first_time, site.id)
    )


def read_names(given: object, field: str, least: int = 1) -> tuple[str, ...]:
    if given is None and least:
        raise InvalidInput(f"{field} is required: a list of {', '.join([*METRICS, *RATES])}.", field=field)
    if not isinstance(given, list) or not all(isinstance(each, str) for each in given):
        raise InvalidInput(f"{field} must be a list of names.", field=field)
    if len(given) < least or len(given) > len(set(given)):
        raise InvalidInput(f"{field} must have at least {least} items, each once.", field=field)
    if len(given) > (MOST_DIMENSIONS if field == "dimensions" else len(METRICS) + len(RATES)):
        raise InvalidInput(f"{field} has too many items.", field=field)
    for name in given:
        if field == "metrics" and name not in METRICS and name not in RATES:
            raise InvalidInput(
                f"Unknown metric '{name[:100]}'. There are {', '.join([*METRICS, *RATES])}.", field=field
            )
    return tuple(given)


def read_dimensions(names: tuple[str, ...], time_range: TimeRange) -> tuple[tuple[Dimension | None, ...], str | None]:
    """Ours, None for the goal; and the unit of time, if there is one."""
    found: list[Dimension | None] = []
    units: list[str] = []
    for name in names:
        if name == "time" or name in TIMES:
            units.append(TIMES.get(name) or unit_of(time_range))
            found.append(DIMENSIONS[units[-1]])
        elif name == GOAL:
            found.append(None)
        else:
            found.append(our_dimension(name))
            if found[-1] is None:
                known = known_dimensions("time", *TIMES)
                raise InvalidInput(
                    f"Invalid dimensions: there is no {shown(name)}; there are {known}.", field="dimensions"
                )
    if len(units) > 1 or len({each.name for each in found if each}) < sum(each is not None for each in found):
        raise InvalidInput("Invalid dimensions: two of them are the same.", field="dimensions")
    return tuple(found), units[0] if units else None


def check_metrics(metrics: tuple[str, ...], dimensions: tuple[str, ...], chosen: Chosen) -> None:
    page = "event:page" in dimensions or any(each.dimension.name == "page" for group in chosen.others for each in group)
    for name in metrics:
        if name in GOAL_RATES and GOAL not in dimensions and chosen.goals is None:
            raise InvalidInput(f"Metric `{name}` can only be queried with event:goal filters or dimensions.")
        if name in ("scroll_depth", "time_on_page") and not page:
            raise InvalidInput(f"Metric `{name}` can only be queried with event:page filters or dimensions.")
        if name == "percentage" and not dimensions:
            raise InvalidInput("Metric `percentage` can only be queried with dimensions.")


def read_pagination(given: object) -> tuple[int, int]:
    if not isinstance(given, dict) or set(given) - {"limit", "offset"}:
        raise InvalidInput('Invalid pagination: it is {"limit": 10000, "offset": 0}.', field="pagination")
    limit, offset = given.get("limit", MOST_RESULTS), given.get("offset", 0)
    if type(limit) is not int or not 1 <= limit <= MOST_RESULTS:
        raise InvalidInput(f"Invalid pagination: limit must be from 1 to {MOST_RESULTS}.", field="pagination")
    if type(offset) is not int or not 0 <= offset < 2**53:
        raise InvalidInput("Invalid pagination: offset must be 0 or more.", field="pagination")
    return limit, offset


def read_order(given: object, metrics: tuple[str, ...], dimensions: tuple[str, ...]) -> tuple[Order, ...]:
    """Without one: times as they come, then the first metric, the largest first."""
    if given is None:
        times = [name for name in dimensions if name == "time" or name in TIMES]
        return (*((name, False) for name in times), (metrics[0], True))
    if not isinstance(given, list):
        raise InvalidInput(
            f'Invalid order_by {shown(given)}: write [["visitors", "desc"]], with asc or desc.', field="order_by"
        )
    return tuple(read_order_entry(each, (*metrics, *dimensions)) for each in given)


def read_order_entry(given: object, known: tuple[str, ...]) -> Order:
    if not isinstance(given, list) or len(given) != 2 or given[1] not in ("asc", "desc"):
        raise InvalidInput(
            f'Invalid order_by entry {shown(given)}: write ["visitors", "desc"], with asc or desc.', field="order_by"
        )
    name, direction = given
    if name not in known:
        raise InvalidInput(
            f"Invalid order_by entry {shown(given)}. Entry is not a queried metric or dimension;"
            f" there are {', '.join(known)}.",
            field="order_by",
        )
    return name, direction == "desc"


def read_include(given: object, unit: str | None, time_range: TimeRange) -> dict[str, bool]:
    if not isinstance(given, dict):
        raise InvalidInput(f"Invalid include: it is an object of {', '.join(INCLUDES)}.", field="include")
    for name, wanted in given.items():
        if name in INCLUDES and not isinstance(wanted, bool):
            raise InvalidInput(f"Invalid include.{name}: it is true or false.", field="include")
        if name == "comparisons":
            message = "Invalid include.comparisons: comparisons are not answered here; ask again with the other range."
            raise InvalidInput(message, field="include")
        if name not in INCLUDES:
            raise InvalidInput(f"Invalid include key '{name[:100]}'; there are {', '.join(INCLUDES)}.", field="include")
    if given.get("time_labels") and unit is None:
        raise InvalidInput("Invalid include.time_labels: requires a time dimension.", field="include")
    if given.get("time_labels") and unit and bucket_count(time_range, unit) > MOST_POINTS:
        raise InvalidInput(f"Invalid include.time_labels: there are more than {MOST_POINTS}.", field="include")
    return given


def row_json(row: Row, question: Question) -> dict[str, Any]:
    keys = [key_json(name, key, question) for name, key in zip(question.dimensions, row.keys, strict=True)]
    return {"metrics": [figure(name, row.values[name]) for name in question.asked.metrics], "dimensions": keys}


def key_json(name: str, key: Any, question: Question) -> Any:
    if question.unit and (name == "time" or name in TIMES):
        time_range = question.asked.query.range
        return time_text(time_label(int(key), question.unit, time_range.zone), question.unit, time_range)
    return label(name, key)


def figure(name: str, value: Any) -> Any:
    """In Plausible's units: percent, whole seconds."""
    if value is None:
        return None
    if name in RATES:
        return round(value * 100, 1 if name == "percentage" else 2)
    if name in PERCENT:
        return round(value * 100)
    return round(value) if name in WHOLE else round(value, 2) if name == "views_per_visit" else value


def meta_json(question: Question, answer: Answer) -> dict[str, Any]:
    meta: dict[str, Any] = {}
    if question.include.get("imports"):
        meta["imports_included"] = False
        meta["imports_skip_reason"] = "no_imported_data"
    if question.include.get("time_labels") and question.unit:
        meta["time_labels"] = time_labels(question.asked.query.range, question.unit)
    if question.include.get("total_rows"):
        meta["total_rows"] = answer.total_rows
    return meta


def time_labels(time_range: TimeRange, unit: str) -> list[str]:
    return [time_text(text, unit, time_range) for _, text in buckets(time_range, unit)]


def query_json(question: Question, body: Mapping[str, Any]) -> dict[str, Any]:
    """What was executed, ranges and order spelt out."""
    return {
        "site_id": question.site.domain,
        "metrics": list(question.asked.metrics),
        "date_range": edges(question.asked.query.range),
        "filters": body.get("filters", []),
        "dimensions": list(question.dimensions),
        "order_by": [[name, "desc" if largest else "asc"] for name, largest in question.order],
        "include": {name: True for name, wanted in question.include.items() if wanted},
        "pagination": {"limit": question.asked.limit, "offset": question.asked.offset},
    }
