"""What a range is compared with: the period before, and for a range that comes to today that period to the same day."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.query.named_range import TO_DATE, named_range, previous_period, previous_year, so_far
from hitkeep_py.query.time_range import DAY_MS, EARLIEST, TimeRange, midnight, read_range

NOW = round(datetime(2026, 11, 20, 12, tzinfo=UTC).timestamp() * 1000)
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Australia/Lord_Howe", "America/Havana"]
DAYS = st.dates(date(2010, 1, 1), date(2035, 12, 31))
MONTHS = {"this_month": 1, "this_quarter": 3, "year": 12, "1mo": 1, "5mo": 5, "12mo": 12}


def noon(day: date, zone: str) -> int:
    return round(datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def days_of(found: TimeRange) -> tuple[date, date]:
    """The first and the last day, both included; each edge is a midnight."""
    zone = ZoneInfo(found.zone)
    first, after = (datetime.fromtimestamp(each / 1000, zone).date() for each in (found.start, found.end))
    assert (midnight(first, zone), midnight(after, zone)) == (found.start, found.end)
    return first, after - timedelta(days=1)


def before(name: str, today: date, zone: str = "UTC") -> tuple[str, str]:
    first, last = days_of(previous_period(named_range(name, zone, noon(today, zone))))
    return first.isoformat(), last.isoformat()


@pytest.mark.parametrize(
    ("name", "today", "expected"),
    [
        ("this_week", date(2026, 11, 20), ("2026-11-09", "2026-11-13")),
        ("this_month", date(2026, 11, 20), ("2026-10-01", "2026-10-20")),
        ("this_quarter", date(2026, 11, 20), ("2026-07-01", "2026-08-20")),
        ("year", date(2026, 11, 20), ("2025-01-01", "2025-11-20")),
        ("1mo", date(2026, 11, 20), ("2026-10-01", "2026-10-20")),
        ("12mo", date(2026, 11, 20), ("2024-12-01", "2025-11-20")),
        ("this_month", date(2026, 1, 1), ("2025-12-01", "2025-12-01")),
        ("this_week", date(2026, 11, 16), ("2026-11-09", "2026-11-09")),
    ],
)
def test_range_to_date_compares_with_the_one_before_to_the_same_day(
    name: str, today: date, expected: tuple[str, str]
) -> None:
    assert before(name, today) == expected
    assert before(name, today, "America/New_York") == expected


@pytest.mark.parametrize(
    ("name", "today", "expected"),
    [
        ("this_month", date(2026, 3, 29), ("2026-02-01", "2026-02-28")),
        ("this_month", date(2026, 3, 30), ("2026-02-01", "2026-02-28")),
        ("this_quarter", date(2026, 5, 30), ("2026-01-01", "2026-02-28")),
        ("year", date(2024, 2, 29), ("2023-01-01", "2023-02-28")),
    ],
)
def test_comparison_stops_at_the_end_of_a_month_without_such_a_day(
    name: str, today: date, expected: tuple[str, str]
) -> None:
    assert before(name, today) == expected


@pytest.mark.parametrize(
    ("name", "today", "expected"),
    [
        ("this_month", date(2026, 11, 30), ("2026-10-01", "2026-10-31")),
        ("this_quarter", date(2026, 5, 31), ("2026-01-01", "2026-02-28")),
        ("this_quarter", date(2026, 6, 30), ("2026-01-01", "2026-03-31")),
        ("year", date(2026, 6, 30), ("2025-01-01", "2025-06-30")),
        ("last_month", date(2026, 12, 1), ("2026-10-01", "2026-10-31")),
    ],
)
def test_end_of_a_month_compares_with_the_end_of_a_month(name: str, today: date, expected: tuple[str, str]) -> None:
    assert before(name, today) == expected


def test_days_that_happen_to_begin_a_month_are_plain_days() -> None:
    asked = read_range("2026-11-01", "2026-11-20", "UTC", NOW)
    assert asked == named_range("this_month", "UTC", NOW)
    assert previous_period(asked) == read_range("2026-10-12", "2026-10-31", "UTC", NOW)


@given(today=DAYS, zone=st.sampled_from(ZONES), name=st.sampled_from([*MONTHS, *TO_DATE]))
def test_comparison_to_date_begins_as_its_range_does_and_never_overlaps_it(today: date, zone: str, name: str) -> None:
    asked = named_range(name, zone, noon(today, zone))
    other = previous_period(asked)
    (first, last), (other_first, other_last) = days_of(asked), days_of(other)
    assert other.end <= asked.start
    if name == "this_week":
        assert (first - other_first, last - other_last) == (timedelta(days=7), timedelta(days=7))
        return
    assert other_first.day == 1
    assert months(first) - months(other_first) == months(last) - months(other_last) == MONTHS[name]
    assert other_last.day == last.day or is_last_of_month(other_last)


@given(today=DAYS, zone=st.sampled_from(ZONES), count=st.integers(1, 400))
def test_plain_days_compare_with_as_many_right_before(today: date, zone: str, count: int) -> None:
    asked = named_range(f"{count}d", zone, noon(today, zone))
    (first, last), (other_first, other_last) = days_of(asked), days_of(previous_period(asked))
    assert other_last == first - timedelta(days=1)
    if first.day == 1 and is_last_of_month(last):
        assert other_first.day == 1
    else:
        assert other_last - other_first == last - first


@given(today=DAYS, zone=st.sampled_from(ZONES), name=st.sampled_from([*MONTHS]))
def test_comparison_grows_with_the_days_of_the_month(today: date, zone: str, name: str) -> None:
    days = [today.replace(day=number) for number in range(1, 29)]
    ends = [previous_period(named_range(name, zone, noon(day, zone))).end for day in days]
    assert all(early < late for early, late in pairwise(ends))


def months(day: date) -> int:
    return 12 * day.year + day.month


def is_last_of_month(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("name", "compared", "expected"),
    [
        ("today", previous_period, ("2026-11-19T00:00", "2026-11-19T13:00")),
        ("7d", previous_period, ("2026-11-07T00:00", "2026-11-13T13:00")),
        ("this_month", previous_period, ("2026-10-01T00:00", "2026-10-20T13:00")),
        ("7d", previous_year, ("2025-11-14T00:00", "2025-11-20T13:00")),
        ("yesterday", previous_period, ("2026-11-18T00:00", "2026-11-19T00:00")),
        ("24h", previous_period, ("2026-11-18T13:00", "2026-11-19T13:00")),
    ],
)
def test_of_a_day_that_is_not_over_as_much_is_compared(
    name: str, compared: Callable[[TimeRange], TimeRange], expected: tuple[str, str]
) -> None:
    asked = named_range(name, "Europe/Berlin", NOW)
    found = so_far(compared(asked), asked, NOW)
    assert found.start == compared(asked).start
    times = (datetime.fromtimestamp(each / 1000, ZoneInfo(found.zone)) for each in (found.start, found.end))
    assert tuple(each.strftime("%Y-%m-%dT%H:%M") for each in times) == expected


@pytest.mark.parametrize("zone", ZONES)
@given(day=DAYS, seconds=st.integers(0, 86_399))
def test_what_has_passed_is_a_part_of_the_whole_and_not_nothing(zone: str, day: date, seconds: int) -> None:
    now = min(midnight(day, ZoneInfo(zone)) + seconds * 1000, midnight(day + timedelta(days=1), ZoneInfo(zone)) - 1)
    for name in ("today", "this_month", "30d"):
        asked = named_range(name, zone, now)
        whole = previous_period(asked)
        found = so_far(whole, asked, now)
        assert found.start == whole.start < found.end <= whole.end
        assert (whole.end - found.end) - (asked.end - now) < 2 * 3_600_000 + 600_000


@pytest.mark.parametrize("zone", ["UTC", "America/Sao_Paulo", "Pacific/Chatham"])
@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2024-02-28", "2024-02-28", ("2023-02-28", "2023-02-28")),
        ("2024-02-29", "2024-02-29", ("2023-02-28", "2023-02-28")),
        ("2024-02-01", "2024-02-28", ("2023-02-01", "2023-02-28")),
        ("2024-02-01", "2024-02-29", ("2023-02-01", "2023-02-28")),
        ("2025-02-28", "2025-02-28", ("2024-02-28", "2024-02-28")),
        ("2025-02-01", "2025-02-28", ("2024-02-01", "2024-02-28")),
        ("2024-03-01", "2024-03-01", ("2023-03-01", "2023-03-01")),
        ("2024-12-31", "2024-12-31", ("2023-12-31", "2023-12-31")),
        ("2024-01-31", "2024-05-31", ("2023-01-31", "2023-05-31")),
        ("2024-02-29", "2028-02-29", ("2023-02-28", "2027-02-28")),
        ("2026-01-01", "2026-12-31", ("2025-01-01", "2025-12-31")),
    ],
)
def test_year_before_is_of_the_same_days(first: str, last: str, expected: tuple[str, str], zone: str) -> None:
    found = previous_year(read_range(first, last, zone, NOW))
    assert tuple(each.isoformat() for each in days_of(found)) == expected


@given(start=st.datetimes(datetime(2011, 1, 1), datetime(2035, 1, 1)), hours=st.integers(1, 3_000))
def test_a_part_of_a_day_compares_with_as_much_a_year_before(start: datetime, hours: int) -> None:
    begun = round(start.replace(tzinfo=UTC, minute=30).timestamp() * 1000)
    asked = TimeRange(begun, begun + hours * 3_600_000)
    found = previous_year(asked)
    assert found.end - found.start == asked.end - asked.start
    assert asked.start - found.start in (365 * 86_400_000, 366 * 86_400_000)


@given(first=DAYS, length=st.integers(0, 800), zone=st.sampled_from(ZONES))
def test_a_comparison_with_the_year_before_is_never_empty(first: date, length: int, zone: str) -> None:
    asked = read_range(first.isoformat(), (first + timedelta(days=length)).isoformat(), zone, NOW)
    found_first, found_last = days_of(previous_year(asked))
    assert abs((found_last - found_first).days - length) <= 1


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("begun", [0, -(10**13), -(10**17), NOW - 11 * 366 * 86_400_000, NOW + 10**12])
def test_all_reaches_back_to_the_first_event_however_old(begun: int, zone: str) -> None:
    found = named_range("all", zone, NOW, lambda: begun)
    assert found.start <= max(begun, EARLIEST + 3 * DAY_MS) < found.end or begun > NOW
    assert found.end == named_range("today", zone, NOW).end
    if begun > -(10**14):
        assert previous_year(found).start < found.start
        assert previous_period(found).end <= found.start
