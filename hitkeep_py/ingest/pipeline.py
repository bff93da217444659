"""From what a protocol read to the event that is stored, in named steps.

Each step fills in one thing or gives the reason why the event is dropped; drops are counted by reason. Nothing
here waits: the catalog is read from its snapshot, look-ups are in memory.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from hitkeep_py.catalog.catalog import Catalog, Directory
from hitkeep_py.catalog.sites import Site
from hitkeep_py.enrich.lookups import Lookups
from hitkeep_py.enrich.page import CAMPAIGN_FIELDS
from hitkeep_py.enrich.user_agent import device_of_viewport
from hitkeep_py.enrich.visitor import session_key, visitor_id
from hitkeep_py.event import DropReason, Event, IncomingEvent, Sender
from hitkeep_py.text import clean

LANGUAGE_LENGTH = 35
SCREEN_LIMIT = 100_000


@dataclass(slots=True)
class Passage:
    """One event on its way through the steps."""

    incoming: IncomingEvent
    sender: Sender
    site: Site
    directory: Directory
    event: Event


Step = Callable[[Passage, Lookups], None]


def put_time(passage: Passage, lookups: Lookups) -> None:
    passage.event.time = passage.sender.received_at


def put_page(passage: Passage, lookups: Lookups) -> None:
    """A path alone belongs to the site that sent it; campaign fields in the body win over the address's."""
    incoming, event = passage.incoming, passage.event
    page = lookups.pages.page(incoming.url)
    event.hostname = page.hostname or passage.site.domain
    event.path = page.path
    given = incoming.campaign or page.campaign
    if given:
        for name in CAMPAIGN_FIELDS:
            setattr(event, name, given.get(name))


def put_referrer(passage: Passage, lookups: Lookups) -> None:
    event = passage.event
    found = lookups.referrers.referrer(passage.incoming.referrer, event.hostname)
    event.referrer = found.address
    event.source = event.utm_source or found.source


def put_country(passage: Passage, lookups: Lookups) -> None:
    passage.event.country = lookups.countries.country(passage.sender.ip)


def put_technology(passage: Passage, lookups: Lookups) -> None:
    event, incoming = passage.event, passage.incoming
    found = lookups.user_agents.technology(passage.sender.user_agent)
    event.browser, event.browser_version, event.os, event.os_version, device = found
    event.device = device or device_of_viewport(incoming.viewport_width)
    width, height = incoming.screen_width, incoming.screen_height
    if 0 < width < SCREEN_LIMIT and 0 < height < SCREEN_LIMIT:
        event.screen = f"{width}x{height}"


def put_language(passage: Passage, lookups: Lookups) -> None:
    language = passage.incoming.language or passage.sender.language
    if language:
        first = language.split(",", 1)[0].split(";", 1)[0]
        passage.event.language = clean(first, LANGUAGE_LENGTH) or None


def put_visitor(passage: Passage, lookups: Lookups) -> None:
    """Both ids while a session may cross a change of salt; the writer chooses (D5)."""
    site, sender, event = passage.site, passage.sender, passage.event
    current, previous = passage.directory.salts.at(site.visitor_period, sender.received_at)
    event.visitor_id = visitor_id(current, site.id, sender.ip, sender.user_agent)
    if previous is not None:
        event.previous_visitor_id = visitor_id(previous, site.id, sender.ip, sender.user_agent)
    if passage.incoming.session:
        event.session_key = session_key(site.id, passage.incoming.session)


STEPS: tuple[Step, ...] = (
    put_time,
    put_page,
    put_referrer,
    put_country,
    put_technology,
    put_language,
    put_visitor,
)


class Pipeline:
    """Used from the event loop's thread only. `dropped` counts drops by reason since the start."""

    def __init__(self, catalog: Catalog, lookups: Lookups) -> None:
        self.dropped: Counter[DropReason] = Counter()
        self._catalog = catalog
        self._lookups = lookups

    def site_of(self, incoming: IncomingEvent) -> Site | None:
        directory = self._catalog.directory
        if incoming.site_id is not None:
            return directory.by_id.get(incoming.site_id.lower())
        return directory.of_hostname(incoming.origin_hostname or "")

    def run(self, incoming: IncomingEvent, sender: Sender) -> Event | DropReason:
        site = self.site_of(incoming)
        if site is None:
            self.dropped[DropReason.UNKNOWN_SITE] += 1
            return DropReason.UNKNOWN_SITE
        event = Event(site.id, kind=incoming.kind, name=incoming.name or None, props=incoming.props_json)
        passage = Passage(incoming, sender, site, self._catalog.directory, event)
        for step in STEPS:
            step(passage, self._lookups)
        return event
