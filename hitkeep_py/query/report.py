"""What a report is: it asks statements, one after the other, and makes its answer of their rows."""

from collections.abc import Generator, Sequence
from typing import Any, TypeVar

from hitkeep_py.query.sql import Statement

Rows = Sequence[tuple[Any, ...]]
Answer = TypeVar("Answer")
Report = Generator[Statement, Rows, Answer]
"""A report is a function (dialect, query, ...) -> Report. All its statements see the same state of the store."""


def number(value: Any, default: float | int | None = 0) -> Any:
    """A figure as JSON takes it: whole where it is whole by nature, else rounded to 12 digits.

    Sums of fractions depend on the order in which an engine adds; their first 12 digits do not.
    """
    if value is None:
        return default
    if isinstance(value, float):
        return float(f"{value:.12g}")
    return value if isinstance(value, int) else _number(value)


def _number(value: Any) -> float | int:
    whole = int(value)
    return whole if whole == value else float(f"{float(value):.12g}")
