"""The salts of the visitor ids: one for each period, made ahead, and destroyed when no session can need it."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hitkeep_py.catalog.database import Database
from hitkeep_py.errors import Unavailable

CROSSING_MS = 30 * 60 * 1000
"""How long after a change of salt a session may go on under the old one: the session timeout."""
KEPT_MS = CROSSING_MS + 5 * 60 * 1000
SALT_BYTES = 32


@dataclass(frozen=True, slots=True)
class Salt:
    starts_at: int
    ends_at: int
    salt: bytes


class SaltRing:
    """The salts in force around now, by period; immutable, so the request handler can read it without a lock."""

    def __init__(self, salts: dict[str, list[Salt]]) -> None:
        self._salts = salts

    def at(self, period: str, now: int) -> tuple[bytes, bytes | None]:
        """The salt of a moment, and the one before it while sessions may cross. Raises Unavailable without one."""
        previous: Salt | None = None
        for each in self._salts.get(period, ()):
            if each.starts_at <= now < each.ends_at:
                crossing = previous is not None and previous.ends_at == each.starts_at
                recent = now < each.starts_at + CROSSING_MS
                return each.salt, previous.salt if previous and crossing and recent else None
            previous = each
        raise Unavailable("the salt of this period is being made")

    def of(self, period: str, time: int, now: int) -> tuple[bytes, bytes | None]:
        """As `at`, of what happened at a time up to now: the salt of its own period while it is there.

        Else one that the salt in force makes for that period, so that no visitor spans two; it goes with that salt.
        """
        if any(each.starts_at <= time < each.ends_at for each in self._salts.get(period, ())):
            return self.at(period, time)
        salt, _ = self.at(period, now)
        start, _ = bounds(period, time)
        before = derived(salt, bounds(period, start - 1)[0]) if time < start + CROSSING_MS else None
        return derived(salt, start), before

    def lacks(self, now: int) -> bool:
        """Whether a period has no salt for a moment, as after a jump of the system's clock."""
        if not self._salts:
            return True
        return not all(any(each.starts_at <= now < each.ends_at for each in salts) for salts in self._salts.values())


class Salts:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._forgotten = False

    def rotate(self, periods: tuple[str, ...], now: int) -> bool:
        """Make the salts of this and the next period where missing, and destroy old ones. True if any changed."""
        wanted = []
        for period in periods:
            start, end = bounds(period, now)
            wanted += [(period, start, end), (period, *bounds(period, end))]
        known = {(period, start) for period, start in self._database.rows("SELECT period, starts_at FROM salts")}
        missing = [each for each in wanted if each[:2] not in known]
        old = self._database.rows("SELECT 1 FROM salts WHERE ends_at < ? LIMIT 1", (now - KEPT_MS,))
        if not missing and not old:
            self._forgotten = self._forgotten or self._database.forget_deleted()
            return False
        with self._database.transaction() as run:
            for each in missing:
                run.execute("INSERT OR IGNORE INTO salts VALUES (?, ?, ?, ?)", (*each, secrets.token_bytes(SALT_BYTES)))
            run.execute("DELETE FROM salts WHERE ends_at < ?", (now - KEPT_MS,))
        self._forgotten = self._database.forget_deleted()
        return True

    def destroy_all(self) -> None:
        with self._database.transaction() as run:
            run.execute("DELETE FROM salts")
        self._database.forget_deleted()

    def ring(self) -> SaltRing:
        salts: dict[str, list[Salt]] = {}
        for period, *columns in self._database.rows(
            "SELECT period, starts_at, ends_at, salt FROM salts ORDER BY period, starts_at"
        ):
            salts.setdefault(period, []).append(Salt(*columns))
        return SaltRing(salts)


def derived(salt: bytes, starts_at: int) -> bytes:
    return hashlib.blake2b(str(starts_at).encode(), digest_size=SALT_BYTES, key=salt).digest()


def bounds(period: str, now: int) -> tuple[int, int]:
    """Start and end, in UTC, of the day, week (from Monday) or month of a moment."""
    day = datetime.fromtimestamp(now / 1000, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if period == "month":
        start = day.replace(day=1)
        end = (start + timedelta(days=32)).replace(day=1)
    elif period == "week":
        start = day - timedelta(days=day.weekday())
        end = start + timedelta(days=7)
    else:
        start, end = day, day + timedelta(days=1)
    return int(start.timestamp() * 1000), int(end.timestamp() * 1000)
