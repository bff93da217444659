"""The HTTP status of every error, here for formats that word errors as their product does, and for the API."""

from hitkeep_py.errors import (
    AccessDenied,
    AnalyticsError,
    Conflict,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    PayloadTooLarge,
    QueryTimeout,
    RateLimited,
    Unavailable,
)

STATUSES: tuple[tuple[type[AnalyticsError], int], ...] = (
    (PayloadTooLarge, 413),
    (InvalidInput, 400),
    (NotAuthenticated, 401),
    (AccessDenied, 403),
    (NotFound, 404),
    (Conflict, 409),
    (RateLimited, 429),
    (Unavailable, 503),
    (QueryTimeout, 504),
)


def status_of(error: AnalyticsError) -> int:
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)
