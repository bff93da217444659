"""What the formats of `POST /api/event` share: a limit, and looks at what was sent that never fail."""

from typing import Any

from hitkeep_py.errors import InvalidInput
from hitkeep_py.protocols.format import Request
from hitkeep_py.protocols.json_input import read_json
from hitkeep_py.text import host_of

PATH = "/api/event"
BODY_LIMIT = 256 * 1024


def body_of(request: Request) -> Any:
    """The body as JSON, or None when it is none: for `claims`, which leaves the complaint to the format that reads."""
    try:
        return request.json()
    except InvalidInput:
        return None


def unpacked(value: object) -> object:
    """What a JSON text says, None for a broken one; anything but a text as it is."""
    if not isinstance(value, str):
        return value
    try:
        return read_json(value.encode())
    except InvalidInput:
        return None


def given(fields: dict[str, Any], *names: str) -> Any:
    """The first of several names for a field that has a value other than null."""
    for name in names:
        value = fields.get(name)
        if value is not None:
            return value
    return None


def is_web_address(url: str) -> bool:
    """Whether it is an absolute http or https address with a host."""
    return url.lower().startswith(("http://", "https://")) and bool(host_of(url))
