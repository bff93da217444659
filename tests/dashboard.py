"""The dashboard in a real browser, over the demonstration's sites, whose figures stand still: nobody comes any more."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, ViewportSize

from hitkeep_py.analytics import Analytics
from hitkeep_py.cli.access import catalog
from hitkeep_py.config import Settings
from hitkeep_py.demo.filling import Filling
from hitkeep_py.server.access import COOKIE
from tests.chromium import FIREFOX, asked, wait_for
from tests.running_server import RunningServer, running

SITE = "shop.demo.example"
RANGE = {"range": "7d"}
DAYS, SCALE = 12, 0.4
EMAIL, PASSWORD = "someone@example.com", "correct horse battery"
AXE = Path(__file__).parent.parent / "frontend/node_modules/axe-core/axe.min.js"
GO = "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')) }"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PROBLEMS = """async rules => {
    const {violations} = await axe.run(document, {runOnly: rules, resultTypes: ["violations"], preload: false})
    return violations.flatMap(each => each.nodes.map(node => `${each.id}: ${node.html.slice(0, 200)}`))
}"""
"""Without all that is right, and without fetching styles that are another host's: there are none."""
QUIET = """new Promise(tell => requestAnimationFrame(() => requestAnimationFrame(
    () => setTimeout(() => tell(!document.querySelector("[aria-busy=true]")), 40))))"""
"""What an effect asks for it asks for after the next picture, at the latest after 35 ms."""
PHONE_SIZE: ViewportSize = {"width": 360, "height": 740}
PHONE = {"viewport": PHONE_SIZE}
DESKTOP = {"viewport": {"width": 1280, "height": 900}}


@contextmanager
def demonstration(folder: Path) -> Iterator[RunningServer]:
    """A server with some days of the demonstration's sites, and a user."""
    analytics = Analytics.open(Settings(data_dir=str(folder / "data")), "test")
    Filling(analytics, DAYS, SCALE).fill()
    analytics.close()
    with serving(folder) as started:
        yield started


@contextmanager
def serving(folder: Path, *domains: str) -> Iterator[RunningServer]:
    """A server with a user and sites of these domains, to which no test sends too fast."""
    with running(folder / "data", folder, "--ingest-rate", "1000", "--ingest-burst", "1000") as started:
        asked(started, "POST", "/api/users", {"email": EMAIL, "password": PASSWORD})
        for domain in domains:
            asked(started, "POST", "/api/sites", {"domain": domain})
        yield started


@dataclass
class Dashboard:
    """Someone who is logged in, before one tab: another takes a second of a processor, a page in it half of one.

    `complaints` are errors in the console and what went to another host.
    """

    server: RunningServer
    context: BrowserContext
    complaints: list[str] = field(default_factory=list)
    tab: Page | None = None

    def open(self, path: str = f"/sites/{SITE}", **parameters: str) -> Page:
        """The page when everything on it is there."""
        if not self.tab or self.tab.is_closed():
            self.tab = self._new_tab()
        self.tab.goto(self.address(path, **parameters))
        settled(self.tab)
        return self.tab

    def go(self, path: str) -> Page:
        """As `open`, by a link within the dashboard, which does not load again."""
        if not self.tab or self.tab.is_closed():
            return self.open(path)
        self.tab.evaluate(GO, path)
        settled(self.tab)
        return self.tab

    def another_tab(self) -> "Dashboard":
        """For a page that stays while others are opened."""
        return Dashboard(self.server, self.context, self.complaints)

    def _new_tab(self) -> Page:
        page = self.context.new_page()
        page.on("console", lambda said: self._heard(said))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._watch(request.url))
        return page

    def address(self, path: str, **parameters: str) -> str:
        return f"{self.server.address}{path}" + (f"?{urlencode(parameters)}" if parameters else "")

    def report(self, name: str, site: str = SITE, **parameters: str) -> Any:
        """What the API answers to the same question."""
        return asked(self.server, "GET", f"/api/sites/{site}/reports/{name}?{urlencode(parameters)}")

    def _heard(self, said: ConsoleMessage) -> None:
        if said.type == "error":
            self.complaints.append(f"{said.text} {said.location['url']}")

    def _watch(self, address: str) -> None:
        if not address.startswith(self.server.address):
            self.complaints.append(f"asked {address}")


def settled(page: Page) -> None:
    """Nothing waits for an answer any more."""
    page.locator("main").wait_for()
    # Not wait_for_function, whose polling the policy takes for eval.
    wait_for(lambda: page.evaluate(QUIET))


@contextmanager
def logged_in(
    server: RunningServer, browser: Browser, options: Mapping[str, Any] = DESKTOP, locale: str = "en-GB"
) -> Iterator[Dashboard]:
    context = browser.new_context(locale=locale, **options)
    try:
        context.add_cookies([{"name": COOKIE, "value": login_token(server), "url": server.address}])
        found = Dashboard(server, context)
        yield found
        assert found.complaints == [], found.complaints
    finally:
        context.close()


def login_token(server: RunningServer) -> str:
    """By way of the catalog: so many would not get past the limit of logins."""
    with catalog(Settings(data_dir=str(server.data_dir))) as opened:
        return opened.users.open_session(opened.users.find(EMAIL))


def send(
    sender: Page | BrowserContext, server: RunningServer, site: str, events: list[dict[str, Any]], agent: str = FIREFOX
) -> None:
    """As a tracker in a page of the site does."""
    answer = sender.request.post(
        f"{server.address}/ingest/batch",
        data=json.dumps({"s": site, "e": [{"u": f"https://{site}/", **each} for each in events]}),
        headers={"content-type": "text/plain", "user-agent": agent},
    )
    assert answer.status == 202, answer.text()


def accessibility_problems(page: Page) -> list[str]:
    """What axe finds: the rule and the element."""
    if not page.evaluate("!!window.axe"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(PROBLEMS, RULES)
    return found


def cells(page: Page, panel: str) -> list[list[str]]:
    """Texts of the rows of the table in a panel that is named by its title."""
    rows = page.locator("section.panel", has=page.get_by_role("heading", name=panel, exact=True)).locator("tbody tr")
    found: list[list[str]] = rows.evaluate_all(
        r"rows => rows.map(row => [...row.cells].map(cell => cell.innerText.trim().replace(/\s+/g, ' ')))"
    )
    return found


def variants(page: Page) -> list[list[str]]:
    """The figures of an experiment's variants."""
    rows = page.locator(".variants tbody tr")
    found: list[list[str]] = rows.evaluate_all(
        "all => all.map(row => [...row.cells].slice(1).map(cell => cell.innerText.trim()))"
    )
    return found


def boxes(within: Page | Locator) -> list[str]:
    """Those of journeys: a step with its figures each."""
    return [" ".join(text.split()) for text in within.locator(".box").all_inner_texts()]


def shown(number: float) -> str:
    """A count below ten thousand, as the page writes it in English."""
    assert number < 10_000
    return f"{number:,}"


def rounded(number: float, digits: int, factor: int = 1) -> str:
    """Away from zero at the half, without zeros at the end."""
    exact = (Decimal(str(number)) * factor).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{exact:,}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def share(fraction: float) -> str:
    return f"{rounded(fraction, 1, 100)}%"


def lasting(seconds: float) -> str:
    """2m 5s."""
    minutes, rest = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h {minutes}m"
    return f"{minutes}m {rest}s" if minutes else f"{rest}s"


def growth(now: float, before: float) -> list[str]:
    """How much more or less than before, in words: ↑ more 12%. Refunds can make negative what was before."""
    if not before:
        return ["–"]
    percent = rounded(abs(now - before) / abs(before), 0, 100)
    if percent == "0":
        return ["0%"]
    return [*(("↑", "more") if now > before else ("↓", "less")), f"{percent}%"]
