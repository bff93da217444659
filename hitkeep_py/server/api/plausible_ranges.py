"""Plausible's ranges of days, the units of its series and how it writes their times."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dialect import FIXED_LENGTHS
from hitkeep_py.query.named_range import all_days, months_before
from hitkeep_py.query.time_range import EARLIEST, HOUR_MS, LATEST, LONGEST_DAYS, TimeRange, midnight, milliseconds

COUNTED = re.compile(r"([1-9][0-9]{0,3})(d|mo)")
NAMED = "day, 24h, 7d, 28d, 30d, 91d, month, 6mo, 12mo, year, all"
MOST_MONTHS = 100
MOST_DAYS = 5_000
SECOND_MS = 1_000
POSSIBLE = f'There are {NAMED}, other numbers of d and mo, and two days or times, such as ["2024-01-01", "2024-01-31"].'


def read_date_range(given: object, zone: str, now: int, first: Callable[[], int | None]) -> TimeRange:
    """Days are the site's. `first` says when its first event was. Raises InvalidInput."""
    timezone = ZoneInfo(zone)
    today = datetime.fromtimestamp(now / 1000, timezone).date()
    if isinstance(given, list):
        return checked(read_pair(given, timezone), zone, given)
    if given is None:
        raise InvalidInput(f"date_range is required. {POSSIBLE}", field="date_range")
    if not isinstance(given, str):
        raise bad_range(given)
    if given == "24h":
        return TimeRange(now + 1 - 24 * HOUR_MS, now + 1, zone)
    if given == "all":
        begin, end = all_days(first(), today, timezone)
        return TimeRange(midnight(begin, timezone), midnight(end, timezone), zone)
    days = named_days(given, today)
    if days is None:
        raise bad_range(given)
    return of_days(*days, timezone, zone)


def named_days(name: str, today: date) -> tuple[date, date] | None:
    """First and last day. Counted days and months end before today's, as in Plausible."""
    first = today.replace(day=1)
    if name == "day":
        return today, today
    if name == "month":
        return first, last_of_month(today)
    if name == "year":
        return today.replace(month=1, day=1), today.replace(month=12, day=31)
    counted = COUNTED.fullmatch(name)
    count = int(counted[1]) if counted else 0
    if counted and counted[2] == "d" and count <= MOST_DAYS:
        return today - timedelta(days=count), today - timedelta(days=1)
    if counted and counted[2] == "mo" and count <= MOST_MONTHS:
        return months_before(first, count), first - timedelta(days=1)
    return None


def last_of_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def read_pair(given: list[Any], timezone: ZoneInfo) -> tuple[int, int]:
    """Two days, or two times with their offsets; both ends are included."""
    if len(given) != 2 or not all(isinstance(each, str) for each in given):
        raise bad_range(given)
    try:
        if all(len(each) == len("2024-01-01") for each in given):
            first, last = (date.fromisoformat(each) for each in given)
            return midnight(first, timezone), midnight(last + timedelta(days=1), timezone)
        start, end = (datetime.fromisoformat(each) for each in given)
        if start.tzinfo is None or end.tzinfo is None:
            raise bad_range(given)
        return milliseconds(start), milliseconds(end.replace(microsecond=0)) + SECOND_MS
    except (ValueError, OverflowError) as error:
        raise bad_range(given) from error


def of_days(first: date, last: date, timezone: ZoneInfo, zone: str) -> TimeRange:
    times = midnight(first, timezone), midnight(last + timedelta(days=1), timezone)
    return checked(times, zone, [first.isoformat(), last.isoformat()])


def checked(times: tuple[int, int], zone: str, given: object) -> TimeRange:
    found = TimeRange(*times, zone)
    if not EARLIEST <= found.start < found.end <= LATEST or found.days() > LONGEST_DAYS + 1:
        raise bad_range(given)
    return found


def bad_range(given: object) -> InvalidInput:
    return InvalidInput(f"Invalid date_range {orjson.dumps(given).decode()[:100]}. {POSSIBLE}", field="date_range")


def unit_of(time_range: TimeRange) -> str:
    """Plausible's choice for the dimension `time`."""
    days = time_range.days()
    if days <= 2:
        return "hour"
    return "day" if days <= 41 else "week" if days <= 52 * 7 else "month"


def time_text(text: str, unit: str, time_range: TimeRange) -> str:
    """The label of a bucket, RFC 3339, as Plausible writes it. A week that began before the range begins with it."""
    if unit in FIXED_LENGTHS:
        return text[: len("2024-01-01T00:00:00")].replace("T", " ")
    day = text[: len("2024-01-01")]
    return max(day, edges(time_range)[0][: len(day)]) if unit == "week" else day


def edges(time_range: TimeRange) -> list[str]:
    """The first and the last second of the range, in the site's time."""
    timezone = ZoneInfo(time_range.zone)
    moments = (time_range.start, time_range.end - SECOND_MS)
    return [datetime.fromtimestamp(each // 1000, timezone).isoformat().replace("+00:00", "Z") for each in moments]
