"""How the server is: for load balancers, for Prometheus, for `analytics doctor`; and backups."""

import re
from collections.abc import Iterable
from dataclasses import asdict

from hitkeep_py.errors import InvalidInput, NotFound, Unavailable
from hitkeep_py.event import DropReason
from hitkeep_py.server.call import Call, Result

BACKUP_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def healthz(call: Call) -> Result:
    """Alive: the process answers and its event store works."""
    if gone := call.analytics.vanished():
        raise Unavailable(gone)
    if call.analytics.writer.failing:
        raise Unavailable("the event store is failing; accepted events wait in the inbox")
    return Result({"status": "ok"})


def readyz(call: Call) -> Result:
    """Ready: an event sent now would be accepted."""
    if call.analytics.inbox.refusal:
        raise Unavailable(call.analytics.inbox.refusal)
    if call.analytics.inbox.failing:
        raise Unavailable("events cannot be written to disk; the log tells why")
    return Result({"status": "ok"})


def health(call: Call) -> Result:
    return Result({**call.analytics.health(), "forwarding_problem": call.ingest.addresses.problem})


def refresh(call: Call) -> Result:
    """Go by what other processes changed in the catalog now, and not only within a second."""
    call.analytics.catalog.refresh()
    return Result({"status": "ok"})


def backup(call: Call) -> Result:
    """Write a backup into the data directory's folder `backups`, under the given name."""
    name = call.body.get("name")
    if not isinstance(name, str) or not BACKUP_NAME.fullmatch(name):
        raise InvalidInput("name must be a plain folder name", field="name")
    directory = call.analytics.directory
    if directory is None:
        raise NotFound("a server without a data directory has no backups")
    target = directory.backups / name
    if target.exists():
        raise InvalidInput(f"the backup {name} exists already", field="name")
    call.analytics.backup(target)
    return Result({"path": str(target.resolve())}, 201)


def rebuild(call: Call) -> Result:
    """Make what is derived from the stored events anew, sessions in order of time, while events keep coming."""
    return Result(asdict(call.analytics.rebuild()))


def metrics(call: Call) -> Result:
    return Result("\n".join(prometheus_lines(call)).encode() + b"\n", content_type="text/plain; version=0.0.4")


def prometheus_lines(call: Call) -> Iterable[str]:
    analytics = call.analytics
    inbox, writer = analytics.inbox.counters, analytics.writer.counters
    oldest = analytics.writer.oldest_unstored
    age = max(0, analytics.clock.now_ms() - oldest) / 1000 if oldest else 0
    yield from metric("counter", "events_accepted_total", "Events made durable.", inbox.accepted)
    yield from metric("counter", "events_stored_total", "Events moved to the event store.", writer.stored)
    yield "# HELP hitkeep_events_dropped_total Events dropped, by reason."
    yield "# TYPE hitkeep_events_dropped_total counter"
    for reason in DropReason:
        yield f'hitkeep_events_dropped_total{{reason="{reason}"}} {analytics.usage.dropped[reason]}'
    yield from metric("counter", "requests_limited_total", "Ingest requests answered 429.", call.ingest.limited)
    yield from metric("counter", "requests_rejected_total", "Ingest requests refused.", call.ingest.rejected)
    yield from metric(
        "counter",
        "forwarding_headers_ignored_total",
        "Forwarding headers that were not believed: see trusted_proxies.",
        call.ingest.addresses.ignored,
    )
    yield from metric("gauge", "inbox_events", "Accepted events that are not stored yet.", analytics.writer.lag())
    yield from metric("gauge", "inbox_age_seconds", "Age of the oldest event not stored yet.", age)
    yield from metric("gauge", "inbox_bytes", "Disk the inbox uses.", analytics.inbox.used_bytes())
    yield from metric("counter", "inbox_commits_total", "Groups committed to the inbox.", inbox.groups)
    yield from metric("counter", "inbox_commit_seconds_total", "Time in these commits.", inbox.commit_seconds)
    yield from metric("counter", "inbox_failed_commits_total", "Groups that failed.", inbox.failed_groups)
    yield from metric("counter", "store_writes_total", "Portions written to the event store.", writer.portions)
    yield from metric("counter", "store_write_seconds_total", "Time in these writes.", writer.write_seconds)
    yield from metric("counter", "store_failures_total", "Portions that failed and were tried again.", writer.failures)
    yield from metric("counter", "queries_total", "Questions answered.", analytics.questions.count)
    yield from metric("counter", "query_seconds_total", "Time in these questions.", analytics.questions.seconds)


def metric(kind: str, name: str, help: str, value: float) -> Iterable[str]:
    yield f"# HELP hitkeep_{name} {help}"
    yield f"# TYPE hitkeep_{name} {kind}"
    yield f"hitkeep_{name} {value}"
