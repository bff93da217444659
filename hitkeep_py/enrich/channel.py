"""The channel that brought a visitor: the customary default grouping of sources, UTM fields and referrers.

The rules follow the published ones of Google Analytics 4 and Plausible, first match wins, so that numbers can be
compared. Other than there, assistants have a channel of their own, and what is tagged or referred but fits nowhere
is a referral, never unassigned. Which service belongs where is said in enrich.services.
"""

import re
from functools import lru_cache

from hitkeep_py.enrich.page import ADVERTISERS
from hitkeep_py.enrich.referrer import APP, UNTAGGED
from hitkeep_py.enrich.services import Service, Services
from hitkeep_py.event import Channel

CACHED = 5_000


PAID: dict[Channel | None, Channel] = {
    Channel.ORGANIC_SEARCH: Channel.PAID_SEARCH,
    Channel.ORGANIC_SOCIAL: Channel.PAID_SOCIAL,
    Channel.ORGANIC_VIDEO: Channel.PAID_VIDEO,
    Channel.ORGANIC_SHOPPING: Channel.PAID_SHOPPING,
}
ALWAYS_PAID = {Channel.PAID_SEARCH, Channel.DISPLAY}
PAID_MEDIUM = re.compile(r"cp|^(ppc$|retargeting$|paid)")
DISPLAY_MEDIA = {"display", "banner", "expandable", "interstitial", "cpm"}
SHOPPING_CAMPAIGN = re.compile(r"(?<![a-df-z])shop|shopping")
EMAIL_WORDS = re.compile(r"e[-_ ]?mail|newsletter")
UNPAID_MEDIA = {
    Channel.AI_ASSISTANTS: re.compile(r"^ai[-_ ]?assistants?$"),
    Channel.ORGANIC_SOCIAL: re.compile(r"^(social([-_ ]?(network|media))?|sm)$"),
    Channel.ORGANIC_VIDEO: re.compile(r"video"),
    Channel.ORGANIC_SEARCH: re.compile(r"^organic$"),
    Channel.EMAIL: EMAIL_WORDS,
    Channel.AFFILIATES: re.compile(r"^affiliates?$"),
    Channel.AUDIO: re.compile(r"^(audio|podcast)$"),
    Channel.SMS: re.compile(r"^sms$"),
    Channel.PUSH: re.compile(r"push$|mobile|notification"),
}
"""The media that mean a channel whatever the source is, in the order in which the channels are tried."""
WORDS = {
    "social": Channel.ORGANIC_SOCIAL,
    "mail": Channel.EMAIL,
    "sms": Channel.SMS,
    "mms": Channel.SMS,
    "text message": Channel.SMS,
    "push": Channel.PUSH,
    "affiliate": Channel.AFFILIATES,
    "affiliates": Channel.AFFILIATES,
    "audio": Channel.AUDIO,
    "podcast": Channel.AUDIO,
}
"""What a utm_source may say that is no service."""
PARTNERS = {("YouTube", "Google")}
"""Services that show the advertisements of another. Search engines without advertisers of their own are so anyhow."""


class Channels:
    """`channel` takes lasting fields of an event, any of them None; keeps the last answers."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._cached = lru_cache(CACHED)(self._channel)

    def channel(
        self,
        source: str | None,
        referrer: str | None,
        utm_source: str | None,
        utm_medium: str | None,
        utm_campaign: str | None,
        advertiser: str | None = None,
    ) -> str:
        """A utm_source alone says where from; the referrer's host may say more than the source's name.

        `advertiser` is the source whose advertisement was clicked; another source that shows none is not paid by that.
        """
        host = referrer.partition("/")[0] if referrer and not utm_source else None
        tag = utm_source or (None if host else source)
        return self._cached(tag, host, utm_medium, utm_campaign, advertiser)

    def _channel(
        self, tag: str | None, host: str | None, medium: str | None, campaign: str | None, advertiser: str | None
    ) -> str:
        tag, medium, campaign = said(tag), said(medium), said(campaign)
        service = self._service(tag, host)
        home = service.channel if service else home_of(tag)
        paid = service is not None and service.advertised
        if advertiser and (service or not home):
            clicked = self._services.named(advertiser)
            if service is None or shows(service, clicked):
                home = home if home in PAID else clicked.channel
                paid = home in PAID
        known = bool(tag or host or medium or campaign or advertiser)
        return classify(home, medium, campaign, paid=paid, known=known).value

    def _service(self, tag: str, host: str | None) -> Service | None:
        if host is None:
            return self._services.of_tag(tag)
        return self._services.of_app(host.removeprefix(APP)) if host.startswith(APP) else self._services.of_host(host)


def home_of(tag: str) -> Channel | None:
    return WORDS.get(tag) or (Channel.EMAIL if EMAIL_WORDS.search(tag) else None)


def shows(service: Service, advertiser: Service) -> bool:
    """Whether a click on an advertisement of `advertiser` may have been made at `service`."""
    if service.name == advertiser.name or (service.name, advertiser.name) in PARTNERS:
        return True
    both = service.channel is advertiser.channel is Channel.ORGANIC_SEARCH
    return both and service.name not in ADVERTISERS.values()


def classify(home: Channel | None, medium: str, campaign: str, *, paid: bool, known: bool) -> Channel:
    if not known:
        return Channel.DIRECT
    if "cross-network" in campaign:
        return Channel.CROSS_NETWORK
    if home in ALWAYS_PAID:
        return home
    by_medium = PAID_MEDIUM.search(medium) is not None
    if medium in DISPLAY_MEDIA and not by_medium:
        return Channel.DISPLAY
    if SHOPPING_CAMPAIGN.search(campaign):
        home = Channel.ORGANIC_SHOPPING
    if paid or by_medium:
        return PAID.get(home, Channel.DISPLAY if medium in DISPLAY_MEDIA else Channel.PAID_OTHER)
    if home is Channel.ORGANIC_SHOPPING:
        return home
    unpaid = (channel for channel, media in UNPAID_MEDIA.items() if home is channel or media.search(medium))
    return next(unpaid, Channel.REFERRAL)


def said(text: str | None) -> str:
    lowered = text.lower() if text else ""
    return "" if lowered in UNTAGGED else lowered
