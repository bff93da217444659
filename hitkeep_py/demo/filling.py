"""Puts the events into the inbox, as a sender would: day by day, and what is missing since the last one."""

from collections.abc import Sequence
from concurrent.futures import Future
from datetime import UTC, datetime

from hitkeep_py.analytics import Analytics
from hitkeep_py.demo.definitions import ensure_sites
from hitkeep_py.demo.month import DAY_MS, Month
from hitkeep_py.event import Event, event_row
from hitkeep_py.ingest.batch import Batch
from hitkeep_py.ingest.usage import month_of
from hitkeep_py.stores.recent_sessions import Recency

SEED = "demo"
DAYS, SCALE = 60, 0.6
"""Two months, so that a month has one to be compared with."""
BATCH_EVENTS = 1_000
PATIENCE = 600.0
LAST_OF_SESSION = 5
"""Place in a row of EventStore.recent_sessions."""


class Filling:
    """`days` back from now, at most; `done` tells how far it is."""

    def __init__(self, analytics: Analytics, days: int = DAYS, scale: float = SCALE) -> None:
        self._analytics = analytics
        self._days = days
        self.events = 0
        self.day = ""
        self.month = Month(SEED, ensure_sites(analytics.catalog), analytics.lookups, scale)

    @property
    def done(self) -> str:
        return f"{self.events:,} events, up to {self.day or 'now'}"

    def fill(self) -> int:
        """All events between the last one there is and now; gives how many."""
        now = self._analytics.clock.now_ms()
        since = max(last_event(self._analytics) + 1, now - self._days * DAY_MS)
        for day in range(since // DAY_MS, now // DAY_MS + 1):
            self.day = datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()
            self._put(sorted(self._events(day, since, now), key=lambda event: event.time))
        self._analytics.writer.drain(PATIENCE)
        return self.events

    def _events(self, day: int, since: int, now: int) -> list[Event]:
        visits = (visit for visit in self.month.visits(day) if since <= visit.start)
        return [event for visit in visits for event in visit.events if event.time <= now]

    def _put(self, events: Sequence[Event]) -> None:
        waiting = [
            accept(self._analytics, events[start : start + BATCH_EVENTS])
            for start in range(0, len(events), BATCH_EVENTS)
        ]
        for each in waiting:
            each.result(PATIENCE)
        self.events += len(events)


def accept(analytics: Analytics, events: Sequence[Event]) -> "Future[None]":
    """Done once they are on disk. Raises Unavailable."""
    stored: Future[None] = Future()
    rows = [event_row(event) for event in events]
    analytics.inbox.append(Batch(rows, None, stored, month=month_of(events[-1].time)))
    return stored


def last_event(analytics: Analytics) -> int:
    """When the newest session had its last event; 0 without any."""
    return max((row[LAST_OF_SESSION] for row in analytics.store.recent_sessions(Recency(0, 1, 10, 1))), default=0)
