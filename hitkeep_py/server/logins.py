"""Guards of the way in: the one-time setup token, and the throttle on login attempts."""

import hmac
import secrets
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager

from hitkeep_py.errors import AccessDenied, NotAuthenticated, RateLimited
from hitkeep_py.server.client_address import limit_key
from hitkeep_py.server.rate_limit import RateLimiter

SETUP_SECONDS = 15 * 60
ACCOUNT_ATTEMPTS, ACCOUNT_SECONDS = 5, 15 * 60
CLIENT_ATTEMPTS, CLIENT_SECONDS = 10, 60


class Logins:
    """`now` gives monotonic seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.setup_token = secrets.token_urlsafe(16)
        self._lock = threading.Lock()
        self._now = now
        self._setup_ends = now() + SETUP_SECONDS
        self._accounts = RateLimiter(ACCOUNT_ATTEMPTS / ACCOUNT_SECONDS, ACCOUNT_ATTEMPTS, now)
        self._clients = RateLimiter(CLIENT_ATTEMPTS / CLIENT_SECONDS, CLIENT_ATTEMPTS, now)

    @contextmanager
    def attempt(self, client: str, account: str, known: bool = False) -> Iterator[None]:
        """Count an attempt that fails, by the client and by client and account together. Raises RateLimited.

        Never by the account alone: anybody could keep its owner out. A `known` device is counted by itself.
        """
        key = limit_key(client)
        taken: list[tuple[RateLimiter, Hashable]] = [(self._accounts, ("known" if known else key, account))]
        if not known:
            taken.insert(0, (self._clients, key))
        self._take(taken)
        try:
            yield
        except (NotAuthenticated, AccessDenied):
            raise
        except BaseException:
            self._give_back(taken)
            raise
        self._give_back(taken)

    def _take(self, limits: list[tuple[RateLimiter, Hashable]]) -> None:
        with self._lock:
            for number, (limiter, key) in enumerate(limits):
                if wait := limiter.wait(key):
                    for other, taken in limits[:number]:
                        other.give_back(taken)
                    raise RateLimited("too many login attempts; wait a little", int(wait) + 1)

    def _give_back(self, taken: list[tuple[RateLimiter, Hashable]]) -> None:
        with self._lock:
            for limiter, key in taken:
                limiter.give_back(key)

    def check_setup(self, client: str, token: object) -> None:
        """Raises AccessDenied unless it is the token that the server printed, in its first 15 minutes."""
        with self._lock:
            wait = self._clients.wait(limit_key(client))
        if wait:
            raise RateLimited("too many attempts; wait a little", int(wait) + 1)
        given = token if isinstance(token, str) else ""
        right = hmac.compare_digest(given.encode("utf-8", "surrogatepass"), self.setup_token.encode())
        if not right:
            raise AccessDenied(
                "setup_token must be the token that the server printed at its start; or use `analytics user add EMAIL`",
                field="setup_token",
            )
        if self._now() > self._setup_ends:
            raise AccessDenied(
                "the setup token is older than 15 minutes: restart the server, or use `analytics user add EMAIL`",
                field="setup_token",
            )
