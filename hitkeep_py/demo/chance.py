"""Draws that depend on their names alone: the same seed gives the same month."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

Value = TypeVar("Value")
Table = Sequence[tuple[Value, float]]
"""Values with their weights."""


def dice(*names: object) -> Random:
    return Random(":".join(map(str, names)))


def drawn(random: Random, table: Table[Value]) -> Value:
    point = random.random() * sum(weight for _, weight in table)
    for value, weight in table:
        point -= weight
        if point < 0:
            return value
    return table[-1][0]


def ranked(*values: Value, steepness: float = 1.0) -> Table[Value]:
    """By Zipf's law: the first is the most frequent."""
    return tuple((value, 1 / place**steepness) for place, value in enumerate(values, 1))


def happens(random: Random, chance: float) -> bool:
    return random.random() < chance
