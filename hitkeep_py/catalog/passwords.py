"""Password hashes: Argon2id with 19 MiB and 2 passes, 18 ms each, two at a time."""

import threading
import unicodedata
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from hitkeep_py.catalog.guessable import is_guessable
from hitkeep_py.errors import InvalidInput, RateLimited

Result = TypeVar("Result")

LEAST_LENGTH = 8
MOST_LENGTH = 1024

# No password has it, and to find that out takes as long as with a user's.
NOBODY = "$argon2id$v=19$m={},t={},p=1$yNwS666hZFtogBI/2iJ8OA$kwUDfx4hTaM4oFIbKY3Eo0oF+sXvGWPa6awETRxgC5Y"


class Passwords:
    """Hashes on two threads of their own, so that who waits for one is few and holds up nobody else."""

    THREADS = 2
    MOST_WAITING = 8

    def __init__(self, memory_kib: int = 19 * 1024, passes: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._nobody = NOBODY.format(memory_kib, passes)
        # 16 logins at once with the library's defaults took 1 GB; two of ours take 38 MB.
        self._pool = ThreadPoolExecutor(self.THREADS, "password")
        self._places = threading.BoundedSemaphore(self.THREADS + self.MOST_WAITING)

    def hash(self, password: object, email: str = "", domains: Iterable[str] = (), field: str = "password") -> str:
        """Raises InvalidInput for a password that is too short or too easy to guess, RateLimited."""
        if not isinstance(password, str) or len(password) < LEAST_LENGTH:
            raise InvalidInput(f"password must have at least {LEAST_LENGTH} characters", field=field)
        if len(password) > MOST_LENGTH:
            raise InvalidInput(f"password must have at most {MOST_LENGTH} characters", field=field)
        if is_guessable(password, email, domains, LEAST_LENGTH):
            raise InvalidInput(
                "this password is too easy to guess: it is a common one, apart from digits or signs around it, or "
                f"fewer than {LEAST_LENGTH} characters are left without your e-mail address and the names of your "
                "sites and of this product",
                field=field,
            )
        return self._in_turn(self._hasher.hash, _bytes(password))

    def verify(self, password_hash: str | None, password: str) -> bool:
        """With no hash (an unknown user) it takes as long, and is False. Raises RateLimited."""
        try:
            right = self._in_turn(
                self._hasher.verify, password_hash or self._nobody, _bytes(password[: MOST_LENGTH + 1])
            )
        except (Argon2Error, InvalidHashError):
            return False
        return right and password_hash is not None

    def _in_turn(self, work: Callable[..., Result], *arguments: str | bytes) -> Result:
        """Raises RateLimited when too many wait already."""
        if not self._places.acquire(blocking=False):
            raise RateLimited("too many logins at once; try again in a moment", retry_after=2)
        try:
            return self._pool.submit(work, *arguments).result()
        finally:
            self._places.release()

    def close(self) -> None:
        self._pool.shutdown()


def _bytes(password: str) -> bytes:
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
