"""Settings of a site: their defaults, what each of them takes, and that the table, the class and the file agree."""

import sqlite3
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.catalog import Catalog
from hitkeep_py.catalog.migrations import MIGRATIONS
from hitkeep_py.catalog.site_settings import SETTINGS, read_setting
from hitkeep_py.catalog.sites import Site, Sites
from hitkeep_py.errors import Conflict, InvalidInput
from tests.fake_clock import FakeClock
from tests.http_client import HttpClient

# Each with what it becomes; nulls and texts with commas are the same as lists.
GOOD: list[tuple[str, object, object]] = [
    ("domain", "www.Example.org", "example.org"),
    ("time_zone", "Europe/Berlin", "Europe/Berlin"),
    ("visitor_period", "month", "month"),
    ("allowed_origins", ["https://Example.com", "*.example.com"], ["https://example.com", "*.example.com"]),
    ("allowed_origins", "example.com,example.org", ["example.com", "example.org"]),
    (
        "excluded_ips",
        ["192.0.2.7", "198.51.100.0/24", "2001:db8::/32"],
        ["192.0.2.7", "198.51.100.0/24", "2001:db8::/32"],
    ),
    ("excluded_ips", "", []),
    ("excluded_countries", ["de", "FR"], ["DE", "FR"]),
    ("excluded_countries", [], []),
    ("excluded_paths", ["/admin/**", "/ü"], ["/admin/**", "/ü"]),
    ("bots", "flag", "flag"),
    ("referrer_spam", "flag", "flag"),
    ("do_not_track", "ignore", "ignore"),
    ("old_events", "drop", "drop"),
    ("monthly_quota", 1, 1),
    ("monthly_quota", 10**15, 10**15),
    ("monthly_quota", None, None),
    ("quota_answer", "drop", "drop"),
    ("currency", "eur", "EUR"),
]
BAD: list[tuple[str, object]] = [
    ("domain", None),
    ("time_zone", "Mars"),
    ("visitor_period", "year"),
    ("allowed_origins", ["not an origin"]),
    ("allowed_origins", 7),
    ("excluded_ips", ["300.0.0.1"]),
    ("excluded_ips", {"ip": "192.0.2.7"}),
    ("excluded_countries", ["Germany"]),
    ("excluded_countries", [1]),
    ("excluded_paths", ["admin"]),
    ("excluded_paths", True),
    ("bots", "greet"),
    ("bots", None),
    ("bots", ["drop"]),
    ("referrer_spam", ""),
    ("do_not_track", "honor"),
    ("old_events", "now"),
    ("monthly_quota", 0),
    ("monthly_quota", -1),
    ("monthly_quota", True),
    ("monthly_quota", 1.5),
    ("monthly_quota", "1000"),
    ("monthly_quota", 10**15 + 1),
    ("quota_answer", "flag"),
    ("currency", "XXX"),
    ("currency", "euro"),
    ("currency", None),
]


def test_table_and_class_have_the_same_settings() -> None:
    own = {"id", "created_at", "identity_key"}
    assert {each.name for each in fields(Site)} - own == set(SETTINGS)


def test_defaults_are_those_that_a_setting_takes() -> None:
    for name, entry in SETTINGS.items():
        if name != "domain":
            assert read_setting(name, entry.default) == entry.default, name


def test_every_setting_is_changed_shown_and_kept(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    expected = site.as_json()
    for name, given, kept in GOOD:
        answer = logged_in.patch(f"/api/sites/{site.id}", json={name: given})
        expected[name] = kept
        assert answer.status_code == 200, (name, answer.text)
        assert answer.json() == expected, name
        assert logged_in.get(f"/api/sites/{site.id}").json() == expected, name
        assert analytics.catalog.directory.by_id[site.id].as_json() == expected, name


def test_new_site_takes_every_setting(logged_in: HttpClient) -> None:
    given = {name: value for name, value, _ in GOOD}
    kept = {name: value for name, _, value in GOOD}
    answer = logged_in.post("/api/sites", json=given)
    assert answer.status_code == 201
    assert answer.json().items() >= kept.items()
    assert logged_in.get("/api/sites").json() == [answer.json()]


@pytest.mark.parametrize(("name", "value"), BAD)
def test_bad_value_is_refused_and_named(name: str, value: object) -> None:
    with pytest.raises(InvalidInput) as raised:
        read_setting(name, value)
    assert raised.value.field == name
    assert not raised.value.message.startswith(f"{name}:")
    assert "None" not in raised.value.message


def test_bad_settings_change_nothing_and_add_nothing(logged_in: HttpClient, site: Site) -> None:
    for name, value in BAD:
        changes = {"bots": "flag", name: value}
        answers = [logged_in.patch(f"/api/sites/{site.id}", json=changes)]
        answers.append(logged_in.post("/api/sites", json={"domain": "example.org", **changes}))
        for answer in answers:
            assert (answer.status_code, answer.json()["error"]["field"]) == (400, name), value
    assert logged_in.get("/api/sites").json() == [site.as_json()]


def test_identity_key_is_random_kept_and_shown_to_nobody(
    logged_in: HttpClient, analytics: Analytics, site: Site
) -> None:
    other = analytics.catalog.sites.add("example.org")
    assert len(site.identity_key) == 16
    assert site.identity_key != other.identity_key
    assert analytics.catalog.sites.get(site.id).identity_key == site.identity_key
    assert analytics.catalog.sites.change(site.id, {"bots": "flag"}).identity_key == site.identity_key
    assert "identity_key" not in logged_in.get(f"/api/sites/{site.id}").json()
    assert "identity_key" not in repr(site)
    answer = logged_in.patch(f"/api/sites/{site.id}", json={"identity_key": "00"})
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "identity_key")


def test_change_keeps_what_another_process_changed_meanwhile(analytics: Analytics, site: Site) -> None:
    """Between reading the site and writing it, here within one change."""
    sites = analytics.catalog.sites

    class Interrupted(Sites):
        def get(self, site_id: str) -> Site:
            found = super().get(site_id)
            sites.change(site_id, {"currency": "EUR"})
            return found

    Interrupted(analytics.catalog.database, analytics.clock).change(site.id, {"bots": "flag"})
    changed = sites.get(site.id)
    assert (changed.currency, changed.bots) == ("EUR", "flag")


def test_domain_of_another_site_is_a_conflict(analytics: Analytics, site: Site) -> None:
    other = analytics.catalog.sites.add("example.org")
    with pytest.raises(Conflict):
        analytics.catalog.sites.change(other.id, {"domain": "www.example.com", "bots": "flag"})
    assert analytics.catalog.sites.get(other.id) == other


def test_sites_of_the_first_version_get_the_defaults_and_keys_of_their_own(tmp_path: Path, clock: FakeClock) -> None:
    rows: list[Any] = [("a", "example.com", "UTC", "day", 1), ("b", "example.org", "Asia/Kolkata", "week", 2)]
    connection = sqlite3.connect(tmp_path / "catalog.sqlite")
    for statement in MIGRATIONS[0][2]:
        connection.execute(statement)
    connection.executemany("INSERT INTO sites VALUES (?, ?, ?, ?, ?)", rows)
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()
    catalog = Catalog(tmp_path / "catalog.sqlite", clock)
    try:
        first, second = catalog.sites.all()
        new = catalog.sites.add("example.net")
    finally:
        catalog.close()
    assert (second.id, second.time_zone, second.visitor_period, second.created_at) == ("b", "Asia/Kolkata", "week", 2)
    given = {"id": "a", "domain": "example.com", "created_at": first.as_json()["created_at"]}
    assert first.as_json() == {**new.as_json(), **given}
    assert {len(each.identity_key) for each in (first, second)} == {16}
    assert first.identity_key != second.identity_key


def test_a_site_is_found_by_its_alias_and_no_other_site_may_have_it(analytics: Analytics, site: Site) -> None:
    changed = analytics.catalog.sites.change(site.id, {"aliases": ["cm5x9yz1a0001", "SITE_7f3a"]})
    assert changed.aliases == ("cm5x9yz1a0001", "site_7f3a")
    assert analytics.catalog.sites.find("CM5X9YZ1A0001").id == site.id
    with pytest.raises(Conflict, match=r"cm5x9yz1a0001 is example\.com already"):
        analytics.catalog.sites.add("other.example", aliases=["cm5x9yz1a0001"])
    with pytest.raises(Conflict, match=r"example\.com already"):
        analytics.catalog.sites.add("other.example", aliases=[site.id])
    analytics.catalog.refresh()
    assert analytics.catalog.directory.by_id["site_7f3a"].id == site.id
