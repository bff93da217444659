"""All look-ups that the pipeline uses, opened together."""

import re
from functools import cached_property, lru_cache
from operator import itemgetter

from hitkeep_py.enrich.bots import Bots
from hitkeep_py.enrich.channel import Channels
from hitkeep_py.enrich.exclusions import Exclusions
from hitkeep_py.enrich.page import Pages
from hitkeep_py.enrich.place import Places
from hitkeep_py.enrich.referrer import Referrers
from hitkeep_py.enrich.referrer_spam import ReferrerSpam
from hitkeep_py.enrich.services import Services
from hitkeep_py.enrich.user_agent import UserAgents
from hitkeep_py.enrich.visitor import Visitors
from hitkeep_py.site_rules import origin_allowed
from hitkeep_py.text import clean

CACHED = 5_000
LANGUAGE_LENGTH = 35
WEIGHT = re.compile(r"(?:^|;)\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*(?:;|$)", re.IGNORECASE)
ENCODING = re.compile(r"[.@].*", re.DOTALL)


class Lookups:
    """Each opens when it is first needed: together they take 0.3 s, and a command that only asks needs none."""

    def __init__(self, geoip_db: str = "", referrer_spam_list: str = "") -> None:
        self._geoip_db = geoip_db
        self._referrer_spam_list = referrer_spam_list
        self.exclusions = Exclusions()
        self.language = lru_cache(CACHED)(first_language)
        self.origin_allowed = lru_cache(CACHED)(origin_allowed)
        self.pages = Pages()
        self.visitors = Visitors()

    def open(self) -> None:
        """Before the first event, which would have to wait."""
        for name, each in vars(Lookups).items():
            if isinstance(each, cached_property):
                getattr(self, name)

    @cached_property
    def services(self) -> Services:
        return Services()

    @cached_property
    def bots(self) -> Bots:
        return Bots()

    @cached_property
    def channels(self) -> Channels:
        return Channels(self.services)

    @cached_property
    def places(self) -> Places:
        return Places(self._geoip_db)

    @cached_property
    def referrers(self) -> Referrers:
        return Referrers(self.services)

    @cached_property
    def referrer_spam(self) -> ReferrerSpam:
        return ReferrerSpam(self._referrer_spam_list)

    @cached_property
    def user_agents(self) -> UserAgents:
        return UserAgents()


def first_language(header: str) -> str | None:
    """The language that a browser wants most, such as en-GB; a program's `*` is none."""
    wanted = [language_and_weight(each) for each in header.split(",")]
    best = max(wanted, key=itemgetter(1))
    return best[0] if best[1] > 0 else None


def language_and_weight(text: str) -> tuple[str, float]:
    """0 for what is no language, and for one that is not wanted."""
    name, _, parameters = text.partition(";")
    language = normal_language(name)
    weight = WEIGHT.search(parameters)
    return language, (float(weight[1]) if weight else 1.0) if language not in ("", "*") else 0.0


def normal_language(text: str) -> str:
    """As BCP 47 writes it: en-US for en_us and en-us.UTF-8, zh-Hant-TW for zh_hant_tw."""
    name = ENCODING.sub("", clean(text, LANGUAGE_LENGTH)).strip()
    if not name.isascii():
        return name
    first, *others = name.replace("_", "-").split("-")
    parts = [first.lower()]
    for each in others:
        if len(each) == 2 and len(parts[-1]) > 1:
            parts.append(each.upper())
        else:
            parts.append(each.title() if len(each) == 4 and each.isalpha() else each.lower())
    return "-".join(parts)
