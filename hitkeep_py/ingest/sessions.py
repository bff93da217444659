"""Sessions, made by the server at the moment of writing: 30 minutes of inactivity, in event time (D6).

What brought a visitor, from where and with which device is the session's: all its events get what its first event said
of it, so that a purchase counts for the campaign that led to it. Only the writer thread uses this. The same events in
the same order always give the same sessions.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

SESSION_TIMEOUT_MS = 30 * 60 * 1000
KEPT_MS = 2 * 60 * 60 * 1000
FORGET_EVERY = 50_000
Attributes = tuple[str | None, ...]
"""Values of query.dimensions.SESSION_ATTRIBUTES."""


@dataclass(slots=True)
class OpenSession:
    """`key` is the name that the client gave it, if any."""

    session_id: int
    visitor_id: int
    key: int | None
    first: int
    last: int
    attributes: Attributes

    def covers(self, time: int, pause: int = SESSION_TIMEOUT_MS) -> bool:
        return self.first - pause <= time <= self.last + pause


class Sessions:
    def __init__(self, known: Iterable[Sequence[Any]] = ()) -> None:
        """`known` are the store's recent sessions as EventStore.recent_sessions gives them."""
        self._open: dict[int, OpenSession] = {}
        self._newest = 0
        self._assigned = 0
        by_id: dict[int, OpenSession] = {}
        for found, visitor_id, session_id, key, first, last, *attributes in known:
            new = OpenSession(session_id, visitor_id, key, first, last, shared(attributes))
            session = by_id.setdefault(session_id, new)
            session.first, session.last = min(session.first, first), max(session.last, last)
            session.key = session.key or key
            self._open[session.key or found] = self._open[found] = session
            self._newest = max(self._newest, last)

    def assign(
        self,
        event_id: int,
        time: int,
        visitor_id: int,
        previous_visitor_id: int | None,
        session_key: int | None,
        attributes: Attributes,
    ) -> OpenSession:
        """The session of an event, with its visitor and attributes. It is numbered by its first event.

        A session that began before the salt changed keeps its visitor. A session that the client named goes by that
        name, also after pauses up to KEPT_MS, and has one visitor as well: the first, even when an address that changes
        on the way gives another.
        """
        session, late = self._named(session_key, time), False
        if session is None:
            session = self._going_on(visitor_id, previous_visitor_id)
            late = session is not None and time < session.first - SESSION_TIMEOUT_MS
            if session is None or not session.covers(time):
                session = OpenSession(event_id, visitor_id, session_key, time, time, shared(attributes))
            elif session_key and session.key and session_key != session.key:
                session = OpenSession(event_id, session.visitor_id, session_key, time, time, shared(attributes))
        session.first = min(session.first, time)
        session.last = max(session.last, time)
        session.key = session.key or session_key
        if not late:
            self._open[session.key or visitor_id] = self._open[visitor_id] = session
        self._forget_old(session.last)
        return session

    def _named(self, session_key: int | None, time: int) -> OpenSession | None:
        session = self._open.get(session_key) if session_key else None
        return session if session and session.covers(time, KEPT_MS) else None

    def _going_on(self, visitor_id: int, previous_visitor_id: int | None) -> OpenSession | None:
        session = self._open.get(visitor_id)
        return self._open.get(previous_visitor_id) if session is None and previous_visitor_id else session

    def _forget_old(self, time: int) -> None:
        self._newest = max(self._newest, time)
        self._assigned += 1
        if self._assigned % FORGET_EVERY == 0:
            oldest = self._newest - KEPT_MS
            self._open = {visitor: each for visitor, each in self._open.items() if each.last >= oldest}


def shared(attributes: Iterable[str | None]) -> Attributes:
    """With one text in memory for all sessions that say the same."""
    return tuple(each and sys.intern(each) for each in attributes)
