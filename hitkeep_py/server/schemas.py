"""JSON schemas (2020-12) from the types that answers and bodies are made of."""

import dataclasses
import types
from collections.abc import Mapping
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from hitkeep_py.catalog.record import Record
from hitkeep_py.query.dimensions import DIMENSIONS, PROPERTY
from hitkeep_py.query.filters import OPERATORS, Filters
from hitkeep_py.query.metrics import AGGREGATES, METRICS, NUMBERS, REVENUE_OF
from hitkeep_py.server.choices import CHOICES
from hitkeep_py.server.prose import told_by

Schema = dict[str, Any]
ANYTHING: Schema = {}
TIME: Schema = {"type": "string", "format": "date-time"}
PLAIN: dict[Any, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    Any: ANYTHING,
    object: ANYTHING,
}


class Name(Enum):
    """Names from a registry."""

    METRIC = "metric"
    DIMENSION = "dimension"


@dataclasses.dataclass(frozen=True, slots=True)
class Fields:
    """An object: the fields of a dataclass, all or `only` some, and `more`. Without `required` all of them are.

    One with a `name` is described once and referred to.
    """

    of: type | None = None
    only: tuple[str, ...] | None = None
    more: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    required: tuple[str, ...] | None = None
    optional: tuple[str, ...] = ()
    name: str = ""


class Schemas:
    """`components` collects what is referred to by name."""

    def __init__(self) -> None:
        self.components: dict[str, Schema] = {}
        self._names: dict[type, str] = {}

    def of(self, wanted: Any) -> Schema:
        """Of a type, of Fields, of a registry's names; in a schema the Fields and names within it are replaced."""
        if isinstance(wanted, dict):
            return {name: self._within(each) for name, each in wanted.items()}
        if isinstance(wanted, Fields):
            found = self._object(wanted)
            return self._refer(wanted.name, found) if wanted.name else found
        if isinstance(wanted, Name):
            return self._refer(wanted.value.title(), NAMES[wanted])
        if wanted == Filters:
            self._refer("Condition", CONDITION)
            return self._refer("Filters", FILTERS)
        if wanted in PLAIN:
            return dict(PLAIN[wanted])
        if isinstance(wanted, type) and dataclasses.is_dataclass(wanted):
            return self._dataclass(wanted)
        return self._generic(wanted)

    def _within(self, part: Any) -> Any:
        if isinstance(part, list):
            return [self._within(each) for each in part]
        return self.of(part) if isinstance(part, dict | Fields | Name) else part

    def _generic(self, wanted: Any) -> Schema:
        origin, arguments = get_origin(wanted), get_args(wanted)
        if origin in (Union, types.UnionType):
            return {"anyOf": [self.of(each) for each in arguments]}
        if origin is dict:
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        if origin is tuple and arguments[-1] is not Ellipsis:
            places = [self.of(each) for each in arguments]
            return {"type": "array", "prefixItems": places, "minItems": len(places), "maxItems": len(places)}
        if origin in (list, tuple):
            return {"type": "array", "items": self.of(arguments[0])}
        raise TypeError(f"there is no schema for {wanted}")

    def _dataclass(self, wanted: type) -> Schema:
        name = self._names.get(wanted)
        if name is None:
            taken = wanted.__name__ in self.components
            room = wanted.__module__.rpartition(".")[2].title().replace("_", "")
            name = self._names[wanted] = f"{room}{wanted.__name__}" if taken else wanted.__name__
            self.components[name] = {}  # It may be part of itself.
            self.components[name] = self._object(Fields(wanted, optional=left_out(wanted)))
        return {"$ref": f"#/components/schemas/{name}"}

    def _object(self, wanted: Fields) -> Schema:
        properties = {name: self.of(each) for name, each in properties_of(wanted).items()}
        required = [name for name in properties if name not in wanted.optional]
        schema: Schema = {"type": "object", "properties": properties}
        if words := wanted.of and told_by(wanted.of):
            schema["description"] = words
        needed = required if wanted.required is None else list(wanted.required)
        return {**schema, "required": needed} if needed else schema

    def _refer(self, name: str, schema: Schema) -> Schema:
        self.components[name] = schema
        return {"$ref": f"#/components/schemas/{name}"}


def names_of(wanted: Fields) -> list[str]:
    return list(properties_of(wanted))


def properties_of(wanted: Fields) -> dict[str, Any]:
    own = fields_of(wanted.of) if wanted.of else {}
    names = own if wanted.only is None else {name: own[name] for name in wanted.only}
    return {**names, **wanted.more}


def fields_of(wanted: type) -> dict[str, Any]:
    """Those that are shown, times as texts, what is one of a few words with these."""
    named = {name: {"type": "string", "enum": list(words)} for name, words in CHOICES.get(wanted, {}).items()}
    hints = {**get_type_hints(wanted), **named}
    assert dataclasses.is_dataclass(wanted)
    shown = [each.name for each in dataclasses.fields(wanted)]
    if not issubclass(wanted, Record):
        return {name: hints[name] for name in shown}
    times = {name: {"type": ["string", "null"], "format": "date-time"} for name in wanted.TIMES}
    return {name: times.get(name, hints[name]) for name in shown if name not in wanted.HIDDEN}


def left_out(wanted: type) -> tuple[str, ...]:
    """Fields that neither people nor we need to name: those with a default."""
    assert dataclasses.is_dataclass(wanted)
    return tuple(each.name for each in dataclasses.fields(wanted) if each.default is not dataclasses.MISSING)


def described(names: Mapping[str, str], pattern: str, words: str) -> Schema:
    listed = {"oneOf": [{"const": name, "description": meaning} for name, meaning in names.items()]}
    return {"anyOf": [listed, {"type": "string", "pattern": pattern, "description": words}]}


CONDITION: Schema = {
    "anyOf": [
        {
            "type": "object",
            "properties": {
                "dimension": {"$ref": "#/components/schemas/Dimension"},
                "operator": {"oneOf": [{"const": name, "description": text} for name, text in OPERATORS.items()]},
                "values": {"type": "array", "items": {"type": ["string", "number", "boolean"]}},
            },
            "required": ["dimension", "operator"],
        },
        {"type": "string", "description": "DIMENSION OPERATOR VALUE, such as: country is DE, FR"},
    ]
}
ONE: Schema = {"$ref": "#/components/schemas/Condition"}
FILTERS: Schema = {
    "description": "All of them hold; of a list within the list at least one.",
    "type": "array",
    "items": {"anyOf": [ONE, {"type": "array", "items": ONE, "minItems": 1}]},
}
NAMES: dict[Name, Schema] = {
    Name.METRIC: described(
        {each.name: f"{each.description} ({each.unit.value})" for each in METRICS.values()},
        f"^({'|'.join(AGGREGATES)}):({'|'.join(NUMBERS)}|{PROPERTY}.+)|{REVENUE_OF}[A-Z]{{3}}$",
        "An aggregate of a number or of a property, or the revenue in one currency.",
    ),
    Name.DIMENSION: described(
        {each.name: each.description for each in DIMENSIONS.values()}, f"^{PROPERTY}.+$", "A property of events."
    ),
}
