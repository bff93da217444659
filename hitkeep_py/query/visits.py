"""Sessions as rows: what a session's events say together, from the events or from the summary table `sessions`."""

from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.dimensions import SESSION_ATTRIBUTES

PAGE_OF_VIEW = "CASE WHEN kind = 'pageview' THEN path END"


def visit_columns(dialect: Dialect) -> dict[str, str]:
    """Name and aggregate over the events of one session, of everything that is known of a session.

    Attributes are the same for all events of a session (ingest/sessions.py), so `min` finds them, in any order, at a
    third of the time of a first value.
    """
    order = ("time", "event_id")
    return {
        "visitor_id": "min(visitor_id)",
        **({dialect.visitor: f"min({dialect.visitor})"} if dialect.visitor != "visitor_id" else {}),
        "start": "min(time)",
        "last": "max(time)",
        "duration_ms": dialect.milliseconds_between("min(time)", "max(time)"),
        "pageviews": "count(CASE WHEN kind = 'pageview' THEN 1 END)",
        "events": "count(CASE WHEN kind = 'event' THEN 1 END)",
        "passive_events": "count(passive)",
        "entry_page": dialect.earliest(PAGE_OF_VIEW, *order),
        "exit_page": dialect.latest(PAGE_OF_VIEW, *order),
        **{name: f"min({name})" for name in SESSION_ATTRIBUTES},
    }
