"""The last events that each site sent, with what became of them, in memory: no drop is ever a mystery.

Never an IP address, a user agent or a query string.
"""

from collections import deque
from typing import Any, NamedTuple

from hitkeep_py.clock import utc_text
from hitkeep_py.errors import AnalyticsError
from hitkeep_py.event import DropReason, Event, IncomingEvent
from hitkeep_py.protocols.format import Item, Repeat, Verdict

KEPT = 100
PATH_LENGTH = 200
REFUSED, DROPPED, STORED = "refused", "dropped", "stored"


class Seen(NamedTuple):
    """One event, or a request that could not be read (`item` is None)."""

    time: int
    format: str
    item: Item | None
    verdict: Verdict

    def as_json(self) -> dict[str, Any]:
        item = self.item if isinstance(self.item, IncomingEvent) else None
        return {
            "time": utc_text(self.time),
            "format": self.format,
            "outcome": outcome(self.verdict),
            "reason": reason(self.verdict),
            "message": self.verdict.message if isinstance(self.verdict, AnalyticsError) else note(item, self.verdict),
            "kind": item.kind if item else None,
            "name": (item.name or None) if item else None,
            "path": path(item, self.verdict),
        }


def outcome(verdict: Verdict) -> str:
    if isinstance(verdict, Event):
        return STORED
    return DROPPED if isinstance(verdict, DropReason | Repeat) else REFUSED


def reason(verdict: Verdict) -> str | None:
    if isinstance(verdict, Event):
        return verdict.flagged
    if isinstance(verdict, Repeat):
        return DropReason.DUPLICATE.value
    return verdict.value if isinstance(verdict, DropReason) else verdict.code


def note(item: IncomingEvent | None, verdict: Verdict) -> str | None:
    """What of a stored event was left out."""
    if item is None or not isinstance(verdict, Event):
        return None
    if item.revenue is not None and verdict.revenue is None:
        return "stored without its revenue: no amount, or an unknown currency"
    if item.time is not None and abs(item.time - verdict.time) > 1:
        return "stored with the server's time: the client's was in the future, or too old"
    return None


def path(item: IncomingEvent | None, verdict: Verdict) -> str | None:
    if isinstance(verdict, Event):
        return verdict.path
    if isinstance(verdict, Repeat):
        return verdict.event.path
    if item is None:
        return None
    return (item.path or item.url).partition("?")[0].partition("#")[0][:PATH_LENGTH] or None


class Debugger:
    """Filled on the event loop's thread, read from any."""

    def __init__(self) -> None:
        self._of_sites: dict[str, deque[Seen]] = {}

    def note(self, site_id: str, seen: Seen) -> None:
        """`site_id` is "" for what belonged to no site."""
        kept = self._of_sites.get(site_id)
        if kept is None:
            kept = self._of_sites[site_id] = deque(maxlen=KEPT)
        kept.append(seen)

    def last(self, site_id: str) -> list[dict[str, Any]]:
        """Newest first."""
        seen = list(self._of_sites.get(site_id, ()))
        return [each.as_json() for each in reversed(seen)]

    def forget(self, site_id: str) -> None:
        self._of_sites.pop(site_id, None)
