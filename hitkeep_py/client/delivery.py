"""The queue of events that wait to be sent, and the thread that sends them."""

import json
import logging
import random
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from time import monotonic

from hitkeep_py.client.event_fields import Fields
from hitkeep_py.client.sender import TOO_LARGE, UNREADABLE, Answer, Sender

BATCH_EVENTS = 100
BATCH_BYTES = 240 * 1024
QUEUE_BYTES = 32 * 1024 * 1024
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0

logger = logging.getLogger("hitkeep_py.client")


@dataclass(frozen=True, slots=True)
class DeliveryError:
    """What went wrong with which events; `kept` ones are sent again later, the others are lost."""

    message: str
    events: Sequence[Fields]
    kept: bool


OnError = Callable[[DeliveryError], object]


@dataclass(frozen=True, slots=True)
class Counts:
    """Of events: `delivered` and `refused` by the server, `lost` (queue full, too large, closed), still `waiting`."""

    delivered: int = 0
    refused: int = 0
    lost: int = 0
    waiting: int = 0


class Delivery:
    """The bounded queue and the thread that empties it, in order. An event leaves it once its fate is certain."""

    def __init__(self, sender: Sender, queue_events: int, interval: float, on_error: OnError | None) -> None:
        self._sender, self._queue_events, self._interval, self._on_error = sender, queue_events, interval, on_error
        self._changed = threading.Condition()
        self._queue: deque[bytes] = deque()
        self._queue_bytes = 0
        self._made = self._settled = self._flush_until = 0
        self._hurried = False
        self._ends_at: float | None = None
        self._counts = Counts()
        self._thread: threading.Thread | None = None

    @property
    def is_closed(self) -> bool:
        return self._ends_at is not None

    @property
    def counts(self) -> Counts:
        with self._changed:
            return replace(self._counts, waiting=len(self._queue))

    def put(self, body: bytes) -> bool:
        """Whether there was room for the event."""
        with self._changed:
            if reason := self._reason_against(body):
                lost = self._count_lost(1)
            else:
                self._append(body)
                return True
        self._report(reason, [body], kept=False, loud=lost & (lost - 1) == 0)
        return False

    def refuse(self, event: Fields, reason: str) -> bool:
        """Count and report an event that cannot be sent: always False."""
        with self._changed:
            self._count_lost(1)
        self._tell(DeliveryError(reason, [event], kept=False))
        return False

    def flush(self, timeout: float) -> bool:
        """Whether the fate of everything made so far was certain in time."""
        with self._changed:
            until = self._flush_until = self._made
            self._hurry()
            if self._thread is not threading.current_thread():
                self._changed.wait_for(lambda: self._settled >= until or self._is_over(), timeout)
            return self._settled >= until

    def close(self, timeout: float) -> None:
        """Deliver what waits, for so long; give up the rest, and say so."""
        with self._changed:
            if self._ends_at is None:
                self._ends_at = monotonic() + timeout
            thread = self._thread
            self._hurry()
        if thread is threading.current_thread():
            return
        if thread and thread.is_alive():
            thread.join(timeout)
        else:
            self._run()
        self._give_up()

    def _reason_against(self, body: bytes) -> str:
        if self.is_closed:
            return "the client is closed"
        if len(self._queue) >= self._queue_events or self._queue_bytes + len(body) > QUEUE_BYTES:
            return "the queue is full"
        return ""

    def _append(self, body: bytes) -> None:
        self._queue.append(body)
        self._queue_bytes += len(body)
        self._made += 1
        self._start()
        if len(self._queue) in (1, BATCH_EVENTS):
            self._changed.notify_all()

    def _count_lost(self, number: int) -> int:
        self._counts = replace(self._counts, lost=self._counts.lost + number)
        return self._counts.lost

    def _hurry(self) -> None:
        """Ends the wait for more events, and a pause that the server did not ask for."""
        self._hurried = True
        if self._queue and not self.is_closed:
            self._start()
        self._changed.notify_all()

    def _start(self) -> None:
        if self._thread and self._thread.is_alive():
            return
        thread = threading.Thread(target=self._run, name="hitkeep-client", daemon=True)
        try:
            thread.start()
            self._thread = thread
        except RuntimeError:
            logger.debug("no thread can be started now; close() delivers what waits")

    def _run(self) -> None:
        most, failures = BATCH_EVENTS, 0
        while batch := self._next_batch(most):
            answer = self._sender.post(batch, self._seconds_left())
            if answer.status in (UNREADABLE, TOO_LARGE) and len(batch) > 1:
                most = len(batch) // 2  # so that an event that spoils its batch takes no other with it
            elif answer.is_final:
                self._settle(batch, answer)
                most, failures = BATCH_EVENTS, 0
            else:
                self._report(answer.message, batch, kept=True)
                self._pause(failures, answer.retry_after)
                failures += 1
        self._give_up()

    def _next_batch(self, most: int) -> list[bytes]:
        """What to send now, once there is something; empty when all is over. It stays in the queue until settled."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self.is_closed)
            self._changed.wait_for(self._is_due, self._interval)
            self._hurried = False
            return [] if self._is_over() else list(islice(self._queue, min(most, self._fitting())))

    def _is_due(self) -> bool:
        return self.is_closed or len(self._queue) >= BATCH_EVENTS or self._settled < self._flush_until

    def _is_over(self) -> bool:
        return self._seconds_left() <= 0

    def _seconds_left(self) -> float:
        return float("inf") if self._ends_at is None else self._ends_at - monotonic()

    def _fitting(self) -> int:
        """How many events fit into a body."""
        size = 0
        for number, body in enumerate(self._queue):
            size += len(body) + 1
            if size > BATCH_BYTES:
                return number
        return len(self._queue)

    def _pause(self, failures: int, asked: float | None) -> None:
        own = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(failures, 20)) * random.uniform(0.5, 1)
        seconds = own if asked is None else max(asked, FIRST_PAUSE)
        with self._changed:
            self._changed.wait_for(
                lambda: self._is_over() or (self._hurried and asked is None), min(seconds, max(self._seconds_left(), 0))
            )

    def _settle(self, batch: Sequence[bytes], answer: Answer) -> None:
        reasons = [answer.refusal_of(place) for place in range(len(batch))]
        with self._changed:
            left = self._take_out(len(batch))  # none when close() has given them up meanwhile
            refused = min(left, sum(reason is not None for reason in reasons))
            delivered = self._counts.delivered + left - refused
            self._counts = replace(self._counts, delivered=delivered, refused=self._counts.refused + refused)
        for reason in dict.fromkeys(filter(None, reasons)):
            events = [body for body, each in zip(batch, reasons, strict=True) if each == reason]
            self._report(reason, events, kept=False)
        with self._changed:
            # Only now: who flushes and then closes would otherwise close the client under what on_error does with it.
            self._settled += left
            self._changed.notify_all()

    def _take_out(self, number: int) -> int:
        taken = min(number, len(self._queue))
        for _ in range(taken):
            self._queue_bytes -= len(self._queue.popleft())
        return taken

    def _give_up(self) -> None:
        with self._changed:
            self._ends_at = 0.0
            given_up = list(self._queue)
            self._count_lost(self._take_out(len(given_up)))
            self._changed.notify_all()
        if given_up:
            self._report("not delivered before the client was closed", given_up, kept=False)

    def _report(self, message: str, bodies: Sequence[bytes], *, kept: bool, loud: bool = True) -> None:
        fate = "sent again later" if kept else "lost"
        logger.log(logging.WARNING if loud else logging.DEBUG, "%d events are %s: %s", len(bodies), fate, message)
        if self._on_error:
            self._tell(DeliveryError(message, [json.loads(body) for body in bodies], kept))

    def _tell(self, error: DeliveryError) -> None:
        try:
            if self._on_error:
                self._on_error(error)
        except Exception:
            logger.exception("on_error failed")
