"""Conditions joined by and, or and not, nested as people write them, as the AND of ORs that filters are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.filters import MOST_CONDITIONS, NEGATIVE, AnyOf, Condition, Filters

OPPOSITES = {
    **NEGATIVE,
    **{positive: negative for negative, positive in NEGATIVE.items()},
    "is set": "is not set",
    "is not set": "is set",
}


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple["Logic", ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    parts: tuple["Logic", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Logic"


Logic = Condition | AllOf | OneOf | Not


def filters_of(logic: Logic) -> Filters:
    """Raises InvalidInput when that takes too many conditions."""
    return _groups(logic, negated=False)


def _groups(logic: Logic, negated: bool) -> Filters:
    if isinstance(logic, Condition):
        return ((opposite(logic) if negated else logic,),)
    if isinstance(logic, Not):
        return _groups(logic.part, not negated)
    parts = [_groups(each, negated) for each in logic.parts]
    found = joined_by_and(parts) if isinstance(logic, AllOf) is not negated else joined_by_or(parts)
    if sum(map(len, found)) > MOST_CONDITIONS:
        raise TOO_MANY
    return found


def joined_by_and(parts: Sequence[Filters]) -> Filters:
    return tuple(dict.fromkeys(group for part in parts for group in part))


def joined_by_or(parts: Sequence[Filters]) -> Filters:
    """Of (a AND b) OR c: (a OR c) AND (b OR c)."""
    found: Filters = ((),)
    for part in parts:
        if len(found) * len(part) > MOST_CONDITIONS:
            raise TOO_MANY
        found = tuple(dict.fromkeys(united(group, other) for group, other in product(found, part)))
    return found


def united(group: AnyOf, other: AnyOf) -> AnyOf:
    return tuple(dict.fromkeys((*group, *other)))


def opposite(condition: Condition) -> Condition:
    if condition.operator not in OPPOSITES:
        raise InvalidInput(f"the condition {condition.operator!r} cannot be negated", field="filters")
    return replace(condition, operator=OPPOSITES[condition.operator])


TOO_MANY = InvalidInput(
    f"written as an AND of ORs the filters have more than {MOST_CONDITIONS} conditions; ask for less at once",
    field="filters",
)
