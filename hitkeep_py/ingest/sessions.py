"""Sessions, made by the server at the moment of writing: 30 minutes of inactivity, in event time (D6).

Only the writer thread uses this. The same events in the same order always give the same sessions.
"""

from collections.abc import Iterable
from dataclasses import dataclass

SESSION_TIMEOUT_MS = 30 * 60 * 1000
KEPT_MS = 2 * 60 * 60 * 1000
FORGET_EVERY = 50_000


@dataclass(slots=True)
class OpenSession:
    session_id: int
    visitor_id: int
    first: int
    last: int

    def covers(self, time: int) -> bool:
        return self.first - SESSION_TIMEOUT_MS <= time <= self.last + SESSION_TIMEOUT_MS


class Sessions:
    def __init__(self, known: Iterable[tuple[int, int, int, int, int]] = ()) -> None:
        """`known` are the store's recent sessions as (visitor_id, session_id, first, last), oldest first."""
        self._open: dict[int, OpenSession] = {}
        self._newest = 0
        self._assigned = 0
        for key, visitor_id, session_id, first, last in known:
            self._open[key] = OpenSession(session_id, visitor_id, first, last)
            self._newest = max(self._newest, last)

    def assign(
        self, event_id: int, time: int, visitor_id: int, previous_visitor_id: int | None, session_key: int | None
    ) -> tuple[int, int]:
        """(visitor_id, session_id) of an event. A session is numbered by its first event.

        A session that began before the salt changed keeps its visitor; a session the client named keeps its name.
        """
        session = self._open.get(visitor_id)
        if session is None and previous_visitor_id is not None:
            session = self._open.get(previous_visitor_id)
        late = session is not None and time < session.first - SESSION_TIMEOUT_MS
        if session is None or not session.covers(time):
            session = OpenSession(session_key or event_id, visitor_id, time, time)
        elif session_key and session_key != session.session_id:
            session = OpenSession(session_key, session.visitor_id, time, time)
        session.first = min(session.first, time)
        session.last = max(session.last, time)
        if not late:
            self._open[visitor_id] = session
        self._forget_old(session.last)
        return session.visitor_id, session.session_id

    def _forget_old(self, time: int) -> None:
        self._newest = max(self._newest, time)
        self._assigned += 1
        if self._assigned % FORGET_EVERY == 0:
            oldest = self._newest - KEPT_MS
            self._open = {visitor: each for visitor, each in self._open.items() if each.last >= oldest}
