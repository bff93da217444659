"""What the dashboard says when the server refuses something, in the reader's language; and forms that are sent."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import asked, wait_for
from tests.dashboard import EMAIL, Dashboard, accessibility_problems, logged_in, send
from tests.running_server import RunningServer, running

SITE = "words.example"
USER = "customer-7"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("words")
    with running(folder / "data", folder, "--ingest-rate", "1000", "--ingest-burst", "1000") as started:
        asked(started, "POST", "/api/users", {"email": EMAIL, "password": "correct horse battery"})
        asked(started, "POST", "/api/sites", {"domain": SITE})
        yield started


@pytest.fixture(scope="module")
def german(server: RunningServer, browser: Browser) -> Iterator[Dashboard]:
    with logged_in(server, browser, locale="de-DE") as found:
        yield found
        # The console tells of every refused request.
        found.complaints[:] = [each for each in found.complaints if "Failed to load resource" not in each]


def settings(someone: Dashboard, section: str) -> Page:
    return someone.open(f"/sites/{SITE}/settings/{section}")


def save(page: Page) -> None:
    page.get_by_role("button", name="Speichern").first.click()


def test_what_people_meet_every_day_is_said_whole(german: Dashboard) -> None:
    page = german.open("/settings/sites")
    page.get_by_label("Domain").fill(SITE)
    page.get_by_role("button", name="Website hinzufügen").click()
    expect(page.get_by_role("alert")).to_have_text("Eine Website mit dieser Domain gibt es schon.")
    assert page.get_by_role("alert").locator("[lang=en]").count() == 0


def test_the_servers_own_sentence_is_marked_as_english(german: Dashboard) -> None:
    page = settings(german, "exclusions")
    page.get_by_label("IP-Adressen und Netze").fill("office\n10.0.0.0/8")
    save(page)
    said = page.get_by_role("alert")
    expect(said).to_contain_text("weder eine IP-Adresse noch ein Netz")
    expect(said.locator("[lang=en]")).to_have_text("'office' is not an IP address or a network such as 10.0.0.0/8")
    assert accessibility_problems(page) == []


def test_settings_that_were_saved_are_those_of_the_server(server: RunningServer, german: Dashboard) -> None:
    page = settings(german, "exclusions")
    page.get_by_label("IP-Adressen und Netze").fill("10.0.0.0/8")
    page.get_by_label("Länder").select_option("AT")
    save(page)
    expect(page.get_by_text("Gespeichert.", exact=True)).to_be_visible()
    page = settings(german, "usage")
    page.get_by_label("Höchstens Ereignisse im Monat").fill("5000")
    save(page)
    expect(page.get_by_text("Gespeichert.", exact=True)).to_be_visible()
    site = asked(server, "GET", f"/api/sites/{SITE}")
    assert (site["excluded_ips"], site["excluded_countries"], site["monthly_quota"]) == (["10.0.0.0/8"], ["AT"], 5000)


def test_a_note_is_written_and_changed_by_the_same_form(server: RunningServer, german: Dashboard) -> None:
    page = settings(german, "notes")
    page.get_by_label("Notiz", exact=True).fill("Neue Preise")
    page.get_by_role("button", name="Notiz hinzufügen").click()
    page.get_by_role("button", name="Notiz ändern: Neue Preise").click()
    page.get_by_role("dialog").get_by_label("Notiz", exact=True).fill("Alte Preise")
    page.get_by_role("dialog").get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("Alte Preise")).to_be_visible()
    assert [each["text"] for each in asked(server, "GET", f"/api/sites/{SITE}/annotations")] == ["Alte Preise"]


def test_a_site_without_sessions_leads_to_its_snippet(german: Dashboard) -> None:
    page = german.open(f"/sites/{SITE}/sessions")
    page.get_by_role("link", name="Zum Code").click()
    expect(page.get_by_text("/hk.js").first).to_be_visible()


def test_all_events_of_a_user_are_erased(server: RunningServer, german: Dashboard) -> None:
    asked(server, "POST", "/api/sites", {"domain": "user.example"})
    page = german.open("/sites/user.example/settings/data")
    send(page, server, "user.example", [{"d": USER}, {"d": USER, "u": "https://user.example/other"}])
    wait_for(lambda: german.report("overview", "user.example")["metrics"]["pageviews"] == 2)
    page.get_by_label("Alles von einem Nutzer").fill(USER)
    page.get_by_role("button", name=f"Alles von {USER} löschen").click()
    page.get_by_role("dialog").get_by_label("Zur Bestätigung user.example eingeben").fill("user.example")
    page.get_by_role("dialog").get_by_role("button", name=f"Alles von {USER} löschen").click()
    expect(page.get_by_text("Gelöschte Ereignisse: 2.")).to_be_visible()
