"""One visit: pages one after the other, what is done on them, and how long they are read."""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass
from random import Random
from typing import Any

import orjson

from hitkeep_py.demo.chance import Table, drawn, happens
from hitkeep_py.event import CUSTOM, ENGAGEMENT, EXPOSURE, PAGEVIEW, WEB_VITAL, Event

END = ""
"""Instead of a path: the visit is over."""
MOST_PAGES = 25
DEPTHS: Table[int] = ((25, 2), (50, 3), (75, 3), (100, 2))
TELLING = 0.85
"""Share of pages whose leaving is told; the rest are closed by force or on old browsers."""
MEASURED = 0.2
VITALS = {"TTFB": (320, 0.5), "FCP": (1100, 0.4), "LCP": (1750, 0.4), "INP": (110, 0.6), "CLS": (0.03, 1.0)}
"""What is usual, and how much it varies."""


@dataclass(frozen=True, slots=True)
class Page:
    """`links` lead on, with how often they are followed; `seconds` is how long it is read."""

    path: str
    title: str
    links: Table[str]
    seconds: float = 30.0


class Visit:
    def __init__(self, random: Random, event: Event, start: int, visitor: str) -> None:
        self.random = random
        self.start = start
        self.visitor = visitor
        self.events: list[Event] = []
        self._event = event
        self._now = start
        self._arrived = start
        self._page: Page | None = None

    @property
    def country(self) -> str | None:
        return self._event.country

    @property
    def page(self) -> Page | None:
        return self._page

    def look_at(self, page: Page) -> None:
        self._leave()
        self._page, self._arrived = page, self._now
        self._event.path, self._event.title = page.path, page.title
        self._add(PAGEVIEW)
        if len(self.events) == 1 and happens(self.random, MEASURED):
            self._measure()

    def wait(self, seconds: float) -> None:
        """About so long; mostly a bit less, seldom much more."""
        self._now += int(1000 * (1 + self.random.lognormvariate(0, 0.7) * seconds * 0.8))

    def do(self, name: str, props: Mapping[str, Any] | None = None, **fields: Any) -> None:
        self._add(CUSTOM, name=name, props=orjson.dumps(props).decode() if props else None, **fields)

    def see_variant(self, experiment: str, variant: str) -> None:
        self._add(EXPOSURE, experiment_id=experiment, variant_id=variant)

    def identify(self, user: int, kind: str) -> None:
        self._event.user_id = user
        self._add(kind)

    def end(self) -> None:
        self._leave()

    def _add(self, kind: str, **fields: Any) -> None:
        event = copy(self._event)
        event.kind, event.time = kind, self._now
        for name, value in fields.items():
            setattr(event, name, value)
        self.events.append(event)
        self._now += 1

    def _leave(self) -> None:
        if self._page is not None and happens(self.random, TELLING):
            looked = int((self._now - self._arrived) * self.random.uniform(0.6, 1.0))
            self._add(ENGAGEMENT, scroll_depth=drawn(self.random, DEPTHS), engagement_ms=looked)

    def _measure(self) -> None:
        slow = 1.6 if self._event.device == "mobile" else 1.0
        for name, (usual, spread) in VITALS.items():
            value = usual * slow * self.random.lognormvariate(0, spread)
            self._add(WEB_VITAL, name=name, value=round(value, 4 if name == "CLS" else 1), label="navigate")


Act = Callable[[Visit, Page], str | None]
"""What is done on a page; gives where that leads, or None to follow a link."""


def stroll(visit: Visit, pages: Mapping[str, Page], first: str, act: Act) -> None:
    path = first
    for _ in range(MOST_PAGES):
        page = pages[path]
        visit.look_at(page)
        visit.wait(page.seconds)
        led = act(visit, page)
        path = drawn(visit.random, page.links) if led is None else led
        if path == END:
            break
    visit.end()
