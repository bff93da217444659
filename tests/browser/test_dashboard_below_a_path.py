"""The whole way, setup to counted visit, behind a proxy that has the server at /analytics/ of its host."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import QUIET, Website, new_shop, tag, visitor
from tests.dashboard import EMAIL, PASSWORD
from tests.proxy import proxy
from tests.running_server import RunningServer, running

BASE = "/analytics"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningServer, str]]:
    """Behind a proxy that leaves the path, whose address is public, and the address of one that takes it away."""
    folder = tmp_path_factory.mktemp("below")
    socket_file = folder / "hk.sock"
    with (
        proxy(socket_file, BASE, takes_away=False) as public,
        proxy(socket_file, BASE, takes_away=True) as other,
        running(folder / "data", folder, "--host", f"unix:{socket_file}", "--public-url", public) as started,
    ):
        yield started, other


def watched(page: Page) -> list[str]:
    """What the page asks for that is not below the path."""
    outside: list[str] = []
    page.on(
        "request", lambda one: None if f"{BASE}/" in one.url or one.url == "about:blank" else outside.append(one.url)
    )
    return outside


def test_from_setup_to_the_first_visit(server: tuple[RunningServer, str], browser: Browser, pages: Website) -> None:
    started, other = server
    with visitor(browser, locale="en-GB") as someone:
        page = someone.page()
        outside = watched(page)
        page.goto(re.findall(r"http\S+/setup#token=\S+", started.log)[0])
        page.get_by_label("E-mail").fill(EMAIL)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Create").click()
        page.get_by_label("Domain").fill("first.example")
        page.get_by_role("button", name="Add").last.click()
        expect(page.get_by_text(f'<script async src="{started.address}/hk.js"></script>').first).to_be_visible()

        shop = new_shop(started, pages)
        pages.pages = {"/": tag(started, attributes=QUIET)}
        someone.page().goto(shop.address("/"))
        assert [each["kind"] for each in shop.stored(1)] == ["pageview"]

        page.goto(f"{started.address}/sites/{shop.host}/settings/install")
        page.get_by_role("link", name="Dashboard", exact=True).click()
        expect(page).to_have_url(re.compile(f"^{started.address}/sites/{shop.host}"))
        expect(page.get_by_role("link", name="/", exact=True)).to_be_visible()
        page.get_by_role("button", name="Account").click()
        page.get_by_role("menuitem", name="Log out").click()
        expect(page).to_have_url(f"{started.address}/login")

        page.goto(f"{other}/sites/{shop.host}/realtime")
        expect(page).to_have_url(re.compile(f"^{other}/login"))
        page.get_by_label("E-mail").fill(EMAIL)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        expect(page).to_have_url(f"{other}/sites/{shop.host}/realtime")
        page.goto(f"{other}/docs")
        expect(page.get_by_text(f"{BASE}/api/overview")).to_be_visible()
        assert outside == []
