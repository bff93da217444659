"""Ranges and buckets of time, half-open, in a site's time zone.

The engine is never asked about time zones: the zone's offsets within the range are worked out here, so that every
engine, with or without a zone database, gives the same days, also where clocks change.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.dialect import FIXED_LENGTHS

DEFAULT_DAYS = 30
HOUR_MS = 3_600_000
NEXT_DAYS = {"day": 1, "week": 7, "month": 31}
"""From the first day of a bucket into the next one."""
DAY_MS = 24 * HOUR_MS
LONGEST_DAYS = 3_660
MOST_POINTS = 10_000
"""Of a series."""
DEFAULT_NAMED_DAYS = 7
LONGEST_NAMED_DAYS = 90
# Far enough from the ends of the calendar for every zone and for the days around a range.
EARLIEST, LATEST = -62_000_000_000_000, 253_000_000_000_000
UNITS = ("hour", "day", "month")
"""Of HitKeep's and Sparklytics' series."""


@dataclass(frozen=True, slots=True)
class CalendarLength:
    months: int = 0
    days: int = 0


@dataclass(frozen=True, slots=True)
class TimeRange:
    """UTC milliseconds from `start` up to, not including, `end`; days are those of `zone`.

    `to_date_of` is how long the month, year and so on is that the range has come to today in, if it was asked for so.
    """

    start: int
    end: int
    zone: str = "UTC"
    to_date_of: CalendarLength | None = field(default=None, compare=False)

    def days(self) -> float:
        return (self.end - self.start) / DAY_MS


def read_range(start: str | None, end: str | None, zone: str, now: int) -> TimeRange:
    """From `from` and `to` texts: RFC 3339 times or days; a day as `to` is included. Default: the last 30 days."""
    timezone = ZoneInfo(zone)
    today = datetime.fromtimestamp(now / 1000, timezone).date()
    last = _moment(end, timezone, "to", 1) if end else midnight(today + timedelta(days=1), timezone)
    if start:
        first = _moment(start, timezone, "from", 0)
    else:
        last_day = datetime.fromtimestamp((last - 1) / 1000, timezone).date()
        first = midnight(last_day - timedelta(days=DEFAULT_DAYS - 1), timezone)
    if first >= last:
        taken = "" if end else f", which was not given and so is the end of today, {today}"
        raise InvalidInput(f"the range is empty: from must be before to{taken}", field="from")
    if last - first > LONGEST_DAYS * DAY_MS:
        raise InvalidInput(f"the range is longer than {LONGEST_DAYS} days", field="from")
    return TimeRange(first, last, zone)


def read_days(start: str | None, end: str | None, zone: str, now: int, longest: int = LONGEST_NAMED_DAYS) -> TimeRange:
    """From Sparklytics' `start_date` and `end_date`, days that are both included. Default: the last 7 days."""
    timezone = ZoneInfo(zone)
    today = datetime.fromtimestamp(now / 1000, timezone).date()
    last = _day(end, "end_date") if end else today
    first = _day(start, "start_date") if start else last - timedelta(days=DEFAULT_NAMED_DAYS - 1)
    if (last - first).days >= longest:
        raise InvalidInput(f"the range is longer than {longest} days", field="start_date")
    found = TimeRange(midnight(first, timezone), midnight(last + timedelta(days=1), timezone), zone)
    if found.start >= found.end:
        raise InvalidInput("the range is empty: start_date must not be after end_date", field="start_date")
    return found


def _day(text: str, field: str) -> date:
    try:
        day = date.fromisoformat(text)
        # Other forms of ISO 8601, such as weeks, are read by Python as well.
        if day.isoformat() != text or not EARLIEST <= midnight(day, ZoneInfo("UTC")) <= LATEST:
            raise ValueError(text)
        return day
    except ValueError as error:
        raise InvalidInput(f"{field} must be a day such as 2026-01-31", field=field) from error


def _moment(text: str, timezone: ZoneInfo, field: str, days_later: int) -> int:
    try:
        if len(text) == len("2026-01-31"):
            found = midnight(date.fromisoformat(text) + timedelta(days=days_later), timezone)
        else:
            moment = datetime.fromisoformat(text)
            found = milliseconds(moment if moment.tzinfo else moment.replace(tzinfo=timezone))
        if not EARLIEST <= found <= LATEST:
            raise ValueError(text)
        return found
    except (ValueError, OverflowError) as error:
        message = f"{field} must be a day such as 2026-01-31 or a time such as 2026-01-31T12:00:00Z"
        raise InvalidInput(message, field=field) from error


def midnight(day: date, timezone: ZoneInfo) -> int:
    return milliseconds(datetime(day.year, day.month, day.day, tzinfo=timezone))


def milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def unit_for(time_range: TimeRange) -> str:
    """HitKeep's choice: under 48 hours by hour, from 180 days by month, else by day."""
    days = time_range.days()
    if days < 2:
        return "hour"
    return "month" if days >= 180 else "day"


def offsets(time_range: TimeRange) -> list[tuple[int, int]]:
    """The zone's offsets in the range, as (valid from, milliseconds to add to UTC); found to the minute."""
    timezone = ZoneInfo(time_range.zone)
    found = [(time_range.start, _offset(time_range.start, timezone))]
    step = time_range.start
    while step < time_range.end:
        following = min(step + DAY_MS, time_range.end)
        if _offset(following, timezone) != found[-1][1]:
            change = _change_between(step, following, timezone)
            found.append((change, _offset(change, timezone)))
        step = following
    return found


def _change_between(low: int, high: int, timezone: ZoneInfo) -> int:
    before = _offset(low, timezone)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(middle, timezone) == before:
            low = middle
        else:
            high = middle
    return high


def _offset(milliseconds: int, timezone: ZoneInfo) -> int:
    offset = datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(timezone).utcoffset()
    return int((offset or timedelta()).total_seconds() * 1000)


def bucket_count(time_range: TimeRange, unit: str) -> int:
    """At least as many as there are buckets, without making them."""
    length = FIXED_LENGTHS.get(unit) or NEXT_DAYS[unit] * DAY_MS
    return (time_range.end - time_range.start) // length + 1


def check_points(time_range: TimeRange, unit: str) -> None:
    """Raises InvalidInput for more buckets than a series may have points."""
    if bucket_count(time_range, unit) > MOST_POINTS:
        raise InvalidInput(f"the range has more than {MOST_POINTS} points by {unit}", field="unit")


def buckets(time_range: TimeRange, unit: str) -> list[tuple[int, str]]:
    """Every bucket of the range in order, as (key, label).

    The key is what the engine groups by (see Dialect.bucket): for hours the UTC start, since a local hour can
    happen twice; for days and months the local start read as if it were UTC. The label is when the bucket begins, RFC
    3339 with offset.
    """
    timezone = ZoneInfo(time_range.zone)
    if length := FIXED_LENGTHS.get(unit):
        return [(key, label(beginning(key, length, timezone), timezone)) for key in _fixed(time_range, length)]
    return [
        (
            milliseconds(datetime(day.year, day.month, day.day, tzinfo=UTC)),
            label(midnight(day, timezone), timezone),
        )
        for day in _days(time_range, unit, timezone)
    ]


def beginning(key: int, length: int, timezone: ZoneInfo) -> int:
    """When the bucket of a fixed length begins: with its key, or where the clock changes by less than its length."""
    return key if (key + _offset(key, timezone)) % length == 0 else _change_between(key, key + length, timezone)


def _fixed(time_range: TimeRange, length: int) -> list[int]:
    """Each key once: where a clock changes at 2:45 to 3:45, as on Chatham, what is left of an hour belongs to it."""
    return list(dict.fromkeys(_fixed_by_offset(time_range, length)))


def _fixed_by_offset(time_range: TimeRange, length: int) -> Iterator[int]:
    spans = offsets(time_range)
    for index, (since, offset) in enumerate(spans):
        until = spans[index + 1][0] if index + 1 < len(spans) else time_range.end
        first = (since + offset) // length * length - offset
        yield from range(first, until, length)


def _days(time_range: TimeRange, unit: str, timezone: ZoneInfo) -> Iterator[date]:
    """First days of the buckets. A day that a zone left out, such as Samoa's 30 December 2011, is none."""
    day = first_day(datetime.fromtimestamp(time_range.start / 1000, timezone).date(), unit)
    last = datetime.fromtimestamp((time_range.end - 1) / 1000, timezone).date()
    while day <= last:
        if unit != "day" or midnight(day, timezone) != midnight(day + timedelta(days=1), timezone):
            yield day
        day = first_day(day + timedelta(days=NEXT_DAYS[unit]), unit)


def first_day(day: date, unit: str) -> date:
    """Of the day's month, or of its week, which begins on Monday; a day is its own."""
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit == "month" else day


def label(milliseconds: int, timezone: ZoneInfo) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, timezone).isoformat().replace("+00:00", "Z")
