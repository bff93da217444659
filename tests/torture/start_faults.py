"""F3, F4: killed while it starts for the first time, and stopped under load."""

import json
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

from hitkeep_py.catalog.migrations import MIGRATIONS as CATALOG_MIGRATIONS
from hitkeep_py.ingest.inbox_file import SCHEMA_VERSION
from hitkeep_py.stores.migrations.duckdb import MIGRATIONS as STORE_MIGRATIONS
from tests.torture.ledger import Ledger, stored_events, verdict
from tests.torture.outcome import Outcome, Scale
from tests.torture.server_process import REPOSITORY, ServerProcess, StartFailed, add_site, wait_until
from tests.torture.stages import plan
from tests.torture.traffic import Traffic, send_again

NEXT_START_SECONDS = 2.0
STOP_SECONDS = 5.0
LABELS = ("catalog", "store", "inbox")
MOST_STATEMENTS = 40
CLOSING_STAGES = ("store.before_checkpoint", "store.after_checkpoint", "inbox.before_trim", "inbox.after_trim")


def kill_first_start(directory: Path, scale: Scale) -> Outcome:
    """F3. Before each statement of the first start, whichever file it changes; then right after it listens.

    A statement is passed twice, before and after it; after one is before the next.
    """
    outcome = Outcome()
    slowest, limit = 0.0, scale.limit(NEXT_START_SECONDS)
    for label in random.sample(LABELS, 1) if scale.quick else LABELS:
        for passage in (random.randint(1, 8),) if scale.quick else range(1, 2 * MOST_STATEMENTS, 2):
            root = directory / f"{label}-{passage}"
            server = ServerProcess(root, fault=plan("kill", f"{label}.statement", passage))
            if not killed_while_starting(server):
                break
            slowest = max(slowest, check_next_start(root, outcome, f"{label} statement {passage}", limit))
    for number in range(scale.of(25, 1)):
        root = directory / f"listening-{number}"
        server = ServerProcess(root)
        server.start()
        time.sleep(random.uniform(0, 0.05))
        server.kill()
        slowest = max(slowest, check_next_start(root, outcome, f"listening {number}", limit))
    outcome.measured = f"slowest next start {slowest:.2f} s"
    return outcome


def killed_while_starting(server: ServerProcess) -> bool:
    """A kill may also come just after it listens, from work of the first moments."""
    try:
        server.start()
    except StartFailed:
        return server.wait() == -signal.SIGKILL
    killed = server.ended_within(0.4)
    server.kill()
    return killed


def check_next_start(root: Path, outcome: Outcome, label: str, limit: float) -> float:
    """Starts in time, has the right schemas, and takes and keeps an event. Returns the start's seconds."""
    outcome.rounds += 1
    server = ServerProcess(root)
    try:
        seconds = server.start()
    except StartFailed as failure:
        outcome.faults.append(f"{label}: {failure}")
        return 0.0
    outcome.require(seconds <= limit, f"{label}: the next start took {seconds:.2f} s")
    site_id = add_site(root)
    wait_until(lambda: server.ask("/ingest/event", event(site_id)).status == 202, 3.0, 0.05)
    outcome.require(server.stop() == 0, f"{label}: SIGTERM gave another exit code than 0")
    outcome.require(schemas(root) == NEWEST_SCHEMAS, f"{label}: the schemas are {schemas(root)}")
    outcome.require(stored_events(root)["first"] == 1, f"{label}: the event was not stored")
    shutil.rmtree(root)
    return seconds


def event(site_id: str) -> dict[str, object]:
    return {"site_id": site_id, "name": "first", "url": "/"}


NEWEST_SCHEMAS = (CATALOG_MIGRATIONS[-1][0], SCHEMA_VERSION, STORE_MIGRATIONS[-1][0])
READ_STORE_SCHEMA = (
    "import duckdb, json, sys; "
    "print(json.dumps(duckdb.connect(sys.argv[1]).execute('SELECT max(number) FROM migrations').fetchall()[0][0]))"
)


def schemas(root: Path) -> tuple[int, int, int]:
    """Of the stopped server's catalog, inbox and event store."""
    versions = []
    for name in ("catalog.sqlite", "inbox.sqlite"):
        connection = sqlite3.connect(root / name)
        versions.append(int(connection.execute("PRAGMA user_version").fetchone()[0]))
        connection.close()
    read = [sys.executable, "-c", READ_STORE_SCHEMA, str(root / "events.duckdb")]
    answer = subprocess.run(read, capture_output=True, text=True, cwd=REPOSITORY, check=True).stdout
    return versions[0], versions[1], int(json.loads(answer))


def stop_under_load(directory: Path, scale: Scale) -> Outcome:
    """F4. SIGTERM under 64 connections: a clean end in time, and every request that was sent got its answer."""
    outcome = Outcome(scale.of(50, 1))
    ledger, slowest, unanswered = Ledger(), 0.0, 0
    root = directory / "stopped"
    site_id = add_site(root)
    for number in range(outcome.rounds):
        server = ServerProcess(root)
        server.start()
        send_again(server.port, site_id, ledger, ledger.unanswered())
        with Traffic(server.port, site_id, ledger, f"s{number}", connections=64) as traffic:
            time.sleep(random.uniform(0.1, 1.0))
            began = time.monotonic()
            code = server.stop()
            seconds = time.monotonic() - began
        slowest = max(slowest, seconds)
        unanswered += sum(sent < began - 0.05 for sent in traffic.broken)
        check_stop(outcome, server, f"round {number}", code, seconds)
        faults = verdict(ledger, ledger.acknowledged, stored_events(root)).faults()
        outcome.faults += [f"round {number}: {text}" for text in faults]
    finish_unanswered(root, site_id, ledger, outcome)
    unexpected = {status: count for status, count in ledger.statuses.items() if status not in (202, 503)}
    outcome.require(not unexpected, f"other answers than 202 and 503: {unexpected}")
    outcome.require(unanswered == 0, f"{unanswered} requests sent well before SIGTERM got no answer")
    for stage in () if scale.quick else CLOSING_STAGES:
        kill_while_closing(directory / stage, stage, outcome)
    outcome.measured = f"{len(ledger.acknowledged)} acks, slowest stop {slowest:.2f} s, {unanswered} unanswered"
    return outcome


def check_stop(outcome: Outcome, server: ServerProcess, label: str, code: int, seconds: float) -> None:
    outcome.require(code == 0, f"{label}: exit code {code}: {server.last_words()}")
    outcome.require(seconds <= STOP_SECONDS, f"{label}: stopping took {seconds:.2f} s")
    outcome.require("Traceback" not in server.log(), f"{label}: {server.last_words()}")
    left = [each.name for pattern in ("*.wal", "*-wal") for each in server.directory.glob(pattern)]
    outcome.require(not left, f"{label}: logs were left behind: {left}")
    try:
        socket.create_connection(("127.0.0.1", server.port), timeout=1).close()
        outcome.faults.append(f"{label}: the port still takes connections")
    except OSError:
        pass


def finish_unanswered(root: Path, site_id: str, ledger: Ledger, outcome: Outcome) -> None:
    server = ServerProcess(root)
    server.start()
    send_again(server.port, site_id, ledger, ledger.unanswered())
    server.stop()
    outcome.faults += verdict(ledger, ledger.acknowledged, stored_events(root)).faults()


def kill_while_closing(root: Path, stage: str, outcome: Outcome) -> None:
    """kill -9 in the middle of what SIGTERM began."""
    ledger = Ledger()
    site_id = add_site(root)
    first = 2 if "checkpoint" in stage else 1
    server = ServerProcess(root, fault=plan("kill", stage, first))
    server.start()
    with Traffic(server.port, site_id, ledger, stage, per_second=1000):
        threading.Event().wait(0.15)
        outcome.require(server.stop() == -signal.SIGKILL, f"{stage}: the kill did not come")
    finish_unanswered(root, site_id, ledger, outcome)
