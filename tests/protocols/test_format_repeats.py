"""Whatever is sent again, in whatever order and by whichever route: one event for each site and key, the first one."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.config import Settings
from hitkeep_py.server.app import Server
from tests.fake_clock import FakeClock
from tests.product import Answer, Product, Request, Requests, lookups

ROUTES = ("/api/collect", "/e", "/api/analytics/server-events", "/api/analytics/track", "page's own")
KEYS, PAYLOADS, SITES = st.integers(0, 3), st.integers(0, 99), st.integers(0, 1)
STEPS = settings(stateful_step_count=15)
MOMENT = 1_795_172_400_000
SERVERS = "/api/analytics/server-events"
Place = tuple[str, str, bool]
"""A site's id, a key's text, and whether a server sent it; keys that are made of a page's event are apart as well."""


@dataclass(slots=True)
class World:
    """A data directory that is opened again and again; each run of the machine has event names of its own."""

    folder: Path
    runs: int = 0
    clock: FakeClock = field(default_factory=FakeClock)
    product: Product = field(init=False)
    sites: list[Site] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)

    def open(self) -> None:
        unlimited = Settings(data_dir=str(self.folder), ingest_rate_limit=1e9, ingest_burst=10**9)
        analytics = Analytics.open(unlimited, "test", self.clock, lookups())
        self.product = Product(analytics, self.clock, Requests(Server(analytics).app))

    def close(self) -> None:
        self.product.requests.close()
        self.product.analytics.close()

    def add_site(self, domain: str) -> None:
        self.sites.append(self.product.add_site(domain))
        self.secrets.append(self.product.analytics.catalog.keys.add(self.sites[-1].id, "secret")[1])
        self.product.analytics.catalog.refresh()

    def stored(self, name: str) -> list[tuple[str, dict[str, Any]]]:
        self.product.analytics.drain()
        sql = "SELECT site_id, props FROM events WHERE name = ? ORDER BY event_id"
        rows = self.product.analytics.store.select(sql, [name])
        return [(str(site_id), json.loads(props)) for site_id, props in rows]


class Repeats(RuleBasedStateMachine):
    """`first` is the model: the payload that each place got first."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        self.name = f"run {world.runs}"
        self.first: dict[Place, int] = {}
        self.reopened = False
        world.runs += 1

    @rule(route=st.sampled_from(ROUTES), site=SITES, key=KEYS, payload=PAYLOADS)
    def send(self, route: str, site: int, key: int, payload: int) -> None:
        known = self.place(route, site, key) in self.first
        (answer,) = self.sent([self.request(route, site, [(key, payload)])])
        self.note(route, site, key, payload)
        if route == "/api/analytics/server-events":
            assert answer.json() == {"success": True, "deduplicated": known}

    @rule(route=st.sampled_from(ROUTES), site=SITES, events=st.lists(st.tuples(KEYS, PAYLOADS), min_size=2, max_size=6))
    def send_batch(self, route: str, site: int, events: list[tuple[int, int]]) -> None:
        before = len(self.first)
        (answer,) = self.sent([self.request(route, site, events)])
        for key, payload in events:
            self.note(route, site, key, payload)
        new = len(self.first) - before
        if route == "/api/analytics/server-events":
            counts = {"accepted": new, "deduplicated": len(events) - new}
            assert answer.json() == {"success": True, **counts, "refused": []}
        if route in ("/api/collect", "/e"):
            assert answer.headers["x-sparklytics-ingest-accepted-events"] == str(len(events))

    @rule(routes=st.lists(st.sampled_from(ROUTES), min_size=2, max_size=20), site=SITES, key=KEYS, payload=PAYLOADS)
    def send_together(self, routes: list[str], site: int, key: int, payload: int) -> None:
        self.sent([self.request(route, site, [(key, payload)]) for route in routes])
        for route in routes:
            self.note(route, site, key, payload)

    @precondition(lambda self: not self.reopened and self.first)
    @rule()
    def open_again(self) -> None:
        self.world.close()
        self.world.open()
        self.reopened = True

    def teardown(self) -> None:
        rows = self.world.stored(self.name)
        found = [((site_id, props["key"], props["server"]), props["payload"]) for site_id, props in rows]
        assert sorted(found) == sorted(self.first.items())

    def sent(self, requests: list[Request]) -> list[Answer]:
        """Every answer says that it went well, the first time and each time after."""
        answers = self.world.product.requests.send_together(requests)
        assert {answer.status for answer in answers} <= {200, 202}, answers
        return answers

    def note(self, route: str, site: int, key: int, payload: int) -> None:
        self.first.setdefault(self.place(route, site, key), payload)

    def place(self, route: str, site: int, key: int) -> Place:
        return self.world.sites[site].id, self.key_of(route, key), route == SERVERS

    def key_of(self, route: str, key: int) -> str:
        return f"{self.name}, {'page' if route == ROUTES[-1] else 'key'} {key}"

    def request(self, route: str, site: int, events: list[tuple[int, int]]) -> Request:
        """One event as it is, several as the route's batch."""
        bodies = [self.event(route, site, key, payload) for key, payload in events]
        body: Any = bodies if len(bodies) > 1 else bodies[0]
        path = "/api/analytics/track" if route == ROUTES[-1] else route
        if path == "/api/analytics/track":
            site_id = {"projectId": self.world.sites[site].id}
            body = {**site_id, "events": bodies} if len(bodies) > 1 else {**site_id, **bodies[0]}
        headers = [(b"authorization", f"Bearer {self.world.secrets[site]}".encode())]
        return Request("POST", path, headers, (json.dumps(body).encode(),))

    def event(self, route: str, site: int, key: int, payload: int) -> dict[str, Any]:
        text = self.key_of(route, key)
        data = {"key": text, "payload": payload, "server": route == SERVERS}
        if route in ("/api/collect", "/e"):
            known = {"website_id": self.world.sites[site].id, "event_id": text}
            return {**known, "event_name": self.name, "event_data": data}
        event = {"eventType": self.name, "eventData": data, "pathname": "/"}
        if route == ROUTES[-1]:
            return {**event, "visitorId": text, "timestamp": MOMENT}
        return {**event, "idempotencyKey": text}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    opened = World(tmp_path / "data")
    opened.open()
    for domain in ("one.example", "two.example"):
        opened.add_site(domain)
    yield opened
    opened.close()


def test_each_site_and_key_has_one_event_whatever_is_sent_again(world: World) -> None:
    class OfThisWorld(Repeats):
        def __init__(self) -> None:
            super().__init__(world)

    run_state_machine_as_test(OfThisWorld, settings=STEPS)
