"""Asks a seeded site what a dashboard asks, over HTTP, and prints how long each report takes.

cold: the server was just started and the system has forgotten the file; first: a question never asked before, the file
in memory; again: the same question once more; 6 at once: all reports of the first page over six connections. `first`
asks for a range that begins some milliseconds later each time, so that no kept answer helps.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

import orjson

from hitkeep_py.cli.access import SocketConnection
from hitkeep_py.data_directory import DataDirectory
from tests.bench.phases import steady_load
from tests.bench.realistic_requests import write_requests
from tests.bench.seed import DAY_MS, midnight_after, seed
from tests.bench.server_process import ServerProcess, analytics_command, running_product

DAYS = 30
CONNECTIONS = 6
MANY = 50
INGEST_RATE = 2_000
BREAKDOWNS = ("page", "entry_page", "source", "country", "browser", "os", "device", "event")
FILTER = "country is AA"


class Refused(RuntimeError):
    """The server had no time for it."""


@dataclass(frozen=True, slots=True)
class Question:
    name: str
    path: str
    parameters: tuple[tuple[str, str], ...] = ()
    in_range: bool = True


class Site:
    """A seeded site behind a running server. A range is the last 30 days, from a moment that can be moved."""

    def __init__(self, server: ServerProcess, site_id: str, key: str, until: int) -> None:
        self.server = server
        self.id = site_id
        self._headers = {"authorization": f"Bearer {key}"}
        self._until = until
        self._moved = 0

    def ask(self, question: Question, moved: int = 0, filters: Sequence[str] = ()) -> float:
        """Seconds until the whole answer was there."""
        start = datetime.fromtimestamp((self._until - DAYS * DAY_MS + moved) / 1000, UTC)
        end = datetime.fromtimestamp(self._until / 1000, UTC)
        given = [("from", start.isoformat()), ("to", end.isoformat())] if question.in_range else []
        given += question.parameters
        target = f"/api/sites/{self.id}{question.path}?{urlencode([*given, *(('filter', each) for each in filters)])}"
        connection = HTTPConnection("127.0.0.1", self.server.port, timeout=120)
        began = time.perf_counter()
        connection.request("GET", target, headers=self._headers)
        answer = connection.getresponse()
        content = answer.read()
        seconds = time.perf_counter() - began
        connection.close()
        if answer.status in (503, 504):
            raise Refused(question.name)
        if answer.status != 200:
            raise RuntimeError(f"{question.name}: {answer.status} {content[:500]!r}")
        return seconds

    def page(self, questions: Sequence[Question], moved: int = 0, filters: Sequence[str] = ()) -> float:
        began = time.perf_counter()
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            for _ in pool.map(lambda each: self.ask(each, moved, filters), questions):
                pass
        return time.perf_counter() - began

    def next_range(self) -> int:
        self._moved += 1
        return self._moved


def first_page(funnel_id: str) -> list[Question]:
    reports = "/reports"
    return [
        Question("overview", f"{reports}/overview"),
        Question("series by day", f"{reports}/series", (("unit", "day"),)),
        *(Question(f"breakdown {each}", f"{reports}/breakdown/{each}", (("limit", "10"),)) for each in BREAKDOWNS),
        Question("goals", "/goals/stats"),
        Question("funnel", f"{reports}/funnels/{funnel_id}"),
    ]


def other_reports() -> list[Question]:
    reports = "/reports"
    ten = ("limit", "10")
    return [
        Question("series by hour", f"{reports}/series", (("unit", "hour"),)),
        Question("breakdown property", f"{reports}/breakdown/property:plan", (ten, ("filter", "event is signup"))),
        Question("properties of an event", f"{reports}/events/signup/properties"),
        Question("average of a property", f"{reports}/numbers", (("number", "property:price"),)),
        Question("revenue", f"{reports}/revenue"),
        Question("journeys", f"{reports}/journeys", (("page", "/page/3"),)),
        Question("retention by week", f"{reports}/retention", (("unit", "week"),)),
        Question("sessions", f"{reports}/sessions", (ten,)),
        Question("realtime", f"{reports}/realtime", in_range=False),
    ]


def forget_file(data_dir: Path) -> None:
    """Have the system drop what it keeps of the files in memory."""
    for file in data_dir.iterdir():
        if file.is_file():
            with file.open("rb") as opened:
                os.fsync(opened.fileno())
                os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


@contextmanager
def opened(data_dir: Path, site_id: str, key: str, until: int) -> Iterator[Site]:
    forget_file(data_dir)
    with running_product(data_dir) as server:
        yield Site(server, site_id, key, until)


def prepare(data_dir: Path, events: int, days: int, until: int) -> tuple[str, str, str]:
    """Seed once; the ids of the site and the funnel, and an API key."""
    noted = data_dir.with_suffix(".json")
    if noted.exists():
        found = orjson.loads(noted.read_bytes())
        return found["site"], found["funnel"], found["key"]
    print(f"seeding {events:,} events ...", file=sys.stderr)
    site_id, count = seed(data_dir, "example.com", events, days, until)
    print(f"{count:,} events", file=sys.stderr)
    for name, kind, value in (("Signup", "event", "signup"), ("Third page", "path", "/page/3")):
        command("goal", "add", site_id, "--name", name, "--type", kind, "--value", value, data_dir=data_dir)
    key = command("key", "add", site_id, "--kind", "api", "--name", "bench", data_dir=data_dir)["key"]
    steps = [{"type": "path", "value": "/page/1"}, {"type": "path", "value": "/page/3"}]
    body = {"name": "bench", "steps": [*steps, {"type": "event", "value": "signup"}]}
    with running_product(data_dir):
        funnel = local_post(data_dir, f"/api/sites/{site_id}/funnels", body)
    noted.write_bytes(orjson.dumps({"site": site_id, "funnel": funnel["id"], "key": key}))
    return site_id, funnel["id"], key


def command(*arguments: str, data_dir: Path) -> Any:
    done = subprocess.run(analytics_command(data_dir, *arguments, "--json"), check=True, stdout=subprocess.PIPE)
    return orjson.loads(done.stdout)


def local_post(data_dir: Path, path: str, body: Any) -> Any:
    connection = SocketConnection(DataDirectory(data_dir).socket)
    connection.request("POST", path, orjson.dumps(body), {"content-type": "application/json"})
    answer = connection.getresponse()
    content = orjson.loads(answer.read())
    if answer.status >= 400:
        raise RuntimeError(content)
    return content


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:8,.0f}"


def measure(data_dir: Path, site_id: str, funnel_id: str, key: str, until: int, rounds: int) -> float:
    """Prints all times of one size; gives the page's first time, for ratios."""
    page, others = first_page(funnel_id), other_reports()
    with opened(data_dir, site_id, key, until) as site:
        print(f"| whole page, cold | {milliseconds(site.page(page))} |")
        fresh = median(site.page(page, site.next_range()) for _ in range(rounds))
        print(f"| whole page, first, {CONNECTIONS} at once | {milliseconds(fresh)} |")
        site.page(page)
        print(f"| whole page, again | {milliseconds(median(site.page(page) for _ in range(rounds)))} |")
        filtered = median(site.page(page, site.next_range(), [FILTER]) for _ in range(rounds))
        print(f"| whole page, first, with a filter | {milliseconds(filtered)} |")
        report_times(site, [*page, *others], rounds)
        seconds, refused = many_at_once(site, page[0])
        print(f"| {MANY} overviews at once, {refused} refused for want of time | {milliseconds(seconds)} |")
        with_ingest(site, page, data_dir)
        print(f"| memory at most, MB | {site.server.memory_mb('VmHWM'):8,.0f} |")
    return fresh


def report_times(site: Site, questions: Sequence[Question], rounds: int) -> None:
    print("| report | first | again | first, with a filter |\n|---|---:|---:|---:|")
    for each in questions:
        first = median(site.ask(each, site.next_range()) for _ in range(rounds))
        site.ask(each)
        again = median(site.ask(each) for _ in range(rounds))
        filtered = median(site.ask(each, site.next_range(), [FILTER]) for _ in range(rounds))
        print(f"| {each.name} | {milliseconds(first)} | {milliseconds(again)} | {milliseconds(filtered)} |")


def many_at_once(site: Site, question: Question) -> tuple[float, int]:
    """Seconds until all were answered, and how many of them with 503 or 504."""

    def ask(moved: int) -> bool:
        try:
            site.ask(question, moved)
        except Refused:
            return False
        return True

    moved = [site.next_range() for _ in range(MANY)]
    began = time.perf_counter()
    with ThreadPoolExecutor(MANY) as pool:
        answered = list(pool.map(ask, moved))
    return time.perf_counter() - began, answered.count(False)


def with_ingest(site: Site, page: Sequence[Question], data_dir: Path, seconds: int = 15) -> None:
    """Ingest's p99 alone, and while pages are asked one after the other; and the pages' times meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        requests = Path(folder) / "requests"
        write_requests(requests, site.id, INGEST_RATE * seconds)
        alone = steady_load(site.server, requests, 0, INGEST_RATE, seconds).load
        times: list[float] = []
        with asking(lambda: times.append(site.page(page, site.next_range()))):
            beside = steady_load(site.server, requests, 0, INGEST_RATE, seconds).load
    print(f"| ingest at {INGEST_RATE:,}/s alone: p50, p99 in ms | {alone.p50_ms:.1f}, {alone.p99_ms:.1f} |")
    print(f"| the same while pages are asked | {beside.p50_ms:.1f}, {beside.p99_ms:.1f} |")
    print(f"| whole page meanwhile, median of {len(times)} | {milliseconds(median(times))} |")


@contextmanager
def asking(ask: Callable[[], None]) -> Iterator[None]:
    """Ask again and again on a thread of its own."""
    stopping = threading.Event()

    def until_stopped() -> None:
        while not stopping.is_set():
            ask()

    with ThreadPoolExecutor(1) as pool:
        asked: Future[None] = pool.submit(until_stopped)
        try:
            yield
        finally:
            stopping.set()
            asked.result()


def main() -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench_query", description=__doc__)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "bench_query", help="kept data")
    parser.add_argument("--events", type=int, nargs="*", default=[1_000_000, 10_000_000], help="sizes of the month")
    parser.add_argument("--rounds", type=int, default=3, help="medians are of so many")
    parser.add_argument("--older", action="store_true", help="also 10 M events over 300 days, asked for the last 30")
    given = parser.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    until = midnight_after("2026-11-20")
    sizes = [(events, DAYS) for events in given.events]
    sizes += [(10_000_000, 300)] if given.older else []
    for events, days in sizes:
        data_dir = given.folder / f"{events}-{days}"
        site_id, funnel_id, key = prepare(data_dir, events, days, until)
        size = (data_dir / "events.duckdb").stat().st_size / 1e6
        print(f"\n## {events:,} events in {days} days, {size:,.0f} MB; milliseconds\n")
        measure(data_dir, site_id, funnel_id, key, until, given.rounds)


if __name__ == "__main__":
    main()
