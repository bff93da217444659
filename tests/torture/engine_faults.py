"""F10, F19, F20: a dead event store, endless questions, and a writer or a disk that stands still."""

import re
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hitkeep_py.restatements import RESTATEMENTS
from hitkeep_py.server.access import COOKIE
from tests.torture.ledger import Ledger, stored_events, verdict
from tests.torture.outcome import Outcome, Scale
from tests.torture.server_process import ANALYTICS, UNLIMITED, Reply, ServerProcess, add_site, wait_until
from tests.torture.stages import STORE_STAGES, plan
from tests.torture.traffic import Traffic, send_again

REOPENED_SECONDS = 1.0
PATIENCE = 30.0
"""Seconds after which what should come is not waited for any longer; how quickly it should come is another figure."""
FIRST_ORDER = 2 + len(RESTATEMENTS)
FIRST_APPEND = FIRST_ORDER + 1
"""Of the store's transactions, counted from the first start of a new data directory: the first makes the schema, and
the jobs begin with an order to
the writer, to forget crossings."""
EMAIL, PASSWORD = "you@example.com", "a long enough password"
ERRORS = ("fatal", "internal", "transaction", "memory", "unexpected")


class Session:
    """A server with a site and a logged-in user, and the events sent to it."""

    def __init__(self, directory: Path, *options: str, fault: dict[str, str] | None = None) -> None:
        self.ledger = Ledger()
        self.site_id = add_site(directory)
        subprocess.run(
            [str(ANALYTICS), "user", "add", EMAIL, "--password-stdin", "--data-dir", str(directory)],
            input=PASSWORD.encode(),
            check=True,
            capture_output=True,
        )
        self.server = ServerProcess(directory, *UNLIMITED, *options, fault=fault)
        self.server.start()
        answer = self.server.ask("/api/login", {"email": EMAIL, "password": PASSWORD})
        self.cookie = next(each for each in re.findall(r"\w+=[^;]+", answer.headers["set-cookie"]) if COOKIE in each)

    def traffic(self, prefix: str, connections: int = 8, per_second: float | None = 500) -> Traffic:
        return Traffic(
            self.server.port,
            self.site_id,
            self.ledger,
            prefix,
            connections=connections,
            per_second=per_second,
            reconnect=True,
        )

    def stats(self, timeout: float = 60.0) -> Reply:
        return self.server.ask(f"/api/sites/{self.site_id}/stats", headers={"cookie": self.cookie}, timeout=timeout)

    def finish(self, outcome: Outcome, label: str) -> None:
        """Send again what has a key, drain, stop, count. What a failing server left behind, the next one stores."""
        send_again(self.server.port, self.site_id, self.ledger, self.ledger.unanswered())
        outcome.require(self.server.drain(), f"{label}: did not drain")
        code = self.server.stop()
        outcome.require(code == 0, f"{label}: SIGTERM gave exit code {code}: {self.server.last_words()}")
        if code:
            ServerProcess(self.server.directory).start_drain_stop()
        stored = stored_events(self.server.directory)
        outcome.faults += [
            f"{label}: {text}" for text in verdict(self.ledger, self.ledger.acknowledged, stored).faults()
        ]


def dead_store(directory: Path, scale: Scale) -> Outcome:
    """F10. Errors at every stage of a write, a write that kills the instance, and a question that does."""
    outcome, slowest = Outcome(), 0.0
    writes = [(stage, error) for stage in STORE_STAGES for error in ERRORS]
    for stage, error in [] if scale.quick else writes:
        fault = plan("raise", stage, FIRST_APPEND, 1, error)
        label = f"{error} at {stage}"
        slowest = max(slowest, survive(directory / f"{stage}-{error}", fault, outcome, label, scale))
    for stage in () if scale.quick else ("store.before_begin", "store.after_begin"):
        label = f"dead instance at {stage}"
        slowest = max(
            slowest, survive(directory / stage, plan("break_store", stage, FIRST_APPEND), outcome, label, scale)
        )
    order = plan("raise", "store.before_commit", FIRST_ORDER, 1, "fatal")
    slowest = max(slowest, survive(directory / "order", order, outcome, "fatal in an order", scale))
    slowest = max(slowest, question_kills(directory / "question", outcome, scale))
    reopening_fails(directory / "reopening", outcome)
    outcome.measured = f"slowest recovery {slowest:.2f} s"
    return outcome


def survive(root: Path, fault: dict[str, str], outcome: Outcome, label: str, scale: Scale) -> float:
    """Under load; returns the seconds in which the store was away."""
    outcome.rounds += 1
    session = Session(root, fault=fault)
    with session.traffic("load"):
        failed = wait_until(lambda: session.server.metric("store_failures_total") >= 1, PATIENCE)
        began = time.monotonic()
        outcome.require(failed, f"{label}: no failure was counted")
        back = wait_until(lambda: session.stats().status == 200 and healthy(session), PATIENCE)
    seconds = time.monotonic() - began
    outcome.require(back, f"{label}: did not recover by itself")
    outcome.require(seconds <= scale.limit(REOPENED_SECONDS), f"{label}: recovery took {seconds:.2f} s")
    session.finish(outcome, label)
    return seconds


def healthy(session: Session) -> bool:
    return session.server.ask("/healthz").status == 200


def question_kills(root: Path, outcome: Outcome, scale: Scale) -> float:
    """A question that kills the instance while nothing is written: nobody else will notice it."""
    outcome.rounds += 1
    session = Session(root, fault=plan("break_store", "store.select", 6, 100))
    with session.traffic("before", per_second=200):
        wait_until(lambda: len(session.ledger.acknowledged) > 50, PATIENCE)
    session.server.drain()
    broken = wait_until(lambda: session.stats().status != 200, PATIENCE)
    outcome.require(broken, "a question that kills the store: it did not die")
    began = time.monotonic()
    hidden = 0
    while time.monotonic() < began + PATIENCE:
        claims = healthy(session)
        if session.stats().status == 200:
            break
        hidden += claims
        threading.Event().wait(0.05)
    seconds = time.monotonic() - began
    outcome.require(hidden <= 1, f"a question killed the store: /healthz said ok {hidden} times")
    outcome.require(seconds < PATIENCE, "a question killed the store: it was not reopened without writes")
    outcome.require(
        seconds <= scale.limit(REOPENED_SECONDS), f"a question killed the store: recovery took {seconds:.2f} s"
    )
    session.server.stop()
    return seconds


def reopening_fails(root: Path, outcome: Outcome) -> None:
    """The store dies and cannot be opened for a while: the writer must not give up."""
    outcome.rounds += 1
    fault = plan("raise", "store.before_commit", FIRST_APPEND, 1, "fatal")
    fault = {"TORTURE_PLANS": fault["TORTURE_PLANS"] + ";raise:store.before_checkpoint:2:3:memory"}
    session = Session(root, fault=fault)
    with session.traffic("load"):
        wait_until(lambda: session.server.metric("store_failures_total") >= 1, 5.0)
    outcome.require(wait_until(lambda: healthy(session), 10.0), "the store could not be reopened at once: no recovery")
    session.finish(outcome, "reopening fails three times")


def slow_questions(directory: Path, scale: Scale) -> Outcome:
    """F19. Eight endless questions at once (real ones, in the engine) while events come in."""
    limit = 1.0 if scale.quick else 10.0
    outcome = Outcome(8)
    fault = {"TORTURE_SLOW_QUESTIONS": "yes"}
    session = Session(directory / "slow", "--query-timeout", str(limit), fault=fault)
    checks: list[float] = []
    with session.traffic("load", per_second=200):
        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(session.stats) for _ in range(8)]
            while not all(each.done() for each in asked):
                checks.append(session.server.ask("/healthz").seconds)
                threading.Event().wait(0.1)
        answers = [each.result() for each in asked]
    statuses, slowest = sorted({each.status for each in answers}), max(each.seconds for each in answers)
    p99 = session.ledger.percentile(0.99)
    outcome.require(set(statuses) <= {503, 504}, f"answers {statuses}")
    outcome.require(slowest <= limit + 1, f"the slowest answer took {slowest:.1f} s at a limit of {limit:g} s")
    outcome.require(p99 <= scale.limit(100), f"ingest p99 {p99:.0f} ms")
    outcome.measured = (
        f"slowest answer {slowest:.1f} s at a limit of {limit:g} s, {statuses}, ingest p99 {p99:.0f} ms,"
        f" /healthz at most {1000 * max(checks):.0f} ms"
    )
    session.finish(outcome, "slow questions")
    return outcome


def stalls(directory: Path, scale: Scale) -> Outcome:
    """F20. The event store stands still for 5 s; the inbox stands still for 5 s; the queue is full; the inbox is."""
    outcome, seconds = Outcome(), 1.0 if scale.quick else 5.0
    texts = [stalled_store(directory / "store", seconds, outcome), full_queue(directory / "queue", seconds, outcome)]
    if not scale.quick:
        texts.append(full_inbox(directory / "full", outcome))
    outcome.measured = "; ".join(texts)
    return outcome


def stalled_store(root: Path, seconds: float, outcome: Outcome) -> str:
    outcome.rounds += 1
    session = Session(root, fault=plan("sleep", "store.before_append", 2, 1, seconds))
    before = session.server.resident_megabytes()
    with session.traffic("load", 16, 1500):
        time.sleep(seconds + 1)
    grown = session.server.resident_megabytes() - before
    outcome.require(set(session.ledger.statuses) == {202}, f"stalled store: answers {session.ledger.statuses}")
    outcome.require(grown < 100, f"stalled store: memory grew by {grown:.0f} MB")
    session.finish(outcome, "stalled store")
    return f"store: {len(session.ledger.acknowledged)} acks, +{grown:.0f} MB"


def full_queue(root: Path, seconds: float, outcome: Outcome) -> str:
    """The queue's bound is lowered to 200: one process cannot hold the 20,000 connections that fill it."""
    outcome.rounds += 1
    fault = {**plan("sleep", "inbox.before_insert", 20, 1, seconds), "TORTURE_CAPACITY": "200"}
    session = Session(root, fault=fault)
    before = session.server.resident_megabytes()
    with session.traffic("load", 400, None):
        time.sleep(seconds + 1)
    grown = session.server.resident_megabytes() - before
    statuses = session.ledger.statuses
    outcome.require(statuses[503] > 0, f"full queue: no 503: {statuses}")
    outcome.require(set(statuses) == {202, 503}, f"full queue: answers {statuses}")
    outcome.require(session.ledger.without_retry_after == 0, "full queue: 503 without Retry-After")
    outcome.require(grown < 100, f"full queue: memory grew by {grown:.0f} MB")
    session.finish(outcome, "full queue")
    return f"queue: {statuses[202]} acks, {statuses[503]} refused, +{grown:.0f} MB"


def full_inbox(root: Path, outcome: Outcome) -> str:
    """An event store that is away for long: the inbox grows to its bound, then refuses, then goes on."""
    outcome.rounds += 1
    fault = plan("raise", "store.before_append", 2, 12, "memory")
    session = Session(root, "--inbox-max-mb", "2", fault=fault)
    with session.traffic("load", 16, None):
        refused = wait_until(lambda: session.ledger.statuses[503] > 0, 30.0)
        largest = (root / "inbox.sqlite").stat().st_size / 1e6
        outcome.require(refused, "full inbox: nothing was refused")
        ready = session.server.ask("/readyz").status
        outcome.require(ready == 503, f"full inbox: /readyz says {ready}")
    again = wait_until(accepts(session), 40.0, 0.1)
    outcome.require(again, "full inbox: does not accept again after the store came back")
    outcome.require(session.ledger.without_retry_after == 0, "full inbox: 503 without Retry-After")
    session.finish(outcome, "full inbox")
    return f"inbox of 2 MB: refused at {largest:.1f} MB"


def accepts(session: Session) -> Callable[[], bool]:
    def accepted() -> bool:
        return session.server.ask("/readyz").status == 200

    return accepted
