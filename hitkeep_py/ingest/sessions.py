"""Sessions, made by the server at the moment of writing: 30 minutes of inactivity, in event time (D6).

What brought a visitor, from where and with which device is the session's: all its events get what its first event said
of it, so that a purchase counts for the campaign that led to it. Only the writer thread uses this. The same events in
the same order always give the same sessions.
"""

import sys
from bisect import insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

SESSION_TIMEOUT_MS = 30 * 60 * 1000
KEPT_MS = 2 * 60 * 60 * 1000
RECENT_EVENTS = 10_000
"""A session that one of so many last events belongs to is kept as well, so that what was sent late stays together."""
MOST_OF_VISITOR = 8
"""Sessions of one visitor that are kept."""
Attributes = tuple[str | None, ...]
"""Values of query.dimensions.SESSION_ATTRIBUTES."""


@dataclass(slots=True, eq=False)
class OpenSession:
    """`key` is the name that the client gave it, if any; `newest` is the event that came last, of whatever time."""

    session_id: int
    visitor_id: int
    key: int | None
    first: int
    last: int
    newest: int
    attributes: Attributes

    def covers(self, time: int, pause: int = SESSION_TIMEOUT_MS) -> bool:
        return self.first - pause <= time <= self.last + pause

    def widen(self, first: int, last: int, newest: int, key: int | None) -> None:
        self.first, self.last, self.newest = min(self.first, first), max(self.last, last), max(self.newest, newest)
        self.key = self.key or key


class Sessions:
    """Those that events may still join, of KEPT_MS or of RECENT_EVENTS; after a restart they are the same."""

    def __init__(self, known: Iterable[Sequence[Any]] = ()) -> None:
        """`known` are the store's recent sessions as EventStore.recent_sessions gives them."""
        self._named: dict[int, OpenSession] = {}
        self._of_visitor: dict[int, list[OpenSession]] = {}
        self._latest = 0
        self._newest = 0
        self._assigned = 0
        rows = sorted(known, key=lambda row: row[5])
        sessions: dict[int, OpenSession] = {}
        for _, visitor_id, session_id, key, first, last, newest, *attributes in rows:
            new = OpenSession(session_id, visitor_id, key, first, last, newest, shared(attributes))
            sessions.setdefault(session_id, new).widen(first, last, newest, key)
        self._latest = max((each.last for each in sessions.values()), default=0)
        self._newest = max((each.newest for each in sessions.values()), default=0)
        for found, _, session_id, *_ in rows:
            self._note(sessions[session_id], found)

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

        A late event joins the visitor's session at its own time, also when another is going on by now.
        A session that began before the salt changed keeps its visitor. A session that the client named goes by that
        name, also after pauses up to KEPT_MS, and has one visitor as well: the first, even when an address that changes
        on the way gives another.
        """
        session = self._of_name(session_key, time) or self._at(time, visitor_id, previous_visitor_id)
        if session is None or (session_key and session.key and session_key != session.key):
            visitor = session.visitor_id if session else visitor_id
            session = OpenSession(event_id, visitor, session_key, time, time, event_id, shared(attributes))
        session.widen(time, time, event_id, session_key)
        self._latest, self._newest = max(self._latest, session.last), max(self._newest, event_id)
        self._note(session, visitor_id)
        self._forget_old()
        return session

    def _of_name(self, session_key: int | None, time: int) -> OpenSession | None:
        session = self._named.get(session_key) if session_key else None
        return session if session and self._is_kept(session) and session.covers(time, KEPT_MS) else None

    def _at(self, time: int, visitor_id: int, previous_visitor_id: int | None) -> OpenSession | None:
        for visitor in (visitor_id, previous_visitor_id):
            for session in reversed(self._of_visitor.get(visitor or 0, ())):
                if session.covers(time) and self._is_kept(session):
                    return session
        return None

    def _is_kept(self, session: OpenSession) -> bool:
        return session.last >= self._latest - KEPT_MS or session.newest > self._newest - RECENT_EVENTS

    def _note(self, session: OpenSession, visitor_id: int) -> None:
        """A visitor's sessions are in the order of their ends."""
        sessions = self._of_visitor.setdefault(visitor_id, [])
        if not sessions or sessions[-1] is not session:
            if session in sessions:
                sessions.remove(session)
            insort(sessions, session, key=lambda each: each.last)
            if len(sessions) > MOST_OF_VISITOR:
                sessions[:] = list(filter(self._is_kept, sessions))[-MOST_OF_VISITOR:]
        if session.key and self._named.get(session.key, session).last <= session.last:
            self._named[session.key] = session

    def _forget_old(self) -> None:
        self._assigned += 1
        if self._assigned % RECENT_EVENTS == 0:
            self._named = {key: each for key, each in self._named.items() if self._is_kept(each)}
            kept = ((visitor, list(filter(self._is_kept, each))) for visitor, each in self._of_visitor.items())
            self._of_visitor = {visitor: sessions for visitor, sessions in kept if sessions}


def shared(attributes: Iterable[str | None]) -> Attributes:
    """With one text in memory for all sessions that say the same."""
    return tuple(each and sys.intern(each) for each in attributes)
