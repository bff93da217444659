"""Batches of events on their way to the server, and what it answers."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from urllib.parse import urlsplit

ROUTE = "/api/analytics/server-events"
ANSWER_BYTES = 1024 * 1024
MOST_RETRY_AFTER = 3600.0
TOO_LATE, TOO_MANY, UNREADABLE, TOO_LARGE = 408, 429, 400, 413


@dataclass(frozen=True, slots=True)
class Answer:
    """Status 0: there was none."""

    status: int
    message: str = ""
    retry_after: float | None = None
    refused: Mapping[int, str] | None = None

    @property
    def is_final(self) -> bool:
        """Sending the same again would change nothing."""
        return 200 <= self.status < 300 or (400 <= self.status < 500 and self.status not in (TOO_LATE, TOO_MANY))

    def refusal_of(self, place: int) -> str | None:
        return (self.refused or {}).get(place) if self.status < 300 else self.message


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Following one would turn the POST into a GET, and the events into nothing."""

    def redirect_request(self, *_: object) -> None:
        return None


class Sender:
    """Posts batches; a server that cannot be reached is an Answer too."""

    def __init__(self, host: str, key: str, timeout: float) -> None:
        parts = urlsplit(host)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"host must be an address such as https://analytics.example.com, not {host!r}")
        if not key or not key.isascii() or not key.isprintable():
            raise ValueError("key must be a secret key of the site: analytics key add SITE --kind secret")
        self._address = host.rstrip("/") + ROUTE
        self._headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
        self._opener = urllib.request.build_opener(NoRedirect)
        self._timeout = timeout

    def post(self, batch: Sequence[bytes], most_seconds: float) -> Answer:
        request = urllib.request.Request(self._address, b"[%b]" % b",".join(batch), self._headers)
        try:
            with self._opener.open(request, timeout=min(self._timeout, most_seconds)) as response:
                return Answer(response.status, refused=refusals_in(response.read(ANSWER_BYTES)))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, f"{error.code} {text_of(error)}", retry_after(error.headers))
        except (OSError, HTTPException, ValueError) as error:
            return Answer(0, f"{type(error).__name__}: {error}")


def text_of(error: urllib.error.HTTPError) -> str:
    """What the server said, or where it wanted to lead to."""
    if 300 <= error.code < 400:
        return f"leads to {error.headers.get('Location')}: give that as the host"
    try:
        return error.read(1000).decode("utf-8", "replace").strip()
    except (OSError, HTTPException):
        return error.reason


def retry_after(headers: Message) -> float | None:
    """Seconds to wait, from a number of them or from a date."""
    text = headers.get("Retry-After", "").strip()
    try:
        seconds = float(text) if text.isdigit() else (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0), MOST_RETRY_AFTER)


def refusals_in(text: bytes) -> dict[int, str]:
    """Events of the batch that the server did not take, by place, and why."""
    try:
        found = json.loads(text)["refused"]
        return {int(each["index"]): f"{each['code']}: {each['message']}" for each in found}
    except (ValueError, KeyError, TypeError):
        return {}
