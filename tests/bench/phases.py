"""The parts of the measurement, each giving one small record of figures."""

import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from tests.bench.server_process import ServerProcess, free_port, machine_cpu_seconds, running, running_product
from tests.bench.steady_load import SteadyResult
from tests.bench.wrk_load import WrkResult, run_wrk

EMPTY_ROUTE = "tests.bench.empty_route"
STARTS = 5
SETTLE_SECONDS = 1.0
STORE_SECONDS = 60.0
POLL_SECONDS = 0.02


@dataclass(slots=True)
class Usage:
    """What a phase cost the server in all threads and in the event loop's, what it committed, and the whole machine."""

    seconds: float
    cpu_seconds: float
    event_loop_seconds: float
    accepted: int
    stored: int
    commits: int
    commit_seconds: float
    store_writes: int
    store_write_seconds: float
    machine_cpu_seconds: float

    @property
    def cpu_microseconds(self) -> float:
        """CPU of all threads for each accepted event."""
        return self.cpu_seconds / max(1, self.accepted) * 1e6


class UsageMeter:
    def __init__(self, server: ServerProcess) -> None:
        self._server = server
        self._counters = server.counters()
        self._cpu = server.cpu_seconds()
        self._event_loop = server.event_loop_seconds()
        self._machine = machine_cpu_seconds()
        self._started = time.monotonic()

    def read(self) -> Usage:
        counters = self._server.counters()
        since = {name: value - self._counters[name] for name, value in counters.items()}
        return Usage(
            time.monotonic() - self._started,
            self._server.cpu_seconds() - self._cpu,
            self._server.event_loop_seconds() - self._event_loop,
            int(since["events_accepted_total"]),
            int(since["events_stored_total"]),
            int(since["inbox_commits_total"]),
            since["inbox_commit_seconds_total"],
            int(since["store_writes_total"]),
            since["store_write_seconds_total"],
            machine_cpu_seconds() - self._machine,
        )


@dataclass(slots=True)
class EmptyRoute:
    load: WrkResult
    cpu_seconds: float

    @property
    def cpu_microseconds(self) -> float:
        return self.cpu_seconds / self.load.requests * 1e6


@dataclass(slots=True)
class FullLoad:
    load: WrkResult
    usage: Usage
    behind_at_end: int
    seconds_until_stored: float

    @property
    def stored_per_second(self) -> float:
        return self.usage.stored / (self.load.seconds + self.seconds_until_stored)


@dataclass(slots=True)
class SteadyLoad:
    load: SteadyResult
    usage: Usage


def start_seconds(parent: Path, data_dir: Path | None = None) -> float:
    """The median from exec to the first 200; without `data_dir` each start has a new directory."""
    measured = []
    for _ in range(STARTS):
        with TemporaryDirectory(dir=parent) as fresh, running_product(data_dir or Path(fresh, "data")) as server:
            measured.append(server.start_seconds)
    return statistics.median(measured)


def empty_route(parent: Path, requests: Path, seconds: int, connections: int) -> EmptyRoute:
    port = free_port()
    with running([sys.executable, "-m", EMPTY_ROUTE, str(port)], port, parent / "empty_route.log") as server:
        before = server.cpu_seconds()
        load = run_wrk(port, requests, 0, seconds, connections)
        return EmptyRoute(load, server.cpu_seconds() - before)


def full_load(server: ServerProcess, requests: Path, skip: int, seconds: int, connections: int) -> FullLoad:
    meter = UsageMeter(server)
    load = run_wrk(server.port, requests, skip, seconds, connections)
    behind = int(server.counters()["inbox_events"])
    until_stored = wait_until_stored(server, load.ended)
    return FullLoad(load, meter.read(), behind, until_stored)


def wait_until_stored(server: ServerProcess, ended: float) -> float:
    """Seconds from `ended` until the store has every event that was accepted."""
    while server.counters()["inbox_events"]:
        if time.monotonic() > ended + STORE_SECONDS:
            raise RuntimeError(f"after {STORE_SECONDS:g} seconds accepted events are still not stored")
        time.sleep(POLL_SECONDS)
    return time.monotonic() - ended


def steady_load(server: ServerProcess, requests: Path, skip: int, rate: float, seconds: int) -> SteadyLoad:
    meter = UsageMeter(server)
    arguments = [str(each) for each in (server.port, requests, skip, rate, seconds)]
    command = [sys.executable, "-m", "tests.bench.steady_load", *arguments]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    wait_until_stored(server, time.monotonic())
    return SteadyLoad(SteadyResult(**orjson.loads(answer.stdout)), meter.read())


def load_until(server: ServerProcess, requests: Path, skip: int, stored: int, connections: int) -> int:
    """Load until `stored` events are in the store. Returns how many there are."""
    while (have := int(server.counters()["events_stored_total"])) < stored:
        result = run_wrk(server.port, requests, skip, 10, connections)
        skip += result.requests
        wait_until_stored(server, result.ended)
    return have
