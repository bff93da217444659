"""Rules of a site: read into one form or refused by name, and applied to any address and page without an exception."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.enrich.exclusions import Exclusions
from hitkeep_py.errors import InvalidInput
from hitkeep_py.site_rules import (
    MOST_NETWORKS,
    MOST_ORIGINS,
    MOST_PATTERNS,
    PATTERN_LENGTH,
    origin_allowed,
    read_countries,
    read_networks,
    read_origins,
    read_path_patterns,
)

EXCLUSIONS = Exclusions()
READERS = {
    "excluded_ips": read_networks,
    "excluded_countries": read_countries,
    "excluded_paths": read_path_patterns,
    "allowed_origins": read_origins,
}


@pytest.mark.parametrize(
    ("value", "networks"),
    [
        (["203.0.113.7"], ("203.0.113.7",)),
        (["203.0.113.7/24", " 10.0.0.0/8 "], ("203.0.113.0/24", "10.0.0.0/8")),
        ("203.0.113.7, 10.0.0.0/255.0.0.0", ("203.0.113.7", "10.0.0.0/8")),
        ("203.0.113.7\n203.0.113.8\n", ("203.0.113.7", "203.0.113.8")),
        (["203.0.113.7", "203.0.113.7/32"], ("203.0.113.7",)),
        (("2001:DB8:0::/32", "2001:db8::1"), ("2001:db8::/32", "2001:db8::1")),
        (["::ffff:203.0.113.7", "::ffff:203.0.113.0/120"], ("203.0.113.7", "203.0.113.0/24")),
        (["0.0.0.0/0", "::/0"], ("0.0.0.0/0", "::/0")),
    ],
)
def test_networks_are_read_into_their_shortest_form(value: object, networks: tuple[str, ...]) -> None:
    assert read_networks(value) == networks
    assert read_networks(networks) == networks


@pytest.mark.parametrize("bad", ["localhost", "203.0.113.256", "10.0.0.0/33", "10.0.0.0/x", "1", "::g", "10.0.0.1-9"])
def test_the_bad_network_is_named(bad: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(repr(bad))) as caught:
        read_networks(["203.0.113.7", bad])
    assert caught.value.field == "excluded_ips"


def test_countries_are_codes_in_upper_case() -> None:
    assert read_countries("de, Fr,DE,xk") == ("DE", "FR", "XK")
    assert read_countries(["US"]) == ("US",)


@pytest.mark.parametrize("bad", ["UK", "DEU", "Germany", "D", "1A", "ß", "XX", "#C"])
def test_the_bad_country_is_named(bad: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(repr(bad))) as caught:
        read_countries(["DE", bad])
    assert caught.value.field == "excluded_countries"


def test_path_patterns_keep_their_order_and_lose_blanks_and_repeats() -> None:
    assert read_path_patterns([" /admin/** ", "/wp-*", "/admin/**"]) == ("/admin/**", "/wp-*")
    assert read_path_patterns("/a,/b\n/c") == ("/a", "/b", "/c")
    assert read_path_patterns(["/a,b"]) == ("/a,b",)
    assert read_path_patterns(["/cafe\u0301"]) == ("/caf\u00e9",)


@pytest.mark.parametrize("bad", ["admin", "*", "**/admin", "https://example.com/admin"])
def test_a_pattern_that_starts_without_a_slash_is_named(bad: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(repr(bad))) as caught:
        read_path_patterns(["/fine", bad])
    assert caught.value.field == "excluded_paths"


def test_patterns_have_a_largest_length() -> None:
    longest = "/" + "a" * (PATTERN_LENGTH - 1)
    assert read_path_patterns([longest]) == (longest,)
    with pytest.raises(InvalidInput, match="longer than 2048") as caught:
        read_path_patterns([longest + "a"])
    assert len(caught.value.message) < 200


@pytest.mark.parametrize(
    ("field", "most", "form"),
    [
        ("excluded_ips", MOST_NETWORKS, "2001:db8::{:x}"),
        ("excluded_paths", MOST_PATTERNS, "/{}"),
        ("allowed_origins", MOST_ORIGINS, "a{}.example"),
    ],
)
def test_lists_have_a_largest_number_of_entries(field: str, most: int, form: str) -> None:
    texts = [form.format(number + 1) for number in range(most + 1)]
    assert len(READERS[field](texts[:most])) == most
    with pytest.raises(InvalidInput, match=f"{most} entries at most") as caught:
        READERS[field](texts)
    assert caught.value.field == field


@pytest.mark.parametrize("field", READERS)
def test_nothing_given_is_no_rule(field: str) -> None:
    assert READERS[field](None) == READERS[field]([]) == READERS[field]("") == READERS[field]([" ", ""]) == ()


@pytest.mark.parametrize("field", READERS)
@pytest.mark.parametrize("value", [5, True, {}, {"a": "b"}, [5], [None], ["/a", ["/b"]], b"/a"])
def test_what_is_no_list_of_texts_is_refused(field: str, value: object) -> None:
    with pytest.raises(InvalidInput, match="must be a list of texts") as caught:
        READERS[field](value)
    assert caught.value.field == field


@pytest.mark.parametrize("field", READERS)
@given(value=st.one_of(st.text(), st.lists(st.text()), st.integers(), st.none()))
def test_readers_answer_or_raise_invalid_input_only(field: str, value: object) -> None:
    try:
        rules = READERS[field](value)
    except InvalidInput:
        return
    assert READERS[field](rules) == rules


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://example.com", "https://example.com"),
        ("HTTPS://Example.COM/", "https://example.com"),
        ("https://example.com:443", "https://example.com"),
        ("http://example.com:80", "http://example.com"),
        ("https://example.com:8443", "https://example.com:8443"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("https://www.example.com", "https://www.example.com"),
        ("Example.com", "example.com"),
        ("example.com.", "example.com"),
        ("www.example.com", "www.example.com"),
        ("localhost", "localhost"),
        ("*.Example.com", "*.example.com"),
        ("münchen.de", "xn--mnchen-3ya.de"),
        ("https://münchen.de", "https://xn--mnchen-3ya.de"),
    ],
)
def test_origins_are_read_into_one_form(text: str, origin: str) -> None:
    assert read_origins([text]) == (origin,)
    assert read_origins(origin) == (origin,)


@pytest.mark.parametrize(
    "bad",
    [
        "*",
        "*.",
        "https://",
        "https://*.example.com",
        "ftp://example.com",
        "https://example.com/page",
        "https://example.com?x",
        "https://example.com#x",
        "https://me@example.com",
        "https://example.com:99999",
        "https://example.com:x",
        "example.com:8443",
        "abc.de:80",
        "example.com/page",
        "exa mple.com",
        "a.*.example.com",
        "//example.com",
        "a" * 300,
    ],
)
def test_the_bad_origin_is_named(bad: str) -> None:
    with pytest.raises(InvalidInput, match=re.escape(bad[:100])) as caught:
        read_origins(["example.com", bad])
    assert caught.value.field == "allowed_origins"


@pytest.mark.parametrize(
    ("origins", "url", "allowed"),
    [
        (["https://example.com"], "https://example.com", True),
        (["https://example.com"], "https://EXAMPLE.com:443/page?x=1", True),
        (["https://example.com"], "http://example.com", False),
        (["https://example.com"], "https://example.com:8443", False),
        (["https://example.com"], "https://www.example.com", False),
        (["https://example.com:8443"], "https://example.com:8443/page", True),
        (["https://example.com:8443"], "https://example.com", False),
        (["example.com"], "https://example.com/page", True),
        (["example.com"], "http://example.com:8080", True),
        (["example.com"], "https://www.example.com", True),
        (["example.com"], "https://shop.example.com", False),
        (["example.com"], "https://example.com.evil.test", False),
        (["example.com"], "https://notexample.com", False),
        (["www.example.com"], "https://example.com", False),
        (["*.example.com"], "https://shop.example.com", True),
        (["*.example.com"], "https://a.b.example.com:8443", True),
        (["*.example.com"], "https://www.example.com", True),
        (["*.example.com"], "https://example.com", False),
        (["*.example.com"], "https://shopexample.com", False),
        (["münchen.de"], "https://xn--mnchen-3ya.de", True),
        (["münchen.de"], "https://münchen.de/page", True),
        (["a.test", "b.test"], "https://b.test", True),
        (["http://[::1]:3000"], "http://[::1]:3000/x", True),
        (["example.com"], "https://example.com@evil.test", False),
        (["example.com"], "ftp://example.com", False),
        (["example.com"], "example.com", False),
        (["example.com"], "null", False),
        (["example.com"], "", False),
        (["example.com"], "https://[", False),
        (["example.com"], "https://example.com:99999", False),
        ([], "https://example.com", False),
    ],
)
def test_pages_of_allowed_origins_may_send(origins: list[str], url: str, allowed: bool) -> None:
    assert origin_allowed(read_origins(origins), url) is allowed


@given(st.one_of(st.text(), st.text("htps:/.@[]*0123456789ab\\?#%").map("https://".__add__)))
def test_any_url_has_an_answer(url: str) -> None:
    assert origin_allowed(("example.com", "*.example.com"), url) in (True, False)


def test_a_hostile_url_takes_no_time() -> None:
    start = time.process_time()
    for host in ("a" * 100_000, "a." * 50_000, "ü" * 100_000, "ü." * 50_000, "ü." * 120, "a." * 120 + "a"):
        origin_allowed(("example.com",), f"https://{host}/{host}")
    assert time.process_time() - start < 0.2


@pytest.mark.parametrize(
    ("networks", "ip", "excluded"),
    [
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.8", False),
        ("203.0.113.0/24", "203.0.113.255", True),
        ("203.0.113.0/24", "203.0.114.0", False),
        ("203.0.113.0/24", "::ffff:203.0.113.9", True),
        ("::ffff:203.0.113.0/120", "203.0.113.9", True),
        ("2001:db8::/32", "2001:db8:ffff::1", True),
        ("2001:db8::/32", "2001:db9::1", False),
        ("2001:db8::1", "2001:DB8:0:0::1", True),
        ("0.0.0.0/0", "203.0.113.7", True),
        ("0.0.0.0/0", "2001:db8::1", False),
        ("::/0", "203.0.113.7", False),
        ("::/0", "2001:db8::1", True),
        ("10.0.0.0/8,203.0.113.7", "203.0.113.7", True),
        ("10.0.0.0/8,192.0.2.0/24", "203.0.113.7", False),
        ("", "203.0.113.7", False),
        ("0.0.0.0/0", "", False),
        ("0.0.0.0/0", "not an address", False),
    ],
)
def test_addresses_within_excluded_networks(networks: str, ip: str, excluded: bool) -> None:
    assert EXCLUSIONS.excludes_ip(read_networks(networks), ip) is excluded


@pytest.mark.parametrize(
    ("pattern", "path", "excluded"),
    [
        ("/admin", "/admin", True),
        ("/admin", "/admin/", False),
        ("/admin", "/Admin", False),
        ("/admin", "/admin/users", False),
        ("/admin/*", "/admin/users", True),
        ("/admin/*", "/admin/", True),
        ("/admin/*", "/admin", False),
        ("/admin/*", "/admin/users/1", False),
        ("/admin/**", "/admin/users/1", True),
        ("/admin/**", "/admin", True),
        ("/admin/**", "/admin/", True),
        ("/admin/**", "/administration", False),
        ("/*/admin/***", "/de/admin", True),
        ("/a/**/b/**", "/a/x/b", True),
        ("/a/**/b/**", "/a", False),
        ("/admin**", "/admin", True),
        ("/admin*", "/administration", True),
        ("/*/edit", "/page/edit", True),
        ("/*/edit", "/a/b/edit", False),
        ("/**/edit", "/a/b/edit", True),
        ("/**/edit", "/edit", False),
        ("/**.pdf", "/files/a.pdf", True),
        ("/**.pdf", "/files/a.pdf.html", False),
        ("/a*b*c", "/axxbxxbxxc", True),
        ("/a*b*c", "/axxb/xxc", False),
        ("/**a*c", "/a/abc", True),
        ("/**/x/*/y/**", "/x/x/x/1/y/y", True),
        ("/***", "/a/b", True),
        ("/*", "/", True),
        ("/**", "/", True),
        ("/a.c", "/abc", False),
        ("/a[b]c?", "/a[b]c?", True),
        ("/é*", "/éa", True),
        ("/", "/", True),
        ("/", "/a", False),
    ],
)
def test_paths_by_patterns(pattern: str, path: str, excluded: bool) -> None:
    patterns = read_path_patterns([pattern])
    assert EXCLUSIONS.excludes_path(patterns, path) is excluded
    assert EXCLUSIONS.excludes_path(("/never", *patterns, "/never/**"), path) is excluded


def test_no_pattern_and_no_path_exclude_nothing() -> None:
    assert not EXCLUSIONS.excludes_path((), "/admin")
    assert not EXCLUSIONS.excludes_path(("/**",), None)


@given(st.text("ab/*", max_size=12), st.text("ab/", max_size=12))
def test_patterns_mean_the_same_as_regular_expressions(pattern: str, path: str) -> None:
    meaning = "".join(
        ".*" if piece.startswith("**") else "[^/]*" if piece == "*" else re.escape(piece)
        for piece in re.split(r"(\*+)", pattern)
    )
    meaning = re.sub(r"/\.\*$", "(/.*)?", meaning)
    assert EXCLUSIONS.excludes_path((pattern,), path) is (re.fullmatch(meaning, path) is not None)


@given(st.lists(st.text()).map(tuple), st.text())
def test_exclusions_never_raise(rules: tuple[str, ...], text: str) -> None:
    assert EXCLUSIONS.excludes_ip(rules, text) in (True, False)
    assert EXCLUSIONS.excludes_path(rules, text) in (True, False)


def test_hostile_paths_and_patterns_take_no_time() -> None:
    patterns = tuple(f"/{'**a*' * 100}{number}" for number in range(10))
    start = time.process_time()
    assert not EXCLUSIONS.excludes_path(patterns, "/" + "a" * 2047)
    assert EXCLUSIONS.excludes_path(("/" + "**a" * 680,), "/" + "ab/" * 682 + "a")
    assert time.process_time() - start < 0.5
