"""Questions to the event store within limits: so many at once, so long, their answers kept while nothing changes."""

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Concatenate, ParamSpec, TypeVar

from hitkeep_py.clock import Clock
from hitkeep_py.errors import QueryBusy, QueryTimeout, StoreDead
from hitkeep_py.priority import give_way
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.report import Report, Rows
from hitkeep_py.query.sql import Statement
from hitkeep_py.stores import EventStore, Snapshot

LEAST_SECONDS = 0.01
KEPT_BYTES = 64 * 1024 * 1024
"""Of all kept answers together, about."""
KEPT_ANSWER_BYTES = 4 * 1024 * 1024
KEPT_ANSWER_ROWS = 10_000
"""More are not even weighed."""
Answer = TypeVar("Answer")
Arguments = ParamSpec("Arguments")


@dataclass(slots=True)
class Asked:
    """A statement that was asked, how long it took and whether its rows were kept from before."""

    statement: Statement
    seconds: float
    kept: bool
    rows: int


@dataclass(slots=True)
class Request:
    """All reports of one request share its deadline, in monotonic seconds; `asked` explains them.

    Without `keep` its rows are not kept for the next one who asks.
    """

    deadline: float
    asked: list[Asked] = field(default_factory=list)
    keep: bool = True


class Questions:
    def __init__(
        self,
        store: EventStore,
        clock: Clock,
        threads: int,
        timeout: float,
        on_death: Callable[[], None],
    ) -> None:
        self.store = store
        self.count = 0
        self.seconds = 0.0
        self._clock = clock
        self._threads = threads
        self._timeout = timeout
        self._on_death = on_death
        self._places = threading.BoundedSemaphore(threads)
        self._kept = KeptAnswers()

    def request(self) -> Request:
        return Request(self._clock.monotonic() + self._timeout)

    def answer(
        self,
        request: Request,
        report: Callable[Concatenate[Dialect, Arguments], Report[Answer]],
        *arguments: Arguments.args,
        **named: Arguments.kwargs,
    ) -> Answer:
        """The report's answer. Raises QueryBusy, QueryTimeout, StoreUnavailable."""
        if not self._places.acquire(timeout=max(LEAST_SECONDS, request.deadline - self._clock.monotonic())):
            raise QueryBusy(f"{self._threads} questions have been running for {self._timeout:g} seconds")
        version = self.store.version()
        give_way()
        try:
            with self.store.snapshot() as snapshot:
                return self._drive(request, snapshot, report(self.store.dialect, *arguments, **named))
        except QueryTimeout as error:
            raise self._timeout_error() from error
        except StoreDead:
            if self.store.version() == version:
                self._on_death()
            raise
        finally:
            self._places.release()

    def _timeout_error(self) -> QueryTimeout:
        return QueryTimeout(f"the question took longer than {self._timeout:g} seconds (query_timeout) and was stopped")

    def _drive(self, request: Request, snapshot: Snapshot, report: Report[Answer]) -> Answer:
        try:
            statement = next(report)
            while True:
                statement = report.send(self._rows(request, snapshot, statement))
        except StopIteration as stop:
            return stop.value  # type: ignore[no-any-return]

    def _rows(self, request: Request, snapshot: Snapshot, statement: Statement) -> Rows:
        started = self._clock.monotonic()
        rows = self._kept.get(statement, snapshot.version)
        kept = rows is not None
        if rows is None:
            remaining = request.deadline - started
            if remaining <= 0:
                raise self._timeout_error()
            rows = snapshot.select(statement.sql, statement.parameters, timeout=max(LEAST_SECONDS, remaining))
            if request.keep:
                self._kept.put(statement, snapshot.version, rows)
        seconds = self._clock.monotonic() - started
        self.count += 1
        self.seconds += seconds
        request.asked.append(Asked(statement, seconds, kept, len(rows)))
        return rows


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    rows: Rows
    weight: int


class KeptAnswers:
    """Rows of statements at the store's newest version, the least lately used forgotten first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._version = -1
        self._answers: OrderedDict[Statement, KeptAnswer] = OrderedDict()
        self._total = 0

    def get(self, statement: Statement, version: int) -> Rows | None:
        with self._lock:
            found = self._answers.get(statement)
            if found is None or self._version != version:
                return None
            self._answers.move_to_end(statement)
            return found.rows

    def put(self, statement: Statement, version: int, rows: Rows) -> None:
        if len(rows) > KEPT_ANSWER_ROWS:
            return
        weight = weight_of(rows) + weight_of((statement.sql, statement.parameters))
        if weight > KEPT_ANSWER_BYTES:
            return
        with self._lock:
            if version >= self._version:
                self._turn_to(version)
                self._keep(statement, KeptAnswer(rows, weight))

    def _turn_to(self, version: int) -> None:
        if version != self._version:
            self._answers.clear()
            self._version, self._total = version, 0

    def _keep(self, statement: Statement, answer: KeptAnswer) -> None:
        replaced = self._answers.pop(statement, None)
        self._total += answer.weight - (replaced.weight if replaced else 0)
        self._answers[statement] = answer
        while self._total > KEPT_BYTES:
            _, forgotten = self._answers.popitem(last=False)
            self._total -= forgotten.weight


def weight_of(value: Any) -> int:
    """Bytes in memory, about: what is there twice counts twice."""
    return sys.getsizeof(value) + (sum(map(weight_of, value)) if isinstance(value, list | tuple) else 0)
