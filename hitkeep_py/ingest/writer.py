"""Moves accepted events from the inbox to the event store, exactly once.

One thread, the only one that writes to the store. Each portion is one transaction that also records the inbox
position it reaches; after a crash, or a failure, the writer asks the store for that position and goes on from there.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from hitkeep_py.errors import StoreDead, StoreUnavailable, Unavailable
from hitkeep_py.ingest.identities import Identity, attribute_columns, identity
from hitkeep_py.ingest.inbox import Inbox, Portion
from hitkeep_py.ingest.rebuilding import Rebuilt, rebuild_sessions
from hitkeep_py.ingest.sessions import (
    KEPT_MS,
    MOST_EVENTS,
    MOST_SESSIONS,
    RECENT_EVENTS,
    Attributes,
    Sessions,
)
from hitkeep_py.priority import give_way
from hitkeep_py.query.dimensions import SESSION_ATTRIBUTES
from hitkeep_py.stores import EventStore
from hitkeep_py.stores.recent_sessions import Recency
from hitkeep_py.text import first_line

log = logging.getLogger(__name__)

PAUSE = 0.5
"""Seconds between portions. Long enough to make portions worth a transaction, short enough for live numbers."""
PORTION_EVENTS = 4_000
EVENTS_BETWEEN_STOPS = 256
RETRY_PAUSES = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
RECENCY = Recency(KEPT_MS, RECENT_EVENTS, MOST_SESSIONS, MOST_EVENTS)

IDENTIFYING = (
    "event_id",
    "time",
    "visitor_id",
    "previous_visitor_id",
    "session_key",
    "user_id",
    "anonymous_visitor_id",
)
NOT_STORED = ("previous_visitor_id", "anonymous_visitor_id")
FOUND = ("visitor_id", "session_id", "crossed_visitor_id", "own_attributes")

Columns = dict[str, list[Any]]
Task = tuple[Callable[[], Any], Future[Any]]


@dataclass(slots=True)
class WriterCounters:
    """Totals since the start; `lost` counts events that a damaged file had taken before the start."""

    stored: int = 0
    portions: int = 0
    failures: int = 0
    lost: int = 0
    write_seconds: float = 0.0


class Writer:
    """`restate` brings columns of what an earlier version may have accepted to this one's form, in place."""

    def __init__(self, inbox: Inbox, store: EventStore, restate: Callable[[Columns], None] | None = None) -> None:
        self.counters = WriterCounters()
        self.failing = False
        self.oldest_unstored: int | None = None
        self._dead = False
        self._inbox = inbox
        self._store = store
        self._restate = restate
        self._found = inbox.position
        self._position = store.position()
        self._sessions = recent_sessions(store)
        self._tasks: SimpleQueue[Task] = SimpleQueue()
        self._stopping = threading.Event()
        self._hurry = threading.Event()
        self._thread = threading.Thread(target=self._write_for_ever, name="writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def position(self) -> int:
        """The number of the newest stored event."""
        return self._position

    def lag(self) -> int:
        """Accepted events that the store does not have yet."""
        return max(0, self._inbox.position - self._position)

    def run(self, task: Callable[[], Any]) -> Future[Any]:
        """Have the writer thread run something that changes the store, after all events accepted so far."""
        future: Future[Any] = Future()
        if self._stopping.is_set():
            future.set_exception(Unavailable("the server is shutting down"))
            return future
        self._tasks.put((task, future))
        self._wake()
        return future

    def rebuild(self) -> "Future[Rebuilt]":
        """Have everything that is derived from the stored events made anew. Events that come meanwhile wait."""
        return self.run(self._rebuild)

    def _rebuild(self) -> Rebuilt:
        try:
            return rebuild_sessions(self._store)
        finally:
            self._sessions = recent_sessions(self._store)

    def drain(self, timeout: float = 30.0) -> None:
        """Wait until the store has every event accepted before the call. Raises Unavailable after `timeout` seconds."""
        target = self._inbox.position
        deadline = time.monotonic() + timeout
        while self._position < target:
            if time.monotonic() > deadline:
                raise Unavailable(f"{target - self._position} accepted events are not in the store yet")
            self._wake()
            time.sleep(0.002)

    def close(self) -> None:
        """Store what the inbox still holds, as far as the store takes it, and stop."""
        self._stopping.set()
        self._wake()
        if self._thread.is_alive():
            self._thread.join()

    def _write_for_ever(self) -> None:
        give_way()
        while not self._stopping.is_set():
            self._inbox.committed.wait(timeout=1.0)
            self._inbox.committed.clear()
            self._work()
            self._hurry.wait(PAUSE)
            self._hurry.clear()
        self._work()

    def _work(self) -> None:
        tasks = self._take_tasks()
        self._move_all()
        self._run_tasks(tasks)

    def _move_all(self) -> None:
        """Move portions until one is not full; on failure keep the events and try for ever, with smaller portions.

        Chasing the very last event would write many tiny portions, each as dear as a full one.
        """
        failures = 0
        target = self._inbox.position
        while True:
            try:
                if self.failing:
                    self._recover()
                portion = self._inbox.read(self._position, max(1, PORTION_EVENTS >> failures))
                self.oldest_unstored = portion.committed_at if portion else None
                if portion is None:
                    self.failing = False
                    break
                self._move(portion)
                failures = 0
                self.failing = False
                if len(portion.rows) < PORTION_EVENTS // 2 and portion.position >= target:
                    break
            except Exception as error:
                self.failing = True
                self.counters.failures += 1
                self._dead = self._dead or isinstance(error, StoreDead)
                log.error("writer: %s; the events stay in the inbox, trying again", first_line(error))
                if self._stopping.wait(RETRY_PAUSES[min(failures, len(RETRY_PAUSES) - 1)]) and failures:
                    return
                failures += 1

    def _move(self, portion: Portion) -> None:
        started = time.perf_counter()
        self._store.append(self._columns(portion), portion.position)
        self._position = portion.position
        self._inbox.trim(portion.position)
        self.counters.stored += len(portion.rows)
        self.counters.portions += 1
        self.counters.write_seconds += time.perf_counter() - started

    def _columns(self, portion: Portion) -> Columns:
        columns = {
            name: list(values) for name, values in zip(portion.fields, zip(*portion.rows, strict=True), strict=True)
        }
        if self._restate and portion.position - len(portion.rows) < self._found:
            self._restate(columns)
        nothing = [None] * len(portion.rows)
        columns["event_id"] = list(range(portion.position - len(portion.rows) + 1, portion.position + 1))
        given = [columns.get(name, nothing) for name in IDENTIFYING]
        told = list(zip(*(columns.get(name, nothing) for name in SESSION_ATTRIBUTES), strict=True))
        identities = list(self._identities(columns["kind"], zip(*given, strict=True), told))
        columns["flagged"] = [
            flagged or each.flag for flagged, each in zip(columns.get("flagged", nothing), identities, strict=True)
        ]
        for name in FOUND:
            columns[name] = [getattr(each, name) for each in identities]
        columns.update(attribute_columns([each.attributes for each in identities]))
        return {name: values for name, values in columns.items() if name not in NOT_STORED}

    def _identities(
        self, kinds: list[str], given: Iterable[tuple[Any, ...]], told: list[Attributes]
    ) -> Iterator[Identity]:
        """Who each event is of, and in which session.

        Stops often for requests, which else wait 5 ms for Python's lock.
        """
        for index, (event, kind, attributes) in enumerate(zip(given, kinds, told, strict=True)):
            if index % EVENTS_BETWEEN_STOPS == 0:
                time.sleep(0)
            yield identity(self._sessions, kind, event, attributes)

    def _run_tasks(self, tasks: list[Task]) -> None:
        for task, future in tasks:
            try:
                future.set_result(task())
            except Exception as error:
                if isinstance(error, StoreDead):
                    self.counters.failures += 1
                    self.reopen_store()
                log.error("writer: an order failed: %s", first_line(error))
                future.set_exception(error)

    def reopen_store(self) -> None:
        """A question or an order found the store dead; without new events nobody else would notice."""
        self._dead = self.failing = True
        self._wake()

    def _wake(self) -> None:
        """Somebody waits: end the pause between portions."""
        self._inbox.committed.set()
        self._hurry.set()

    def _recover(self) -> None:
        """Find out where the store is: a failed portion may have been committed, and its sessions are unsure."""
        if self._dead:
            self._store.reopen()
            self._dead = False
        self._position = self._store.position()
        self._sessions = recent_sessions(self._store)

    def _take_tasks(self) -> list[Task]:
        """Taken before events are moved, so that a task finds all that was accepted before it was asked for."""
        tasks: list[Task] = []
        with suppress(Empty):
            while True:
                tasks.append(self._tasks.get_nowait())
        return tasks


def recent_sessions(store: EventStore) -> Sessions:
    """Without them nothing is lost but that sessions are cut here, so a store that cannot give them stops nothing."""
    try:
        return Sessions(store.recent_sessions(RECENCY))
    except StoreDead:
        raise
    except StoreUnavailable as error:
        log.error("writer: the sessions that go on could not be read, so they begin anew: %s", first_line(error))
        return Sessions()
