"""Goals: an event or a page that counts as a conversion, under conditions, and what a conversion is worth."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hitkeep_py.catalog.database import Database
from hitkeep_py.catalog.record import Record, needed_text, no_such
from hitkeep_py.catalog.segments import filters_json, filters_text
from hitkeep_py.clock import Clock
from hitkeep_py.errors import InvalidInput
from hitkeep_py.money import MOST_MINOR_UNITS, known_currency
from hitkeep_py.query.dimensions import PROPERTY_KEY_LENGTH, Scope
from hitkeep_py.query.filters import Filters, page_pattern, read_filters, scopes, stored_filters
from hitkeep_py.query.step import PATH, checked_path

CHANGEABLE = ("name", "type", "value", "filters", "revenue")
GOAL_TYPES = ("event", "path")
NAME_LENGTH = 255
VALUE_LENGTHS = {"event": 255, "path": 2048}
REVENUE_FIELDS = {"fixed": ("amount", "currency"), "event": (), "property": ("property", "currency")}
"""Kinds of revenue and what each needs."""
COLUMNS = "id, site_id, name, type, value, filters, revenue, created_at"


@dataclass(frozen=True, slots=True)
class GoalRevenue(Record):
    """What a goal brings.

    "fixed": `amount` minor units of `currency` for every conversion; "event": the revenue that its events carry;
    "property": the number in the property of its events, in whole units of `currency`, such as 12.5 euros.
    """

    kind: str
    amount: int | None = None
    property: str | None = None
    currency: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind, **{name: getattr(self, name) for name in REVENUE_FIELDS[self.kind]}}


@dataclass(frozen=True, slots=True)
class Goal(Record):
    """`value` is an event's name or a page's path, case included; in a path * is any text.

    `filters` are conditions on the very event, such as those on its properties.
    """

    id: str
    site_id: str
    name: str
    type: str
    value: str
    filters: Filters
    revenue: GoalRevenue | None
    created_at: int

    def as_json(self) -> dict[str, Any]:
        return {**Record.as_json(self), "filters": filters_json(self.filters)}

    @classmethod
    def of_row(cls, row: tuple[Any, ...]) -> "Goal":
        id, site_id, name, type, value, filters, revenue, created_at = row
        found = GoalRevenue(**json.loads(revenue)) if revenue else None
        value = page_pattern(value) if type == PATH else value
        return cls(id, site_id, name, type, value, stored_filters(json.loads(filters)), found, created_at)


class Goals:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(
        self, site_id: str, name: object, type: object, value: object, *, filters: object = (), revenue: object = None
    ) -> Goal:
        """`filters` as read_filters takes them, `revenue` as GoalRevenue shows it, or None.

        Raises InvalidInput, Conflict when the site has a goal of that name, NotFound when it has no site.
        """
        goal = Goal(str(uuid.uuid4()), site_id, "", "", "", (), None, self._clock.now_ms())
        goal = checked(goal, {"name": name, "type": type, "value": value, "filters": filters, "revenue": revenue})
        with self._database.transaction(f"there is a goal named {goal.name} already") as run:
            run.execute(f"INSERT INTO goals ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row_of(goal))
        return goal

    def of_site(self, site_id: str) -> list[Goal]:
        """Newest first."""
        return self._select("WHERE site_id = ? ORDER BY created_at DESC, rowid DESC", site_id)

    def find(self, site_id: str, id_or_name: str) -> Goal:
        found = self._select(
            "WHERE site_id = ? AND (id = ? OR name = ?) ORDER BY id = ? DESC",
            *(site_id, id_or_name, id_or_name, id_or_name),
        )
        if not found:
            raise no_such("goal", id_or_name, (each.name for each in self.of_site(site_id)))
        return found[0]

    def change(self, site_id: str, goal_id: str, changes: Mapping[str, object]) -> Goal:
        for name in changes:
            if name not in CHANGEABLE:
                raise InvalidInput(f"a goal's {name} cannot be changed; {', '.join(CHANGEABLE)} can", field=name)
        goal = checked(self.get(site_id, goal_id), changes)
        with self._database.transaction(f"there is a goal named {goal.name} already") as run:
            run.execute(
                "UPDATE goals SET name = ?, type = ?, value = ?, filters = ?, revenue = ? WHERE id = ?",
                (*row_of(goal)[2:7], goal.id),
            )
        return goal

    def get(self, site_id: str, goal_id: str) -> Goal:
        goal = self.find(site_id, goal_id)
        if goal.id != goal_id:
            raise no_such("goal", goal_id, (each.id for each in self.of_site(site_id)))
        return goal

    def remove(self, site_id: str, goal_id: str) -> Goal:
        goal = self.get(site_id, goal_id)
        with self._database.transaction() as run:
            run.execute("DELETE FROM goals WHERE id = ?", (goal.id,))
        return goal

    def _select(self, condition: str, *parameters: object) -> list[Goal]:
        return [Goal.of_row(row) for row in self._database.rows(f"SELECT {COLUMNS} FROM goals {condition}", parameters)]


def row_of(goal: Goal) -> tuple[object, ...]:
    """In the order of COLUMNS."""
    revenue = json.dumps(goal.revenue.as_json()) if goal.revenue else None
    words = (goal.name, goal.type, goal.value)
    return (goal.id, goal.site_id, *words, filters_text(goal.filters), revenue, goal.created_at)


def checked(goal: Goal, changes: Mapping[str, object]) -> Goal:
    """The goal with new, valid words. Raises InvalidInput."""
    kind = read_type(changes.get("type", goal.type))
    value = needed_text("value", changes.get("value", goal.value), VALUE_LENGTHS[kind])
    value = checked_path(value, "value") if kind == PATH else value
    return replace(
        goal,
        name=needed_text("name", changes.get("name", goal.name), NAME_LENGTH),
        type=kind,
        value=value,
        filters=read_conditions(changes["filters"]) if "filters" in changes else goal.filters,
        revenue=read_revenue(changes["revenue"]) if "revenue" in changes else goal.revenue,
    )


def read_type(value: object) -> str:
    if value not in GOAL_TYPES:
        raise InvalidInput(f"type must be one of {', '.join(GOAL_TYPES)}", field="type")
    return str(value)


def read_conditions(value: object) -> Filters:
    filters = read_filters([] if value is None else value)
    if Scope.VISIT in scopes(filters):
        raise InvalidInput("a goal looks at single events; entry_page and exit_page are of sessions", field="filters")
    return filters


def read_revenue(value: object) -> GoalRevenue | None:
    """Raises InvalidInput that shows what can be given."""
    if value is None:
        return None
    kind = value.get("kind") if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(kind, str) or kind not in REVENUE_FIELDS:
        raise InvalidInput(
            'revenue must be null, {"kind": "event"}, {"kind": "property", "property": "price", "currency": "EUR"}, '
            'or {"kind": "fixed", "amount": 1250, "currency": "EUR"} in minor units, such as cents',
            field="revenue",
        )
    needed = ("kind", *REVENUE_FIELDS[kind])
    if missing := [name for name in needed if name not in value]:
        raise InvalidInput(f"{kind} revenue needs {', '.join(needed)}; {missing[0]} is missing", field="revenue")
    if set(value) > set(needed):
        raise InvalidInput(f"{kind} revenue has {', '.join(needed)} and nothing else", field="revenue")
    return GoalRevenue(
        kind,
        read_amount(value["amount"]) if "amount" in needed else None,
        read_property(value["property"]) if "property" in needed else None,
        read_currency(value["currency"]) if "currency" in needed else None,
    )


def with_currency(revenue: object, usual: str) -> object:
    """`revenue` as read_revenue takes it, in the usual currency where it needs one and names none."""
    kind = revenue.get("kind") if isinstance(revenue, Mapping) else None
    if not isinstance(revenue, Mapping) or not isinstance(kind, str) or "currency" not in REVENUE_FIELDS.get(kind, ()):
        return revenue
    return {"currency": usual, **revenue}


def read_amount(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= MOST_MINOR_UNITS:
        raise InvalidInput("amount must be a whole number of minor units above 0, such as 1250", field="revenue")
    return value


def read_property(value: object) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= PROPERTY_KEY_LENGTH or not is_unicode(value):
        raise InvalidInput(f"property must have 1 to {PROPERTY_KEY_LENGTH} characters", field="revenue")
    return value


def is_unicode(text: str) -> bool:
    """Whether no half of a surrogate pair stands alone in it, which nothing can store."""
    return text.encode(errors="replace").decode() == text


def read_currency(value: object) -> str:
    code = known_currency(value)
    if code is None:
        raise InvalidInput("currency must be a code of ISO 4217, such as EUR", field="revenue")
    return code
