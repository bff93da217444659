"""Every page of the dashboard: for everyone, on every screen, in both themes and languages, without a complaint.

Nothing moves on it when answers come late."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import asked, wait_for
from tests.dashboard import DESKTOP, PHONE, SITE, Dashboard, accessibility_problems, logged_in, settled
from tests.running_server import RunningServer

OF_SITE = f"/sites/{SITE}"
SITE_SECTIONS = (
    "install",
    "general",
    "goals",
    "segments",
    "notes",
    "origins",
    "exclusions",
    "keys",
    "usage",
    "debugger",
    "data",
)
SERVER_SECTIONS = ("sites", "users", "usage", "health", "password", "about")
PAGES = {
    "all sites": "/",
    "a site": OF_SITE,
    "events": f"{OF_SITE}?goals=events&open=signup",
    "details": f"{OF_SITE}?details=source",
    "realtime": f"{OF_SITE}/realtime",
    "sessions": f"{OF_SITE}/sessions",
    "journeys": f"{OF_SITE}/journeys?page=/",
    "retention": f"{OF_SITE}/retention",
    "funnels": f"{OF_SITE}/funnels",
    "experiments": f"{OF_SITE}/experiments",
    "web vitals": f"{OF_SITE}/web-vitals",
    **{f"site's {name}": f"{OF_SITE}/settings/{name}" for name in SITE_SECTIONS},
    **{f"server's {name}": f"/settings/{name}" for name in SERVER_SECTIONS},
}
MOST = 0.001
WATCH = """window.shifts = []
new PerformanceObserver(list => {
    for (const each of list.getEntries()) {
        const moved = each.sources.map(({node, previousRect: from, currentRect: to}) =>
            `${node?.nodeName}.${node?.className ?? ""} ${from.x},${from.y} to ${to.x},${to.y}`)
        window.shifts.push({value: each.value, moved})
    }
}).observe({type: "layout-shift", buffered: true})"""
LATE = """window.waiting = 0
const ask = window.fetch
let asked = 0
window.fetch = async (...of) => {
    window.waiting += 1
    for (let left = 3 + 4 * (asked++ % 4); left; left--) await new Promise(requestAnimationFrame)
    return ask(...of).finally(() => { window.waiting -= 1 })
}"""
"""Each answer comes some pictures after the first, and one after the other."""


@pytest.fixture(scope="module")
def light(demonstration_server: RunningServer, browser: Browser) -> Iterator[Dashboard]:
    with logged_in(demonstration_server, browser, {**DESKTOP, "color_scheme": "light"}) as found:
        yield found


LOOKS = {
    "desktop": ({**DESKTOP, "color_scheme": "light"}, "en-GB"),
    "dark phone, in German": ({**PHONE, "color_scheme": "dark"}, "de-DE"),
}


@pytest.fixture(scope="module", params=LOOKS)
def patient(
    request: pytest.FixtureRequest, demonstration_server: RunningServer, browser: Browser
) -> Iterator[Dashboard]:
    """To whom each answer comes late."""
    options, locale = LOOKS[request.param]
    with logged_in(demonstration_server, browser, options, locale) as found:
        found.context.add_init_script(WATCH)
        found.context.add_init_script(LATE)
        yield found


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_a_page_is_accessible_no_wider_than_the_screen_and_stands_still(path: str, patient: Dashboard) -> None:
    """In both themes and languages. What comes late has its place from the beginning."""
    page = patient.open(path)
    wait_for(lambda: page.evaluate("window.waiting === 0"))
    settled(page)
    found = shifts(page)
    assert sum(each["value"] for each in found) <= MOST, found
    expect(page.get_by_role("heading").first).to_be_attached()
    assert page.evaluate("navigator.language").startswith(page.evaluate("document.documentElement.lang"))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert accessibility_problems(page) == []


def shifts(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate("window.shifts")
    return found


def test_a_session_is_told_event_by_event(light: Dashboard) -> None:
    page = light.open(f"{OF_SITE}/sessions")
    report = light.report("sessions", range="30d", limit="1")
    page.goto(light.address(f"{OF_SITE}/sessions/{report['rows'][0]['session_id']}"))
    settled(page)
    events = light.report(f"sessions/{report['rows'][0]['session_id']}")["events"]
    for each in events:
        if each["kind"] == "pageview":
            expect(page.get_by_text(each["path"], exact=True).first).to_be_visible()
    assert accessibility_problems(page) == []


def test_theme_and_language_are_chosen_and_kept(light: Dashboard) -> None:
    page = light.open("/")
    page.get_by_role("button", name="Account").click()
    page.get_by_role("menuitemradio", name="Dark").click()
    page.get_by_role("menuitemradio", name="Deutsch").click()
    expect(page.get_by_role("heading", name="Websites")).to_be_visible()
    page.reload()
    settled(page)
    expect(page.get_by_role("heading", name="Websites")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "dark"
    page.evaluate("localStorage.clear()")


def test_who_is_not_logged_in_gets_nothing_and_comes_back_after_it(
    demonstration_server: RunningServer, browser: Browser
) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(f"{demonstration_server.address}{OF_SITE}/retention")
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    page.get_by_label("E-mail").fill("nobody@example.com")
    page.get_by_label("Password").fill("a wrong password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_have_text("Invalid email or password")
    asked(demonstration_server, "POST", "/api/users", {"email": "later@example.com", "password": "another long one"})
    page.get_by_label("E-mail").fill("later@example.com")
    page.get_by_label("Password").fill("another long one")
    page.get_by_role("button", name="Log in").click()
    expect(page).to_have_url(f"{demonstration_server.address}{OF_SITE}/retention")
    context.close()


def test_of_a_site_that_there_is_not_one_sentence_says_so(light: Dashboard) -> None:
    page = light.open("/sites/none.example/sessions")
    expect(page.get_by_text("There is no site none.example.")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    page.get_by_role("link", name="To all sites").click()
    expect(page.get_by_role("heading", name="Sites")).to_be_visible()
    light.complaints[:] = [each for each in light.complaints if "404" not in each]


def test_of_a_period_that_there_is_not_one_alert_says_so_with_a_way_out(light: Dashboard) -> None:
    page = light.open(range="nonsense", filter="country is DE")
    expect(page.get_by_role("alert")).to_have_count(1)
    page.get_by_role("link", name="Back to the last 30 days").click()
    expect(page.get_by_label("Key figures")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
    light.complaints[:] = [each for each in light.complaints if "400" not in each]


def test_the_focus_stays_on_the_button_that_saved(light: Dashboard) -> None:
    page = light.open(f"{OF_SITE}/settings/exclusions")
    save = page.get_by_role("button", name="Save")
    save.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved.")).to_be_visible()
    settled(page)
    expect(save).to_be_focused()


def test_there_is_a_way_back_from_a_page_that_is_none(light: Dashboard) -> None:
    page = light.open("/sites/a/b/c")
    page.get_by_role("link", name="To all sites").click()
    expect(page.get_by_role("heading", name="Sites")).to_be_visible()
