"""The client of Python programs: what it says to a server, and that nothing is lost, doubled or in anyone's way."""

import ast
import inspect
import json
import logging
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic, sleep, time
from typing import Any

import pytest

from hitkeep_py.client import Client, Counts, DeliveryError
from tests.real_site import opened, stored_rows
from tests.running_server import RunningServer, running

PAGE = Path(__file__).resolve().parents[2] / "docs/sdk.md"
OPEN_RATE = ("--ingest-rate", "100000", "--ingest-burst", "100000")


@dataclass
class Reply:
    status: int = 200
    body: bytes = b'{"success":true}'
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class ScriptedServer:
    """A real server on a real port that answers what it is told to, and then 200; it remembers what it was sent."""

    replies: list[Reply] = field(default_factory=list)
    batches: list[list[dict[str, Any]]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    most_events: int = 1000
    spoilt_by: str = ""
    address: str = ""

    def answer(self, body: bytes) -> Reply:
        events = json.loads(body)
        self.batches.append(events)
        self.times.append(monotonic())
        if self.spoilt_by and self.spoilt_by in [event["eventType"] for event in events]:
            return Reply(400, b'{"error":{"code":"invalid_input"}}')
        if len(events) > self.most_events:
            return Reply(413, b"too large")
        return self.replies.pop(0) if self.replies else Reply()

    @property
    def names(self) -> list[str]:
        return [event["eventType"] for batch in self.batches for event in batch]


@contextmanager
def scripted(server: ScriptedServer) -> Iterator[ScriptedServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            reply = server.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        server.address = f"http://127.0.0.1:{listening.server_port}"
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted(ScriptedServer()) as found:
        yield found


@dataclass
class Shop:
    """A site in a data directory, and a secret key of it."""

    data_dir: Path
    site_id: str
    key: str

    def rows(self) -> list[dict[str, Any]]:
        with opened(self.data_dir) as analytics:
            return stored_rows(analytics, self.site_id)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    data_dir = tmp_path / "data"
    with opened(data_dir) as analytics:
        site = analytics.catalog.sites.add("example.com")
        return Shop(data_dir, site.id, analytics.catalog.keys.add(site.id, "secret")[1])


@contextmanager
def served(shop: Shop, folder: Path, *arguments: str) -> Iterator[RunningServer]:
    with running(shop.data_dir, folder, *OPEN_RATE, *arguments) as server:
        yield server


def test_events_are_stored_with_all_that_was_said_of_them(shop: Shop, tmp_path: Path) -> None:
    when = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
    with served(shop, tmp_path) as server:
        with Client(server.address, key=shop.key) as client:
            client.pageview("https://example.com/pricing?utm_source=news", title="Prices", visitor=7)
            client.track(
                "purchase",
                {"plan": "pro", "seats": 3, "deep": {"trial": False}},
                revenue=Decimal("49.90"),
                currency="USD",
                category="conversion",
                experiment="hero",
                variant="b",
                url="https://example.com/thanks",
                visitor=7,
            )
            client.track("signup", time=time() - 60)
            client.track("renewal", time=when)
            assert client.flush()
            assert client.counts == Counts(delivered=4)
        server.stop(signal.SIGTERM)
    view, purchase, signup, renewal = shop.rows()
    assert (view["path"], view["utm_source"], view["title"]) == ("/pricing", "news", "Prices")
    assert (purchase["name"], purchase["category"], purchase["path"]) == ("purchase", "conversion", "/thanks")
    assert (purchase["revenue"], purchase["currency"]) == (4990, "USD")
    assert purchase["props"] == {
        "plan": "pro",
        "seats": 3,
        "deep": {"trial": False},
        "revenue": "49.90",
        "currency": "USD",
    }
    assert (purchase["experiment_id"], purchase["variant_id"]) == ("hero", "b")
    assert purchase["visitor_id"] == view["visitor_id"]
    assert signup["time"] < purchase["time"]
    assert renewal["time"].replace(tzinfo=UTC) == when


def test_an_event_sent_again_by_its_own_key_is_stored_once(shop: Shop, tmp_path: Path) -> None:
    with served(shop, tmp_path) as server:
        for _ in range(2):
            with Client(server.address, key=shop.key) as client:
                client.track("invoice paid", revenue=20, idempotency_key="evt_1NG8")
        server.stop(signal.SIGTERM)
    assert [row["name"] for row in shop.rows()] == ["invoice paid"]


def test_number_stored_is_the_number_made_when_the_server_is_killed_and_started_again(
    shop: Shop, tmp_path: Path
) -> None:
    """The client stays the same; the server comes back on the port that it had."""
    with served(shop, tmp_path) as server:
        client = Client(server.address, key=shop.key, interval=0.01)
        made = track_for(client, 0.6)
        server.stop(signal.SIGKILL)
    made += track_for(client, 0.3, made)
    with served(shop, tmp_path, "--port", str(server.port)) as again:
        made += track_for(client, 0.3, made)
        client.close(60)
        assert client.counts == Counts(delivered=made)
        again.stop(signal.SIGTERM)
    assert [row["props"]["number"] for row in shop.rows()] == list(range(made))


def track_for(client: Client, seconds: float, first: int = 0) -> int:
    number, until = first, monotonic() + seconds
    while monotonic() < until:
        assert client.track("step", {"number": number})
        number += 1
        sleep(0.001)
    return number - first


def test_refused_events_are_told_and_the_others_of_the_batch_stored(shop: Shop, tmp_path: Path) -> None:
    told: list[DeliveryError] = []
    with served(shop, tmp_path) as server:
        with Client(server.address, key=shop.key, on_error=told.append) as client:
            client.track("good")
            client.track("x" * 300)
            client.track("good too")
        assert client.counts == Counts(delivered=2, refused=1)
        server.stop(signal.SIGTERM)
    assert [(each.kept, each.events[0]["eventType"]) for each in told] == [(False, "x" * 300)]
    assert "255 characters" in told[0].message
    assert [row["name"] for row in shop.rows()] == ["good", "good too"]


def test_wrong_key_is_told(shop: Shop, tmp_path: Path) -> None:
    told: list[DeliveryError] = []
    with served(shop, tmp_path) as server, Client(server.address, key="hks_wrong", on_error=told.append) as client:
        client.track("signup")
        client.flush()
        assert client.counts == Counts(refused=1)
    assert "no site has this secret key" in told[0].message


def test_process_that_ends_sends_what_waits(shop: Shop, tmp_path: Path) -> None:
    program = (
        "from hitkeep_py.client import Client\n"
        "client = Client({address!r}, key={key!r}, interval=60)\n"
        "for number in range(250): client.track('step', {{'number': number}})\n"
    )
    with served(shop, tmp_path) as server:
        code = program.format(address=server.address, key=shop.key)
        subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
        server.stop(signal.SIGTERM)
    assert [row["props"]["number"] for row in shop.rows()] == list(range(250))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_forked_workers_send_their_own_events_once(shop: Shop, tmp_path: Path) -> None:
    """As with gunicorn --preload: the client is made, and used, before the fork."""
    program = (
        "import os, sys\n"
        "from hitkeep_py.client import Client\n"
        "client = Client({address!r}, key={key!r}, interval=0.2)\n"
        "client.track('parent')\n"
        "children = []\n"
        "for worker in range(3):\n"
        "    child = os.fork()\n"
        "    if not child:\n"
        "        for number in range(50): client.track('worker', {{'number': number}})\n"
        "        sys.exit()\n"
        "    children.append(child)\n"
        "for child in children: assert os.waitpid(child, 0)[1] == 0\n"
    )
    with served(shop, tmp_path) as server:
        code = program.format(address=server.address, key=shop.key)
        subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
        server.stop(signal.SIGTERM)
    names = [row["name"] for row in shop.rows()]
    assert (names.count("parent"), names.count("worker")) == (1, 150)


def test_first_event_of_a_process_may_be_made_at_its_exit(server: ScriptedServer) -> None:
    code = (
        "import atexit\nfrom hitkeep_py.client import Client\n"
        f"client = Client({server.address!r}, key='hks_k')\natexit.register(lambda: client.track('end'))\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    assert server.names == ["end"]


def test_what_a_server_puts_off_is_sent_again_with_the_same_keys_and_in_order(server: ScriptedServer) -> None:
    server.replies = [Reply(503), Reply(500), Reply(408)]
    told: list[DeliveryError] = []
    with Client(server.address, key="hks_k", on_error=told.append, close_timeout=20) as client:
        client.track("first")
        client.track("second")
    assert server.names == ["first", "second"] * 4
    assert len({event["idempotencyKey"] for batch in server.batches for event in batch}) == 2
    assert [error.kept for error in told] == [True] * 3


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_names_a_time_is_left_alone_until_then(server: ScriptedServer, status: int) -> None:
    server.replies = [Reply(status, headers={"Retry-After": "2"})]
    with Client(server.address, key="hks_k") as client:
        client.track("signup")
        client.flush(0.5)
        assert not client.flush(0.5)
        assert client.flush(10)
    assert len(server.times) == 2
    assert server.times[1] - server.times[0] >= 2


def test_pauses_grow(server: ScriptedServer) -> None:
    server.replies = [Reply(503)] * 3
    with Client(server.address, key="hks_k", interval=0.01, close_timeout=20) as client:
        client.track("signup")
        while len(server.times) < 4:
            sleep(0.01)
    pauses = [later - earlier for earlier, later in zip(server.times, server.times[1:], strict=False)]
    assert 0.25 <= pauses[0] < pauses[2]
    assert pauses[2] >= 1


def test_an_event_that_spoils_its_batch_is_lost_alone(server: ScriptedServer) -> None:
    server.spoilt_by = "bad"
    with Client(server.address, key="hks_k") as client:
        for number in range(20):
            client.track("bad" if number == 13 else f"good {number}")
    assert client.counts == Counts(delivered=19, refused=1)


def test_batches_shrink_to_what_the_server_takes(server: ScriptedServer) -> None:
    server.most_events = 10
    with Client(server.address, key="hks_k", close_timeout=20) as client:
        for number in range(45):
            client.track(f"event {number}")
    assert client.counts == Counts(delivered=45)


def test_batches_have_a_hundred_events_and_240_kib_at_most(server: ScriptedServer) -> None:
    with Client(server.address, key="hks_k", interval=60, close_timeout=20) as client:
        for _ in range(100):
            client.track("large", {"text": "x" * 10_000})
        for _ in range(150):
            client.track("small")
    assert client.counts == Counts(delivered=250)
    assert max(map(len, server.batches)) == 100
    assert max(len(json.dumps(batch)) for batch in server.batches) < 256 * 1024


def test_events_past_the_bounds_of_the_queue_are_lost_counted_and_told(caplog: pytest.LogCaptureFixture) -> None:
    told: list[DeliveryError] = []
    with Client("http://127.0.0.1:9", key="hks_k", queue_events=5, on_error=told.append, close_timeout=0) as client:
        assert [client.track("step", {"number": number}) for number in range(8)] == [True] * 5 + [False] * 3
        assert client.counts.lost == 3
    assert [each.events[0]["eventData"]["number"] for each in told if "full" in each.message] == [5, 6, 7]
    assert client.counts == Counts(lost=8)
    assert "the queue is full" in caplog.text


def test_nothing_waits_or_fails_in_the_program_when_the_server_is_away() -> None:
    begun = monotonic()
    with Client("http://127.0.0.1:9", key="hks_k", close_timeout=0.5) as client:
        for _ in range(1000):
            client.track("signup")
        assert monotonic() - begun < 2
        assert not client.flush(0.1)
    assert monotonic() - begun < 6
    assert client.counts == Counts(lost=1000)
    assert not client.track("too late")


def test_a_server_that_comes_back_gets_all_without_a_longer_wait_than_asked(server: ScriptedServer) -> None:
    """flush() does not sit out the client's own pause."""
    server.replies = [Reply(503)] * 4
    with Client(server.address, key="hks_k", interval=0.01) as client:
        client.track("signup")
        while len(server.times) < 4:
            client.flush(0.05)
        begun = monotonic()
        assert client.flush(5)
    assert monotonic() - begun < 1


def looped() -> dict[Any, Any]:
    props: dict[Any, Any] = {}
    props["loop"] = props
    return props


@pytest.mark.parametrize(
    "props",
    [{"number": float("nan")}, looped(), {("a", "tuple"): 1}, {"text": "x" * 60_000}],
    ids=["not a number", "loop", "key", "too large"],
)
def test_what_cannot_be_sent_is_told_and_spoils_nothing(server: ScriptedServer, props: dict[Any, Any]) -> None:
    told: list[DeliveryError] = []
    with Client(server.address, key="hks_k", on_error=told.append) as client:
        assert not client.track("bad", props)
        assert client.track("good")
    assert server.names == ["good"]
    assert client.counts == Counts(delivered=1, lost=1)
    assert [each.kept for each in told] == [False]


def test_values_that_json_lacks_are_sent_as_text(server: ScriptedServer) -> None:
    with Client(server.address, key="hks_k") as client:
        client.track("order", {"total": Decimal("1E+2"), "day": datetime(2026, 1, 31, tzinfo=UTC), "half": "\ud83d"})
    assert server.batches[0][0]["eventData"] == {"total": "100", "day": "2026-01-31 00:00:00+00:00", "half": "?"}


def test_properties_are_taken_as_they_are_at_the_call(server: ScriptedServer) -> None:
    with Client(server.address, key="hks_k") as client:
        props = {"step": 1}
        client.track("step", props)
        props["step"] = 2
    assert server.batches[0][0]["eventData"] == {"step": 1}


def test_custom_event_called_like_an_automatic_one_stays_custom(server: ScriptedServer) -> None:
    with Client(server.address, key="hks_k") as client:
        client.track("pageview")
    sent = server.batches[0][0]
    assert (sent["eventType"], sent["eventName"]) == ("custom", "pageview")


def test_on_error_that_fails_stops_nothing(server: ScriptedServer, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: DeliveryError) -> None:
        raise KeyError("of the program")

    server.replies = [Reply(401), Reply(503)]
    with Client(server.address, key="hks_k", on_error=fail) as client:
        client.track("first")
        client.flush()
        client.track("second")
    assert client.counts == Counts(delivered=1, refused=1)
    assert "on_error failed" in caplog.text


def test_on_error_may_use_the_client(server: ScriptedServer) -> None:
    server.replies = [Reply(403)]
    client = Client(server.address, key="hks_k", on_error=lambda _: (client.track("sorry"), client.flush(5)))
    client.track("refused")
    assert client.flush(5)
    client.close()
    assert server.names == ["refused", "sorry"]


def test_flush_waits_until_on_error_knows(server: ScriptedServer) -> None:
    server.replies = [Reply(403)]
    flushed, told = threading.Event(), threading.Event()

    def slow(_: DeliveryError) -> None:
        flushed.wait(0.1)
        told.set()

    with Client(server.address, key="hks_k", on_error=slow) as client:
        client.track("refused")
        assert client.flush(5)
        assert told.is_set()
        flushed.set()


def test_redirect_is_not_followed_and_loses_nothing(server: ScriptedServer, caplog: pytest.LogCaptureFixture) -> None:
    server.replies = [Reply(301, headers={"Location": "https://elsewhere.example/"})]
    with Client(server.address, key="hks_k") as client:
        client.track("signup")
    assert client.counts == Counts(delivered=1)
    assert "https://elsewhere.example/" in caplog.text


def test_log_has_neither_the_key_nor_the_events(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Client("http://127.0.0.1:9", key="hks_private", close_timeout=0.2) as client:
        client.track("signup", {"email": "you@example.com"})
    assert caplog.text
    assert "hks_private" not in caplog.text
    assert "you@example.com" not in caplog.text


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("analytics.example.com", "hks_k"),
        ("https://", "hks_k"),
        ("https://a.example", ""),
        ("https://a.example", "a\n"),
    ],
)
def test_what_can_never_work_is_refused_at_once(host: str, key: str) -> None:
    with pytest.raises(ValueError, match=r"host must be|key must be"):
        Client(host, key=key)


def test_many_threads_lose_nothing(server: ScriptedServer) -> None:
    with Client(server.address, key="hks_k", interval=0.001, close_timeout=20) as client:
        threads = [threading.Thread(target=lambda: [client.track("step") for _ in range(500)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert client.counts == Counts(delivered=4000)
    assert len({event["idempotencyKey"] for batch in server.batches for event in batch}) == 4000


def test_examples_of_the_documentation_use_what_there_is() -> None:
    examples = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert len(examples) == 4
    calls = [node for each in examples for node in ast.walk(ast.parse(each)) if isinstance(node, ast.Call)]
    for call in calls:
        method = ast.unparse(call.func).removeprefix("analytics.")
        if method in ("track", "pageview"):
            taken = inspect.signature(getattr(Client, method)).parameters
            assert {each.arg for each in call.keywords} <= set(taken)
