"""JSON from strangers: parsed strictly, bounded in size and depth, typed field by field."""

import math
from typing import Any

import orjson

from hitkeep_py.errors import InvalidInput, PayloadTooLarge

PROPS_DEPTH = 5
PROPS_BYTES = 16_384
PROPS_KEYS = 255
KEY_LENGTH = 255
TEXT_LENGTH = 4096


def read_object(body: bytes) -> dict[str, Any]:
    """Raises InvalidInput for anything but a JSON object. Of a repeated key the last value counts."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"Bad request body: not valid JSON: {error}") from error
    if not isinstance(value, dict):
        raise InvalidInput("Bad request body: must be a JSON object")
    return value


def text_field(body: dict[str, Any], field: str, length: int = TEXT_LENGTH) -> str:
    """A text, or "" when it is missing or null; cut to `length`. Raises InvalidInput for another type."""
    value = body.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidInput(f"{field} must be a text", field=field)
    return value if len(value) <= length else value[:length]


def whole_field(body: dict[str, Any], field: str) -> int:
    """A number of pixels and the like, or 0 when missing; fractions are cut off. Raises InvalidInput."""
    value = body.get(field)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(f"{field} must be a number", field=field)
    return int(value) if abs(value) < 1e9 else 0


def props_field(body: dict[str, Any], field: str) -> str | None:
    """The properties as compact JSON text, types kept, or None when there are none.

    Raises InvalidInput past a depth of 5, 255 keys or 16 KiB. DuckDB's JSON functions can lose the whole instance
    on depths above 128.
    """
    value = body.get(field)
    if not value and (value is None or value == {}):
        return None
    if not isinstance(value, dict):
        raise InvalidInput(f"{field} must be an object", field=field)
    check_props(value, field, PROPS_DEPTH)
    if len(value) > PROPS_KEYS:
        raise InvalidInput(f"{field} has more than {PROPS_KEYS} keys", field=field)
    try:
        text = orjson.dumps(value)
    except TypeError as error:
        raise InvalidInput(f"{field} cannot be stored: {error}", field=field) from error
    if len(text) > PROPS_BYTES:
        raise PayloadTooLarge(f"{field} is larger than {PROPS_BYTES} bytes", field=field)
    return text.decode()


def check_props(value: dict[str, Any] | list[Any], field: str, depth: int) -> None:
    if depth == 0:
        raise InvalidInput(f"{field} is nested deeper than {PROPS_DEPTH} levels", field=field)
    if isinstance(value, dict) and max(map(len, value), default=0) > KEY_LENGTH:
        raise InvalidInput(f"{field} has a key longer than {KEY_LENGTH} characters", field=field)
    for each in value.values() if isinstance(value, dict) else value:
        kind = type(each)
        if kind is dict or kind is list:
            check_props(each, field, depth - 1)
        elif kind is float and not math.isfinite(each):
            raise InvalidInput(f"{field} has a number that is too large", field=field)
