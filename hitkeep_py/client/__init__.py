"""Events of Python programs, sent in the background: in batches, again after failures, and each counted once.

It needs the standard library only.
"""

import atexit
import os
import weakref
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from types import TracebackType
from typing import Self

from hitkeep_py.client.delivery import Counts, Delivery, DeliveryError, OnError
from hitkeep_py.client.event_fields import (
    AUTOMATIC,
    CUSTOM,
    EVENT_BYTES,
    PAGEVIEW,
    Fields,
    circumstances,
    present,
    written,
)
from hitkeep_py.client.sender import Sender

__all__ = ("Client", "Counts", "DeliveryError")


class Client:
    """Sends events to the site of a secret key. No method waits for the network, but for flush and close."""

    def __init__(
        self,
        host: str,
        *,
        key: str,
        on_error: OnError | None = None,
        queue_events: int = 10_000,
        interval: float = 1.0,
        timeout: float = 10.0,
        close_timeout: float = 5.0,
    ) -> None:
        """Raises ValueError for what is no address or no key. Times are in seconds."""
        sender = Sender(host, key, timeout)
        self._open: Callable[[], Delivery] = lambda: Delivery(sender, queue_events, interval, on_error)
        self._delivery = self._open()
        self._close_timeout = close_timeout
        atexit.register(self.close)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=reopening(self))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def counts(self) -> Counts:
        return self._delivery.counts

    def track(
        self,
        name: str,
        props: Mapping[str, object] | None = None,
        *,
        revenue: float | Decimal | str | None = None,
        currency: str = "",
        category: str = "",
        experiment: str = "",
        variant: str = "",
        url: str = "",
        referrer: str = "",
        visitor: str | int = "",
        session: str = "",
        time: datetime | float | None = None,
        idempotency_key: str = "",
    ) -> bool:
        """A custom event. False when it was lost at once: the queue is full, or it cannot be written as JSON."""
        kind = category or (CUSTOM if name in AUTOMATIC else name)
        money = {"revenue": revenue, "currency": currency}
        fields = {
            "eventType": kind,
            "eventName": name if kind != name else "",
            "eventData": {**(props or {}), **(present(money) if revenue is not None else {})},
            "experimentId": experiment,
            "variantId": variant,
        }
        return self._put(fields | circumstances(url, referrer, visitor, session, time, idempotency_key))

    def pageview(
        self,
        url: str,
        *,
        title: str = "",
        props: Mapping[str, object] | None = None,
        referrer: str = "",
        visitor: str | int = "",
        session: str = "",
        time: datetime | float | None = None,
        idempotency_key: str = "",
    ) -> bool:
        """A page that was seen. False as with `track`."""
        fields = {"eventType": PAGEVIEW, "title": title, "eventData": dict(props or {})}
        return self._put(fields | circumstances(url, referrer, visitor, session, time, idempotency_key))

    def flush(self, timeout: float = 10.0) -> bool:
        """Send now, and wait. Whether everything made so far was delivered or refused in time."""
        return self._delivery.flush(timeout)

    def close(self, timeout: float | None = None) -> None:
        """Send what waits, for at most `timeout` seconds; later events are lost. Called at the interpreter's exit."""
        atexit.unregister(self.close)
        self._delivery.close(self._close_timeout if timeout is None else timeout)

    def _put(self, fields: Fields) -> bool:
        event = present(fields)
        try:
            body = written(event)
        except (ValueError, TypeError, RecursionError) as error:
            return self._delivery.refuse(event, f"the event cannot be written as JSON: {error}")
        if len(body) > EVENT_BYTES:
            return self._delivery.refuse(event, f"the event has {len(body)} bytes, more than {EVENT_BYTES}")
        return self._delivery.put(body)

    def _reopen(self) -> None:
        """A forked process has no thread, and its parent delivers what waited."""
        was_closed = self._delivery.is_closed
        self._delivery = self._open()
        if was_closed:
            self._delivery.close(0)


def reopening(client: Client) -> Callable[[], None]:
    """What to do in a forked process, without keeping the client alive for it."""
    reference = weakref.ref(client)

    def reopen() -> None:
        if found := reference():
            found._reopen()

    return reopen
