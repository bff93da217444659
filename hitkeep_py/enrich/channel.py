"""The channel that brought a visitor: the customary default grouping of sources, UTM fields and referrers.

The rules follow the published ones of Google Analytics 4 and Plausible, first match wins, so that numbers can be
compared. Other than there, assistants have a channel of their own, and what is tagged or referred but fits nowhere
is a referral, never unassigned. data/channels.json says which sources belong where: each is a name of
data/sources.json, which stands for all of its hosts too, a utm_source, a host with all below it, or `name.*` for a host
under the endings of all countries.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

import orjson

from hitkeep_py.enrich.referrer import SOURCES_FILE, UNSAID, spelling
from hitkeep_py.event import Channel

CHANNELS_FILE = "data/channels.json"
CACHED = 5_000
APP = "android-app:"
MOST_LABELS = 6


NOTHING = {"", "none", "(none)", "(not set)", "direct", "(direct)"}
"""What tags say, and other products send, when there is nothing to say."""
PAID = {
    Channel.ORGANIC_SEARCH: Channel.PAID_SEARCH,
    Channel.ORGANIC_SOCIAL: Channel.PAID_SOCIAL,
    Channel.ORGANIC_VIDEO: Channel.PAID_VIDEO,
    Channel.ORGANIC_SHOPPING: Channel.PAID_SHOPPING,
}
ALWAYS_PAID = {Channel.PAID_SEARCH, Channel.DISPLAY}
PAID_MEDIUM = re.compile(r"cp|^(ppc$|retargeting$|paid)")
DISPLAY_MEDIA = {"display", "banner", "expandable", "interstitial", "cpm"}
SHOPPING_CAMPAIGN = re.compile(r"(?<![a-df-z])shop|shopping")
ADVERTISING = re.compile(r"ads?$")
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
SECOND_LEVEL = {"co", "com", "org", "net"}


class Channels:
    """`channel` takes lasting fields of an event, any of them None; keeps the last answers."""

    def __init__(self) -> None:
        self._homes = read_homes()
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

        `advertiser` is the source whose advertisement was clicked; another source is not paid by that.
        """
        host = referrer.partition("/")[0] if referrer and not utm_source else None
        clicked = advertiser is not None and said(source) == advertiser.lower()
        return self._cached(source, host, utm_medium, utm_campaign, clicked)

    def _channel(
        self, source: str | None, host: str | None, medium: str | None, campaign: str | None, clicked: bool
    ) -> str:
        source, medium, campaign = said(source), said(medium), said(campaign)
        home, advertised = self._home_of(source, host)
        known = bool(source or medium or campaign)
        return classify(home, medium, campaign, paid=advertised or clicked, known=known).value

    def _home_of(self, source: str, host: str | None) -> tuple[Channel | None, bool]:
        """The channel that a source belongs to by itself, and whether it is one's advertising: `facebook_ads`."""
        if host is not None:
            home = self._home_of_host(host)
            return home if home or host == source else self._home_of_host(source), False
        home = self._home_of_host(source)
        if home is None:
            home = self._homes.get(ADVERTISING.sub("", source.translate(UNSAID)))
            if home is not None:
                return home, True
            home = Channel.EMAIL if EMAIL_WORDS.search(source) else None
        return home, False

    def _home_of_host(self, text: str) -> Channel | None:
        if text.startswith(APP):
            return self._homes.get(spelling(text.removeprefix(APP)))
        return next((self._homes[key] for key in keys_of(text.translate(UNSAID)) if key in self._homes), None)


def classify(home: Channel | None, medium: str, campaign: str, *, paid: bool, known: bool) -> Channel:
    if not known:
        return Channel.DIRECT
    if "cross-network" in campaign:
        return Channel.CROSS_NETWORK
    if home in ALWAYS_PAID:
        return home
    if SHOPPING_CAMPAIGN.search(campaign):
        home = Channel.ORGANIC_SHOPPING
    paid = paid or PAID_MEDIUM.search(medium) is not None
    if paid and home in PAID:
        return PAID[home]
    if medium in DISPLAY_MEDIA:
        return Channel.DISPLAY
    if paid:
        return Channel.PAID_OTHER
    if home is Channel.ORGANIC_SHOPPING:
        return home
    unpaid = (channel for channel, media in UNPAID_MEDIA.items() if home is channel or media.search(medium))
    return next(unpaid, Channel.REFERRAL)


def said(text: str | None) -> str:
    lowered = text.lower() if text else ""
    return "" if lowered in NOTHING else lowered


def keys_of(host: str) -> Iterator[str]:
    """What the list may call a host, from itself to its last two labels; each also as one of many countries'."""
    labels = host.split(".")[-MOST_LABELS:]
    for start in range(max(1, len(labels) - 1)):
        yield ".".join(labels[start:])
        if labels[-1] == "com" or len(labels[-1]) == 2:
            yield ".".join([*labels[start:-1], "*"])
        if len(labels) - start > 2 and len(labels[-1]) == 2 and labels[-2] in SECOND_LEVEL:
            yield ".".join([*labels[start:-2], "*"])


def read_homes() -> dict[str, Channel]:
    folder = files("hitkeep_py.enrich")
    sources: dict[str, list[str]] = orjson.loads(folder.joinpath(SOURCES_FILE).read_bytes())
    listed: dict[str, list[str]] = orjson.loads(folder.joinpath(CHANNELS_FILE).read_bytes())
    return {
        spelling(key): Channel(channel)
        for channel, entries in listed.items()
        for entry in entries
        for key in (entry, *sources.get(entry, ()))
    }
