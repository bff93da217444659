"""Values as JSON, also those that the library refuses: a sum past 64 bits, and half a character."""

from typing import Any

import orjson

SMALLEST, LARGEST = -(2**63), 2**64 - 1
"""What the library writes as a whole number."""


def json_bytes(value: Any, option: int = 0) -> bytes:
    """Whole numbers are written in full, however large; half a character, which UTF-8 has no bytes for, as `?`."""
    try:
        return orjson.dumps(value, option=option)
    except TypeError:
        return orjson.dumps(writable(value), option=option)


def writable(value: Any) -> Any:
    if isinstance(value, dict):
        return {writable(name): writable(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [writable(each) for each in value]
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int) and not SMALLEST <= value <= LARGEST:
        return orjson.Fragment(str(value))
    return value
