"""Questions to the event store within limits: so many at once, so long, their answers kept while nothing changes."""

import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
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

    Without `keep` its rows are not kept for the next one who asks. `state` is what all its reports see.
    """

    deadline: float
    asked: list[Asked] = field(default_factory=list)
    keep: bool = True
    state: "OneState | None" = None


@dataclass(slots=True)
class OneState:
    """The first report opens the snapshot; it stays open for the others."""

    opened: ExitStack
    snapshot: Snapshot | None = None


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
        self._under_way = UnderWay()

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
        try:
            with ExitStack() as alone:
                snapshot = self._snapshot(request, alone)
                return self._drive(request, snapshot, report(self.store.dialect, *arguments, **named))
        except QueryTimeout as error:
            raise self._timeout_error() from error

    @contextmanager
    def one_state(self, request: Request) -> Iterator[None]:
        """Within it all reports of the request see the same state of the store, and take one place together."""
        with ExitStack() as opened:
            request.state = OneState(opened)
            try:
                yield
            finally:
                request.state = None

    def finish(self, seconds: float) -> bool:
        """No more begin, and so long it waits for those that run. False when one still does."""
        deadline = self._clock.monotonic() + seconds
        return all(
            self._places.acquire(timeout=max(0.0, deadline - self._clock.monotonic())) for _ in range(self._threads)
        )

    def _snapshot(self, request: Request, alone: ExitStack) -> Snapshot:
        state = request.state
        if state is None:
            return self._open(request, alone)
        if state.snapshot is None:
            state.snapshot = self._open(request, state.opened)
        return state.snapshot

    def _open(self, request: Request, opened: ExitStack) -> Snapshot:
        """Takes a place as well; both are given back when `opened` is closed. Raises QueryBusy, StoreUnavailable."""
        if not self._places.acquire(timeout=max(LEAST_SECONDS, request.deadline - self._clock.monotonic())):
            raise QueryBusy(f"{self._threads} questions have been running for {self._timeout:g} seconds")
        opened.callback(self._places.release)
        opened.enter_context(self._watching_for_death())
        give_way()
        return opened.enter_context(self.store.snapshot())

    @contextmanager
    def _watching_for_death(self) -> Iterator[None]:
        version = self.store.version()
        try:
            yield
        except StoreDead:
            if self.store.version() == version:
                self._on_death()
            raise

    def _remaining(self, request: Request) -> float:
        remaining = request.deadline - self._clock.monotonic()
        if remaining <= 0:
            raise self._timeout_error()
        return max(LEAST_SECONDS, remaining)

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
            rows, kept = self._found(request, snapshot, statement)
        seconds = self._clock.monotonic() - started
        self.count += 1
        self.seconds += seconds
        request.asked.append(Asked(statement, seconds, kept, len(rows)))
        return rows

    def _found(self, request: Request, snapshot: Snapshot, statement: Statement) -> tuple[Rows, bool]:
        """The rows, and whether another request that asked the same at this moment brought them."""
        if not request.keep:
            return self._select(request, snapshot, statement), False
        key = (statement, snapshot.version)
        with self._under_way.alone(key) as search:
            if search.mine:
                rows = self._select(request, snapshot, statement)
                self._kept.put(statement, snapshot.version, rows)
                search.found(rows)
                return rows, False
            brought = search.wait(self._remaining(request))
        return (self._select(request, snapshot, statement), False) if brought is None else (brought, True)

    def _select(self, request: Request, snapshot: Snapshot, statement: Statement) -> Rows:
        return snapshot.select(statement.sql, statement.parameters, timeout=self._remaining(request))


class Search:
    """A statement that runs; others that want the same rows wait for them."""

    def __init__(self) -> None:
        self.rows: Rows | None = None
        self.over = threading.Event()


@dataclass(frozen=True, slots=True)
class Share:
    """One's share in a search: `mine` to carry out, or to wait for."""

    search: Search
    mine: bool

    def found(self, rows: Rows) -> None:
        self.search.rows = rows

    def wait(self, timeout: float) -> Rows | None:
        """None when it has failed or takes longer."""
        self.search.over.wait(timeout)
        return self.search.rows


class UnderWay:
    """The statements that run, so that what many ask at the same time is looked for once, whether it is kept or not."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._searches: dict[tuple[Statement, int], Search] = {}

    @contextmanager
    def alone(self, key: tuple[Statement, int]) -> Iterator[Share]:
        own = Search()
        with self._lock:
            search = self._searches.setdefault(key, own)
        try:
            yield Share(search, search is own)
        finally:
            if search is own:
                with self._lock:
                    del self._searches[key]
                own.over.set()


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
