"""What a wire format is to the server."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hitkeep_py.event import DropReason, IncomingEvent

Headers = Mapping[bytes, bytes]
"""Request headers, names in lower case."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes = b""
    content_type: bytes = b"application/json"


@dataclass(frozen=True, slots=True)
class WireFormat:
    """`read` raises InvalidInput; `answer` gets the reason why an event was dropped, or None when it was stored."""

    name: str
    path: str
    body_limit: int
    read: Callable[[bytes, Headers], list[IncomingEvent]]
    answer: Callable[[list[IncomingEvent], DropReason | None], Answer]
