"""What the client knows: what it sent, what was acknowledged, what stayed unanswered. And the verdict on it."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture.server_process import REPOSITORY


@dataclass(slots=True)
class Ledger:
    """Event ids, each used for one event. `keys` has the idempotency key of those that carry one."""

    sent: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    keys: dict[str, str] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    without_retry_after: int = 0
    repeated: int = 0

    def unanswered(self) -> dict[str, str]:
        """Events with a key that may be sent again, since nobody confirmed them."""
        return {event: key for event, key in self.keys.items() if event not in self.acknowledged}

    def percentile(self, part: float) -> float:
        """Of the answers' times, in milliseconds."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * part))] if ordered else 0.0


@dataclass(slots=True)
class Verdict:
    """`foreign` are stored events that nobody sent."""

    lost: int
    duplicated: int
    foreign: int
    stored: int

    def faults(self) -> list[str]:
        counts = {"lost": self.lost, "duplicated": self.duplicated, "foreign": self.foreign}
        return [f"{count} events {name}" for name, count in counts.items() if count]


def verdict(ledger: Ledger, expected: set[str], stored: Counter[str]) -> Verdict:
    return Verdict(
        lost=len(expected - stored.keys()),
        duplicated=sum(count > 1 for count in stored.values()),
        foreign=len(stored.keys() - ledger.sent),
        stored=stored.total(),
    )


def stored_events(directory: Path) -> Counter[str]:
    """The names of all stored events, counted by another process in a copy of the stopped server's store."""
    copy = directory.parent / f"{directory.name}.copy"
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for source in directory.glob("events.duckdb*"):
        shutil.copy2(source, copy / source.name)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tests.torture.counting", str(copy / "events.duckdb")],
            capture_output=True,
            text=True,
            cwd=REPOSITORY,
            check=False,
        )
    finally:
        shutil.rmtree(copy)
    if done.returncode:
        raise RuntimeError(f"the stored events could not be counted: {done.stderr}")
    return Counter(json.loads(done.stdout))
