"""Salts of the visitor ids: when they change, how long the one before counts, and that they leave no trace."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.catalog import Catalog
from hitkeep_py.catalog.salts import CROSSING_MS, KEPT_MS, bounds
from hitkeep_py.catalog.site_settings import VISITOR_PERIODS
from hitkeep_py.config import Settings
from hitkeep_py.errors import Unavailable
from tests.fake_clock import FakeClock
from tests.product import lookups

DAY = 86_400_000
FIRST_MOMENT = round(datetime(1990, 1, 1, tzinfo=UTC).timestamp() * 1000)
LAST_MOMENT = round(datetime(2200, 1, 1, tzinfo=UTC).timestamp() * 1000)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "data"
    path.mkdir()
    return path


@pytest.fixture
def catalog(folder: Path, clock: FakeClock) -> Iterator[Catalog]:
    opened = Catalog(folder / "catalog.sqlite", clock)
    opened.rotate_salts()
    yield opened
    opened.close()


def ms(year: int, month: int, day: int, hour: int = 0) -> int:
    return round(datetime(year, month, day, hour, tzinfo=UTC).timestamp() * 1000)


def salt_at(catalog: Catalog, period: str, clock: FakeClock) -> bytes:
    return catalog.directory.salts.at(period, clock.now_ms())[0]


def sleep_until(clock: FakeClock, moment: int) -> None:
    clock.advance((moment - clock.now_ms()) / 1000)


def files_with(folder: Path, secret: bytes) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file() and secret in path.read_bytes()]


def test_periods_begin_where_the_calendar_says() -> None:
    friday_noon = ms(2026, 11, 20, 12)
    assert bounds("day", friday_noon) == (ms(2026, 11, 20), ms(2026, 11, 21))
    assert bounds("week", friday_noon) == (ms(2026, 11, 16), ms(2026, 11, 23))
    assert bounds("month", friday_noon) == (ms(2026, 11, 1), ms(2026, 12, 1))
    assert bounds("month", ms(2026, 12, 31, 23)) == (ms(2026, 12, 1), ms(2027, 1, 1))
    assert bounds("month", ms(2028, 2, 29)) == (ms(2028, 2, 1), ms(2028, 3, 1))


@given(st.sampled_from(VISITOR_PERIODS), st.integers(FIRST_MOMENT, LAST_MOMENT))
def test_periods_follow_each_other_without_gaps(period: str, moment: int) -> None:
    start, end = bounds(period, moment)
    assert start <= moment < end
    assert bounds(period, start) == bounds(period, end - 1) == (start, end)
    assert bounds(period, end)[0] == end


@pytest.mark.parametrize("period", VISITOR_PERIODS)
def test_salt_changes_at_the_bound_and_not_before(period: str, catalog: Catalog, clock: FakeClock) -> None:
    end = bounds(period, clock.now_ms())[1]
    first = salt_at(catalog, period, clock)
    sleep_until(clock, end - 1)
    catalog.rotate_salts()
    assert salt_at(catalog, period, clock) == first
    sleep_until(clock, end)
    assert salt_at(catalog, period, clock) != first


@pytest.mark.parametrize("period", VISITOR_PERIODS)
def test_next_salt_is_there_before_its_time(period: str, catalog: Catalog, clock: FakeClock) -> None:
    """No event has to wait at midnight for the rotation, even when that is late."""
    ring = catalog.directory.salts
    end = bounds(period, clock.now_ms())[1]
    assert ring.at(period, end)[0] != ring.at(period, end - 1)[0]
    assert len(ring.at(period, end)[0]) == 32


@pytest.mark.parametrize("period", VISITOR_PERIODS)
def test_previous_salt_is_honoured_for_30_minutes(period: str, catalog: Catalog, clock: FakeClock) -> None:
    end = bounds(period, clock.now_ms())[1]
    first = salt_at(catalog, period, clock)
    sleep_until(clock, end)
    catalog.rotate_salts()
    ring = catalog.directory.salts
    assert CROSSING_MS == 30 * 60 * 1000
    assert ring.at(period, end)[1] == first
    assert ring.at(period, end + CROSSING_MS - 1)[1] == first
    assert ring.at(period, end + CROSSING_MS)[1] is None


def test_no_previous_salt_on_the_first_day(catalog: Catalog, clock: FakeClock) -> None:
    for period in VISITOR_PERIODS:
        assert catalog.directory.salts.at(period, clock.now_ms())[1] is None


def test_previous_salt_of_long_ago_is_not_honoured(catalog: Catalog, clock: FakeClock) -> None:
    """After a server stood still for days its last salt is not the one before today's."""
    clock.advance(3 * 86_400)
    catalog.rotate_salts()
    assert catalog.directory.salts.at("day", bounds("day", clock.now_ms())[0])[1] is None


def test_what_happened_in_earlier_periods_has_a_salt_of_its_period(catalog: Catalog, clock: FakeClock) -> None:
    """So that no visitor spans two of them; what is of today, or of a salt that is still there, has that one."""
    ring, now = catalog.directory.salts, clock.now_ms()
    today = bounds("day", now)[0]
    assert ring.of("day", today, now) == ring.of("day", now, now) == ring.at("day", now)
    salts = {ring.of("day", today - day * DAY + 1, now)[0] for day in range(1, 40) for _ in range(2)}
    assert len(salts | {ring.at("day", now)[0]}) == 40
    night, morning = (ring.of("day", today - 5 * DAY + hours * 3_600_000, now) for hours in (-1, 1))
    assert ring.of("day", today - 5 * DAY + CROSSING_MS - 1, now) == (morning[0], night[0])
    assert (night[1], morning[1]) == (None, None)
    assert ring.of("month", today - 70 * DAY, now)[0] == ring.of("month", today - 70 * DAY + DAY, now)[0]
    sleep_until(clock, today + DAY)
    catalog.rotate_salts()
    catalog.refresh()
    later = catalog.directory.salts
    assert later.of("day", today, today + DAY + 1)[0] == ring.at("day", now)[0]
    assert later.of("day", today - DAY, today + DAY + 1)[0] not in salts


def test_rotation_when_all_is_there_changes_nothing(catalog: Catalog, clock: FakeClock) -> None:
    before = catalog.database.version()
    assert not catalog.salts.rotate(VISITOR_PERIODS, clock.now_ms())
    assert catalog.database.version() == before


def test_periods_have_salts_of_their_own(catalog: Catalog, clock: FakeClock) -> None:
    clock.advance(30 * 86_400)
    catalog.rotate_salts()
    salts = [salt for (salt,) in catalog.database.rows("SELECT salt FROM salts")]
    assert len(set(salts)) == len(salts) == 6


def test_moment_without_a_salt_is_unavailable(catalog: Catalog, clock: FakeClock) -> None:
    with pytest.raises(Unavailable):
        catalog.directory.salts.at("day", clock.now_ms() + 5 * DAY)


@pytest.mark.parametrize("days", [-40, -2, -1, 1, 2, 40, 4000])
def test_salts_are_there_at_once_after_a_jump_of_the_clock(days: int, catalog: Catalog, clock: FakeClock) -> None:
    clock.advance(days * 86_400)
    catalog.make_missing_salts()
    for period in VISITOR_PERIODS:
        assert len(salt_at(catalog, period, clock)) == 32


def test_nothing_is_made_while_there_are_salts(catalog: Catalog) -> None:
    before = catalog.database.version()
    catalog.make_missing_salts()
    assert catalog.database.version() == before


def test_two_processes_use_the_same_salts(catalog: Catalog, folder: Path, clock: FakeClock) -> None:
    other = Catalog(folder / "catalog.sqlite", clock)
    other.rotate_salts()
    for period in VISITOR_PERIODS:
        assert salt_at(other, period, clock) == salt_at(catalog, period, clock)
    other.close()


@pytest.mark.parametrize("period", VISITOR_PERIODS)
def test_destroyed_salt_is_in_no_file(period: str, catalog: Catalog, folder: Path, clock: FakeClock) -> None:
    salt, end = salt_at(catalog, period, clock), bounds(period, clock.now_ms())[1]
    assert files_with(folder, salt)
    sleep_until(clock, end + KEPT_MS + 1)
    catalog.rotate_salts()
    assert files_with(folder, salt) == []


def test_salt_is_destroyed_on_the_first_start_after_a_long_rest(folder: Path, clock: FakeClock) -> None:
    catalog = Catalog(folder / "catalog.sqlite", clock)
    catalog.rotate_salts()
    salt = salt_at(catalog, "day", clock)
    catalog.close()
    clock.advance(10 * 86_400)
    catalog = Catalog(folder / "catalog.sqlite", clock)
    catalog.rotate_salts()
    assert files_with(folder, salt) == []
    catalog.close()


def test_salt_is_destroyed_once_a_reader_that_was_in_the_way_is_gone(
    catalog: Catalog, folder: Path, clock: FakeClock
) -> None:
    """Another process reads while the salt is deleted, so SQLite cannot empty its log at once."""
    salt = salt_at(catalog, "day", clock)
    catalog.database.rows("PRAGMA busy_timeout = 1")
    reader = sqlite3.connect(folder / "catalog.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM salts").fetchall()
    sleep_until(clock, bounds("day", clock.now_ms())[1] + KEPT_MS + 1)
    catalog.rotate_salts()
    reader.close()
    clock.advance(30)
    catalog.rotate_salts()
    assert files_with(folder, salt) == []


def test_destroyed_salt_is_in_no_backup_within_the_data_directory(folder: Path, clock: FakeClock) -> None:
    analytics = Analytics.open(Settings(data_dir=str(folder)), "test", clock, lookups())
    try:
        salt = analytics.catalog.directory.salts.at("day", clock.now_ms())[0]
        analytics.backup(folder / "backups" / "first")
        clock.advance(timedelta(days=2).total_seconds())
        analytics.catalog.rotate_salts()
        assert files_with(folder, salt) == []
    finally:
        analytics.close()
