"""Figures and times of answers: for people with their units, in files as plain numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from hitkeep_py.exact_json import json_bytes
from hitkeep_py.money import currency_digits, whole_units
from hitkeep_py.query.metrics import AGGREGATES, METRICS, REVENUE_OF, Unit

UNITS = {
    **{name: each.unit for name, each in METRICS.items()},
    **dict.fromkeys(("conversion_rate", "share", "of_first", "of_previous"), Unit.FRACTION),
    **dict.fromkeys(("difference", "at least", "at most", "uplift"), Unit.FRACTION),
    **dict.fromkeys(("reached_25", "reached_50", "reached_75", "reached_100"), Unit.FRACTION),
    **dict.fromkeys(("good", "needs_improvement", "poor"), Unit.FRACTION),
    **dict.fromkeys(("median_seconds", "duration_seconds"), Unit.SECONDS),
    **dict.fromkeys(("seconds_per_pageview", "seconds_per_session"), Unit.SECONDS),
    **dict.fromkeys(("average_order_value", "refunded"), Unit.MINOR),
    "average_scroll_depth": Unit.PERCENT,
}
"""Of the figures in answers, by their names."""
UNITS |= {f"{function}:revenue": Unit.MINOR for function in AGGREGATES if function != "count"}
IN_HEADINGS = {Unit.SECONDS: "seconds", Unit.PERCENT: "percent"}
HEADS = {
    "median_seconds": "median time",
    "duration_seconds": "duration",
    "engagement_seconds": "engagement time",
    "seconds_per_pageview": "time per pageview",
    "seconds_per_session": "time per session",
}
"""Of tables, whose durations are in minutes too."""
HOUR_SECONDS = 3_600
NOTHING, UNKNOWN = "-", "?"


@dataclass(frozen=True, slots=True)
class Figure:
    """Money is in minor units of `currency`, which is empty where nobody knows it.

    Without a value there is none, or with `unknown` nobody can know it.
    """

    value: float | None
    unit: Unit
    currency: str = ""
    unknown: bool = False

    def text(self) -> str:
        """As people read it."""
        if self.value is None:
            return UNKNOWN if self.unknown else NOTHING
        match self.unit:
            case Unit.FRACTION:
                return f"{self.value * 100:.1f} %"
            case Unit.PERCENT:
                return f"{self.value:.1f} %"
            case Unit.SECONDS:
                return duration_text(round(self.value))
            case Unit.MINOR if self.currency:
                return f"{whole_units(self.value, self.currency):.{currency_digits(self.currency)}f} {self.currency}"
            case Unit.MINOR:
                return f"{text_of(self.value)} minor units"
        return text_of(self.value)

    def number(self) -> Any:
        """As a file has it: exact, without its unit, money in whole units such as euros."""
        if self.value is not None and self.unit is Unit.MINOR and self.currency:
            exact = int(self.value) if self.value == int(self.value) else self.value
            return format(whole_units(exact, self.currency), "f")
        return self.value

    def unit_name(self) -> str:
        return self.currency or self.unit.value


def figure(name: str, value: Any, currency: str = "") -> Any:
    """The value with the unit that its name tells; what has none as it is."""
    name = name.removesuffix(" before")
    if name.startswith(REVENUE_OF):
        return Figure(value, Unit.MINOR, name.removeprefix(REVENUE_OF))
    unit = UNITS.get(name)
    if unit is Unit.MINOR and isinstance(value, dict):
        return {code: Figure(amount, unit, code) for code, amount in value.items()}
    if unit is None or not (value is None or isinstance(value, int | float)):
        return value
    return Figure(value, unit, currency if unit is Unit.MINOR else "")


def text_of(value: Any) -> str:
    """A cell of a table."""
    if value is None or value == {}:
        return NOTHING
    if isinstance(value, Figure):
        return value.text()
    if isinstance(value, dict) and all(isinstance(each, Figure) for each in value.values()):
        return ", ".join(each.text() for each in value.values())
    if isinstance(value, dict | list):
        return json_bytes(value).decode()
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def column_texts(values: Sequence[Any]) -> list[str]:
    """The cells of a column: where one number shows a fraction, all do; counts are whole."""
    numbered = [(each, bare_number(each)) for each in values]
    fractions = any(isinstance(number, float) for _, number in numbered)
    return [text_of(float(number)) if fractions and number is not None else text_of(each) for each, number in numbered]


def bare_number(value: Any) -> int | float | None:
    """A number that is neither a count nor has a unit; None for all else."""
    found = value.value if isinstance(value, Figure) and value.unit is Unit.NUMBER else value
    return found if isinstance(found, int | float) and not isinstance(found, bool) else None


def duration_text(seconds: int) -> str:
    minutes = f"{seconds % HOUR_SECONDS // 60}:{seconds % 60:02}"
    return f"{seconds // HOUR_SECONDS}:{minutes:0>5} h" if seconds >= HOUR_SECONDS else f"{minutes} min"


def plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row of a file: the units are in the names of the columns, and money in columns of its currencies."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            found |= {f"{name}_{code}": each.number() for code, each in value.items()}
        elif isinstance(value, Figure):
            found[heading(name, value, "currency" in row)] = value.number()
        else:
            found[snake(name)] = text_of(value) if isinstance(value, list) else value
    return found


def heading(name: str, value: Figure, currency_is_beside: bool) -> str:
    unit = IN_HEADINGS.get(value.unit, "")
    if value.unit is Unit.MINOR and not currency_is_beside:
        unit = value.currency or "minor_units"
    return snake(name) if not unit or unit in name else f"{snake(name)}_{unit}"


def snake(name: str) -> str:
    return name.replace(" ", "_")


def range_heading(answer: Mapping[str, Any]) -> str:
    zone, other = answer["time_zone"], answer.get("comparison_range")
    compared = f", compared with {range_text(other['from'], other['to'], zone)}" if other else ""
    return f"{range_text(answer['from'], answer['to'], zone)}, {zone}{compared}"


def range_text(start: str, end: str, zone: str) -> str:
    """Of a half-open range: the days of the zone, the last one included, or times where it is not of whole days."""
    first, last = (datetime.fromisoformat(each).astimezone(ZoneInfo(zone)) for each in (start, end))
    if first.time() == last.time() == time(0):
        days = dict.fromkeys((first.date().isoformat(), (last.date() - timedelta(days=1)).isoformat()))
        return " to ".join(days)
    return f"{first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}"


def explanation_text(explained: Mapping[str, Any]) -> str:
    """What the numbers mean, and each statement after its time."""
    meanings = [f"{name}: {words}" for name, words in explained["definitions"].items()]
    return "\n".join([*meanings, *map(statement_text, explained["statements"])])


def statement_text(statement: Mapping[str, Any]) -> str:
    kept = ", kept from an earlier question" if statement["kept"] else ""
    parameters = orjson.dumps(statement["parameters"]).decode()
    rows = "1 row" if statement["rows"] == 1 else f"{statement['rows']} rows"
    return f"\n{statement['seconds']:.3f} s, {rows}{kept}\n{statement['sql'].strip()}\nvalues: {parameters}"
