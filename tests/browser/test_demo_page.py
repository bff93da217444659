"""The page /demo in a real Chromium: what each button makes is on its list, and in the store."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page

from hitkeep_py.analytics import Analytics
from hitkeep_py.config import Settings
from hitkeep_py.demo import shop
from hitkeep_py.demo.directory import claim
from hitkeep_py.demo.filling import Filling
from hitkeep_py.server.api import demo
from tests.chromium import asked, visitor, wait_for
from tests.running_server import RunningServer, running

PAGE_EVENTS = f"/api/sites/{shop.DOMAIN}/export?format=json&range=all&filter=hostname+is+127.0.0.1"
DOCS = "docs.demo.example"
# What is pressed, and the kind and name of the event that comes of it, with its number of properties.
BUTTONS = [
    ("Sign up", "event", "signup", 3),
    ("Buy the grinder", "event", "purchase", 4),
    ("Put into the cart", "event", "add_to_cart", 2),
    ("Say who it is", "identify", None, 0),
    ("Donate", "event", "Donation", 1),
    ("Use a feature", "event", "pdf_export", 1),
    ("Convert", "event", "trial_started", 1),
    ("Write to us", "event", "Contact", 1),
    ("Choose a colour", "event", "colour", 1),
    ("Newsletter", "event", "Newsletter", 1),
    ("Another site", "event", "outbound_click", 3),
    ("Price list", "event", "file_download", 3),
    ("Send the form", "event", "form_submit", 5),
]


@pytest.fixture(scope="module")
def demo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """It has a few events already, so that no month has to be invented."""
    folder = tmp_path_factory.mktemp("demo")
    claim(folder / "data")
    analytics = Analytics.open(Settings(data_dir=str(folder / "data")), "test")
    Filling(analytics, days=1, scale=0.1).fill()
    analytics.close()
    with running(folder / "data", folder, "--demo", "--ingest-rate", "1000", "--ingest-burst", "1000") as started:
        yield started


@pytest.fixture(scope="module")
def page(demo_server: RunningServer, browser: Browser) -> Iterator[Page]:
    """Open all the time; what the browser complains of is an error."""
    complaints: list[str] = []
    with visitor(browser) as someone:
        opened = someone.page()
        opened.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        opened.goto(f"{demo_server.address}/demo")
        opened.wait_for_function("!!window.plausible?.track")
        yield opened
    assert [each for each in complaints if "favicon" not in each] == []


def press(page: Page, label: str) -> None:
    """A button has a number beside its label once its events are stored."""
    page.locator(".controls").get_by_text(label, exact=True).click()


def rows(page: Page) -> list[list[str]]:
    """Of the list: time, kind, name, path, properties, what it became and what made it; newest first."""
    found: list[list[str]] = page.eval_on_selector_all(
        "#events tr", "lines => lines.map(line => [...line.cells].map(cell => cell.textContent))"
    )
    return found


def row_made_by(page: Page, label: str, kind: str, name: str | None) -> list[str]:
    def found() -> list[str]:
        wanted = [each for each in rows(page) if (each[1], each[2], each[6]) == (kind, name or "–", label)]
        return wanted[0] if wanted else []

    return list(wait_for(found))


def row_of_page(page: Page, path: str) -> list[str]:
    return list(wait_for(lambda: [each for each in rows(page) if (each[1], each[3]) == ("pageview", path)])[0])


def stored(server: RunningServer) -> list[dict[str, Any]]:
    return list(asked(server, "GET", PAGE_EVENTS))


@pytest.mark.parametrize(("label", "kind", "name", "properties"), BUTTONS, ids=[label for label, *_ in BUTTONS])
def test_what_a_button_makes_is_listed_and_stored(
    label: str, kind: str, name: str | None, properties: int, page: Page, demo_server: RunningServer
) -> None:
    press(page, label)
    row = row_made_by(page, label, kind, name)
    assert (row[3], row[5]) == ("/demo", "stored")
    assert len(row[4].split(", ") if row[4] != "none" else []) == properties
    (event,) = wait_for(lambda: [each for each in stored(demo_server) if (each["kind"], each["name"]) == (kind, name)])
    assert len(event["props"] or {}) == properties


def test_a_purchase_has_its_revenue(page: Page, demo_server: RunningServer) -> None:
    press(page, "Donate")
    found = wait_for(lambda: [each for each in stored(demo_server) if each["name"] == "Donation"])
    assert {(each["revenue"], each["currency"]) for each in found} == {(500, "USD")}


def test_calls_before_the_tracker_has_loaded_are_made(page: Page, demo_server: RunningServer) -> None:
    assert row_made_by(page, "the page itself", "event", "called_early")[5] == "stored"


def test_pages_of_the_application_are_counted_and_the_one_left_tells_how_it_was_read(page: Page) -> None:
    for label, path in (("Products", "/demo/products"), ("Reviews", "/demo/products#reviews"), ("Cart", "/demo/cart")):
        page.get_by_role("button", name=re.compile(f"^{label}")).click()
        assert row_of_page(page, path)[6] == label
    assert row_made_by(page, "Cart", "engagement", None)[3] == "/demo/products#reviews"
    assert row_made_by(page, "Products", "engagement", None)[3] == "/demo"
    page.get_by_role("button", name=re.compile("^Start")).click()
    wait_for(lambda: page.title() == "Try the tracker")


def test_what_is_not_stored_says_why(page: Page) -> None:
    press(page, "Send it twice")
    wait_for(lambda: len([each for each in rows(page) if each[2] == "sent_twice"]) == 2)
    assert sorted(each[5] for each in rows(page) if each[2] == "sent_twice") == ["dropped: duplicate", "stored"]
    press(page, "Leave out the name")
    (refused,) = wait_for(lambda: [each for each in rows(page) if each[5].startswith("refused")])
    assert refused[6] == "Leave out the name"
    press(page, "Come from a spammer")
    (spam,) = wait_for(lambda: [each for each in rows(page) if each[5] == "dropped: referrer_spam"])
    assert (spam[1], spam[6]) == ("pageview", "Come from a spammer")


def test_a_missing_page_is_noticed(page: Page) -> None:
    with page.context.expect_page() as opened:
        press(page, "A missing page")
    assert row_made_by(page, "A missing page", "event", "not_found")[3] == "/demo/missing"
    assert opened.value.title() == "Page not found"
    opened.value.close()


def test_web_vitals_and_the_experiment_arrive_by_themselves(page: Page) -> None:
    assert row_made_by(page, "the page itself", "web_vital", "TTFB")[5] == "stored"
    assert row_made_by(page, "the page itself", "exposure", None)[5] == "stored"
    shown = page.locator(".variant:visible").all_text_contents()
    press(page, "Ask")
    variant = page.locator("#assignments").inner_text()
    assert [variant.partition(" ")[2] in text for text in shown] == [True]


def test_what_is_pressed_offline_is_sent_when_the_switch_is_off(page: Page, demo_server: RunningServer) -> None:
    page.get_by_label("Let the tracker's requests fail").check()
    page.evaluate("hk.event('made_offline')")
    wait_for(lambda: "in this browser" in page.locator("#waiting").inner_text())
    assert [each for each in stored(demo_server) if each["name"] == "made_offline"] == []
    page.get_by_label("Let the tracker's requests fail").uncheck()
    assert len(wait_for(lambda: [each for each in stored(demo_server) if each["name"] == "made_offline"])) == 1


def test_headline_names_what_was_pressed_and_outlives_a_reload(page: Page) -> None:
    press(page, "Put into the cart")
    row = row_made_by(page, "Put into the cart", "event", "add_to_cart")
    assert row[4] == "item_id: house-blend, price: 14.9"
    page.evaluate("plausible('said_by_itself')")
    wait_for(lambda: any(each[2] == "said_by_itself" for each in rows(page)))
    wait_for(lambda: page.locator("#newest").inner_text().endswith("you pressed: add_to_cart, stored"))
    page.reload()
    assert row_made_by(page, "Put into the cart", "event", "add_to_cart")[4] == row[4]


def test_button_whose_event_is_refused_says_so(page: Page) -> None:
    press(page, "Leave out the name")
    button = page.get_by_role("button", name=re.compile("^Leave out the name"))
    wait_for(lambda: re.fullmatch(r"\d stored, \d refused", button.get_attribute("data-outcomes") or ""))
    assert button.get_attribute("data-lost") is not None


def test_nothing_of_an_event_is_read_as_html(page: Page) -> None:
    page.evaluate("hk.event('<img src=x onerror=alert(1)>')")
    assert wait_for(lambda: [each for each in rows(page) if each[2] == "<img src=x onerror=alert(1)>"])
    assert page.locator("#events img").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_phone(scheme: Any, demo_server: RunningServer, browser: Browser) -> None:
    with visitor(browser, viewport={"width": 360, "height": 740}, color_scheme=scheme) as someone:
        opened = someone.page()
        opened.goto(f"{demo_server.address}/demo")
        wait_for(lambda: rows(opened))
        assert opened.evaluate("document.documentElement.scrollWidth") == 360


def test_buttons_are_reached_and_pressed_by_keyboard(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Convert")).focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_for(lambda: len([each for each in rows(page) if each[2] == "Contact"]) > 1)


def test_the_page_has_a_strict_policy(demo_server: RunningServer) -> None:
    for path, status in (("/demo", 200), ("/demo/cart", 200), ("/demo/missing", 404)):
        answer = httpx2.get(demo_server.address + path)
        policy = answer.headers["content-security-policy"]
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
        assert "unsafe" not in policy
        assert not re.search(r"<script(?![^>]*src=)|<style| style=| on\w+=", answer.text)


def test_only_the_demonstrations_shop_is_told_of(demo_server: RunningServer) -> None:
    (docs,) = [each for each in asked(demo_server, "GET", "/api/sites") if each["domain"] == DOCS]
    event = {"site_id": docs["id"], "hostname": DOCS, "name": "elsewhere", "url": "/"}
    assert httpx2.post(f"{demo_server.address}/ingest/event", json=event).status_code == 202
    stored_there = f"/api/sites/{docs['id']}/export?format=json&range=all&filter=event+is+elsewhere"
    wait_for(lambda: asked(demo_server, "GET", stored_there))
    events = httpx2.get(f"{demo_server.address}/demo/events").json()["events"]
    assert [each for each in events if each["name"] == "elsewhere"] == []
    assert shop.DOMAIN == demo.SITE


def test_the_terminal_says_how_to_get_in(demo_server: RunningServer, tmp_path: Path) -> None:
    (password,) = re.findall(r"with the password (\S+),", demo_server.log)
    body = {"email": "demo@example.com", "password": password}
    assert httpx2.post(f"{demo_server.address}/api/login", json=body).status_code == 200
    assert f"{demo_server.address}/demo" in demo_server.log
