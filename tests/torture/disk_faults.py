"""F5: the disk is full while events come in, while the store checkpoints, and at the start."""

import os
import random
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.torture.ledger import Ledger, stored_events, verdict
from tests.torture.outcome import Outcome, Scale
from tests.torture.server_process import ServerProcess, StartFailed, add_site, wait_until
from tests.torture.traffic import Traffic, send_again

RECOVERY_SECONDS = 2.0
CHUNK = 4096
FREE_WHEN_FULL = (0, 16_384, 65_536, 131_072, 300_000, 600_000)
SMALL_CHECKPOINTS = {"TORTURE_CHECKPOINT_SIZE": "64KB"}


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path | None]:
    """A file system of this size, or None when we may not mount one."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path, leave: int) -> Path:
    """Take all but `leave` bytes of the disk."""
    filler = folder / "filler"
    with open(filler, "ab", buffering=0) as file:
        try:
            while shutil.disk_usage(folder).free > leave + CHUNK:
                file.write(bytes(min(1 << 18, max(CHUNK, shutil.disk_usage(folder).free - leave))))
        except OSError:
            pass
    return filler


def full_disk(directory: Path, scale: Scale) -> Outcome:
    outcome = Outcome()
    slowest = 0.0
    levels = random.sample(FREE_WHEN_FULL[1:], 1) if scale.quick else FREE_WHEN_FULL * scale.of(2, 1)
    for number, level in enumerate(levels):
        with small_disk(directory / f"disk{number}", 24) as disk:
            if disk is None:
                return Outcome(skipped="mounting a tmpfs needs root and is not possible here")
            slowest = max(slowest, full_while_writing(disk, level, number % 2 == 0, outcome, scale))
    for number, level in enumerate((0,) if scale.quick else (0, CHUNK, 65_536, 600_000)):
        with small_disk(directory / f"start{number}", 24) as disk:
            assert disk is not None
            full_at_start(disk, level, outcome)
    with small_disk(directory / "guard", 256) as disk:
        assert disk is not None
        guard_trips(disk, outcome)
    outcome.measured = f"accepts again at most {slowest:.2f} s after space returned"
    return outcome


def full_while_writing(disk: Path, level: int, checkpoints: bool, outcome: Outcome, scale: Scale) -> float:
    """Returns the seconds until events were accepted and stored again."""
    outcome.rounds += 1
    label = f"{level} bytes left{', with checkpoints' if checkpoints else ''}"
    ledger, root = Ledger(), disk / "data"
    site_id = add_site(root)
    log = disk.with_suffix(".log")
    server = ServerProcess(root, fault=SMALL_CHECKPOINTS if checkpoints else None, log=log)
    server.start()
    with Traffic(server.port, site_id, ledger, "d", connections=16, per_second=800, reconnect=True):
        wait_until(lambda: len(ledger.acknowledged) > 300, 5.0)
        filler = fill(disk, level)
        refused = wait_until(lambda: ledger.statuses[503] > 0, 2.0 if scale.quick else 12.0)
        threading.Event().wait(1.0)
        reading = [server.ask(path).status for path in ("/metrics", "/api/status")]
        filler.unlink()
        before = len(ledger.acknowledged)
        seconds = seconds_until_working(server, ledger, before)
    outcome.require(reading == [200, 200], f"{label}: questions were answered {reading}")
    outcome.require(not refused or ledger.without_retry_after == 0, f"{label}: 503 without Retry-After")
    outcome.require(set(ledger.statuses) <= {202, 503}, f"{label}: answers {dict(ledger.statuses)}")
    outcome.require(seconds <= scale.limit(RECOVERY_SECONDS), f"{label}: not back {seconds:.1f} s after space returned")
    check_kept(server, site_id, ledger, label, outcome)
    return seconds


def seconds_until_working(server: ServerProcess, ledger: Ledger, before: int) -> float:
    began = time.monotonic()
    wait_until(lambda: len(ledger.acknowledged) > before and server.ask("/healthz").status == 200, 10.0, 0.05)
    return time.monotonic() - began


def check_kept(server: ServerProcess, site_id: str, ledger: Ledger, label: str, outcome: Outcome) -> None:
    """Everything acknowledged is there once, if need be after one more start."""
    send_again(server.port, site_id, ledger, ledger.unanswered())
    outcome.require(server.drain(10), f"{label}: did not drain")
    code = server.stop()
    outcome.require(code == 0, f"{label}: SIGTERM gave exit code {code}: {server.last_words()}")
    if code:
        ServerProcess(server.directory, log=server.log_file).start_drain_stop()
    faults = verdict(ledger, ledger.acknowledged, stored_events(server.directory)).faults()
    outcome.faults += [f"{label}: {text}" for text in faults]


def full_at_start(disk: Path, level: int, outcome: Outcome) -> None:
    """Either it says in one line why it does not start (exit 3), or it starts and refuses events."""
    outcome.rounds += 1
    root, ledger = disk / "data", Ledger()
    site_id = add_site(root)
    log = disk.with_suffix(".log")
    first = ServerProcess(root, log=log)
    first.start()
    with Traffic(first.port, site_id, ledger, "s"):
        wait_until(lambda: len(ledger.acknowledged) > 500, 5.0)
        first.kill()
    filler = fill(disk, level)
    label = f"start with {level} bytes free"
    server = ServerProcess(root, log=log)
    try:
        server.start()
        server.stop()
    except StartFailed as failure:
        code = server.wait()
        outcome.require(code == 3, f"{label}: exit code {code}: {failure}")
        outcome.require("Traceback" not in server.log(), f"{label}: a stack trace instead of one line")
    filler.unlink()
    again = ServerProcess(root, log=log)
    again.start()
    check_kept(again, site_id, ledger, label, outcome)


def guard_trips(disk: Path, outcome: Outcome) -> None:
    """With the default setting, events are refused below 200 MB of free disk, and taken again above."""
    outcome.rounds += 1
    root = disk / "data"
    site_id = add_site(root)
    server = ServerProcess(root, "--ingest-rate", "1e9", "--ingest-burst", "1000000", log=disk.with_suffix(".log"))
    server.start()
    event = {"site_id": site_id, "name": "guard", "url": "/"}
    outcome.require(server.ask("/ingest/event", event).status == 202, "guard: refused with 256 MB free")
    filler = fill(disk, 150_000_000)
    tripped = wait_until(lambda: server.ask("/readyz").status == 503, 3.0, 0.05)
    answer = server.ask("/ingest/event", event)
    outcome.require(tripped and answer.status == 503, "guard: accepts events with 150 MB free")
    outcome.require("retry-after" in answer.headers, "guard: 503 without Retry-After")
    filler.unlink()
    back = wait_until(lambda: server.ask("/ingest/event", event).status == 202, RECOVERY_SECONDS, 0.05)
    outcome.require(back, "guard: does not accept again within 2 s")
    outcome.require(server.stop() == 0, "guard: exit code not 0")
