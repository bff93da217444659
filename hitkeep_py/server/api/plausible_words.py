"""Plausible's names, labels and filters in our words."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from hitkeep_py.catalog.goals import Goal
from hitkeep_py.errors import InvalidInput, NotFound
from hitkeep_py.query.dimensions import PROPERTY, Dimension, dimension
from hitkeep_py.query.filters import Condition, Filters, checked_condition, in_form
from hitkeep_py.query.logic import AllOf, Logic, Not, OneOf, filters_of
from hitkeep_py.query.query import Did
from hitkeep_py.reports.goal_logic import goals_logic
from hitkeep_py.reports.plausible import NAME_OF_EVENT, OPERATING_SYSTEM, SYSTEMS

GOAL, EVENT_NAME, PROPERTIES, SEGMENT = "event:goal", "event:name", "event:props:", "segment"
DIMENSIONS = {
    "event:page": "page",
    "event:hostname": "hostname",
    "visit:entry_page": "entry_page",
    "visit:exit_page": "exit_page",
    "visit:region_name": "region",
    "visit:city_name": "city",
    **{
        f"visit:{name}": name
        for name in (
            *("source", "referrer", "channel", "utm_medium", "utm_source", "utm_campaign", "utm_content", "utm_term"),
            *("device", "browser", "browser_version", "os", "os_version", "country", "region", "city"),
        )
    },
}
TIMES = {"time:minute": "minute", "time:hour": "hour", "time:day": "day", "time:week": "week", "time:month": "month"}
SYSTEMS_STORED = {theirs.lower(): ours for ours, theirs in SYSTEMS.items()}
NOT_SET = "(not set)"
UNSET = {"visit:source": "Direct / None", "visit:referrer": "Direct / None"}
NOTHING = {"", NOT_SET, "(none)"}
OPERATORS = {"is": "is", "contains": "contains", "matches": "matches regex", "matches_wildcard": "matches"}
NEGATED = {
    "is_not": "is",
    "contains_not": "contains",
    "matches_not": "matches",
    "matches_wildcard_not": "matches_wildcard",
}
BEHAVIOUR = {"has_done": False, "has_not_done": True}
LOGIC = ("and", "or", "not")
SHOWN_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """What people defined for the site; `segment` gives the filters of one by its id or name."""

    goals: Sequence[Goal]
    segment: Callable[[str], Filters]


@dataclass(frozen=True, slots=True)
class Chosen:
    """`filters` say it all; `audience` those that are neither of goals nor of properties; `goals` those asked for."""

    filters: Filters
    audience: Filters
    others: Filters
    did: tuple[Did, ...]
    goals: tuple[Goal, ...] | None


def our_dimension(name: str) -> Dimension | None:
    """None for what Plausible does not have, and for goals and times."""
    if name.startswith(PROPERTIES) and len(name) > len(PROPERTIES):
        return dimension(PROPERTY + name.removeprefix(PROPERTIES))
    if name == EVENT_NAME:
        return NAME_OF_EVENT
    return dimension(DIMENSIONS[name]) if name in DIMENSIONS else None


def known_dimensions(*more: str) -> str:
    return ", ".join([GOAL, EVENT_NAME, *DIMENSIONS, *more, f"{PROPERTIES}NAME"])


def shown(given: object) -> str:
    """What was asked for, as it was written."""
    return orjson.dumps(given).decode()[:SHOWN_LENGTH]


def bad_filter(item: object, reason: str) -> InvalidInput:
    return InvalidInput(f"Invalid filter {shown(item)}: {reason}.", field="filters")


def unknown_operator(item: object) -> InvalidInput:
    known = ", ".join([*OPERATORS, *NEGATED, *LOGIC, *BEHAVIOUR])
    return InvalidInput(f"Unknown operator for filter {shown(item)}. There are {known}.", field="filters")


def label(name: str, value: Any) -> Any:
    """A key as Plausible shows it."""
    if value is None:
        return UNSET.get(name, NOT_SET)
    if name == "visit:os":
        return SYSTEMS.get(value, value)
    return shown_device(value) if name == "visit:device" else value


def shown_device(value: str) -> str:
    return "TV" if value == "tv" else value.capitalize()


def read_filters(given: object, kept: Kept) -> Chosen:
    """Raises InvalidInput, also for what cannot be written as an AND of ORs."""
    logic: list[Logic] = []
    audience: list[Logic] = []
    others: list[Logic] = []
    did: list[Did] = []
    wanted: tuple[Goal, ...] | None = None
    for item in flattened(given):
        behaviour = read_behaviour(item, kept)
        if behaviour is not None:
            did.append(behaviour)
            continue
        if item[1:2] == [GOAL]:
            found = goals_named(item, kept.goals)
            wanted = found if wanted is None else tuple(each for each in wanted if each in found)
            logic.append(goals_logic(found))
            continue
        logic.append(read_filter(item, kept))
        others.append(logic[-1])
        if not names_property(logic[-1]):
            audience.append(logic[-1])
    filters, without_properties, without_goals = (filters_of(AllOf(tuple(each))) for each in (logic, audience, others))
    return Chosen(filters, without_properties, without_goals, tuple(did), wanted)


def names_property(logic: Logic) -> bool:
    return any(condition.dimension.key for group in filters_of(logic) for condition in group)


def flattened(given: object) -> list[list[Any]]:
    """The filters of a list, all of which hold; those within `and` are some of them."""
    found: list[list[Any]] = []
    for item in checked_list(given, "filters"):
        item = checked_list(item, "a filter")
        found += flattened(item[1]) if item[:1] == ["and"] and len(item) == 2 else [item]
    return found


def checked_list(given: object, words: str) -> list[Any]:
    if not isinstance(given, list) or (words == "a filter" and not given):
        raise InvalidInput(f'Invalid filters: {words} must be a list, such as ["is", "event:page", ["/"]].')
    return given


def read_behaviour(item: list[Any], kept: Kept) -> Did | None:
    """Of `has_done` and `has_not_done`; None for every other filter."""
    if item[0] == "not" and len(item) == 2 and isinstance(item[1], list):
        inner = read_behaviour(item[1], kept) if item[1] else None
        return inner and Did(inner.filters, not inner.never)
    if not isinstance(item[0], str) or item[0] not in BEHAVIOUR:
        return None
    if len(item) != 2:
        raise bad_filter(item, f"{item[0]} takes one filter")
    return Did(filters_of(read_filter(checked_list(item[1], "a filter"), kept)), BEHAVIOUR[item[0]])


def read_filter(item: list[Any], kept: Kept) -> Logic:
    operator = item[0]
    if not isinstance(operator, str):
        raise unknown_operator(item)
    if operator in BEHAVIOUR:
        raise bad_filter(item, f"{operator} can stand at the top level only, and there within and or not")
    if operator in ("and", "or") and len(item) == 2:
        parts = tuple(
            read_filter(checked_list(each, "a filter"), kept)
            for each in checked_list(item[1], f"what {operator} joins")
        )
        if not parts:
            raise bad_filter(item, f"{operator} joins at least one filter")
        return AllOf(parts) if operator == "and" else OneOf(parts)
    if operator == "not" and len(item) == 2:
        return Not(read_filter(checked_list(item[1], "a filter"), kept))
    if operator in NEGATED:
        return negated(read_filter([NEGATED[operator], *item[1:]], kept), operator)
    if operator not in OPERATORS:
        raise unknown_operator(item)
    return read_simple(item, kept)


def negated(logic: Logic, operator: str) -> Logic:
    """Of a property Plausible wants a value that does not match; only is_not holds without one."""
    if operator == "is_not" or not isinstance(logic, Condition) or not logic.dimension.key:
        return Not(logic)
    return AllOf((Not(logic), checked_condition(logic.dimension, "is set", (), "filters")))


def read_simple(item: list[Any], kept: Kept) -> Logic:
    """[operator, dimension, values] or [operator, dimension, values, modifiers]."""
    if len(item) not in (3, 4) or not isinstance(item[1], str):
        raise bad_filter(item, 'write ["OPERATOR", "DIMENSION", ["VALUE"]]')
    operator, name = item[:2]
    sensitive = read_modifiers(item)
    if name == GOAL:
        return goals_logic(goals_named(item, kept.goals))
    if name == SEGMENT:
        return of_segments(item, kept)
    found = our_dimension(name)
    if found is None:
        known = known_dimensions(SEGMENT)
        raise bad_filter(item, f"there is no dimension {shown(name)} to filter by; there are {known}")
    values = texts_of(item)
    if operator == "is":
        return read_is(found, name, values, sensitive)
    if name == "visit:os":
        return condition(OPERATING_SYSTEM, operator, values, sensitive)
    return condition(found, operator, [as_stored(name, each) for each in values], sensitive)


def texts_of(item: Sequence[Any]) -> list[str]:
    """The values of a filter. Raises InvalidInput."""
    values = item[2] if len(item) > 2 else None
    if not isinstance(values, list) or not values or not all(isinstance(each, str) for each in values):
        raise bad_filter(item, "its values must be a list of texts")
    return values


def of_segments(item: Sequence[Any], kept: Kept) -> Logic:
    """Of an event that any of them has. Raises InvalidInput."""
    if item[0] != "is" or len(item) > 3:
        raise bad_filter(item, "only is is valid for a segment")
    try:
        found = [kept.segment(each) for each in texts_of(item)]
    except NotFound as error:
        raise InvalidInput(f"Invalid filters. {error.message}", field="filters") from error
    return OneOf(tuple(AllOf(tuple(OneOf(group) for group in filters)) for filters in found))


def read_is(found: Dimension, name: str, values: Sequence[str], sensitive: bool) -> Logic:
    """What Plausible shows where nothing is known stands for nothing."""
    if name == "visit:country" and any(len(each) != 2 for each in values if each not in NOTHING):
        raise InvalidInput("Invalid visit:country filter, visit:country needs to be a valid 2-letter country code.")
    nothing = NOTHING | {UNSET.get(name, NOT_SET)}
    said = [as_stored(name, each) for each in values if each not in nothing]
    parts: list[Logic] = [condition(found, "is", said, sensitive)] if said else []
    if len(said) < len(values):
        parts.append(checked_condition(found, "is not set", (), "filters"))
    return OneOf(tuple(parts))


def as_stored(name: str, value: str) -> str:
    if name == "visit:os":
        return SYSTEMS_STORED.get(value.lower(), value)
    return value.lower() if name == "visit:device" else value


def condition(found: Dimension, operator: str, values: Sequence[str], sensitive: bool) -> Condition:
    if sensitive:
        return checked_condition(found, OPERATORS[operator], values, "filters")
    if operator == "contains":
        return checked_condition(found, "contains in any case", values, "filters")
    patterns = [f"(?i)^{re.escape(each)}$" for each in in_form(found, "is", values)]
    return checked_condition(found, "matches regex", patterns, "filters")


def read_modifiers(item: Sequence[Any]) -> bool:
    """Whether case counts."""
    if len(item) < 4:
        return True
    given = item[3]
    if not isinstance(given, Mapping) or set(given) - {"case_sensitive"}:
        raise bad_filter(item, 'its modifiers are {"case_sensitive": false} or none')
    sensitive = given.get("case_sensitive", True)
    if not isinstance(sensitive, bool):
        raise InvalidInput("Invalid filters. case_sensitive must be true or false.")
    if item[0] not in ("is", "contains"):
        raise InvalidInput("Invalid filters. The case_sensitive modifier is not allowed with pattern operators.")
    return sensitive


def goals_named(item: Sequence[Any], goals: Sequence[Goal]) -> tuple[Goal, ...]:
    operator = item[0]
    if operator not in ("is", "contains"):
        raise InvalidInput("Invalid filters. Only is and contains are valid for event:goal.")
    values = texts_of(item)
    fold = (lambda text: text) if read_modifiers(item) else str.casefold
    if operator == "contains":
        return tuple(goal for goal in goals if any(fold(each) in fold(goal.name) for each in values))
    return tuple(goal_named(each, goals, fold(each), fold) for each in dict.fromkeys(values))


def goal_named(name: str, goals: Sequence[Goal], wanted: str, fold: Callable[[str], str]) -> Goal:
    """By its name; pages also by Plausible's, `Visit /path`."""
    for goal in goals:
        if wanted in (fold(goal.name), fold(f"Visit {goal.value}") if goal.type == "path" else None):
            return goal
    known = ", ".join(goal.name for goal in goals) or "none"
    raise InvalidInput(
        f"Invalid filters. The goal `{name[:100]}` is not configured for this site; there are {known}.", field="filters"
    )
