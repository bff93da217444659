"""All look-ups that the pipeline uses, opened together."""

import re
from functools import lru_cache
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
    def __init__(self, geoip_db: str = "", referrer_spam_list: str = "") -> None:
        services = Services()
        self.bots = Bots()
        self.channels = Channels(services)
        self.exclusions = Exclusions()
        self.language = lru_cache(CACHED)(first_language)
        self.origin_allowed = lru_cache(CACHED)(origin_allowed)
        self.pages = Pages()
        self.places = Places(geoip_db)
        self.referrers = Referrers(services)
        self.referrer_spam = ReferrerSpam(referrer_spam_list)
        self.user_agents = UserAgents()
        self.visitors = Visitors()


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
