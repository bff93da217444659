"""Where events are kept for questions. `EventStore` is all that the rest of the product knows of an engine."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from hitkeep_py.query.dialect import Dialect
from hitkeep_py.stores.recent_sessions import Recency

MOST_ANSWER_ROWS = 1_000_000
"""Of one answer; what is longer is exported, not asked for."""


Values = tuple[str | None, ...]
Columns = dict[str, list[Any]]
"""Of some events, by name: a value an event."""


@dataclass(frozen=True, slots=True)
class Restatement:
    """How a newer version writes some columns of an event, texts all of them, as far as their own values tell.

    `restate` takes the values in the order of `columns` and gives the new ones. It never fails, and what it gave it
    gives again. `name` is for people, and known for ever: a rule that changes gets another one.
    """

    name: str
    columns: tuple[str, ...]
    restate: Callable[[Values], Values]


class Restated(NamedTuple):
    """A restatement that is done: when, in UTC milliseconds, and how many values of how many events it changed."""

    name: str
    time: int
    values: int
    events: int


RESTATED = "SELECT name, time, changed_values, changed_events FROM restatements ORDER BY number"
"""The rows of Restated, on both engines."""


class Snapshot(Protocol):
    """The stored events as they are at one moment, as far as the engine can hold it."""

    version: int

    def select(
        self, sql: str, parameters: Sequence[object] = (), timeout: float | None = None
    ) -> list[tuple[Any, ...]]:
        """Rows of one question. Raises QueryTimeout after `timeout` seconds, InvalidInput past MOST_ANSWER_ROWS."""


class EventStore(Protocol):
    """One writer thread calls what changes the store; any thread may call `select` and `snapshot`."""

    dialect: Dialect

    def append(self, columns: Mapping[str, list[Any]], position: int) -> None:
        """Add events and record the inbox position they reach, in one transaction.

        Raises StoreUnavailable (nothing was stored, try again) or StoreDead (`reopen`, then ask `position`).
        """

    def position(self) -> int:
        """The inbox position of the newest stored event; 0 for an empty store."""

    def select(
        self, sql: str, parameters: Sequence[object] = (), timeout: float | None = None
    ) -> list[tuple[Any, ...]]:
        """Rows of one question. Raises QueryTimeout after `timeout` seconds, InvalidInput past MOST_ANSWER_ROWS."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """For several questions about the same state of the events."""

    def recent_sessions(self, recency: Recency) -> Iterator[tuple[Any, ...]]:
        """Of the sessions that events may still join: the visitor id under which they are looked up, visitor_id,
        session_id, session_key (what the client called it), first and last time, the newest event_id,
        user_id, and SESSION_ATTRIBUTES; the newest first. Few are in memory at once.
        """

    def rebuild_summaries(self) -> int:
        """Make everything that is derived from the events anew; gives how many sessions there are."""

    def place(self, portions: Iterable[Columns]) -> int:
        """Give stored events, named by `event_id`, other values in the other columns, which say of which session they
        are and what began it; gives how many there were. What was cut short is done in part.
        """

    def restated(self) -> list[Restated]:
        """What was restated so far, in order."""

    def restate(self, restatement: Restatement, now: int, tell: Callable[[str], None]) -> Restated:
        """Bring what is stored to its form, and record that it is; `tell` hears how far it is. Before the writer."""

    def version(self) -> int:
        """A number that changes whenever the stored events change; answers may be cached against it."""

    def delete_site(self, site_id: str) -> int:
        """Delete a site's events and return how many there were."""

    def delete_before(self, site_id: str, before: int) -> int:
        """Delete a site's events before a time in UTC milliseconds and return how many there were."""

    def delete_user(self, site_id: str, user_id: int) -> int:
        """Delete the events of the user, or visitor, whom a site named so, and return how many there were."""

    def forget_crossings(self, before: int) -> None:
        """Clear `crossed_visitor_id` of events before a time in UTC milliseconds."""

    def backup(self, target: Path) -> None:
        """Write a consistent copy, openable as a store, to a file that does not exist yet."""

    def checkpoint(self) -> None: ...

    def reopen(self) -> None:
        """Drop every handle of a dead instance and open the file again."""

    def close(self) -> None: ...
