"""Addresses are taken apart by one reading and have one form, whatever was sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.address import PATH_LENGTH, normal_page, normal_path, part_of_path, read_address
from hitkeep_py.enrich.exclusions import Exclusions
from hitkeep_py.site_rules import read_path_patterns

SPELLINGS = {
    "/café": (
        "/caf%C3%A9",
        "/caf%c3%a9",
        "/cafe\u0301",
        "/caf%65%CC%81",
        "//café",
        "/./café",
        "/x/../café",
        "café",
        "\\café",
    ),
    "/café/": ("/café//", "/café/.", "/caf%C3%A9/x/..", "/café/%2e"),
    "/~ann/a.b-c_d": ("/%7Eann/a%2Eb%2dc%5fd", "/%7eann//a.b-c_d"),
    "/a b": ("/a%20b", "/a%20b%20", " /a b "),
    "/a%2Fb%3F%23%25": ("/a%2fb%3f%23%25", "/a%2Fb%3f%23%"),
    "/100%25": ("/100%",),
    "/": ("", ".", "/..", "//", "/%2E%2e/", "/a/..", "\n"),
    "/%E9t%E9": ("/%e9t%e9",),
    "/a%E2%80%AEb%00": ("/a\u202eb\x00", "/a%e2%80%aeb%00"),
    "/%E5%8D%ZZ".replace("%Z", "%25Z"): ("/%e5%8d%ZZ",),
    "/\u0645\u06cc\u200c\u062e": ("/%D9%85%DB%8C%E2%80%8C%D8%AE",),
    "/%2541": ("/%%341", "/%25%34%31"),
    "/a#/b c": ("/a#/b%20c?token=secret", "//a#/b c"),
    "/a": ("/a#", "/a#?x=1", "/a#access_token=secret", "/a# ", "/a\t"),
    "/b!$&'()*+,;=:@": ("//b!$&'()*+,;=:@",),
}


@pytest.mark.parametrize("page", SPELLINGS)
def test_a_page_has_one_spelling(page: str) -> None:
    assert {each: normal_page(each) for each in (page, *SPELLINGS[page])} == dict.fromkeys(
        (page, *SPELLINGS[page]), page
    )


def test_what_means_something_else_encoded_is_another_page() -> None:
    pages = ("/a/b", "/a%2Fb", "/a?b", "/a%3Fb", "/A/b", "/a/b/", "/a%40", "/a@", "/a+b", "/a b", "/a%2Bb")
    assert len({normal_path(page) for page in pages}) == len(pages)


@pytest.mark.parametrize(
    ("text", "host", "path", "query"),
    [
        ("https://user:secret@WWW.Example.com.:8443/a?b=c", "example.com", "/a", "b=c"),
        ("HTTPS:\\\\example.com\\a", "example.com", "/a", ""),
        ("http:/example.com/a", "example.com", "/a", ""),
        ("https://example.com?a", "example.com", "/", "a"),
        ("https://[2001:db8::1]:8080/a", "2001:db8::1", "/a", ""),
        ("https://bücher.example/ä", "xn--bcher-kva.example", "/ä", ""),
        ("https://bad host/a", "", "/a", ""),
        ("localhost:3000/a?b", "localhost", "/a", "b"),
        ("capacitor://localhost/cart?utm_source=nl", "", "/cart", "utm_source=nl"),
        ("app://-/index.html#x", "", "/index.html", ""),
        ("ionic://localhost", "", "/", ""),
        ("android-app://com.example.shop/cart?a=1", "", "/cart", "a=1"),
        ("chrome-extension://abc/popup.html", "", "/popup.html", ""),
        ("file:///android_asset/www/index.html?a=1", "", "/android_asset/www/index.html", "a=1"),
        ("file:/C:/x.html", "", "/C:/x.html", ""),
        ("//blog//post", "", "/blog/post", ""),
        ("blog/post?a=1", "", "/blog/post", "a=1"),
        ("?a=1", "", "/", "a=1"),
        (" https://example.com/a\n", "example.com", "/a", ""),
        *(
            (text, "", None, "")
            for text in ("", " ", "http://[", "about:blank", "data:text/html,x", "javascript:alert(1)", "mailto:a@b")
        ),
    ],
)
def test_addresses(text: str, host: str, path: str | None, query: str) -> None:
    found = read_address(text)
    assert (found.host, found.path, found.query) == (host, path, query)


@pytest.mark.parametrize(
    ("address", "place", "query"),
    [
        ("/#/reset?token=secret&utm_source=a", "/reset", "token=secret&utm_source=a"),
        ("/#!/a?b", "!/a", "b"),
        ("/#access_token=secret&state=x", "", "access_token=secret&state=x"),
        ("/#a=1?b=2", "", "a=1&b=2"),
        ("/#/a=1", "/a=1", ""),
        ("/?x#", "", ""),
    ],
)
def test_a_fragment_has_a_query_of_its_own(address: str, place: str, query: str) -> None:
    assert read_address(address)[3:] == (place, query)


PIECES = (*"%/.#?&=aAF05C3E9 \\\t*", "\u0301", "ä", "%C3%A9", "\u202e", "\ud800", "/../", "\u0958")
TEXTS = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@given(TEXTS, st.integers(1, 120))
def test_the_form_of_any_text_is_a_path_that_stays_as_it_is(text: str, times: int) -> None:
    for form in (normal_path, normal_page):
        for given_text in (text, text * times):
            page = form(given_text)
            assert page.startswith("/")
            assert form(page) == page
    assert len(normal_path(text * times)) <= PATH_LENGTH
    read_address(text)
    assert part_of_path(part_of_path(text)) == part_of_path(text)


SEGMENT = st.text(st.characters(categories=("L", "N", "P", "S"), exclude_characters="*/\\%?#,"), min_size=1, max_size=8)


def spelled_anyhow(path: str, choices: list[bool]) -> str:
    """Each character encoded or not, a slash twice or not."""
    spelled = ""
    for place, letter in enumerate(path):
        other = choices[place % len(choices)]
        reserved = letter in "!$&'()+,;=:@[]"
        octets = "".join(f"%{octet:02x}" for octet in letter.encode())
        spelled += "//" if letter == "/" and other else octets if other and letter != "/" and not reserved else letter
    return spelled


@given(st.lists(SEGMENT, min_size=1, max_size=4), st.lists(st.booleans(), min_size=1, max_size=12))
def test_what_is_excluded_stays_excluded_in_any_spelling(segments: list[str], choices: list[bool]) -> None:
    path = "/" + "/".join(segments)
    spelled = spelled_anyhow(path, choices)
    for pattern in (path, spelled, f"{path}/**", f"{spelled}/**"):
        patterns = read_path_patterns([pattern])
        assert all(Exclusions().excludes_path(patterns, read_address(each).path) for each in (path, spelled))
