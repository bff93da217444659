"""All look-ups that the pipeline uses, opened together."""

from functools import lru_cache

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
    """The language that a browser asks for first, such as en-GB; a program's `*` is none."""
    language = clean(header.split(",", 1)[0].split(";", 1)[0], LANGUAGE_LENGTH)
    return language if language not in ("", "*") else None
