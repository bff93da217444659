"""Damage to the inbox's log that loses acknowledged events is told; a tail torn off by a crash is not damage."""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hitkeep_py.ingest.inbox import Inbox
from tests.fake_clock import FakeClock
from tests.stored_events import names_after, put

GROUPS = 20
FRAME_BYTES = 24 + 4096


@pytest.fixture
def crashed(tmp_path: Path, clock: FakeClock) -> Path:
    """An inbox with its log as a kill would leave it, each group committed on its own."""
    running, left = tmp_path / "running.sqlite", tmp_path / "inbox.sqlite"
    inbox = Inbox(running, clock)
    inbox.start(0)
    for number in range(GROUPS):
        put(inbox, f"event {number}").result(10)
    for ending in ("", "-wal"):
        shutil.copyfile(f"{running}{ending}", f"{left}{ending}")
    inbox.close()
    return left


def change(log: Path, edit: Callable[[bytearray], bytearray]) -> None:
    log.write_bytes(edit(bytearray(log.read_bytes())))


def names_found(path: Path, clock: FakeClock) -> list[str]:
    inbox = Inbox(path, clock)
    try:
        return names_after(inbox, 0)
    finally:
        inbox.close()


def flipped(position: int) -> Callable[[bytearray], bytearray]:
    def edit(content: bytearray) -> bytearray:
        content[position] ^= 1
        return content

    return edit


def test_sound_log_is_read_whole_and_silently(
    crashed: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    assert len(names_found(crashed, clock)) == GROUPS
    assert caplog.records == []


@pytest.mark.parametrize("position", [8, 20, 32 + 100, 32 + 3 * FRAME_BYTES + 500, 32 + 3 * FRAME_BYTES + 10])
def test_flipped_bit_is_told_and_the_log_kept(
    position: int, crashed: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    log = crashed.with_name("inbox.sqlite-wal")
    change(log, flipped(position))
    damaged = log.read_bytes()
    assert len(names_found(crashed, clock)) < GROUPS
    assert [(each.levelno, "is damaged" in each.message) for each in caplog.records] == [(logging.ERROR, True)]
    assert log.with_name("inbox.sqlite-wal-damaged").read_bytes() == damaged


@pytest.mark.parametrize("lost_bytes", [1, 100, FRAME_BYTES - 10, FRAME_BYTES])
def test_torn_tail_is_no_damage(
    lost_bytes: int, crashed: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    change(crashed.with_name("inbox.sqlite-wal"), lambda content: content[:-lost_bytes])
    assert len(names_found(crashed, clock)) == GROUPS - 1
    assert caplog.records == []
