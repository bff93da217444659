"""Each wire format as data: request → answer → stored rows, from tests/formats/*.json; and keys that come again."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.clock import utc_text
from hitkeep_py.config import Settings
from tests.fake_clock import FakeClock
from tests.product import Answer, Product, Request, in_memory, lookups, served

CASES: list[dict[str, Any]] = [
    case
    for file in sorted((Path(__file__).parents[1] / "formats").glob("*.json"))
    for case in json.loads(file.read_bytes())
]
NAMES = [case["name"] for case in CASES]


@dataclass(slots=True)
class Outcome:
    """What a case led to; `words` are its placeholders."""

    words: dict[str, str]
    sites: tuple[Site, Site]
    answers: list[tuple[dict[str, Any], Answer]] = field(default_factory=list)
    dropped: dict[str, int] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)


REPLAY = "test_request_gets_its_answer_and_is_stored_as_documented"
CASES_AT_ONCE = 150
"""In one product, so that a test run alone does not wait for all of them."""


class Outcomes:
    """Of the chosen cases: each is sent for two sites of its own, then read back; some share a product."""

    def __init__(self, cases: Sequence[dict[str, Any]]) -> None:
        self._cases = cases
        self._places = {case["name"]: place for place, case in enumerate(cases)}
        self._found: dict[str, Outcome] = {}

    def of(self, name: str) -> Outcome:
        """Only what is asked for is replayed, since two workers share the cases."""
        if name not in self._found:
            start = self._places[name] // CASES_AT_ONCE * CASES_AT_ONCE
            self._found |= replay_all(self._cases[start : start + CASES_AT_ONCE])
        return self._found[name]


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest) -> Outcomes:
    items: list[Any] = [item for item in request.session.items if getattr(item, "originalname", "") == REPLAY]
    return Outcomes([item.callspec.params["case"] for item in items])


def replay_all(cases: Sequence[dict[str, Any]]) -> dict[str, Outcome]:
    with in_memory() as product:
        prepared = [prepare(product, case, number) for number, case in enumerate(cases)]
        product.analytics.catalog.refresh()
        found = {case["name"]: replay(product, case, outcome) for case, outcome in zip(cases, prepared, strict=True)}
        rows = rows_by_site(product.analytics)
        for outcome in found.values():
            outcome.rows = [row for site in outcome.sites for row in rows[site.id]]
            outcome.rows.sort(key=itemgetter("event_id"))
        return found


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_request_gets_its_answer_and_is_stored_as_documented(case: dict[str, Any], outcomes: Outcomes) -> None:
    outcome = outcomes.of(case["name"])
    for expected, answer in outcome.answers:
        check_answer(filled(expected, outcome.words), answer)
    rows = with_named_sessions(outcome.rows)
    wanted = filled(case["rows"], outcome.words)
    assert len(rows) == len(wanted)
    for row, columns in zip(rows, wanted, strict=True):
        assert {name: row[name] for name in columns} == columns
    assert outcome.dropped == case.get("dropped", {})


def test_one_key_sent_64_times_at_once_is_stored_once() -> None:
    with in_memory() as product:
        site = product.add_site("example.com")
        body = json.dumps({"site_id": site.id, "name": "order"}).encode()
        headers = [(b"idempotency-key", b"order-1")]
        clients = [f"198.51.100.{number}" for number in range(64)]
        requests = [Request("POST", "/ingest/event", headers, (body,), client=client) for client in clients]
        answers = product.requests.send_together(requests)
        assert {(answer.status, answer.body) for answer in answers} == {(202, b"")}
        assert product.stored("name", site) == [("order",)]
        assert product.analytics.inbox.counters.duplicates == 63


def test_blanks_after_a_header_are_no_part_of_its_value() -> None:
    with in_memory() as product:
        site = product.add_site("example.com")
        product.analytics.catalog.sites.change(site.id, {"do_not_track": "honour"})
        product.analytics.catalog.refresh()
        body = json.dumps({"site_id": site.id, "name": "order"}).encode()
        for blanks in (b"", b" ", b"\t", b" \t "):
            headers = [(b"idempotency-key", b"w1" + blanks)]
            assert product.requests.post("/ingest/event", body, headers).status == 202
            for name in (b"dnt", b"sec-gpc"):
                product.requests.post("/ingest/event", body, [(name, b"1" + blanks)])
        assert product.stored("name", site) == [("order",)]


def test_a_key_is_remembered_when_the_data_directory_is_opened_again(tmp_path: Path) -> None:
    settings, clock = Settings(data_dir=str(tmp_path / "data")), FakeClock()
    answers, site = [], None
    for name in ("first", "second"):
        with served(Analytics.open(settings, "test", clock, lookups()), clock) as product:
            site = site or product.add_site("example.com")
            body = json.dumps({"site_id": site.id, "name": name}).encode()
            answers.append(product.requests.post("/ingest/event", body, [(b"idempotency-key", b"order-1")]))
            assert product.stored("name", site) == [("first",)]
    assert answers[0] == answers[1]


def prepare(product: Product, case: dict[str, Any], number: int) -> Outcome:
    """Its two sites, as it wants them, and their keys."""
    sites = product.analytics.catalog.sites
    site, other = sites.add(f"case{number}.example"), sites.add(f"other{number}.example")
    words = words_of(site, other)
    if "_KEY" in json.dumps(case["exchanges"]):
        words |= keys_of(product, site, other)
    if "site" in case:
        sites.change(site.id, filled(case["site"], words))
    return Outcome(words, (site, other))


def replay(product: Product, case: dict[str, Any], outcome: Outcome) -> Outcome:
    outcome.words |= times_of(product)
    before = product.analytics.usage.dropped.copy()
    product.clock.advance(10)
    for exchange in case["exchanges"]:
        for _ in range(exchange.get("times", 1)):
            answer = product.requests.send(request_of(filled(exchange["request"], outcome.words)))
            outcome.answers.append((exchange["answer"], answer))
    outcome.dropped = {str(reason): count for reason, count in (product.analytics.usage.dropped - before).items()}
    return outcome


def words_of(site: Site, other: Site) -> dict[str, str]:
    return {
        "$SITE_ID_IN_CAPITALS": site.id.upper(),
        "$SITE_ID": site.id,
        "$DOMAIN_IN_CAPITALS": site.domain.upper(),
        "$DOMAIN": site.domain,
        "$OTHER_ID": other.id,
        "$OTHER_DOMAIN": other.domain,
    }


def times_of(product: Product) -> dict[str, str]:
    now = product.clock.now_ms()
    return {
        "$HOUR_AGO": utc_text(now - 3_600_000),
        "$YEAR_AGO": utc_text(now - 365 * 86_400_000),
        "$TOMORROW": utc_text(now + 86_400_000),
        "$NOW": utc_text(now),
    }


def keys_of(product: Product, site: Site, other: Site) -> dict[str, str]:
    keys = product.analytics.catalog.keys
    return {
        "$OTHER_SECRET_KEY": keys.add(other.id, "secret")[1],
        "$OTHER_PUBLIC_KEY": keys.add(other.id, "public")[1],
        "$PUBLIC_KEY": keys.add(site.id, "public")[1],
        "$SECRET_KEY": keys.add(site.id, "secret")[1],
        "$API_KEY": keys.add(site.id, "api")[1],
    }


def filled(value: Any, words: dict[str, str]) -> Any:
    """The same with every placeholder replaced."""
    if isinstance(value, str):
        for word, meaning in words.items():
            value = value.replace(word, meaning)
        return value
    if isinstance(value, dict):
        return {name: filled(each, words) for name, each in value.items()}
    return [filled(each, words) for each in value] if isinstance(value, list) else value


def request_of(given: dict[str, Any]) -> Request:
    text = given.get("text")
    if text is None:
        text = json.dumps(given["body"], ensure_ascii=False) if "body" in given else ""
    body = text.encode().ljust(given.get("padded_to", 0))
    headers = [(name.encode(), value.encode("latin-1")) for name, value in given["headers"].items()]
    pieces = given.get("pieces", 1)
    if pieces == 1:
        headers.append((b"content-length", str(len(body)).encode()))
    size = max(1, -(-len(body) // pieces))
    chunks = [body[start : start + size] for start in range(0, len(body), size)] or [b""]
    path, _, query = given["path"].partition("?")
    client = given.get("client", "203.0.113.9")
    return Request(given["method"], path, headers, chunks, query.encode(), client)


def check_answer(expected: dict[str, Any], answer: Answer) -> None:
    assert answer.status == expected["status"], answer.body
    for name, value in expected.get("headers", {}).items():
        assert answer.headers.get(name) == value, name
    for name in expected.get("absent", ()):
        assert name not in answer.headers
    assert answer.headers["content-length"] == str(len(answer.body))
    check_body(expected, answer)


def check_body(expected: dict[str, Any], answer: Answer) -> None:
    """`body`: "", another text, or an error of ours; `json`: exactly this; `json_has`: at least these members."""
    wanted = expected.get("body")
    if isinstance(wanted, str):
        assert answer.body == wanted.encode()
    elif wanted is not None:
        error = answer.json()["error"]
        assert set(error) == {"code", "message", "field"}
        assert {name: error[name] for name in wanted["error"]} == wanted["error"]
    if "json" in expected:
        assert answer.json() == expected["json"]
    if "json_has" in expected:
        found = answer.json()
        assert {name: found.get(name) for name in expected["json_has"]} == expected["json_has"]
    if expected.get("gif"):
        assert answer.headers["content-type"] == "image/gif"
        assert answer.body[:6] == b"GIF89a"
        assert len(answer.body) == 43


def rows_by_site(analytics: Analytics) -> defaultdict[str, list[dict[str, Any]]]:
    analytics.drain()
    columns = [row[0] for row in analytics.store.select("DESCRIBE events")]
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in analytics.store.select("SELECT * FROM events"):
        named = dict(zip(columns, row, strict=True))
        site_id = str(named["site_id"])
        found[site_id].append({**named, "site_id": site_id})
    return found


def with_named_sessions(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sessions called $SESSION_1, $SESSION_2 in the order in which they appear, since their numbers say nothing."""
    names: dict[int, str] = {}
    for row in rows:
        names.setdefault(row["session_id"], f"$SESSION_{len(names) + 1}")
    return [{**row, "session_id": names[row["session_id"]]} for row in rows]
