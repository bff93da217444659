"""From what a protocol read to the event that is stored, in named steps (see steps.py).

Nothing here waits: the catalog is read from its snapshot, look-ups are in memory.
"""

from collections.abc import Iterable

from hitkeep_py.catalog.catalog import Catalog
from hitkeep_py.catalog.sites import Site
from hitkeep_py.enrich.lookups import Lookups
from hitkeep_py.event import DropReason, Event, IncomingEvent, Sender
from hitkeep_py.ingest.steps import DAY_MS, STEPS, Passage


class Pipeline:
    """Used from the event loop's thread only."""

    def __init__(self, catalog: Catalog, lookups: Lookups, max_age_days: float) -> None:
        self._catalog = catalog
        self._lookups = lookups
        self._max_age_ms = int(max_age_days * DAY_MS)

    def site_of(self, incoming: IncomingEvent, sender: Sender) -> Site | DropReason:
        """The site that the event names: by a key, its id (or an alias), or a hostname."""
        directory = self._catalog.directory
        if incoming.site_key is not None:
            key = directory.keys.find(incoming.site_key, sender.received_at)
            if key and key.kind in incoming.key_kinds:
                self._catalog.keys.note_use(key.id, sender.received_at)
                return directory.by_id.get(key.site_id, DropReason.UNKNOWN_KEY)
            if incoming.site_id is None:
                site = directory.of_alias(incoming.site_key) if "public" in incoming.key_kinds else None
                return site or DropReason.UNKNOWN_KEY
        if incoming.site_id is not None:
            site = directory.by_id.get(incoming.site_id.lower())
        else:
            site = directory.of_hostname(incoming.hostname or "")
        return site or DropReason.UNKNOWN_SITE

    def site_of_hints(self, hints: Iterable[str], now: int) -> str:
        """The id of the first site that a key, an id or a hostname among the hints is of, or ""."""
        directory = self._catalog.directory
        for hint in filter(None, hints):
            key = directory.keys.find(hint, now)
            site = directory.by_id.get(key.site_id if key else hint.lower()) or directory.of_hostname(hint)
            if site:
                return site.id
        return ""

    def passage(self, sender: Sender) -> Passage:
        """For all events of a request."""
        return Passage(sender, self._catalog.directory, sender.received_at - self._max_age_ms)

    def run(self, incoming: IncomingEvent, site: Site, passage: Passage) -> Event | DropReason:
        event = Event(site.id, kind=incoming.kind, name=incoming.name or None, props=incoming.props_json)
        passage.begin(incoming, site, event)
        for step in STEPS:
            reason = step(passage, self._lookups)
            if reason is not None:
                return reason
        return event
