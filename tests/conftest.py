"""The whole product in memory, and HTTP straight into its application: no port, no file, no mock."""

import os
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.server.app import Server
from tests.engines import ENGINES, Engine, opened
from tests.fake_clock import FakeClock
from tests.http_client import HttpClient
from tests.product import new_analytics
from tests.stored_events import SITE, store_rows
from tests.tiers import Watch, give_tiers, in_two_halves, tier_of

EMAIL, PASSWORD = "you@example.com", "a long password"
FAILED = ("failed", "error")
WATCH = Watch()

EVERYWHERE: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}
settings.register_profile("fast", max_examples=25, derandomize=True, database=None, **EVERYWHERE)
settings.register_profile("thorough", max_examples=1000, **EVERYWHERE)
settings.load_profile("fast")  # --hypothesis-profile=thorough chooses the other.


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    give_tiers(items)
    yield  # To -m, which leaves out the other tiers.
    if "PYTEST_XDIST_WORKER" in os.environ:
        items[:] = in_two_halves(items)


def pytest_runtest_protocol(item: pytest.Item) -> None:
    WATCH.tier = tier_of(item)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How to run again what failed."""
    found = dict.fromkeys(each.nodeid for kind in FAILED for each in terminalreporter.stats.get(kind, ()))
    if found:
        terminalreporter.section("to run one of these alone")
        for name in found:
            terminalreporter.line(f"scripts/test {shlex.quote(name)}")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def analytics(clock: FakeClock) -> Iterator[Analytics]:
    opened = new_analytics(clock)
    yield opened
    opened.close()


@pytest.fixture
def site(analytics: Analytics) -> Site:
    added = analytics.catalog.sites.add("example.com")
    analytics.catalog.refresh()
    return added


@pytest.fixture
def server(analytics: Analytics) -> Server:
    return Server(analytics)


@pytest.fixture
def http(server: Server) -> Iterator[HttpClient]:
    """A caller from outside, not logged in."""
    with HttpClient(server.app, client=("203.0.113.9", 50000), raise_server_exceptions=True) as client:
        yield client


@pytest.fixture
def logged_in(server: Server, analytics: Analytics) -> Iterator[HttpClient]:
    user = analytics.catalog.users.add(EMAIL, PASSWORD)
    with HttpClient(server.app, cookies={"hk_token": analytics.catalog.users.open_session(user)}) as client:
        yield client


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Every engine, with the rows that the module calls STORED, if it does."""
    with opened(request.param) as found:
        if rows := getattr(request.module, "STORED", ()):
            store_rows(found.store, SITE, *rows)
        yield found
