"""Ranges and buckets in a site's time zone, also on the days when clocks change."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dialect import DuckDBDialect
from hitkeep_py.query.time_range import DAY_MS, HOUR_MS, TimeRange, buckets, offsets, read_range, unit_for
from hitkeep_py.stores.duckdb import DuckDBStore
from tests.fake_clock import NOON

NOW = round(NOON.timestamp() * 1000)
ZONES = [
    *("UTC", "Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "America/St_Johns"),
    *("America/Sao_Paulo", "America/Havana", "Africa/Casablanca", "Africa/Cairo", "Antarctica/Troll"),
]


def moment(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def test_default_is_the_last_30_days_with_today() -> None:
    found = read_range(None, None, "UTC", NOW)
    assert found == TimeRange(moment("2026-10-22T00:00Z"), moment("2026-11-21T00:00Z"), "UTC")


def test_today_is_that_of_the_sites_zone() -> None:
    late = moment("2026-11-20T23:30Z")
    assert read_range(None, None, "Europe/Berlin", late).end == moment("2026-11-22T00:00+01:00")
    assert read_range(None, None, "America/New_York", late).end == moment("2026-11-21T00:00-05:00")


def test_a_day_as_the_end_is_included_and_a_moment_is_not() -> None:
    days = read_range("2026-11-01", "2026-11-02", "UTC", NOW)
    assert (days.start, days.end) == (moment("2026-11-01T00:00Z"), moment("2026-11-03T00:00Z"))
    moments = read_range("2026-11-01T10:00:00Z", "2026-11-01T12:00:00+01:00", "UTC", NOW)
    assert (moments.start, moments.end) == (moment("2026-11-01T10:00Z"), moment("2026-11-01T11:00Z"))


def test_a_moment_without_offset_is_in_the_sites_zone() -> None:
    found = read_range("2026-07-01T00:00:00", "2026-07-01T12:00:00", "Asia/Kathmandu", NOW)
    assert found.start == moment("2026-06-30T18:15Z")


def test_an_end_alone_ends_30_days() -> None:
    found = read_range(None, "2026-01-31", "Europe/Berlin", NOW)
    assert (found.start, found.end) == (moment("2026-01-02T00:00+01:00"), moment("2026-02-01T00:00+01:00"))


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        ("yesterday", None, "from"),
        (None, "2026-13-01", "to"),
        ("2026-02-30", "2026-03-01", "from"),
        ("2026-11-02", "2026-11-01", "from"),
        ("2026-11-02T00:00:00Z", "2026-11-02T00:00:00Z", "from"),
        ("1990-01-01", "2026-01-01", "from"),
        ("2026-11-20T10:00:00 02:00", None, "from"),
        ("1", "2", "to"),
    ],
)
def test_what_is_no_range_is_refused_by_field(start: str | None, end: str | None, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_range(start, end, "UTC", NOW)
    assert caught.value.field == field


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Kiritimati"])
@pytest.mark.parametrize(
    ("start", "end"),
    [
        (None, "0001-01-05"),
        (None, "0001-02-20"),
        ("0001-01-01", "0001-01-02"),
        ("0001-01-01T00:00:00+23:59", "0001-01-02"),
        ("9999-12-31", None),
        ("9999-12-28", "9999-12-31T12:00:00Z"),
        ("9999-12-31T00:00:00", "9999-12-31T23:59:59"),
        ("9999-01-01", "9999-12-30"),
    ],
)
def test_the_ends_of_the_calendar_are_refused_or_answered(start: str | None, end: str | None, zone: str) -> None:
    try:
        found = read_range(start, end, zone, NOW)
    except InvalidInput:
        return
    assert offsets(found)
    assert buckets(found, unit_for(found))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Europe/Berlin", "2026-11-20", 24),
        ("Asia/Kathmandu", "2026-11-20", 24),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("America/Sao_Paulo", "2018-11-04", 23),
        ("America/Sao_Paulo", "2018-02-17", 25),
        ("America/Havana", "2025-11-02", 25),
        ("Pacific/Apia", "2011-12-29", 24),
        ("Pacific/Apia", "2011-12-31", 24),
    ],
)
def test_a_day_is_as_long_as_it_is_on_the_spot(zone: str, day: str, hours: float) -> None:
    assert read_range(day, day, zone, NOW).days() * 24 == hours


def test_the_day_that_samoa_skipped_is_an_empty_range() -> None:
    with pytest.raises(InvalidInput):
        read_range("2011-12-30", "2011-12-30", "Pacific/Apia", NOW)


def test_the_day_that_samoa_skipped_is_no_bucket() -> None:
    week = read_range("2011-12-28", "2012-01-01", "Pacific/Apia", NOW)
    assert week.days() == 4
    assert [label[:10] for _, label in buckets(week, "day")] == ["2011-12-28", "2011-12-29", "2011-12-31", "2012-01-01"]


def test_the_hour_that_happens_twice_is_two_buckets() -> None:
    day = read_range("2026-10-25", "2026-10-25", "Europe/Berlin", NOW)
    labels = [label for _, label in buckets(day, "hour")]
    assert len(labels) == 25
    assert labels[1:5] == [
        "2026-10-25T01:00:00+02:00",
        "2026-10-25T02:00:00+02:00",
        "2026-10-25T02:00:00+01:00",
        "2026-10-25T03:00:00+01:00",
    ]


def test_the_hour_that_does_not_happen_is_no_bucket() -> None:
    day = read_range("2026-03-29", "2026-03-29", "Europe/Berlin", NOW)
    labels = [label[11:16] for _, label in buckets(day, "hour")]
    assert labels[:4] == ["00:00", "01:00", "03:00", "04:00"]
    assert len(labels) == 23


def test_a_day_without_midnight_starts_when_it_starts() -> None:
    days = buckets(read_range("2018-11-03", "2018-11-05", "America/Sao_Paulo", NOW), "day")
    assert [label for _, label in days] == [
        "2018-11-03T00:00:00-03:00",
        "2018-11-04T01:00:00-02:00",
        "2018-11-05T00:00:00-02:00",
    ]


def test_buckets_of_utc_end_in_z() -> None:
    assert [label for _, label in buckets(read_range("2026-01-31", "2026-02-01", "UTC", NOW), "month")] == [
        "2026-01-01T00:00:00Z",
        "2026-02-01T00:00:00Z",
    ]


@pytest.mark.parametrize(
    ("hours", "unit"), [(1, "hour"), (47.9, "hour"), (48, "day"), (24 * 179, "day"), (24 * 180, "month")]
)
def test_unit_follows_the_length_of_the_range(hours: float, unit: str) -> None:
    assert unit_for(TimeRange(0, round(hours * HOUR_MS))) == unit


def ranges() -> st.SearchStrategy[TimeRange]:
    """Any range of up to 400 days around the years of the zones' oddities."""
    first, last = moment("2005-01-01T00:00Z"), moment("2030-01-01T00:00Z")
    return st.builds(
        lambda start, length, zone: TimeRange(start, start + length, zone),
        st.integers(first, last),
        st.integers(1, 3 * DAY_MS) | st.integers(1, 400 * DAY_MS),
        st.sampled_from(ZONES),
    )


@given(time_range=ranges())
def test_offsets_are_the_zones_at_every_moment_of_the_range(time_range: TimeRange) -> None:
    spans = offsets(time_range)
    assert spans[0][0] == time_range.start
    assert all(earlier[0] < later[0] < time_range.end for earlier, later in pairwise(spans))
    step = max(1, (time_range.end - time_range.start) // 50)
    for time in range(time_range.start, time_range.end, step):
        local = datetime.fromtimestamp(time / 1000, ZoneInfo(time_range.zone))
        found = [offset for since, offset in spans if since <= time][-1]
        assert timedelta(milliseconds=found) == local.utcoffset()


@pytest.fixture(scope="module")
def store() -> Iterator[DuckDBStore]:
    opened = DuckDBStore(None)
    yield opened
    opened.close()


@given(time_range=ranges(), unit=st.sampled_from(["hour", "day", "month"]))
def test_every_moment_falls_into_the_engines_bucket_that_the_calendar_says(
    time_range: TimeRange, unit: str, store: DuckDBStore
) -> None:
    if unit == "hour" and time_range.days() > 60:
        return
    step = max(1, (time_range.end - time_range.start) // 60)
    times = list(range(time_range.start, time_range.end, step))
    bucket = DuckDBDialect().bucket(unit, offsets(time_range))
    rows = store.select(f"SELECT epoch_ms(time), {bucket} FROM (SELECT epoch_ms(unnest(?::BIGINT[])) AS time)", [times])
    labels = dict(buckets(time_range, unit))
    assert len(labels) == len(buckets(time_range, unit))
    for time, key in rows:
        assert key in labels
        assert key == calendar_key(time, unit, ZoneInfo(time_range.zone))


def calendar_key(time: int, unit: str, zone: ZoneInfo) -> int:
    local = datetime.fromtimestamp(time / 1000, zone)
    if unit == "hour":
        into_hour = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
        return time - round(into_hour.total_seconds() * 1000)
    day = date(local.year, local.month, local.day if unit == "day" else 1)
    return round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
