"""What the documents of other products print, sent by the real curl to a real server.

tests/documents has the blocks as the documents have them. Only the examples' hosts, ids and keys are replaced. Copying
has put blanks into some addresses and texts: those blocks are sent as a reader means them, and the JSON among them
also exactly as it is printed.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.real_site import opened, stored_rows
from tests.running_server import running

DOCUMENTS = Path(__file__).parents[1] / "documents"
DOMAIN = "yourdomain.com"
JSON = "Content-Type: application/json"
CURL_SETTINGS = 'silent\nshow-error\nnoproxy = "*"\nwrite-out = "\\n%{http_code}"\n'
HEADER = re.compile(r"[A-Z][A-Za-z-]+: .+?(?= [A-Z][A-Za-z-]+: | \{|$)", re.MULTILINE)
INNER_TEXT = re.compile(r'\\"\s*(.*?)\s*\\"')
CLICKPORT_FIELD = re.compile(r'(t|n|mk|mv|ra|rc): ("[^"]*"|\[\.\.\.\]|[0-9.]+)')
PAYMENT_TOLD_TWICE = """
const payment = { metadata: { plan: 'pro' }, amount_total: 4999 }
const paid = { id: 'evt_1', type: 'checkout.session.completed', data: { object: payment } }
const verifyStripeWebhook = async (req: Request) => await req.json()
for (let attempt = 0; attempt < 2; attempt++) {
  const request = new Request('https://yourdomain.com/', { method: 'POST', body: JSON.stringify(paid) })
  console.log(JSON.stringify(await (await POST(request)).json()))
}
"""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: str

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Reader:
    """Someone who follows the documents with a site of their own; `words` are theirs for those of the examples."""

    folder: Path
    address: str
    words: Mapping[str, str]
    answers: dict[str, Answer] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def block(self, name: str) -> str:
        text = (DOCUMENTS / f"{name}.txt").read_text(encoding="utf-8").strip()
        for example, own in self.words.items():
            text = text.replace(example, own)
        return text

    def follow(self, name: str, *command: str) -> Answer:
        """Run a curl, and keep its answer under a name."""
        environment = {**os.environ, "CURL_HOME": str(self.folder)}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=30, check=False)
        assert (done.returncode, done.stderr) == (0, ""), f"{name}: {done.stderr}"
        body, _, status = done.stdout.rpartition("\n")
        self.answers[name] = Answer(int(status), body)
        return self.answers[name]

    def post(self, name: str, url: str, body: str, *headers: str) -> None:
        options = [option for header in headers for option in ("-H", header)]
        self.follow(name, "curl", "-X", "POST", url, *options, "-d", body)

    def get(self, name: str, target: str) -> Answer:
        return self.follow(name, "curl", self.address + target, "-H", f"Authorization: Bearer {self.words['API_KEY']}")

    def named(self, name: str) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["name"] == name]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """One who has followed all documents, with a server that is stopped by now."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed, so the documents' commands cannot be run")
    folder = tmp_path_factory.mktemp("documents")
    (folder / ".curlrc").write_text(CURL_SETTINGS)
    data_dir = folder / "data"
    with opened(data_dir) as analytics:
        site = analytics.catalog.sites.add(DOMAIN)
        keys = {kind: analytics.catalog.keys.add(site.id, kind)[1] for kind in ("secret", "public", "api")}
        user = analytics.catalog.users.add("you@example.com", "a long password")
        session = analytics.catalog.users.open_session(user)
    words = dict.fromkeys(("YOUR_SITE_ID", "{site_id}", "{website_id}", "cm5x9yz1a0001..."), site.id)
    words |= {"<YOUR_SECRET_KEY>": keys["secret"], "your-project-key": keys["public"], "API_KEY": keys["api"]}
    words |= {"YOUR_SESSION_COOKIE": session, "2025-08-02T14:19:12.000Z": datetime.now(UTC).isoformat()}
    with running(data_dir, folder) as server:
        words |= dict.fromkeys(("https://your-hitkeep.example", "https://www.grademypage.com"), server.address)
        reader = Reader(folder, server.address, words)
        send_events(reader)
        ask_about_events(reader)
        assert server.stop(signal.SIGTERM) == 0
    with opened(data_dir) as analytics:
        reader.rows.extend(stored_rows(analytics, site.id))
    return reader


def send_events(reader: Reader) -> None:
    for name in ("hitkeep-event", "hitkeep-goal"):
        reader.follow(name, "sh", "-c", reader.block(name))

    url, headers, body = request_in(reader.block("grademypage-server-event"))
    experiment = reader.block("grademypage-experiment")
    reader.post("grademypage-server-event", url, body, *headers)
    reader.post("grademypage-server-event again", url, body, *headers)
    reader.post("grademypage-experiment", url, experiment, *headers)
    run_webhook(reader)

    collect, headers, _ = request_in(reader.block("sparklytics-collect"))
    for name in ("sparklytics-event", "sparklytics-batch"):
        printed = reader.block(name)
        reader.post(f"{name} as printed", reader.address + collect, printed, *headers)
        reader.post(f"{name} as meant", reader.address + collect, INNER_TEXT.sub(r'\\"\1\\"', printed), *headers)

    for path in ("/api/events", "/api/event"):
        reader.post(f"projectkey-event to {path}", reader.address + path, reader.block("projectkey-event"), JSON)

    listed = {"mk": ["plan"], "mv": ["pro"]}
    told = CLICKPORT_FIELD.findall(reader.block("clickport-event"))
    payload = {key: listed[key] if key in listed else json.loads(value) for key, value in told}
    page = f"Origin: https://{DOMAIN}"
    reader.post("clickport-event", f"{reader.address}/api/event", json.dumps(payload), JSON, page)


def ask_about_events(reader: Reader) -> None:
    """First wait until the last event is stored. As printed, the list is of a month long ago; then of these days."""
    names = target_in(reader.block("sparklytics-event-names"))
    deadline = time.monotonic() + 20
    while "YourEventName" not in reader.get("sparklytics-event-names these days", names.partition("?")[0]).body:
        assert time.monotonic() < deadline
    for name in ("sparklytics-event-names", "sparklytics-event-properties", "sparklytics-event-timeseries"):
        reader.get(name, target_in(reader.block(name)))


def run_webhook(reader: Reader) -> None:
    """The documented handler, which stands in one line behind the comment with its file's name."""
    program = reader.folder / "route.mts"
    handler = reader.block("grademypage-webhook").removeprefix("// app/api/webhooks/stripe/route.ts ")
    program.write_text(handler + PAYMENT_TOLD_TWICE, encoding="utf-8")
    environment = {**os.environ, "GMP_SECRET_KEY": reader.words["<YOUR_SECRET_KEY>"]}
    command = [Path(sys.executable).with_name("node"), program]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ('{"received":true}\n' * 2, "")


def request_in(block: str) -> tuple[str, list[str], str]:
    """Address, headers and body of `POST address Header: value {...}`, in one line or several."""
    request, mark, rest = block.partition("{")
    address, _, headers = request.removeprefix("POST ").partition("Content-Type")
    return address.strip(), HEADER.findall(f"Content-Type{headers.rstrip()}"), mark + rest


def target_in(block: str) -> str:
    """Path and query of `GET path?query`, without the blanks."""
    return "".join(block.partition("Response:")[0].removeprefix("GET ").split())


def shape(value: Any) -> Any:
    """Names and kinds of values, to compare an answer with a document's example; the items of a list are alike."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    return [shape(value[0])] if isinstance(value, list) else type(value).__name__


def test_hitkeeps_curl_stores_the_event(reader: Reader) -> None:
    assert reader.answers["hitkeep-event"] == Answer(202, "")
    event, _ = reader.named("purchase")
    assert (event["kind"], event["hostname"], event["path"]) == ("event", "your-site.com", "/checkout/success")
    assert event["props"] == {"plan": "pro", "amount": "49"}


def test_hitkeeps_curl_makes_the_goal(reader: Reader) -> None:
    answer = reader.answers["hitkeep-goal"]
    assert answer.status == 201
    assert {name: answer.json()[name] for name in ("name", "type", "value")} == {
        "name": "Pro Signup",
        "type": "event",
        "value": "signup",
    }


def test_grademypages_request_is_stored_once_however_often_it_is_sent(reader: Reader) -> None:
    first, again = reader.answers["grademypage-server-event"], reader.answers["grademypage-server-event again"]
    assert (first.status, again.status) == (200, 200)
    assert (first.json()["deduplicated"], again.json()["deduplicated"]) == (False, True)
    (event,) = reader.named("subscription_started")
    assert (event["category"], event["props"]) == ("conversion", {"plan": "pro_annual", "revenue": 249.0})
    assert (event["revenue"], event["currency"]) == (24900, "USD")


def test_grademypages_request_counts_towards_its_experiment(reader: Reader) -> None:
    assert reader.answers["grademypage-experiment"].status == 200
    (event,) = reader.named("signup")
    assert (event["experiment_id"], event["variant_id"]) == ("exp_hero_v2", "var_b")
    assert event["category"] == "conversion"


def test_grademypages_stripe_webhook_stores_a_payment_that_is_told_twice_once(reader: Reader) -> None:
    _, payment = reader.named("purchase")
    assert (payment["category"], payment["revenue"], payment["currency"]) == ("conversion", 4999, "USD")
    assert payment["props"] == {"plan": "pro", "revenue": 49.99}


def test_sparklytics_json_is_stored_as_meant_and_as_printed(reader: Reader) -> None:
    for name in ("sparklytics-event", "sparklytics-batch"):
        for how in ("as meant", "as printed"):
            assert reader.answers[f"{name} {how}"] == Answer(202, '{"ok":true}')
    printed, meant = reader.named("signup_click")
    assert (meant["hostname"], meant["path"], meant["props"]) == ("example.com", "/pricing", {"plan": "pro"})
    assert printed["props"] == {" plan ": " pro "}
    assert [row["props"] for row in reader.named("add_to_cart")] == [{" product_id ": 123}, {"product_id": 123}]
    assert [row["props"] for row in reader.named("checkout_start")] == [
        {" cart_value ": 149.99},
        {"cart_value": 149.99},
    ]


def test_project_keys_json_is_stored_at_both_addresses(reader: Reader) -> None:
    for path in ("/api/events", "/api/event"):
        assert reader.answers[f"projectkey-event to {path}"] == Answer(202, '{"ok":true}')
    for event in reader.named("ButtonClick"):
        assert (event["category"], event["label"], event["value"]) == ("CTA", "Homepage Hero", 1)
        assert event["props"]["custom_field"] == "custom value"
        assert (event["path"], event["title"], event["source"]) == ("/", "Home", "referrer.com")
        assert event["os"] == "Mac OS X"
    assert len(reader.named("ButtonClick")) == 2


def test_clickports_fields_are_stored(reader: Reader) -> None:
    assert reader.answers["clickport-event"].status == 200
    (event,) = reader.named("YourEventName")
    assert (event["kind"], event["props"]) == ("event", {"plan": "pro"})
    assert (event["revenue"], event["currency"]) == (4999, "USD")


@pytest.mark.parametrize("name", ["event-properties", "event-timeseries", "event-names these days"])
def test_sparklytics_questions_are_answered_in_the_documented_shape(reader: Reader, name: str) -> None:
    answer = reader.answers[f"sparklytics-{name}"]
    _, _, documented = reader.block(f"sparklytics-{name.partition(' ')[0]}").partition("Response:")
    assert answer.status == 200
    assert shape(answer.json()) == shape(json.loads(documented))


def test_sparklytics_answers_count_what_was_sent(reader: Reader) -> None:
    names = reader.answers["sparklytics-event-names these days"].json()["data"]
    counts = {each["event_name"]: each["count"] for each in names}
    assert (counts["signup_click"], counts["purchase"], counts["subscription_started"]) == (2, 2, 1)
    assert reader.answers["sparklytics-event-names"].status == 200
    properties = reader.answers["sparklytics-event-properties"].json()["data"]
    assert {"property_key": "plan", "values": [{"value": "pro", "count": 2}]} in properties
    timeseries = reader.answers["sparklytics-event-timeseries"].json()["data"]
    assert timeseries["granularity"] == "day"
    assert sum(each["count"] for each in timeseries["series"]) == 2
