"""How the API's description says what a route takes and gives."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from hitkeep_py.query.read_query import FLAGS
from hitkeep_py.server.call import Call, Result
from hitkeep_py.server.schemas import ANYTHING, Schema

Answers = Callable[[Call], Result]
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "string", "enum": list(FLAGS)}


@dataclass(frozen=True, slots=True)
class Parameter:
    """Of the address, after the question mark; `path` is what has it instead in routes with such a placeholder."""

    name: str
    description: str
    schema: Any = field(default_factory=lambda: dict(TEXT))
    required: bool = False
    repeated: bool = False
    path: str = ""


@dataclass(frozen=True, slots=True)
class Shape:
    """`body` and `answer` are what Schemas.of takes; `files` are content types besides JSON, or instead of it.

    `errors` are statuses that neither its path nor its method tells of.
    """

    answer: Any = field(default_factory=lambda: dict(ANYTHING))
    parameters: tuple[Parameter, ...] = ()
    body: Any = None
    status: int = 200
    files: tuple[str, ...] = ()
    only_files: bool = False
    errors: tuple[int, ...] = ()


def parameters_of(shape: Shape, path: str) -> tuple[Parameter, ...]:
    """What the path has itself is none; what it might have is needed where it has not."""
    return tuple(
        replace(each, required=each.required or bool(each.path))
        for each in shape.parameters
        if not each.path or f"{{{each.path}}}" not in path
    )


def rows(of: Any) -> Schema:
    return {"type": "array", "items": of}


def whole(least: int, most: int, default: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most, "default": default}


def cut_to(least: int, most: int, default: int) -> Schema:
    """A number above the most is taken for it."""
    return {"type": "integer", "minimum": least, "default": default, "description": f"Above {most} it is {most}."}


def one_of(names: Any, default: str | None = None) -> Schema:
    return {"type": "string", "enum": list(names)} | ({"default": default} if default else {})
