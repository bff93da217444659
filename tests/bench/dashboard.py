"""Measures the page of a site in Chromium, with the real server over a data directory as scripts/seed makes it.

First: the browser has nothing kept, the server was just started. Again: the page is loaded once more. Interactive is
when the page's frame is drawn and takes clicks, figures when the strip has them, all when every panel has its own.
Filter: from a click on a row until all figures are the new ones; warm is the same click once the
server knows the answer.
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

from tests.chromium import asked, launched
from tests.running_server import RunningServer, running

EMAIL, PASSWORD = "bench@example.com", "correct horse battery"
SHIFTS = """new PerformanceObserver(list => {
    for (const each of list.getEntries()) window.shifted = (window.shifted ?? 0) + each.value
}).observe({type: "layout-shift", buffered: true})"""
INTERACTIVE = "!!document.querySelector('.controls button')"
FIGURES = "!!document.querySelector('.figures .value')"
ALL = FIGURES + " && !document.querySelector('[aria-busy=true]')"
TRANSFERRED = """performance.getEntriesByType("resource").filter(each => /assets/.test(each.name))
    .reduce((sum, each) => sum + each.encodedBodySize, 0)"""
POLL_SECONDS = 0.005
PATIENCE_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Load:
    """Seconds from the beginning of the navigation."""

    interactive: float
    figures: float
    all: float
    bytes: int
    shift: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data_dir", type=Path, help="as scripts/seed made it; a user is added")
    parser.add_argument("--range", default="30d", help="the page's period")
    parser.add_argument("--rounds", type=int, default=5, help="loads and clicks besides the first")
    given = parser.parse_args()
    with TemporaryDirectory() as folder, running(given.data_dir, Path(folder)) as server:
        ensure_user(server)
        site = asked(server, "GET", "/api/sites")[0]["domain"]
        with sync_playwright() as playwright:
            browser = launched(playwright)
            measure(server, browser, f"{server.address}/sites/{site}?range={given.range}", given.rounds)
            browser.close()


def ensure_user(server: RunningServer) -> None:
    if EMAIL not in [each["email"] for each in asked(server, "GET", "/api/users")]:
        asked(server, "POST", "/api/users", {"email": EMAIL, "password": PASSWORD})


def measure(server: RunningServer, browser: Browser, address: str, rounds: int) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_init_script(SHIFTS)
    context.request.post(f"{server.address}/api/login", data={"email": EMAIL, "password": PASSWORD})
    first = load(context, address)
    again = [load(context, address) for _ in range(rounds)]
    print(f"bytes of scripts and styles, compressed: {first.bytes:,}")
    print(f"{'':14} {'interactive':>12} {'figures':>10} {'all':>10} {'shift':>8}")
    for name, loads in (("first", [first]), ("again, median", again)):
        print(f"{name:14} {line(loads)}")
    filters(context, address, rounds)
    context.close()


def line(loads: list[Load]) -> str:
    interactive, figures, everything = (
        median(getattr(each, name) for each in loads) * 1000 for name in ("interactive", "figures", "all")
    )
    return f"{interactive:9.0f} ms {figures:7.0f} ms {everything:7.0f} ms {max(each.shift for each in loads):8.3f}"


def load(context: BrowserContext, address: str) -> Load:
    page = context.new_page()
    begun = time.monotonic()
    page.goto(address, wait_until="commit")
    interactive, figures, everything = (when(page, what) - begun for what in (INTERACTIVE, FIGURES, ALL))
    found = Load(interactive, figures, everything, page.evaluate(TRANSFERRED), page.evaluate("window.shifted ?? 0"))
    page.close()
    return found


def when(page: Page, condition: str) -> float:
    """The time at which it holds; the policy forbids the browser's own waiting."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not page.evaluate(condition):
        if time.monotonic() > deadline:
            raise TimeoutError(f"never: {condition}")
        time.sleep(POLL_SECONDS)
    return time.monotonic()


def filters(context: BrowserContext, address: str, rounds: int) -> None:
    """Clicks on the rows of the first panel; each filter is taken away before the next."""
    page = context.new_page()
    page.goto(address)
    when(page, ALL)
    rows = [page.locator(".panels .bars").first.locator("a.name").nth(number) for number in range(rounds)]
    for name in ("filter, cold", "filter, warm"):
        times = [clicked(page, row) for row in rows]
        print(f"{name:14} {median(times) * 1000:9.0f} ms median, {max(times) * 1000:.0f} ms at most")
    page.close()


def clicked(page: Page, row: Locator) -> float:
    begun = time.monotonic()
    row.click()
    when(page, "location.search.includes('filter')")
    found = when(page, ALL) - begun
    page.go_back()
    when(page, "!location.search.includes('filter')")
    when(page, ALL)
    return found


if __name__ == "__main__":
    main()
