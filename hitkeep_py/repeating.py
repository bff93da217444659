"""Something done again and again on a thread of its own, until it is stopped."""

import threading
from collections.abc import Callable

LONGEST_STOP = 5.0
"""Seconds that `stop` waits for what is under way."""


class Repeating:
    def __init__(self, name: str, pause: float, step: Callable[[], object]) -> None:
        """`step` is done after each `pause` in seconds; what it raises ends the thread."""
        self._pause = pause
        self._step = step
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=LONGEST_STOP)

    def _go_on(self) -> None:
        while not self._stopping.wait(self._pause):
            self._step()
