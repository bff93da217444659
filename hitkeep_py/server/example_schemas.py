"""JSON schemas from examples, of what senders may leave out or add to."""

from collections.abc import Mapping
from typing import Any

from hitkeep_py.server.schemas import Schema

TYPES = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"))
TITLES = {"$": "Revenue"}
"""Of fields whose name gives no name to a class."""


def schema_of(example: Any) -> Schema:
    if isinstance(example, Mapping):
        return {"type": "object", "properties": {name: titled(name, each) for name, each in example.items()}}
    if isinstance(example, list):
        return {"type": "array", "items": merged([schema_of(each) for each in example])}
    return {"type": next(name for kind, name in TYPES if isinstance(example, kind))}


def titled(name: str, example: Any) -> Schema:
    found = schema_of(example)
    return {"title": TITLES[name], **found} if name in TITLES else found


def merged(schemas: list[Schema]) -> Schema:
    """One that has the properties of all."""
    if all(each["type"] == "object" for each in schemas):
        together = {name: schema for each in schemas for name, schema in each["properties"].items()}
        return {"type": "object", "properties": together}
    return schemas[0]
