"""SQL made of names from our own lists, with the values that stand for its `?`."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Statement:
    """A whole statement or a piece of one."""

    sql: str
    parameters: tuple[object, ...] = ()


def joined(separator: str, pieces: Iterable[Statement]) -> Statement:
    found = list(pieces)
    parameters = tuple(each for piece in found for each in piece.parameters)
    return Statement(separator.join(piece.sql for piece in found), parameters)


def filled(template: str, *pieces: Statement) -> Statement:
    """The template with each `{}` replaced by a piece, values in the same order."""
    return Statement(
        template.format(*(piece.sql for piece in pieces)),
        tuple(each for piece in pieces for each in piece.parameters),
    )
