"""Nothing on a page moves when answers come late: what comes has its place from the beginning."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_dashboard_pages import PAGES
from tests.chromium import wait_for
from tests.dashboard import DESKTOP, PHONE, Dashboard, logged_in, settled
from tests.running_server import RunningServer

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
    await new Promise(tell => setTimeout(tell, 300 + 60 * (asked++ % 4)))
    return ask(...of).finally(() => { window.waiting -= 1 })
}"""
"""Each answer is late, and they come one after the other."""


@pytest.fixture(scope="module", params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def someone(
    request: pytest.FixtureRequest, demonstration_server: RunningServer, browser: Browser
) -> Iterator[Dashboard]:
    with logged_in(demonstration_server, browser, request.param) as found:
        found.context.add_init_script(WATCH)
        found.context.add_init_script(LATE)
        yield found


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES.keys())
def test_nothing_moves_when_answers_come_late(path: str, someone: Dashboard) -> None:
    page = someone.open(path)
    wait_for(lambda: page.evaluate("window.waiting === 0"))
    settled(page)
    found = shifts(page)
    assert sum(each["value"] for each in found) <= MOST, found
    page.close()


def shifts(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate("window.shifts")
    return found
