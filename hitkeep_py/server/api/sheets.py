"""Answers as rows under a head, which is how files have them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import partial
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from hitkeep_py.exact_json import json_bytes
from hitkeep_py.export import Column, Kind, Rows
from hitkeep_py.query.dimensions import Scope
from hitkeep_py.query.filters import only_currency
from hitkeep_py.query.metrics import is_money
from hitkeep_py.query.query import Query

KINDS: Mapping[Any, Kind] = {str: Kind.TEXT, int: Kind.WHOLE, float: Kind.NUMBER}
"""By the type of a field; anything else is JSON."""
TIME = Column("time", Kind.MOMENT)
"""When a bucket begins, with the zone's offset."""
TIMES = ("time", "start")
"""Fields that are times, as texts."""
AMOUNTS = dict[str, int]
SUMS_OF_MONEY = ("revenue", "refunded")
"""Fields that are whole minor units, added up."""

Keyed = tuple[Sequence[Any], Any]
"""The keys of a row and what it says of them: a dataclass, or None for nothing."""


@dataclass(frozen=True, slots=True)
class Sheet:
    columns: Sequence[Column]
    rows: Rows


@dataclass(frozen=True, slots=True)
class Cells:
    """A column and how its cells are read."""

    column: Column
    read: Callable[[Any], Any]


def sheet_of(record: type, found: Iterable[Keyed], keys: Sequence[Column] = (), without: Sequence[str] = ()) -> Sheet:
    """The fields of `record` after the keys. Amounts by currency have a column for each, such as revenue_minor_EUR, in
    minor units; with such a field `found` has to be a list.
    """
    hints = get_type_hints(record)
    cells = [
        cell
        for each in fields(record)
        if each.name not in without
        for cell in cells_of(each.name, hints[each.name], found)
    ]
    rows = ((*values, *(None if about is None else each.read(about) for each in cells)) for values, about in found)
    return Sheet([*keys, *(each.column for each in cells)], rows)


def cells_of(name: str, hint: Any, found: Iterable[Keyed]) -> Iterable[Cells]:
    if hint == AMOUNTS:
        currencies = {code for _, about in found if about is not None for code in getattr(about, name)}
        for code in sorted(currencies):
            yield Cells(Column(f"{name}_minor_{code}", Kind.AMOUNT), partial(amount, name, code))
        return
    kind = kind_of(name, hint)
    yield Cells(Column(name, kind), lambda about: json_text(getattr(about, name), kind))


def kind_of(name: str, hint: Any) -> Kind:
    if name in TIMES:
        return Kind.MOMENT
    kind = KINDS.get(without_none(hint), Kind.JSON)
    return Kind.AMOUNT if kind is Kind.WHOLE and name in SUMS_OF_MONEY else kind


def amount(name: str, code: str, about: Any) -> int | None:
    found: int | None = getattr(about, name).get(code)
    return found


def without_none(hint: Any) -> Any:
    if get_origin(hint) not in (Union, UnionType):
        return hint
    others = [each for each in get_args(hint) if each is not NoneType]
    return others[0] if len(others) == 1 else hint


def json_text(value: Any, kind: Kind) -> Any:
    return value if kind is not Kind.JSON or value is None else json_bytes(value).decode()


def unkeyed(found: Iterable[Any]) -> list[Keyed]:
    return [((), each) for each in found]


def dimension_columns(query: Query) -> list[Column]:
    return [Column(each.name, Kind.MOMENT if each.scope is Scope.TIME else Kind.TEXT) for each in query.dimensions]


def currency_beside(query: Query) -> list[Column]:
    """A column for the currency of amounts where it is a filter; as a dimension it has one already."""
    return [Column("currency", Kind.TEXT)] if filtered_currency(query) else []


def filtered_currency(query: Query) -> tuple[str, ...]:
    """The one currency that the filters leave, where money is asked for and no dimension tells the currency."""
    if not any(map(is_money, query.metrics)) or any(each.name == "currency" for each in query.dimensions):
        return ()
    found = only_currency(query.filters)
    return () if found is None else (found,)
