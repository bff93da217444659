"""What the connections of a listener may hold: how many there are, and the bytes of requests that are not answered."""

from collections import Counter
from collections.abc import Hashable

MEGABYTE = 1_000_000
HELD_BYTES = 64 * MEGABYTE
HELD_BYTES_OF_ONE = 16 * MEGABYTE


class ConnectionLimits:
    """A client of None is one that is not counted by itself, such as a proxy: many people stand behind it."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._open: Counter[Hashable] = Counter()
        self._held: Counter[Hashable] = Counter()

    def enter(self, client: Hashable) -> bool:
        """Whether there is a place for one more connection, which is then taken."""
        if self._open.total() >= self._most or (client is not None and self._open[client] >= self._most_of_one):
            return False
        self._open[client] += 1
        return True

    def leave(self, client: Hashable) -> None:
        self._open[client] -= 1
        if not self._open[client]:
            del self._open[client]

    def hold(self, client: Hashable, size: int) -> bool:
        """Whether as much may be held besides; it counts in either case, until it is let go."""
        self._held[client] += size
        if self._held.total() > HELD_BYTES:
            return False
        return client is None or self._held[client] <= HELD_BYTES_OF_ONE

    def let_go(self, client: Hashable, size: int) -> None:
        self._held[client] -= size
        if not self._held[client]:
            del self._held[client]
