"""Events by hand for tests below HTTP, and an event store that fails when told to."""

import uuid
from collections.abc import Mapping
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hitkeep_py.event import Event, event_row
from hitkeep_py.ingest.batch import Batch, idempotency_hash
from hitkeep_py.ingest.inbox import Inbox
from hitkeep_py.stores import EventStore
from hitkeep_py.stores.duckdb import DuckDBStore

SITE = str(uuid.UUID(int=1))
OTHER_SITE = str(uuid.UUID(int=2))
START = 1_790_000_000_000


def row(name: str, *, site: str = SITE, time: int = START, visitor: int = 1, props: str | None = None) -> Any:
    return event_row(Event(site, time, "event", name, visitor, props=props))


def put(inbox: Inbox, *names: str, key: str | None = None, site: str = SITE) -> "Future[None]":
    """Queue one batch; the future is done once it is durable."""
    waiter: Future[None] = Future()
    keys: list[str | None] | None = [idempotency_hash(site, key)] * len(names) if key else None
    inbox.append(Batch([row(name, site=site) for name in names], keys, waiter))
    return waiter


def names_after(inbox: Inbox, position: int) -> list[str]:
    portion = inbox.read(position, 1_000_000)
    return [] if portion is None else [each[portion.fields.index("name")] for each in portion.rows]


def store_rows(store: EventStore, site_id: str, *rows: Mapping[str, Any]) -> None:
    """Rows straight into the store, in this order. `time` may be a text, in UTC."""
    same = {"site_id": site_id, "time": START, "kind": "event", "visitor_id": 1, "session_id": 1}
    first = store.select("SELECT coalesce(max(event_id), 0) FROM events")[0][0] + 1
    filled = [{**same, "event_id": number, **row} for number, row in enumerate(rows, start=first)]
    names = {name for row in filled for name in row}
    columns = {name: [row.get(name) for row in filled] for name in names}
    columns["time"] = [milliseconds(time) if isinstance(time, str) else time for time in columns["time"]]
    store.append(columns, 0)


def milliseconds(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


class FailingStore(DuckDBStore):
    """A real store whose next appends fail: before they begin, or after they were committed."""

    def __init__(self, path: Path | None = None) -> None:
        self.fail_before: list[Exception] = []
        self.fail_after: list[Exception] = []
        self.fail_on_reopen: list[Exception] = []
        self.appends = 0
        super().__init__(path, memory_limit="64MB")

    def append(self, columns: Mapping[str, list[Any]], position: int) -> None:
        self.appends += 1
        if self.fail_before:
            raise self.fail_before.pop(0)
        super().append(columns, position)
        if self.fail_after:
            raise self.fail_after.pop(0)

    def reopen(self) -> None:
        if self.fail_on_reopen:
            raise self.fail_on_reopen.pop(0)
        super().reopen()
