"""Where `now` comes from, so that tests can set it."""

import time
from datetime import UTC, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

MINUTE_MS = 60_000


class Clock(Protocol):
    def now_ms(self) -> int:
        """UTC, milliseconds since 1970."""

    def monotonic(self) -> float:
        """Seconds that never jump; for limits and sessions of work, not for events."""


class SystemClock:
    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        return time.monotonic()


def utc_text(milliseconds: int) -> str:
    """RFC 3339 in UTC with milliseconds, as every API answer writes times."""
    return _text(datetime.fromtimestamp(milliseconds / 1000, UTC))


def zone_text(milliseconds: int, zone: str) -> str:
    """The same with the offset that the zone has then."""
    return _text(datetime.fromtimestamp(milliseconds / 1000, ZoneInfo(zone)))


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
