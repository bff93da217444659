"""What a goal or a step of a funnel looks for: events of a name or pages of a path, with conditions on them."""

from dataclasses import dataclass, replace

from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.dimensions import Scope
from hitkeep_py.query.filters import Filters, pattern, scopes
from hitkeep_py.query.query import Query, matching_visits, scope, where
from hitkeep_py.query.sql import Statement, filled

EVENT, PATH = "event", "path"
STEP_TYPES = (EVENT, PATH)
ANY_PAGE = "*"


@dataclass(frozen=True, slots=True)
class Step:
    """`value` is an event's name or a page's path, exactly as stored; in a path `*` is any text, alone any page.

    `filters` are conditions on the very event, such as those on its properties.
    """

    type: str
    value: str
    filters: Filters = ()


def matches(step: Step, query: Query, dialect: Dialect) -> Statement:
    """The condition on a row of `events`; NULL stands for no.

    Raises InvalidInput for filters on what is only known of a whole session.
    """
    if Scope.VISIT in scopes(step.filters):
        raise InvalidInput("entry_page and exit_page are known of sessions, not of the event to match", field="filters")
    return filled("{}{}", matches_value(step, dialect), where(step.filters, query, dialect))


def matches_value(step: Step, dialect: Dialect) -> Statement:
    if step.type == EVENT:
        return Statement("kind = 'event' AND name = ?", (step.value,))
    if step.value == ANY_PAGE:
        return Statement("kind = 'pageview'")
    if "*" in step.value:
        return Statement(f"kind = 'pageview' AND {dialect.matches('path')}", (pattern(step.value),))
    return Statement("kind = 'pageview' AND path = ?", (step.value,))


def of_matching_sessions(query: Query, dialect: Dialect) -> Statement:
    """The condition on `events`: all events of the sessions that have an event that matches the query's filters."""
    scoped = scope(query, dialect)
    if scopes(query.filters) <= {Scope.SESSION}:
        return filled("{}{}", scoped, where(query.filters, query, dialect))
    sessions = matching_visits(replace(query, dimensions=()), dialect, ())
    return filled("{} AND session_id IN (SELECT session_id FROM ({}) AS matching)", scoped, sessions)
