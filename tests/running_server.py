"""A real `analytics serve` in a process of its own, on a port that the system chose."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

COMMAND = [sys.executable, "-m", "hitkeep_py"]
LISTENS = re.compile(r"listens on ((?:http://|unix:)\S+?),(?: reached at (\S+?),)? data in")
TOKEN = re.compile(r'"setup_token":"([^"]+)"')
START_SECONDS = 60.0


@dataclass
class RunningServer:
    process: subprocess.Popen[bytes]
    data_dir: Path
    log_file: Path
    address: str = ""
    """Where browsers reach it."""

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8") if self.log_file.exists() else ""

    @property
    def port(self) -> int:
        return int(self.address.rsplit(":", 1)[1])

    @property
    def setup_token(self) -> str:
        found = TOKEN.search(self.log)
        assert found, f"no setup token in: {self.log}"
        return found.group(1)

    def stop(self, number: int, timeout: float = 30) -> int:
        """Send a signal and give the exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout)


@contextmanager
def running(
    data_dir: Path,
    folder: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    log_file: Path | None = None,
) -> Iterator[RunningServer]:
    """The server from when it says that it listens; killed at the end if it still runs.

    Standard error goes into a file in `folder`; the arguments may send the log to `log_file`.
    """
    errors_file = folder / f"serve-{time.monotonic_ns()}.log"
    command = [*COMMAND, "serve", "--port", "0", "--data-dir", str(data_dir), *arguments]
    with errors_file.open("wb") as errors:
        process = subprocess.Popen(command, stderr=errors, env=environment)
    server = RunningServer(process, data_dir, log_file or errors_file)
    try:
        server.address = wait_for_address(server)
        yield server
    finally:
        process.kill()
        process.wait()


def wait_for_address(server: RunningServer) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if found := LISTENS.search(server.log):
            return found.group(2) or found.group(1)
        assert server.process.poll() is None, f"the server ended: {server.log}"
        time.sleep(0.01)
    raise AssertionError(f"the server did not start: {server.log}")


def run(*arguments: str, stdin: bytes = b"", environment: Mapping[str, str] | None = None) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command in a process of its own."""
    done = subprocess.run([*COMMAND, *arguments], input=stdin, capture_output=True, env=environment, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode()
