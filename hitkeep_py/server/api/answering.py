"""What answers to all kinds of questions have in common: their range, and how they explain themselves."""

from collections.abc import Callable, Mapping
from typing import Any

from hitkeep_py.clock import zone_text
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dimensions import TIME_UNITS
from hitkeep_py.query.query import Query
from hitkeep_py.query.read_query import flag_of, read_number
from hitkeep_py.query.time_range import TimeRange, unit_for
from hitkeep_py.server.call import Call, Result
from hitkeep_py.server.prose import told_by


def range_json(time_range: TimeRange) -> dict[str, str]:
    return {**edges(time_range), "time_zone": time_range.zone}


def comparison_range(time_range: TimeRange | None) -> dict[str, str] | None:
    return edges(time_range) if time_range else None


def edges(time_range: TimeRange) -> dict[str, str]:
    """With the offsets of the range's zone; `to` is not included."""
    return {"from": zone_text(time_range.start, time_range.zone), "to": zone_text(time_range.end, time_range.zone)}


def read_unit(call: Call, query: Query) -> str:
    """The parameter `unit`, by default one that suits the range. Raises InvalidInput."""
    given = call.last("unit")
    if given is not None and given not in TIME_UNITS:
        raise InvalidInput(f"unit must be one of {', '.join(TIME_UNITS)}", field="unit")
    return given or unit_for(query.range)


def whole_number(call: Call, name: str, default: int, least: int, most: int) -> int:
    text = call.last(name)
    value: object = int(text) if text and text.isascii() and text.isdigit() and len(text) < 12 else text
    return read_number({name: value} if text else {}, name, default, least, most)


def needed(call: Call, name: str, in_path: str) -> str:
    found = call.path.get(in_path) or call.last(name)
    if not found:
        raise InvalidInput(f"the parameter {name} is needed", field=name)
    return found


def shaped(
    call: Call, query: Query, value: dict[str, Any], meaning: Callable[..., Any] | type, words: str | None = None
) -> Result:
    """The answer in JSON with its range; without words it means what the report says of itself."""
    return explained(call, {**value, **range_json(query.range)}, {meaning.__name__.lower(): words or told_by(meaning)})


def explained(call: Call, value: dict[str, Any], meanings: Mapping[str, str], explain: bool | None = None) -> Result:
    """With `explain=1` the answer tells what its numbers mean and what was asked for them."""
    wanted = flag_of(call.last("explain") or "0", "explain") if explain is None else explain
    return Result({**value, "explain": explanation(call, meanings)} if wanted else value)


def explanation(call: Call, meanings: Mapping[str, str]) -> dict[str, Any]:
    statements = [
        {
            "sql": each.statement.sql,
            "parameters": [parameter_json(value) for value in each.statement.parameters],
            "seconds": each.seconds,
            "kept": each.kept,
            "rows": each.rows,
        }
        for each in call.request.asked
    ]
    return {"definitions": dict(meanings), "statements": statements}


def parameter_json(value: object) -> Any:
    fits = not isinstance(value, int) or -(2**63) <= value < 2**64
    return value if fits and isinstance(value, str | int | float | None) else str(value)
