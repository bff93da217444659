"""What the dashboard says when the server refuses something, in the reader's language; and forms that are sent."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import asked, wait_for
from tests.dashboard import Dashboard, accessibility_problems, logged_in, send, serving
from tests.running_server import RunningServer

SITE = "words.example"
SITE_OF_USERS = "users.example"
SITE_IN_KATHMANDU = "kathmandu.example"
USER, OTHER_USER = " customer 7 ", "customer 7"
"""To events they are two: the first begins and ends with a space."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with serving(tmp_path_factory.mktemp("words"), SITE, SITE_OF_USERS) as started:
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


def test_a_note_with_a_time_is_of_the_same_day_wherever_it_stands(server: RunningServer, german: Dashboard) -> None:
    asked(server, "POST", "/api/sites", {"domain": SITE_IN_KATHMANDU, "time_zone": "Asia/Kathmandu"})
    day = datetime.now(UTC).date() - timedelta(days=1)
    time = f"{day - timedelta(days=1)}T23:30:00.000Z"
    asked(server, "POST", f"/api/sites/{SITE_IN_KATHMANDU}/annotations", {"time": time, "text": "Nachts"})
    page = german.open(f"/sites/{SITE_IN_KATHMANDU}/settings/notes")
    expect(page.get_by_role("main")).to_contain_text(f"{day:%d.%m.%Y}, 05:15")
    page.get_by_role("button", name="Notiz ändern: Nachts").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Tag")).to_have_value(day.isoformat())
    dialog.get_by_label("Notiz", exact=True).fill("Früh am Morgen")
    dialog.get_by_role("button", name="Speichern").click()
    expect(page.get_by_text("Früh am Morgen")).to_be_visible()
    stored = asked(server, "GET", f"/api/sites/{SITE_IN_KATHMANDU}/annotations")
    assert [(each["time"], each["text"]) for each in stored] == [(time, "Früh am Morgen")]


def test_a_site_without_sessions_leads_to_its_snippet(german: Dashboard) -> None:
    page = german.open(f"/sites/{SITE}/sessions")
    page.get_by_role("link", name="Zum Code").click()
    expect(page.get_by_text("/hk.js").first).to_be_visible()


def test_all_events_of_one_user_are_erased_and_those_of_no_other(server: RunningServer, german: Dashboard) -> None:
    page = german.open(f"/sites/{SITE_OF_USERS}/settings/data")
    for user, paths in {USER: ("/a", "/b"), OTHER_USER: ("/c", "/d", "/e")}.items():
        send(page, server, SITE_OF_USERS, [{"d": user, "u": f"https://{SITE_OF_USERS}{path}"} for path in paths])
    wait_for(lambda: seen_pages(german) == ["/a", "/b", "/c", "/d", "/e"])
    page.get_by_label("Alles von einem Nutzer").fill(USER)
    button = re.compile(rf"Alles von\s+{USER.strip()}\s+löschen")
    page.get_by_role("button", name=button).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(f"Zur Bestätigung {SITE_OF_USERS} eingeben").fill(SITE_OF_USERS)
    dialog.get_by_role("button", name=button).click()
    expect(page.get_by_text("Gelöschte Ereignisse: 2.")).to_be_visible()
    assert seen_pages(german) == ["/c", "/d", "/e"]


def seen_pages(someone: Dashboard) -> list[str]:
    rows = someone.report("breakdown/page", SITE_OF_USERS, metrics="pageviews")["rows"]
    return sorted(row["dimensions"]["page"] for row in rows)


def test_a_fault_of_revenue_is_told_with_the_servers_sentence(german: Dashboard) -> None:
    page = settings(german, "goals")
    page.get_by_role("button", name="Ziel hinzufügen").first.click()
    page.get_by_label("Name des Ereignisses").fill("purchase")
    page.get_by_label("die Zahl in einer Eigenschaft ihrer Ereignisse").check()
    page.get_by_label("Eigenschaft", exact=True).fill("x" * 301)
    page.get_by_label("Name", exact=True).fill("Kauf")
    save(page)
    said = page.get_by_role("group", name="Was eine Conversion wert ist").get_by_role("alert")
    expect(said).to_contain_text("Nötig ist ein Betrag über 0 oder der Name einer Eigenschaft")
    expect(said.locator("[lang=en]")).to_have_text("Property must have 1 to 300 characters")
