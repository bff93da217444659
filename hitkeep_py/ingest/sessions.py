"""Sessions, made by the server at the moment of writing: 30 minutes of inactivity, in event time (D6).

What brought a visitor, from where and with which device is the session's: all its events get what its first event said
of it, so that a purchase counts for the campaign that led to it. Only the writer thread uses this. The same events in
the same order always give the same sessions.
"""

from bisect import insort
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from hitkeep_py.ingest.shared_texts import SharedTexts

SESSION_TIMEOUT_MS = 30 * 60 * 1000
KEPT_MS = 2 * 60 * 60 * 1000
RECENT_EVENTS = 10_000
"""A session that one of so many last events belongs to is kept as well, so that what was sent late stays together."""
MOST_EVENTS = 2_000_000
"""No session is kept without one of so many last events, so that few have to be read to know which are kept."""
MOST_SESSIONS = 150_000
"""Sessions that are kept, of all sites: 83 new ones a second for half an hour, in some 110 MB."""
MOST_TEXT_BYTES = 48_000_000
"""Of what they say of themselves: usual ones say much the same, but each of a flood may have texts of its own."""
MOST_OF_VISITOR = 8
"""Sessions of one visitor that are kept."""
MOST_VISITORS = 8
"""Visitor ids under which one session is found."""
CROSSING_SAID_MS = KEPT_MS // 2
"""How long one event says for others by which other id their session is found: what is stored of it goes in KEPT_MS."""
Attributes = tuple[str | None, ...]
"""Values of query.dimensions.SESSION_ATTRIBUTES."""
Ids = tuple[int, int | None, int | None]
"""Of an event: its visitor, who that was before being named, and before the salt changed."""


@dataclass(slots=True, eq=False)
class OpenSession:
    """`key` is the name that the client gave it, if any; `newest` is the event that came last, of whatever time.

    It is found under the ids `visitors`, of which `visitor_id` is the one that its events have, and `crossings` are
    those that its events say beside it, each with the time of the last. `user` is who was named in it: nobody else's
    named events join it. `namer` is the event that last named it, or its user, and `pause` the time between the newest
    event and the last before it.
    """

    session_id: int
    visitor_id: int
    key: int | None
    first: int
    last: int
    newest: int
    attributes: Attributes
    user: int | None = None
    namer: int | None = None
    pause: int = 0
    visitors: tuple[int, ...] = ()
    crossings: tuple[tuple[int, int], ...] = ()

    def covers(self, time: int, pause: int = SESSION_TIMEOUT_MS) -> bool:
        return self.first - pause <= time <= self.last + pause

    def may_be_of(self, user_id: int | None) -> bool:
        return user_id is None or self.user is None or self.user == user_id

    def widen(self, first: int, last: int, newest: int, key: int | None, user: int | None) -> None:
        self.pause = first - self.last
        self.first, self.last, self.newest = min(self.first, first), max(self.last, last), max(self.newest, newest)
        if (key and not self.key) or (user and not self.user):
            self.key, self.user, self.namer = self.key or key, self.user or user, newest

    def may_not_stay(self, number: int, time: int) -> bool:
        """Whether the place of its newest event may be another once all of its time are known."""
        return time < self.last or number == self.namer or self.pause > SESSION_TIMEOUT_MS

    def crossing(self, time: int, ids: Ids) -> int | None:
        """Another id of an event under which its session has to be found after a restart, if none says so yet."""
        for other in ids[:2]:
            if other and other != self.visitor_id and self._cross(other, time):
                return other
        return None

    def _cross(self, visitor_id: int, time: int) -> bool:
        said = dict(self.crossings)
        if time - said.get(visitor_id, time - CROSSING_SAID_MS) < CROSSING_SAID_MS:
            return False
        if visitor_id not in said and len(said) >= MOST_VISITORS:
            return False
        self.crossings = (*(said | {visitor_id: time}).items(),)
        return True


class Sessions:
    """Those that events may still join, of KEPT_MS or of RECENT_EVENTS; after a restart they are the same.

    Past a bound those go first whose newest event came first.
    """

    def __init__(
        self,
        known: Iterable[Sequence[Any]] = (),
        most_sessions: int = MOST_SESSIONS,
        most_text_bytes: int = MOST_TEXT_BYTES,
    ) -> None:
        """`known` are the store's recent sessions as EventStore.recent_sessions gives them, read as far as needed."""
        self._most_sessions = most_sessions
        self._most_text_bytes = most_text_bytes
        self._named: dict[int, OpenSession] = {}
        self._of_visitor: dict[int, list[OpenSession]] = {}
        self._kept: OrderedDict[int, OpenSession] = OrderedDict()
        self._texts = SharedTexts()
        self._latest = 0
        self._newest = 0
        self._take_over(known)

    def __len__(self) -> int:
        return len(self._kept)

    def _take_over(self, known: Iterable[Sequence[Any]]) -> None:
        """From the newest on, until a bound is reached."""
        found: list[tuple[int, int]] = []
        for looked_up, visitor_id, session_id, key, first, last, newest, user, *attributes in known:
            session = self._kept.get(session_id)
            if session is None:
                texts = self._texts.share(attributes)
                session = OpenSession(session_id, visitor_id, key, first, last, newest, texts)
                self._kept[session_id] = session
                if self._is_full():
                    self._drop(session)
                    break
            session.widen(first, last, newest, key, user)
            if looked_up != visitor_id:
                session.crossings += ((looked_up, last),)
            found += [(visitor, session_id) for visitor in (visitor_id, looked_up)]
        self._latest = max((each.last for each in self._kept.values()), default=0)
        self._newest = max((each.newest for each in self._kept.values()), default=0)
        self._kept = OrderedDict(sorted(self._kept.items(), key=lambda item: item[1].newest))
        for looked_up, session_id in sorted(found, key=lambda each: self._kept[each[1]].last):
            self._note(self._kept[session_id], looked_up)

    def assign(
        self,
        event_id: int,
        time: int,
        ids: Ids,
        session_key: int | None,
        attributes: Attributes,
        user_id: int | None = None,
        begins: int | None = None,
    ) -> OpenSession:
        """The session of what a visitor did, with its visitor and attributes. It is numbered by its first event.

        Events are numbered as they come; one that came at another time says by `begins` what number its session gets.

        A late event joins the visitor's session at its own time, also when another is going on by now.
        A session that began before the salt changed, or before its user was named, keeps its visitor. A session that
        the client named goes by that name, also after pauses up to KEPT_MS, and has one visitor as well: the first,
        even when an address that changes on the way gives another.
        """
        session = self._of_name(session_key, time) or self._at(time, ids, user_id)
        if session is None or (session_key and session.key and session_key != session.key):
            visitor = session.visitor_id if session else ids[0]
            texts = self._texts.share(attributes)
            number = event_id if begins is None else begins
            session = self._kept[number] = OpenSession(number, visitor, session_key, time, time, event_id, texts)
            self._note(session, visitor)
        self._join(session, event_id, time, session_key, ids, user_id)
        return session

    def join(
        self, event_id: int, time: int, ids: Ids, session_key: int | None, user_id: int | None = None
    ) -> OpenSession | None:
        """The session of an event that only says more about one: of its time, else the last up to KEPT_MS before."""
        session = self._of_name(session_key, time) or self._at(time, ids, user_id) or self._before(time, ids, user_id)
        if session:
            self._join(session, event_id, time, None, ids, user_id)
        return session

    def _join(
        self, session: OpenSession, event_id: int, time: int, key: int | None, ids: Ids, user_id: int | None
    ) -> None:
        self._kept.move_to_end(session.session_id)
        session.widen(time, time, event_id, key, user_id)
        self._latest, self._newest = max(self._latest, session.last), max(self._newest, event_id)
        self._note(session, ids[0])
        if ids[1]:
            self._note(session, ids[1])
        self._forget_old()

    def _of_name(self, session_key: int | None, time: int) -> OpenSession | None:
        session = self._named.get(session_key) if session_key else None
        return session if session and self._is_kept(session) and session.covers(time, KEPT_MS) else None

    def _at(self, time: int, ids: Ids, user_id: int | None) -> OpenSession | None:
        for visitor in ids:
            for session in reversed(self._of_visitor.get(visitor or 0, ())):
                if session.covers(time) and self._is_kept(session) and session.may_be_of(user_id):
                    return session
        return None

    def _before(self, time: int, ids: Ids, user_id: int | None) -> OpenSession | None:
        """A page's last word often comes when its reader leaves, long after the last act."""
        found = [
            session
            for visitor in ids
            for session in self._of_visitor.get(visitor or 0, ())
            if session.last <= time <= session.last + KEPT_MS and self._is_kept(session) and session.may_be_of(user_id)
        ]
        return max(found, key=lambda each: (each.last, each.session_id), default=None)

    def _is_kept(self, session: OpenSession) -> bool:
        is_recent = session.last >= self._latest - KEPT_MS and session.newest > self._newest - MOST_EVENTS
        return is_recent or session.newest > self._newest - RECENT_EVENTS

    def _note(self, session: OpenSession, visitor_id: int) -> None:
        """A visitor's sessions are in the order of their ends."""
        sessions = self._of_visitor.get(visitor_id, ())
        if not sessions or sessions[-1] is not session:
            self._note_anew(session, visitor_id)
        if session.key and self._named.get(session.key, session).last <= session.last:
            self._named[session.key] = session

    def _note_anew(self, session: OpenSession, visitor_id: int) -> None:
        if visitor_id not in session.visitors:
            if len(session.visitors) >= MOST_VISITORS:
                return
            session.visitors += (visitor_id,)
        sessions = self._of_visitor.setdefault(visitor_id, [])
        if session in sessions:
            sessions.remove(session)
        insort(sessions, session, key=lambda each: each.last)
        if len(sessions) > MOST_OF_VISITOR:
            sessions[:] = list(filter(self._is_kept, sessions))[-MOST_OF_VISITOR:]

    def _is_full(self) -> bool:
        return len(self._kept) > self._most_sessions or self._texts.bytes > self._most_text_bytes

    def _forget_old(self) -> None:
        """At most two at once beyond what is too much, so that no event waits long for the others'."""
        oldest = next(iter(self._kept.values()))
        for _ in range(2):
            if len(self._kept) > 1 and not self._is_kept(oldest):
                self._drop(oldest)
                oldest = next(iter(self._kept.values()))
        while self._is_full() and len(self._kept) > 1:
            self._drop(next(iter(self._kept.values())))

    def _drop(self, session: OpenSession) -> None:
        del self._kept[session.session_id]
        self._texts.release(session.attributes)
        for visitor in session.visitors:
            sessions = self._of_visitor.get(visitor, [])
            if session in sessions:
                sessions.remove(session)
            if not sessions:
                self._of_visitor.pop(visitor, None)
        if session.key and self._named.get(session.key) is session:
            del self._named[session.key]
