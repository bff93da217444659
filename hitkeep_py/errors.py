"""Every error this product raises on purpose.

AnalyticsError
├── InvalidInput            the caller sent something we cannot accept
│   └── PayloadTooLarge
├── NotAuthenticated        no valid session
├── AccessDenied            a valid caller, not allowed to do this
├── NotFound
├── Conflict                it exists already
│   └── NotAsItIs           what there is now does not allow it
├── RateLimited
│   └── QuotaReached        the site has sent all the events that its month may have
├── Unavailable             try again later; nothing was stored
│   ├── StoreUnavailable    the event store failed; the writer keeps the events and retries
│   │   └── StoreDead       the store's instance must be reopened before anything works again
│   └── QueryBusy           too many questions at once
├── QueryTimeout
├── SettingError            a setting that stops the start
└── DataDirectoryError      the data directory cannot be used; exit code 3
    ├── DataDirectoryLocked
    ├── EngineUnfit         this version of the event store's engine does not do what we need of it
    └── DataDamaged
"""

from typing import ClassVar


class AnalyticsError(Exception):
    """Base of the tree: `code` is the stable name that the API answers with."""

    code: ClassVar[str] = "internal_error"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class InvalidInput(AnalyticsError):
    code = "invalid_input"


class PayloadTooLarge(InvalidInput):
    code = "payload_too_large"


class NotAuthenticated(AnalyticsError):
    code = "not_authenticated"


class AccessDenied(AnalyticsError):
    code = "access_denied"


class NotFound(AnalyticsError):
    code = "not_found"


class Conflict(AnalyticsError):
    code = "conflict"


class NotAsItIs(Conflict):
    code = "not_as_it_is"


class RateLimited(AnalyticsError):
    """`retry_after` is in whole seconds, at least 1."""

    code = "rate_limited"

    def __init__(self, message: str, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class QuotaReached(RateLimited):
    code = "quota_reached"


class Unavailable(AnalyticsError):
    """`damaged` says that a file is known to be damaged; else it may just be out of reach for now."""

    code = "unavailable"
    retry_after = 1

    def __init__(self, message: str, *, field: str | None = None, damaged: bool = False) -> None:
        super().__init__(message, field=field)
        self.damaged = damaged


class StoreUnavailable(Unavailable):
    code = "store_unavailable"


class StoreDead(StoreUnavailable):
    code = "store_dead"


class QueryBusy(Unavailable):
    code = "query_busy"


class QueryTimeout(AnalyticsError):
    code = "query_timeout"


class SettingError(AnalyticsError):
    code = "setting_error"


class DataDirectoryError(AnalyticsError):
    code = "data_directory_error"


class DataDirectoryLocked(DataDirectoryError):
    code = "data_directory_locked"


class EngineUnfit(DataDirectoryError):
    code = "engine_unfit"


class DataDamaged(DataDirectoryError):
    """`problem` says what is damaged; what to do is added."""

    code = "data_damaged"

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(
            f"{problem}. Nothing was changed. Move the data directory away and bring back a backup with "
            "`analytics restore BACKUP`"
        )
