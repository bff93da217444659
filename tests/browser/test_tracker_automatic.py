"""What the tracker notices by itself, in a real Chromium."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.chromium import QUIET, Shop, asked, tag, visitor, wait_for

ACTIONS = """<!doctype html><title>Shop</title>
<a id="out" href="http://elsewhere.test/there?x=1" target="_blank">elsewhere</a>
<a id="file" href="/files/Price%20List.PDF" target="_blank">prices</a>
<form id="order" action="/order" target="_blank" method="post">
<input name="card" value="4111"><button>send</button></form>
<button id="declared" data-hk-event="added" data-hk-event-plan="pro">add</button>
<div style="height: 5000px"></div>"""


def test_what_people_do_in_a_page_is_noticed(shop: Shop, browser: Browser) -> None:
    shop.website.pages["/"] = ACTIONS + tag(shop.server)
    with visitor(browser, viewport={"width": 1000, "height": 800}) as someone:
        page = someone.page()
        page.goto(shop.address())
        page.wait_for_load_state("networkidle")
        for name in ("#out", "#file", "#order button", "#declared"):
            page.click(name)
            page.bring_to_front()
        page.evaluate("scrollTo(0, 3200)")
        page.wait_for_timeout(1_100)
        page.goto("about:blank")
        wait_for(lambda: any((each["scroll_depth"] or 0) >= 50 for each in shop.events()))
        found = shop.events()
    events = {each["name"]: each["props"] for each in found if each["kind"] == "event"}
    assert events == {
        "outbound_click": {"target_host": "elsewhere.test", "target_path": "/there", "target_protocol": "http"},
        "file_download": {"file_host": f"{shop.host}:{shop.website.port}", "file_path": "/files/Price%20List.PDF"}
        | {"file_ext": "pdf"},
        "form_submit": {"action_host": f"{shop.host}:{shop.website.port}", "action_path": "/order", "method": "post"}
        | {"same_origin": True, "form_id": "order"},
        "added": {"plan": "pro"},
    }
    looked = [each for each in found if each["kind"] == "engagement"]
    assert max(each["scroll_depth"] or 0 for each in looked) == 75
    assert 1_000 <= sum(each["engagement_ms"] or 0 for each in looked) <= 60_000
    assert [each["kind"] for each in found].count("pageview") == 1


def test_pages_that_are_missing_are_noticed(shop: Shop, browser: Browser) -> None:
    shop.website.pages["404"] = tag(shop.server, attributes={**QUIET, "data-not-found": ""})
    with visitor(browser) as someone:
        someone.page().goto(shop.address("/nowhere"))
        _, found = shop.stored(2)
    assert (found["name"], found["props"]) == ("not_found", {"path": "/nowhere"})


def test_web_vitals_are_measured_when_they_are_asked_for(shop: Shop, browser: Browser) -> None:
    shop.website.pages["/"] = f"<h1>Shop</h1>{tag(shop.server, attributes={**QUIET, 'data-vitals': ''})}"
    with visitor(browser) as someone:
        page = someone.page()
        page.goto(shop.address())
        page.wait_for_load_state("networkidle")
        page.click("h1")
        page.goto("about:blank")
        wait_for(lambda: {"FCP", "TTFB", "LCP"} <= {each["name"] for each in shop.events()})
        vitals = [each for each in shop.events() if each["kind"] == "web_vital"]
    assert len(vitals) == len({each["name"] for each in vitals})
    assert all(each["value"] >= 0 and each["path"] == "/" for each in vitals)


def test_browser_and_server_assign_the_same_variant_and_it_stays(shop: Shop, browser: Browser) -> None:
    variants = [{"id": "a", "name": "Old", "weight": 1}, {"id": "b", "name": "New", "weight": 1}]
    asked(
        shop.server, "POST", f"/api/sites/{shop.id}/experiments", {"id": "hero", "name": "Hero", "variants": variants}
    )
    shop.website.pages["/"] = tag(shop.server, attributes={**QUIET, "data-experiments": ""})
    with visitor(browser) as someone:
        page = someone.page()
        shown = []
        for _ in range(2):
            page.goto(shop.address())
            page.wait_for_function("document.documentElement.hasAttribute('data-hk-hero')")
            shown.append(page.evaluate("grademypage.getExperimentAssignments()"))
        seen = page.evaluate("localStorage.hk_visitor")
        exposures = [each for each in shop.stored(4) if each["kind"] == "exposure"]
    answer = f"/api/analytics/experiments/assignments?projectId={shop.id}&visitorId={seen}"
    assert shown == [asked(shop.server, "GET", answer)] * 2
    assert [(each["experiment_id"], each["variant_id"]) for each in exposures] == [
        ("hero", shown[0][0]["variantId"])
    ] * 2


PAGE = (Path(__file__).parents[2] / "docs/tracker.md").read_text(encoding="utf-8")
HIDING = next(
    each for each in re.findall(r"^```html\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE) if "hk-appear" in each
)
IS_SEEN = "getComputedStyle(document.querySelector('.hero')).visibility == 'visible'"


@pytest.mark.parametrize("counts", [True, False])
def test_what_is_hidden_for_experiments_appears_with_them_or_after_a_while(
    counts: bool, shop: Shop, browser: Browser
) -> None:
    wish = "" if counts else "<script>Object.defineProperty(navigator, 'doNotTrack', { value: '1' })</script>"
    script = tag(shop.server, attributes={**QUIET, "data-experiments": ""})
    shop.website.pages["/"] = f"<!doctype html>{wish}{HIDING.replace('0s 1s', '0s 3s')}{script}<h1 class=hero>Shop</h1>"
    with visitor(browser) as someone:
        page = someone.page()
        page.goto(shop.address(), wait_until="commit")
        page.wait_for_selector(".hero", state="attached")
        assert counts or not page.evaluate(IS_SEEN)
        page.wait_for_function(IS_SEEN)
        waited = page.evaluate("performance.now()")
        shown_by_event = page.evaluate("document.documentElement.classList.contains('hk-ready')")
    assert (shown_by_event, waited < 3_000) == (counts, counts)
