"""The whole product in memory, and HTTP straight into its application: no port, no file, no mock."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from starlette.testclient import TestClient

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.server.app import Server
from tests.chromium import Shop, Website, launched, new_shop, website
from tests.dashboard import RANGE, Dashboard, demonstration
from tests.dashboard import logged_in as logged_in_browser
from tests.engines import ENGINES, Engine, opened
from tests.fake_clock import FakeClock
from tests.product import lookups
from tests.running_server import RunningServer, running
from tests.stored_events import SITE, store_rows

EMAIL, PASSWORD = "you@example.com", "a long password"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def analytics(clock: FakeClock) -> Iterator[Analytics]:
    opened = Analytics.in_memory(clock, lookups=lookups())
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
def http(server: Server) -> Iterator[TestClient]:
    """A caller from outside, not logged in."""
    with TestClient(server.app, client=("203.0.113.9", 50000), raise_server_exceptions=True) as client:
        yield client


@pytest.fixture
def logged_in(server: Server, analytics: Analytics) -> Iterator[TestClient]:
    user = analytics.catalog.users.add(EMAIL, PASSWORD)
    with TestClient(server.app, cookies={"hk_token": analytics.catalog.users.open_session(user)}) as client:
        yield client


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Every engine, with the rows that the module calls STORED, if it does."""
    with opened(request.param) as found:
        if rows := getattr(request.module, "STORED", ()):
            store_rows(found.store, SITE, *rows)
        yield found


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    opened = launched(playwright)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def tracker_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("tracker")
    with running(folder / "data", folder, "--ingest-rate", "10000", "--ingest-burst", "10000") as started:
        yield started


@pytest.fixture(scope="session")
def demonstration_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """With the demonstration's sites and a user; whoever changes something does it so that others do not see it."""
    with demonstration(tmp_path_factory.mktemp("dashboard")) as started:
        yield started


@pytest.fixture(scope="module")
def someone(demonstration_server: RunningServer, browser: Browser) -> Iterator[Dashboard]:
    """At a desk, in English, before the demonstration's sites."""
    with logged_in_browser(demonstration_server, browser) as found:
        yield found


@pytest.fixture
def page(someone: Dashboard) -> Iterator[Page]:
    """That of a site."""
    opened = someone.open(**RANGE)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def pages() -> Iterator[Website]:
    with website() as opened:
        yield opened


@pytest.fixture
def shop(tracker_server: RunningServer, pages: Website) -> Shop:
    pages.pages, pages.headers = {}, {}
    return new_shop(tracker_server, pages)
