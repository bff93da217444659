"""A question as it is sent, in JSON or in an address, made a Query. Whatever is wrong raises InvalidInput."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dimensions import PROPERTY, Dimension, Scope, dimension
from hitkeep_py.query.filters import UNESCAPED_COMMA, Filters, checked_condition, read_filters
from hitkeep_py.query.metrics import metric
from hitkeep_py.query.named_range import (
    COMPARISONS,
    First,
    named_range,
    never,
    previous_period,
    previous_year,
    said_of_comparison,
    so_far,
)
from hitkeep_py.query.query import Order, Query
from hitkeep_py.query.step import Step
from hitkeep_py.query.time_range import TimeRange, read_range

DEFAULT_LIMIT = 100
LARGEST_LIMIT = 10_000
MOST_METRICS = 20
MOST_DIMENSIONS = 5
MOST_OFFSET = 1_000_000_000
DEFAULT_METRICS = ("visitors", "pageviews")
DIRECTIONS = {"desc": True, "asc": False}
FIELDS: dict[str, str] = {
    "metrics": "What is counted.",
    "dimensions": "What the rows are grouped by; one dimension of time alone fills its gaps.",
    "filters": "Conditions that all hold; a list within the list: one of them holds.",
    "from": "First day, or time (RFC 3339).",
    "to": "Last day, included, or the time before which the range ends.",
    "range": "A range by its name, instead of from and to.",
    "compare": (
        "A range to compare with. Rows are those of the asked range; what was in the other alone has no row: to see "
        "what was lost ask the other way round."
    ),
    "order": "Metrics or dimensions with asc or desc, the most important first.",
    "limit": "Most rows of the answer.",
    "offset": "Rows to leave out before.",
    "search": "Text that the first dimension contains, in capital or small letters.",
    "totals": "Whether to answer the metrics of all that matches as well.",
    "segment": "Id or name of a segment, whose filters are added.",
    "goal": "Ids or names of the goals that conversions are of; without it any goal of the site.",
}
ABOUT_THE_ANSWER: dict[str, str] = {
    "explain": "Adds what the numbers mean, the SQL that was asked and the time it took.",
    "format": "A file of the rows alone, all of them unless there is a limit; without it the whole answer, as JSON.",
}
"""What else a question may say; it is not read here."""


@dataclass(frozen=True, slots=True)
class AskedQuery:
    """`compared_with` is the range to compare with; `totals` asks for the metrics over all groups too."""

    query: Query
    compared_with: TimeRange | None = None
    totals: bool = False


def read_query(
    given: Mapping[str, Any],
    site_id: str,
    zone: str,
    now: int,
    *,
    more: Filters = (),
    goals: Sequence[Step] = (),
    whole: bool = False,
    first: First = never,
) -> AskedQuery:
    """From the values of FIELDS as JSON has them. `more` are filters besides; with `whole` nothing limits the rows.

    `goals` are those that conversions are of: their names are not read here. `first` says when the site began.
    """
    if unknown := sorted(str(name)[:100] for name in given if name not in FIELDS):
        raise InvalidInput(
            f"there is no field {unknown[0]!r} here; there are {', '.join((*FIELDS, *ABOUT_THE_ANSWER))}",
            field=unknown[0],
        )
    dimensions = read_dimensions(given.get("dimensions"))
    names = texts(given, "metrics") or list(DEFAULT_METRICS)
    time_range = read_time_range(given, zone, now, first)
    only_time = len(dimensions) == 1 and dimensions[0].scope is Scope.TIME
    metrics = tuple(metric(name) for name in at_most(MOST_METRICS, names, "metrics"))
    if given.get("goal") and not any(each.counts_conversions for each in metrics):
        raise InvalidInput("goal says what conversions and conversion_rate are of; ask for one of them", field="goal")
    query = Query(
        site_id,
        time_range,
        metrics,
        dimensions,
        (*more, *read_filters(given.get("filters") or []), *searched(given.get("search"), dimensions)),
        read_order(given.get("order"), names[0], dimensions),
        None if whole else read_number(given, "limit", LARGEST_LIMIT if only_time else DEFAULT_LIMIT, 1, LARGEST_LIMIT),
        read_number(given, "offset", 0, 0, MOST_OFFSET),
        goals=tuple(goals),
    )
    compared = read_comparison(given.get("compare"), time_range, now, in_full=only_time)
    return AskedQuery(query, compared, read_flag(given.get("totals"), "totals"))


def read_dimensions(given: object) -> tuple[Dimension, ...]:
    names = at_most(MOST_DIMENSIONS, texts({"dimensions": given}, "dimensions"), "dimensions")
    found = tuple(dimension(name) for name in names)
    if sum(each.scope is Scope.TIME for each in found) > 1:
        raise InvalidInput("there can be one dimension of time at most", field="dimensions")
    return found


def read_time_range(given: Mapping[str, Any], zone: str, now: int, first: First = never) -> TimeRange:
    """The last 30 days unless it says otherwise."""
    start, end, name = (text_or_none(given, field) for field in ("from", "to", "range"))
    if name is None:
        return read_range(start, end, zone, now)
    if start or end:
        raise InvalidInput("give either range or from and to", field="range")
    return named_range(name, zone, now, first)


def read_comparison(given: object, asked: TimeRange, now: int, in_full: bool = False) -> TimeRange | None:
    """Of a range whose last day is today, up to the same time of day, unless `in_full`, as series over time need it."""
    if given is None or given == "":
        return None
    if isinstance(given, Mapping) and set(given) == {"from", "to"} and all(given.values()):
        return other_range(given, asked, now)
    if isinstance(given, str) and given in COMPARISONS:
        found = previous_period(asked) if given == "previous_period" else previous_year(asked)
        return found if in_full else so_far(found, asked, now)
    raise InvalidInput(
        f"compare must be {' or '.join(COMPARISONS)}; another range is given by compare_from and compare_to, in a body "
        'by "compare": {"from", "to"}',
        field="compare",
    )


def other_range(given: Mapping[str, Any], asked: TimeRange, now: int) -> TimeRange:
    try:
        return read_range(text_or_none(given, "from"), text_or_none(given, "to"), asked.zone, now)
    except InvalidInput as error:
        raise said_of_comparison(error, "compare") from error


def read_order(given: object, first_metric: str, dimensions: Sequence[Dimension]) -> tuple[Order, ...]:
    """By default the most of the first metric first; with a dimension of time by the dimensions."""
    if given is None or given == []:
        in_time = any(each.scope is Scope.TIME for each in dimensions)
        return () if in_time or not dimensions else ((first_metric, True),)
    if not isinstance(given, list):
        raise InvalidInput("order must be a list", field="order")
    return tuple(order_of(each) for each in given)


def order_of(given: object) -> Order:
    """From ["visitors", "desc"] or "visitors:desc"; the direction may be left out."""
    if isinstance(given, str):
        name, colon, direction = given.rpartition(":")
        given = [name, direction] if colon and direction in DIRECTIONS else [given]
    match given:
        case [str(name)]:
            return name, True
        case [str(name), str(direction)] if direction in DIRECTIONS:
            return name, DIRECTIONS[direction]
    raise InvalidInput(
        'order must be a list such as [["visitors", "desc"]]; directions are asc and desc', field="order"
    )


def searched(given: object, dimensions: Sequence[Dimension]) -> Filters:
    if given is None or given == "":
        return ()
    named = next((each.name for each in dimensions if each.scope is not Scope.TIME), None)
    if named is None:
        raise InvalidInput("there is no dimension to search in", field="search")
    return ((checked_condition(named, "contains in any case", [given], "search"),),)


def read_number(given: Mapping[str, Any], field: str, default: int, least: int, most: int) -> int:
    value = given.get(field, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InvalidInput(f"{field} must be a whole number from {least} to {most}", field=field)
    return value


def read_flag(given: object, field: str) -> bool:
    if given is None or isinstance(given, bool):
        return bool(given)
    raise InvalidInput(f"{field} must be true or false", field=field)


def texts(given: Mapping[str, Any], field: str) -> list[str]:
    """A list of texts, each once; one text is a list of one."""
    value = given.get(field)
    found = [value] if isinstance(value, str) else [] if value is None else value
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise InvalidInput(f"{field} must be a list of names", field=field)
    return list(dict.fromkeys(found))


def at_most(number: int, found: list[str], field: str) -> list[str]:
    if len(found) > number:
        raise InvalidInput(f"{field} must hold at most {number} names", field=field)
    return found


def text_or_none(given: Mapping[str, Any], field: str) -> str | None:
    value = given.get(field)
    if value is not None and not isinstance(value, str):
        raise InvalidInput(f"{field} must be a text", field=field)
    return value or None


def from_address(values: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The values of an address as read_query takes them; what is not of FIELDS is left out."""
    found: dict[str, Any] = {name: values[name][-1] for name in ONE_TEXT if values.get(name)}
    for name in ("metrics", "dimensions", "order"):
        if listed := [part for text in values.get(name, ()) for part in split_names(text) if part]:
            found[name] = listed
    for name in ("limit", "offset"):
        if text := last(values, name):
            found[name] = int(text) if text.isascii() and text.isdigit() and len(text) < 12 else text
    if values.get("goal"):
        found["goal"] = list(values["goal"])
    if text := last(values, "totals"):
        found["totals"] = flag_of(text, "totals")
    if other := other_edges(values):
        found["compare"] = other
    return found


def split_names(text: str) -> list[str]:
    """At commas. A blank at the end belongs to the key of a property; any other name has none around it."""
    found = [part.replace("\\,", ",").lstrip() for part in UNESCAPED_COMMA.split(text)]
    return [part if PROPERTY in part and part.partition(PROPERTY)[2].strip() else part.strip() for part in found]


def other_edges(values: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """From `compare_from` and `compare_to`, which come together, and without `compare`."""
    edges = {name: text for name in ("from", "to") if (text := last(values, f"compare_{name}"))}
    if len(edges) == 1:
        missing = "compare_to" if "from" in edges else "compare_from"
        raise InvalidInput(f"compare_from and compare_to come together: {missing} is missing", field=missing)
    if edges and last(values, "compare"):
        raise InvalidInput("give either compare or compare_from and compare_to", field="compare")
    return edges


ONE_TEXT = ("from", "to", "range", "compare", "search", "segment")
FLAGS = {"1": True, "true": True, "0": False, "false": False}


def flag_of(text: str, field: str) -> bool:
    if text not in FLAGS:
        raise InvalidInput(f"{field} must be 1 or 0", field=field)
    return FLAGS[text]


def last(values: Mapping[str, Sequence[str]], name: str) -> str | None:
    return values[name][-1] if values.get(name) else None
