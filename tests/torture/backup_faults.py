"""F18: backups while events come in, restored into an empty directory; and a restore that is killed."""

import os
import subprocess
import sys
from pathlib import Path

from tests.torture.ledger import Ledger, stored_events, verdict
from tests.torture.outcome import Outcome, Scale
from tests.torture.server_process import (
    REPOSITORY,
    ServerProcess,
    StartFailed,
    add_site,
    run_analytics,
    wait_until,
)
from tests.torture.stages import plan
from tests.torture.traffic import Traffic

WRITING_PER_SECOND = 1_000
P99_MS = 100.0
RENAMES = 6
"""A restore moves three files away and three in."""


def backup_while_writing(directory: Path, scale: Scale) -> Outcome:
    """F18. A backup holds all that was acknowledged before it began, and nothing twice."""
    outcome = Outcome(scale.of(20, 1))
    root, ledger = directory / "live", Ledger()
    site_id = add_site(root)
    server = ServerProcess(root)
    server.start()
    backups: list[tuple[Path, set[str]]] = []
    with Traffic(server.port, site_id, ledger, "b", connections=16, per_second=WRITING_PER_SECOND):
        wait_until(lambda: len(ledger.acknowledged) > 500, 5.0)
        for number in range(outcome.rounds):
            before, target = set(ledger.acknowledged), directory / f"backup{number}"
            done = run_analytics("backup", str(target), directory=root)
            outcome.require(done.returncode == 0, f"backup {number}: {done.stderr[-200:]}")
            backups.append((target, before))
    server.stop()
    p99 = ledger.percentile(0.99)
    outcome.require(p99 <= scale.limit(P99_MS), f"writers' p99 {p99:.0f} ms")
    for number, (target, before) in enumerate(backups):
        check_restored(directory / f"restored{number}", target, before, ledger, outcome)
    for step in (4,) if scale.quick else range(1, RENAMES + 1):
        kill_restore(directory / f"killed{step}", step, backups[-1], outcome)
    outcome.measured = f"{len(ledger.acknowledged)} acks, writers' p99 {p99:.0f} ms"
    return outcome


def check_restored(root: Path, backup: Path, expected: set[str], ledger: Ledger, outcome: Outcome) -> None:
    add_site(root, "other.example")
    done = run_analytics("restore", str(backup), directory=root)
    outcome.require(done.returncode == 0, f"{root.name}: {done.stderr[-200:]}")
    if done.returncode:
        return
    outcome.require(any(root.glob("replaced-*")), f"{root.name}: nothing was kept")
    server = ServerProcess(root)
    server.start_drain_stop()
    outcome.faults += [f"{root.name}: {text}" for text in verdict(ledger, expected, stored_events(root)).faults()]


def kill_restore(root: Path, step: int, backup: tuple[Path, set[str]], outcome: Outcome) -> None:
    """kill -9 of `restore` before it renames a file: the next start has one of the two states, or refuses."""
    old = Ledger()
    site_id = add_site(root)
    server = ServerProcess(root)
    server.start()
    with Traffic(server.port, site_id, old, "old"):
        wait_until(lambda: len(old.acknowledged) > 200, 5.0)
    server.stop()
    command = [sys.executable, "-m", "tests.torture.faulty_server", "restore", str(backup[0]), "--data-dir", str(root)]
    environment = {**os.environ, **plan("kill", "rename", step)}
    subprocess.run(command, env=environment, cwd=REPOSITORY, capture_output=True)
    label = f"restore killed before its rename {step}"
    again = ServerProcess(root)
    try:
        again.start_drain_stop()
    except StartFailed:
        outcome.require(again.wait() == 3, f"{label}: start failed otherwise: {again.last_words()}")
        return
    stored = stored_events(root).keys()
    whole = old.acknowledged <= stored or backup[1] <= stored
    outcome.require(whole, f"{label}: the next start has {len(stored)} events and says nothing")
