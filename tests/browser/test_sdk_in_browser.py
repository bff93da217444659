"""The SDK in a real Chromium: a page made with React and bundled with vite, that sends to a real server."""

import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.built_sdk import FRONTEND, NODE, ROOT, build_sdk
from tests.chromium import Shop, visitor, wait_for

CLIENTS = ROOT / "tests/clients"
LIBRARIES = ("react", "react-dom", "scheduler")
LATER_MS = 60_000
"""An interval that no test waits for: what is sent by then is sent because the page is left."""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page's program as one script, made in a folder that has the packages installed."""
    folder = tmp_path_factory.mktemp("shop")
    packages = folder / "node_modules"
    (packages / "@hitkeep-py/sdk").mkdir(parents=True)
    build_sdk(packages / "@hitkeep-py/sdk")
    for name in LIBRARIES:
        (packages / name).symlink_to(FRONTEND / "node_modules" / name)
    page = Path(shutil.copy(CLIENTS / "sdk-page.mjs", folder))
    subprocess.run([NODE, str(CLIENTS / "bundle.mjs"), str(page), str(folder)], check=True, timeout=120)
    return (folder / "program.js").read_text(encoding="utf-8").replace("</script", "<\\/script")


def put_page(shop: Shop, program: str, interval: int = 100) -> None:
    body = f'<body data-host="{shop.server.address}" data-interval="{interval}"><div id="root"></div>'
    shop.website.pages["/"] = f'<!doctype html><title>Shop</title>{body}<script type="module">{program}</script>'


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    page.wait_for_selector("#buy")
    return page


def delivered(page: Page) -> None:
    page.wait_for_function("client.counts.waiting === 0")


def test_what_a_page_made_with_react_does_is_stored_once(shop: Shop, program: str, browser: Browser) -> None:
    put_page(shop, program)
    with visitor(browser) as someone:
        page = opened(someone.page(), shop.address())
        page.click("#buy")
        page.click("#demo")
        page.evaluate("history.pushState({}, '', '/thanks')")
        wait_for(lambda: sum(page.evaluate("client.counts").values()) == 4)
        page.evaluate("client.track('made by the client', { items: 3 })")
        found = shop.stored(5)
        counts = page.evaluate("client.counts")
    assert [(each["kind"], each["name"], each["path"]) for each in found] == [
        ("pageview", None, "/"),
        ("event", "plan_selected", "/"),
        ("event", "demo_request", "/"),
        ("pageview", None, "/thanks"),
        ("event", "made by the client", "/thanks"),
    ]
    assert [each["props"] for each in found] == [None, {"plan": "pro"}, {"source": "pricing"}, None, {"items": 3}]
    assert (found[1]["revenue"], found[1]["currency"], found[0]["title"]) == (4999, "EUR", "Shop")
    assert len({each["session_id"] for each in found}) == 1
    assert counts == {"delivered": 5, "refused": 0, "lost": 0, "waiting": 0}


def test_events_in_the_queue_of_a_tab_that_is_closed_are_stored_once(
    shop: Shop, program: str, browser: Browser
) -> None:
    put_page(shop, program, LATER_MS)
    with visitor(browser) as someone:
        page = opened(someone.page(), shop.address())
        page.click("#buy")
        page.close(run_before_unload=True)
        wait_for(lambda: len(shop.events()) == 2)
        again = opened(someone.page(), shop.address())
        again.evaluate("client.flush()")
        found = shop.stored(3)
        assert again.evaluate("localStorage.length") == 0
    assert sorted(str(each["name"]) for each in found) == ["None", "None", "plan_selected"]


def test_events_of_a_tab_that_was_closed_offline_are_sent_by_the_next_page(
    shop: Shop, program: str, browser: Browser
) -> None:
    put_page(shop, program)
    with visitor(browser) as someone:
        page = opened(someone.page(), shop.address())
        delivered(page)
        someone.context.set_offline(True)
        page.evaluate("() => { for (let n = 0; n < 5; n++) client.track(`offline ${n}`) }")
        page.wait_for_function("localStorage.length > 0")
        with page.expect_event("close"):
            page.close(run_before_unload=True)
        someone.context.set_offline(False)
        opened(someone.page(), shop.address())
        found = shop.stored(7)
    names = [each["name"] for each in found if each["name"]]
    assert names == [f"offline {number}" for number in range(5)]
