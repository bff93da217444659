"""What people do one after the other: funnels, journeys, retention, sessions."""

from dataclasses import asdict, replace
from typing import Any

from hitkeep_py.catalog.funnels import Funnel, read_scope, read_steps, read_window
from hitkeep_py.catalog.sites import Site
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.read_query import flag_of
from hitkeep_py.reports.funnels import FunnelResult, funnel, funnel_series, steps_of
from hitkeep_py.reports.journeys import DIRECTIONS, MOST_BRANCHES, MOST_DEPTH, journeys
from hitkeep_py.reports.matching import STEP_TYPES, Step
from hitkeep_py.reports.retention import RETENTION_UNITS, retention
from hitkeep_py.reports.sessions import session_events, sessions
from hitkeep_py.server.api.answering import read_unit, shaped, whole_number
from hitkeep_py.server.call import Call, Result

PARAMETER_OF = {"event": "event", "path": "page"}
"""Of the address, by the kind of step."""
SESSIONS, MOST_SESSIONS = 50, 1_000
EVENTS, MOST_EVENTS = 1_000, 10_000
MOST_OFFSET = 1_000_000_000


def show_funnel(call: Call) -> Result:
    """A funnel of the site, by its id or name."""
    site = call.site()
    found = call.analytics.catalog.funnels.find(site.id, call.path["funnel_id"])
    return funnel_answer(call, site, found, {"funnel_id": found.id, "name": found.name})


def try_funnel(call: Call) -> Result:
    """A funnel that is not kept: its steps, window and scope are in the body."""
    site, body = call.site(), call.body
    if unknown := sorted(set(body) - {"steps", "window_seconds", "scope"}):
        raise InvalidInput(f"a funnel has no {unknown[0][:100]!r} here, only steps, window_seconds and scope")
    steps, window = read_steps(body.get("steps")), read_window(body.get("window_seconds"))
    return funnel_answer(
        call, site, Funnel("", site.id, "", steps, window, read_scope(body.get("scope", "session")), 0)
    )


def funnel_answer(call: Call, site: Site, found: Funnel, head: dict[str, Any] | None = None) -> Result:
    query, steps = call.query(site), steps_of(found)
    result: FunnelResult = call.answer(funnel, query, steps, found.window_seconds, found.scope)
    value = {**(head or {}), **asdict(result)}
    if call.last("unit"):
        unit = read_unit(call, query)
        points = call.answer(funnel_series, query, steps, unit, found.window_seconds, found.scope)
        value["points"] = [asdict(each) for each in points]
    return shaped(call, query, value, FunnelResult)


def show_journeys(call: Call) -> Result:
    """Where sessions go after the page `page` or the event `event`, or come from before it."""
    query = call.query(call.site())
    anchor = next((Step(kind, text) for kind in STEP_TYPES if (text := call.last(PARAMETER_OF[kind]))), None)
    if anchor is None:
        raise InvalidInput("name the page or the event that journeys start from", field="page")
    found = call.answer(
        journeys,
        query,
        anchor,
        call.last("direction") or next(iter(DIRECTIONS)),
        whole_number(call, "depth", 3, 1, MOST_DEPTH),
        flag_of(call.last("with_events") or "0", "with_events"),
        whole_number(call, "limit", 20, 1, MOST_BRANCHES),
    )
    return shaped(call, query, asdict(found), journeys)


def show_retention(call: Call) -> Result:
    """Visitors by when they were first seen, and how many came back in each later day, week or month."""
    site = call.site()
    query = call.query(site)
    identified_only = flag_of(call.last("identified_only") or "0", "identified_only")
    unit = call.last("unit") or RETENTION_UNITS[1]
    found = call.answer(retention, query, unit, site.visitor_period, identified_only)
    return shaped(call, query, asdict(found), retention)


def show_sessions(call: Call) -> Result:
    """Sessions, newest first."""
    query = call.query(call.site())
    limit = whole_number(call, "limit", SESSIONS, 1, MOST_SESSIONS)
    query = replace(query, limit=limit, offset=whole_number(call, "offset", 0, 0, MOST_OFFSET))
    return shaped(call, query, asdict(call.answer(sessions, query)), sessions)


def show_session(call: Call) -> Result:
    """One session as a whole with its events, oldest first."""
    query = call.query(call.site())
    limit = whole_number(call, "limit", EVENTS, 1, MOST_EVENTS)
    offset = whole_number(call, "offset", 0, 0, MOST_OFFSET)
    found = call.answer(session_events, query, call.path["session_id"], limit, offset)
    return shaped(call, query, asdict(found), session_events)
