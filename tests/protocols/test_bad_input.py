"""Nothing that strangers send makes the server fail, and what it takes it gives back unchanged."""

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hitkeep_py.catalog.sites import Site
from hitkeep_py.config import Settings
from hitkeep_py.protocols.formats import FORMATS
from hitkeep_py.server.access import Access
from hitkeep_py.server.routes import ROUTES
from tests.accepted import said
from tests.bad_input import any_headers, any_moment, any_object, any_value, json_test_suite, naughty_strings
from tests.product import Answer, Headers, Product, Request, in_memory

BODY_LIMIT = 65_536
ORIGIN = (b"origin", b"https://example.com")
JSON_TYPE = (b"content-type", b"application/json")
LIMITS = {each.path: each.body_limit for each in FORMATS}
PATHS = sorted({each.path for each in FORMATS if "POST" in each.methods})
NOBODY = "\x00'\"--"
TAKEN = (200, 202)
UNKNOWN = (401, 403, 404)
"""Answers to what is well-formed and belongs to no site."""
READ_FROM_THE_QUERY = ("/count",)
NAUGHTY = naughty_strings()
CHANGING = [(route.method, route.path) for route in ROUTES if route.method in ("POST", "PATCH")]
READING = [route.path for route in ROUTES if route.method == "GET" and route.access in (Access.USER, Access.READER)]

HOSTILE_ADDRESSES = (
    *("http://[", "http://[::1", "//", "///", "http://", "https://exa mple.com/", "http://a:99999999/", "\x00"),
    *("android-app://\x00x/", "android-app://" + "y" * 5000, "javascript:alert(1)", "data:text/html,<script>"),
    *(
        "http://user:secret@example.com:80/p",
        "http://℀.example/",
        "http://xn--a.example/",
        "http://ＡＢＣ.example/",
    ),
    *("http://" + "ü" * 3000 + ".example/", "http://a.example/?" + "&".join("utm_source=x" for _ in range(300))),
)


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    """Nobody is limited, and every peer is trusted as a proxy, so that forwarding headers are read too."""
    unlimited = Settings(ingest_rate_limit=1e9, ingest_burst=10**9, trusted_proxies=("0.0.0.0/0", "::/0"))
    with in_memory(unlimited) as opened:
        yield opened


@pytest.fixture(scope="module")
def site(product: Product) -> Site:
    return product.add_site("example.com")


@pytest.fixture(scope="module")
def sites(product: Product, site: Site) -> list[Site]:
    """Of time zones on both ends of the day."""
    zones = ("America/New_York", "Pacific/Apia", "Australia/Lord_Howe", "Europe/Berlin")
    return [site, *(product.add_site(f"site{number}.example", zone) for number, zone in enumerate(zones))]


@pytest.fixture(scope="module")
def cookie(product: Product) -> tuple[bytes, bytes]:
    users = product.analytics.catalog.users
    return (b"cookie", f"hk_token={users.open_session(users.add('you@example.com', 'a long password'))}".encode())


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", ["n", "y", "i"])
def test_json_test_suite_as_a_body(path: str, name: str, product: Product, site: Site) -> None:
    for case, body in json_test_suite().items():
        if case.startswith(f"{name}_"):
            answer = refused_or_taken(product.requests.post(path, body, [ORIGIN]))
            if len(body) > LIMITS[path]:
                assert answer.status == 413, case
            elif name == "n" and path not in READ_FROM_THE_QUERY:
                assert answer.status in (400, 401), case
            else:
                assert answer.status in (*TAKEN, *UNKNOWN, 400), case


@pytest.mark.parametrize("name", ["n", "y", "i"])
def test_json_test_suite_as_a_property(name: str, product: Product) -> None:
    site = product.add_site(f"{name}.json-test-suite.example")
    wanted = []
    for case, value in json_test_suite().items():
        body = b'{"site_id":"%b","name":"x","props":{"value":%b}}' % (site.id.encode(), value)
        if case.startswith(f"{name}_") and len(body) <= BODY_LIMIT:
            status = checked(product.requests.post("/ingest/event", body)).status
            assert status in {"n": {400}, "y": {202}, "i": {202, 400}}[name], case
            wanted += [said({"value": json.loads(value)})] if name == "y" else []
    stored = [json.loads(props or "{}") for (props,) in product.stored("props", site)]
    assert name == "i" or stored == wanted


@pytest.mark.parametrize("field", ["name", "url", "referrer", "session_id"])
def test_naughty_strings_in_a_field_of_an_event(field: str, product: Product) -> None:
    site = product.add_site(f"{field.replace('_', '-')}.naughty.example")
    bodies = [encoded({"site_id": site.id, "name": "x", field: text}) for text in NAUGHTY]
    answers = posted(product, bodies)
    stored = product.stored("name", site)
    if field == "name":
        names = [unicodedata.normalize("NFC", without_controls(text)).strip() for text in NAUGHTY]
        assert [answer.status for answer in answers] == [202 if 1 <= len(name) <= 255 else 400 for name in names]
        assert [name for (name,) in stored] == [name for name in names if 1 <= len(name) <= 255]
    else:
        assert {answer.status for answer in answers} == {202}
        assert len(stored) == len(NAUGHTY)


def test_naughty_strings_as_properties_come_back_unchanged(product: Product) -> None:
    site = product.add_site("props.naughty.example")
    wanted: list[dict[str, Any]] = [{text: "value"} for text in NAUGHTY if len(text) <= 255]
    wanted += [{"key": text} for text in NAUGHTY]
    wanted += [{"nested": [{"key": [text]}]} for text in NAUGHTY]
    answers = posted(product, [encoded({"site_id": site.id, "name": "x", "props": props}) for props in wanted])
    assert {answer.status for answer in answers} == {202}
    assert [json.loads(props or "{}") for (props,) in product.stored("props", site)] == [said(each) for each in wanted]


@pytest.mark.parametrize("header", [b"user-agent", b"origin", b"accept-language", b"x-forwarded-for", b"content-type"])
def test_naughty_strings_in_a_header(header: bytes, product: Product, site: Site) -> None:
    body = encoded({"site_id": site.id, "name": "x"})
    requests = [Request("POST", "/ingest/event", [(header, text.encode())], (body,)) for text in NAUGHTY]
    assert {checked(answer).status for answer in product.requests.send_together(requests)} == {202}


def test_naughty_strings_as_the_origin_of_a_tracker(product: Product) -> None:
    requests = [Request("POST", "/ingest", [(b"origin", text.encode())], (b"{}",)) for text in NAUGHTY]
    assert {checked(answer).status for answer in product.requests.send_together(requests)} == {202, 400}


@pytest.mark.parametrize(
    ("props", "statuses"),
    [
        *((f'{{"a":{"[" * (depth - 1)}{"]" * (depth - 1)}}}', {202 if depth <= 5 else 400}) for depth in (5, 6, 128)),
        *((f'{{"a":{"[" * depth}{"]" * depth}}}', {400, 413}) for depth in (1_000, 1_100, 100_000)),
        *(('{"a":' * depth + "1" + "}" * depth, {400, 413}) for depth in (6, 128, 1_000, 100_000)),
        *((f'{{"a":{number}}}', {202}) for number in (2**63, 2**64 - 1, -(2**63), "1e308", "-0", "1e-400")),
        *((f'{{"a":{number}}}', {400}) for number in (10**400, "1e400", "-1e400", "NaN", "Infinity", "-Infinity")),
        *((f'{{"a":"{text}"}}', {202}) for text in ("\\u0000", "\\ud83d\\ude00", "\\u202e", "\\uffff")),
        *((f'{{"a":"{text}"}}', {202}) for text in ("\\ud800", "\\udc00", "\\ud800\\ud800")),
        *((f'{{"a":"{text}"}}', {400}) for text in ("\x00", "\\x", "\\u12")),
        ('{"\\ud800":1}', {202}),
        ('{"a":1,"a":{"b":2}}', {202}),
    ],
    ids=lambda value: str(value)[:40],
)
def test_extremes_in_properties(props: str, statuses: set[int], product: Product, site: Site) -> None:
    body = f'{{"site_id":"{site.id}","name":"x","props":{props}}}'.encode("utf-8", "surrogatepass")
    assert checked(product.requests.post("/ingest/event", body)).status in statuses


def test_integers_beyond_64_bits_are_kept_in_full(product: Product) -> None:
    site = product.add_site("integers.example")
    body = f'{{"site_id":"{site.id}","name":"x","props":{{"a":{2**64 + 1}}}}}'.encode()
    assert checked(product.requests.post("/ingest/event", body)).status == 202
    assert product.stored("props", site) == [('{"a":18446744073709551617}',)]


@pytest.mark.parametrize("field", ["url", "referrer"])
def test_hostile_addresses_are_taken_and_kept_short(field: str, product: Product) -> None:
    site = product.add_site(f"{field}.hostile.example")
    answers = posted(product, [encoded({"site_id": site.id, "name": "x", field: text}) for text in HOSTILE_ADDRESSES])
    assert {answer.status for answer in answers} == {202}
    stored = product.stored("hostname, path, referrer, source, utm_source", site)
    for text, kept in zip(HOSTILE_ADDRESSES, stored, strict=True):
        for value in kept:
            assert value is None or len(value) <= 2048, text
            assert value is None or (value == without_controls(value) and "secret" not in value), text


@given(path=st.sampled_from(PATHS), body=st.binary(max_size=200), headers=any_headers())
@example(path="/ingest", body=b"{}", headers=[(b"host", b"[")])
def test_any_bytes_to_an_ingest_route(
    path: str, body: bytes, headers: list[tuple[bytes, bytes]], product: Product
) -> None:
    refused_or_taken(product.requests.post(path, body, headers))


@given(path=st.sampled_from(PATHS), body=any_object(), named=st.booleans(), cut=st.integers(0, 40))
def test_any_object_to_an_ingest_route(
    path: str, body: dict[str, Any], named: bool, cut: int, product: Product, site: Site
) -> None:
    text = json.dumps({**body, "site_id": site.id} if named else body).encode()
    refused_or_taken(product.requests.post(path, text, [ORIGIN]))
    refused_or_taken(product.requests.post(path, text[: len(text) - cut], [ORIGIN]))


@given(props=st.dictionaries(st.text(max_size=20), any_value(), max_size=5))
def test_any_properties_are_stored_with_whole_characters_or_refused(
    props: dict[str, Any], product: Product, site: Site
) -> None:
    before = product.analytics.inbox.position
    text = json.dumps({"site_id": site.id, "name": "x", "props": props}).encode()
    if checked(product.requests.post("/ingest/event", text)).status == 202:
        portion = product.analytics.inbox.read(before, 1)
        assert portion is not None
        kept = dict(zip(portion.fields, portion.rows[0], strict=True))["props"]
        assert json.loads(kept or "{}") == said(whole_texts(props))


@given(
    path=st.sampled_from(READING),
    number=st.integers(0, 4),
    query=st.lists(
        st.tuples(
            st.sampled_from(["from", "to", "goal_id", "start_date", "end_date", "granularity", "month", "site", "x"]),
            any_moment(),
        ),
        max_size=3,
    ),
    headers=any_headers(),
)
@example(path="/api/sites/{site_id}/stats", number=0, query=[("to", "0001-01-05")], headers=[])
@example(path="/api/sites/{site_id}/stats", number=1, query=[("from", "0001-01-01"), ("to", "0001-01-03")], headers=[])
@example(
    path="/api/sites/{site_id}/goals/timeseries",
    number=2,
    query=[("from", "9999-12-28"), ("to", "9999-12-31T23:00:00Z")],
    headers=[],
)
@example(path="/api/sites", number=0, query=[], headers=[(b"host", b"[")])
def test_any_question_to_the_api(
    path: str,
    number: int,
    query: list[tuple[str, str]],
    headers: list[tuple[bytes, bytes]],
    product: Product,
    sites: Sequence[Site],
    cookie: tuple[bytes, bytes],
) -> None:
    text = "&".join(f"{name}={quote(value.encode('utf-8', 'surrogatepass'))}" for name, value in query)
    address = filled(path, sites[number].id)
    given_headers = [cookie, *(each for each in headers if each[0] != b"cookie")]
    checked(product.requests.send(Request("GET", address, given_headers, query=text.encode())))


@given(
    route=st.sampled_from(CHANGING),
    body=any_object().map(lambda value: json.dumps(value).encode()) | st.binary(max_size=50),
    headers=any_headers(),
    known=st.booleans(),
)
@example(route=("POST", "/api/logout"), body=b"{}", headers=[(b"host", b"["), (b"origin", b"http://[")], known=True)
def test_any_change_through_the_api(
    route: tuple[str, str],
    body: bytes,
    headers: list[tuple[bytes, bytes]],
    known: bool,
    product: Product,
    site: Site,
    cookie: tuple[bytes, bytes],
) -> None:
    method, path = route
    if path == "/api/logout":
        cookie = (b"cookie", b"hk_token=nobody")
    address = filled(path, site.id if known else NOBODY)
    given_headers: Headers = [*([JSON_TYPE, cookie] if known else []), *headers]
    checked(product.requests.send(Request(method, address, given_headers, (body,))))


def filled(path: str, site_id: str) -> str:
    """An address of the route: of this site, and of things that are not there."""
    return re.sub(r"\{\w+\}", NOBODY, path.replace("{site_id}", site_id))


@pytest.mark.parametrize("path", ["/api", "/api/sites/\ufffd", "/%00", "/ingest/../api/sites", "/" + "a" * 9000])
@pytest.mark.parametrize("method", ["GET", "POST", "TRACE", "PROPFIND", "\x00"])
def test_any_other_path_and_method(method: str, path: str, product: Product) -> None:
    for host in (b"localhost", b"["):
        answer = checked(product.requests.send(Request(method, path, [(b"host", host)])))
        assert answer.status in (401, 404, 405)


def test_everything_taken_so_far_is_stored_and_a_normal_event_too(product: Product, site: Site) -> None:
    body = encoded({"site_id": site.id, "name": "the last one", "props": {"plan": "pro"}})
    assert product.requests.post("/ingest/event", body).status == 202
    assert product.stored("name, props", site)[-1] == ("the last one", '{"plan":"pro"}')
    assert product.analytics.writer.counters.failures == 0
    assert product.analytics.store.select("SELECT count(*) FROM events") == [(product.analytics.inbox.position,)]


def checked(answer: Answer) -> Answer:
    """Never a failure of the server's; every refusal is JSON of one shape, or a text where Plausible has one."""
    assert answer.status < 500
    if answer.status >= 400:
        error = answer.json()["error"]
        if isinstance(error, str):
            error = {"code": "plausible", "message": error, "field": None}
        assert set(error) == {"code", "message", "field"}
        assert isinstance(error["code"], str)
        assert isinstance(error["message"], str)
        assert error["message"]
    return answer


def refused_or_taken(answer: Answer) -> Answer:
    """Never a failure of the server's; a refusal is in the format's own words."""
    assert answer.status in (*TAKEN, *UNKNOWN, 400, 405, 413), answer
    if answer.status >= 400 and answer.headers["content-type"] != "image/gif":
        assert {"error", "errors"} & answer.json().keys()
    return answer


def whole_texts(value: Any) -> Any:
    """The same with U+FFFD for each half of a character."""
    if isinstance(value, dict):
        return {whole_texts(name): whole_texts(each) for name, each in value.items()}
    if isinstance(value, list):
        return [whole_texts(each) for each in value]
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else value


def posted(product: Product, bodies: Sequence[bytes]) -> list[Answer]:
    requests = [Request("POST", "/ingest/event", (), (body,)) for body in bodies]
    return [checked(answer) for answer in product.requests.send_together(requests)]


def encoded(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def without_controls(text: str) -> str:
    return "".join(character for character in text if unicodedata.category(character) != "Cc")
