"""The steps that an event passes: each fills in one thing, or gives the reason why the event is dropped."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from hitkeep_py.catalog.catalog import Directory
from hitkeep_py.catalog.sites import Site
from hitkeep_py.enrich.lookups import Lookups
from hitkeep_py.enrich.page import CAMPAIGN_FIELDS
from hitkeep_py.enrich.user_agent import device_of_viewport
from hitkeep_py.enrich.visitor import known_visitor_id, session_key
from hitkeep_py.event import CUSTOM, ENGAGEMENT, MOST_NUMBER, DropReason, Event, IncomingEvent, Sender
from hitkeep_py.money import known_currency, minor_units
from hitkeep_py.protocols.server_key import SERVER_KINDS
from hitkeep_py.text import clean

TITLE_LENGTH = 512
NAME_LENGTH = 255
ID_LENGTH = 255
SCREEN_LIMIT = 100_000
ORIGIN_LENGTH = 300
HEADER_LENGTH = 512
DAY_MS = 86_400_000
CLOCK_SKEW_MS = 14 * 3_600_000
"""How far ahead of ours a client's clock may be: as far as a local time that is sent as UTC."""
OLDEST_MS = 3_650 * DAY_MS
"""How long ago it may have happened what a server with a key sends, or a site that keeps old events gets."""


@dataclass(slots=True)
class Passage:
    """One event on its way through the steps; the events of a request use one passage, one after the other.

    `ip` and `user_agent` are the visitor's as far as known: what the event says, else the sender's, unless that is a
    server, whose country, browser and wishes are not the visitor's. `oldest` is the oldest time that pages may tell.
    `advertiser` is whose advertisement led to the page, if its address says so.
    """

    sender: Sender
    directory: Directory
    oldest: int
    incoming: IncomingEvent = field(init=False)
    site: Site = field(init=False)
    event: Event = field(init=False)
    ip: str = ""
    user_agent: str = ""
    advertiser: str | None = None

    def begin(self, incoming: IncomingEvent, site: Site, event: Event) -> None:
        self.incoming, self.site, self.event = incoming, site, event
        if incoming.from_server:
            self.ip, self.user_agent = incoming.ip, incoming.user_agent
        else:
            self.ip = incoming.ip or self.sender.ip
            self.user_agent = incoming.user_agent or self.sender.user_agent


Step = Callable[[Passage, Lookups], DropReason | None]


def respect_wishes(passage: Passage, lookups: Lookups) -> DropReason | None:
    incoming, sender = passage.incoming, passage.sender
    wished = sender.do_not_track and not incoming.from_server and passage.site.do_not_track == "honour"
    return DropReason.DO_NOT_TRACK if wished or incoming.do_not_track else None


def stop_robots(passage: Passage, lookups: Lookups) -> DropReason | None:
    """Robots, and browsers that load a page before anyone has asked to see it."""
    if passage.sender.prefetch:
        reason = DropReason.PREFETCH
    elif passage.incoming.bot or lookups.bots.is_bot(passage.user_agent):
        reason = DropReason.BOT
    else:
        return None
    if passage.site.bots != "flag":
        return reason
    passage.event.flagged = reason.value
    return None


def check_origin(passage: Passage, lookups: Lookups) -> DropReason | None:
    """A browser's page must be of the site's allowed origins, if it has any; some formats ask it of every url."""
    site, incoming = passage.site, passage.incoming
    allowed = site.allowed_origins
    if allowed and passage.sender.origin and not lookups.origin_allowed(allowed, origin_of(passage.sender.origin)):
        return DropReason.ORIGIN_NOT_ALLOWED
    if incoming.must_match_url and not lookups.origin_allowed(allowed or own_origins(site), origin_of(incoming.url)):
        return DropReason.URL_NOT_ALLOWED
    return None


def own_origins(site: Site) -> tuple[str, ...]:
    return site.domain, f"*.{site.domain}"


def origin_of(url: str) -> str:
    """Scheme and host of an address, without the rest, so that few different texts are asked for."""
    scheme, mark, rest = url.partition("://")
    return (scheme + mark + rest.partition("/")[0])[:ORIGIN_LENGTH]


def put_time(passage: Passage, lookups: Lookups) -> DropReason | None:
    """The client's time, if it tells one; what cannot be true, or is too old for the site, is never taken for now."""
    incoming, received = passage.incoming, passage.sender.received_at
    told = incoming.time if incoming.age is None else received - incoming.age
    if told is None:
        passage.event.time = received
        return None
    if told > received + CLOCK_SKEW_MS:
        return DropReason.IN_FUTURE
    passage.event.time = min(told, received)
    keeps_old = incoming.from_server or passage.site.old_events == "keep"
    oldest = received - OLDEST_MS if keeps_old else passage.oldest
    return DropReason.TOO_OLD if told < oldest else None


def put_page(passage: Passage, lookups: Lookups) -> DropReason | None:
    """A path alone belongs to the site that sent it; campaign fields in the body win over the address's."""
    incoming, event, site = passage.incoming, passage.event, passage.site
    page = lookups.pages.page(incoming.url)
    passage.advertiser = page.advertiser
    event.hostname = incoming.page_hostname or page.hostname or site.domain
    event.path = lookups.pages.page(incoming.path).path if incoming.path else page.path
    given = incoming.campaign or page.campaign
    if given:
        for name in CAMPAIGN_FIELDS:
            setattr(event, name, given.get(name))
    if site.excluded_paths and is_excluded(site.excluded_paths, event.path, page.fragment, lookups):
        return DropReason.EXCLUDED_PATH
    if incoming.keep_fragment and event.path:
        event.path += page.fragment
    return None


def is_excluded(patterns: tuple[str, ...], path: str | None, fragment: str, lookups: Lookups) -> bool:
    """A pattern can be about a page's path, or about the path with the fragment that tells pages apart."""
    excludes = lookups.exclusions.excludes_path
    return excludes(patterns, path) or (fragment != "" and excludes(patterns, f"{path}{fragment}"))


def put_referrer(passage: Passage, lookups: Lookups) -> DropReason | None:
    event = passage.event
    found = lookups.referrers.referrer(passage.incoming.referrer, event.hostname)
    event.referrer = found.address
    event.source = lookups.referrers.source(event.utm_source, found, passage.advertiser)
    if found.address and lookups.referrer_spam.is_spam(found.address.partition("/")[0]):
        if passage.site.referrer_spam != "flag":
            return DropReason.REFERRER_SPAM
        event.flagged = DropReason.REFERRER_SPAM.value
    return None


def put_channel(passage: Passage, lookups: Lookups) -> None:
    """What has no page and says nothing of where from, such as a server's own event, has come by no channel."""
    event = passage.event
    if event.path or event.source or event.utm_medium or event.utm_campaign:
        event.channel = lookups.channels.channel(
            event.source,
            event.referrer,
            event.utm_source,
            event.utm_medium,
            event.utm_campaign,
            passage.advertiser,
        )


def put_place(passage: Passage, lookups: Lookups) -> DropReason | None:
    site, ip, event = passage.site, passage.ip, passage.event
    if site.excluded_ips and ip and lookups.exclusions.excludes_ip(site.excluded_ips, ip):
        return DropReason.EXCLUDED_IP
    if ip:
        event.country, event.region, event.city = lookups.places.place(ip)
    return DropReason.EXCLUDED_COUNTRY if event.country in site.excluded_countries else None


def put_technology(passage: Passage, lookups: Lookups) -> None:
    event, incoming = passage.event, passage.incoming
    found = lookups.user_agents.technology(passage.user_agent)
    event.browser, event.browser_version, event.os, event.os_version, device = found
    event.device = device or device_of_viewport(incoming.viewport_width)
    width, height = incoming.screen_width, incoming.screen_height
    if 0 < width < SCREEN_LIMIT and 0 < height < SCREEN_LIMIT:
        event.screen = f"{width}x{height}"


def put_language(passage: Passage, lookups: Lookups) -> None:
    incoming = passage.incoming
    language = incoming.language or ("" if incoming.from_server else passage.sender.language)
    if language:
        passage.event.language = lookups.language(language[:HEADER_LENGTH])


def put_details(passage: Passage, lookups: Lookups) -> None:
    event, incoming = passage.event, passage.incoming
    if incoming.title:
        event.title = short(incoming.title, TITLE_LENGTH)
    if incoming.category or incoming.label:
        event.category, event.label = short(incoming.category, NAME_LENGTH), short(incoming.label, NAME_LENGTH)
    if incoming.experiment_id or incoming.variant_id:
        event.experiment_id = short(incoming.experiment_id, ID_LENGTH)
        event.variant_id = short(incoming.variant_id, ID_LENGTH)
    if incoming.kind == ENGAGEMENT:
        event.scroll_depth = within(incoming.scroll_depth, 100)
        event.engagement_ms = within(incoming.engagement_ms, DAY_MS)
    if incoming.passive and incoming.kind == CUSTOM:
        event.passive = 1
    event.value = incoming.value if incoming.value is None or abs(incoming.value) < MOST_NUMBER else None


def short(text: str, length: int) -> str | None:
    return clean(text, length) or None if text else None


def within(number: int | None, most: int) -> int | None:
    """What does not fit its column would keep the writer from going on."""
    return None if number is None else min(max(number, 0), most)


def put_revenue(passage: Passage, lookups: Lookups) -> None:
    """In minor units. What is no amount, or of no known currency, is no revenue; the event counts all the same."""
    event, incoming = passage.event, passage.incoming
    if incoming.revenue is not None:
        currency = known_currency(incoming.currency or passage.site.currency)
        event.revenue = minor_units(incoming.revenue, currency) if currency else None
        event.currency = currency if event.revenue is not None else None


def put_visitor(passage: Passage, lookups: Lookups) -> None:
    """Both ids while a session may cross a change of salt; the writer chooses (D5). Who the caller names, it knows.

    When a server does not tell whose event it is, it is nobody else's: as the server's own, a month of purchases
    would be one visitor's, and one conversion.
    """
    site, event, incoming = passage.site, passage.event, passage.incoming
    if incoming.session:
        event.session_key = session_key(site.identity_key, incoming.session)
    if incoming.user:
        event.user_id = known_visitor_id(site.identity_key, incoming.user)
    if incoming.visitor or incoming.user:
        event.visitor_id = event.user_id or known_visitor_id(site.identity_key, incoming.visitor)
        if incoming.user:
            put_anonymous(passage, lookups)
    elif incoming.from_server and not incoming.ip:
        event.visitor_id = secrets.randbits(64)
    else:
        event.visitor_id, event.previous_visitor_id = unnamed_ids(passage, lookups)


def put_anonymous(passage: Passage, lookups: Lookups) -> None:
    """Under which ids the visit of a user may have begun before the user was named."""
    site, event, incoming = passage.site, passage.event, passage.incoming
    if incoming.visitor:
        event.anonymous_visitor_id = known_visitor_id(site.identity_key, incoming.visitor)
    elif incoming.ip or not incoming.from_server:
        event.anonymous_visitor_id, event.previous_visitor_id = unnamed_ids(passage, lookups)


def unnamed_ids(passage: Passage, lookups: Lookups) -> tuple[int, int | None]:
    site, sender = passage.site, passage.sender
    salts = passage.directory.salts.of(site.visitor_period, passage.event.time, sender.received_at)
    return lookups.visitors.ids(salts, site.id, address_of(passage), passage.user_agent or sender.user_agent)


def address_of(passage: Passage) -> str:
    """Which address makes the visitor. One that a sender without a secret key tells never makes that of its owner.

    Else who reads a site's figures could try all addresses, and see which one meets the visitor sought.
    """
    told = passage.incoming.ip
    if told and passage.incoming.key_kinds != SERVER_KINDS:
        return f"told {told}"
    return told or passage.ip or passage.sender.ip


STEPS: tuple[Step, ...] = (
    respect_wishes,
    stop_robots,
    check_origin,
    put_time,
    put_page,
    put_referrer,
    put_channel,
    put_place,
    put_technology,
    put_language,
    put_details,
    put_revenue,
    put_visitor,
)
