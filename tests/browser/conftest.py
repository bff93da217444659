"""One Chromium and one server of each kind for all tests here; each test has pages, and a site, of its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from tests.chromium import Shop, Website, launched, new_shop, website
from tests.dashboard import RANGE, Dashboard, demonstration, logged_in
from tests.running_server import RunningServer, running


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Not for the session: while it is started, no other loop can run in this thread."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
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
    with logged_in(demonstration_server, browser) as found:
        yield found


@pytest.fixture
def page(someone: Dashboard) -> Page:
    """That of a site."""
    return someone.open(**RANGE)


@pytest.fixture(scope="session")
def pages() -> Iterator[Website]:
    with website() as opened:
        yield opened


@pytest.fixture
def shop(tracker_server: RunningServer, pages: Website) -> Shop:
    pages.pages, pages.headers = {}, {}
    return new_shop(tracker_server, pages)
