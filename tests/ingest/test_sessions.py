"""Sessions: 30 minutes of inactivity in event time, the same whatever the portions and the restarts."""

from collections import Counter
from concurrent.futures import Future
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.event import Event, event_row
from hitkeep_py.ingest.batch import Batch
from hitkeep_py.ingest.inbox import Inbox
from hitkeep_py.ingest.sessions import (
    KEPT_MS,
    MOST_OF_VISITOR,
    MOST_VISITORS,
    SESSION_TIMEOUT_MS,
    Attributes,
    Sessions,
)
from hitkeep_py.ingest.shared_texts import SharedTexts
from hitkeep_py.ingest.writer import Writer
from hitkeep_py.query.dimensions import SESSION_ATTRIBUTES
from hitkeep_py.stores.duckdb import DuckDBStore
from tests.fake_clock import FakeClock
from tests.properties import FEW
from tests.stored_events import SITE

IDENTITIES = "SELECT visitor_id, session_id FROM events ORDER BY event_id"
MINUTE = 60_000
START = 1_790_000_000_000
NOTHING = (None,) * len(SESSION_ATTRIBUTES)
ALICE, BOB, ALICE_BEFORE = 11, 22, 12
NAMED = 0xABCDEF01
Arrival = tuple[int, int, int | None, int | None]
"""Time, visitor, the visitor's id under the salt before, the session the client named."""


def assigned(sessions: Sessions, arrivals: list[Arrival], first: int = 1) -> list[tuple[int, int]]:
    found = [
        sessions.assign(number, time, (visitor, None, before), key, NOTHING)
        for number, (time, visitor, before, key) in enumerate(arrivals, first)
    ]
    return [(each.visitor_id, each.session_id) for each in found]


def session_ids(*minutes: float, visitor: int = ALICE) -> list[int]:
    arrivals: list[Arrival] = [(START + round(minute * MINUTE), visitor, None, None) for minute in minutes]
    return [session for _, session in assigned(Sessions(), arrivals)]


def test_a_session_goes_on_for_30_minutes_after_its_last_event() -> None:
    assert session_ids(0, 30, 60, 90) == [1, 1, 1, 1]
    assert session_ids(0, 30 + 1 / MINUTE) == [1, 2]
    assert session_ids(0, 10, 40, 70.1, 80) == [1, 1, 1, 4, 4]


def test_visitors_have_sessions_of_their_own() -> None:
    arrivals: list[Arrival] = [(START, visitor, None, None) for visitor in (ALICE, BOB, ALICE, BOB)]
    assert assigned(Sessions(), arrivals) == [(ALICE, 1), (BOB, 2), (ALICE, 1), (BOB, 2)]


def test_late_events_join_the_session_they_belong_to() -> None:
    assert session_ids(20, 0, 10) == [1, 1, 1]
    assert session_ids(20, -10, -40) == [1, 1, 1]
    assert session_ids(20, -10.1) == [1, 2]


def test_a_late_event_joins_the_session_of_its_time_and_leaves_the_one_that_is_going_on() -> None:
    """A request that was long under way, or a queue kept while a telephone was offline."""
    assert session_ids(0, 100, 0, 101, 20, 102) == [1, 2, 1, 2, 1, 2]


def test_late_events_of_one_visit_are_one_session() -> None:
    assert session_ids(200, 100, 101, 201, 102) == [1, 2, 2, 1, 2]


def in_order(*minutes: int, visitor: int = ALICE) -> list[Arrival]:
    return [(START + minute * MINUTE, visitor, None, None) for minute in minutes]


@pytest.mark.parametrize(
    ("arrivals", "sessions"),
    [
        (in_order(0, 70, 0, 71, 20, 72), [1, 2, 1, 2, 1, 2]),
        (in_order(0, 240, 10, 241, 20), [1, 2, 1, 2, 1]),
        (in_order(0, 25, 50, 75, 100, 125, 150, 175, -25), [1] * 9),
        (in_order(9_000, 0, 10, 9_001, 20), [1, 2, 2, 1, 2]),
    ],
    ids=["soon", "hours later", "before a long session", "days before"],
)
def test_late_events_join_the_same_session_after_a_restart(arrivals: list[Arrival], sessions: list[int]) -> None:
    found = [(ALICE, session) for session in sessions]
    assert assigned(Sessions(), arrivals) == found
    assert all(stored([arrivals[:cut], arrivals[cut:]]) == found for cut in range(1, len(arrivals)))


def test_a_late_event_finds_the_session_of_the_id_before_the_salt_changed() -> None:
    before: list[Arrival] = in_order(0, 100, visitor=ALICE_BEFORE)
    after: list[Arrival] = [(START + minute * MINUTE, ALICE, ALICE_BEFORE, None) for minute in (125, 10)]
    assert assigned(Sessions(), before + after) == [(ALICE_BEFORE, session) for session in (1, 2, 2, 1)]


def test_a_visitor_has_few_sessions_for_late_events() -> None:
    sessions = Sessions()
    assigned(sessions, [(START + number * 31 * MINUTE, ALICE, None, None) for number in range(40)])
    assert len(sessions._of_visitor[ALICE]) == MOST_OF_VISITOR


def test_a_session_that_the_client_names_wins() -> None:
    arrivals: list[Arrival] = [
        (START, ALICE, None, None),
        (START + MINUTE, ALICE, None, NAMED),
        (START + 2 * MINUTE, ALICE, None, None),
        (START + 100 * MINUTE, ALICE, None, NAMED),
        (START + 101 * MINUTE, ALICE, None, NAMED + 2),
        (START + 102 * MINUTE, ALICE, None, None),
        (START + 400 * MINUTE, ALICE, None, NAMED),
    ]
    assert [session for _, session in assigned(Sessions(), arrivals)] == [1, 1, 1, 1, 5, 5, 7]


def test_a_named_session_has_one_visitor() -> None:
    """Telephones change their addresses on the way; but a name that comes back much later may be another's."""
    arrivals: list[Arrival] = [
        (START, ALICE, None, NAMED),
        (START + MINUTE, BOB, None, NAMED),
        (START + 2 * MINUTE, BOB, None, None),
        (START + 60 * MINUTE, BOB, None, NAMED),
        (START + 200 * MINUTE, BOB, None, NAMED),
    ]
    assert assigned(Sessions(), arrivals) == [(ALICE, 1)] * 4 + [(BOB, 5)]


def test_two_tabs_of_one_visitor_keep_their_names() -> None:
    keys = [NAMED, NAMED + 2] * 3
    arrivals: list[Arrival] = [(START + number * MINUTE, ALICE, None, key) for number, key in enumerate(keys)]
    assert [session for _, session in assigned(Sessions(), arrivals)] == [1, 2] * 3


def test_a_session_crosses_the_change_of_salt_under_its_first_visitor() -> None:
    arrivals: list[Arrival] = [
        (START, ALICE_BEFORE, None, None),
        (START + 10 * MINUTE, ALICE, ALICE_BEFORE, None),
        (START + 35 * MINUTE, ALICE, None, None),
    ]
    assert assigned(Sessions(), arrivals) == [(ALICE_BEFORE, 1)] * 3


def test_who_was_away_at_the_change_of_salt_is_new() -> None:
    arrivals: list[Arrival] = [
        (START, ALICE_BEFORE, None, None),
        (START + 31 * MINUTE, ALICE, ALICE_BEFORE, None),
        (START + 32 * MINUTE, ALICE, ALICE_BEFORE, None),
        (START + 33 * MINUTE, BOB, BOB + 1, None),
    ]
    assert assigned(Sessions(), arrivals) == [(ALICE_BEFORE, 1), (ALICE, 2), (ALICE, 2), (BOB, 4)]


def test_a_named_session_keeps_its_visitor_across_the_change_of_salt() -> None:
    arrivals: list[Arrival] = [
        (START, ALICE_BEFORE, None, NAMED),
        (START + 10 * MINUTE, ALICE, ALICE_BEFORE, NAMED),
        (START + 11 * MINUTE, ALICE, ALICE_BEFORE, NAMED + 2),
    ]
    assert assigned(Sessions(), arrivals) == [(ALICE_BEFORE, 1), (ALICE_BEFORE, 1), (ALICE_BEFORE, 3)]


def flood(sessions: Sessions, count: int, size: int = 0) -> None:
    """A second between visitors, each with a text of its own."""
    for number in range(1, count + 1):
        said = attributes(referrer=f"{number:0{size}}") if size else NOTHING
        sessions.assign(number, START + number * 1_000, (number, None, None), None, said)


def test_old_sessions_are_forgotten() -> None:
    sessions = Sessions()
    flood(sessions, 40_000)
    assert len(sessions) == len(sessions._of_visitor) == 10_000


@pytest.mark.parametrize("bounds", [{"most_sessions": 50}, {"most_text_bytes": 60_000}], ids=str)
def test_sessions_in_memory_are_bounded_the_oldest_go_first(bounds: dict[str, Any]) -> None:
    sessions = Sessions(**bounds)
    flood(sessions, 1_000, size=950)
    held = len(sessions)
    assert held == 50
    assert set(sessions._of_visitor) == set(range(1_000 - held + 1, 1_001))
    assert sessions._texts.bytes < 60_000
    oldest, forgotten = 1_000 - held + 1, 1_000 - held
    assert sessions.assign(1_001, START + MINUTE, (oldest, None, None), None, NOTHING).session_id == oldest
    assert sessions.assign(1_002, START + MINUTE, (forgotten, None, None), None, NOTHING).session_id == 1_002


@pytest.mark.parametrize("bounds", [{"most_sessions": 50}, {"most_text_bytes": 60_000}], ids=str)
def test_what_is_kept_within_the_bounds_is_the_same_after_a_restart(bounds: dict[str, Any]) -> None:
    everything, bounded = Sessions(), Sessions(**bounds)
    flood(everything, 200, size=950)
    flood(bounded, 200, size=950)
    rows = [
        (
            each.visitor_id,
            each.visitor_id,
            each.session_id,
            None,
            each.first,
            each.last,
            each.newest,
            None,
            *each.attributes,
        )
        for each in reversed(everything._kept.values())
    ]
    assert list(Sessions(rows, **bounds)._kept) == list(bounded._kept)


def test_a_session_has_few_visitors_by_whom_it_is_found() -> None:
    sessions = Sessions()
    arrivals: list[Arrival] = [(START, visitor, None, NAMED) for visitor in range(1, 1_000)]
    assert assigned(sessions, arrivals) == [(1, 1)] * 999
    assert len(sessions._of_visitor) == MOST_VISITORS


def test_texts_that_nobody_says_any_more_are_forgotten() -> None:
    texts = SharedTexts()
    first, second = texts.share(["a" * 1_000, None]), texts.share(["".join("a" * 1_000), None])
    assert first[0] is second[0]
    texts.release(first)
    assert texts.bytes > 500
    texts.release(second)
    assert texts.bytes == 0


def test_a_flood_with_texts_of_its_own_is_read_within_little_memory(tmp_path: Path) -> None:
    """32 MB of texts are read in portions; and where even these are too much the writer starts without."""
    count, path = 4_000, tmp_path / "events.duckdb"
    filling = DuckDBStore(path)
    numbers = list(range(1, count + 1))
    said: dict[str, Any] = {key: [f"{number:0950}" for number in numbers] for key in SESSION_ATTRIBUTES[:8]}
    ids: dict[str, Any] = dict.fromkeys(("event_id", "session_id", "visitor_id"), numbers)
    same: dict[str, Any] = {
        "site_id": [SITE] * count,
        "kind": ["pageview"] * count,
        "time": [START + number for number in numbers],
    }
    filling.append({**said, **ids, **same}, count)
    filling.close()
    for memory, kept in (("40MB", count), ("24MB", 0)):
        store = DuckDBStore(path, memory_limit=memory)
        with closing(Inbox(None, FakeClock())) as inbox:
            assert len(Writer(inbox, store)._sessions) == kept
        store.close()


def test_a_crossed_session_goes_on_after_a_restart() -> None:
    """The store knows the session by its first visitor only; the requests name the new one only."""
    before: list[Arrival] = [(START, ALICE_BEFORE, None, None), (START + 10 * MINUTE, ALICE, ALICE_BEFORE, None)]
    after: list[Arrival] = [(START + 31 * MINUTE, ALICE, None, None)]
    assert stored([before, after]) == stored([before + after]) == [(ALICE_BEFORE, 1)] * 3


def arrivals_in_order() -> st.SearchStrategy[list[Arrival]]:
    """Events as the server times them: never back in time, pauses around the length of a session."""
    pauses = st.sampled_from([0, 1, MINUTE, 29 * MINUTE, SESSION_TIMEOUT_MS, SESSION_TIMEOUT_MS + 1, 70 * MINUTE])
    arrival = st.tuples(pauses, st.integers(1, 3), st.none() | st.sampled_from([NAMED, NAMED + 2]))

    def in_time(steps: list[tuple[int, int, int | None]]) -> list[Arrival]:
        now = START
        timed: list[Arrival] = []
        for pause, visitor, key in steps:
            now += pause
            timed.append((now, visitor, None, key))
        return timed

    return st.lists(arrival, max_size=30).map(in_time)


@FEW
@given(arrivals=arrivals_in_order(), cuts=st.sets(st.integers(0, 30), max_size=3))
def test_portions_and_restarts_change_nothing(arrivals: list[Arrival], cuts: set[int]) -> None:
    edges = [0, *sorted(cuts), len(arrivals)]
    assert stored([arrivals[start:end] for start, end in pairwise(edges)]) == assigned(Sessions(), arrivals)


@given(arrivals=arrivals_in_order())
def test_no_session_of_the_servers_has_a_pause_longer_than_30_minutes(arrivals: list[Arrival]) -> None:
    unnamed: list[Arrival] = [(time, visitor, None, None) for time, visitor, _, _ in arrivals]
    last: dict[tuple[int, int], int] = {}
    ended: dict[int, int] = {}
    for (time, visitor, _, _), key in zip(unnamed, assigned(Sessions(), unnamed), strict=True):
        assert time - last.get(key, time) <= SESSION_TIMEOUT_MS
        assert key in last or time - ended.get(visitor, START - KEPT_MS) > SESSION_TIMEOUT_MS
        last[key] = ended[visitor] = time
    assert Counter(visitor for _, visitor, _, _ in arrivals).keys() == {visitor for visitor, _ in last}


def stored(lives: list[list[Arrival]]) -> list[tuple[int, int]]:
    """What the store has in the end, when each list of events comes to a writer that has just been started."""
    store = DuckDBStore(None, memory_limit="64MB")
    try:
        for arrivals in lives:
            write(arrivals, store)
        return [(visitor, session) for visitor, session in store.select(IDENTITIES)]
    finally:
        store.close()


def write(arrivals: list[Arrival], store: DuckDBStore) -> None:
    inbox = Inbox(None, FakeClock())
    writer = Writer(inbox, store)
    inbox.start(writer.position)
    for time, visitor, previous, key in arrivals:
        event = Event(SITE, time, "pageview", None, visitor, previous, key)
        inbox.append(Batch([event_row(event)], None, Future()))
    inbox.stop()
    writer.start()
    writer.close()
    inbox.close(writer.position)


def attributes(**known: str) -> Attributes:
    return tuple(known.get(name) for name in SESSION_ATTRIBUTES)


def told(*events: Attributes) -> list[Attributes]:
    """What a session's events have of it, when they say this, one a minute."""
    sessions = Sessions()
    return [
        sessions.assign(number, START + number * MINUTE, (ALICE, None, None), None, each).attributes
        for number, each in enumerate(events, start=1)
    ]


def test_all_events_of_a_session_have_what_the_first_said_of_it() -> None:
    """Or a purchase would count for no campaign, and a filter by source would leave of a session its first page."""
    landed = attributes(source="Google", channel="Organic Search", country="DE", browser="Firefox")
    moved_on = attributes(channel="Direct", country="DE", browser="Firefox")
    other = attributes(source="Bing", channel="Organic Search", utm_medium="cpc", country="FR", browser="Chrome")
    assert told(landed, moved_on, other) == [landed] * 3


def test_what_the_first_event_did_not_know_stays_unknown() -> None:
    """Or the events of one session would differ, and figures would depend on how they are counted."""
    server, browser = attributes(country="DE"), attributes(channel="Direct", country="FR", city="Lyon", os="Linux")
    assert told(server, browser) == [server, server]


def test_a_new_session_has_attributes_of_its_own() -> None:
    sessions, first, second = Sessions(), attributes(source="Google"), attributes(source="Bing")
    sessions.assign(1, START, (ALICE, None, None), None, first)
    assert sessions.assign(2, START + 31 * MINUTE, (ALICE, None, None), None, second).attributes == second
    assert sessions.assign(3, START + 32 * MINUTE, (ALICE, None, None), NAMED, first).attributes == second
    assert sessions.assign(4, START + 33 * MINUTE, (ALICE, None, None), NAMED + 2, first).attributes == first


def test_attributes_of_a_session_outlive_a_restart() -> None:
    sessions = Sessions([(ALICE, ALICE, 1, None, START, START, 1, None, *attributes(source="Google", country="DE"))])
    going_on = sessions.assign(2, START + MINUTE, (ALICE, None, None), None, attributes(country="FR"))
    assert (going_on.session_id, going_on.attributes) == (1, attributes(source="Google", country="DE"))
