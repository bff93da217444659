"""Ranges and buckets in a site's time zone, also on the days when clocks change."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dialect import DuckDBDialect
from hitkeep_py.query.named_range import time_label
from hitkeep_py.query.time_range import DAY_MS, HOUR_MS, TimeRange, buckets, midnight, offsets, read_range, unit_for
from hitkeep_py.stores.duckdb import DuckDBStore
from tests.engines import Engine
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


CLOCK_CHANGES_AT_ODD_TIMES = {
    "Pacific/Chatham": ("2024-09-28T13:15Z", "2024-04-06T13:15Z"),
    "Antarctica/Casey": ("2020-10-03T16:00Z", "2021-03-13T12:00Z", "2023-03-08T16:00Z"),
    "Australia/Lord_Howe": ("2024-10-05T14:30Z", "2024-04-06T14:00Z"),
    "Antarctica/Troll": ("2024-03-31T00:00Z", "2024-10-27T00:00Z"),
    "America/St_Johns": ("2024-03-10T05:00Z", "2024-11-03T04:00Z"),
    "Asia/Pyongyang": ("2015-08-14T14:00Z", "2018-05-04T14:00Z"),
    "America/Caracas": ("2016-05-01T06:00Z",),
    "Pacific/Apia": ("2021-04-03T13:00Z",),
    "Asia/Gaza": ("2024-04-19T23:00Z", "2024-10-25T22:00Z"),
    "Africa/Casablanca": ("2024-03-10T01:00Z", "2024-04-14T01:00Z"),
    "Africa/Juba": ("2021-01-31T20:00Z",),
    "America/Santiago": ("2024-04-07T02:00Z", "2024-09-08T03:00Z"),
}
QUARTER_MS = 900_000


@pytest.mark.parametrize("zone", CLOCK_CHANGES_AT_ODD_TIMES)
def test_every_quarter_of_an_hour_around_odd_changes_is_in_one_bucket(zone: str) -> None:
    for change in CLOCK_CHANGES_AT_ODD_TIMES[zone]:
        near = moment(change) // QUARTER_MS * QUARTER_MS
        check_hours_and_days(TimeRange(near - 2 * DAY_MS, near + 2 * DAY_MS, zone), QUARTER_MS)


def test_every_hour_of_every_zone_is_in_one_bucket() -> None:
    """With --hypothesis-profile=thorough of all zones from 2015 to 2030, which takes minutes; else of the odd ones."""
    thorough = settings.get_current_profile_name() == "thorough"
    first, last = ("2015-01-01T00:00Z", "2031-01-01T00:00Z") if thorough else ("2020-09-01T00:00Z", "2021-05-01T00:00Z")
    for zone in sorted(available_timezones()) if thorough else CLOCK_CHANGES_AT_ODD_TIMES:
        check_hours_and_days(TimeRange(moment(first), moment(last), zone), 3_600_000)


def check_hours_and_days(time_range: TimeRange, step: int) -> None:
    """The keys are those that an engine computes; labels say when a bucket begins, and days are the calendar's."""
    zone, spans = ZoneInfo(time_range.zone), offsets(time_range)
    hours, days = buckets(time_range, "hour"), dict(buckets(time_range, "day"))
    begins = {key: round(datetime.fromisoformat(label).timestamp() * 1000) for key, label in hours}
    assert len(begins) == len(hours)
    assert list(begins.values()) == sorted(set(begins.values()))
    met: dict[int, int] = {}
    for time in range(time_range.start, time_range.end, step):
        offset = next(offset for since, offset in reversed(spans) if since <= time)
        local = datetime.fromtimestamp(time / 1000, zone)
        assert (time + offset) % DAY_MS == (local.hour * 3600 + local.minute * 60 + local.second) * 1000
        key = (time + offset) // 3_600_000 * 3_600_000 - offset
        assert begins[key] <= time or (time - key < 3_600_000 and key < time_range.start)
        met.setdefault(key, time)
        day = (time + offset) // DAY_MS * DAY_MS
        assert day in days
        assert date.fromordinal(719_163 + day // DAY_MS) == local.date()
        assert midnight(local.date(), zone) <= time < midnight(local.date() + timedelta(days=1), zone)
    assert [key for key in met if met[key] - begins[key] >= step and key > time_range.start] == []


def test_hours_of_odd_changes_have_their_labels() -> None:
    def labels(zone: str, first: str, last: str) -> list[str]:
        found = buckets(TimeRange(moment(first), moment(last), zone), "hour")
        assert [each for _, each in found] == [time_label(key, "hour", zone) for key, _ in found]
        return [each for _, each in found]

    assert labels("Pacific/Chatham", "2024-09-28T12:15Z", "2024-09-28T15:15Z") == [
        "2024-09-29T01:00:00+12:45",
        "2024-09-29T02:00:00+12:45",
        "2024-09-29T04:00:00+13:45",
    ]
    assert labels("Australia/Lord_Howe", "2024-10-05T14:30Z", "2024-10-05T17:00Z") == [
        "2024-10-06T01:00:00+10:30",
        "2024-10-06T02:30:00+11:00",
        "2024-10-06T03:00:00+11:00",
    ]
    assert labels("Australia/Lord_Howe", "2024-04-06T14:00Z", "2024-04-06T16:30Z") == [
        "2024-04-07T01:00:00+11:00",
        "2024-04-07T01:30:00+10:30",
        "2024-04-07T02:00:00+10:30",
    ]
    assert labels("Antarctica/Casey", "2020-10-03T15:00Z", "2020-10-03T18:00Z") == [
        "2020-10-03T23:00:00+08:00",
        "2020-10-04T00:00:00+08:00",
        "2020-10-04T04:00:00+11:00",
    ]


def test_times_before_1970_fall_into_their_own_bucket(engine: Engine) -> None:
    for zone in ("UTC", "America/New_York", "Asia/Kolkata"):
        asked = TimeRange(-3 * DAY_MS, DAY_MS, zone)
        for unit in ("hour", "day"):
            bucket = engine.dialect.bucket(unit, offsets(asked))
            for time in (-2 * DAY_MS, -3_600_001, -1, 0, 1, 7_200_000):
                given = engine.dialect.moment()
                ((key,),) = engine.store.select(f"SELECT {bucket} FROM (SELECT {given} AS time) AS asked", [time])
                assert key == calendar_key(time, unit, ZoneInfo(zone))
