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
FORGET_EVERY = 50_000
MOST_RECENT = 8
"""Sessions of one visitor that are kept for late events."""
Attributes = tuple[str | None, ...]
"""Values of query.dimensions.SESSION_ATTRIBUTES."""


@dataclass(slots=True, eq=False)
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
        self._named: dict[int, OpenSession] = {}
        self._recent: dict[int, list[OpenSession]] = {}
        self._newest = 0
        self._assigned = 0
        by_id: dict[int, OpenSession] = {}
        for found, visitor_id, session_id, key, first, last, *attributes in sorted(known, key=lambda row: row[5]):
            new = OpenSession(session_id, visitor_id, key, first, last, shared(attributes))
            session = by_id.setdefault(session_id, new)
            session.first, session.last = min(session.first, first), max(session.last, last)
            session.key = session.key or key
            self._note(session, found)

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
        if session is None:
            session = OpenSession(event_id, visitor_id, session_key, time, time, shared(attributes))
        elif session_key and session.key and session_key != session.key:
            session = OpenSession(event_id, session.visitor_id, session_key, time, time, shared(attributes))
        session.first = min(session.first, time)
        session.last = max(session.last, time)
        session.key = session.key or session_key
        self._note(session, visitor_id)
        self._forget_old()
        return session

    def _of_name(self, session_key: int | None, time: int) -> OpenSession | None:
        session = self._named.get(session_key) if session_key else None
        return session if session and session.covers(time, KEPT_MS) else None

    def _at(self, time: int, visitor_id: int, previous_visitor_id: int | None) -> OpenSession | None:
        recent = self._recent.get(visitor_id)
        if recent is None and previous_visitor_id:
            recent = self._recent.get(previous_visitor_id)
        return next((each for each in reversed(recent or ()) if each.covers(time)), None)

    def _note(self, session: OpenSession, visitor_id: int) -> None:
        """Keeps a visitor's sessions in the order of their ends."""
        self._newest = max(self._newest, session.last)
        recent = self._recent.setdefault(visitor_id, [])
        if not recent or recent[-1] is not session:
            if session in recent:
                recent.remove(session)
            insort(recent, session, key=lambda each: each.last)
            del recent[:-MOST_RECENT]
        if session.key and self._named.get(session.key, session).last <= session.last:
            self._named[session.key] = session

    def _forget_old(self) -> None:
        self._assigned += 1
        if self._assigned % FORGET_EVERY == 0:
            oldest = self._newest - KEPT_MS
            self._named = {key: each for key, each in self._named.items() if each.last >= oldest}
            recent = ((visitor, [each for each in of if each.last >= oldest]) for visitor, of in self._recent.items())
            self._recent = {visitor: sessions for visitor, sessions in recent if sessions}


def shared(attributes: Iterable[str | None]) -> Attributes:
    """With one text in memory for all sessions that say the same."""
    return tuple(each and sys.intern(each) for each in attributes)
