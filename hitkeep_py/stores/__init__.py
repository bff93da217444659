"""Where events are kept for questions. `EventStore` is all that the rest of the product knows of an engine."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol


class EventStore(Protocol):
    """One writer thread calls `append`, `delete_site` and `checkpoint`; any thread may call `select`."""

    def append(self, columns: Mapping[str, list[Any]], position: int) -> None:
        """Add events and record the inbox position they reach, in one transaction.

        Raises StoreUnavailable (nothing was stored, try again) or StoreDead (`reopen`, then ask `position`).
        """

    def position(self) -> int:
        """The inbox position of the newest stored event; 0 for an empty store."""

    def select(
        self, sql: str, parameters: Sequence[object] = (), timeout: float | None = None
    ) -> list[tuple[Any, ...]]:
        """Rows of one question. Raises QueryTimeout after `timeout` seconds."""

    def version(self) -> int:
        """A number that changes whenever the stored events change; answers may be cached against it."""

    def delete_site(self, site_id: str) -> int:
        """Delete a site's events and return how many there were."""

    def forget_crossings(self, before: int) -> None:
        """Clear `crossed_visitor_id` of events before a time in UTC milliseconds."""

    def backup(self, target: Path) -> None:
        """Write a consistent copy, openable as a store, to a file that does not exist yet."""

    def checkpoint(self) -> None: ...

    def reopen(self) -> None:
        """Drop every handle of a dead instance and open the file again."""

    def close(self) -> None: ...
