"""Who visits: the same person on every visit, with a home, a machine and a way of finding the site."""

from dataclasses import dataclass
from random import Random

from hitkeep_py.demo.chance import Table, dice, drawn
from hitkeep_py.demo.world import HOMES, MACHINES, Source
from hitkeep_py.enrich.lookups import Lookups
from hitkeep_py.event import Event

DAILY_RETURN = 5.0
"""Days after which a third of those who come back do so."""
LONGEST_RETURN = 29
NEW = 0.62
CONSTANT = 0.4
"""Share of a day's new visitors who may come back."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """`name` tells him apart from all others; he came first on the day `born`."""

    name: str
    born: int

    @property
    def number(self) -> int:
        return dice(self.name, "number").getrandbits(64)


def visitor_on(random: Random, domain: str, day: int, place: int, usual: int) -> Visitor:
    """The visitor of a day's visit; `usual` is how many visits the site has a day."""
    if random.random() < NEW:
        return Visitor(f"{domain}:{day}:{place}", day)
    age = min(1 + int(random.expovariate(1 / DAILY_RETURN)), LONGEST_RETURN)
    loyal = int(max(1.0, usual * CONSTANT) * random.random() ** 1.6)
    return Visitor(f"{domain}:{day - age}:{loyal}", day - age)


class Introduction:
    """What is known of a visitor and of what brought him, in the words of the product's own look-ups."""

    def __init__(self, lookups: Lookups) -> None:
        self._lookups = lookups

    def event(self, site_id: str, domain: str, visitor: Visitor, source: Source) -> Event:
        """An event without time and kind, from which those of a visit are made."""
        random = dice(visitor.name, "person")
        home, machine = drawn(random, HOMES), drawn(random, MACHINES)
        technology = self._lookups.user_agents.technology(machine.user_agent)
        event = Event(site_id, visitor_id=visitor.number, hostname=domain, screen=random.choice(machine.screens))
        event.browser, event.browser_version, event.os, event.os_version, event.device = technology
        event.country, event.region, event.city, event.language = home.country, home.region, home.city, home.language
        self._put_source(event, source)
        return event

    def _put_source(self, event: Event, source: Source) -> None:
        found = self._lookups.referrers.referrer(source.referrer, event.hostname)
        for name, value in source.campaign.items():
            setattr(event, name, value)
        event.referrer = found.address
        event.source = self._lookups.referrers.source(event.utm_source, found)
        event.channel = self._lookups.channels.channel(
            event.source, event.referrer, event.utm_source, event.utm_medium, event.utm_campaign, None
        )


def source_of(random: Random, visitor: Visitor, day: int, first: Table[Source], later: Table[Source]) -> Source:
    return drawn(random, first if visitor.born == day else later)
