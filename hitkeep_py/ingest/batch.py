"""What waits for its commit to the inbox: the events of one request, and who waits for the answer."""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from hitkeep_py.errors import Unavailable
from hitkeep_py.event import EVENT_FIELDS

SITE_ID = EVENT_FIELDS.index("site_id")


class Waiter(Protocol):
    """What a batch's sender waits on: an asyncio future, or one of concurrent.futures."""

    def done(self) -> bool: ...
    def set_result(self, result: Any, /) -> None: ...
    def set_exception(self, exception: Any, /) -> None: ...


@dataclass(slots=True)
class Batch:
    """Events stored together or not at all; `keys` has an idempotency key, or None, for each row.

    `size` is about what they take, in bytes; `month` is the month that they count for. Once the waiter is resolved,
    `duplicates` are the places of rows whose key was known, so that they were not stored again.
    """

    rows: list[tuple[object, ...]]
    keys: list[str | None] | None
    waiter: Waiter
    size: int = 0
    month: str = ""
    duplicates: list[int] = field(default_factory=list)


def idempotency_hash(site_id: str, key: str) -> str:
    digest = hashlib.blake2b(f"{site_id}\n{key}".encode(), digest_size=16).digest()
    return base64.b64encode(digest).decode()[:22]


def known_places(batch: Batch, new: dict[str, bool]) -> list[int]:
    """Places of the rows whose key is not new; the first row with a new key takes it."""
    return [place for place, key in enumerate(batch.keys or ()) if key is not None and not new.pop(key, False)]


def fresh_rows(batch: Batch) -> list[tuple[object, ...]]:
    if not batch.duplicates:
        return batch.rows
    known = set(batch.duplicates)
    return [row for place, row in enumerate(batch.rows) if place not in known]


def usage_of(batches: list[Batch]) -> str:
    """What the rows add to the ledger, as JSON: (month, site id, events)."""
    counts: dict[tuple[str, Any], int] = {}
    for batch in batches:
        for row in fresh_rows(batch):
            key = batch.month, row[SITE_ID]
            counts[key] = counts.get(key, 0) + 1
    return orjson.dumps([[*month_and_site, events] for month_and_site, events in counts.items()]).decode()


def acknowledge(waiters: list[Waiter]) -> None:
    for waiter in waiters:
        if not waiter.done():
            waiter.set_result(None)


def refuse(waiters: list[Waiter], error: Unavailable) -> None:
    for waiter in waiters:
        if not waiter.done():
            waiter.set_exception(error)
