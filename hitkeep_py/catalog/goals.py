"""Goals: an event's name or a page's path that counts as a conversion."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from hitkeep_py.catalog.database import Database
from hitkeep_py.catalog.record import Record
from hitkeep_py.clock import Clock
from hitkeep_py.errors import InvalidInput, NotFound
from hitkeep_py.text import clean

CHANGEABLE = ("name", "type", "value")
GOAL_TYPES = ("event", "path")
NAME_LENGTH = 255
VALUE_LENGTHS = {"event": 255, "path": 2048}
COLUMNS = "id, site_id, name, type, value, created_at"


@dataclass(frozen=True, slots=True)
class Goal(Record):
    """`value` is matched exactly, case included, with the event's name or the page's path."""

    id: str
    site_id: str
    name: str
    type: str
    value: str
    created_at: int


class Goals:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, site_id: str, name: object, type: object, value: object) -> Goal:
        """Raises InvalidInput, Conflict when the site has a goal of that name, NotFound when it has no site."""
        goal = checked(Goal(str(uuid.uuid4()), site_id, "", "", "", self._clock.now_ms()), name, type, value)
        with self._database.transaction(f"there is a goal named {goal.name} already") as run:
            run.execute(
                f"INSERT INTO goals ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",
                (goal.id, goal.site_id, goal.name, goal.type, goal.value, goal.created_at),
            )
        return goal

    def of_site(self, site_id: str) -> list[Goal]:
        """Newest first."""
        rows = self._database.rows(
            f"SELECT {COLUMNS} FROM goals WHERE site_id = ? ORDER BY created_at DESC, rowid DESC", (site_id,)
        )
        return [Goal(*row) for row in rows]

    def find(self, site_id: str, id_or_name: str) -> Goal:
        rows = self._database.rows(
            f"SELECT {COLUMNS} FROM goals WHERE site_id = ? AND (id = ? OR name = ?) ORDER BY id = ? DESC",
            (site_id, id_or_name, id_or_name, id_or_name),
        )
        if not rows:
            raise NotFound(f"there is no goal {id_or_name} on this site")
        return Goal(*rows[0])

    def change(self, site_id: str, goal_id: str, changes: Mapping[str, object]) -> Goal:
        for name in changes:
            if name not in CHANGEABLE:
                raise InvalidInput(f"a goal's {name} cannot be changed; {', '.join(CHANGEABLE)} can", field=name)
        goal = self.get(site_id, goal_id)
        given = {"name": goal.name, "type": goal.type, "value": goal.value, **changes}
        goal = checked(goal, given["name"], given["type"], given["value"])
        with self._database.transaction(f"there is a goal named {goal.name} already") as run:
            run.execute(
                "UPDATE goals SET name = ?, type = ?, value = ? WHERE id = ?",
                (goal.name, goal.type, goal.value, goal.id),
            )
        return goal

    def get(self, site_id: str, goal_id: str) -> Goal:
        goal = self.find(site_id, goal_id)
        if goal.id != goal_id:
            raise NotFound(f"there is no goal {goal_id} on this site")
        return goal

    def remove(self, site_id: str, goal_id: str) -> Goal:
        goal = self.get(site_id, goal_id)
        with self._database.transaction() as run:
            run.execute("DELETE FROM goals WHERE id = ?", (goal.id,))
        return goal


def checked(goal: Goal, name: object, type: object, value: object) -> Goal:
    """The goal with new, valid words. Raises InvalidInput."""
    if type not in GOAL_TYPES:
        raise InvalidInput(f"type must be one of {', '.join(GOAL_TYPES)}", field="type")
    kind = str(type)
    new = replace(
        goal, name=_words("name", name, NAME_LENGTH), type=kind, value=_words("value", value, VALUE_LENGTHS[kind])
    )
    if kind == "path" and not new.value.startswith("/"):
        raise InvalidInput("the value of a path goal starts with /, such as /thank-you", field="value")
    return new


def _words(field: str, value: object, length: int) -> str:
    text = clean(value, length + 1) if isinstance(value, str) else ""
    if not 1 <= len(text) <= length:
        raise InvalidInput(f"{field} must have 1 to {length} characters", field=field)
    return text
