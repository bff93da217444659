"""Sites with nothing and with next to nothing: each page has words for it, and divides nothing by zero."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import asked, wait_for
from tests.dashboard import Dashboard, accessibility_problems, boxes, cells, logged_in, send, serving, variants
from tests.running_server import RunningServer

NEW, EXPECTING, ONE_VIEW, ONE_VISITOR = "new.example", "expecting.example", "view.example", "visitor.example"
HERE = "here.example"
"""Of a new site nothing is defined; the others have a goal, a funnel and an experiment, and so many who came."""
EXPERIMENT = "colour"
PAGES = {
    "site": "",
    "goals' funnels": "?goals=funnels",
    "events": "?goals=events",
    "revenue": "?metric=revenue",
    "details": "?details=page",
    "all time": "?range=all",
    "realtime": "/realtime",
    "realtime as a table": "/realtime?view=table",
    "sessions": "/sessions",
    "journeys": "/journeys",
    "journeys from a page": "/journeys?page=/",
    "retention": "/retention",
    "retention of users": "/retention?of=users",
    "funnels": "/funnels",
    "experiments": "/experiments",
    "web vitals": "/web-vitals",
}
NONSENSE = r"""document.body.outerHTML
    .match(/.{0,60}(NaN|Infinity|\bundefined\b|\bnull\b|Invalid Date|\[object).{0,60}/g) ?? []"""
WORDS_FOR_NONE = {
    "site": "Waiting for your first event",
    "realtime": "Nobody has been here in the last 30 minutes.",
    "sessions": "No session has come yet.",
    "journeys": "Where shall the journeys begin?",
    "journeys from a page": "No session met / in this period.",
    "retention": "Nobody in this period.",
    "funnels": "No funnels yet.",
    "experiments": "No experiments yet.",
    "web vitals": "No web vitals in this period.",
}


@pytest.fixture(scope="module")
def someone(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Dashboard]:
    folder = tmp_path_factory.mktemp("few")
    with serving(folder, NEW, EXPECTING, ONE_VIEW, ONE_VISITOR) as server, logged_in(server, browser) as found:
        for site in (EXPECTING, ONE_VIEW, ONE_VISITOR):
            define(server, site)
        come(found)
        yield found


def define(server: RunningServer, site: str) -> None:
    made = f"/api/sites/{site}"
    steps = [{"type": "path", "value": "/"}, {"type": "event", "value": "signup"}]
    variants = [{"id": each, "name": each, "weight": 1} for each in ("blue", "red")]
    asked(server, "POST", f"{made}/goals", {"name": "Sign-up", "type": "event", "value": "signup"})
    asked(server, "POST", f"{made}/funnels", {"name": "To a sign-up", "steps": steps})
    experiment = {"id": EXPERIMENT, "name": "Colour", "event": "signup", "variants": variants}
    asked(server, "POST", f"{made}/experiments", experiment)


def come(someone: Dashboard) -> None:
    send(someone.context, someone.server, ONE_VIEW, [{}])
    vital = {"k": "v", "n": "LCP", "v": 2_000}
    visit: list[dict[str, Any]] = [{}, {"k": "x", "x": [EXPERIMENT, "blue"]}, {"n": "signup"}, vital]
    send(someone.context, someone.server, ONE_VISITOR, visit)
    wait_for(lambda: someone.report("overview", ONE_VIEW)["metrics"]["pageviews"] == 1)
    wait_for(lambda: someone.report("overview", ONE_VISITOR)["metrics"]["events"] == 1)


@pytest.mark.parametrize("site", [EXPECTING, ONE_VIEW, ONE_VISITOR])
@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_no_page_shows_what_is_no_number(path: str, site: str, someone: Dashboard) -> None:
    page = someone.go(f"/sites/{site}{path}")
    assert nonsense(page) == []


def nonsense(page: Page) -> list[str]:
    """What code says that found nothing, or was refused."""
    found: list[str] = page.evaluate(NONSENSE)
    return found + page.get_by_role("alert").all_inner_texts()


@pytest.mark.parametrize("name", WORDS_FOR_NONE)
def test_a_site_without_events_says_so_on_each_page(name: str, someone: Dashboard) -> None:
    page = someone.go(f"/sites/{NEW}{PAGES[name]}")
    expect(page.get_by_role("main")).to_contain_text(WORDS_FOR_NONE[name])
    assert nonsense(page) == []
    assert accessibility_problems(page) == []


def test_a_site_without_events_shows_how_to_send_one(someone: Dashboard) -> None:
    page = someone.open(f"/sites/{NEW}")
    expect(page.get_by_text("/hk.js").first).to_be_visible()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("funnels", "Nobody took the first step in this period."),
        ("experiments", "Nobody has seen this experiment in this period."),
    ],
)
def test_what_is_defined_waits_for_the_first_visitor(name: str, words: str, someone: Dashboard) -> None:
    page = someone.go(f"/sites/{EXPECTING}{PAGES[name]}")
    expect(page.get_by_role("main")).to_contain_text(words)


def key_figures(page: Page) -> list[str]:
    return page.get_by_label("Key figures").locator(".value").all_inner_texts()


def changes(page: Page) -> list[str]:
    return page.get_by_label("Key figures").locator(".change").all_inner_texts()


def funnel_figures(page: Page) -> list[str]:
    return page.locator(".funnel-figures dd").all_inner_texts()


def sessions(page: Page) -> list[str]:
    """Pageviews and events of each."""
    return page.locator(".sessions tbody tr:not(.day) td.number").all_inner_texts()[:2]


def realtime(page: Page) -> list[str]:
    return page.locator(".realtime-now :is(.value, dd)").all_inner_texts()


def vitals(page: Page) -> list[list[str]]:
    return [[row[1], row[-1]] for row in cells(page, "75th percentile")]


def cohort(page: Page) -> list[str]:
    return page.locator(".cohorts tbody tr").last.locator("td").all_inner_texts()[:1]


@pytest.mark.parametrize(
    ("path", "read", "wanted"),
    [
        ("", key_figures, ["1", "1", "1", "1", "0%", "0s", "1", "100%", "–"]),
        ("", changes, ["–"] * 8),
        (PAGES["sessions"], sessions, ["1", "1"]),
        (PAGES["journeys from a page"], boxes, ["/ 1 · 100%"]),
        (PAGES["retention"], cohort, ["1"]),
        (PAGES["funnels"], funnel_figures, ["1", "1", "100%"]),
        (PAGES["experiments"], variants, [["100%", "–", "1", "1", "1", "50%"], ["0%", "–", "0", "0", "0", "50%"]]),
        (PAGES["web vitals"], vitals, [["2 s (Good)", "1"]]),
    ],
)
def test_one_visitor_is_one_everywhere(
    path: str, read: Callable[[Page], list[str]], wanted: list[str], someone: Dashboard
) -> None:
    page = someone.go(f"/sites/{ONE_VISITOR}{path}")
    assert read(page) == wanted


def test_one_visitor_who_is_here_is_one(someone: Dashboard) -> None:
    """Who came with the others may have gone by now: here is who came in the last five minutes."""
    asked(someone.server, "POST", "/api/sites", {"domain": HERE})
    send(someone.context, someone.server, HERE, [{}, {"n": "signup"}])
    wait_for(lambda: someone.report("overview", HERE)["metrics"]["events"] == 1)
    page = someone.go(f"/sites/{HERE}{PAGES['realtime']}")
    assert realtime(page) == ["1", "1", "1"]
