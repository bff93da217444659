"""F7: damaged files. A start may refuse or may log what is lost; `doctor --check` finds what a start takes."""

import random
import re
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture.damages import (
    LOG_DAMAGES,
    SQLITE_DAMAGES,
    SQLITE_LOG_DAMAGES,
    STORE_DAMAGES,
    Damage,
    copy_directory,
)
from tests.torture.ledger import Ledger, stored_events
from tests.torture.outcome import Outcome, Scale
from tests.torture.server_process import ServerProcess, StartFailed, add_site, run_analytics, wait_until
from tests.torture.stages import plan
from tests.torture.traffic import Traffic

Kind = tuple[str, str, Damage]


@dataclass(slots=True)
class Findings:
    """What became of each damage: refused, logged, harmless or silent; and what the doctor missed."""

    outcome: Outcome
    counts: Counter[str] = field(default_factory=Counter)

    def note(self, label: str, effect: str, doctor: bool, said: str) -> None:
        self.outcome.rounds += 1
        self.counts[effect] += 1
        self.outcome.require(effect != "silent", f"{label}: events are gone and nobody says so: {said}")
        self.outcome.require(effect != "vague", f"{label}: refused without exit code 3 and a way out: {said}")
        if effect != "harmless":
            self.counts["found by doctor"] += doctor
            self.outcome.require(doctor, f"{label} ({effect} at the start): `doctor --check` finds nothing")


def damaged_files(directory: Path, scale: Scale) -> Outcome:
    findings = Findings(Outcome())
    killed = write_and_kill(directory)
    if scale.quick:
        try_all(findings, killed, directory, "events.duckdb.wal", dict(random.sample(list(LOG_DAMAGES.items()), 1)))
        try_all(findings, killed, directory, "events.duckdb", {"header": STORE_DAMAGES["bit in the main header"]})
    else:
        closed, unstored = write_and_close(directory), write_unstored(directory)
        try_all(findings, killed, directory, "events.duckdb.wal", LOG_DAMAGES)
        try_all(findings, closed, directory, "events.duckdb", STORE_DAMAGES)
        try_all(findings, closed, directory, "inbox.sqlite", SQLITE_DAMAGES)
        try_all(findings, closed, directory, "catalog.sqlite", SQLITE_DAMAGES)
        try_all(findings, unstored, directory, "inbox.sqlite-wal", SQLITE_LOG_DAMAGES)
        stale_log_after_restore(directory, killed, findings)
    findings.outcome.measured = ", ".join(f"{count} {name}" for name, count in findings.counts.items())
    return findings.outcome


def try_all(findings: Findings, source: "Source", directory: Path, file: str, damages: dict[str, Damage]) -> None:
    for kind, damage in damages.items():
        try_damage(findings, source, directory / "copy", (file, kind, damage))


@dataclass(slots=True)
class Source:
    """A data directory to damage copies of, and the events that were acknowledged in it."""

    root: Path
    acknowledged: set[str]


def write_and_kill(directory: Path) -> Source:
    """Many commits are only in the event store's log, and the inbox has been trimmed of them."""
    server, ledger = write(directory / "killed", {})
    server.drain()
    wait_until(lambda: False, 0.3)
    server.kill()
    return Source(server.directory, ledger.acknowledged)


def write_and_close(directory: Path) -> Source:
    server, ledger = write(directory / "closed", {})
    server.stop()
    return Source(server.directory, ledger.acknowledged)


def write_unstored(directory: Path) -> Source:
    """Half of the events are only in the inbox: the event store stands still."""
    server, ledger = write(directory / "unstored", plan("sleep", "store.before_append", 4, 1, 60))
    server.kill()
    return Source(server.directory, ledger.acknowledged)


def write(root: Path, fault: dict[str, str]) -> tuple[ServerProcess, Ledger]:
    ledger = Ledger()
    site_id = add_site(root)
    server = ServerProcess(root, fault=fault)
    server.start()
    with Traffic(server.port, site_id, ledger, "d", connections=4, per_second=700):
        wait_until(lambda: len(ledger.acknowledged) > 1_500, 10.0)
    return server, ledger


def try_damage(findings: Findings, source: Source, target: Path, kind: Kind) -> None:
    file, name, damage = kind
    label = f"{file}: {name}"
    damage(copy_directory(source.root, target) / file)
    doctor = run_analytics("doctor", "--check", directory=target)
    if "Traceback" in doctor.stderr:
        findings.outcome.faults.append(f"{label}: doctor shows a stack trace: {doctor.stderr[-200:]}")
    damage(copy_directory(source.root, target) / file)
    effect, said = effect_of_start(target, source.acknowledged)
    findings.note(label, effect, doctor.returncode != 0, said)
    shutil.rmtree(target)


def effect_of_start(target: Path, acknowledged: set[str]) -> tuple[str, str]:
    """What the damage came to, and what the server said."""
    server = ServerProcess(target)
    try:
        server.start()
    except StartFailed:
        clear = server.wait() == 3 and "analytics restore" in server.log() and "Traceback" not in server.log()
        return "refused" if clear else "vague", f"exit code {server.wait()}, {server.last_words()}"
    drained = server.drain(3.0)
    server.stop()
    if drained and acknowledged <= stored_events(target).keys():
        return "harmless", ""
    return "logged" if re.search(
        "lacks|are damaged|is damaged|were damaged", server.log()
    ) else "silent", server.last_words()


def stale_log_after_restore(directory: Path, killed: Source, findings: Findings) -> None:
    """Someone copies an older event store over the new one and leaves the newer log beside it."""
    older = directory / "older"
    add_site(older)
    ServerProcess(older).start_drain_stop()

    def replace_by_older(store: Path) -> None:
        shutil.copy2(older / store.name, store)

    kind = ("events.duckdb", "an older file under a newer log", replace_by_older)
    try_damage(findings, killed, directory / "copy", kind)
