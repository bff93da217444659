"""Look-ups: right for what is usual, None for what is not, and never an exception."""

import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.address import normal_path
from hitkeep_py.enrich.lookups import first_language, normal_language
from hitkeep_py.enrich.page import Page, Pages
from hitkeep_py.enrich.place import NAME_LENGTH, NOWHERE, Place, Places, read_place
from hitkeep_py.enrich.referrer import Referrers
from hitkeep_py.enrich.services import Services
from hitkeep_py.enrich.user_agent import UserAgents, device_of_viewport
from hitkeep_py.enrich.visitor import session_key, visitor_id
from hitkeep_py.event import DEVICES
from hitkeep_py.text import clean, is_hostname, normalised_hostname
from tests.mmdb import array, mapping, place_file, text


def named(**names: str) -> bytes:
    return mapping(names=mapping(**{language: text(name) for language, name in names.items()}))


GEOLITE = mapping(
    country=mapping(iso_code=text("DE")),
    subdivisions=array(named(de="Bayern", en="Bavaria"), named(en="Upper Bavaria")),
    city=named(de="M\u00fcnchen", en="Munich"),
)
SMALL, CITIES = place_file(mapping(country_code=text("DE"))), place_file(GEOLITE)
KIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
MAC = "Macintosh; Intel Mac OS X"
WINDOWS, ANDROID = "Windows NT 10.0; Win64; x64", "Linux; Android 14"
UBUNTU, CHROME_OS = "X11; Ubuntu; Linux x86_64", "X11; CrOS x86_64 14541.0.0"
REFERRERS, USER_AGENTS = Referrers(Services()), UserAgents()
LOCAL_HOSTS = [
    "localhost:4000",
    "app.localhost",
    "127.0.0.1",
    "[::1]:80",
    "wiki",
    "10.1.2.3",
    "192.168.178.1",
    "[fd00::1]",
    "nas.local",
    "fritz.lan",
]


@pytest.fixture(scope="module")
def bundled() -> Places:
    return Places()


@pytest.mark.parametrize(
    ("ip", "country"),
    [
        ("8.8.8.8", "US"),
        ("2001:638::1", "DE"),
        ("193.0.6.139", "NL"),
        ("133.11.0.1", "JP"),
        ("127.0.0.1", None),
        ("10.0.0.1", None),
        ("0.0.0.0", None),
        ("::1", None),
        ("not an address", None),
        ("", None),
    ],
)
def test_bundled_file_knows_countries_only(ip: str, country: str | None, bundled: Places) -> None:
    assert bundled.place(ip) == (country, None, None)


@pytest.mark.parametrize(
    ("record", "place"),
    [
        (mapping(country_code=text("DE")), ("DE", None, None)),
        (mapping(country_code=text("de")), ("DE", None, None)),
        (mapping(country=mapping(iso_code=text("FR"))), ("FR", None, None)),
        (GEOLITE, ("DE", "Bavaria", "Munich")),
        (mapping(subdivisions=array(), city=named(en="Munich")), (None, None, "Munich")),
        (mapping(subdivisions=array(named(de="Bayern")), city=mapping()), (None, "Bayern", None)),
        (mapping(country_code=text("NL"), subdivision=text("Utrecht"), city=text("Zeist")), ("NL", "Utrecht", "Zeist")),
        (mapping(state1=text("Texas"), state2=text("Travis"), city=text("Austin")), (None, "Texas", "Austin")),
        *(
            (mapping(**{name: text("Ohio")}), (None, "Ohio", None))
            for name in ("region", "state", "region1", "stateprov")
        ),
        (mapping(subdivision=text(" "), region=text("Ohio"), city=text("\x00 ")), (None, "Ohio", None)),
        (mapping(city=text("  S\u00e3o\x07 Paulo ")), (None, None, "S\u00e3o Paulo")),
        (mapping(city=text("x" * 250)), (None, None, "x" * NAME_LENGTH)),
        (mapping(country_code=text("Germany")), NOWHERE),
        (mapping(country_code=text("1!")), NOWHERE),
        (mapping(country=text("FR")), NOWHERE),
        (mapping(), NOWHERE),
        (text("DE"), NOWHERE),
    ],
)
def test_files_of_all_makers(record: bytes, place: Place, tmp_path: Path) -> None:
    file = tmp_path / "places.mmdb"
    file.write_bytes(place_file(record))
    places = Places(str(file))
    assert places.problem is None
    assert places.place("1.2.3.4") == place
    assert places.place("200.1.2.3") == NOWHERE


@pytest.mark.parametrize(
    "value", [None, 5, [], {}, {5: 6}, {"names": 5}, {"names": {}}, {"names": {"en": 5}}, {"en": "A"}]
)
def test_records_of_any_shape_have_no_place(value: object) -> None:
    assert read_place(value) == NOWHERE
    for name in ("country", "country_code", "city", "subdivision", "subdivisions"):
        assert read_place({name: value}) == NOWHERE
    assert read_place({"subdivisions": [value], "country": {"iso_code": value}}) == NOWHERE


def test_what_is_wrong_with_a_record_costs_only_that() -> None:
    record = {"country_code": 5, "subdivisions": "Bavaria", "region": "Bayern", "city": {"names": {"en": "Munich"}}}
    assert read_place(record) == (None, "Bayern", "Munich")


@pytest.mark.parametrize("content", [None, b"", b"\x00" * 1000, b"GIF89a", SMALL[: len(SMALL) // 2], SMALL[:-40]])
def test_missing_or_damaged_file_costs_the_places_and_one_warning(
    content: bytes | None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "places.mmdb"
    if content is not None:
        file.write_bytes(content)
    with caplog.at_level(logging.WARNING):
        places = Places(str(file))
        assert {places.place(f"1.2.3.{number}") for number in range(100)} == {NOWHERE}
    assert len(caplog.records) == 1
    assert places.problem


def test_a_damaged_record_costs_one_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "places.mmdb"
    file.write_bytes(place_file(b"\x42\xff\xff"))
    with caplog.at_level(logging.WARNING):
        places = Places(str(file))
        assert {places.place(f"1.2.3.{number}") for number in range(100)} == {NOWHERE}
    assert len(caplog.records) == 1


def test_a_file_cut_short_in_place_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "places.mmdb"
    file.write_bytes(SMALL)
    places = Places(str(file))
    file.write_bytes(b"")
    assert places.place("1.2.3.4") == ("DE", None, None)


@given(
    whole=st.sampled_from([SMALL, CITIES]),
    changes=st.lists(st.tuples(st.integers(0), st.integers(0, 255)), max_size=8),
    cut=st.integers(0, 20),
)
def test_no_mutation_of_a_file_raises(whole: bytes, changes: list[tuple[int, int]], cut: int, tmp_path: Path) -> None:
    content = bytearray(whole)
    for place, byte in changes:
        content[place % len(whole)] = byte
    file = tmp_path / "places.mmdb"
    file.write_bytes(content[: len(content) - cut])
    places = Places(str(file))
    for ip in ("1.2.3.4", "200.1.2.3", "::1", "nothing"):
        country, *names = places.place(ip)
        assert country is None or len(country) == 2
        assert all(name is None or (name and clean(name, NAME_LENGTH) == name) for name in names)


@pytest.mark.parametrize(
    ("user_agent", "browser", "system", "device"),
    [
        (f"Mozilla/5.0 ({WINDOWS}) {KIT} Chrome/130.0.0.0 Safari/537.36", "Chrome", "Windows", "desktop"),
        (f"Mozilla/5.0 ({WINDOWS}) {KIT} Chrome/130.0 Safari/537.36 Edg/130.0", "Edge", "Windows", "desktop"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 "
            "Safari/605.1.15",
            "Safari",
            "Mac OS X",
            "desktop",
        ),
        (f"Mozilla/5.0 ({UBUNTU}; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox", "Ubuntu", "desktop"),
        (f"Mozilla/5.0 ({CHROME_OS}) {KIT} Chrome/130.0 Safari/537.36", "Chrome", "Chrome OS", "desktop"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
            "Version/17.5 Mobile/15E148 Safari/604.1",
            "Mobile Safari",
            "iOS",
            "mobile",
        ),
        (
            "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
            "Mobile/15E148 Safari/604.1",
            "Mobile Safari",
            "iOS",
            "tablet",
        ),
        (
            f"Mozilla/5.0 ({ANDROID}; Pixel 8) {KIT} Chrome/130.0.0.0 Mobile Safari/537.36",
            "Chrome Mobile",
            "Android",
            "mobile",
        ),
        (f"Mozilla/5.0 ({ANDROID}; SM-X710) {KIT} Chrome/130.0 Safari/537.36", "Chrome", "Android", "tablet"),
        (f"Mozilla/5.0 (SMART-TV; Linux; Tizen 7.0) {KIT} Version/7.0 TV Safari/537.36", "Safari", "Tizen", "tv"),
        ("curl/8.5.0", "curl", None, None),
        ("", None, None, None),
        ("\x00\xff" * 40, None, None, None),
    ],
)  # fmt: skip
def test_user_agents(user_agent: str, browser: str | None, system: str | None, device: str | None) -> None:
    found = USER_AGENTS.technology(user_agent)
    assert (found.browser, found.os, found.device) == (browser, system, device)
    assert device in (*DEVICES, None)


@pytest.mark.parametrize(
    ("user_agent", "system", "device"),
    [
        (f"{IPHONE} MagentaTV/3.2", "iOS", "mobile"),
        ("MagentaTV/3.2 (Linux; Android 14; Pixel 8)", "Android", "mobile"),
        ("MagentaTV/3.2 CFNetwork/1494.0.7 Darwin/23.4.0", "iOS", "mobile"),
        ("Swinsian/472 CFNetwork/978.0.7 Darwin/18.7.0 (x86_64)", "Mac OS X", "desktop"),
        (f"Mozilla/5.0 (Linux; Android 9; AFTKA) {KIT} Silk/125.3 like Chrome/125.0 Safari/537.36", "Android", "tv"),
        (f"Mozilla/5.0 (Linux; Android 9; BRAVIA 4K VH2) {KIT} Chrome/110.0 Safari/537.36", "Android", "tv"),
        (f"Mozilla/5.0 (Linux; Android 12; Chromecast) {KIT} Chrome/110.0 Safari/537.36", "Android", "tv"),
        (f"Mozilla/5.0 (X11; Linux armv7l) {KIT} Chrome/108.0 Safari/537.36 CrKey/1.56", "Chromecast Linux", "tv"),
        (f"Mozilla/5.0 (Web0S; Linux/SmartTV) {KIT} Chrome/94.0 Safari/537.36 WebAppManager", "Web0S", "tv"),
        ("Roku/DVP-12.0 (12.0.0.4182)", "Roku", "tv"),
        ("AppleCoreMedia/1.0.0.21K69 (Apple TV; U; CPU OS 17_1 like Mac OS X; en_us)", "ATV OS X", "tv"),
        (f"Mozilla/5.0 (Linux; Android 7.0; myA7 DTV) {KIT} Chrome/83.0 Mobile Safari/537.36", "Android", "mobile"),
        ("Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/AP1A.240505.004)", "Android", "mobile"),
        ("Opera/9.80 (Android; Opera Mini/36.2.2254/191.256; U; id) Presto/2.12 Version/12.16", "Android", "mobile"),
        (f"Mozilla/5.0 (Linux; Android 11; KFTRWI) {KIT} Silk/120.1 Safari/537.36", "Android", "tablet"),
        ("UCWEB/2.0 (MIDP-2.0; U; Adr 4.4.2; en-US; SM-G900H) U2/1.0.0 UCBrowser/10.7 Mobile", "Android", "mobile"),
        ("Mozilla/5.0 (X11; U; Linux x86_64; en-US) UCWEB/2.0 Mobile", "Linux", "mobile"),
        (f"Mozilla/5.0 (Phone; OpenHarmony 5.0) {KIT} Chrome/114.0 ArkWeb/4.1 Mobile", "OpenHarmony", "mobile"),
        (f"Mozilla/5.0 (Tablet; OpenHarmony 5.0) {KIT} Chrome/114.0 ArkWeb/4.1", "OpenHarmony", "tablet"),
        (f"Mozilla/5.0 (PC; OpenHarmony 5.0) {KIT} Chrome/114.0 ArkWeb/4.1", "OpenHarmony", "desktop"),
        ("Mozilla/5.0 (X11; Linux Mint; Linux x86_64; rv:115.0) Gecko/20100101 Firefox/115.0", "Linux Mint", "desktop"),
        ("Mozilla/5.0 (X11; OpenBSD amd64; rv:115.0) Gecko/20100101 Firefox/115.0", "OpenBSD", "desktop"),
        ("Mozilla/5.0 (X11; DragonFly x86_64; rv:115.0) Gecko/20100101 Firefox/115.0", "DragonFly", "desktop"),
        ("Mozilla/5.0 (X11; SunOS sun4u; rv:52.0) Gecko/20100101 Firefox/52.0", "Solaris", "desktop"),
        ("Mozilla/5.0 (PlayStation 4 11.00) AppleWebKit/605.1.15 (KHTML, like Gecko)", "PlayStation 4", "console"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) {KIT} Edge/18.1", "Windows", "console"),
        ("Mozilla/5.0 (Nintendo Switch; WebApplet) NintendoBrowser/5.1", "Nintendo Switch", "console"),
        ("MyApp/1 (Watch6,1; watchOS 10.2)", "WatchOS", "wearable"),
        ("Mozilla/5.0 (Apple Watch; CPU Apple Watch OS 9_0 like Mac OS X) AppleWebKit/605.1.15", None, "wearable"),
    ],
)  # fmt: skip
def test_systems_and_kinds_of_devices(user_agent: str, system: str | None, device: str) -> None:
    found = USER_AGENTS.technology(user_agent)
    assert (found.os, found.device) == (system, device)
    assert device in DEVICES


@pytest.mark.parametrize(
    ("user_agent", "versions"),
    [
        (f"Mozilla/5.0 ({WINDOWS}; rv:70.0) Gecko/20100101 Firefox/70.0", ("Firefox", "70.0", "10")),
        (f"Mozilla/5.0 ({MAC} 10_13_6) {KIT} Chrome/70.0.3538.77 Safari/537.36", ("Chrome", "70.0", "10.13")),
        (f"{IPHONE[:-14]} Version/17.5 Mobile/15E148 Safari/604.1", ("Mobile Safari", "17.5", "17.5")),
        (f"Mozilla/5.0 ({MAC} 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)", ("WKWebView", None, "10.15")),
    ],
)  # fmt: skip
def test_versions_have_two_parts_where_the_user_agent_says_them(
    user_agent: str, versions: tuple[str, str | None, str]
) -> None:
    found = USER_AGENTS.technology(user_agent)
    assert (found.browser, found.browser_version, found.os_version) == versions


@pytest.mark.parametrize(
    ("width", "device"),
    [(-1, None), (0, None), (1, "mobile"), (575, "mobile"), (576, "tablet"), (991, "tablet"), (992, "desktop")],
)
def test_device_of_a_viewport(width: int, device: str | None) -> None:
    assert device_of_viewport(width) == device
    assert device in (*DEVICES, None)


@pytest.mark.parametrize(
    ("value", "address", "source"),
    [
        ("https://www.google.com/search?q=secret", "google.com/search", "Google"),
        ("https://www.google.co.uk/", "google.co.uk", "Google"),
        ("https://google.evil.example.com/", "google.evil.example.com", "google.evil.example.com"),
        ("https://notgoogle.com/", "notgoogle.com", "notgoogle.com"),
        ("https://news.ycombinator.com/item?id=1", "news.ycombinator.com/item", None),
        ("https://blog.example.org/post/", "blog.example.org/post", "blog.example.org"),
        ("https://example.org:8443/a#b", "example.org/a", "example.org"),
        ("https://user:secret@example.org/a", "example.org/a", "example.org"),
        ("https://EXAMPLE.org./A", "example.org/A", "example.org"),
        ("https://bücher.example/", "xn--bcher-kva.example", "xn--bcher-kva.example"),
        *((nothing, None, None) for nothing in ("", "https://site.example/a", "http://www.SITE.example", "/path")),
        *((f"http://{host}/a", None, None) for host in LOCAL_HOSTS),
        ("http://8.8.8.8/a", "8.8.8.8/a", "8.8.8.8"),
        ("https://photos.google.com/share", "photos.google.com/share", "Google"),
        ("https://google.github.io/a", "google.github.io/a", "google.github.io"),
        ("https://linked-in.com/", "linked-in.com", "linked-in.com"),
        ("https://notebooklm.google.com/", "notebooklm.google.com", "NotebookLM"),
        ("android-app://com.instagram.android/", "android-app:com.instagram.android", "Instagram"),
        ("android-app://com.Slack", "android-app:com.Slack", "Slack"),
        *((bad, None, None) for bad in ("javascript:alert(1)", "data:text/html,x", "https://", "https://[", "ftp://a.b")),
        *((bad, None, None) for bad in ("https://exa mple.org/", "https://<script>/", "https://" + "a" * 300 + ".org")),
    ],
)  # fmt: skip
def test_referrers(value: str, address: str | None, source: str | None) -> None:
    found = REFERRERS.referrer(value, "site.example")
    assert found.address == address
    assert found.source == source or (source is None and address is not None)


@pytest.mark.parametrize(
    ("tag", "source"),
    [
        ("google", "Google"),
        ("Google", "Google"),
        ("hacker_news", "Hacker News"),
        ("HackerNews", "Hacker News"),
        ("YouTube.com", "YouTube"),
        ("www.google.com", "Google"),
        ("google.de", "Google"),
        ("m.facebook.com", "Facebook"),
        ("News.example", "News.example"),
        ("news.example/path", "news.example/path"),
        ("newsletter", "newsletter"),
        ("Google Ads", "Google"),
        ("google_ads", "Google"),
        ("googleads", "Google"),
        ("adwords", "Google"),
        ("gads", "Google"),
        ("ig", "Instagram"),
        ("fb", "Facebook"),
        ("FB-Ads", "Facebook"),
        ("fbad", "Facebook"),
        ("facebook_feed_ad", "Facebook"),
        ("yt-ads", "YouTube"),
        ("linked-in", "LinkedIn"),
        ("linked-in.com", "linked-in.com"),
        ("tik.tok", "TikTok"),
        ("com.Slack", "Slack"),
        ("http://news.ycombinator.com", "Hacker News"),
        ("https://News.example/path", "news.example"),
        ("photos.google.com", "Google"),
        ("ads", "ads"),
        ("threads", "Threads"),
        *((nothing, None) for nothing in ("(none)", "(not set)", "direct", "None")),
        ("my-google.example", "my-google.example"),
    ],
)
def test_a_campaign_names_a_known_source_as_its_referrers_are_called(tag: str, source: str | None) -> None:
    assert REFERRERS.named(tag) == source


def test_a_local_site_knows_its_neighbours() -> None:
    assert REFERRERS.referrer("http://wiki.internal/a", "app.internal") == ("wiki.internal/a", "wiki.internal")


def test_a_referring_app_is_a_source() -> None:
    found = REFERRERS.referrer("android-app://com.example.reader/https/x?q=secret", "site.example")
    assert found == ("android-app:com.example.reader", "com.example.reader")


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://example.com/a/b?c=d#e", Page("example.com", "/a/b", {}, fragment="#e")),
        ("https://www.Example.com", Page("example.com", "/", {})),
        ("/a/path?utm_source=x", Page(None, "/a/path", {"utm_source": "x"})),
        ("capacitor://localhost/cart?utm_source=nl", Page(None, "/cart", {"utm_source": "nl"})),
        ("/#/reset?token=secret&utm_source=a", Page(None, "/", {"utm_source": "a"}, fragment="#/reset")),
        (
            "/?utm_source=a#/b?utm_source=c&utm_term=d",
            Page(None, "/", {"utm_source": "a", "utm_term": "d"}, None, "#/b"),
        ),
        ("/#utm_source=a", Page(None, "/", {"utm_source": "a"})),
        ("about:blank", Page(None, None, {})),
    ],
)
def test_pages(url: str, page: Page) -> None:
    assert Pages().page(url) == page


@pytest.mark.parametrize(
    ("query", "campaign"),
    [
        ("utm_source=nl&utm_medium=mail", {"utm_source": "nl", "utm_medium": "mail"}),
        ("utm_source=a%20b+c&utm_term=%C3%A4", {"utm_source": "a b c", "utm_term": "ä"}),
        ("ref=hn", {"utm_source": "hn"}),
        ("source=hn&ref=", {"utm_source": "hn"}),
        ("utm_source=nl&ref=hn", {"utm_source": "nl"}),
        ("utm_source=a&utm_source=b", {"utm_source": "b"}),
        ("utm_source=%00%0A&utm_medium=%20", {}),
        ("q=secret&UTM_SOURCE=x&Utm_Medium=y&utm%5Fterm=z", {"utm_source": "x", "utm_medium": "y", "utm_term": "z"}),
        ("utm_source=a&utm_source=", {"utm_source": "a"}),
        ("x=1&" * 1000 + "utm_source=a", {"utm_source": "a"}),
        ("utm_source=" + "x" * 300, {"utm_source": "x" * 255}),
        ("utm_source=%ff%fe", {"utm_source": "\ufffd\ufffd"}),
    ],
)
def test_campaigns(query: str, campaign: dict[str, str]) -> None:
    assert Pages().page(f"https://example.com/?{query}").campaign == campaign


def addresses() -> st.SearchStrategy[str]:
    starts = st.sampled_from(["", "/", "//", "http://", "https://", "https://[", "android-app://", "javascript:", "?"])
    return st.builds(str.__add__, starts, st.text(st.characters(codec="utf-8"), max_size=60))


@given(url=addresses())
def test_any_address_as_a_page(url: str) -> None:
    found = Pages().page(url)
    assert found.path is None or found.path == normal_path(found.path)
    for value in (found.hostname, *found.campaign.values()):
        assert value is None or (value == clean(value, 2048) and value != "")


@given(value=addresses(), hostname=st.none() | addresses())
def test_any_address_as_a_referrer(value: str, hostname: str | None) -> None:
    for kept in REFERRERS.referrer(value, hostname):
        assert kept is None or (kept != "" and clean(kept, 2048) == kept)


@given(user_agent=st.text(st.characters(max_codepoint=255), max_size=600))
def test_any_user_agent(user_agent: str) -> None:
    for value in USER_AGENTS.technology(user_agent):
        assert value is None or len(value) <= 512


@given(value=st.text(max_size=80), length=st.integers(0, 100))
def test_clean_text_is_short_composed_and_stays_as_it_is(value: str, length: int) -> None:
    found = clean(value, length)
    assert len(found) <= length
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in found)
    assert clean(found, length) == found.strip()


@given(value=st.text(st.characters(codec="utf-8"), max_size=80))
def test_a_normalised_hostname_stays_as_it_is(value: str) -> None:
    found = normalised_hostname(value)
    if is_hostname(found):
        assert normalised_hostname(found) == found or found.startswith("www.")


@given(salt=st.binary(min_size=32, max_size=32), ip=st.ip_addresses().map(str), user_agent=st.text(max_size=40))
def test_visitor_ids_depend_on_everything_and_on_nothing_else(salt: bytes, ip: str, user_agent: str) -> None:
    found = visitor_id(salt, "site", ip, user_agent)
    assert found == visitor_id(salt, "site", ip, user_agent)
    assert 0 <= found < 2**64
    others = {
        visitor_id(bytes([salt[0] ^ 1]) + salt[1:], "site", ip, user_agent),
        visitor_id(salt, "another", ip, user_agent),
        visitor_id(salt, "site", ip + "0", user_agent),
        visitor_id(salt, "site", ip, user_agent + "x"),
    }
    assert len(others) == 4
    assert found not in others


def test_a_named_session_is_its_sites_own() -> None:
    assert session_key(b"a", "tab") == session_key(b"a", "tab") != session_key(b"b", "tab")
    assert session_key(b"a", "tab") > 0


def test_a_long_run_of_combining_marks_costs_next_to_nothing() -> None:
    hostile = "a" + "\u0301" * 50_000 + "\u0327" * 50_000
    assert len(clean(hostile, 255)) == 255
    assert clean("e\u0301" * 100, 255) == "\u00e9" * 100


def test_names_from_a_user_agent_are_cleaned_and_short() -> None:
    found = UserAgents().technology("My\x00App" + "x" * 200 + "/3 CFNetwork/1 Darwin/2")
    assert found.browser is None or ("\x00" not in found.browser and len(found.browser) <= 64)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        *(
            (each, "en-US")
            for each in ("en-us", "en_US", "EN-us", "en_US.UTF-8", " en-US ;q=0.9, de;q=0.1", "de;q=0.5,en-us")
        ),
        ("zh_hant_tw", "zh-Hant-TW"),
        ("de-DE-1996", "de-DE-1996"),
        ("fr;q=0.2, *;q=0.9, de;q=0.3", "de"),
        ("en;Q=0.8,fr", "fr"),
        *((each, None) for each in ("", "*", ",", "de;q=0", " ; q=1")),
    ],
)
def test_the_language_that_is_wanted_most_has_one_spelling(header: str, language: str | None) -> None:
    assert first_language(header) == language


@given(text=st.text("aAzZ-_.@ 019äİ", max_size=40))
def test_a_language_in_its_spelling_stays_as_it_is(text: str) -> None:
    assert normal_language(normal_language(text)) == normal_language(text)
