"""Guards of the way in: the one-time setup token, and the throttle on login attempts."""

import hmac
import secrets
import threading
from collections.abc import Callable

from hitkeep_py.errors import AccessDenied, RateLimited
from hitkeep_py.server.client_address import limit_key
from hitkeep_py.server.rate_limit import RateLimiter

SETUP_SECONDS = 15 * 60
ACCOUNT_ATTEMPTS, ACCOUNT_SECONDS = 5, 15 * 60
EMAIL_LENGTH = 320
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

    def attempt(self, client: str, email: str) -> None:
        """Count an attempt, for accounts that do not exist too. Raises RateLimited."""
        account = email.strip().lower()[:EMAIL_LENGTH]
        with self._lock:
            wait = self._clients.wait(limit_key(client)) or self._accounts.wait(account)
        if wait:
            raise RateLimited("too many login attempts; wait a little", int(wait) + 1)

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
