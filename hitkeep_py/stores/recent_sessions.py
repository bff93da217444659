"""The sessions that events may still join, read so that few of their texts are in memory at once.

Grouped with all their texts, 200,000 sessions of a flood took more memory than the engine may use, and nothing started
any more. So numbers are grouped alone, of a bounded number of sessions, and the texts come after them in portions.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from hitkeep_py.event import NO_SESSION
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.dimensions import SESSION_ATTRIBUTES

PORTION_SESSIONS = 2_000

Select = Callable[[str, Sequence[object]], list[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Recency:
    """Sessions with an event of the last `milliseconds` before the latest, or among the last `events` that were stored;
    at most `sessions` of them, and none without any of the last `most_events`.
    """

    milliseconds: int
    events: int
    sessions: int
    most_events: int


def recent_sessions(select: Select, dialect: Dialect, among: str, recency: Recency) -> Iterator[tuple[Any, ...]]:
    """Rows as EventStore.recent_sessions gives them; `among` says that an event_id is one of a list that follows."""
    ((newest, latest),) = select(f"SELECT max(event_id), {dialect.milliseconds('max(time)')} FROM events", ())
    if not newest:
        return
    edges = [newest - recency.most_events, latest - recency.milliseconds, newest - recency.events]
    rows = select(numbers(dialect), [*edges, recency.sessions, recency.sessions])
    newest_of = {row[2]: row[6] for row in reversed(rows)}
    for start in range(0, len(rows), PORTION_SESSIONS):
        portion = rows[start : start + PORTION_SESSIONS]
        said = texts(select, among, sorted({newest_of[row[2]] for row in portion}))
        yield from ((*row, *said[newest_of[row[2]]]) for row in portion)


def numbers(dialect: Dialect) -> str:
    return f"""
        SELECT coalesce(crossed_visitor_id, visitor_id) AS looked_up, visitor_id, session_id, min(session_key),
            {dialect.milliseconds("min(time)")}, {dialect.milliseconds("max(time)")}, max(event_id), max(user_id)
        FROM events
        WHERE session_id IN (
            SELECT session_id FROM events
            WHERE event_id > ? AND (time >= {dialect.moment()} OR event_id > ?)
                AND (flagged IS NULL OR flagged <> '{NO_SESSION}')
            GROUP BY session_id ORDER BY max(event_id) DESC LIMIT ?
        )
        GROUP BY looked_up, visitor_id, session_id
        ORDER BY max(event_id) DESC LIMIT ?
    """


def texts(select: Select, among: str, events: list[int]) -> dict[int, tuple[str | None, ...]]:
    """What these events say of their sessions, which all events of a session say alike."""
    sql = f"SELECT event_id, {', '.join(SESSION_ATTRIBUTES)} FROM events WHERE event_id BETWEEN ? AND ? AND {among}"
    return {event_id: tuple(said) for event_id, *said in select(sql, [events[0], events[-1], events])}
