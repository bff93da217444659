"""How many events each site sent in a month, for quotas and bills, and how many were dropped, and why.

The inbox counts accepted events in the very transaction that makes them durable (see inbox.SCHEMA), so its ledger is
exact. `Usage` is the running month in memory, for the quota, and collects drops until the inbox writes them.
Months are those of UTC, by the server's clock.
"""

import threading
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from hitkeep_py.event import DropReason

Drop = tuple[str, str, str]
"""(month, site id, reason); "" is the site id of what belonged to no site."""


def month_of(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m")


def month_end(milliseconds: int) -> int:
    """Milliseconds at which the month of a moment ends."""
    first = datetime.fromtimestamp(milliseconds / 1000, UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (first + timedelta(days=32)).replace(day=1)
    return int(following.timestamp() * 1000)


class Usage:
    """Used from the event loop's thread only, except for `take_drops`."""

    def __init__(self, now: int, accepted: Mapping[str, int]) -> None:
        """`accepted` are the ledger's events of the month of `now`, by site."""
        self.month = month_of(now)
        self.dropped: Counter[DropReason] = Counter()
        self._ends_at = month_end(now)
        self._accepted = Counter(accepted)
        self._unsaved: Counter[Drop] = Counter()
        self._swapping = threading.Lock()

    def turn(self, now: int) -> str:
        """The month of `now`, which is counted from then on."""
        if now >= self._ends_at:
            self.month, self._ends_at = month_of(now), month_end(now)
            self._accepted = Counter()
        return self.month

    def seconds_left(self, now: int) -> int:
        """Until the month ends; at least 1."""
        return max(1, (self._ends_at - now) // 1000)

    def events(self, site_id: str) -> int:
        """The site's events of this month, those on their way to the disk included."""
        return self._accepted[site_id]

    def count(self, site_id: str, events: int, month: str) -> None:
        """Count what is accepted; a negative number takes back what was not. Of a month that is over nobody asks."""
        if month == self.month:
            self._accepted[site_id] += events

    def drop(self, site_id: str, reason: DropReason, month: str) -> None:
        self.dropped[reason] += 1
        with self._swapping:
            self._unsaved[month, site_id, reason.value] += 1

    def put_back(self, drops: Mapping[Drop, int]) -> None:
        """They could not be written."""
        with self._swapping:
            self._unsaved.update(drops)

    def take_drops(self) -> Counter[Drop]:
        """Drops that no file has yet."""
        with self._swapping:
            taken, self._unsaved = self._unsaved, Counter()
        return taken
