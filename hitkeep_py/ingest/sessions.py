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
MASK = (1 << 64) - 1
FACTOR = 0x9E3779B97F4A7C15
INVERSE = pow(FACTOR, -1, MASK + 1)
Attributes = tuple[str | None, ...]
"""Values of query.dimensions.SESSION_ATTRIBUTES."""


@dataclass(slots=True)
class OpenSession:
    session_id: int
    visitor_id: int
    first: int
    last: int
    attributes: Attributes

    def covers(self, time: int) -> bool:
        return self.first - SESSION_TIMEOUT_MS <= time <= self.last + SESSION_TIMEOUT_MS


class Sessions:
    def __init__(self, known: Iterable[Sequence[Any]] = ()) -> None:
        """`known` are the store's recent sessions as EventStore.recent_sessions gives them."""
        self._open: dict[int, OpenSession] = {}
        self._newest = 0
        self._assigned = 0
        by_id: dict[int, OpenSession] = {}
        for key, visitor_id, session_id, first, last, *attributes in known:
            session = by_id.setdefault(session_id, OpenSession(session_id, visitor_id, first, last, shared(attributes)))
            session.first, session.last = min(session.first, first), max(session.last, last)
            self._open[key] = self._open[key_of(session)] = session
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
        name and has one visitor as well: the first, also when an address that changes on the way gives another.
        """
        session = self._found(visitor_id, previous_visitor_id, session_key)
        late = session is not None and time < session.first - SESSION_TIMEOUT_MS
        if session is None or not session.covers(time):
            session = OpenSession(own_id(event_id, visitor_id, session_key), visitor_id, time, time, shared(attributes))
        elif session_key and session_key != key_of(session):
            own = own_id(event_id, session.visitor_id, session_key)
            session = OpenSession(own, session.visitor_id, time, time, shared(attributes))
        session.first = min(session.first, time)
        session.last = max(session.last, time)
        if not late:
            self._open[session_key or visitor_id] = self._open[visitor_id] = session
        self._forget_old(session.last)
        return session

    def _found(self, visitor_id: int, previous_visitor_id: int | None, session_key: int | None) -> OpenSession | None:
        session = self._open.get(session_key) if session_key else None
        session = session or self._open.get(visitor_id)
        if session is None and previous_visitor_id is not None:
            session = self._open.get(previous_visitor_id)
        return session

    def _forget_old(self, time: int) -> None:
        self._newest = max(self._newest, time)
        self._assigned += 1
        if self._assigned % FORGET_EVERY == 0:
            oldest = self._newest - KEPT_MS
            self._open = {visitor: each for visitor, each in self._open.items() if each.last >= oldest}


def own_id(event_id: int, visitor_id: int, session_key: int | None) -> int:
    """A session the client named has the same id for ever, but one for each visitor."""
    return (session_key * FACTOR ^ visitor_id) & MASK if session_key else event_id


def key_of(session: OpenSession) -> int:
    """The client's name of a session that it named; of another one, a number that names nothing."""
    return (session.session_id ^ session.visitor_id) * INVERSE & MASK


def shared(attributes: Iterable[str | None]) -> Attributes:
    """With one text in memory for all sessions that say the same."""
    return tuple(each and sys.intern(each) for each in attributes)
