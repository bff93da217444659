"""Full load: wrk sends as fast as it is answered."""

import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import orjson

SCRIPT = Path(__file__).with_name("wrk_load.lua")


@dataclass(slots=True)
class WrkResult:
    """`failed` counts answers of 400 and above, `broken` connections; `ended` is monotonic time."""

    requests: int
    seconds: float
    failed: int
    broken: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    ended: float

    @property
    def accepted_per_second(self) -> float:
        return (self.requests - self.failed) / self.seconds


def require_wrk() -> None:
    if shutil.which("wrk") is None:
        sys.exit("bench_ingest: wrk is missing; it is Debian's package wrk: apt install wrk")


def run_wrk(port: int, requests: Path, skip: int, seconds: int, connections: int) -> WrkResult:
    """One thread: it can send several times what the server takes, and leaves the other core alone."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(SCRIPT), f"http://127.0.0.1:{port}"]
    with subprocess.Popen([*command, "--", str(requests), str(skip)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(b"{"):
                return WrkResult(**orjson.loads(line), ended=time.monotonic())
    raise RuntimeError(f"wrk gave no result, exit code {process.returncode}")
