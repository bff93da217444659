"""Periodic work beside the server, on one thread: nothing here is on a request's way."""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from hitkeep_py.analytics import MEGABYTE, Analytics
from hitkeep_py.repeating import Repeating
from hitkeep_py.retention import Retention

PAUSE = 0.25
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Job:
    seconds: float
    run: Callable[[], object]
    due: float = 0.0


class Jobs:
    def __init__(self, analytics: Analytics) -> None:
        self._analytics = analytics
        self._thread = Repeating("jobs", PAUSE, self._run_due)
        self.jobs = (
            Job(PAUSE, analytics.catalog.refresh),
            Job(PAUSE, analytics.catalog.make_missing_salts),
            Job(1, self.watch_disk),
            Job(1, analytics.save_drops),
            Job(5, analytics.delete_removed_sites),
            Job(600, Retention(analytics).delete_expired),
            Job(5, analytics.catalog.keys.save_uses),
            Job(600, analytics.catalog.keys.forget_expired),
            Job(30, analytics.catalog.rotate_salts),
            Job(600, analytics.forget_crossings),
            Job(1, analytics.inbox.forget_old_keys),
        )

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._thread.stop()

    def watch_disk(self) -> None:
        """Refuse events while they could not be kept, and take them again once they can."""
        self._analytics.inbox.try_again()
        refusal = self._disk_problem()
        if refusal != self._analytics.inbox.refusal:
            log.warning("ingest: %s", refusal or "accepting events again")
        self._analytics.inbox.refusal = refusal

    def _disk_problem(self) -> str | None:
        analytics = self._analytics
        if gone := analytics.vanished():
            return gone
        directory, settings = analytics.directory, analytics.settings
        if directory and directory.free_bytes() < settings.min_free_disk_mb * MEGABYTE:
            return f"less than {settings.min_free_disk_mb} MB of disk are free"
        if analytics.inbox.is_full(analytics.writer.position):
            return f"the inbox holds {settings.inbox_max_mb} MB of events that the store did not take yet"
        return None

    def _run_due(self) -> None:
        now = self._analytics.clock.monotonic()
        for job in self.jobs:
            if now >= job.due:
                job.due = now + job.seconds
                self._run(job)

    def _run(self, job: Job) -> None:
        try:
            job.run()
        except Exception as error:
            log.error("job %s failed and will be tried again: %s", getattr(job.run, "__name__", job.run), error)
