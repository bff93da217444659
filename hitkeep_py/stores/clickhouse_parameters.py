"""A question with `?` and its values, as ClickHouse binds them: by name and type, on the server."""

import re
import uuid
from collections.abc import Sequence

from hitkeep_py.errors import StoreUnavailable

# A question mark outside of texts, quoted names and comments.
PLACEHOLDER = re.compile(r"""'(?:[^'\\]|\\.|'')*'|"[^"]*"|`[^`]*`|--[^\n]*|/\*.*?\*/|(\?)""", re.DOTALL)


def with_types(sql: str, parameters: Sequence[object]) -> str:
    """The SQL with each `?` as a parameter that the server binds, of the type of its value."""
    numbers = iter(range(len(parameters)))

    def typed(found: re.Match[str]) -> str:
        if not found[1]:
            return found[0]
        number = next(numbers, None)
        if number is None:
            raise StoreUnavailable("the question has more placeholders than values")
        return f"{{p{number}:{type_of(parameters[number])}}}"

    text = PLACEHOLDER.sub(typed, sql)
    if next(numbers, None) is not None:
        raise StoreUnavailable("the question has more values than placeholders")
    return text


def named(parameters: Sequence[object]) -> dict[str, object] | None:
    return {f"p{number}": value for number, value in enumerate(parameters)} or None


def type_of(value: object) -> str:
    match value:
        case None:
            return "Nullable(Nothing)"
        case bool():
            return "Bool"
        case int():
            return integer_type(value)
        case float():
            return "Float64"
        case str():
            return "String"
        case uuid.UUID():
            return "UUID"
        case list() | tuple():
            return f"Array({list_type(value)})"
    raise StoreUnavailable(f"a value of type {type(value).__name__} cannot be sent to ClickHouse")


def integer_type(value: int) -> str:
    if -(2**63) <= value < 2**63:
        return "Int64"
    return "UInt64" if 0 < value < 2**64 else "Int256"


def list_type(values: Sequence[object]) -> str:
    kinds = {type_of(value) for value in values if value is not None} or {"Nothing"}
    kind = kinds.pop() if len(kinds) == 1 else "Int256"
    return f"Nullable({kind})" if None in values else kind
