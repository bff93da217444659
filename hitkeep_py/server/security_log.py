"""The security log: one line for each login, and for what changes who may do what, or takes data away.

A line names no address (D5): `client` is a number that is the same for one client until the server stops. Nothing that
was sent as a password, token or key is in it.
"""

import hashlib
import logging
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from hitkeep_py.errors import AccessDenied, AnalyticsError
from hitkeep_py.server.api import erasing, export, health, keys, login, sites, users
from hitkeep_py.server.call import Call, Result
from hitkeep_py.server.client_address import limit_key
from hitkeep_py.server.rate_limit import RateLimiter

EVENTS: Mapping[Callable[[Call], Result], str] = {
    login.log_in: "login",
    login.log_out: "logout",
    login.create_initial_user: "user_added",
    users.add_user: "user_added",
    users.remove_user: "user_removed",
    users.change_password: "password_changed",
    keys.add_key: "key_added",
    keys.rotate_key: "key_rotated",
    keys.revoke_key: "key_revoked",
    sites.add_site: "site_added",
    sites.change_site: "site_changed",
    sites.remove_site: "site_removed",
    erasing.erase: "events_erased",
    export.export: "events_exported",
    health.backup: "backup_made",
}
REFUSALS_A_SECOND, REFUSALS_AT_ONCE = 2, 200
LENGTH = 100
log = logging.getLogger("hitkeep_py.security")


class SecurityLog:
    """`now` gives monotonic seconds. Strangers can only cause so many lines; the next one counts those left out."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._key = secrets.token_bytes(16)
        self._refusals = RateLimiter(REFUSALS_A_SECOND, REFUSALS_AT_ONCE, now)
        self._left_out = 0

    def done(self, answer: Callable[[Call], Result], call: Call) -> None:
        if answer in EVENTS:
            log.info("%s", self._line(EVENTS[answer], "done", call))

    def refused(self, answer: Callable[[Call], Result], call: Call, error: AnalyticsError) -> None:
        """Of a route that is not listed only that somebody who is known may not do this."""
        if answer not in EVENTS and not isinstance(error, AccessDenied):
            return
        if self._refusals.wait(None):
            self._left_out += 1
            return
        line = self._line(EVENTS.get(answer, "access"), error.code, call)
        log.warning("%s", f"{line} left_out={self._left_out}" if self._left_out else line)
        self._left_out = 0

    def _line(self, event: str, outcome: str, call: Call) -> str:
        pairs = {
            "event": event,
            "outcome": outcome,
            "actor": "command line" if call.caller.local else call.caller.name or "nobody",
            "client": self._client(call.client),
            **call.path,
            **account_of(call),
        }
        return " ".join(f"{name}={quoted(value)}" for name, value in pairs.items())

    def _client(self, address: str) -> str:
        key = limit_key(address)
        return hashlib.blake2b(
            key if isinstance(key, bytes) else key.encode(), digest_size=4, key=self._key
        ).hexdigest()


def account_of(call: Call) -> dict[str, Any]:
    """The user that the body names. Who types the password into the wrong field finds it in no log."""
    email = call.body.get("email")
    if not isinstance(email, str):
        return {}
    known = {each.email for each in call.analytics.catalog.users.all()}
    wanted = email.strip().lower()
    return {"account": wanted if wanted in known else "unknown"}


def quoted(value: object) -> str:
    """As one word without control characters, or in quotation marks."""
    text = "".join(letter if letter.isprintable() else "?" for letter in str(value)[:LENGTH])
    return text if text and not set(text) & set(' "=\\') else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
