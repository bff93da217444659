"""Visitors who go on coming while the server runs."""

import heapq
import logging
from itertools import count

from hitkeep_py.analytics import Analytics
from hitkeep_py.demo.chance import dice
from hitkeep_py.demo.filling import SEED, accept
from hitkeep_py.demo.month import Month
from hitkeep_py.errors import Unavailable
from hitkeep_py.event import Event
from hitkeep_py.repeating import Repeating

PAUSE = 0.5
BUSY_SECONDS, BUSY_GAP, QUIET_GAP = 3_600.0, 7.0, 80.0
"""For the first hour more come than in the month, so that there is something to see."""
HURRY = 6
"""They read so much faster than others."""
log = logging.getLogger(__name__)


class LiveVisitors:
    """Everything happens on one thread; `step` is what it does again and again."""

    def __init__(self, analytics: Analytics, month: Month) -> None:
        self._analytics = analytics
        self._month = month
        self._began = analytics.clock.monotonic()
        self._next = self._began
        self._random = dice(SEED, "live", analytics.clock.now_ms())
        self._due: list[tuple[float, int, Event]] = []
        self._numbers = count()
        self._thread = Repeating("demo-visitors", PAUSE, self._try_step)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._thread.stop()

    def step(self) -> int:
        """Let come who is due, and have happen what is due; gives the number of events."""
        now = self._analytics.clock.monotonic()
        if now >= self._next:
            self._arrive(now)
            gap = BUSY_GAP if now - self._began < BUSY_SECONDS else QUIET_GAP
            self._next = now + self._random.expovariate(1 / gap)
        happened = []
        while self._due and self._due[0][0] <= now:
            happened.append(heapq.heappop(self._due)[2])
        for event in happened:
            event.time = self._analytics.clock.now_ms()
        if happened:
            accept(self._analytics, happened).result()
        return len(happened)

    def _arrive(self, now: float) -> None:
        visit = self._month.visit_at(self._random, self._analytics.clock.now_ms())
        for event in visit.events:
            due = now + (event.time - visit.start) / 1000 / HURRY
            event.engagement_ms = event.engagement_ms and event.engagement_ms // HURRY
            heapq.heappush(self._due, (due, next(self._numbers), event))

    def _try_step(self) -> None:
        try:
            self.step()
        except Unavailable as error:
            log.warning("the demonstration's visitors wait: %s", error.message)
