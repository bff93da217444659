"""Who is calling: forwarding headers count only from trusted proxies, from right to left."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.catalog.sites import Site
from hitkeep_py.server.client_address import ClientAddresses, limit_key
from tests.http_client import HttpClient

PROXY, OTHER_PROXY, CLIENT = "10.0.0.1", "10.0.0.2", "198.51.100.7"
BEHIND_PROXIES = ClientAddresses(["10.0.0.0/8", "::1/128", "2001:db8:a::/48"])
NAMES = (b"x-forwarded-for", b"x-real-ip", b"forwarded", b"cf-connecting-ip")


def client(peer: str | None, *forwarded: str, real: str | None = None) -> str:
    headers = [(b"x-forwarded-for", each.encode("latin-1")) for each in forwarded]
    headers += [(b"x-real-ip", real.encode("latin-1"))] if real is not None else []
    return BEHIND_PROXIES.client(peer, headers)


@pytest.mark.parametrize(
    ("forwarded", "expected"),
    [
        ([CLIENT], CLIENT),
        ([f"1.2.3.4, {CLIENT}"], CLIENT),
        ([f"1.2.3.4,{CLIENT},{OTHER_PROXY}"], CLIENT),
        ([f"1.2.3.4, {CLIENT}", f"{OTHER_PROXY}, 10.9.9.9"], CLIENT),
        ([f"  {CLIENT}\t"], CLIENT),
        ([f"{CLIENT}:4711"], CLIENT),
        ([f'"{CLIENT}:4711"'], CLIENT),
        (["2001:db8:b::1"], "2001:db8:b::1"),
        (["[2001:db8:b::1]"], "2001:db8:b::1"),
        (["[2001:DB8:B:0::1]:4711"], "2001:db8:b::1"),
        (["2001:db8:b::1%eth0"], "2001:db8:b::1"),
        ([f"::ffff:{CLIENT}"], CLIENT),
        ([f"[::ffff:{CLIENT}]:4711"], CLIENT),
        (["::ffff:c633:6407"], CLIENT),
        ([f"{CLIENT}, 2001:db8:a::5"], CLIENT),
        ([OTHER_PROXY], OTHER_PROXY),
        ([f"10.3.3.3, {OTHER_PROXY}"], "10.3.3.3"),
    ],
)
def test_the_rightmost_address_that_is_no_trusted_proxy(forwarded: list[str], expected: str) -> None:
    assert client(PROXY, *forwarded) == expected


@pytest.mark.parametrize(
    "garbage",
    [
        *("", " ", ",", "unknown", "_hidden", "<script>", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "0x7f.1.1.1"),
        *("1.2.3.4:5:6", "[", "[]", "::g", ":", ":::", "1.2.3.4/32", "127.1", "2130706433", "%", "for=1.2.3.4"),
        *("\x00", "1.2.3.4\x00", "é", "2001:db8::/32", "١.٢.٣.٤".encode().decode("latin-1")),
    ],
)
def test_garbage_next_to_the_proxy_leaves_the_proxy_as_the_client(garbage: str) -> None:
    assert client(PROXY, f"{CLIENT}, {garbage}") == PROXY
    assert client(PROXY, f"{CLIENT}, {garbage}, {OTHER_PROXY}") == OTHER_PROXY


@pytest.mark.parametrize("peer", ["203.0.113.5", "2001:db8:ffff::1", "11.0.0.1"])
def test_an_untrusted_peer_is_the_client_whatever_it_says(peer: str) -> None:
    assert client(peer, CLIENT, real=CLIENT) == peer


def test_without_trusted_proxies_every_peer_is_the_client() -> None:
    assert ClientAddresses([]).client("127.0.0.1", [(b"x-forwarded-for", CLIENT.encode())]) == "127.0.0.1"


def test_real_ip_counts_when_there_is_no_forwarded_for() -> None:
    assert client(PROXY, real=CLIENT) == CLIENT
    assert client(PROXY, real="garbage") == PROXY
    assert client(PROXY, "198.51.100.8", real=CLIENT) == "198.51.100.8"
    assert client(PROXY) == PROXY


def test_peers_in_ipv6_notation_are_trusted_as_what_they_are() -> None:
    assert client(f"::ffff:{PROXY}", CLIENT) == CLIENT
    assert client("::1", CLIENT) == CLIENT
    assert client("0:0:0:0:0:0:0:1", CLIENT) == CLIENT


@pytest.mark.parametrize("peer", [None, "", "testclient", "/run/server.sock", "\x00"])
def test_a_peer_without_an_address_is_one_and_the_same_client(peer: str | None) -> None:
    assert client(peer, CLIENT) == "0.0.0.0"


def test_only_trusted_peers_are_trusted() -> None:
    assert BEHIND_PROXIES.is_trusted(PROXY)
    assert BEHIND_PROXIES.is_trusted(f"::ffff:{PROXY}")
    assert not BEHIND_PROXIES.is_trusted("11.0.0.1")
    assert not BEHIND_PROXIES.is_trusted("2001:db8:b::1")
    assert not BEHIND_PROXIES.is_trusted(None)
    assert not ClientAddresses([]).is_trusted("0.0.0.0")


@pytest.mark.parametrize("network", ["::ffff:10.0.0.0/104", "::ffff:10.0.0.1"])
def test_a_proxy_may_be_named_in_ipv6_notation(network: str) -> None:
    addresses = ClientAddresses([network])
    assert addresses.is_trusted("10.0.0.1")
    assert addresses.is_trusted("::ffff:10.0.0.1")
    assert not addresses.is_trusted("11.0.0.1")
    assert not addresses.is_trusted("::10.0.0.1")


def test_networks_of_everything_do_not_mix_the_families() -> None:
    assert not ClientAddresses(["0.0.0.0/0"]).is_trusted("::1")
    assert not ClientAddresses(["::/0"]).is_trusted("127.0.0.1")


def addresses() -> st.SearchStrategy[str]:
    """Addresses as proxies write them, and what is none."""
    plain = st.ip_addresses().map(str)
    trusted = st.ip_addresses(network="10.0.0.0/8").map(str)
    formed = st.sampled_from(["{}", "[{}]", "{}:80", "[{}]:80", '"{}"', " {} ", "::ffff:{}", "{}%1"])
    return st.builds(lambda form, address: form.format(address), formed, plain | trusted) | st.text(
        st.characters(max_codepoint=255), max_size=12
    )


@given(
    peer=st.none() | addresses(),
    headers=st.lists(
        st.tuples(
            st.sampled_from(NAMES), st.lists(addresses(), max_size=4).map(lambda all: ",".join(all).encode("latin-1"))
        )
        | st.tuples(st.sampled_from(NAMES), st.binary(max_size=40)),
        max_size=4,
    ),
)
def test_any_peer_and_headers_give_a_valid_address(peer: str | None, headers: list[tuple[bytes, bytes]]) -> None:
    found = BEHIND_PROXIES.client(peer, headers)
    parsed = ipaddress.ip_address(found)
    assert str(parsed) == found
    assert not isinstance(parsed, ipaddress.IPv6Address) or parsed.ipv4_mapped is None
    assert limit_key(found) == limit_key(BEHIND_PROXIES.client(found, []))


@given(real=st.ip_addresses(v=4).filter(lambda ip: ip not in ipaddress.ip_network("10.0.0.0/8")), forged=addresses())
def test_what_the_client_wrote_itself_never_counts(real: ipaddress.IPv4Address, forged: str) -> None:
    forwarded = forged.encode("latin-1") + f", {real}, {OTHER_PROXY}".encode()
    assert BEHIND_PROXIES.client(PROXY, [(b"x-forwarded-for", forwarded)]) == str(real)


@pytest.mark.parametrize(
    ("header", "headers", "expected"),
    [
        ("", {"x-forwarded-for": "", "x-real-ip": CLIENT}, CLIENT),
        ("", {"x-forwarded-for": " ", "x-real-ip": "", "x-client-ip": CLIENT}, CLIENT),
        ("", {"x-client-ip": "1.2.3.4", "x-real-ip": CLIENT}, CLIENT),
        ("", {"cf-connecting-ip": CLIENT}, PROXY),
        ("", {"forwarded": f"for={CLIENT}"}, PROXY),
        ("CF-Connecting-IP", {"cf-connecting-ip": CLIENT, "x-forwarded-for": "1.2.3.4"}, CLIENT),
        ("CF-Connecting-IP", {"x-forwarded-for": CLIENT}, PROXY),
        ("true-client-ip", {"true-client-ip": f"{CLIENT} "}, CLIENT),
        ("fly-client-ip", {"fly-client-ip": "2001:db8:b::1"}, "2001:db8:b::1"),
        ("forwarded", {"forwarded": f"for=1.2.3.4, For={CLIENT};proto=https"}, CLIENT),
        ("forwarded", {"forwarded": f'proto=https;for="{CLIENT}:4711" , for={OTHER_PROXY}'}, CLIENT),
        ("forwarded", {"forwarded": 'for="[2001:db8:b::1]:4711";by=10.0.0.1'}, "2001:db8:b::1"),
        ("forwarded", {"forwarded": "for=unknown"}, PROXY),
        ("forwarded", {"forwarded": f"for={CLIENT}, proto=https"}, PROXY),
        ("forwarded", {"forwarded": ""}, PROXY),
    ],
)
def test_the_header_that_names_the_client_is_a_choice(header: str, headers: dict[str, str], expected: str) -> None:
    addresses = ClientAddresses(["10.0.0.0/8"], header=header)
    assert addresses.client(PROXY, [(name.encode(), value.encode()) for name, value in headers.items()]) == expected


def test_headers_of_a_proxy_that_is_not_trusted_are_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    """The log names an address of a private network only: any other may be a visitor's."""
    for peer, named in (("10.1.2.3", "10.1.2.3"), ("8.8.8.8", "an address")):
        caplog.clear()
        addresses = ClientAddresses([])
        for name in NAMES:
            assert addresses.client(peer, [(name, b"1.2.3.4")]) == peer
        assert addresses.client(peer, [(b"user-agent", b"x")]) == peer
        assert addresses.ignored == len(NAMES)
        assert [record.getMessage() for record in caplog.records] == [addresses.problem]
        assert f"came from {named}," in str(addresses.problem)
        assert "1.2.3.4" not in caplog.text


def test_who_looks_for_missing_visitors_is_told_that_the_proxy_is_not_believed(
    logged_in: HttpClient, site: Site
) -> None:
    places = ("/api/debug", f"/api/sites/{site.id}/debug", "/api/health")
    assert [logged_in.get(place).json()["forwarding_problem"] for place in places] == [None] * 3
    logged_in.get("/api/status", headers={"x-forwarded-for": "203.0.113.7"})
    for place in places:
        problem = logged_in.get(place).json()["forwarding_problem"]
        assert "x-forwarded-for came from an address, which is not in trusted_proxies" in problem, place
        assert "203.0.113.7" not in problem
