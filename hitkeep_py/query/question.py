"""A question: which site, which time, in which engine's words."""

from dataclasses import dataclass

from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.time_range import TimeRange


@dataclass(frozen=True, slots=True)
class Query:
    site_id: str
    range: TimeRange


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL made of names from our own lists, and the values for its `?`."""

    sql: str
    parameters: tuple[object, ...]


def scope(query: Query, dialect: Dialect) -> Statement:
    """The condition that every report starts from. What was flagged, such as robots, is kept but never counts."""
    return Statement(
        f"site_id = {dialect.site()} AND time >= {dialect.moment()} AND time < {dialect.moment()} AND flagged IS NULL",
        (query.site_id, query.range.start, query.range.end),
    )
