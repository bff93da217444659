"""The visits of a day, always the same ones: which, when, by whom."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import sin
from random import Random

from hitkeep_py.demo import blog, manual, shop
from hitkeep_py.demo.chance import Table, dice, drawn
from hitkeep_py.demo.visit import Visit
from hitkeep_py.demo.visitor import Introduction, source_of, visitor_on
from hitkeep_py.demo.world import Source
from hitkeep_py.enrich.lookups import Lookups

DAY_MS = 86_400_000
HOUR_MS = 3_600_000
MONDAY = 4
"""Days from the first of 1970, a Thursday, to a Monday."""
TIDE, SWELL = 0.12, 9.0
"""Weeks are better and worse."""
OFFICE = (1, 1, 1, 1, 2, 3, 6, 12, 17, 18, 17, 14, 15, 18, 18, 17, 14, 11, 9, 8, 7, 6, 4, 2)
EVENING = (2, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 11, 12, 11, 10, 11, 12, 14, 17, 20, 19, 15, 9, 4)
AMERICAN = (8, 7, 6, 5, 4, 4, 5, 7, 9, 10, 11, 13, 17, 22, 25, 26, 25, 23, 20, 17, 15, 13, 11, 9)


@dataclass(frozen=True, slots=True)
class Errand:
    """What some visits of a day are for: how many there are and what they do. `hours` are weights, in UTC."""

    name: str
    count: Callable[[int], float]
    walk: Callable[[Visit], None]
    hours: tuple[int, ...]
    first: Table[Source]
    later: Table[Source]


@dataclass(frozen=True, slots=True)
class DemoSite:
    domain: str
    about: str
    time_zone: str
    visits: int
    errands: tuple[Errand, ...]
    settings: Mapping[str, object] = field(default_factory=dict)


def usual(visits: float, weekend: float) -> Callable[[int], float]:
    """How many visits a day has; on Saturdays and Sundays it is that share."""

    def count(day: int) -> float:
        at_weekend = (day - MONDAY) % 7 >= 5
        return visits * (weekend if at_weekend else 1.0) * (1 + TIDE * sin(day / SWELL))

    return count


def everyday(
    visits: int, weekend: float, walk: Callable[[Visit], None], hours: tuple[int, ...], *sources: Table[Source]
) -> Errand:
    first, later = sources
    return Errand("everyday", usual(visits, weekend), walk, hours, first, later)


SHOP, MANUAL, BLOG = 170, 120, 60
SITES = (
    DemoSite(
        shop.DOMAIN,
        "a shop: orders, refunds, an experiment",
        "Europe/Berlin",
        SHOP,
        (
            everyday(SHOP, 1.25, shop.walk, EVENING, shop.FIRST_SOURCES, shop.LATER_SOURCES),
            Errand(
                "refund",
                usual(SHOP * shop.REFUNDED, 0.0),
                shop.refund,
                OFFICE,
                shop.LATER_SOURCES[:1],
                shop.LATER_SOURCES[:1],
            ),
        ),
        {"currency": "EUR"},
    ),
    DemoSite(
        manual.DOMAIN,
        "a program's documentation",
        "UTC",
        MANUAL,
        (everyday(MANUAL, 0.4, manual.walk, OFFICE, manual.FIRST_SOURCES, manual.LATER_SOURCES),),
    ),
    DemoSite(
        blog.DOMAIN,
        "a blog with one famous post",
        "UTC",
        BLOG,
        (
            everyday(BLOG, 0.8, blog.walk, EVENING, blog.FIRST_SOURCES, blog.LATER_SOURCES),
            Errand("crowd", blog.crowd, blog.walk_in_the_crowd, AMERICAN, blog.CROWD_SOURCES, blog.LATER_SOURCES),
        ),
    ),
)


class Month:
    """`scale` is the share of the usual visits there shall be."""

    def __init__(self, seed: str, site_ids: Mapping[str, str], lookups: Lookups, scale: float = 1.0) -> None:
        self._seed = seed
        self._site_ids = site_ids
        self._introduction = Introduction(lookups)
        self._scale = scale

    def visits(self, day: int) -> Iterator[Visit]:
        """All that begin on a day, counted from the first of 1970, in no order."""
        for site in SITES:
            for errand in site.errands:
                random = dice(self._seed, site.domain, errand.name, day)
                count = errand.count(day) * self._scale * random.uniform(0.92, 1.08)
                for place in range(int(count + random.random())):
                    yield self._visit(random, site, errand, day, place)

    def visit_at(self, random: Random, now: int) -> Visit:
        """One more that begins now, of those who come every day."""
        site = drawn(random, [(each, each.visits) for each in SITES])
        place = random.getrandbits(40)
        return self._visit(random, site, site.errands[0], now // DAY_MS, place, now)

    def _visit(
        self, random: Random, site: DemoSite, errand: Errand, day: int, place: int, start: int | None = None
    ) -> Visit:
        visitor = visitor_on(random, site.domain, day, place, round(site.visits * self._scale))
        source = source_of(random, visitor, day, errand.first, errand.later)
        event = self._introduction.event(self._site_ids[site.domain], site.domain, visitor, source)
        visit = Visit(random, event, start or moment(random, day, errand), visitor.name)
        errand.walk(visit)
        return visit


def moment(random: Random, day: int, errand: Errand) -> int:
    hour = drawn(random, list(enumerate(errand.hours)))
    return day * DAY_MS + hour * HOUR_MS + random.randrange(HOUR_MS)
