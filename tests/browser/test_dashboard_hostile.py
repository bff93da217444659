"""The worst that strangers send and users write, on every page: it stays text, and nothing is wider than the screen."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.chromium import FIREFOX, asked, wait_for
from tests.dashboard import DESKTOP, PHONE_SIZE, Dashboard, accessibility_problems, logged_in, send, serving, settled
from tests.running_server import RunningServer

SITE = f"{'a-very-long-label-' * 3}x.hostile.example"
LONG = "x" * 2_000
TEXTS = [
    "<script>window.broken = 1</script>",
    '"><img src=x onerror="window.broken = 1">',
    "‮evil‬ مرحبا بالعالم",
    "👩‍👩‍👧‍👦 emoji 🏳️‍🌈",
    LONG,
    "javascript:window.broken=1",
    "{{constructor.constructor('window.broken=1')()}}",
    "a, b \\, c is d",
]
MARKUP = TEXTS[1]
NAMES = [*TEXTS[:4], "x" * 200]
"""Names that users give are shorter than what strangers send."""
EXPERIMENT = "hostile"
MADE = """[
    ...(window.broken ? ["a script"] : []),
    ...[...document.body.querySelectorAll("img, script, iframe, [onerror]")].map(each => each.outerHTML.slice(0, 100)),
    ...[...document.querySelectorAll("a")].map(link => link.protocol).filter(each => !/^https?:$/.test(each)),
]"""
WIDE = """document.documentElement.scrollWidth <= innerWidth ? [] : [...document.querySelectorAll("main *")]
    .filter(each => each.getBoundingClientRect().right > innerWidth)
    .map(each => `${each.tagName}.${each.getAttribute("class")}: ${each.getBoundingClientRect().right}`)"""
PAGES: dict[str, tuple[str, dict[str, str]]] = {
    **{f"event {number}": ("", {"goals": "events", "open": text[:250]}) for number, text in enumerate(TEXTS)},
    "goals": ("", {"goals": "goals", "sources": "campaigns", "pages": "entry_page"}),
    "funnels at a glance": ("", {"goals": "funnels", "sources": "referrer", "pages": "exit_page"}),
    "details": ("", {"details": "title"}),
    "details of pages": ("", {"details": "page", "sources": "source"}),
    "details of a property": ("", {"details": f"property:{MARKUP}"}),
    "filtered": ("", {"filter": f"title is {MARKUP}"}),
    "filtered by much": ("", {"filter": f"title is {LONG}"}),
    "realtime": ("/realtime", {}),
    "sessions": ("/sessions", {}),
    "a session": ("/sessions/{session}", {}),
    "journeys": ("/journeys", {}),
    "journeys from a page": ("/journeys", {"page": "/0", "with_events": "1"}),
    "journeys from an event": ("/journeys", {"event": MARKUP, "with_events": "1"}),
    "retention": ("/retention", {}),
    "funnels": ("/funnels", {"funnel": "{funnel}"}),
    "a funnel's form": ("/funnels", {"build": "{funnel}"}),
    "experiments": ("/experiments", {}),
    "web vitals": ("/web-vitals", {}),
    **{
        f"settings, {name}": (f"/settings/{name}", {})
        for name in ("goals", "segments", "notes", "keys", "exclusions", "debugger", "usage", "data")
    },
}


CHECKED_ON_A_PHONE = ("goals", "details", "realtime", "a session", "a funnel's form")
"""By axe: where most of what others write stands."""
REFERRERS = ["javascript:window.broken=1", "data:text/html,<script>window.broken=1</script>", "android-app://com.evil/"]
"""Of schemes that no page of the web has."""


@pytest.fixture(scope="module")
def someone(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Dashboard]:
    options = {**DESKTOP, "reduced_motion": "reduce"}
    with serving(tmp_path_factory.mktemp("hostile"), SITE) as server, logged_in(server, browser, options) as found:
        fill(found)
        yield found


@pytest.fixture(scope="module")
def ids(someone: Dashboard) -> dict[str, str]:
    """What stands in addresses for what was made: the longest funnel, and the session."""
    funnels = asked(someone.server, "GET", f"/api/sites/{SITE}/funnels")
    sessions = someone.report("sessions", SITE)["rows"]
    return {
        "funnel": max(funnels, key=lambda each: len(each["name"]))["id"],
        "session": max(sessions, key=lambda each: each["events"])["session_id"],
    }


def fill(someone: Dashboard) -> None:
    define(someone.server)
    send(someone.context, someone.server, SITE, [*views(), *events(), *vitals()])
    visit_variants(someone.context, someone.server)
    wait_for(lambda: someone.report("overview", SITE)["metrics"]["events"] == len(TEXTS) + len(NAMES))


def views() -> list[dict[str, Any]]:
    return [
        {"t": text, "r": f"https://example.org/{text}", "u": f"https://{SITE}/{number}{path}?utm_campaign={text}"}
        for number, text in enumerate(TEXTS)
        for path in ("", f"/{text}")
    ] + [{"u": f"https://{SITE}/from", "r": referrer} for referrer in REFERRERS]


def events() -> list[dict[str, Any]]:
    return [{"n": text[:250], "p": {text[:250]: text}} for text in TEXTS]


def vitals() -> list[dict[str, Any]]:
    return [{"k": "v", "n": "LCP", "v": 2_000, "u": f"https://{SITE}/{text}"} for text in TEXTS]


def visit_variants(context: BrowserContext, server: RunningServer) -> None:
    """Each variant is seen by a visitor of its own, who also does what counts."""
    for number in range(len(NAMES)):
        agent = FIREFOX.replace("140", str(130 + number))
        send(context, server, SITE, [{"k": "x", "x": [EXPERIMENT, f"v{number}"]}, {"n": MARKUP}], agent)


def define(server: RunningServer) -> None:
    """Everything that users give a name."""
    made = f"/api/sites/{SITE}"
    for text in NAMES:
        steps = [{"type": "path", "value": "*"}, {"type": "event", "value": text}]
        asked(server, "POST", f"{made}/goals", {"name": text, "type": "event", "value": text})
        asked(server, "POST", f"{made}/funnels", {"name": text, "steps": steps})
        asked(server, "POST", f"{made}/segments", {"name": text, "filters": [f"title is {text}"]})
        asked(server, "POST", f"{made}/annotations", {"time": "2026-01-01", "text": text})
        asked(server, "POST", f"{made}/keys", {"kind": "api", "name": text})
    variants = [{"id": f"v{number}", "name": text, "weight": 1} for number, text in enumerate(NAMES)]
    made_up = {"id": EXPERIMENT, "name": MARKUP, "event": MARKUP, "variants": variants}
    asked(server, "POST", f"{made}/experiments", made_up)


@pytest.mark.parametrize("name", PAGES)
def test_what_others_write_is_text_and_nothing_else(name: str, someone: Dashboard, ids: dict[str, str]) -> None:
    path, parameters = PAGES[name]
    asked_for = {key: ids.get(text.strip("{}"), text) for key, text in parameters.items()}
    page = someone.open(f"/sites/{SITE}{path.format(**ids)}", **asked_for)
    if "open" in parameters:
        expect(page.get_by_label(f"{parameters['open']}: {parameters['open']}", exact=True)).to_be_visible()
    assert made_of_text(page) == []
    assert accessibility_problems(page) == []
    assert too_wide(page) == []
    with on_a_phone(page):
        assert too_wide(page) == []
        assert made_of_text(page) == []
        if name in CHECKED_ON_A_PHONE:
            assert accessibility_problems(page) == []


@contextmanager
def on_a_phone(page: Page) -> Iterator[None]:
    before = page.viewport_size
    assert before
    page.set_viewport_size(PHONE_SIZE)
    try:
        settled(page)
        yield
    finally:
        page.set_viewport_size(before)


def made_of_text(page: Page) -> list[str]:
    """Elements that the dashboard does not have, or that lead to what is no page."""
    found: list[str] = page.evaluate(MADE)
    return found


def too_wide(page: Page) -> list[str]:
    """What reaches over the right end of the document, where that is wider than the screen."""
    found: list[str] = page.evaluate(WIDE)
    return found
