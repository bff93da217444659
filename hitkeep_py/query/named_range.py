"""Ranges by name, such as 7d or last_month, and the ranges that they are compared with. Days are the site's."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hitkeep_py.clock import MINUTE_MS
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dialect import FIXED_LENGTHS
from hitkeep_py.query.time_range import (
    DAY_MS,
    EARLIEST,
    HOUR_MS,
    LONGEST_DAYS,
    CalendarLength,
    TimeRange,
    beginning,
    first_day,
    label,
    midnight,
    milliseconds,
)

REALTIME_MS = 30 * MINUTE_MS
PASSED_STEP_MS = 10 * MINUTE_MS
COUNTED = re.compile(r"([1-9][0-9]{0,4})(min|h|d|mo)")
FIXED_NAMES = ("min", "h")
FIXED_STEPS = {"min": MINUTE_MS, "h": HOUR_MS}
NAMES: dict[str, str] = {
    "today": "today as a whole",
    "yesterday": "the day before",
    "this_week": "from Monday to today",
    "last_week": "the week before this one",
    "this_quarter": "from the first day of the quarter to today",
    "last_quarter": "the quarter before this one",
    "this_month": "from the first of the month to today",
    "last_month": "the month before this one",
    "year": "from the first of January to today",
    "last_year": "the year before this one",
    "all": "from the day of the site's first event to today",
    "realtime": "the last 30 minutes",
    "30min": "so many minutes up to now",
    "24h": "so many hours up to now",
    "7d": "so many days, today included",
    "12mo": "so many months, this one included",
}
"""The last four stand for any number."""
TO_DATE: dict[str, CalendarLength] = {
    "this_week": CalendarLength(days=7),
    "this_month": CalendarLength(months=1),
    "this_quarter": CalendarLength(months=3),
    "year": CalendarLength(months=12),
}
COMPARISONS: dict[str, str] = {
    "previous_period": (
        "as much time right before; of this_week, this_month, this_quarter, year and so many months up to today the "
        "ones before up to the same day"
    ),
    "previous_year": "the same days of the year before",
}
COMPARED_WITH = "; ".join(f"{name}: {words}" for name, words in COMPARISONS.items())

First = Callable[[], int | None]
"""Says when the site's first event was, in UTC milliseconds."""


def never() -> None:
    return None


def named_range(name: str, zone: str, now: int, first: First = never) -> TimeRange:
    """Raises InvalidInput with the names that exist."""
    timezone = ZoneInfo(zone)
    today = day_of(now, timezone)
    counted = COUNTED.fullmatch(name)
    if name == "realtime" or (counted and counted[2] in FIXED_NAMES):
        length = int(counted[1]) * FIXED_STEPS[counted[2]] if counted else REALTIME_MS
        return checked(TimeRange(now + 1 - length, now + 1, zone), "range")
    to_date_of = TO_DATE.get(name)
    if counted:
        to_date_of = CalendarLength(months=int(counted[1])) if counted[2] == "mo" else None
        days: tuple[date, date] | None = counted_days(int(counted[1]), counted[2], today)
    else:
        days = all_days(first(), today, timezone) if name == "all" else named_days(name, today)
    if days is None:
        raise InvalidInput(
            f"there is no range {name[:100]!r}; there are {', '.join(NAMES)}; in the last four any number",
            field="range",
        )
    start, end = (midnight(each, timezone) for each in days)
    check = possible if name == "all" else checked
    return check(TimeRange(start, end, zone, to_date_of), "range")


def all_days(begun: int | None, today: date, timezone: ZoneInfo) -> tuple[date, date]:
    """However long ago that was."""
    return today if begun is None else min(
        today, day_of(max(begun, EARLIEST + 2 * DAY_MS), timezone)
    ), today + timedelta(days=1)


def day_of(time: int, timezone: ZoneInfo) -> date:
    return datetime.fromtimestamp(time / 1000, timezone).date()


def named_days(name: str, today: date) -> tuple[date, date] | None:
    """The first day, and the first one that is not in it."""
    tomorrow = today + timedelta(days=1)
    week, month, year = first_day(today, "week"), first_day(today, "month"), today.replace(month=1, day=1)
    quarter = months_before(month, (month.month - 1) % 3)
    return {
        "today": (today, tomorrow),
        "yesterday": (today - timedelta(days=1), today),
        "this_week": (week, tomorrow),
        "last_week": (week - timedelta(days=7), week),
        "this_quarter": (quarter, tomorrow),
        "last_quarter": (months_before(quarter, 3), quarter),
        "this_month": (month, tomorrow),
        "last_month": (months_before(month, 1), month),
        "year": (year, tomorrow),
        "last_year": (months_before(year, 12), year),
    }.get(name)


def counted_days(count: int, unit: str, today: date) -> tuple[date, date]:
    if count > LONGEST_DAYS:
        raise InvalidInput(f"the range is longer than {LONGEST_DAYS} days", field="range")
    if unit == "d":
        return today - timedelta(days=count - 1), today + timedelta(days=1)
    return months_before(first_day(today, "month"), count - 1), today + timedelta(days=1)


def previous_period(found: TimeRange) -> TimeRange:
    """A range to date compares with the one before to the same date, whole months with whole months, whole days with
    as many days, anything else with the same length.
    """
    timezone = ZoneInfo(found.zone)
    first, last = (datetime.fromtimestamp(each / 1000, timezone).date() for each in (found.start, found.end))
    if (midnight(first, timezone), midnight(last, timezone)) != (found.start, found.end):
        return possible(TimeRange(2 * found.start - found.end, found.start, found.zone), "compare")
    if found.to_date_of:
        start, end = (midnight(moved_back(each, found.to_date_of), timezone) for each in (first, last))
        return possible(TimeRange(start, end, found.zone), "compare")
    if first.day == last.day == 1:
        before = months_before(first, 12 * (last.year - first.year) + last.month - first.month)
    else:
        before = days_before(first, (last - first).days)
    return possible(TimeRange(midnight(before, timezone), found.start, found.zone), "compare")


def moved_back(day: date, length: CalendarLength) -> date:
    """The end of a month stays one, and is that of a month which has no such day."""
    if not length.months:
        return days_before(day, length.days)
    month = months_before(day, length.months)
    following = first_day(month + timedelta(days=31), "month")
    return min(month + timedelta(days=day.day - 1), following)


def previous_year(found: TimeRange) -> TimeRange:
    """The same days, the first and the last one included; of 29 February 28 February. What is no whole days is as long,
    from the same time a year before.
    """
    timezone = ZoneInfo(found.zone)
    first, after = (datetime.fromtimestamp(each / 1000, timezone) for each in (found.start, found.end))
    if (midnight(first.date(), timezone), midnight(after.date(), timezone)) == (found.start, found.end):
        last = year_before(after.date() - timedelta(days=1))
        start, end = midnight(year_before(first.date()), timezone), midnight(last + timedelta(days=1), timezone)
    else:
        start = milliseconds(datetime.combine(year_before(first.date()), first.timetz()))
        end = start + found.end - found.start
    return possible(TimeRange(start, end, found.zone), "compare")


def said_of_comparison(error: InvalidInput, field: str) -> InvalidInput:
    """What is wrong with a range that somebody chose to compare with."""
    return InvalidInput(f"in the range to compare with, {error.message}", field=field)


def so_far(found: TimeRange, asked: TimeRange, now: int) -> TimeRange:
    """As much of the range to compare with as has passed of the asked one, whose last day is today."""
    zone = ZoneInfo(found.zone)
    # Whole steps, so that the answer can be kept for a while.
    moment = datetime.fromtimestamp(now // PASSED_STEP_MS * PASSED_STEP_MS / 1000, zone)
    if asked.end != midnight(moment.date() + timedelta(days=1), zone):
        return found
    last = day_of(found.end - 1, zone)
    end = milliseconds(datetime.combine(last, moment.time(), zone))
    return replace(found, end=min(max(end, found.start + PASSED_STEP_MS), found.end))


def year_before(day: date) -> date:
    return day.replace(year=earlier_year(day.year - 1), day=28 if (day.month, day.day) == (2, 29) else day.day)


def possible(found: TimeRange, field: str) -> TimeRange:
    """Whatever its length: it follows from what was asked."""
    if found.start < EARLIEST:
        raise InvalidInput("there is no time before to compare with", field=field)
    if found.start >= found.end:
        raise InvalidInput("the range is empty", field=field)
    return found


def checked(found: TimeRange, field: str) -> TimeRange:
    possible(found, field)
    if found.days() > LONGEST_DAYS:
        raise InvalidInput(f"the range is longer than {LONGEST_DAYS} days", field=field)
    return found


def months_before(month: date, count: int) -> date:
    number = 12 * month.year + month.month - 1 - count
    return date(earlier_year(number // 12), number % 12 + 1, 1)


def days_before(day: date, count: int) -> date:
    earlier_year(day.year - count // 365 - 1)
    return day - timedelta(days=count)


def earlier_year(year: int) -> int:
    """Two years from the calendar's end, where every zone has its midnights."""
    if year < 2:
        raise InvalidInput("there is no time before to compare with", field="compare")
    return year


def time_label(key: int, unit: str, zone: str) -> str:
    """The label of a bucket, as in time_range.buckets, from its key."""
    timezone = ZoneInfo(zone)
    if length := FIXED_LENGTHS.get(unit):
        return label(beginning(key, length, timezone), timezone)
    return label(midnight(datetime.fromtimestamp(key / 1000, UTC).date(), timezone), timezone)
