"""What HitKeep's routes are asked with: range, `filter=type:value`, goals, funnels; and its lists of top values."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hitkeep_py.catalog.sites import Site
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dimensions import dimension
from hitkeep_py.query.filters import AnyOf, Filters, check_possible, checked_condition, read_filters
from hitkeep_py.query.logic import filters_of
from hitkeep_py.query.metrics import metric
from hitkeep_py.query.query import Did, Query
from hitkeep_py.reports.goal_logic import goals_logic, steps_logic
from hitkeep_py.reports.table import table
from hitkeep_py.server.call import Call

TYPES = {
    "path": "page",
    "referrer_host": "referrer",
    **{name: name for name in ("hostname", "referrer", "device", "country", "city", "browser", "language")},
    **{f"utm_{name}": f"utm_{name}" for name in ("campaign", "content", "medium", "source", "term")},
}
UNKNOWN_HERE = ("provider", "asn", "qr_code_id")
THEIRS = re.compile(r"\s*([A-Za-z_]+)\s*:(.*)", re.DOTALL)
TOP_ROWS = 10
UNKNOWN, UNSPECIFIED, DIRECT = "(Unknown)", "(Unspecified)", "(Direct)"
UNSET = {"referrer": DIRECT, "source": DIRECT, "language": UNSPECIFIED}


def query_of(call: Call, site: Site) -> Query:
    """Range, filters of both forms, and sessions of the goals and funnels that are named. Raises InvalidInput."""
    given = call.query_values.get("filter", [])
    theirs = [found for text in given if (found := THEIRS.fullmatch(text)) and found[1].lower() != "property"]
    texts = {found.string for found in theirs}
    ours = [text for text in given if text not in texts]
    query = replace(call, query_values={**call.query_values, "filter": ours}).query(site)
    groups = tuple(condition(found[1].strip().lower(), found[2].strip()) for found in theirs)
    return replace(query, filters=(*query.filters, *groups), did=(*query.did, *sessions_of(call, site)))


def condition(type: str, value: str) -> AnyOf:
    """Of one `type:value`."""
    if type in UNKNOWN_HERE:
        raise InvalidInput(f"invalid filter type: {type} is not known here", field="filter")
    if type not in TYPES:
        raise InvalidInput(f"invalid filter type; there are {', '.join(TYPES)}", field="filter")
    if not value:
        raise InvalidInput("filter type and value are required together", field="filter")
    name = TYPES[type]
    if value in (UNKNOWN, UNSPECIFIED, DIRECT):
        return (checked_condition(name, "is not set", (), "filter"),)
    same = checked_condition(name, "is", [value.lower() if name == "device" else value], "filter")
    check_possible(same, "filter")
    if type != "referrer_host":
        return (same,)
    return (same, checked_condition(name, "starts with", [f"{value}/"], "filter"))


def sessions_of(call: Call, site: Site) -> list[Did]:
    """Those that met any of the goals, and those that entered any of the funnels. Raises NotFound."""
    catalog, found = call.analytics.catalog, []
    goals = [catalog.goals.get(site.id, each) for each in call.query_values.get("goal_id", ())]
    funnels = [catalog.funnels.get(site.id, each) for each in call.query_values.get("funnel_id", ())]
    if goals:
        found.append(Did(filters_of(goals_logic(goals))))
    if funnels:
        found.append(Did(filters_of(steps_logic([each.steps[0] for each in funnels]))))
    return found


def of_events(call: Call, names: Sequence[str]) -> Filters:
    """Custom events of these names; with `property_key` and `property_value` those with this property."""
    groups: list[AnyOf] = [
        *read_filters(["kind is event"]),
        (checked_condition("event", "is", list(names), "event_name"),),
    ]
    key, value = call.last("property_key"), call.last("property_value")
    if key and value:
        groups.append((checked_condition(f"property:{key}", "is", [value], "property_value"),))
    return tuple(groups)


def top(call: Call, query: Query, name: str, figure: str, rows: int = TOP_ROWS) -> list[dict[str, Any]]:
    """The most frequent values with how often, as HitKeep shows them."""
    asked = replace(
        query, metrics=(metric(figure),), dimensions=(dimension(name),), order=((figure, True),), limit=rows, offset=0
    )
    found = call.answer(table, asked)
    return [{"name": label(name, key), "value": value} for (key,), (value,) in found.rows if value]


def label(name: str, key: str | None) -> str:
    if key is None:
        return UNSPECIFIED if name.startswith("utm_") else UNSET.get(name, UNKNOWN)
    return device_label(key) if name == "device" else key


def device_label(device: str) -> str:
    return "TV" if device == "tv" else device.capitalize()


def read_whole(call: Call, name: str, default: int, most: int, least: int = 1) -> int:
    """Raises InvalidInput."""
    given = call.last(name)
    if not given:
        return default
    if not re.fullmatch("[0-9]{1,9}", given) or int(given) < least:
        raise InvalidInput(f"Invalid {name}: a whole number from {least}", field=name)
    return min(int(given), most)


def required(call: Call, *names: str) -> list[str]:
    """The values of parameters that must be there. Raises InvalidInput in HitKeep's words."""
    found = [call.last(name) for name in names]
    missing = [name for name, value in zip(names, found, strict=True) if not value]
    if missing:
        words = f"{' and '.join(names)} {'are' if len(names) > 1 else 'is'} required"
        raise InvalidInput(words, field=missing[0])
    return [value for value in found if value]
