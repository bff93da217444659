"""What people do one after the other: funnels, journeys, retention, sessions."""

from collections.abc import Generator, Sequence
from dataclasses import asdict, replace
from typing import Any

from hitkeep_py.catalog.funnels import Funnel, read_scope, read_steps, read_window
from hitkeep_py.catalog.sites import Site
from hitkeep_py.errors import InvalidInput
from hitkeep_py.export import Column, Kind
from hitkeep_py.query.query import Query
from hitkeep_py.query.read_query import flag_of
from hitkeep_py.query.step import PATH, STEP_TYPES, Step, checked_path
from hitkeep_py.reports.funnels import FunnelPoint, FunnelResult, StepResult, funnel, funnel_series
from hitkeep_py.reports.journeys import DIRECTIONS, MOST_BRANCHES, MOST_DEPTH, Journeys, Node, journeys
from hitkeep_py.reports.retention import RETENTION_UNITS, Retention, retention
from hitkeep_py.reports.sessions import (
    Session,
    SessionEvent,
    session_events,
    sessions,
    sessions_before,
)
from hitkeep_py.server.api.answering import explained, read_unit, shaped, whole_number
from hitkeep_py.server.api.files import TOTAL_ROWS, file_result, patient_answer, wanted_file
from hitkeep_py.server.api.sheets import TIME, Keyed, Sheet, sheet_of, unkeyed
from hitkeep_py.server.call import Call, Result
from hitkeep_py.server.prose import told_by

PARAMETER_OF = {"event": "event", "path": "page"}
"""Of the address, by the kind of step."""
SESSIONS, MOST_SESSIONS = 50, 1_000
EVENTS, MOST_EVENTS = 1_000, 10_000
BRANCHES = 20
PAGE = 10_000
"""Sessions that are looked for at once when all are sent."""
MOST_OFFSET = 1_000_000_000


def show_funnel(call: Call) -> Result:
    """A funnel of the site, by its id or name."""
    site = call.site()
    found = call.analytics.catalog.funnels.find(site.id, call.path["funnel_id"])
    return funnel_answer(call, site, found, {"funnel_id": found.id, "name": found.name})


def try_funnel(call: Call) -> Result:
    """A funnel that is not kept: its steps, window and scope are in the body."""
    site, body = call.site(), call.body
    steps, window = read_steps(body.get("steps")), read_window(body.get("window_seconds"))
    return funnel_answer(
        call, site, Funnel("", site.id, "", steps, window, read_scope(body.get("scope", "session")), 0)
    )


def funnel_answer(call: Call, site: Site, found: Funnel, head: dict[str, Any] | None = None) -> Result:
    query, steps, wanted = call.query(site), found.steps, wanted_file(call)
    if wanted:
        name = f"{site.domain}-funnel-{found.name}"
        return file_result(call, wanted, name, funnel_sheet(call, query, found))
    result: FunnelResult = call.answer(funnel, query, steps, found.window_seconds, found.scope)
    value = {**(head or {}), **asdict(result)}
    if call.last("unit"):
        unit = read_unit(call, query)
        points = call.answer(funnel_series, query, steps, unit, found.window_seconds, found.scope)
        value["points"] = [asdict(each) for each in points]
    return shaped(call, query, value, FunnelResult)


def funnel_sheet(call: Call, query: Query, found: Funnel) -> Sheet:
    """Its steps, with `unit` its points."""
    window, scope = found.window_seconds, found.scope
    if call.last("unit"):
        points = call.answer(funnel_series, query, found.steps, read_unit(call, query), window, scope)
        return sheet_of(FunnelPoint, unkeyed(points))
    result = call.answer(funnel, query, found.steps, window, scope)
    steps = [((number,), each) for number, each in enumerate(result.steps, 1)]
    return sheet_of(StepResult, steps, [Column("step", Kind.WHOLE)])


def show_journeys(call: Call) -> Result:
    """Where sessions go after a page or an event, or come from before it."""
    site, wanted = call.site(), wanted_file(call)
    query = call.query(site)
    found = call.answer(
        journeys,
        query,
        read_anchor(call),
        call.last("direction") or next(iter(DIRECTIONS)),
        whole_number(call, "depth", 3, 1, MOST_DEPTH),
        flag_of(call.last("with_events") or "0", "with_events"),
        whole_number(call, "limit", MOST_BRANCHES if wanted else BRANCHES, 1, MOST_BRANCHES),
    )
    if wanted:
        return file_result(call, wanted, f"{site.domain}-journeys", journey_sheet(found))
    return shaped(call, query, asdict(found), journeys)


def read_anchor(call: Call) -> Step:
    given = {kind: text for kind in STEP_TYPES if (text := call.last(PARAMETER_OF[kind]))}
    if len(given) != 1:
        message = "name either the page or the event that journeys start from" + (", not both" if given else "")
        raise InvalidInput(message, field="page")
    ((kind, text),) = given.items()
    return Step(kind, checked_path(text, "page") if kind == PATH else text)


def journey_sheet(found: Journeys) -> Sheet:
    """A row a path; then the paths that are not shown and the sessions that took no step, so that nobody is missing."""
    paths = found.paths
    depth = len(found.levels)
    steps = range(1, depth + 1)
    columns = [Column(f"{name}_{step}", Kind.TEXT) for step in steps for name in ("kind", "name")]
    rows = [(*padded(each.nodes, depth), each.sessions, each.share) for each in paths.shown]
    for kind, count in (("others", paths.others), ("ended", paths.ended)):
        share = count / found.sessions if found.sessions else 0.0
        rows.append((kind, *[None] * (2 * depth - 1), count, share))
    return Sheet([*columns, Column("sessions", Kind.WHOLE), Column("share", Kind.NUMBER)], rows)


def padded(nodes: Sequence[Node], depth: int) -> list[str | None]:
    """Kind and name of each step, nothing past the last."""
    known = [text for each in nodes for text in (each.kind, each.name)]
    return [*known, *[None] * (2 * depth - len(known))]


def show_retention(call: Call) -> Result:
    """Visitors by when they were first seen, and how many came back in each later day, week or month."""
    site = call.site()
    query = call.query(site)
    identified_only = flag_of(call.last("identified_only") or "0", "identified_only")
    unit = call.last("unit") or RETENTION_UNITS[1]
    found = call.answer(retention, query, unit, site.visitor_period, identified_only)
    if wanted := wanted_file(call):
        return file_result(call, wanted, f"{site.domain}-retention", retention_sheet(found))
    return shaped(call, query, asdict(found), retention)


def retention_sheet(found: Retention) -> Sheet:
    """A row for each cohort in each bucket from its own on, numbered from 0."""
    columns = [TIME, *(Column(name, Kind.WHOLE) for name in ("visitors", "later", "retained"))]
    rows = (
        (cohort.time, cohort.visitors, later, retained, fraction)
        for cohort in found.cohorts
        for later, (retained, fraction) in enumerate(zip(cohort.retained, cohort.fractions, strict=True))
    )
    return Sheet([*columns, Column("fraction", Kind.NUMBER)], rows)


def show_sessions(call: Call) -> Result:
    """Sessions, newest first. In a file without a limit all of them, by the arrival of their first event."""
    site, wanted = call.site(), wanted_file(call)
    query = call.query(site)
    if wanted and not call.last("limit"):
        return file_result(call, wanted, f"{site.domain}-sessions", all_sessions(call, query))
    limit = whole_number(call, "limit", SESSIONS, 1, MOST_SESSIONS)
    query = replace(query, limit=limit, offset=whole_number(call, "offset", 0, 0, MOST_OFFSET))
    found = call.answer(sessions, query)
    if wanted:
        return file_result(call, wanted, f"{site.domain}-sessions", sheet_of(Session, unkeyed(found.rows)))
    return shaped(call, query, asdict(found), sessions)


def all_sessions(call: Call, query: Query) -> Sheet:
    """Page after page; the first is asked for at once, so that what is wrong is answered as an error."""
    if call.last("offset"):
        raise InvalidInput(
            "a file of all sessions begins with the last that came: give a limit beside offset", field="offset"
        )
    first = call.answer(sessions_before, query, None, PAGE)

    def pages() -> Generator[Keyed, None, None]:
        found = first
        yield from unkeyed(found)
        while len(found) == PAGE:
            found = patient_answer(call, sessions_before, query, int(found[-1].session_id), PAGE)
            yield from unkeyed(found)

    return sheet_of(Session, pages())


def show_session(call: Call) -> Result:
    """One session as a whole with its events, oldest first."""
    site, wanted = call.site(), wanted_file(call)
    limit = whole_number(call, "limit", MOST_EVENTS if wanted else EVENTS, 1, MOST_EVENTS)
    offset = whole_number(call, "offset", 0, 0, MOST_OFFSET)
    found = call.answer(session_events, call.query(site), call.path["session_id"], limit, offset)
    if wanted:
        shown = f"{site.domain}-session-{found.session.session_id}"
        result = file_result(call, wanted, shown, sheet_of(SessionEvent, unkeyed(found.events)))
        result.headers.append((TOTAL_ROWS, str(found.total)))
        return result
    return explained(call, asdict(found), {"session": told_by(session_events)})
