"""Neither an IP address nor a user agent reaches a file or the log, in any form."""

import ipaddress
import json
import logging
from pathlib import Path

import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.config import Settings
from hitkeep_py.jobs import Jobs
from tests.fake_clock import FakeClock
from tests.product import Product, Request, in_memory, lookups, served

ADDRESSES = ("198.51.100.177", "203.0.113.86", "192.0.2.203", "2001:db8:5ca1:ab1e::c0ff:ee", "2001:db8:fee1:dead::7")
PROXY = "10.99.98.97"
USER_AGENTS = (
    "Mozilla/5.0 (X11; Linux; zq-marker-1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.9.8 Safari/537.36",
    "zq-marker-2/1.0 (a client of nobody)",
    "zq-marker-3" + "y" * 2_000,
)
MARKS = (b"zq-marker", b"AppleWebKit/537.36 (KHTML, like Gecko)", b"131.0.9.8", b"y" * 100)
EMAIL, PASSWORD = "you@example.com", "a rather long password"


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_neither_addresses_nor_user_agents_are_in_any_file_or_log(
    directory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    settings, clock = Settings(data_dir=str(directory), trusted_proxies=(f"{PROXY}/32",)), FakeClock()
    with served(Analytics.open(settings, "test", clock, lookups()), clock) as product:
        token = use(product)
        product.analytics.drain()
        product.analytics.backup(directory / "backups" / "one")
        # What the write-ahead logs hold while the server runs is on disk as well.
        running = contents(directory, "*.sqlite*")
    closed = contents(directory, "*")
    assert {"events.duckdb", "catalog.sqlite", "inbox.sqlite"} <= {Path(name).name for name in closed}
    assert any(b"signup-of-this-test" in content for content in closed.values())
    for name, content in [*running.items(), *closed.items(), ("the log", caplog.text.encode())]:
        assert found_in(content) == [], name
        for secret in (PASSWORD, token):
            assert secret.encode() not in content, name


def use(product: Product) -> str:
    """Events of every kind from every address, good and bad ones, then a login; gives its token."""
    site = product.add_site("example.com")
    product.analytics.catalog.users.add(EMAIL, PASSWORD)
    bodies = [{"site_id": site.id, "name": "signup-of-this-test"}, {"n": "x"}, {"path": "/"}, {"site_id": "none"}]
    for number, address in enumerate(ADDRESSES * 3):
        agent = (b"user-agent", USER_AGENTS[number % 3].encode())
        headers = [agent, (b"origin", b"https://example.com"), (b"idempotency-key", str(number).encode())]
        forwarded = (b"x-forwarded-for", address.encode())
        for body in bodies:
            path = "/ingest" if "path" in body else "/ingest/event"
            product.requests.post(path, json.dumps(body).encode(), headers, address)
            product.requests.post(path, json.dumps(body).encode(), [*headers, forwarded], PROXY)
            product.requests.post(path, b"{", headers, address)
        product.clock.advance(700)
    for job in Jobs(product.analytics).jobs:
        job.run()
    return log_in(product)


def log_in(product: Product) -> str:
    headers = [(b"content-type", b"application/json"), (b"user-agent", USER_AGENTS[0].encode())]
    for password in ("a wrong password", PASSWORD):
        body = json.dumps({"email": EMAIL, "password": password}).encode()
        answer = product.requests.send(Request("POST", "/api/login", headers, (body,), client=ADDRESSES[0]))
    assert answer.status == 200
    return answer.headers["set-cookie"].partition("=")[2].partition(";")[0]


def contents(directory: Path, pattern: str) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in directory.rglob(pattern) if file.is_file()}


def found_in(content: bytes) -> list[str]:
    """What gives a sender away: addresses as text, as bytes either way round, as a number; marks of user agents."""
    text = [address for address in (*ADDRESSES, PROXY) if address.encode() in content]
    text += [address for address in ADDRESSES if full_text(address) in content]
    marks = [mark.decode() for mark in MARKS if mark in content]
    packed = [address for address in (*ADDRESSES, PROXY) if any(form in content for form in packed_forms(address))]
    # Four bytes of one address may stand in a file by chance; of two, or sixteen bytes, they do not.
    return text + marks + (packed if len(packed) > 1 or any(":" in address for address in packed) else [])


def full_text(address: str) -> bytes:
    return ipaddress.ip_address(address).exploded.encode() if ":" in address else str(number_of(address)).encode()


def packed_forms(address: str) -> tuple[bytes, bytes]:
    packed = ipaddress.ip_address(address).packed
    return packed, packed[::-1]


def number_of(address: str) -> int:
    return int(ipaddress.ip_address(address))


def test_the_search_itself_finds_every_form() -> None:
    for address in ADDRESSES:
        assert found_in(b"..." + address.encode() + b"...")
        assert found_in(full_text(address))
    assert found_in(b"".join(packed_forms(address)[0] for address in ADDRESSES[:2]))
    assert found_in(packed_forms(ADDRESSES[3])[1])
    for agent in USER_AGENTS:
        assert found_in(agent.encode())
    assert not found_in(b"nothing of the kind")


def test_salts_are_destroyed_when_no_session_can_need_them(directory: Path) -> None:
    """With the salt gone nobody can try all addresses against a visitor id."""
    clock = FakeClock()
    with served(Analytics.open(Settings(data_dir=str(directory)), "test", clock, lookups()), clock) as product:
        day = product.analytics.catalog.directory.salts.at("day", clock.now_ms())[0]
        assert any(day in content for content in contents(directory, "catalog*").values())
        clock.advance(12 * 3600 + 36 * 60)
        product.analytics.catalog.rotate_salts()
        assert product.analytics.catalog.directory.salts.at("day", clock.now_ms())[0] != day
        assert not any(day in content for content in contents(directory, "catalog*").values())
    assert not any(day in content for content in contents(directory, "*").values())


def test_one_sender_is_another_visitor_on_another_day_and_on_another_site(directory: Path) -> None:
    clock = FakeClock()
    with served(Analytics.open(Settings(data_dir=str(directory)), "test", clock, lookups()), clock) as product:
        sites = [product.add_site("example.com"), product.add_site("other.example")]
        for _ in range(2):
            for site in sites:
                body = json.dumps({"site_id": site.id, "name": "x"}).encode()
                product.requests.post("/ingest/event", body, [(b"user-agent", b"x")])
            clock.advance(24 * 3600)
            product.analytics.catalog.rotate_salts()
        visitors = [row for site in sites for row in product.stored("visitor_id", site)]
        assert len(set(visitors)) == 4


def test_an_address_told_without_a_key_finds_nobody() -> None:
    """A reader of the figures who tells address after address meets no visitor; a server with a key of the site may."""
    with in_memory() as product:
        site = product.add_site("example.com")
        agent = (b"user-agent", USER_AGENTS[0].encode())
        page = json.dumps({"s": site.id, "e": [{"u": "https://example.com/seen"}]}).encode()
        assert product.requests.post("/ingest/batch", page, [agent], ADDRESSES[0]).status == 202
        told = {"type": "event", "payload": {"website": site.id, "url": "/told", "ip": ADDRESSES[0]}}
        for path, body in (("/api/send", told), ("/api/batch", [told])):
            assert product.requests.post(path, json.dumps(body).encode(), [agent]).status == 200
        _, secret = product.analytics.catalog.keys.add(site.id, "secret", "server")
        product.analytics.catalog.refresh()
        hit = {"path": "/server", "ip": ADDRESSES[0], "user_agent": USER_AGENTS[0]}
        bearer = (b"authorization", f"Bearer {secret}".encode())
        assert product.requests.post("/api/v0/count", json.dumps({"hits": [hit]}).encode(), [bearer]).status == 202
        visitors = dict(product.stored("path, visitor_id", site))
    assert visitors["/server"] == visitors["/seen"]
    assert visitors["/told"] != visitors["/seen"]
