"""The writer: everything accepted reaches the store exactly once, whatever the store does meanwhile."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import orjson
import pytest

from hitkeep_py.cli.doctor import offline_inbox
from hitkeep_py.cli.serve import last_word
from hitkeep_py.data_directory import DataDirectory
from hitkeep_py.errors import StoreDead, StoreUnavailable
from hitkeep_py.event import EVENT_FIELDS
from hitkeep_py.ingest.inbox import Inbox
from hitkeep_py.ingest.writer import Writer
from hitkeep_py.stores import EventStore
from hitkeep_py.stores.duckdb import DuckDBStore
from tests.fake_clock import FakeClock
from tests.stored_events import SITE, START, FailingStore, put, row

SOON = 10.0
ALL_STORED = "stopped; everything acknowledged is in the store"


@contextmanager
def writing(inbox: Inbox, store: EventStore) -> Iterator[Writer]:
    writer = Writer(inbox, store)
    inbox.start(writer.position)
    writer.start()
    try:
        yield writer
    finally:
        inbox.stop()
        writer.close()
        inbox.close(writer.position)
        store.close()


def stored_names(store: EventStore) -> list[str]:
    return [name for (name,) in store.select("SELECT name FROM events ORDER BY event_id")]


@pytest.fixture
def inbox(clock: FakeClock) -> Inbox:
    return Inbox(None, clock)


def dead() -> StoreDead:
    return StoreDead("the instance failed")


def away() -> StoreUnavailable:
    return StoreUnavailable("the disk is full")


def test_accepted_events_are_stored_in_order_with_their_numbers(inbox: Inbox) -> None:
    store = DuckDBStore(None)
    with writing(inbox, store) as writer:
        for number in range(300):
            put(inbox, str(number)).result(SOON)
        writer.drain()
        assert stored_names(store) == [str(number) for number in range(300)]
        assert store.select("SELECT min(event_id), max(event_id), count(DISTINCT event_id) FROM events") == [
            (1, 300, 300)
        ]
        assert (writer.position, store.position(), writer.lag()) == (300, 300, 0)


def recovers(writer: Writer) -> bool:
    """The events are stored a moment before the writer says that it is well again."""
    deadline = time.monotonic() + 10
    while writer.failing and time.monotonic() < deadline:
        time.sleep(0.005)
    return not writer.failing


@pytest.mark.parametrize("failures", [[away()], [away(), away()], [dead()], [away(), dead()]])
def test_a_portion_that_fails_is_tried_again(failures: list[Exception], inbox: Inbox, tmp_path: Path) -> None:
    store = FailingStore(tmp_path / "events.duckdb")
    store.fail_before = list(failures)
    with writing(inbox, store) as writer:
        put(inbox, "a", "b").result(SOON)
        writer.drain()
        assert stored_names(store) == ["a", "b"]
        assert writer.counters.failures == len(failures)
        assert recovers(writer)


@pytest.mark.parametrize("failure", [away(), dead()])
def test_a_portion_that_was_committed_before_it_failed_is_not_stored_again(
    failure: Exception, inbox: Inbox, tmp_path: Path
) -> None:
    store = FailingStore(tmp_path / "events.duckdb")
    store.fail_after = [failure]
    with writing(inbox, store) as writer:
        put(inbox, "a").result(SOON)
        writer.drain()
        assert recovers(writer)
        put(inbox, "b").result(SOON)
        writer.drain()
        assert stored_names(store) == ["a", "b"]
        assert store.appends == 2


@pytest.mark.filterwarnings("default::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("failure", [away(), duckdb.IOException("No space left on device"), OSError("gone")])
def test_a_store_that_does_not_come_back_at_once_is_opened_again(
    failure: Exception, inbox: Inbox, tmp_path: Path
) -> None:
    store = FailingStore(tmp_path / "events.duckdb")
    store.fail_before, store.fail_on_reopen = [dead(), dead()], [failure]
    with writing(inbox, store) as writer:
        put(inbox, "a").result(SOON)
        writer.drain(timeout=3)
        assert stored_names(store) == ["a"]


def test_ingest_goes_on_while_the_store_is_away(inbox: Inbox) -> None:
    store = FailingStore()
    store.fail_before = [away(), away()]
    with writing(inbox, store) as writer:
        for number in range(100):
            put(inbox, str(number)).result(SOON)
        assert writer.lag() > 0
        writer.drain()
        assert stored_names(store) == [str(number) for number in range(100)]


def test_sessions_are_the_same_when_a_portion_had_to_be_repeated(inbox: Inbox) -> None:
    store = FailingStore()
    with writing(inbox, store) as writer:
        put(inbox, "a").result(SOON)
        writer.drain()
        store.fail_before = [away()]
        put(inbox, "b").result(SOON)
        writer.drain()
        assert store.select("SELECT DISTINCT session_id FROM events") == [(1,)]


def test_closing_stores_what_was_accepted(clock: FakeClock, tmp_path: Path) -> None:
    inbox = Inbox(tmp_path / "inbox.sqlite", clock)
    with writing(inbox, DuckDBStore(tmp_path / "events.duckdb")):
        for number in range(50):
            put(inbox, str(number)).result(SOON)
    store = DuckDBStore(tmp_path / "events.duckdb")
    assert stored_names(store) == [str(number) for number in range(50)]
    store.close()


def test_what_waits_in_the_inbox_of_a_stopped_server_is_what_the_store_lacks(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path)
    inbox = Inbox(directory.inbox, FakeClock())
    with writing(inbox, DuckDBStore(directory.events)) as writer:
        put(inbox, "a", "b").result(SOON)
        writer.drain()
    assert (last_word(writer.lag()), offline_inbox(directory)) == (ALL_STORED, {"inbox_events": 0})
    inbox, store = Inbox(directory.inbox, FakeClock()), FailingStore(directory.events)
    store.fail_before = [away()] * 100
    with writing(inbox, store) as writer:
        put(inbox, "c", "d", "e").result(SOON)
    waiting = "stopped; everything acknowledged is safe: 3 events wait in the inbox for the next start"
    assert (last_word(writer.lag()), offline_inbox(directory)) == (waiting, {"inbox_events": 3})


def test_a_new_writer_goes_on_where_the_store_is(clock: FakeClock, tmp_path: Path) -> None:
    paths = (tmp_path / "inbox.sqlite", tmp_path / "events.duckdb")
    for name in ("a", "b", "c"):
        inbox, store = Inbox(paths[0], clock), DuckDBStore(paths[1])
        with writing(inbox, store) as writer:
            put(inbox, name).result(SOON)
            writer.drain()
            names = stored_names(store)
    assert names == ["a", "b", "c"]


def test_an_order_runs_after_the_events_accepted_before_it(inbox: Inbox) -> None:
    store = DuckDBStore(None)
    with writing(inbox, store) as writer:
        put(inbox, "a", "b").result(SOON)
        assert writer.run(lambda: store.delete_site(SITE)).result(SOON) == 2
        put(inbox, "c").result(SOON)
        writer.drain()
        assert stored_names(store) == ["c"]


def test_an_order_that_fails_tells_its_giver_and_nobody_else(inbox: Inbox) -> None:
    def fail() -> None:
        raise away()

    with writing(inbox, DuckDBStore(None)) as writer:
        with pytest.raises(StoreUnavailable):
            writer.run(fail).result(SOON)
        put(inbox, "a").result(SOON)
        writer.drain()
        assert writer.counters.stored == 1


def test_a_store_that_dies_of_an_order_is_opened_again_without_new_events(inbox: Inbox, tmp_path: Path) -> None:
    store = DuckDBStore(tmp_path / "events.duckdb")

    def die() -> None:
        store.close()
        store.delete_site(SITE)

    with writing(inbox, store) as writer:
        with pytest.raises(StoreDead):
            writer.run(die).result(SOON)
        assert recovers(writer)
        assert (stored_names(store), writer.counters.failures) == ([], 1)


@pytest.mark.parametrize(
    "change",
    [
        lambda fields: [name for name in fields if name not in ("screen", "utm_term", "props")],
        lambda fields: [*fields, "of_a_newer_version"],
        lambda fields: list(reversed(fields)),
    ],
    ids=["fewer", "more", "another order"],
)
def test_an_inbox_with_other_fields_is_read(
    change: Callable[[tuple[str, ...]], list[str]], clock: FakeClock, tmp_path: Path
) -> None:
    """A version may start with events that the version before it accepted."""
    path, fields = tmp_path / "inbox.sqlite", change(EVENT_FIELDS)
    Inbox(path, clock).close()
    event = {**dict(zip(EVENT_FIELDS, row("old", props='{"a":1}'), strict=True)), "of_a_newer_version": 5}
    connection = sqlite3.connect(path)
    payload = orjson.dumps([[event[name] for name in fields]] * 2)
    insert = "INSERT INTO groups (position, events, committed_at, fields, payload) VALUES (2, 2, ?, ?, ?)"
    connection.execute(insert, (START, ",".join(fields), payload))
    connection.commit()
    connection.close()
    inbox, store = Inbox(path, clock), DuckDBStore(None)
    with writing(inbox, store) as writer:
        put(inbox, "new").result(SOON)
        writer.drain()
        props = '{"a":1}' if "props" in fields else None
        assert store.select("SELECT name, props, screen FROM events ORDER BY event_id") == [
            ("old", props, None),
            ("old", props, None),
            ("new", None, None),
        ]
