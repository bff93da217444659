"""Three products post to /api/event: each request goes to the one whose fields it has, whatever else is in it."""

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hitkeep_py.config import Settings
from hitkeep_py.protocols import clickport, liwan, plausible, project_key
from hitkeep_py.protocols.event_route import BODY_LIMIT, PATH
from hitkeep_py.protocols.format import Request, WireFormat
from hitkeep_py.protocols.formats import FORMATS
from tests.accepted import send
from tests.bad_input import any_headers, any_value, json_test_suite
from tests.product import Product, in_memory

OF_ROUTE = [each for each in FORMATS if each.path == PATH]
FIELDS = (
    *("projectKey", "events", "event_name", "url", "t", "n", "mk", "mv", "ra", "rc", "d", "u", "name", "entity_id"),
)


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with in_memory(Settings(ingest_rate_limit=1e9, ingest_burst=10**9)) as opened:
        opened.add_site("example.com")
        yield opened


def format_of(body: bytes) -> WireFormat:
    request = Request("POST", PATH, b"", {}, body)
    return next(each for each in OF_ROUTE if each.claims(request))


@pytest.mark.parametrize(
    ("body", "module"),
    [
        ({"projectKey": "k", "t": "e", "n": "x", "u": "/", "d": "example.com"}, project_key),
        ({"projectKey": None}, project_key),
        ([{"projectKey": "k"}], project_key),
        ([5, {"projectKey": "k"}], project_key),
        ({"events": [{"projectKey": "k"}]}, project_key),
        ({"t": "e", "n": "x", "u": "/", "d": "example.com"}, clickport),
        ({"entity_id": "k", "projectKey": "k", "t": "e", "n": "x"}, liwan),
        ({"t": "", "n": "x"}, clickport),
        ({"mk": None}, clickport),
        ({"rc": "USD"}, clickport),
        ({"n": "x", "u": "/", "d": "example.com"}, plausible),
        ({"n": "x", "t": 5}, plausible),
        ({"name": "x", "url": "/"}, plausible),
        ({"n": "x", "p": {"projectKey": "k", "t": "e"}}, plausible),
        ({"events": [{"n": "x"}]}, plausible),
        ({}, plausible),
        ([], plausible),
        ([{"t": "e"}], plausible),
        (5, plausible),
        (None, plausible),
    ],
    ids=str,
)
def test_fields_decide_the_format(body: Any, module: Any) -> None:
    assert format_of(json.dumps(body).encode()) in module.FORMATS


def test_the_formats_of_a_path_take_the_same_methods_and_sizes() -> None:
    of_path = defaultdict(set)
    for each in FORMATS:
        of_path[each.path].add((each.methods, each.body_limit))
    assert {path: found for path, found in of_path.items() if len(found) > 1} == {}
    assert of_path[PATH] == of_path["/api/events"] == {(("POST",), BODY_LIMIT)}


@pytest.mark.parametrize("path", [PATH, "/api/events"])
def test_json_test_suite_as_a_body(path: str, product: Product) -> None:
    for case, body in json_test_suite().items():
        answer = send(product, path, body).answer
        assert answer.status == (413 if len(body) > BODY_LIMIT else 400), case


@given(
    path=st.sampled_from([PATH, "/api/events"]),
    body=st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=5), any_value(), max_size=8)
    | st.lists(st.dictionaries(st.sampled_from(FIELDS), any_value(), max_size=4) | any_value(), max_size=4),
    headers=any_headers(),
    cut=st.integers(0, 10),
)
@example(path=PATH, body={"t": "e", "n": "x"}, headers=[(b"origin", b"http://["), (b"referer", b"http://[")], cut=0)
def test_any_json_gets_an_answer(
    path: str, body: Any, headers: list[tuple[bytes, bytes]], cut: int, product: Product
) -> None:
    text = json.dumps(body).encode()
    for sent in (text, text[: len(text) - cut]):
        answer = send(product, path, sent, headers).answer
        assert answer.status in (200, 202, 400, 401, 403, 404, 413)
        if answer.status >= 400:
            assert answer.json().keys() & {"error", "errors"}


@given(path=st.sampled_from([PATH, "/api/events"]), body=st.binary(max_size=100), headers=any_headers())
def test_any_bytes_get_an_answer(path: str, body: bytes, headers: list[tuple[bytes, bytes]], product: Product) -> None:
    assert send(product, path, body, headers).answer.status in (200, 202, 400, 413)
