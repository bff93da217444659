"""Trackers of other products, unchanged from their registry, in pages of a real Chromium that send to a real server."""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.built_sdk import NODE, ROOT
from tests.chromium import Shop, visitor, wait_for

CLIENTS = ROOT / "tests/clients"
PAGE = """<!doctype html><title>Shop</title><body data-server="{server}" data-site="{site}">
<a id="out" href="http://partner.test/offer?x=1" target="_blank">a partner</a>
<a id="file" href="/files/prices.pdf" target="_blank">prices</a>
<form id="order" action="/order" target="_blank"><input name="card" value="4111"><button>send</button></form>
<div style="height: 3000px"></div>
<script type="module">{program}</script>"""


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    return {name: bundled(name, tmp_path_factory.mktemp(name)) for name in ("plausible", "plausible-tracker")}


def bundled(name: str, folder: Path) -> str:
    command = [NODE, str(CLIENTS / "bundle.mjs"), str(CLIENTS / f"{name}-page.mjs"), str(folder)]
    subprocess.run(command, check=True, timeout=120)
    return (folder / "program.js").read_text(encoding="utf-8").replace("</script", "<\\/script")


def opened(page: Page, shop: Shop, program: str) -> None:
    shop.website.pages.update({"/order": "ordered", "/files/prices.pdf": "prices", "/other": "elsewhere"})
    shop.website.pages["/"] = PAGE.format(server=shop.server.address, site=shop.host, program=program)
    page.goto(shop.address("/?utm_source=news"), referer="https://www.google.com/")
    page.wait_for_function("!!window.track")


def those(kind: str, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for each in found if each["kind"] == kind]


def test_plausible_counts_pages_of_an_application_and_of_a_browser_that_goes_back(
    shop: Shop, programs: Mapping[str, str], browser: Browser
) -> None:
    with visitor(browser) as someone:
        page = someone.page()
        opened(page, shop, programs["plausible"])
        page.evaluate("history.pushState({}, '', '/two?tab=1#part')")
        page.go_back()
        wait_for(lambda: len(those("pageview", shop.events())) == 3)
        pages = those("pageview", shop.events())
    assert [(each["path"], each["props"]) for each in pages] == [
        ("/", {"author": "Ada"}),
        ("/two", {"author": "Ada"}),
        ("/", {"author": "Ada"}),
    ]
    assert {(each["hostname"], each["utm_source"], each["browser"]) for each in pages} == {
        (shop.host, "news", "Firefox")
    }


def test_plausible_tells_how_far_and_how_long_a_page_was_read_when_it_is_left(
    shop: Shop, programs: Mapping[str, str], browser: Browser
) -> None:
    with visitor(browser, viewport={"width": 1000, "height": 800}) as someone:
        page = someone.page()
        opened(page, shop, programs["plausible"])
        page.evaluate("scrollTo(0, 1600)")
        page.wait_for_timeout(1_100)
        page.goto(shop.address("/other"))
        (left,) = wait_for(lambda: those("engagement", shop.events()))
    assert (left["path"], left["scroll_depth"] >= 70) == ("/", True)
    assert 1_100 <= left["engagement_ms"] <= 60_000


def test_plausible_sends_what_people_do_and_what_the_page_says(
    shop: Shop, programs: Mapping[str, str], browser: Browser
) -> None:
    with visitor(browser) as someone:
        page = someone.page()
        opened(page, shop, programs["plausible"])
        for name in ("#out", "#file", "#order button"):
            page.click(name)
            page.bring_to_front()
        status = page.evaluate(
            """() => new Promise((resolve) => track('Purchase', {
                props: { plan: 'pro' }, revenue: { amount: 15.99, currency: 'USD' },
                callback: ({ status }) => resolve(status) }))"""
        )
        wait_for(lambda: len(those("event", shop.events())) == 4)
        events = {each["name"]: each for each in those("event", shop.events())}
    assert {name: each["props"] for name, each in events.items()} == {
        "Outbound Link: Click": {"author": "Ada", "url": "http://partner.test/offer?x=1"},
        "File Download": {"author": "Ada", "url": shop.address("/files/prices.pdf")},
        "Form: Submission": {"author": "Ada"},
        "Purchase": {"author": "Ada", "plan": "pro"},
    }
    assert (events["Purchase"]["revenue"], events["Purchase"]["currency"], status) == (1599, "USD", 202)


def test_older_plausible_sends_pages_links_and_events(
    shop: Shop, programs: Mapping[str, str], browser: Browser
) -> None:
    with visitor(browser) as someone:
        page = someone.page()
        opened(page, shop, programs["plausible-tracker"])
        page.evaluate("history.pushState({}, '', '/two')")
        page.click("#out")
        page.bring_to_front()
        page.evaluate("track('download', { props: { method: 'HTTP', size: 3 } })")
        found = shop.stored(4)
    assert sorted((each["kind"], each["name"] or "", each["path"], str(each["props"])) for each in found) == [
        ("event", "Outbound Link: Click", "/two", "{'url': 'http://partner.test/offer?x=1'}"),
        ("event", "download", "/two", "{'method': 'HTTP', 'size': 3}"),
        ("pageview", "", "/", "None"),
        ("pageview", "", "/two", "None"),
    ]
