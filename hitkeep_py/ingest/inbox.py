"""The durable queue in front of the event store, and the index of idempotency keys.

Requests append batches; one committer thread writes all waiting batches in one transaction and only then
answers them. There is no linger: the fsync itself is the batching window (a fixed 5 ms cost a factor of 2–6).
Every accepted event has a number, counted from 1 and never used twice; a position is the number of a group's
last event.
"""

import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from hitkeep_py.clock import Clock
from hitkeep_py.data_directory import OpenedFile
from hitkeep_py.errors import StoreUnavailable, Unavailable
from hitkeep_py.event import EVENT_FIELDS
from hitkeep_py.ingest.batch import Batch, acknowledge, fresh_rows, known_places, refuse, usage_of
from hitkeep_py.ingest.inbox_file import SCHEMA_VERSION, open_database, open_with_log_checked
from hitkeep_py.ingest.usage import Drop

log = logging.getLogger(__name__)

PAGE_BYTES = 4096
GROUP_EVENTS = 2_000
GROUP_BYTES = PORTION_BYTES = 4_000_000
"""DuckDB took over 512 MB to insert 4,000 events of 16 KB, so a portion is bounded by size as well."""
KEY_LIFE_MS = 30 * 86_400_000
KEYS_FORGOTTEN_AT_ONCE = 2_000
KEYS_BYTES = 1 << 30
"""Disk that keys may take, some 5 million: one client can make 20,000 a second, and those of 30 days would fill it."""
FIELDS_TEXT = ",".join(EVENT_FIELDS)


@dataclass(slots=True)
class Portion:
    """Some accepted events in order, as (fields, rows); `position` is the number of the last one."""

    fields: list[str]
    rows: list[list[Any]]
    position: int
    committed_at: int


@dataclass(slots=True)
class InboxCounters:
    """Totals since the start. `accepted` counts events made durable."""

    accepted: int = 0
    duplicates: int = 0
    groups: int = 0
    failed_groups: int = 0
    commit_seconds: float = 0.0


Order = Callable[[], None]
"""Something the committer does between groups, because it alone writes to the file."""


class Inbox:
    def __init__(
        self,
        path: Path | None,
        clock: Clock,
        *,
        capacity: int = 20_000,
        max_bytes: int = 1 << 30,
        key_bytes: int = KEYS_BYTES,
    ) -> None:
        self.counters = InboxCounters()
        self.committed = threading.Event()
        self.refusal: str | None = None
        self.failing = False
        self.notify: Callable[..., object] = lambda call, *arguments: call(*arguments)
        self._clock = clock
        self._capacity = capacity
        self._max_bytes = max_bytes
        self._key_bytes = key_bytes
        self._keys_are_full = False
        self._waiting: queue.SimpleQueue[Batch | Order | None] = queue.SimpleQueue()
        self._connection = open_with_log_checked(path) if path else open_database(None)
        self._reader = self._connection if path is None else open_database(path)
        self._reader_lock = threading.Lock()
        self._writing: AbstractContextManager[object] = self._reader_lock if path is None else nullcontext()
        newest, oldest = self._connection.execute("SELECT max(position), min(position - events) FROM groups").fetchone()
        self._position: int = newest or 0
        self._oldest: int = oldest or 0
        self._closing = False
        self._file = OpenedFile.at(path) if path else None
        self._committer = threading.Thread(target=self._commit_for_ever, name="inbox-committer", daemon=True)

    def start(self, stored_position: int) -> int:
        """Begin to accept. Returns how many events the store should have but lacks: 0 unless a file was damaged."""
        self._position = max(self._position, stored_position)
        self._committer.start()
        return max(0, self._oldest - stored_position)

    def append(self, batch: Batch) -> None:
        """Queue a batch; its waiter is resolved once it is on disk. Raises Unavailable when it cannot be taken."""
        if self.refusal or self._closing:
            raise Unavailable(self.refusal or "the server is shutting down")
        if self._waiting.qsize() >= self._capacity:
            raise Unavailable("too many events are waiting to be written")
        self._waiting.put(batch)

    @property
    def position(self) -> int:
        """The number of the newest durable event."""
        return self._position

    def waiting(self) -> int:
        """Batches that wait for their commit."""
        return self._waiting.qsize()

    def read(self, after: int, limit: int) -> Portion | None:
        """At most `limit` accepted events whose number is above `after`, in order; about 4 MB unless one is larger."""
        portion: Portion | None = None
        with self._reader_lock:
            cursor = self._reader.execute(
                "SELECT position, events, committed_at, fields, payload FROM groups WHERE position > ?"
                " ORDER BY position",
                (after,),
            )
            size = 0
            for position, events, committed_at, text, payload in cursor:
                fields = text.split(",")
                size += len(payload)
                if portion is None:
                    portion = Portion(fields, [], after, committed_at)
                elif portion.fields != fields or len(portion.rows) + events > limit or size > PORTION_BYTES:
                    break
                unread = orjson.loads(payload)[max(0, after - (position - events)) :]
                portion.rows += unread[: limit - len(portion.rows)]
                portion.position = position - len(unread) + min(len(unread), limit)
                if len(unread) > limit:
                    break
            cursor.close()
        return portion

    def trim(self, position: int) -> None:
        """Forget groups that the store has. The newest stays, so that numbers go on after a restart."""
        self._waiting.put(lambda: self._trim(position))

    def try_again(self) -> None:
        """While commits fail, find out whether one would work by now: a server that is not ready may get no events."""
        if self.failing:
            self._waiting.put(self._try_again)

    def forget_old_keys(self) -> None:
        self._waiting.put(self._forget_old_keys)

    def note_drops(self, drops: Mapping[Drop, int], put_back: Callable[[Mapping[Drop, int]], None]) -> threading.Event:
        """Have drops added to the ledger, or put back; the event is set once either is done."""
        noted = threading.Event()

        def note() -> None:
            try:
                self._note_drops(drops)
            except sqlite3.Error:
                put_back(drops)
                raise
            finally:
                noted.set()

        if drops and self._committer.is_alive():
            self._waiting.put(note)
        else:
            noted.set()
        return noted

    def known_keys(self, keys: Sequence[str]) -> set[str]:
        """Which of the keys are those of events stored before."""
        with self._reader_lock:
            rows = self._reader.execute(
                "SELECT key FROM idempotency_keys WHERE key IN (SELECT value FROM json_each(?))",
                (orjson.dumps(keys).decode(),),
            )
            return {key for (key,) in rows.fetchall()}

    def usage(self, month: str) -> dict[str, int]:
        """Events accepted in a month, by site."""
        with self._reader_lock:
            return dict(self._reader.execute("SELECT site_id, events FROM usage WHERE month = ?", (month,)).fetchall())

    def drops(self, month: str) -> list[tuple[str, str, int]]:
        """(site id, reason, events) of a month."""
        sql = "SELECT site_id, reason, events FROM drops WHERE month = ?"
        with self._reader_lock:
            return self._reader.execute(sql, (month,)).fetchall()

    def used_bytes(self) -> int:
        """Disk that unstored events and keys hold; what trimming freed is used again by SQLite."""
        with self._reader_lock:
            return used_bytes(self._reader)

    def is_full(self, stored_position: int) -> bool:
        """Of events that the store does not have yet; keys may take what the disk has."""
        with self._reader_lock:
            (unstored,) = self._reader.execute(
                "SELECT coalesce(sum(length(payload)), 0) FROM groups WHERE position > ?", (stored_position,)
            ).fetchone()
        return int(unstored) > self._max_bytes

    def backup(self, target: Path) -> None:
        try:
            with closing(sqlite3.connect(target)) as copy, self._reader_lock:
                self._reader.backup(copy)
        except sqlite3.Error as error:
            raise Unavailable(f"the inbox could not be copied: {error}") from error

    def stop(self) -> None:
        """Write and answer what is waiting; refuse what comes after. Reading goes on."""
        self._closing = True
        if self._committer.is_alive():
            self._waiting.put(None)
            self._committer.join()

    def close(self, stored_position: int = 0) -> None:
        """Stop, forget what the store has, and close the file."""
        self.stop()
        self._obey(lambda: self._trim(stored_position))
        self._reader.close()
        self._connection.close()

    def _commit_for_ever(self) -> None:
        running = True
        while running:
            batches: list[Batch] = []
            orders: list[Order] = []
            running = self._gather(batches, orders)
            if batches:
                self._commit(batches)
            for order in orders:
                self._obey(order)

    def _gather(self, batches: list[Batch], orders: list[Order]) -> bool:
        """Wait for something, then take all that waits. False once the inbox is to stop."""
        item = self._waiting.get()
        events = size = 0
        while item is not None:
            if isinstance(item, Batch):
                batches.append(item)
                events += len(item.rows)
                size += item.size
            else:
                orders.append(item)
            if events >= GROUP_EVENTS or size >= GROUP_BYTES or self._waiting.empty():
                return True
            item = self._waiting.get()
        return False

    def _commit(self, batches: list[Batch]) -> None:
        started = time.perf_counter()
        waiters = [batch.waiter for batch in batches]
        before = self._position
        try:
            with self._writing:
                self._store(batches)
        except Exception as error:
            self.counters.failed_groups += 1
            self.failing = True
            log.error("inbox: a group of %d requests was refused: %s", len(batches), error)
            self._tell(refuse, waiters, StoreUnavailable("the event could not be written to disk"))
            return
        self.counters.accepted += self._position - before
        self.counters.groups += 1
        self.failing = False
        self.counters.commit_seconds += time.perf_counter() - started
        self.committed.set()
        self._tell(acknowledge, waiters)

    def _tell(self, call: Callable[..., object], *arguments: object) -> None:
        try:
            self.notify(call, *arguments)
        except Exception as error:
            log.error("inbox: nobody waits for the answers of a group any more: %s", error)

    def _store(self, batches: list[Batch]) -> None:
        # A file that was removed takes writes and syncs, and is gone when the process ends. A look takes 2 µs.
        if self._file and not self._file.is_there():
            raise StoreUnavailable(f"{self._file.path} is gone")
        if any(batch.keys for batch in batches):
            self._store_keyed(batches)
            return
        self._insert([row for batch in batches for row in batch.rows], usage_of(batches))

    def _store_keyed(self, batches: list[Batch]) -> None:
        run = self._connection.execute
        run("BEGIN IMMEDIATE")
        try:
            new = self._remember([key for batch in batches for key in batch.keys or () if key])
            for batch in batches:
                batch.duplicates = known_places(batch, new)
            fresh = [row for batch in batches for row in fresh_rows(batch)]
            before = self._position
            if fresh:
                self._insert(fresh, usage_of(batches))
            try:
                run("COMMIT")
            except sqlite3.Error:
                self._position = before
                raise
        except BaseException:
            if self._connection.in_transaction:
                run("ROLLBACK")
            raise
        self.counters.duplicates += sum(len(batch.duplicates) for batch in batches)

    def _remember(self, keys: list[str]) -> dict[str, bool]:
        """Record keys and tell which were new. One statement: each costs two waits for the GIL."""
        new = self._connection.execute(
            "INSERT OR IGNORE INTO idempotency_keys SELECT value, ? FROM json_each(?) RETURNING key",
            (self._clock.now_ms(), orjson.dumps(keys).decode()),
        )
        found = dict.fromkeys((key for (key,) in new.fetchall()), True)
        if self._keys_are_full:
            # A quarter more than came, so that there is room again; each takes some 70 µs.
            self._forget_keys(self._clock.now_ms(), len(found) + len(found) // 4 + 1)
        return found

    def _insert(self, rows: list[tuple[object, ...]], usage: str) -> None:
        position = self._position + len(rows)
        self._connection.execute(
            "INSERT INTO groups (position, events, committed_at, fields, usage, payload) VALUES (?, ?, ?, ?, ?, ?)",
            (position, len(rows), self._clock.now_ms(), FIELDS_TEXT, usage, orjson.dumps(rows)),
        )
        self._position = position

    def _obey(self, order: Order) -> None:
        try:
            with self._writing:
                order()
        except Exception as error:
            log.error("inbox: an order failed: %s", error)

    def _trim(self, position: int) -> None:
        self._connection.execute(
            "DELETE FROM groups WHERE position <= ? AND position < (SELECT max(position) FROM groups)", (position,)
        )

    def _try_again(self) -> None:
        # A write of what is there already.
        with suppress(sqlite3.Error):
            self._connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            self.failing = False

    def _note_drops(self, drops: Mapping[Drop, int]) -> None:
        self._connection.execute(
            "INSERT INTO drops SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?) WHERE true"
            " ON CONFLICT (month, site_id, reason) DO UPDATE SET events = events + excluded.events",
            (orjson.dumps([[*drop, events] for drop, events in drops.items()]).decode(),),
        )

    def _forget_old_keys(self) -> None:
        """Those of 30 days ago; while keys take too much disk, each group forgets the oldest ones as well."""
        self._forget_keys(self._clock.now_ms() - KEY_LIFE_MS, KEYS_FORGOTTEN_AT_ONCE)
        used = used_bytes(self._connection)
        self._keys_are_full = used > self._key_bytes and used - self._unstored_bytes() > self._key_bytes

    def _unstored_bytes(self) -> int:
        """Of 300,000 groups of an event it takes 0.5 s, in which nothing is accepted."""
        (found,) = self._connection.execute("SELECT coalesce(sum(length(payload)), 0) FROM groups").fetchone()
        return int(found)

    def _forget_keys(self, before: int, most: int) -> None:
        self._connection.execute(
            "DELETE FROM idempotency_keys WHERE key IN"
            " (SELECT key FROM idempotency_keys WHERE seen_at < ? ORDER BY seen_at LIMIT ?)",
            (before, most),
        )


def used_bytes(connection: sqlite3.Connection) -> int:
    pages, free = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count"))
    return int(pages - free) * PAGE_BYTES
