"""The tracker in a real Chromium: what people do in pages, and what the server has of it in the end."""

import re
import signal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright

from tests.chromium import QUIET, Shop, Website, loaded, new_shop, profile, tag, visitor, wait_for
from tests.running_server import running


def test_one_script_tag_counts_the_page(shop: Shop, browser: Browser) -> None:
    shop.website.pages["/prices"] = f"<title>Prices</title>{tag(shop.server)}"
    with visitor(browser, viewport={"width": 1200, "height": 800}) as someone:
        someone.page().goto(shop.address("/prices?utm_source=news"), referer="https://www.google.com/")
        (found,) = [each for each in shop.stored(1) if each["kind"] == "pageview"]
    assert (found["path"], found["title"], found["hostname"]) == ("/prices", "Prices", shop.host)
    assert (found["utm_source"], found["browser"]) == ("news", "Firefox")


@pytest.mark.parametrize(
    "name", ["hk.js", "s.js", "script.js", "js/script.js", "tracker.js", "api/analytics/script.js", "count.js"]
)
def test_pages_may_load_it_by_the_names_of_other_products(name: str, shop: Shop, browser: Browser) -> None:
    shop.website.pages["/"] = tag(shop.server, name, QUIET)
    with visitor(browser) as someone:
        someone.page().goto(shop.address())
        assert [each["kind"] for each in shop.stored(1)] == ["pageview"]


CALLS: list[tuple[str, str, str | None, dict[str, Any] | None]] = [
    ("hk.event('signup', { plan: 'pro' })", "event", "signup", {"plan": "pro"}),
    ("hk.event('paid', {}, { amount: 9.5, currency: 'EUR' })", "event", "paid", None),
    ("hk.identify('user-1', { plan: 'pro' })", "identify", None, {"plan": "pro"}),
    (
        "sparklytics.track('purchase', { plan: 'pro', amount: 49.99 })",
        "event",
        "purchase",
        {"plan": "pro", "amount": 49.99},
    ),
    ("sparklytics.track('plain')", "event", "plain", None),
    ("sparklytics.identify('user-1')", "identify", None, None),
    ("sparklytics.reset(); sparklytics.track('again')", "event", "again", None),
    ("clickport.track('Video Play', { count: 42 })", "event", "Video Play", {"count": "42"}),
    ("clickport.track('Donation', null, { amount: 25, currency: 'EUR' })", "event", "Donation", None),
    (
        "grademypage.track('feature_used', { eventName: 'pdf', eventData: { pages: 12 } })",
        "event",
        "pdf",
        {"pages": 12},
    ),
    ("grademypage.track('video_played')", "event", "video_played", None),
    ("grademypage.trackConversion('signup')", "event", "signup", None),
    ("grademypage.trackConversion('buy', { eventData: { plan: 'pro' } })", "event", "buy", {"plan": "pro"}),
    ("plausible('Purchase', { props: { plan: 'pro' } })", "event", "Purchase", {"plan": "pro"}),
    ("plausible('Order', { revenue: { currency: 'USD', amount: 1322.22 } })", "event", "Order", None),
    ("plausible('Seen', { interactive: false })", "event", "Seen", None),
    ("plausible('pageview', { u: location.origin + '/virtual', props: { a: 'b' } })", "pageview", None, {"a": "b"}),
    ("umami.track()", "pageview", None, None),
    ("umami.track('buy', { color: 'red' })", "event", "buy", {"color": "red"}),
    ("umami.track({ website: 'x', url: '/home', title: 'Home' })", "pageview", None, None),
    ("umami.track(props => ({ ...props, name: 'own', data: { a: 1 } }))", "event", "own", {"a": 1}),
    ("umami.identify('user-1')", "identify", None, None),
    ("umami.identify('user-1', { plan: 'pro' })", "identify", None, {"plan": "pro"}),
    ("umami.identify({ plan: 'free' })", "identify", None, {"plan": "free"}),
    ("umami.identify({ id: 'user-1', plan: 'max' })", "identify", None, {"id": "user-1", "plan": "max"}),
    ("umami.identify({ id: 'user-1' })", "identify", None, {"id": "user-1"}),
]
"""As the products' documentation has them, in this order in one page."""


def test_every_function_of_every_product_sends_what_the_server_takes(shop: Shop, browser: Browser) -> None:
    shop.website.pages["/"] = tag(shop.server, attributes=QUIET)
    with visitor(browser) as someone:
        page = someone.page()
        page.goto(shop.address())
        loaded(page)
        for call, *_ in CALLS:
            page.evaluate(f"() => {{ {call} }}")
        found = shop.stored(1 + len(CALLS))
    for (call, kind, name, props), event in zip(CALLS, found[1:], strict=True):
        assert (event["kind"], event["name"], event["props"]) == (kind, name, props), call


def test_pages_of_an_application_are_counted(shop: Shop, browser: Browser) -> None:
    shop.website.pages["/"] = f"<title>One</title>{tag(shop.server, attributes=QUIET)}"
    with visitor(browser) as someone:
        page = someone.page()
        page.goto(shop.address())
        loaded(page)
        page.evaluate("history.pushState({}, '', '/two')")
        page.evaluate("history.replaceState({}, '', '/two?tab=1')")
        page.evaluate("history.replaceState({}, '', '/three')")
        page.evaluate("location.hash = 'part'")
        page.go_back()
        page.go_back()
        found = shop.stored(4)
    assert [each["path"] for each in found] == ["/", "/two", "/three", "/"]


ROUTERS = {
    "at once": "history.pushState({}, '', '/two'); document.title = 'Two'",
    "after a promise": "history.pushState({}, '', '/two'); Promise.resolve().then(() => { document.title = 'Two' })",
    "with what is shown when going back": "history.back()",
}
GOES_BACK = "<script>addEventListener('popstate', () => { document.title = 'Two' })</script>"


@pytest.mark.parametrize("router", ROUTERS)
def test_a_page_has_the_title_that_its_router_sets_after_the_address(router: str, shop: Shop, browser: Browser) -> None:
    shop.website.pages["/"] = f"<title>One</title>{GOES_BACK}{tag(shop.server, attributes=QUIET)}"
    with visitor(browser) as someone:
        page = someone.page()
        page.goto(shop.address())
        loaded(page)
        if "back" in router:
            page.evaluate("history.replaceState({}, '', '/two'); history.pushState({}, '', '/')")
        shop.stored(1)
        page.evaluate(f"() => {{ {ROUTERS[router]} }}")
        found = shop.stored(2)
    assert [(each["path"], each["title"]) for each in found] == [("/", "One"), ("/two", "Two")]


def test_a_page_that_is_left_at_once_is_counted_before_its_events(shop: Shop, browser: Browser) -> None:
    shop.website.pages["/"] = tag(shop.server, attributes=QUIET)
    with visitor(browser) as someone:
        page = someone.page()
        page.goto(shop.address())
        page.wait_for_load_state("networkidle")
        page.evaluate("() => { history.pushState({}, '', '/two'); hk.event('made') }")
        page.evaluate("() => { history.pushState({}, '', '/three'); dispatchEvent(new Event('pagehide')); stop() }")
        found = shop.stored(4)
    assert [(each["name"], each["path"]) for each in found] == [
        (None, "/"),
        (None, "/two"),
        ("made", "/two"),
        (None, "/three"),
    ]


def test_what_was_made_offline_is_sent_later_in_order(shop: Shop, browser: Browser) -> None:
    shop.website.pages["/"] = tag(shop.server, attributes=QUIET)
    with visitor(browser) as someone:
        page = someone.page()
        page.goto(shop.address())
        shop.stored(1)
        someone.context.set_offline(True)
        page.evaluate("() => { for (let n = 0; n < 20; n++) hk.event(`offline ${n}`) }")
        assert len(shop.events()) == 1
        someone.context.set_offline(False)
        found = shop.stored(21)
    assert [each["name"] for each in found[1:]] == [f"offline {number}" for number in range(20)]


def test_a_tab_that_was_closed_sends_what_it_had_when_it_is_opened_again(
    shop: Shop, playwright: Playwright, tmp_path: Path
) -> None:
    shop.website.pages["/"] = tag(shop.server, attributes=QUIET)
    with profile(playwright, tmp_path) as context:
        page = context.new_page()
        page.goto(shop.address())
        shop.stored(1)
        context.set_offline(True)
        page.evaluate("() => { for (let n = 0; n < 5; n++) hk.event(`kept ${n}`) }")
    with profile(playwright, tmp_path) as context:
        context.new_page().goto(shop.address())
        found = shop.stored(7)
    assert sorted(each["name"] for each in found if each["name"]) == [f"kept {number}" for number in range(5)]


ONE_AFTER_THE_OTHER = """() => {
    let made = 0
    const timer = setInterval(() => {
        hk.event(`event ${made++}`)
        if (made == 100) {
            clearInterval(timer)
            window.allMade = true
        }
    }, 10)
}"""


def test_a_server_that_is_killed_and_started_again_has_each_event_once(
    pages: Website, browser: Browser, tmp_path: Path
) -> None:
    data, limits = tmp_path / "data", ("--ingest-rate", "10000", "--ingest-burst", "10000")
    pages.pages, pages.headers = {}, {}
    with running(data, tmp_path, *limits) as first:
        shop = new_shop(first, pages)
        pages.pages["/"] = tag(first, attributes=QUIET)
        with visitor(browser) as someone:
            page = someone.page()
            page.goto(shop.address())
            loaded(page)
            page.evaluate(ONE_AFTER_THE_OTHER)
            wait_for(lambda: len(shop.events()) > 10)
            first.stop(signal.SIGKILL)
            page.wait_for_function("window.allMade")
            with running(data, tmp_path, *limits, "--port", str(first.port)) as second:
                shop.server = second
                found = shop.stored(101)
    names = [each["name"] for each in found if each["name"]]
    assert sorted(names) == sorted(f"event {number}" for number in range(100))


def test_a_tab_that_was_closed_sends_what_it_had_although_the_server_was_killed_meanwhile(
    pages: Website, playwright: Playwright, tmp_path: Path
) -> None:
    data, tab = tmp_path / "data", tmp_path / "profile"
    limits = ("--ingest-rate", "10000", "--ingest-burst", "10000")
    pages.pages, pages.headers = {}, {}
    with running(data, tmp_path, *limits) as first:
        shop = new_shop(first, pages)
        pages.pages["/"] = tag(first, attributes=QUIET)
        with profile(playwright, tab) as context:
            page = context.new_page()
            page.goto(shop.address())
            loaded(page)
            page.evaluate(ONE_AFTER_THE_OTHER)
            wait_for(lambda: len(shop.events()) > 10)
            first.stop(signal.SIGKILL)
            page.wait_for_function("window.allMade")
            page.close()
    with running(data, tmp_path, *limits, "--port", str(first.port)) as second, profile(playwright, tab) as context:
        context.new_page().goto(shop.address())
        shop.server = second
        found = shop.stored(102)
    names = [each["name"] for each in found if each["name"]]
    assert sorted(names) == sorted(f"event {number}" for number in range(100))


DOCUMENTS = Path(__file__).parents[1] / "documents"
FROM_DOCUMENTS: dict[str, list[tuple[str, object]]] = {
    "hitkeep": [("signup", {"plan": "pro"}), ("cta_clicked", {"location": "hero"})],
    "clickport": [
        ("Video Play", {"title": "Product Demo", "duration": "3:24", "autoplay": "false"}),
        ("Donation", None),
        ("CTA Click", {"button": "hero-signup"}),
        ("Form Submit", {"form": "newsletter"}),
        ("Purchase", {"product": "Mug", "category": "home"}),
    ],
    "grademypage": [
        ("video_played", None),
        ("pdf_export", {"plan": "pro", "pages": 12}),
        ("completed", {"step": 3}),
        ("signup", None),
        ("signup", None),
    ],
    "sparklytics": [
        ("signup_click", None),
        ("purchase", {"plan": "pro", "amount": 49.99, "currency": "USD"}),
        ("offline_action", None),
    ],
}
DONE_BY_HAND = """() => {
    document.querySelector('button')?.click()
    document.querySelector('form')?.requestSubmit()
    window.handlePurchase?.({ name: 'Mug', category: 'home', price: 12.5 })
}"""


PAGE = (Path(__file__).parents[2] / "docs/tracker.md").read_text(encoding="utf-8")
STUB = next(each for each in re.findall(r"^```html\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE) if "new Proxy" in each)


@pytest.mark.parametrize("loading", ["before", "later"])
@pytest.mark.parametrize("product", FROM_DOCUMENTS)
def test_code_of_the_documents_runs_as_it_is(product: str, loading: str, shop: Shop, browser: Browser) -> None:
    """After the script has loaded, as the code expects; or with the documented tag, and our stub before it."""
    code = (DOCUMENTS / f"{product}-browser.html").read_text(encoding="utf-8")
    script = tag(shop.server, attributes=QUIET)
    script = script.replace(" async", "") if loading == "before" else STUB + script
    shop.website.pages["/"] = f"<!doctype html><title>Shop</title>{script}{code}"
    wanted = FROM_DOCUMENTS[product]
    with visitor(browser) as someone:
        page = someone.page()
        page.goto(shop.address())
        page.evaluate(DONE_BY_HAND)
        found = [each for each in shop.stored(len(wanted) + 1) if each["kind"] == "event"]
    assert sorted(map(str, ((each["name"], each["props"]) for each in found))) == sorted(map(str, wanted))
    money = {each["name"]: (each["revenue"], each["currency"]) for each in found if each["revenue"] is not None}
    assert money == ({"Donation": (2500, "USD"), "Purchase": (1250, "EUR")} if product == "clickport" else {})


CALLS_BEFORE = """<script>
hk.event('one', { n: 1 })
sparklytics.track('two')
clickport.track('three', null, { amount: 3 })
grademypage.trackConversion('four')
umami.track('five')
plausible('six')
</script>"""


def test_calls_made_before_the_script_has_loaded_are_sent(shop: Shop, browser: Browser) -> None:
    shop.website.pages["/"] = STUB + CALLS_BEFORE + tag(shop.server, attributes=QUIET)
    with visitor(browser) as someone:
        someone.page().goto(shop.address())
        found = shop.stored(7)
    assert sorted(each["name"] for each in found if each["name"]) == ["five", "four", "one", "six", "three", "two"]


@pytest.mark.parametrize(
    ("wish", "attributes", "counts"),
    [
        ("Object.defineProperty(navigator, 'doNotTrack', { get: () => '1' })", {}, False),
        ("Object.defineProperty(navigator, 'globalPrivacyControl', { get: () => true })", {}, False),
        ("Object.defineProperty(navigator, 'doNotTrack', { get: () => '0' })", {}, True),
        ("Object.defineProperty(navigator, 'doNotTrack', { get: () => '1' })", {"data-ignore-dnt": "true"}, True),
        ("Object.defineProperty(navigator, 'webdriver', { get: () => true })", {}, False),
    ],
    ids=["do not track", "global privacy control", "no wish", "a wish that the page ignores", "a robot"],
)
def test_nothing_is_sent_of_who_does_not_want_it(
    wish: str, attributes: dict[str, str], counts: bool, shop: Shop, browser: Browser
) -> None:
    shop.website.pages["/"] = tag(shop.server, attributes={**QUIET, **attributes})
    with visitor(browser) as someone:
        someone.context.add_init_script(wish)
        page = someone.page()
        page.goto(shop.address())
        loaded(page)
        page.evaluate("hk.event('asked')")
        assert len(shop.stored(2)) == 2 if counts else shop.nothing_stored()
        assert counts or page.evaluate("localStorage.length") == 0


def test_without_storage_nothing_is_kept_and_events_arrive(shop: Shop, browser: Browser) -> None:
    shop.website.pages["/"] = tag(shop.server, attributes={**QUIET, "data-storage": "none", "data-experiments": ""})
    with visitor(browser) as someone:
        page = someone.page()
        page.goto(shop.address())
        loaded(page)
        page.evaluate("hk.event('made')")
        assert len(shop.stored(2)) == 2
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0
        assert someone.context.cookies() == []


BLOCKED = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })"


def test_blocked_storage_and_a_strict_policy_do_no_harm(shop: Shop, browser: Browser) -> None:
    host = shop.server.address
    policy = f"default-src 'none'; script-src {host}; connect-src {host}; base-uri 'none'"
    shop.website.headers = {"content-security-policy": policy}
    shop.website.pages["/"] = tag(shop.server, attributes={"data-engagement": "false", "data-scroll": "false"})
    with visitor(browser) as someone:
        someone.context.add_init_script(BLOCKED)
        page = someone.page()
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.goto(shop.address())
        loaded(page)
        page.evaluate("hk.event('made')")
        assert [each["kind"] for each in shop.stored(2)] == ["pageview", "event"]
    assert not [text for text in said if "Security Policy" in text]


def test_a_script_that_is_there_twice_counts_once(shop: Shop, browser: Browser) -> None:
    shop.website.pages["/"] = tag(shop.server, attributes=QUIET) + tag(shop.server, "s.js", QUIET)
    with visitor(browser) as someone:
        page = someone.page()
        page.goto(shop.address())
        page.wait_for_load_state("networkidle")
        assert len(shop.stored(1)) == 1


def test_a_server_that_refuses_for_now_gets_everything_later(pages: Website, browser: Browser, tmp_path: Path) -> None:
    pages.pages, pages.headers = {}, {}
    with running(tmp_path / "data", tmp_path, "--ingest-rate", "2", "--ingest-burst", "3") as server:
        shop = new_shop(server, pages)
        pages.pages["/"] = tag(server, attributes=QUIET)
        with visitor(browser) as someone:
            page = someone.page()
            page.goto(shop.address())
            loaded(page)
            for number in range(12):
                page.evaluate(f"hk.event('event {number}')")
            found = shop.stored(13)
    assert [each["name"] for each in found[1:]] == [f"event {number}" for number in range(12)]
