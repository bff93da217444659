"""A data directory that lives through many crashes, and everything its client knows of it."""

import asyncio
import http.client
import random
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.torture.ledger import Ledger, stored_events, verdict
from tests.torture.outcome import Outcome
from tests.torture.server_process import ServerProcess, StartFailed, add_site
from tests.torture.traffic import Traffic, send_again

REPEATED_ANYWAY = 10
GONE = (OSError, http.client.HTTPException, asyncio.IncompleteReadError)


@dataclass(slots=True)
class Crashes:
    """Each round: start after the last kill, send again, drain, load until killed, count in a copy of the files.

    What was acknowledged before a drain must be in the store from then on; `finish` asks for all the rest.
    """

    directory: Path
    outcome: Outcome
    ledger: Ledger = field(default_factory=Ledger)
    site_id: str = ""
    slowest_start: float = 0.0
    settled: set[str] = field(default_factory=set)

    def prepare(self) -> None:
        self.site_id = add_site(self.directory)

    def round(self, label: str, fault: Mapping[str, str] | None, kill_after: float | None, limit: float = 10.0) -> bool:
        """Whether the server was killed: by its own fault, or `kill_after` seconds into the load."""
        self.outcome.rounds += 1
        server = ServerProcess(self.directory, fault=fault)
        if self._start(server, label):
            self._recover(server)
            self._load_until_killed(server, label, kill_after, limit)
        killed = server.wait(0.0 if server.ended() else 1.0) == -signal.SIGKILL
        self._count(label, self.settled)
        return killed

    def finish(self, label: str = "at the end") -> None:
        server = ServerProcess(self.directory)
        if not self._start(server, label):
            return
        self._recover(server)
        self.outcome.require(self.settled >= self.ledger.acknowledged, f"{label}: did not drain")
        self.outcome.require(server.stop() == 0, f"{label}: SIGTERM gave another exit code than 0")
        self._count(label, self.ledger.acknowledged)

    def measured(self) -> str:
        acknowledged, repeated = len(self.ledger.acknowledged), self.ledger.repeated
        return f"{acknowledged} acks, {repeated} re-sent, slowest start {self.slowest_start:.2f} s"

    def _start(self, server: ServerProcess, label: str) -> bool:
        try:
            self.slowest_start = max(self.slowest_start, server.start())
        except StartFailed as failure:
            planned = server.wait() == -signal.SIGKILL and "Traceback" not in str(failure)
            self.outcome.require(planned, f"{label}: did not start: {failure}")
            return False
        return True

    def _recover(self, server: ServerProcess) -> None:
        """Send again what nobody confirmed, and some of what was; the fault may strike here already."""
        confirmed = sorted(self.ledger.keys.keys() & self.ledger.acknowledged)
        again = [*self.ledger.unanswered(), *random.sample(confirmed, min(REPEATED_ANYWAY, len(confirmed)))]
        try:
            send_again(server.port, self.site_id, self.ledger, again)
            acknowledged = set(self.ledger.acknowledged)
            if server.drain():
                self.settled = acknowledged
        except GONE:
            return

    def _load_until_killed(self, server: ServerProcess, label: str, kill_after: float | None, limit: float) -> None:
        with Traffic(server.port, self.site_id, self.ledger, label.replace(" ", "-"), connections=16):
            if server.ended_within(limit if kill_after is None else kill_after):
                return
            server.kill()

    def _count(self, label: str, expected: set[str]) -> None:
        found = verdict(self.ledger, expected, stored_events(self.directory))
        self.outcome.faults += [f"{label}: {text}" for text in found.faults()]
