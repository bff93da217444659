"""The last events that each site sent, with what became of them, in memory: no drop is ever a mystery.

Only what is shown is kept: never an IP address, a user agent, a query string, a whole key, or what an event held.
"""

import re
from collections import deque
from typing import Any, NamedTuple

from hitkeep_py.clock import utc_text
from hitkeep_py.errors import AnalyticsError
from hitkeep_py.event import DropReason, Event, IncomingEvent
from hitkeep_py.protocols.format import Item, Repeat, Verdict

KEPT = 100
TEXT_LENGTH = 200
KEY_SHOWN = 12
USER = re.compile(r"^(\s*(?:[a-z][a-z0-9+.-]*:[/\\]*|[/\\]{2,}))[^/\\]*@", re.IGNORECASE)
REFUSED, DROPPED, STORED = "refused", "dropped", "stored"


class Seen(NamedTuple):
    """One event, or a request that could not be read as a whole."""

    time: int
    format: str
    outcome: str
    reason: str | None
    message: str | None
    kind: str | None
    name: str | None
    path: str | None

    def as_json(self) -> dict[str, Any]:
        return {**self._asdict(), "time": utc_text(self.time)}


def seen(time: int, format: str, item: Item | None, verdict: Verdict) -> Seen:
    incoming = item if isinstance(item, IncomingEvent) else None
    kind, name = (incoming.kind, incoming.name or None) if incoming else (None, None)
    if isinstance(verdict, Event):
        return Seen(time, format, STORED, verdict.flagged, note(incoming, verdict), kind, name, verdict.path)
    if isinstance(verdict, Repeat):
        return Seen(time, format, DROPPED, DropReason.DUPLICATE.value, None, kind, name, verdict.event.path)
    where = page(incoming) if incoming else None
    if isinstance(verdict, AnalyticsError):
        return Seen(time, format, REFUSED, verdict.code, verdict.message[:TEXT_LENGTH], kind, name, where)
    return Seen(time, format, DROPPED, verdict.value, named_site(incoming, verdict), kind, name, where)


def note(incoming: IncomingEvent | None, event: Event) -> str | None:
    """What of a stored event was left out."""
    if incoming is None:
        return None
    if incoming.revenue is not None and event.revenue is None:
        return "stored without its revenue: no amount, or an unknown currency"
    if incoming.time is not None and abs(incoming.time - event.time) > 1:
        return "stored with the server's time: the client's clock is a little ahead"
    return None


def named_site(incoming: IncomingEvent | None, reason: DropReason) -> str | None:
    """What an event named that is no site's."""
    if incoming is None or reason not in (DropReason.UNKNOWN_SITE, DropReason.UNKNOWN_KEY):
        return None
    if incoming.site_id is not None:
        return f"no site has the id or alias {incoming.site_id[:TEXT_LENGTH]!r}"
    if incoming.site_key is not None:
        return f"no site has a key of the right kind that begins with {incoming.site_key[:KEY_SHOWN]!r}"
    return f"no site has the domain {(incoming.hostname or '')[:TEXT_LENGTH]!r}"


def page(incoming: IncomingEvent) -> str | None:
    """Without what a query, a fragment or a user before the host could give away."""
    shown = (incoming.url or incoming.path).partition("?")[0].partition("#")[0]
    return USER.sub(r"\1", shown)[:TEXT_LENGTH] or None


class Debugger:
    """Filled on the event loop's thread, read from any."""

    def __init__(self) -> None:
        self._of_sites: dict[str, deque[Seen]] = {}

    def note(self, site_id: str, one: Seen) -> None:
        """`site_id` is "" for what belonged to no site."""
        kept = self._of_sites.get(site_id)
        if kept is None:
            kept = self._of_sites[site_id] = deque(maxlen=KEPT)
        kept.append(one)

    def last(self, site_id: str) -> list[dict[str, Any]]:
        """Newest first."""
        return [each.as_json() for each in reversed(self.of_site(site_id))]

    def of_site(self, site_id: str) -> list[Seen]:
        return list(self._of_sites.get(site_id, ()))

    def forget(self, site_id: str) -> None:
        self._of_sites.pop(site_id, None)
