"""Visitors that come by IPv6: however an address is written, it is one and the same."""

import json
from collections.abc import Iterator

import pytest

from hitkeep_py.catalog.sites import Site
from hitkeep_py.config import Settings
from tests.product import Product, in_memory

PROXY = "2001:db8:a::1"
BROWSER = b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def product() -> Iterator[Product]:
    with in_memory(Settings(ingest_rate_limit=1e9, ingest_burst=10**9, trusted_proxies=("2001:db8:a::/48",))) as found:
        yield found


@pytest.fixture
def site(product: Product) -> Site:
    return product.add_site("example.com")


def seen_from(product: Product, site: Site, client: str, forwarded: str = "") -> None:
    headers = [(b"user-agent", BROWSER)]
    headers += [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
    body = json.dumps({"site_id": site.id, "name": "seen"}).encode()
    assert product.requests.post("/ingest/event", body, headers, client).status == 202


def visitors(product: Product, site: Site) -> int:
    return len({visitor for (visitor,) in product.stored("visitor_id", site)})


def test_an_address_is_one_visitor_however_it_is_written(product: Product, site: Site) -> None:
    seen_from(product, site, "2001:db8:b::7")
    for written in ("2001:DB8:B:0:0::7", "[2001:db8:b::7]:4711", "2001:0db8:000b::0007", "2001:db8:b::7%eth0"):
        seen_from(product, site, PROXY, written)
    assert visitors(product, site) == 1


def test_a_mapped_address_is_the_visitor_of_its_ipv4_address(product: Product, site: Site) -> None:
    for client in ("198.51.100.7", "::ffff:198.51.100.7", "::FFFF:c633:6407"):
        seen_from(product, site, client)
    seen_from(product, site, PROXY, "[::ffff:198.51.100.7]:80")
    assert visitors(product, site) == 1


def test_neighbours_in_a_network_are_different_visitors(product: Product, site: Site) -> None:
    """They share a limit, but not a name."""
    for number in range(3):
        seen_from(product, site, f"2001:db8:b::{number + 1}")
    assert visitors(product, site) == 3


@pytest.mark.parametrize("told", ["2001:db8:b::7", "2001:DB8:B:0::7", "2001:db8:b:0:0:0:0:7"])
def test_a_server_that_tells_an_address_means_the_visitor_who_has_it(product: Product, site: Site, told: str) -> None:
    _, key = product.analytics.catalog.keys.add(site.id, "secret")
    product.analytics.catalog.refresh()
    seen_from(product, site, "2001:db8:b::7")
    body = {
        "url": "https://example.com/",
        "name": "bought",
        "timestamp": "2026-11-20T12:00:00Z",
        "visitor_ip": told,
        "user_agent": BROWSER.decode(),
    }
    headers = [(b"authorization", f"Bearer {key}".encode())]
    answer = product.requests.post("/api/ingest/server/event", json.dumps(body).encode(), headers, "203.0.113.5")
    assert answer.status < 300, answer.body
    assert len(product.stored("name", site)) == 2
    assert visitors(product, site) == 1


@pytest.mark.parametrize(
    ("excluded", "client", "kept"),
    [
        ("2001:db8:b::/48", "2001:db8:b:ffff::1", False),
        ("2001:db8:b::/48", "2001:db8:c::1", True),
        ("2001:DB8:B:0::7", "2001:db8:b::7", False),
        ("::1", "::1", False),
        ("203.0.113.0/24", "::ffff:203.0.113.9", False),
        ("::ffff:203.0.113.0/120", "203.0.113.9", False),
        ("::ffff:203.0.113.0/120", "203.0.114.9", True),
        ("::/0", "203.0.113.9", True),
    ],
)
def test_an_excluded_address_is_excluded_in_both_notations(
    product: Product, site: Site, excluded: str, client: str, kept: bool
) -> None:
    product.analytics.catalog.sites.change(site.id, {"excluded_ips": [excluded]})
    product.analytics.catalog.refresh()
    seen_from(product, site, client)
    assert len(product.stored("name", site)) == kept


def test_a_network_cannot_pass_the_limit_by_its_many_addresses_behind_a_proxy() -> None:
    with in_memory(Settings(ingest_rate_limit=1.0, ingest_burst=3, trusted_proxies=("::1/128",))) as product:
        site = product.add_site("example.com")
        body = json.dumps({"site_id": site.id, "name": "seen"}).encode()

        def status(forwarded: str) -> int:
            headers = [(b"x-forwarded-for", forwarded.encode())]
            return product.requests.post("/ingest/event", body, headers, "::1").status

        assert [status(f"[2001:db8:b::{number}]:4711") for number in range(4)] == [202, 202, 202, 429]
        assert status("2001:db8:b:1::1") == 202
        assert [status(each) for each in ("198.51.100.7", "::ffff:198.51.100.7", "::ffff:c633:6407")] == [202] * 3
        assert status("198.51.100.7") == 429


@pytest.mark.parametrize("origin", ["http://[::1]:3000", "http://[2001:db8::1]"])
def test_pages_on_an_ipv6_address_can_be_of_a_site(product: Product, site: Site, origin: str) -> None:
    body = json.dumps({"s": site.id, "e": [{"u": f"{origin}/a?utm_source=x"}]}).encode()
    assert product.requests.post("/ingest/batch", body, [(b"origin", origin.encode())]).status == 202
    host = origin.removeprefix("http://").removesuffix(":3000").strip("[]")
    assert product.stored("hostname, path, utm_source", site) == [(host, "/a", "x")]
