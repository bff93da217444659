"""The events themselves, to be taken away: page after page, each event once, however many come in meanwhile.

Events are stored in the order of their ids, so those up to the newest id at the beginning are a fixed set. Pages follow
each other by time and id; windows of time keep what an engine must sort small.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hitkeep_py.event import EVENT_FIELDS
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.query import Query, matching_events
from hitkeep_py.query.report import Report
from hitkeep_py.query.sql import Statement, filled
from hitkeep_py.query.time_range import TimeRange

NOT_EXPORTED = ("site_id", "previous_visitor_id", "anonymous_visitor_id", "session_key", "flagged")
EVENT_COLUMNS = (*(each for each in EVENT_FIELDS if each not in NOT_EXPORTED), "session_id", "event_id")
"""Time comes first, the id last."""
IDS = ("visitor_id", "user_id", "session_id", "event_id")
MINUTES_UP_TO_DAYS = 92

Cursor = tuple[int, int]
"""Time in UTC milliseconds and id of the last event seen."""


@dataclass(frozen=True, slots=True)
class Extent:
    """What is to be taken: `count` events with ids up to `newest`; between `bounds` are windows of time."""

    newest: int
    count: int
    bounds: list[int]


def extent(dialect: Dialect, query: Query, size: int) -> Report[Extent]:
    """Windows have about `size` events, or more where a minute (in a long range an hour) has more."""
    unit = "minute" if query.range.days() <= MINUTES_UP_TO_DAYS else "hour"
    bucket = Statement(f"{dialect.bucket(unit, [(query.range.start, 0)])} AS bucket")
    rows = yield filled(
        "SELECT bucket, count(*), max(event_id) FROM ({}) AS found GROUP BY bucket ORDER BY bucket",
        matching_events(query, dialect, [bucket, Statement("event_id")]),
    )
    last = max((int(newest) for _, _, newest in rows), default=0)
    counted = [(int(start), int(count)) for start, count, _ in rows]
    return Extent(last, sum(count for _, count in counted), list(bounds(counted, query.range, size)))


def bounds(counted: Sequence[tuple[int, int]], time_range: TimeRange, size: int) -> Iterator[int]:
    """From the range's start to its end."""
    held = 0
    yield time_range.start
    for start, count in counted:
        if held and held + count > size and start > time_range.start:
            yield start
            held = 0
        held += count
    yield time_range.end


def page(dialect: Dialect, query: Query, newest: int, after: Cursor, until: int, size: int) -> Report[list[Any]]:
    """The next events behind the cursor and before a time: EVENT_COLUMNS, with the time in UTC milliseconds."""
    columns = [Statement(dialect.milliseconds(each) if each == "time" else each) for each in EVENT_COLUMNS]
    time, event_id = after
    rows = yield filled(
        f"{{}} AND {{}} ORDER BY time, event_id LIMIT {int(size)}",
        matching_events(query, dialect, columns),
        Statement(
            f"event_id <= ? AND time >= {dialect.moment()} AND time < {dialect.moment()}"
            f" AND (time > {dialect.moment()} OR event_id > ?)",
            (newest, time, until, time, event_id),
        ),
    )
    return list(rows)
