"""An event as the server reads it (docs/formats/grademypage.md)."""

import json
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

PAGEVIEW, CUSTOM = "pageview", "custom"
AUTOMATIC = frozenset((PAGEVIEW, "scroll", "engagement", "experiment_impression"))
"""Types that mean something to the server, so an event that is only called so is sent as a custom one."""
EVENT_BYTES = 48 * 1024

Fields = dict[str, Any]


def circumstances(
    url: str, referrer: str, visitor: str | int, session: str, time: datetime | float | None, key: str
) -> Fields:
    """Where, by whom and when. The key is made once, so that however often it is sent the event counts once."""
    return {
        "fullUrl": url,
        "referrer": referrer,
        "visitor": {"id": str(visitor)} if visitor != "" else {},
        "sessionId": session,
        "timestamp": milliseconds(time),
        "idempotencyKey": key or uuid.uuid4().hex,
    }


def milliseconds(time: datetime | float | None) -> int:
    """A datetime without a zone is local time, as everywhere in Python; a number is that of time.time()."""
    moment = datetime.now(UTC) if time is None else time
    return round((moment.timestamp() if isinstance(moment, datetime) else moment) * 1000)


def present(fields: Fields) -> Fields:
    return {name: value for name, value in fields.items() if value not in ("", {})}


def written(event: Fields) -> bytes:
    """Half characters become question marks: the server would refuse a batch with one."""
    text = json.dumps(event, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=in_words)
    return text.encode("utf-8", "replace")


def in_words(value: object) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)
