"""JSON from strangers: parsed strictly, bounded in size and depth, typed field by field."""

import json
import math
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from hitkeep_py.errors import InvalidInput, PayloadTooLarge
from hitkeep_py.exact_json import json_bytes
from hitkeep_py.text import clean

PROPS_DEPTH = 5
PROPS_BYTES = 16_384
PROPS_KEYS = 255
KEY_LENGTH = 255
TEXT_LENGTH = 4096
NAME_LENGTH = 255
ID_LENGTH = 255
NUMBER_LENGTH = 64
CAMPAIGN_LENGTH = 255
LATEST_MS = 253_402_300_800_000
ESCAPES = re.compile(
    rb"\\(?:(?P<pair>u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
LONG_NUMBER = re.compile(rb"[0-9]{19}")
SCALARS = frozenset((str, int, float, bool, type(None)))
NOBODY = frozenset(("[object Object]", "undefined", "null", "NaN", "true", "false"))
"""What JavaScript makes a text of where there is no name."""
UTM_NAMES = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
UTM_FIELDS = tuple((name, name) for name in UTM_NAMES)


def read_object(body: bytes) -> dict[str, Any]:
    """Raises InvalidInput for anything but a JSON object. Of a repeated key the last value counts."""
    return as_object(read_json(body))


def read_json(body: bytes) -> Any:
    """Half a character, which JavaScript makes by cutting a text within an emoji, is U+FFFD. Raises InvalidInput."""
    try:
        return exact(orjson.loads(body), body)
    except orjson.JSONDecodeError:
        mended = ESCAPES.sub(whole_character, body)
    try:
        return exact(orjson.loads(mended), mended)
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"Bad request body: not valid JSON: {error}") from error


def exact(value: Any, body: bytes) -> Any:
    """The library makes fractions of whole numbers past 64 bits; these another one reads. Raises InvalidInput."""
    if LONG_NUMBER.search(body) is None:
        return value
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidInput("Bad request body: a number is too long, or it is nested too deep") from error


def whole_character(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape["half"] else escape[0]


def as_object(value: Any) -> dict[str, Any]:
    """Raises InvalidInput for anything else."""
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


def required_name(body: dict[str, Any], field: str, length: int = NAME_LENGTH) -> str:
    """An event's name. Raises InvalidInput when it is missing, blank or longer than `length` characters."""
    name = clean(text_field(body, field, 4 * length), length + 1)
    if not 1 <= len(name) <= length:
        raise InvalidInput(f"{field} is required and has 1 to {length} characters", field=field)
    return name


def id_field(body: dict[str, Any], field: str, length: int = ID_LENGTH) -> str:
    """The caller's own name for something: a text, or a whole number; "" when it is missing or blank.

    Never cut, since two ids could become one: raises InvalidInput past `length`, and for another type.
    """
    value = body.get(field)
    if value is None:
        return ""
    text = str(value) if type(value) is int else value
    if not isinstance(text, str) or len(text) > length:
        raise InvalidInput(f"{field} must be a text of at most {length} characters", field=field)
    return text if text.strip() else ""


def visitor_field(body: dict[str, Any], field: str, length: int = ID_LENGTH) -> str:
    """The id of a visitor, user or session, as id_field; "" for what nobody is called: all would be one."""
    text = id_field(body, field, length)
    return "" if text in NOBODY else text


def campaign_of(fields: dict[str, Any], names: Sequence[tuple[str, str]]) -> dict[str, str] | None:
    """The campaign; `names` are pairs of the format's field and our utm_* name. None when nothing is said of it."""
    found = {}
    for field, name in names:
        if field in fields:
            value = fields[field]
            text = clean(value if type(value) is str else text_field(fields, field), CAMPAIGN_LENGTH)
            if text:
                found[name] = text
    return found or None


def whole_field(body: dict[str, Any], field: str) -> int:
    """A number of pixels and the like, or 0 when missing; fractions are cut off. Raises InvalidInput."""
    value = body.get(field)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidInput(f"{field} must be a number", field=field)
    return int(value) if abs(value) < 1e9 else 0


def props_field(body: dict[str, Any], field: str) -> str | None:
    """The properties as compact JSON text, types kept, or None when there are none. Raises as `props_text`."""
    value = body.get(field)
    if not value and (value is None or value == {}):
        return None
    if not isinstance(value, dict):
        raise InvalidInput(f"{field} must be an object", field=field)
    return props_text(value, field)


def props_text(value: dict[str, Any], field: str) -> str | None:
    """Raises InvalidInput past a depth of 5, 255 keys or 16 KiB.

    What says nothing is left out. DuckDB's JSON functions can lose the whole instance on depths above 128.
    """
    value = without_blanks(value)
    if not value:
        return None
    quick = short_flat_text(value)
    if quick:
        return quick
    check_props(value, field, PROPS_DEPTH)
    if len(value) > PROPS_KEYS:
        raise InvalidInput(f"{field} has more than {PROPS_KEYS} keys", field=field)
    try:
        text = json_bytes(value)
    except TypeError as error:
        raise InvalidInput(f"{field} cannot be stored: {error}", field=field) from error
    if len(text) > PROPS_BYTES:
        raise PayloadTooLarge(f"{field} is larger than {PROPS_BYTES} bytes", field=field)
    return text.decode()


def without_blanks(props: dict[str, Any]) -> dict[str, Any]:
    """Those that have a name and a value: what is null or blank could be listed in reports, but not asked for."""
    return {key: each for key, each in props.items() if key.strip() and not is_blank(each)}


def is_blank(value: object) -> bool:
    return value is None or (type(value) is str and not value.strip())


def short_flat_text(value: dict[str, Any]) -> str | None:
    """JSON of a length at which no limit can be passed, or None: half the time of a look at every value.

    What JSON cannot say, such as infinity, was written as null.
    """
    if not SCALARS.issuperset(map(type, value.values())):
        return None
    try:
        text = orjson.dumps(value).decode()
    except TypeError:
        return None
    return text if len(text) <= KEY_LENGTH and "null" not in text else None


def object_field(body: dict[str, Any], field: str) -> dict[str, Any]:
    """An object, or {} when it is missing or null. Raises InvalidInput."""
    value = body.get(field)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidInput(f"{field} must be an object", field=field)
    return value


def number_value(value: object) -> float | None:
    """A finite number, also when it was sent as a text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)) > NUMBER_LENGTH:
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def time_field(body: dict[str, Any], field: str) -> int | None:
    """UTC milliseconds of an RFC 3339 text or a number of milliseconds; None when missing. Raises InvalidInput."""
    value = body.get(field)
    if value is None or value == "":
        return None
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LATEST_MS:
            return round(value)
    except (ValueError, OverflowError):
        pass
    raise InvalidInput(f"{field} must be a time such as 2026-01-31T12:00:00Z", field=field)


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
