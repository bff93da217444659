"""Sessions made anew from the stored events, in order of time: what was sent in any order becomes what it would be had
it been sent as it happened.

Only visitors whose events came in another order than they happened are looked at: the sessions of all others are right.
Few events are in memory at once, however many there are.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from operator import attrgetter
from typing import Any, NamedTuple

from hitkeep_py.event import NO_SESSION
from hitkeep_py.ingest.identities import attribute_columns, identity, read, written
from hitkeep_py.ingest.sessions import Attributes, Sessions
from hitkeep_py.query.dimensions import SESSION_ATTRIBUTES
from hitkeep_py.stores import Columns, EventStore

READ_AT_ONCE = 10_000
"""Events in memory."""
SLICE_EVENTS = 200_000
"""Of so many at once the engine finds out who sent them in another order."""
LAST_VISITOR = 2**64 - 1

Range = tuple[int, int]
"""Of visitor ids, both included."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How many sessions there were and are, and how many events another one, or another beginning, was found for."""

    sessions_before: int
    sessions: int
    changed_events: int


class Stored(NamedTuple):
    """An event as it is stored."""

    event_id: int
    time: int
    kind: str
    visitor_id: int
    session_id: int
    session_key: int | None
    user_id: int | None
    flagged: str | None
    own_attributes: str | None
    attributes: Attributes


class Placed(NamedTuple):
    """What may change of an event; `attributes` are the values of SESSION_ATTRIBUTES."""

    session_id: int
    flagged: str | None
    own_attributes: str | None
    attributes: Attributes


def rebuild_sessions(store: EventStore) -> Rebuilt:
    """Then no event may be in hand whose session was found before. What was cut short is done again."""
    before = store.rebuild_summaries()
    changed = 0
    for site_id, visitors in unordered(store):
        changed += store.place(portions(replaced(stored(store, site_id, visitors))))
    return Rebuilt(before, store.rebuild_summaries() if changed else before, changed)


def unordered(store: EventStore) -> Iterator[tuple[str, list[int]]]:
    """Site by site, visitors whose events came in another order than they happened; few of them at once."""
    sql = """
        SELECT CAST(site_id AS VARCHAR) AS site, visitor_id, count(*) FROM (
            SELECT site_id, visitor_id, time, min(time) OVER (
                PARTITION BY site_id, visitor_id ORDER BY event_id ROWS BETWEEN 1 PRECEDING AND 1 PRECEDING
            ) AS before
            FROM events WHERE visitor_id BETWEEN ? AND ?
        ) AS sent GROUP BY site, visitor_id HAVING max(CASE WHEN time < before THEN 1 ELSE 0 END) = 1
        ORDER BY site, visitor_id
    """
    for part in slices(store, (0, LAST_VISITOR)):
        for site_id, rows in groupby(store.select(sql, part), lambda row: row[0]):
            yield from ((site_id, visitors) for visitors in batches(rows))


def slices(store: EventStore, visitors: Range) -> Iterator[Range]:
    """Ranges of few events each, or of one visitor. Ids are hashes, spread evenly."""
    ((events,),) = store.select("SELECT count(*) FROM events WHERE visitor_id BETWEEN ? AND ?", visitors)
    first, last = visitors
    if events > SLICE_EVENTS and first < last:
        middle = (first + last) // 2
        yield from slices(store, (first, middle))
        yield from slices(store, (middle + 1, last))
    elif events:
        yield visitors


def batches(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[int]]:
    """Visitors of so many events together as are read at once; rows are site, visitor and events."""
    visitors: list[int] = []
    events = 0
    for _, visitor_id, more in rows:
        if visitors and events + more > READ_AT_ONCE:
            yield visitors
            visitors, events = [], 0
        visitors.append(visitor_id)
        events += more
    if visitors:
        yield visitors


def stored(store: EventStore, site_id: str, visitors: list[int]) -> Iterator[Stored]:
    """All events of the visitors, one visitor after the other, in order of time."""
    dialect = store.dialect
    time = dialect.moment()
    sql = f"""
        SELECT event_id, {dialect.milliseconds("time")}, kind, visitor_id, session_id, session_key, user_id, flagged,
            own_attributes, {", ".join(SESSION_ATTRIBUTES)}
        FROM events
        WHERE site_id = {dialect.site()} AND {dialect.among_ids("visitor_id")}
            AND (visitor_id > ? OR visitor_id = ? AND (time > {time} OR time = {time} AND event_id > ?))
        ORDER BY visitor_id, time, event_id LIMIT {READ_AT_ONCE}
    """
    visitor_id, at, event_id = 0, 0, -1
    while rows := store.select(sql, (site_id, visitors, visitor_id, visitor_id, at, at, event_id)):
        for row in rows:
            yield Stored._make((*row[:9], row[9:]))
        event_id, at, _, visitor_id = rows[-1][:4]


def replaced(events: Iterable[Stored]) -> Iterator[tuple[int, Placed]]:
    """The number of each event that changes, and what becomes of it."""
    for _, of_visitor in groupby(events, attrgetter("visitor_id")):
        sessions = Sessions()
        for number, event in enumerate(of_visitor, start=1):
            placed = place(sessions, number, event)
            if placed != (event.session_id, event.flagged, event.own_attributes, event.attributes):
                yield event.event_id, placed


def place(sessions: Sessions, number: int, event: Stored) -> Placed:
    """What an event said itself is known where it began a session, or was kept since it might; it is kept then."""
    told = read(event.own_attributes) if event.own_attributes else event.attributes
    given = (number, event.time, event.visitor_id, None, event.session_key, event.user_id, None)
    found = identity(sessions, event.kind, given, told, event.event_id)
    began = event.session_id == event.event_id and told != found.attributes
    own = event.own_attributes or (written(told) if began else None)
    flagged = found.flag if event.flagged in (None, NO_SESSION) else event.flagged
    return Placed(found.session_id, flagged, own, found.attributes)


def portions(changes: Iterable[tuple[int, Placed]]) -> Iterator[Columns]:
    """As columns of the store."""
    left = iter(changes)
    while rows := list(islice(left, READ_AT_ONCE)):
        numbers, placed = zip(*rows, strict=True)
        yield {
            "event_id": list(numbers),
            **{name: [getattr(each, name) for each in placed] for name in Placed._fields[:-1]},
            **dict(attribute_columns([each.attributes for each in placed])),
        }
