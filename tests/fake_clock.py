"""A clock that stands still until a test moves it."""

from datetime import UTC, datetime

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


class FakeClock:
    def __init__(self, now: datetime = NOON) -> None:
        self._now = round(now.timestamp() * 1000)
        self._monotonic = 1000.0

    def now_ms(self) -> int:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        self._now += round(seconds * 1000)
        self._monotonic += seconds
