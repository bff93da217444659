"""Errors and answers as JSON. Nothing here ever shows a stack trace."""

import math

from hitkeep_py import errors
from hitkeep_py.exact_json import json_bytes

JSON_TYPE = b"application/json"
HeaderList = list[tuple[bytes, bytes]]
LONGEST_WAIT = 86_400
"""Browsers' timers run out at once past 24.8 days, so who waits for the end of a month would ask without end."""


def error_body(code: str, message: str, field: str | None = None) -> bytes:
    return json_bytes({"error": {"code": code, "message": message, "field": field}})


def body_of(error: errors.AnalyticsError) -> bytes:
    return error_body(error.code, error.message, error.field)


def headers_of(error: errors.AnalyticsError) -> HeaderList:
    if isinstance(error, errors.RateLimited | errors.Unavailable):
        return [(b"retry-after", str(min(max(1, math.ceil(error.retry_after)), LONGEST_WAIT)).encode())]
    if isinstance(error, errors.PayloadTooLarge):
        return [(b"connection", b"close")]
    return []
