"""A server in a process of its own, and what the system says of it."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson

ANALYTICS = str(Path(sys.executable).with_name("analytics"))
TICKS = os.sysconf("SC_CLK_TCK")
START_SECONDS = 20.0
STOP_SECONDS = 60.0
POLL_SECONDS = 0.002


@dataclass(frozen=True, slots=True)
class ServerProcess:
    process: subprocess.Popen[bytes]
    port: int
    start_seconds: float

    def cpu_seconds(self) -> float:
        return cpu_seconds(Path(f"/proc/{self.process.pid}/stat"))

    def event_loop_seconds(self) -> float:
        """CPU of the main thread only."""
        return cpu_seconds(Path(f"/proc/{self.process.pid}/task/{self.process.pid}/stat"))

    def memory_mb(self, field: str) -> float:
        """`field` is VmRSS for what it has now, VmHWM for the most it ever had."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(f"{field}:"):
                return int(line.split()[1]) / 1024
        raise RuntimeError(f"the server has no {field}: did it die?")

    def counters(self) -> dict[str, float]:
        lines = get(self.port, "/metrics")[1].decode().splitlines()
        pairs = [line.rsplit(" ", 1) for line in lines if line and not line.startswith("#")]
        return {name.removeprefix("hitkeep_"): float(value) for name, value in pairs}


def machine_cpu_seconds() -> float:
    """CPU that everything on this machine has used so far; the 4th and 5th fields are idleness."""
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return (sum(fields[:3]) + sum(fields[5:8])) / TICKS


def cpu_seconds(stat: Path) -> float:
    """User and system time; the fields are counted from behind the name, which may have blanks."""
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def analytics_command(data_dir: Path, *arguments: str) -> list[str]:
    return [ANALYTICS, *arguments, "--data-dir", str(data_dir)]


def serve_arguments(data_dir: Path, port: int) -> list[str]:
    limits = ["--ingest-rate", "1e9", "--ingest-burst", "1000000000", "--trusted-proxies", "127.0.0.1/32"]
    return ["serve", "--data-dir", str(data_dir), "--port", str(port), "--log-level", "warning", *limits]


def add_site(data_dir: Path, domain: str) -> str:
    """The id of the new site."""
    added = subprocess.run(
        analytics_command(data_dir, "site", "add", domain, "--json"), check=True, capture_output=True
    )
    return str(orjson.loads(added.stdout)["id"])


@contextmanager
def running(command: Sequence[str], port: int, log: Path) -> Iterator[ServerProcess]:
    """Start, wait for the first 200 of /healthz, and stop with SIGTERM in the end."""
    with log.open("ab") as output:
        started = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        await_health(process, port, log)
        yield ServerProcess(process, port, time.perf_counter() - started)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_SECONDS)


@contextmanager
def running_product(data_dir: Path) -> Iterator[ServerProcess]:
    port = free_port()
    log = data_dir.with_suffix(".log")
    with running([ANALYTICS, *serve_arguments(data_dir, port)], port, log) as server:
        yield server
    for line in log.read_text().splitlines():
        if "WARNING" in line or "ERROR" in line:
            print(f"server log: {line}", file=sys.stderr)


def await_health(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if get(port, "/healthz")[0] == 200:
                return
        except OSError:
            pass
        if process.poll() is not None:
            raise RuntimeError(f"the server stopped with exit code {process.returncode}: {log.read_text()}")
        time.sleep(POLL_SECONDS)
    raise RuntimeError(f"the server gave no 200 within {START_SECONDS:g} seconds: {log.read_text()}")


def get(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
