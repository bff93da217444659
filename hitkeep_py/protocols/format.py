"""What a wire format is to the server."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from hitkeep_py.errors import AnalyticsError, InvalidInput
from hitkeep_py.event import DropReason, Event, IncomingEvent
from hitkeep_py.protocols.json_input import as_object, read_json

Headers = Mapping[bytes, bytes]
"""Request headers, names in lower case."""

Item = IncomingEvent | InvalidInput
"""One event of a request; for one that cannot be read its error, so that it does not lose the others."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """An event that was not stored, since one with its key is; `event` is as it would have been."""

    event: Event


Verdict = Event | Repeat | DropReason | AnalyticsError
"""What became of an item: the event that was stored (now, or before), why it was dropped, or why it was refused."""

BODY_LIMIT = 64 * 1024
PARAMETERS = 200
UNREAD: Any = object()


@dataclass(slots=True)
class Request:
    """An ingest request as the formats see it. `body` is within the format's limit."""

    method: str
    path: str
    query: bytes
    headers: Headers
    body: bytes
    _json: Any = UNREAD

    def json(self) -> Any:
        """The body as JSON, whatever its Content-Type says. Raises InvalidInput."""
        if self._json is UNREAD:
            self._json = read_json(self.body)
        return self._json

    def object(self) -> dict[str, Any]:
        """The body as a JSON object. Of a repeated key the last value counts. Raises InvalidInput."""
        return as_object(self.json())

    def parameters(self) -> dict[str, str]:
        """The query string; of a repeated name the last value counts. Raises InvalidInput."""
        pairs = self.query.decode("latin-1").split("&")
        if len(pairs) > PARAMETERS:
            raise InvalidInput(f"the query string has more than {PARAMETERS} parameters")
        named = [pair.partition("=") for pair in pairs if pair]
        return {unquoted(name): unquoted(value) for name, _, value in named}

    def header(self, name: bytes) -> str:
        return self.headers.get(name, b"").decode("latin-1")

    def bearer(self) -> str:
        """The key of `Authorization: Bearer KEY`, or ""."""
        kind, _, key = self.header(b"authorization").partition(" ")
        return key.strip() if kind.lower() == "bearer" else ""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes = b""
    content_type: bytes = b"application/json"
    headers: Sequence[tuple[bytes, bytes]] = field(default=())


def unquoted(text: str) -> str:
    """Of a query string. Most texts have nothing to unquote, which makes this twice as fast as parse_qsl."""
    return unquote_plus(text) if "%" in text or "+" in text else text


def raise_refusal(verdicts: Sequence[Verdict]) -> None:
    """For formats of one event a request: what refuses the event (a quota, say) refuses the request."""
    for verdict in verdicts:
        if isinstance(verdict, AnalyticsError):
            raise verdict


def claims_all(request: Request) -> bool:
    return True


def refuse_plainly(error: AnalyticsError) -> Answer | None:
    return None


@dataclass(frozen=True, slots=True)
class WireFormat:
    """`read` raises InvalidInput, or another AnalyticsError, when the request as a whole cannot be taken.

    `answer` gets the items and what became of each, in order. `refuse` words an error as the product does, None for
    our own shape. Formats that share a path are asked in the order of the list: the first that `claims` reads.
    """

    name: str
    path: str
    read: Callable[[Request], Sequence[Item]]
    answer: Callable[[Sequence[Item], Sequence[Verdict]], Answer]
    refuse: Callable[[AnalyticsError], Answer | None] = refuse_plainly
    claims: Callable[[Request], bool] = claims_all
    methods: tuple[str, ...] = ("POST",)
    body_limit: int = BODY_LIMIT
