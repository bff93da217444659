"""The stages a server passes through, and the faults planned for them.

A plan is `ACTION:STAGE:FIRST[:TIMES[:VALUE]]`, several joined by `;`, in the environment variable TORTURE_PLANS:
at passage FIRST of the stage, and the TIMES - 1 passages after it, the action happens.
"""

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import duckdb

PLANS_VARIABLE = "TORTURE_PLANS"
INBOX_STAGES = tuple(
    f"inbox.{moment}_{step}" for step in ("begin", "keys", "insert", "commit", "trim") for moment in ("before", "after")
)
STORE_STAGES = tuple(
    f"store.{moment}_{step}" for step in ("begin", "append", "position", "commit") for moment in ("before", "after")
)
ACKNOWLEDGE_STAGES = ("acknowledge.before", "acknowledge.after", "answer.before", "answer.after")
CHECKPOINT_STAGES = ("store.before_checkpoint", "store.after_checkpoint")
STATEMENTS: tuple[tuple[str, str], ...] = (
    ("BEGIN", "begin"),
    ("INSERT OR IGNORE INTO idempotency_keys", "keys"),
    ("INSERT INTO groups", "insert"),
    ("DELETE FROM groups", "trim"),
    ("INSERT INTO events", "append"),
    ("UPDATE inbox_position", "position"),
    ("COMMIT", "commit"),
    ("CHECKPOINT", "checkpoint"),
)
ERRORS: dict[str, Callable[[], Exception]] = {
    "fatal": lambda: duckdb.FatalException("provoked"),
    "internal": lambda: duckdb.InternalException("provoked"),
    "transaction": lambda: duckdb.TransactionException("provoked"),
    "memory": lambda: duckdb.OutOfMemoryException("provoked"),
    "disk": lambda: sqlite3.OperationalError("database or disk is full"),
    "unexpected": lambda: ValueError("provoked"),
}


@dataclass(slots=True)
class Plan:
    action: str
    stage: str
    first: int = 1
    times: int = 1
    value: str = ""
    passed: int = 0

    def due(self) -> bool:
        self.passed += 1
        return self.first <= self.passed < self.first + self.times


def plan(action: str, stage: str, first: int = 1, times: int = 1, value: object = "") -> dict[str, str]:
    """The environment that makes the launcher do one thing."""
    return {PLANS_VARIABLE: f"{action}:{stage}:{first}:{times}:{value}"}


def read_plans(text: str) -> list[Plan]:
    return [read_plan(part) for part in text.split(";") if part]


def read_plan(text: str) -> Plan:
    action, stage, first, times, value = [*text.split(":"), "1", "1", ""][:5]
    return Plan(action, stage, int(first), int(times), value)


PLANS: list[Plan] = read_plans(os.environ.get(PLANS_VARIABLE, ""))
_lock = threading.Lock()


def reach(stage: str, break_store: Callable[[], None] | None = None) -> None:
    """The server is at this stage: do what is planned here."""
    with _lock:
        due = [each for each in PLANS if each.stage == stage and each.due()]
    for each in due:
        act(each, break_store)


def act(due: Plan, break_store: Callable[[], None] | None) -> None:
    if due.action == "kill":
        kill()
    elif due.action == "kill_soon":
        threading.Timer(float(due.value), kill).start()
    elif due.action == "sleep":
        time.sleep(float(due.value))
    elif due.action == "raise":
        raise ERRORS[due.value]()
    elif due.action == "break_store" and break_store:
        break_store()


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def step_of(sql: str) -> str | None:
    """The named step that a statement is, or None."""
    text = sql.lstrip()
    return next((step for start, step in STATEMENTS if text.startswith(start)), None)
