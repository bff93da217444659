"""What the security log says of logins and changes, and what it never says."""

import logging
import shlex
from collections.abc import Callable

import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.server.app import Server
from hitkeep_py.server.security_log import REFUSALS_AT_ONCE, quoted
from tests.conftest import EMAIL, PASSWORD
from tests.http_client import HttpClient

Lines = Callable[[], list[dict[str, str]]]
WRONG = "a wrong password"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Lines:
    caplog.set_level(logging.INFO, "hitkeep_py.security")

    def read() -> list[dict[str, str]]:
        texts = [record.getMessage() for record in caplog.records if record.name == "hitkeep_py.security"]
        return [dict(pair.split("=", 1) for pair in shlex.split(text)) for text in texts]

    return read


def test_logins_are_logged_done_or_refused(logged_in: HttpClient, server: Server, lines: Lines) -> None:
    client = HttpClient(server.app, client=("203.0.113.9", 50000))
    for email, password in ((EMAIL, WRONG), ("nobody@example.com", WRONG), (EMAIL, PASSWORD)):
        client.post("/api/login", json={"email": email, "password": password})
    client.post("/api/logout")
    found = [(each["event"], each["outcome"], each.get("account")) for each in lines()]
    assert found == [
        ("login", "not_authenticated", EMAIL),
        ("login", "not_authenticated", "unknown"),
        ("login", "done", EMAIL),
        ("logout", "done", None),
    ]
    assert len({each["client"] for each in lines()}) == 1


def test_changes_are_logged_with_who_made_them(logged_in: HttpClient, lines: Lines, analytics: Analytics) -> None:
    site = logged_in.post("/api/sites", json={"domain": "example.com"}).json()["id"]
    key = logged_in.post(f"/api/sites/{site}/keys", json={"kind": "api", "name": "x"}).json()
    logged_in.post(f"/api/sites/{site}/keys/{key['id']}/rotate")
    logged_in.delete(f"/api/sites/{site}/keys/{key['id']}")
    logged_in.patch(f"/api/sites/{site}", json={"do_not_track": "honour"})
    logged_in.post("/api/users", json={"email": "other@example.com", "password": PASSWORD})
    logged_in.post("/api/password", json={"old_password": WRONG, "new_password": PASSWORD})
    logged_in.delete(f"/api/sites/{site}")
    assert [(each["event"], each["outcome"]) for each in lines()] == [
        ("site_added", "done"),
        ("key_added", "done"),
        ("key_rotated", "done"),
        ("key_revoked", "done"),
        ("site_changed", "done"),
        ("user_added", "done"),
        ("password_changed", "access_denied"),
        ("site_removed", "done"),
    ]
    assert {each["site_id"] for each in lines() if "site_id" in each} == {site}
    assert len({each["actor"] for each in lines()}) == 1


def test_access_that_a_key_does_not_give_is_logged(
    http: HttpClient, analytics: Analytics, site: Site, lines: Lines
) -> None:
    _, text = analytics.catalog.keys.add(site.id, "api", "reader")
    analytics.catalog.refresh()
    assert http.get("/api/users", headers={"authorization": f"Bearer {text}"}).status_code == 403
    assert [(each["event"], each["outcome"]) for each in lines()] == [("access", "access_denied")]


def test_no_secret_and_no_address_is_in_it(
    http: HttpClient, logged_in: HttpClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "hitkeep_py.security")
    http.post("/api/login", json={"email": PASSWORD, "password": WRONG})
    http.post("/api/login", json={"email": EMAIL, "password": PASSWORD})
    http.get("/api/sites", headers={"authorization": "Bearer hka_secret", "x-forwarded-for": "198.51.100.7"})
    lines = [each.getMessage() for each in caplog.records if each.name == "hitkeep_py.security"]
    assert lines
    for hidden in (PASSWORD, WRONG, "hka_secret", "198.51.100.7", "203.0.113.9", *http.cookies.values()):
        assert hidden not in "\n".join(lines)


def test_strangers_cause_only_so_many_lines(server: Server, lines: Lines) -> None:
    for number in range(REFUSALS_AT_ONCE + 50):
        client = HttpClient(server.app, client=(f"10.0.{number // 200}.{number % 200}", 50000))
        client.post("/api/login", json={"email": "nobody@example.com", "password": WRONG})
    assert len(lines()) == REFUSALS_AT_ONCE


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("x", "x"),
        ("", '""'),
        ("a b", '"a b"'),
        ('a"b', '"a\\"b"'),
        ("a\x1b[2Jb\nc", "a?[2Jb?c"),
        ("é", "é"),
        ("x" * 999, "x" * 100),
    ],
)
def test_a_value_stays_one_word_on_one_line(value: str, shown: str) -> None:
    assert quoted(value) == shown
