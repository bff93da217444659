"""A rebuild makes sessions of all events in order of time, whatever the order in which they were sent."""

import random
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import pytest

from hitkeep_py.event import Event, event_row
from hitkeep_py.ingest.batch import Batch
from hitkeep_py.ingest.identities import identity
from hitkeep_py.ingest.inbox import Inbox
from hitkeep_py.ingest.rebuilding import Rebuilt, Stored, rebuild_sessions, replaced
from hitkeep_py.ingest.sessions import Sessions
from hitkeep_py.ingest.writer import Writer
from hitkeep_py.query.dimensions import SESSION_ATTRIBUTES
from hitkeep_py.stores import EventStore
from tests.engines import ENGINES, Engine, opened
from tests.fake_clock import FakeClock
from tests.stored_events import OTHER_SITE, SITE, START

MINUTE = 60_000
DAY = 24 * 60 * MINUTE
ALL = "event_id, visitor_id, session_id, flagged, source, channel, country, crossed_visitor_id, own_attributes"
VISIT = "name, session_id, visitor_id, flagged, source, country"


@contextmanager
def writing(store: EventStore) -> Iterator[tuple[Inbox, Writer]]:
    inbox = Inbox(None, FakeClock())
    writer = Writer(inbox, store)
    inbox.start(writer.position)
    writer.start()
    try:
        yield inbox, writer
    finally:
        inbox.stop()
        writer.close()
        inbox.close(writer.position)


def send(store: EventStore, events: Iterable[Event]) -> None:
    with writing(store) as (inbox, _):
        inbox.append(Batch([event_row(event) for event in events], None, Future()))


def visits(store: EventStore) -> list[tuple[Any, ...]]:
    """Of each event, by its name, that with which its session began, and what is said of both."""
    rows = store.select(f"SELECT {VISIT} FROM events ORDER BY time, event_id")
    first: dict[int, str] = {}
    return [(name, first.setdefault(session, name), *rest) for name, session, *rest in rows]


def month(seed: int, visitors: int = 40) -> list[Event]:
    """Of two sites, in order of time: visits with pauses around the length of a session; no two events at once."""
    chance = random.Random(seed)
    pauses = [0.1, 1, 9, 29, 30, 31, 50, 90, 300, 2_000]
    events = []
    for visitor in range(1, visitors + 1):
        site = chance.choice([SITE, SITE, OTHER_SITE])
        now = START + visitor + chance.randrange(30) * DAY
        for number in range(chance.randrange(1, 14)):
            now += round(chance.choice(pauses) * MINUTE) // 1000 * 1000
            kind = chance.choice(["pageview", "pageview", "pageview", "event", "engagement"])
            event = Event(site, now + number * 100, kind, f"{visitor}-{number}")
            event.visitor_id = visitor * 2**57
            event.source = chance.choice([None, "Google", "Bing"])
            event.country = chance.choice(["DE", "FR"])
            event.session_key = chance.choice([None, None, None, visitor * 10 + 1, visitor * 10 + 3])
            events.append(event)
    return sorted(events, key=lambda each: each.time)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with opened(request.param) as found:
        yield found


@pytest.fixture(scope="module")
def store() -> Iterator[EventStore]:
    with opened("duckdb") as found:
        yield found.store


def emptied(store: EventStore) -> EventStore:
    for site in (SITE, OTHER_SITE):
        store.delete_site(site)
    return store


def test_a_month_in_any_order_becomes_that_in_order_of_time(engine: Engine, store: EventStore) -> None:
    events = month(1)
    send(emptied(store), events)
    wanted = visits(store)
    random.Random(2).shuffle(events)
    send(engine.store, events)
    assert visits(engine.store) != wanted
    done = rebuild_sessions(engine.store)
    assert visits(engine.store) == wanted
    assert done.sessions == rebuild_sessions(store).sessions != done.sessions_before
    assert 0 < done.changed_events <= len(events)
    rows = engine.store.select(f"SELECT {ALL} FROM events ORDER BY event_id")
    assert rebuild_sessions(engine.store) == Rebuilt(done.sessions, done.sessions, 0)
    assert engine.store.select(f"SELECT {ALL} FROM events ORDER BY event_id") == rows


def test_what_was_sent_in_order_stays_as_it_is(engine: Engine) -> None:
    send(engine.store, month(3))
    rows = engine.store.select(f"SELECT {ALL} FROM events ORDER BY event_id")
    assert rebuild_sessions(engine.store).changed_events == 0
    assert engine.store.select(f"SELECT {ALL} FROM events ORDER BY event_id") == rows


Step = tuple[int, int, str, int | None, str | None]
PAUSES = (1, 15, 30, 31, 50, 119, 121, 1_500)
ACTS_AND_MORE = ("pageview", "pageview", "event", "engagement", "identify")


def steps_of(chance: random.Random) -> list[Event]:
    """In order of time; of two visitors, the first of whom names a session now and then."""
    now, events = START, []
    for number in range(chance.randrange(1, 12)):
        now += chance.choice(PAUSES) * MINUTE
        visitor = chance.randrange(1, 3)
        event = Event(SITE, now, chance.choice(ACTS_AND_MORE), str(number), visitor)
        event.session_key = chance.choice([None, None, 11]) if visitor == 1 else None
        event.source = chance.choice([None, "Google"])
        events.append(event)
    return events


def test_any_order_gives_the_sessions_of_the_right_one() -> None:
    """Also when a part of it was rebuilt before the rest was sent."""
    for seed in range(300):
        chance = random.Random(seed)
        events = steps_of(chance)
        wanted = kept(events, {})
        assert rebuilt(wanted) == wanted, seed
        chance.shuffle(events)
        middle = chance.randrange(len(events))
        rows = rebuilt(kept(events[middle:], rebuilt(kept(events[:middle], {}))))
        assert in_time(rows) == in_time(wanted), seed
        assert rebuilt(rows) == rows, seed


def kept(events: Sequence[Event], rows: dict[int, Stored]) -> dict[int, Stored]:
    """By number what is stored of events that are sent in this order after others, to a server just started."""
    sessions, found = Sessions(), dict(rows)
    for number, event in enumerate(events, start=len(rows) + 1):
        told = tuple(getattr(event, name) for name in SESSION_ATTRIBUTES)
        given = (number, event.time, event.visitor_id, None, event.session_key, None, None)
        placed = identity(sessions, event.kind, given, told)
        found[number] = Stored(
            number, event.time, event.kind, placed.visitor_id, placed.session_id, event.session_key, None, placed.flag,
            placed.own_attributes, placed.attributes,
        )  # fmt: skip
    return found


def rebuilt(rows: dict[int, Stored]) -> dict[int, Stored]:
    ordered = sorted(rows.values(), key=lambda each: (each.visitor_id, each.time, each.event_id))
    return rows | {number: rows[number]._replace(**placed._asdict()) for number, placed in replaced(ordered)}


def in_time(rows: dict[int, Stored]) -> list[tuple[Any, ...]]:
    """Of each event the time with which its session began, its visitor, and what is said of both."""
    ordered = sorted(rows.values(), key=lambda each: each.time)
    first: dict[int, int] = {}
    return [
        (each.time, first.setdefault(each.session_id, each.time), each.visitor_id, each.flagged, each.attributes)
        for each in ordered
    ]
