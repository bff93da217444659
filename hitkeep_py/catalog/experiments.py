"""Experiments: variants of a page or a text, which visitor sees which, and what counts as success."""

import json
import re
import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hitkeep_py.assignment import assigned
from hitkeep_py.catalog.database import Database
from hitkeep_py.catalog.record import Record, needed_text, no_such
from hitkeep_py.clock import Clock
from hitkeep_py.errors import InvalidInput
from hitkeep_py.text import clean

CHANGEABLE = ("name", "status", "event", "weights")
STATUSES = ("running", "stopped")
# Not of dots alone, which browsers take for a folder above.
IDENTIFIER = re.compile(r"(?!\.+$)[A-Za-z0-9_.-]{1,64}", re.ASCII)
ALPHABET = string.ascii_lowercase + string.digits
MADE_LENGTH = 12
NAME_LENGTH = 255
VARIANT_FIELDS = ("id", "name", "weight")
LEAST_VARIANTS, MOST_VARIANTS = 2, 10
MOST_WEIGHT = 10_000
COLUMNS = "id, site_id, name, variants, status, event, created_at"


@dataclass(frozen=True, slots=True)
class Variant:
    id: str
    name: str
    weight: int

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, "name": self.name, "weight": self.weight}


@dataclass(frozen=True, slots=True)
class Experiment(Record):
    """`event` is the name of the event that counts as conversion, "" for every conversion event."""

    id: str
    site_id: str
    name: str
    variants: tuple[Variant, ...]
    status: str
    event: str
    created_at: int

    def variant_of(self, visitor: str) -> Variant:
        return self.variants[assigned(self.id, visitor, [each.weight for each in self.variants])]

    @classmethod
    def of_row(cls, row: tuple[Any, ...]) -> "Experiment":
        id, site_id, name, variants, *rest = row
        return cls(id, site_id, name, tuple(Variant(**each) for each in json.loads(variants)), *rest)


class Experiments:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, site_id: str, name: object, variants: object, *, id: object = None, event: object = "") -> Experiment:
        """`variants` is a list of {"name", "id", "weight"}; without ids they are var_a, var_b and so on.

        Raises InvalidInput, Conflict when the site has an experiment of that id or name, NotFound without the site.
        """
        experiment = Experiment(
            made_id() if id is None else read_identifier("id", id),
            site_id,
            needed_text("name", name, NAME_LENGTH),
            read_variants(variants),
            "running",
            read_event(event),
            self._clock.now_ms(),
        )
        taken = f"there is an experiment with the id {experiment.id} or the name {experiment.name} already"
        with self._database.transaction(taken) as run:
            run.execute(f"INSERT INTO experiments ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", row_of(experiment))
        return experiment

    def of_site(self, site_id: str) -> list[Experiment]:
        """Newest first."""
        return self._select("WHERE site_id = ? ORDER BY created_at DESC, rowid DESC", site_id)

    def running(self) -> dict[str, tuple[Experiment, ...]]:
        """Of every site, oldest first."""
        found: dict[str, tuple[Experiment, ...]] = {}
        for each in self._select("WHERE status = 'running' ORDER BY created_at, rowid"):
            found[each.site_id] = (*found.get(each.site_id, ()), each)
        return found

    def find(self, site_id: str, id_or_name: str) -> Experiment:
        found = self._select(
            "WHERE site_id = ? AND (id = ? OR name = ?) ORDER BY id = ? DESC",
            *(site_id, id_or_name, id_or_name, id_or_name),
        )
        if not found:
            raise no_such("experiment", id_or_name, (each.name for each in self.of_site(site_id)))
        return found[0]

    def get(self, site_id: str, experiment_id: str) -> Experiment:
        experiment = self.find(site_id, experiment_id)
        if experiment.id != experiment_id:
            raise no_such("experiment", experiment_id, (each.id for each in self.of_site(site_id)))
        return experiment

    def change(self, site_id: str, experiment_id: str, changes: Mapping[str, object]) -> Experiment:
        """`weights` is {variant's id: weight}; changed weights move visitors to other variants."""
        for name in changes:
            if name not in CHANGEABLE:
                raise InvalidInput(f"an experiment's {name} cannot be changed; {', '.join(CHANGEABLE)} can", field=name)
        experiment = changed(self.get(site_id, experiment_id), changes)
        with self._database.transaction(f"there is an experiment named {experiment.name} already") as run:
            run.execute(
                "UPDATE experiments SET name = ?, variants = ?, status = ?, event = ? WHERE site_id = ? AND id = ?",
                (*row_of(experiment)[2:6], site_id, experiment.id),
            )
        return experiment

    def remove(self, site_id: str, experiment_id: str) -> Experiment:
        experiment = self.get(site_id, experiment_id)
        with self._database.transaction() as run:
            run.execute("DELETE FROM experiments WHERE site_id = ? AND id = ?", (site_id, experiment.id))
        return experiment

    def _select(self, condition: str, *parameters: object) -> list[Experiment]:
        return [
            Experiment.of_row(row)
            for row in self._database.rows(f"SELECT {COLUMNS} FROM experiments {condition}", parameters)
        ]


def row_of(experiment: Experiment) -> tuple[object, ...]:
    """In the order of COLUMNS."""
    return (
        experiment.id,
        experiment.site_id,
        experiment.name,
        json.dumps([each.as_json() for each in experiment.variants]),
        experiment.status,
        experiment.event,
        experiment.created_at,
    )


def changed(experiment: Experiment, changes: Mapping[str, object]) -> Experiment:
    """The experiment with new, valid values. Raises InvalidInput."""
    return replace(
        experiment,
        name=needed_text("name", changes.get("name", experiment.name), NAME_LENGTH),
        status=read_status(changes.get("status", experiment.status)),
        event=read_event(changes.get("event", experiment.event)),
        variants=weighted(experiment.variants, changes.get("weights", {})),
    )


def weighted(variants: Sequence[Variant], weights: object) -> tuple[Variant, ...]:
    if not isinstance(weights, dict) or not weights.keys() <= {each.id for each in variants}:
        raise InvalidInput("weights must be an object of variants' ids and their weights", field="weights")
    new = [replace(each, weight=read_weight("weights", weights.get(each.id, each.weight))) for each in variants]
    return checked("weights", new)


def made_id() -> str:
    return "exp_" + "".join(secrets.choice(ALPHABET) for _ in range(MADE_LENGTH))


def read_variants(value: object) -> tuple[Variant, ...]:
    if not isinstance(value, list | tuple) or not LEAST_VARIANTS <= len(value) <= MOST_VARIANTS:
        raise InvalidInput(f"variants must be a list of {LEAST_VARIANTS} to {MOST_VARIANTS}", field="variants")
    variants = [read_variant(each, f"var_{string.ascii_lowercase[place]}") for place, each in enumerate(value)]
    if len({each.name for each in variants}) < len(variants):
        raise InvalidInput("two variants have the same name", field="variants")
    return checked("variants", variants)


def read_variant(value: object, default_id: str) -> Variant:
    if not isinstance(value, dict):
        raise InvalidInput("a variant is an object of name, id and weight", field="variants")
    if unknown := sorted(str(name) for name in value if name not in VARIANT_FIELDS):
        raise InvalidInput(f"a variant has no {unknown[0][:100]!r}, only {', '.join(VARIANT_FIELDS)}", field="variants")
    given = value.get("id")
    return Variant(
        default_id if given is None else read_identifier("variants", given),
        needed_text("variants", value.get("name"), NAME_LENGTH, "the name of a variant"),
        read_weight("variants", value.get("weight", 1)),
    )


def checked(field: str, variants: Sequence[Variant]) -> tuple[Variant, ...]:
    """What holds for all variants together. Raises InvalidInput."""
    if len({each.id for each in variants}) < len(variants):
        raise InvalidInput("two variants have the same id", field=field)
    if not any(each.weight for each in variants):
        raise InvalidInput("one of the weights must be above 0", field=field)
    return tuple(variants)


def read_weight(field: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_WEIGHT:
        raise InvalidInput(f"a weight must be a whole number from 0 to {MOST_WEIGHT}", field=field)
    return value


def read_identifier(field: str, value: object) -> str:
    if not isinstance(value, str) or not IDENTIFIER.fullmatch(value):
        raise InvalidInput("an id must have 1 to 64 characters of letters, digits, _ . and -", field=field)
    return value


def read_event(value: object) -> str:
    text = clean(value, NAME_LENGTH + 1) if isinstance(value, str) else None
    if text is None or len(text) > NAME_LENGTH:
        raise InvalidInput(f"event must be a text of at most {NAME_LENGTH} characters", field="event")
    return text


def read_status(value: object) -> str:
    if value not in STATUSES:
        raise InvalidInput(f"status must be one of {', '.join(STATUSES)}", field="status")
    return str(value)
