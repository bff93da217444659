"""Funnels: steps that are taken in order, each an event's name or a page's path with conditions."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hitkeep_py.catalog.database import Database
from hitkeep_py.catalog.record import Record, needed_text, no_such
from hitkeep_py.catalog.segments import filters_json
from hitkeep_py.clock import Clock
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dimensions import Scope
from hitkeep_py.query.filters import Filters, read_filters, scopes, stored_filters
from hitkeep_py.query.step import EVENT, PATH, Step, checked_path

CHANGEABLE = ("name", "steps", "window_seconds", "scope")
LEAST_STEPS, MOST_STEPS = 2, 8
STEP_FIELDS = ("type", "value", "filters")
VALUE_LENGTHS = {EVENT: 255, PATH: 2048}
SCOPES = ("session", "visitor")
LONGEST_WINDOW = 366 * 24 * 60 * 60
NAME_LENGTH = 255
COLUMNS = "id, site_id, name, steps, window_seconds, scope, created_at"


@dataclass(frozen=True, slots=True)
class Funnel(Record):
    """`scope` says whose steps these are, a session's or a visitor's. With a window all steps lie in it."""

    id: str
    site_id: str
    name: str
    steps: tuple[Step, ...]
    window_seconds: int | None
    scope: str
    created_at: int

    def as_json(self) -> dict[str, Any]:
        return {**Record.as_json(self), "steps": [step_json(each) for each in self.steps]}

    @classmethod
    def of_row(cls, row: tuple[Any, ...]) -> "Funnel":
        id, site_id, name, steps, *rest = row
        return cls(id, site_id, name, tuple(stored_step(each) for each in json.loads(steps)), *rest)


class Funnels:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(
        self, site_id: str, name: object, steps: object, *, window_seconds: object = None, scope: object = "session"
    ) -> Funnel:
        """`steps` is a list of 2 to 8 {"type", "value", "filters"}, the filters as read_filters takes them, or none.

        Raises InvalidInput, Conflict when the site has a funnel of that name, NotFound when it has no site.
        """
        funnel = Funnel(str(uuid.uuid4()), site_id, "", (), None, "", self._clock.now_ms())
        funnel = checked(funnel, {"name": name, "steps": steps, "window_seconds": window_seconds, "scope": scope})
        with self._database.transaction(f"there is a funnel named {funnel.name} already") as run:
            run.execute(f"INSERT INTO funnels ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", row_of(funnel))
        return funnel

    def of_site(self, site_id: str) -> list[Funnel]:
        """Newest first."""
        return self._select("WHERE site_id = ? ORDER BY created_at DESC, rowid DESC", site_id)

    def find(self, site_id: str, id_or_name: str) -> Funnel:
        found = self._select(
            "WHERE site_id = ? AND (id = ? OR name = ?) ORDER BY id = ? DESC",
            *(site_id, id_or_name, id_or_name, id_or_name),
        )
        if not found:
            raise no_such("funnel", id_or_name, (each.name for each in self.of_site(site_id)))
        return found[0]

    def get(self, site_id: str, funnel_id: str) -> Funnel:
        funnel = self.find(site_id, funnel_id)
        if funnel.id != funnel_id:
            raise no_such("funnel", funnel_id, (each.id for each in self.of_site(site_id)))
        return funnel

    def change(self, site_id: str, funnel_id: str, changes: Mapping[str, object]) -> Funnel:
        for name in changes:
            if name not in CHANGEABLE:
                raise InvalidInput(f"a funnel's {name} cannot be changed; {', '.join(CHANGEABLE)} can", field=name)
        funnel = checked(self.get(site_id, funnel_id), changes)
        with self._database.transaction(f"there is a funnel named {funnel.name} already") as run:
            run.execute(
                "UPDATE funnels SET name = ?, steps = ?, window_seconds = ?, scope = ? WHERE id = ?",
                (*row_of(funnel)[2:6], funnel.id),
            )
        return funnel

    def remove(self, site_id: str, funnel_id: str) -> Funnel:
        funnel = self.get(site_id, funnel_id)
        with self._database.transaction() as run:
            run.execute("DELETE FROM funnels WHERE id = ?", (funnel.id,))
        return funnel

    def _select(self, condition: str, *parameters: object) -> list[Funnel]:
        rows = self._database.rows(f"SELECT {COLUMNS} FROM funnels {condition}", parameters)
        return [Funnel.of_row(row) for row in rows]


def row_of(funnel: Funnel) -> tuple[object, ...]:
    """In the order of COLUMNS."""
    return (
        funnel.id,
        funnel.site_id,
        funnel.name,
        json.dumps([step_json(each) for each in funnel.steps]),
        funnel.window_seconds,
        funnel.scope,
        funnel.created_at,
    )


def step_json(step: Step) -> dict[str, Any]:
    shown: dict[str, Any] = {"type": step.type, "value": step.value}
    return {**shown, "filters": filters_json(step.filters)} if step.filters else shown


def stored_step(shown: Mapping[str, Any]) -> Step:
    return Step(shown["type"], shown["value"], stored_filters(shown.get("filters", ())))


def checked(funnel: Funnel, changes: Mapping[str, object]) -> Funnel:
    """The funnel with new, valid values. Raises InvalidInput."""
    return replace(
        funnel,
        name=needed_text("name", changes.get("name", funnel.name), NAME_LENGTH),
        steps=read_steps(changes["steps"]) if "steps" in changes else funnel.steps,
        window_seconds=read_window(changes.get("window_seconds", funnel.window_seconds)),
        scope=read_scope(changes.get("scope", funnel.scope)),
    )


def read_steps(value: object) -> tuple[Step, ...]:
    if not isinstance(value, list | tuple) or not LEAST_STEPS <= len(value) <= MOST_STEPS:
        raise InvalidInput(f"steps must be a list of {LEAST_STEPS} to {MOST_STEPS} steps", field="steps")
    return tuple(read_step(each) for each in value)


def read_step(value: object, field: str = "steps") -> Step:
    """Raises InvalidInput that names the field."""
    if not isinstance(value, Mapping):
        raise InvalidInput('a step is an object such as {"type": "path", "value": "/pricing"}', field=field)
    if unknown := sorted(str(name) for name in value if name not in STEP_FIELDS):
        raise InvalidInput(f"a step has no {unknown[0][:100]!r}, only {', '.join(STEP_FIELDS)}", field=field)
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in VALUE_LENGTHS:
        raise InvalidInput(f"the type of a step must be one of {', '.join(VALUE_LENGTHS)}", field=field)
    text = needed_text(field, value.get("value"), VALUE_LENGTHS[kind], "the value of a step")
    text = checked_path(text, field) if kind == PATH else text
    return Step(kind, text, read_conditions(value.get("filters"), field))


def read_conditions(value: object, field: str) -> Filters:
    filters = read_filters([] if value is None else value, field)
    if Scope.VISIT in scopes(filters):
        raise InvalidInput("a step looks at single events; entry_page and exit_page are of sessions", field=field)
    return filters


def read_window(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LONGEST_WINDOW:
        raise InvalidInput(
            f"window_seconds must be a whole number from 1 to {LONGEST_WINDOW}, or null", field="window_seconds"
        )
    return value


def read_scope(value: object) -> str:
    if value not in SCOPES:
        raise InvalidInput(f"scope must be one of {', '.join(SCOPES)}", field="scope")
    return str(value)
