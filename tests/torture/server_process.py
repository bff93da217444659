"""A real server in a child process: started, asked, killed and stopped from outside."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

REPOSITORY = Path(__file__).resolve().parents[2]
ANALYTICS = Path(sys.executable).with_name("analytics")
UNLIMITED = (
    *("--ingest-rate", "1e9", "--ingest-burst", "1000000000", "--min-free-disk-mb", "0"),
    *("--max-connections", "20000", "--max-connections-per-client", "20000", "--api-rate-limit", "1e9"),
)
LISTENS = re.compile(r"listens on http://127\.0\.0\.1:(\d+)")
NATIVE_NOISE = re.compile(r"nanobind:| - (leaked|\.\.\.)|See https://nanobind")
DOMAIN = "example.com"
POLL = 0.005


class StartFailed(Exception):
    """The server ended, or did not listen in time; the text is its log."""


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = POLL) -> bool:
    """Whether the condition came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
    return True


def run_analytics(*arguments: str, directory: Path, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """One command of the command line, from beginning to end."""
    return subprocess.run(
        [str(ANALYTICS), *arguments, "--data-dir", str(directory)], capture_output=True, text=True, timeout=timeout
    )


def add_site(directory: Path, domain: str = DOMAIN) -> str:
    """The id of a new site."""
    done = run_analytics("site", "add", domain, "--json", directory=directory)
    if done.returncode:
        raise StartFailed(done.stderr)
    return str(json.loads(done.stdout)["id"])


class ServerProcess:
    """`analytics serve` on a free port. With `fault`, the launcher that fails at the stage these variables name."""

    def __init__(
        self,
        directory: Path,
        *options: str,
        fault: Mapping[str, str] | None = None,
        log: Path | None = None,
        user: int | None = None,
    ) -> None:
        self.directory = directory
        self.port = 0
        self.log_file = log or directory.parent / f"{directory.name}.log"
        serve = [str(ANALYTICS)] if fault is None else [sys.executable, "-m", "tests.torture.faulty_server"]
        self._arguments = [*serve, "serve", "--data-dir", str(directory), "--port", "0", *(options or UNLIMITED)]
        self._environment = {**os.environ, **(fault or {})}
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None

    def spawn(self) -> None:
        """Start the process and wait for nothing."""
        with open(self.log_file, "wb") as log:
            self._process = subprocess.Popen(
                self._arguments,
                stdout=log,
                stderr=log,
                cwd=REPOSITORY,
                env=self._environment,
                user=self._user,
                group=self._user,
                start_new_session=True,
            )

    def start(self, seconds: float = 20.0) -> float:
        """Start and wait until it listens. Returns how long that took; raises StartFailed."""
        began = time.monotonic()
        self.spawn()
        if not wait_until(lambda: self.ended() or self.listens(), seconds) or self.ended():
            text = self.last_words()
            self.kill()
            raise StartFailed(text)
        return time.monotonic() - began

    def listens(self) -> bool:
        if not (found := LISTENS.search(self.log())):
            return False
        self.port = int(found[1])
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=5).close()
        except OSError:
            return False
        return True

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def ended(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def ended_within(self, seconds: float) -> bool:
        try:
            self.wait_for_end(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def wait_for_end(self, seconds: float) -> int:
        """The exit code. Raises TimeoutExpired."""
        assert self._process is not None
        return self._process.wait(seconds)

    def log(self) -> str:
        return self.log_file.read_text(errors="replace")

    def last_words(self) -> str:
        """The end of the log, without what native libraries say at exit."""
        lines = [line for line in self.log().splitlines() if line.strip() and not NATIVE_NOISE.match(line)]
        return " / ".join(lines[-4:])[-500:]

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def wait(self, seconds: float = 30.0) -> int:
        """The exit code; a process that does not end in time is killed and gives -9."""
        try:
            return self.wait_for_end(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return -signal.SIGKILL

    def stop(self, seconds: float = 30.0) -> int:
        """SIGTERM, and the exit code."""
        if not self.ended():
            self.signal(signal.SIGTERM)
        return self.wait(seconds)

    def ask(
        self,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = 30.0,
    ) -> Reply:
        """One request; POST when there is a body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        began = time.monotonic()
        try:
            content = None if body is None else orjson.dumps(body)
            given = {"content-type": "application/json", **(headers or {})}
            connection.request("GET" if body is None else "POST", path, content, given)
            response = connection.getresponse()
            answer = response.read()
        finally:
            connection.close()
        names: dict[str, str] = {}
        for name, value in response.getheaders():
            names[name.lower()] = f"{names[name.lower()]}, {value}" if name.lower() in names else value
        return Reply(response.status, names, answer, time.monotonic() - began)

    def metric(self, name: str) -> float:
        found = re.search(rf"^hitkeep_{name} (\S+)$", self.ask("/metrics").body.decode(), re.MULTILINE)
        assert found, f"no metric {name}"
        return float(found[1])

    def start_drain_stop(self) -> None:
        self.start()
        self.drain()
        self.stop()

    def drain(self, seconds: float = 30.0) -> bool:
        """Whether everything accepted reached the event store in time."""
        return wait_until(lambda: self.metric("inbox_events") == 0, seconds, 0.02)

    def resident_megabytes(self) -> float:
        found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text())
        return int(found[1]) / 1024 if found else 0.0
