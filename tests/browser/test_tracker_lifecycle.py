"""Pages that a browser makes before anyone sees them, and pages that it keeps and shows again, in a real Chromium."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright

from tests.chromium import CHROMIUM, FLAGS, QUIET, Shop, loaded, tag, visitor, wait_for

AWAY_MS = 1_500
SEEN_MS = 1_100
"""The tracker tells of a second and more."""
RULES = """<script type="speculationrules">
{"prerender": [{"source": "list", "urls": ["/ahead", "/never"], "eagerness": "immediate"}]}
</script>"""
SIGNS = """<script>
localStorage[location.pathname] = document.prerendering
window.hk = { q: [['event', 'shown', { ahead: document.prerendering }]] }
</script>"""
LEAVES_ONCE_BOTH_ARE_MADE = """<script>
const timer = setInterval(() => {
    if (!window.plausible?.track || !localStorage['/ahead'] || !localStorage['/never']) return
    clearInterval(timer)
    setTimeout(() => hk.event('leaves'), 1000)
    setTimeout(() => { location = '/ahead' }, 1500)
}, 50)
</script>"""


@contextmanager
def unwatched_browser(address: str, folder: Path) -> Iterator[None]:
    """Driven by its pages alone: a browser that is driven from outside makes no pages ahead."""
    command = [CHROMIUM, "--headless=new", "--no-first-run", f"--user-data-dir={folder}", *FLAGS, address]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def test_page_made_ahead_counts_once_and_when_it_is_shown(shop: Shop, tmp_path: Path) -> None:
    script = tag(shop.server, attributes=QUIET)
    shop.website.pages["/"] = RULES + script + LEAVES_ONCE_BOTH_ARE_MADE
    shop.website.pages["/ahead"] = shop.website.pages["/never"] = SIGNS + script
    with unwatched_browser(shop.address(), tmp_path / "profile"):
        found = shop.stored(4)
    assert [(each["name"], each["path"]) for each in found[:2]] == [(None, "/"), ("leaves", "/")]
    assert {(each["name"], each["path"]) for each in found[2:]} == {(None, "/ahead"), ("shown", "/ahead")}
    assert [each["props"] for each in found if each["name"] == "shown"] == [{"ahead": True}]


@pytest.fixture(scope="module")
def keeping_browser(playwright: Playwright) -> Iterator[Browser]:
    """It keeps pages for going back, which Playwright switches off."""
    opened = playwright.chromium.launch(
        executable_path=CHROMIUM, args=list(FLAGS), ignore_default_args=["--disable-back-forward-cache"]
    )
    yield opened
    opened.close()


def go_and_come_back(page: Page, address: str, away_ms: int = 0) -> None:
    """Playwright waits for a load, which a page that was kept does not have again."""
    page.evaluate("addEventListener('pageshow', (event) => { window.wasKept = event.persisted })")
    page.goto(address)
    page.wait_for_timeout(away_ms)
    page.evaluate("setTimeout(() => history.back())")
    page.wait_for_function("window.wasKept !== undefined")
    assert page.evaluate("window.wasKept")


def test_page_that_was_kept_counts_once_more_when_it_is_shown_again(shop: Shop, keeping_browser: Browser) -> None:
    shop.website.pages.update({"/": tag(shop.server, attributes=QUIET), "/other": "elsewhere"})
    with visitor(keeping_browser) as someone:
        page = someone.page()
        page.goto(shop.address())
        shop.stored(1)
        go_and_come_back(page, shop.address("/other"))
        assert [(each["kind"], each["path"]) for each in shop.stored(2)] == [("pageview", "/")] * 2


def test_page_that_was_kept_is_not_counted_where_pages_are_counted_by_hand(
    shop: Shop, keeping_browser: Browser
) -> None:
    by_hand = {**QUIET, "data-auto": "false"}
    shop.website.pages.update({"/": tag(shop.server, attributes=by_hand), "/other": "elsewhere"})
    with visitor(keeping_browser) as someone:
        page = someone.page()
        page.goto(shop.address())
        loaded(page)
        page.wait_for_load_state("networkidle")
        go_and_come_back(page, shop.address("/other"))
        page.evaluate("hk.event('back')")
        assert [each["name"] for each in shop.stored(1)] == ["back"]


def test_time_for_which_a_page_was_kept_is_not_time_for_which_it_was_read(shop: Shop, keeping_browser: Browser) -> None:
    reading = {name: value for name, value in QUIET.items() if name != "data-engagement"}
    shop.website.pages.update({"/": tag(shop.server, attributes=reading), "/other": "elsewhere"})
    with visitor(keeping_browser) as someone:
        page = someone.page()
        page.goto(shop.address())
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(SEEN_MS)
        go_and_come_back(page, shop.address("/other"), AWAY_MS)
        page.wait_for_timeout(SEEN_MS)
        seen = page.evaluate("performance.now()") - AWAY_MS
        page.goto("about:blank")
        wait_for(lambda: [each["kind"] for each in shop.events()].count("engagement") == 2)
        told = [each["engagement_ms"] for each in shop.stored(4) if each["kind"] == "engagement"]
    assert all(each >= SEEN_MS for each in told), told
    assert sum(told) <= seen, "nothing twice, and nothing of the time away"
