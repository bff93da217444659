"""Sessions one by one: a list, newest first, and what happened in one of them.

Visitors are shown by a short text that says nothing: it tells two of them apart for as long as their ids live.
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import orjson

from hitkeep_py.clock import utc_text
from hitkeep_py.errors import NotFound
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.query import Query, matching_visits, visits_in_range
from hitkeep_py.query.report import Report, number
from hitkeep_py.query.sql import Statement, filled, joined
from hitkeep_py.query.visits import visit_columns
from hitkeep_py.reports.table import with_edges

VISITOR_BYTES = 5
MOST_SESSION_ID = 2**64 - 1
COLUMNS = (
    "visitor_id",
    "start",
    "duration_ms",
    "pageviews",
    "events",
    "entry_page",
    "exit_page",
    "country",
    "region",
    "city",
    "source",
    "channel",
    "referrer",
    "browser",
    "os",
    "device",
    "language",
    "screen",
)


@dataclass(frozen=True, slots=True)
class Session:
    """`start` is RFC 3339 in UTC. Ids are texts, since JSON's numbers do not hold them."""

    session_id: str
    visitor: str
    start: str
    duration_seconds: float
    pageviews: int
    events: int
    entry_page: str | None
    exit_page: str | None
    country: str | None
    region: str | None
    city: str | None
    source: str | None
    channel: str | None
    referrer: str | None
    browser: str | None
    os: str | None
    device: str | None
    language: str | None
    screen: str | None


@dataclass(frozen=True, slots=True)
class SessionList:
    """`total` counts all sessions, `rows` are those of the page."""

    total: int
    rows: list[Session]


@dataclass(frozen=True, slots=True)
class SessionEvent:
    """`time` is RFC 3339 in UTC, `props` what the sender gave, `revenue` in minor units of `currency`.

    `scroll_depth` in percent and `engagement_ms` are of an engagement: how far and how long the page was looked at.
    """

    time: str
    kind: str
    name: str | None
    hostname: str | None
    path: str | None
    title: str | None
    value: float | None
    revenue: int | None
    currency: str | None
    scroll_depth: int | None
    engagement_ms: int | None
    props: Any


@dataclass(frozen=True, slots=True)
class SessionEvents:
    """`total` counts all events of the session, `events` are those of the page, oldest first."""

    session: Session
    total: int
    events: list[SessionEvent]


EVENT_COLUMNS = tuple(each.name for each in fields(SessionEvent))[1:]


def sessions(dialect: Dialect, query: Query) -> Report[SessionList]:
    """The page of the query's limit and offset, newest start first. The filters choose sessions.

    Of a session that begins before the range or goes on after it, only what lies in the range is looked at.
    """
    query = yield from with_edges(dialect, query)
    total = (yield filled("SELECT count(*) FROM ({}) AS visits", matching_visits(query, dialect, ())))[0][0]
    limit = f" LIMIT {int(query.limit)} OFFSET {int(query.offset)}" if query.limit is not None else ""
    # Twice: to sort the ids alone and then to look at a few sessions is much faster than to sort whole rows.
    page = yield filled(
        f"SELECT session_id, {dialect.milliseconds('start')} FROM (SELECT session_id, start FROM ({{}}) AS visits"
        f" ORDER BY start DESC, session_id DESC{limit}) AS page ORDER BY page.start DESC, session_id DESC",
        matching_visits(query, dialect, ("start",)),
    )
    if not page:
        return SessionList(int(total), [])
    rows = yield filled(
        f"SELECT session_id, {shown(dialect)} FROM ({{}}) AS visits WHERE {{}} AND session_id IN ({{}})"
        " ORDER BY visits.start DESC, session_id DESC",
        visits_in_range(query, dialect, COLUMNS),
        Statement(f"start >= {dialect.moment()} AND start <= {dialect.moment()}", (page[-1][1], page[0][1])),
        joined(", ", (Statement("?", (session_id,)) for session_id, _ in page)),
    )
    return SessionList(int(total), [session_of(row, query.site_id) for row in rows])


def sessions_before(dialect: Dialect, query: Query, before: int | None, size: int) -> Report[list[Session]]:
    """Those with the largest ids below `before`, or of all: by the arrival of their first event, the last first.

    A late event may move a session's start while its pages are read, but never its id.
    """
    older = Statement("TRUE") if before is None else Statement("session_id < ?", (before,))
    rows = yield filled(
        f"SELECT session_id, {shown(dialect)} FROM ({{}}) AS visits WHERE {{}}"
        f" ORDER BY session_id DESC LIMIT {int(size)}",
        matching_visits(query, dialect, COLUMNS),
        older,
    )
    return [session_of(row, query.site_id) for row in rows]


def session_events(
    dialect: Dialect, query: Query, session_id: str, limit: int = 1_000, offset: int = 0
) -> Report[SessionEvents]:
    """The whole session, wherever it lies in time: neither range nor filters count. Raises NotFound."""
    number_of = session_number(session_id)
    ours = Statement(f"site_id = {dialect.site()} AND session_id = ? AND flagged IS NULL", (query.site_id, number_of))
    known = visit_columns(dialect)
    aggregates = ", ".join(f"{known[name]} AS {name}" for name in COLUMNS)
    rows = yield filled(
        f"SELECT session_id, {shown(dialect)}, total FROM (SELECT session_id, {aggregates}, count(*) AS total"
        " FROM events WHERE {} GROUP BY session_id) AS visits",
        ours,
    )
    if not rows:
        raise NotFound(f"there is no session {session_id[:100]} on this site")
    *session, total = rows[0]
    events = yield filled(
        f"SELECT {dialect.milliseconds('time')}, {', '.join(EVENT_COLUMNS)} FROM events WHERE {{}}"
        f" ORDER BY events.time, event_id LIMIT {int(limit)} OFFSET {int(offset)}",
        ours,
    )
    return SessionEvents(session_of(session, query.site_id), int(total), [event_of(row) for row in events])


def session_number(text: str) -> int:
    """Raises NotFound for what is no session's id."""
    if not (
        text.isascii() and text.isdigit() and len(text) <= len(str(MOST_SESSION_ID)) and int(text) <= MOST_SESSION_ID
    ):
        raise NotFound(f"there is no session {text[:100]} on this site")
    return int(text)


def shown(dialect: Dialect) -> str:
    return ", ".join(dialect.milliseconds("start") if name == "start" else name for name in COLUMNS)


def session_of(row: Sequence[Any], site_id: str) -> Session:
    session_id, visitor_id, start, duration_ms, pageviews, events, *texts = row
    return Session(
        str(session_id),
        visitor_text(site_id, visitor_id),
        utc_text(start),
        number(duration_ms / 1000),
        int(pageviews),
        int(events),
        *texts,
    )


def event_of(row: Sequence[Any]) -> SessionEvent:
    time, *values, props = row
    shown_as = dict(zip(EVENT_COLUMNS, values, strict=False))
    return SessionEvent(utc_text(time), **shown_as, props=None if props is None else orjson.loads(props))


def visitor_text(site_id: str, visitor_id: int) -> str:
    """Eight letters and digits. Of many visitors two may share them, which only matters to the eye."""
    digest = hashlib.blake2b(f"{site_id}\n{visitor_id}".encode(), digest_size=VISITOR_BYTES).digest()
    return base64.b32encode(digest).decode("ascii").lower()
