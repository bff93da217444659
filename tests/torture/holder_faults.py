"""F6, F8, F9: files that may not be written, a directory that is in use, and who opens the event store's file."""

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from tests.torture.ledger import Ledger
from tests.torture.outcome import Outcome, Scale
from tests.torture.server_process import ANALYTICS, REPOSITORY, ServerProcess, add_site, run_analytics, wait_until
from tests.torture.traffic import Traffic

REFUSAL_SECONDS = 1.0


def as_ordinary_user() -> list[str] | None:
    """A prefix that makes file permissions count: root without capabilities. None when there is no such tool."""
    if os.geteuid() != 0:
        return []
    tool = shutil.which("setpriv")
    return [tool, "--bounding-set=-all"] if tool else None


def unwritable(directory: Path, scale: Scale) -> Outcome:
    """F6. Exit code 3 and one line that names the cause, in a second."""
    prefix = as_ordinary_user()
    if prefix is None:
        return Outcome(skipped="run as root, and without setpriv permissions do not count")
    outcome, slowest = Outcome(), 0.0
    good = directory / "good"
    add_site(good)
    ServerProcess(good).start_drain_stop()
    for name, spoil in list(spoilers(directory).items())[:: 4 if scale.quick else 1]:
        outcome.rounds += 1
        root = directory / "spoilt"
        shutil.copytree(good, root)
        target = spoil(root)
        began = time.monotonic()
        command = [*prefix, str(ANALYTICS), "serve", "--data-dir", str(target), "--port", "0"]
        slowest = max(slowest, check_refusal(outcome, name, command, began, scale.limit(REFUSAL_SECONDS)))
        subprocess.run(["chmod", "-R", "u+rwX", str(root)], check=True)
        shutil.rmtree(root)
    outcome.measured = f"slowest refusal {slowest:.2f} s"
    return outcome


def spoilers(directory: Path) -> dict[str, Callable[[Path], Path]]:
    """Each damages a data directory's permissions and gives the directory to serve."""

    def with_mode(name: str, mode: int) -> Callable[[Path], Path]:
        def change(root: Path) -> Path:
            (root / name).chmod(mode)
            return root

        return change

    def a_file(root: Path) -> Path:
        return root / "catalog.sqlite"

    def below_read_only(root: Path) -> Path:
        root.chmod(0o500)
        return root / "new"

    files = ("events.duckdb", "catalog.sqlite", "inbox.sqlite", "lock")
    changes = {f"{name} mode {mode:o}": with_mode(name, mode) for name in files for mode in (0o400, 0)}
    return {
        **changes,
        "directory read-only": with_mode(".", 0o500),
        "a file instead of a directory": a_file,
        "below a read-only directory": below_read_only,
    }


def check_refusal(outcome: Outcome, name: str, command: list[str], began: float, limit: float) -> float:
    """Returns its seconds."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=REPOSITORY)
    try:
        _, text = process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        outcome.faults.append(f"{name}: it started")
        return 0.0
    seconds = time.monotonic() - began
    errors = [line for line in text.splitlines() if line.startswith("Error: ")]
    outcome.require(process.returncode == 3, f"{name}: exit code {process.returncode}: {text.splitlines()[-1:]}")
    outcome.require(len(errors) == 1 and "Traceback" not in text, f"{name}: not one line: {text[-200:]!r}")
    outcome.require(seconds <= limit, f"{name}: refusing took {seconds:.2f} s")
    return seconds


def directory_in_use(directory: Path, scale: Scale) -> Outcome:
    """F8. A second server is told who holds the directory, changes nothing, and can wait for it."""
    outcome = Outcome(3)
    root = directory / "used"
    add_site(root)
    first = ServerProcess(root)
    first.start()
    second = ServerProcess(root, "--wait", "0", log=directory / "second.log")
    second.spawn()
    code = second.wait(10)
    outcome.require(code == 3, f"second server: exit code {code}")
    outcome.require(f"process {first.pid}" in second.log(), f"second server names no process: {second.log()!r}")
    outcome.require(first.ask("/healthz").status == 200, "the first server suffered")
    outcome.require((root / "server.sock").exists(), "the first server's socket file is gone")
    waiting = ServerProcess(root, "--wait", "10", log=directory / "waiting.log")
    waiting.spawn()
    outcome.require(not waiting.ended_within(1.0), "a server told to wait did not")
    first.stop()
    began = time.monotonic()
    took_over = wait_until(waiting.listens, 10)
    outcome.measured = f"takes over {time.monotonic() - began:.2f} s after the first has ended"
    outcome.require(took_over, "a waiting server did not take over")
    waiting.stop()
    foreign_holder(root, directory, outcome)
    return outcome


def foreign_holder(root: Path, directory: Path, outcome: Outcome) -> None:
    """Another program (here DuckDB in this process) has the event store's file open."""
    with duckdb.connect(str(root / "events.duckdb")):
        server = ServerProcess(root, log=directory / "foreign.log")
        server.spawn()
        code = server.wait(10)
    outcome.require(code == 3, f"file held by another program: exit code {code}")
    outcome.require(str(os.getpid()) in server.log(), f"names no process: {server.last_words()}")


def nobody_opens_the_store(directory: Path, scale: Scale) -> Outcome:
    """F9. Python code that opens and closes the file would drop DuckDB's lock on it."""
    outcome = Outcome(1)
    root, opened, ledger = directory / "audited", directory / "opened", Ledger()
    site_id = add_site(root)
    server = ServerProcess(root, fault={"TORTURE_OPENED_FILES": str(opened)})
    server.start()
    with Traffic(server.port, site_id, ledger, "a", per_second=300):
        for command in (("doctor",), ("backup", str(directory / "copy"))):
            done = run_analytics(*command, directory=root)
            outcome.require(done.returncode == 0, f"{command[0]}: {done.stderr[-200:]}")
        server.ask("/metrics")
        other = subprocess.run(
            [str(ANALYTICS), "doctor", "--check", "--data-dir", str(root)], capture_output=True, text=True
        )
        outcome.require(other.returncode == 3, "doctor --check beside a server was not refused")
    server.stop()
    files = [line for line in opened.read_text(errors="replace").splitlines() if "events.duckdb" in line]
    held = [line for line in files if not line.startswith(str(root / "backups"))]
    outcome.require(not held, f"opened: {held}")
    outcome.measured = f"{len(held)} of {len(opened.read_text().splitlines())} opened files"
    return outcome
