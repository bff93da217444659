"""The durable queue: answered means on disk, numbers never repeat, keys hold."""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import orjson
import pytest

from hitkeep_py.errors import DataDamaged, DataDirectoryError, StoreUnavailable, Unavailable
from hitkeep_py.event import EVENT_FIELDS
from hitkeep_py.ingest.batch import Batch
from hitkeep_py.ingest.inbox import KEY_LIFE_MS, Inbox
from hitkeep_py.ingest.inbox_file import MIGRATIONS
from tests.fake_clock import FakeClock
from tests.stored_events import OTHER_SITE, names_after, put, row

SOON = 10.0
Opener = Callable[..., Inbox]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "inbox.sqlite"


@pytest.fixture
def open_inbox(path: Path, clock: FakeClock) -> Iterator[Opener]:
    """Opens the file and starts; whatever was opened is closed in the end."""
    opened: list[Inbox] = []

    def open_one(stored: int = 0, **options: Any) -> Inbox:
        inbox = Inbox(path, clock, **options)
        opened.append(inbox)
        inbox.start(stored)
        return inbox

    yield open_one
    for inbox in opened:
        inbox.close()


def rows_on_disk(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute("SELECT coalesce(sum(events), 0) FROM groups").fetchone()[0])
    finally:
        connection.close()


class LookingWaiter(Future[None]):
    """Looks into the file with a connection of its own at the moment it is answered."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.seen: list[int] = []

    def set_result(self, result: None) -> None:
        self.seen.append(rows_on_disk(self.path))
        super().set_result(result)


def test_a_sender_is_answered_only_when_another_connection_can_read_its_events(path: Path, open_inbox: Opener) -> None:
    inbox = open_inbox()
    waiters = [LookingWaiter(path) for _ in range(50)]
    for number, waiter in enumerate(waiters):
        inbox.append(Batch([row(f"{number}a"), row(f"{number}b")], None, waiter))
    for number, waiter in enumerate(waiters, 1):
        waiter.result(SOON)
        assert waiter.seen[0] >= number * 2
    assert inbox.counters.accepted == inbox.position == 100


def test_events_keep_the_order_of_their_batches(open_inbox: Opener) -> None:
    inbox = open_inbox()
    names = [str(number) for number in range(200)]
    for waiter in [put(inbox, name) for name in names]:
        waiter.result(SOON)
    assert names_after(inbox, 0) == names
    assert names_after(inbox, 150) == names[150:] or inbox.counters.groups < 200


def test_batches_that_wait_together_are_one_group(path: Path, clock: FakeClock) -> None:
    inbox = Inbox(path, clock)
    waiters = [put(inbox, str(number)) for number in range(30)]
    assert inbox.waiting() == 30
    inbox.start(0)
    for waiter in waiters:
        waiter.result(SOON)
    inbox.close()
    assert inbox.counters.groups == 1


def test_a_failed_commit_stores_nothing_and_says_so(path: Path, open_inbox: Opener) -> None:
    inbox = open_inbox()
    put(inbox, "before").result(SOON)
    limit_pages(inbox, 0)
    for key in (None, "order-1"):
        failed = put(inbox, "x" * 100_000, key=key)
        with pytest.raises(StoreUnavailable):
            failed.result(SOON)
    assert (inbox.position, inbox.counters.accepted, inbox.counters.failed_groups) == (1, 1, 2)
    assert rows_on_disk(path) == 1
    limit_pages(inbox, 1_000_000)
    put(inbox, "again", key="order-1").result(SOON)
    assert names_after(inbox, 1) == ["again"]
    assert inbox.position == 2


def limit_pages(inbox: Inbox, pages: int) -> None:
    """What a full disk does; SQLite raises a limit below the present size to that size."""
    inbox._connection.execute(f"PRAGMA max_page_count = {pages or 1}")


def test_a_failed_group_takes_all_its_batches_with_it(path: Path, clock: FakeClock) -> None:
    inbox = Inbox(path, clock)
    limit_pages(inbox, 0)
    waiters = [put(inbox, "small"), put(inbox, "x" * 100_000), put(inbox, "small too")]
    inbox.start(0)
    for waiter in waiters:
        with pytest.raises(StoreUnavailable):
            waiter.result(SOON)
    inbox.close()
    assert rows_on_disk(path) == 0


def test_past_its_capacity_it_takes_no_more(path: Path, clock: FakeClock) -> None:
    inbox = Inbox(path, clock, capacity=3)
    waiters = [put(inbox, str(number)) for number in range(3)]
    with pytest.raises(Unavailable):
        put(inbox, "one too many")
    inbox.start(0)
    for waiter in waiters:
        waiter.result(SOON)
    put(inbox, "room again").result(SOON)
    inbox.close()
    assert rows_on_disk(path) == 4


def test_refusal_and_stopping_turn_events_away(open_inbox: Opener) -> None:
    inbox = open_inbox()
    inbox.refusal = "less than 200 MB of disk are free"
    with pytest.raises(Unavailable, match="disk"):
        put(inbox, "a")
    inbox.refusal = None
    waiting = put(inbox, "b")
    inbox.stop()
    waiting.result(0)
    with pytest.raises(Unavailable):
        put(inbox, "c")
    assert names_after(inbox, 0) == ["b"]


@pytest.mark.filterwarnings("default::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_sender_that_is_gone_does_not_stop_the_committer(open_inbox: Opener) -> None:
    """The event loop of a request may be closed by the time its group is on disk."""
    inbox = open_inbox()
    usual = inbox.notify

    def gone(*_: object) -> None:
        raise RuntimeError("Event loop is closed")

    inbox.notify = gone
    put(inbox, "a")
    wait_until(lambda: inbox.position == 1)
    inbox.notify = usual
    put(inbox, "b").result(2.0)
    assert names_after(inbox, 0) == ["a", "b"]


def test_a_cancelled_sender_does_not_stop_the_others(path: Path, clock: FakeClock) -> None:
    inbox = Inbox(path, clock)
    waiters = [put(inbox, "a"), put(inbox, "b")]
    waiters[0].cancel()
    inbox.start(0)
    waiters[1].result(SOON)
    inbox.close()


def wait_until(condition: Callable[[], bool]) -> None:
    done = Future[None]()
    for _ in range(1_000):
        if condition():
            return
        try:
            done.result(0.005)
        except TimeoutError:
            continue
    raise AssertionError("it did not happen within 5 seconds")


def test_numbers_go_on_after_trimming_and_opening_again(path: Path, open_inbox: Opener) -> None:
    inbox = open_inbox()
    for number in range(5):
        put(inbox, str(number), str(number)).result(SOON)
    inbox.close(10)
    assert rows_on_disk(path) == 2
    again = open_inbox(stored=10)
    assert again.position == 10
    assert again.read(10, 1_000) is None
    put(again, "next").result(SOON)
    assert again.position == 11
    assert names_after(again, 10) == ["next"]


def test_numbers_go_on_from_the_stores_when_the_inbox_is_new(open_inbox: Opener) -> None:
    inbox = open_inbox(stored=500)
    put(inbox, "a").result(SOON)
    assert inbox.position == 501


def test_trimming_keeps_what_the_store_does_not_have(open_inbox: Opener) -> None:
    inbox = open_inbox()
    for number in range(5):
        put(inbox, str(number)).result(SOON)
    inbox.trim(3)
    put(inbox, "5").result(SOON)
    wait_until(lambda: inbox.waiting() == 0)
    assert names_after(inbox, 0)[-3:] == ["3", "4", "5"]


def test_start_tells_how_many_events_the_store_has_lost(path: Path, clock: FakeClock, open_inbox: Opener) -> None:
    inbox = open_inbox()
    for number in range(10):
        put(inbox, str(number)).result(SOON)
    inbox.close(8)
    for stored, lost in ((10, 0), (8, 0), (5, 3), (0, 8)):
        found = Inbox(path, clock)
        assert found.start(stored) == lost
        found.close()


def test_a_key_is_stored_once_for_each_site(open_inbox: Opener) -> None:
    inbox = open_inbox()
    put(inbox, "first", key="k").result(SOON)
    put(inbox, "second", key="k").result(SOON)
    put(inbox, "other site", key="k", site=OTHER_SITE).result(SOON)
    put(inbox, "no key").result(SOON)
    assert names_after(inbox, 0) == ["first", "other site", "no key"]
    assert inbox.counters.duplicates == 1


def test_a_key_repeated_in_one_group_is_stored_once(path: Path, clock: FakeClock) -> None:
    inbox = Inbox(path, clock)
    waiters = [put(inbox, str(number), key=f"k{number % 3}") for number in range(9)] + [put(inbox, "no key")]
    inbox.start(0)
    for waiter in waiters:
        waiter.result(SOON)
    assert names_after(inbox, 0) == ["0", "1", "2", "no key"]
    inbox.close()


def test_a_key_outlives_trimming_and_opening_again_for_30_days(open_inbox: Opener, clock: FakeClock) -> None:
    inbox = open_inbox()
    put(inbox, "a", key="k").result(SOON)
    inbox.close(1)
    clock.advance(KEY_LIFE_MS / 1000 - 1)
    for expected in (1, 1, 2):
        again = open_inbox(stored=expected)
        again.forget_old_keys()
        put(again, "b", key="k").result(SOON)
        assert again.position == expected
        again.close()
        clock.advance(1)


def test_keys_take_a_bounded_disk_and_the_newest_are_kept(open_inbox: Opener, clock: FakeClock) -> None:
    most = 200_000
    inbox = open_inbox(key_bytes=most)

    def put_keys(numbers: range) -> None:
        clock.advance(1)
        for waiter in [put(inbox, "a", key=f"{number}-{'k' * 80}") for number in numbers]:
            waiter.result(SOON)
        inbox.trim(inbox.position)
        inbox.forget_old_keys()

    for start in range(0, 4_000, 200):
        put_keys(range(start, start + 200))
        assert inbox.used_bytes() < 2 * most
    before = inbox.position
    put_keys(range(3_800, 4_000))
    assert inbox.position == before
    put_keys(range(200))
    assert inbox.position == before + 200


def test_it_is_full_of_what_the_store_does_not_have_yet(open_inbox: Opener) -> None:
    inbox = open_inbox(max_bytes=200_000)
    assert not inbox.is_full(0)
    for _ in range(3):
        put(inbox, "x" * 100_000).result(SOON)
    assert inbox.is_full(0)
    assert not inbox.is_full(3)


def test_keys_alone_do_not_make_it_full(open_inbox: Opener) -> None:
    inbox = open_inbox(max_bytes=10_000)
    for number in range(300):
        put(inbox, "a", key=f"key-{number}").result(SOON)
    assert inbox.used_bytes() > 10_000
    assert not inbox.is_full(inbox.position)


@pytest.mark.parametrize("content", [b"not a database" * 100, b"SQLite format 3\x00" + b"\xff" * 4096])
def test_a_damaged_file_is_named(path: Path, clock: FakeClock, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(DataDamaged, match=r"inbox\.sqlite"):
        Inbox(path, clock)
    assert path.read_bytes() == content


def test_a_file_of_a_newer_version_is_refused(path: Path, clock: FakeClock) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(DataDirectoryError, match="newer version"):
        Inbox(path, clock)


def test_a_file_of_the_first_version_is_brought_up_to_date(tmp_path: Path, clock: FakeClock) -> None:
    path = tmp_path / "inbox.sqlite"
    old = sqlite3.connect(path)
    old.executescript(f"BEGIN;{MIGRATIONS[0]}PRAGMA user_version = 1;COMMIT;")
    payload = orjson.dumps([[f"of version 1 {field}" for field in EVENT_FIELDS]])
    old.execute("INSERT INTO groups VALUES (1, 1, 5, ?, ?)", (",".join(EVENT_FIELDS), payload))
    old.commit()
    old.close()
    inbox = Inbox(path, clock)
    portion = inbox.read(0, 10)
    assert portion is not None
    assert portion.position == 1
    assert (inbox.usage("2026-11"), inbox.drops("2026-11")) == ({}, [])
    inbox.close()


def test_events_of_a_version_without_some_fields_are_read_as_they_were(path: Path, open_inbox: Opener) -> None:
    open_inbox().close()
    fields = [name for name in EVENT_FIELDS if name not in ("channel", "region", "city")]
    connection = sqlite3.connect(path)
    insert = "INSERT INTO groups (position, events, committed_at, fields, payload) VALUES (1, 1, 5, ?, ?)"
    connection.execute(insert, (",".join(fields), orjson.dumps([[f"old {name}" for name in fields]])))
    connection.commit()
    connection.close()
    inbox = open_inbox()
    put(inbox, "new").result(SOON)
    old, new = inbox.read(0, 10), inbox.read(1, 10)
    assert old is not None
    assert (old.fields, old.rows, old.position) == (fields, [[f"old {name}" for name in fields]], 1)
    assert new is not None
    assert (new.fields, len(new.rows), new.position) == (list(EVENT_FIELDS), 1, 2)
