"""The product without HTTP: everything opened and wired together, asked questions, and closed in order."""

import logging
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any, Concatenate, ParamSpec, TypeVar

from hitkeep_py import __version__
from hitkeep_py.catalog.catalog import Catalog
from hitkeep_py.catalog.passwords import Passwords
from hitkeep_py.catalog.sites import Site
from hitkeep_py.clock import Clock, SystemClock
from hitkeep_py.config import Settings
from hitkeep_py.data_directory import DataDirectory, arriving, sync
from hitkeep_py.enrich.lookups import Lookups
from hitkeep_py.enrich.visitor import known_visitor_id
from hitkeep_py.errors import (
    Conflict,
    DataDamaged,
    DataDirectoryError,
    NotAsItIs,
    SettingError,
    StoreUnavailable,
    Unavailable,
)
from hitkeep_py.ingest.debugger import Debugger
from hitkeep_py.ingest.inbox import Inbox
from hitkeep_py.ingest.intake import Intake
from hitkeep_py.ingest.ledger import month_json
from hitkeep_py.ingest.pipeline import Pipeline
from hitkeep_py.ingest.rebuilding import Rebuilt
from hitkeep_py.ingest.sessions import KEPT_MS
from hitkeep_py.ingest.usage import Usage, month_of
from hitkeep_py.ingest.writer import Writer
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.report import Report
from hitkeep_py.questions import Questions
from hitkeep_py.restatements import bring_up_to_date, restate_columns, told
from hitkeep_py.shortage import shortage
from hitkeep_py.stores import EventStore
from hitkeep_py.stores.duckdb import DuckDBStore
from hitkeep_py.stores.duckdb_habits import check_engine_in_memory

LEDGER_SECONDS = 5.0
MEGABYTE = 1_000_000
CLICKHOUSE_LIBRARY = "clickhouse-connect>=1.12"
log = logging.getLogger(__name__)
Answer = TypeVar("Answer")
Arguments = ParamSpec("Arguments")


def open_store(settings: Settings, directory: DataDirectory) -> EventStore:
    """Where the settings say. Raises SettingError, DataDirectoryError."""
    if not settings.store:
        return DuckDBStore(directory.events, memory_limit=settings.memory_limit, backups=directory.backups)
    opened: EventStore = clickhouse_engine().open_clickhouse(settings.store, settings.memory_limit)
    return opened


def check_engine(settings: Settings) -> None:
    """Whether the event store's engine does what is needed of it. Raises EngineUnfit, and what `open_store` raises."""
    if settings.store:
        clickhouse_engine().check_clickhouse(settings.store)
    else:
        check_engine_in_memory()


def clickhouse_engine() -> ModuleType:
    try:
        # Its library is an extra: who keeps events in DuckDB need not have it.
        from hitkeep_py.stores import clickhouse  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise SettingError(
            f"store names a ClickHouse server, for which a library is missing: {sys.executable} -m pip install"
            f" '{CLICKHOUSE_LIBRARY}'",
            field="store",
        ) from error
    return clickhouse


class Analytics:
    """Use `open` or `in_memory`, then `close`."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        directory: DataDirectory | None,
        catalog: Catalog,
        store: EventStore,
        lookups: Lookups | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.directory = directory
        self.catalog = catalog
        self.store = store
        self.lookups = lookups or Lookups(settings.geoip_db, settings.referrer_spam_list)
        self.inbox = Inbox(directory.inbox if directory else None, clock, max_bytes=settings.inbox_max_mb * MEGABYTE)
        self.usage = Usage(clock.now_ms(), self.inbox.usage(month_of(clock.now_ms())))
        self.debugger = Debugger()
        pipeline = Pipeline(catalog, self.lookups, settings.max_event_age_days)
        self.intake = Intake(pipeline, self.usage, self.debugger)
        self.writer = Writer(self.inbox, store, restate_columns)
        self.restated = [told(each) for each in store.restated() if each.events]
        self._deletions: dict[str, Future[int]] = {}
        self._backing_up = threading.Lock()
        self.questions = Questions(
            store, clock, settings.query_threads, settings.query_timeout, self.writer.reopen_store
        )

    @classmethod
    def open(
        cls, settings: Settings, purpose: str, clock: Clock | None = None, lookups: Lookups | None = None
    ) -> "Analytics":
        """Lock the data directory, bring its files up to date and start to accept and to write.

        Raises DataDirectoryError when it, or the event store, cannot be used, naming who holds it or what is damaged.
        """
        directory = DataDirectory(settings.directory)
        directory.prepare()
        directory.lock(purpose, settings.lock_wait)
        try:
            return cls._open(settings, directory, clock or SystemClock(), lookups)
        except Unavailable as error:
            directory.unlock()
            problem = f"the files in {directory.path} cannot be used: {error.message}"
            if error.damaged:
                raise DataDamaged(problem) from error
            raise DataDirectoryError(f"{problem}. The data is untouched") from error
        except BaseException:
            directory.unlock()
            raise

    @classmethod
    def _open(cls, settings: Settings, directory: DataDirectory, clock: Clock, lookups: Lookups | None) -> "Analytics":
        with ExitStack() as opened:
            catalog = Catalog(directory.catalog, clock)
            opened.callback(catalog.close)
            store = open_store(settings, directory)
            opened.callback(store.close)
            bring_up_to_date(store, clock)
            analytics = cls(settings, clock, directory, catalog, store, lookups)
            analytics._start()
            directory.watch()
            opened.pop_all()
        return analytics

    @classmethod
    def in_memory(
        cls,
        clock: Clock | None = None,
        settings: Settings | None = None,
        lookups: Lookups | None = None,
        passwords: Passwords | None = None,
        store: EventStore | None = None,
    ) -> "Analytics":
        """The whole product without a file. Look-ups take 0.2 s to open; they may be shared."""
        clock = clock or SystemClock()
        catalog = Catalog(None, clock, passwords)
        analytics = cls(settings or Settings(), clock, None, catalog, store or DuckDBStore(None), lookups)
        analytics._start()
        return analytics

    def _start(self) -> None:
        self.catalog.rotate_salts()
        self.catalog.refresh()
        if self.inbox.position < self.writer.position:
            log.error(
                "inbox.sqlite is older than %s, or was deleted: accepted events that were not stored "
                "yet, and idempotency keys, may be gone",
                self.settings.store_name,
            )
        lost = self.inbox.start(self.writer.position)
        if lost:
            self.writer.counters.lost = lost
            log.error(
                "%s lacks %d events that it had stored before: its files were damaged or are older than "
                "inbox.sqlite. Bring back a backup with `analytics restore BACKUP` if you have a newer one",
                self.settings.store_name,
                lost,
            )
        self.writer.start()

    def close(self) -> None:
        """Everything acknowledged reaches the store; then the files are closed."""
        self.save_drops()
        with suppress(Unavailable):  # When a key was last used is not worth an unfinished stop.
            self.catalog.keys.save_uses()
        self.inbox.stop()
        self.writer.close()
        try:
            self.store.checkpoint()
        finally:
            self.store.close()
            self.inbox.close(self.writer.position)
            self.catalog.close()
            if self.directory:
                self.directory.unlock()

    def vanished(self) -> str | None:
        """What to say when files of the data directory were removed under the running server."""
        return self.directory.vanished() if self.directory else None

    def drain(self) -> None:
        """Wait until the store has everything accepted so far."""
        self.writer.drain()

    def answer(
        self,
        report: Callable[Concatenate[Dialect, Arguments], Report[Answer]],
        *arguments: Arguments.args,
        **named: Arguments.kwargs,
    ) -> Answer:
        """The answer of a report, within the limits. Raises QueryBusy, QueryTimeout, StoreUnavailable."""
        return self.questions.answer(self.questions.request(), report, *arguments, **named)

    def rebuild(self) -> Rebuilt:
        """Make everything that is derived from the stored events anew, sessions in order of time.

        Raises StoreUnavailable while the store is away.
        """
        self._need_store("rebuild the sessions")
        done = self.writer.rebuild().result()
        log.info("rebuilt %d sessions from the events; there were %d", done.sessions, done.sessions_before)
        return done

    def erase(self, site_id: str, before: int) -> int:
        """Delete a site's events before a time in UTC milliseconds, for ever; gives how many there were.

        Raises StoreUnavailable while the store is away.
        """
        self._need_store("erase")
        return self._erased(site_id, partial(self.store.delete_before, site_id, before))

    def erase_user(self, site: Site, user_id: str) -> int:
        """Delete the events of a user whom the site named so, for ever; gives how many there were.

        Raises StoreUnavailable while the store is away.
        """
        self._need_store("erase")
        known = known_visitor_id(site.identity_key, user_id)
        return self._erased(site.id, partial(self.store.delete_user, site.id, known))

    def _erased(self, site_id: str, delete: Callable[[], int]) -> int:
        count = int(self.writer.run(delete).result())
        log.info("erased %d events of the site %s", count, site_id)
        return count

    def save_drops(self) -> threading.Event:
        """Have the drops since the last time added to the ledger."""
        return self.inbox.note_drops(self.usage.take_drops(), self.usage.put_back)

    def usage_of(self, month: str | None = None, site_id: str | None = None) -> dict[str, Any]:
        """The ledger of a month such as 2026-11, of this one by default, for all sites or one."""
        month = month or month_of(self.clock.now_ms())
        self.save_drops().wait(LEDGER_SECONDS)
        sites = [site for site in self.catalog.sites.all() if site_id in (None, site.id)]
        events, drops = self.inbox.usage(month), self.inbox.drops(month)
        if site_id is not None:
            events = {each: count for each, count in events.items() if each == site_id}
            drops = [drop for drop in drops if drop[0] == site_id]
        return month_json(month, sites, events, drops)

    def delete_removed_sites(self) -> None:
        """Delete the events of sites that were removed, after all of them that were accepted have been stored.

        Does not wait: what was begun in one round is looked at in the next, so that other jobs go on meanwhile.
        """
        for site_id in self.catalog.sites.removed():
            deletion = self._deletions.get(site_id)
            if deletion is None:
                self._deletions[site_id] = self.writer.run(partial(self.store.delete_site, site_id))
            elif deletion.done():
                del self._deletions[site_id]
                log.info("deleted %d events of the removed site %s", deletion.result(), site_id)
                self.catalog.sites.events_deleted(site_id)
                self.debugger.forget(site_id)

    def forget_crossings(self) -> None:
        """Unlink the two visitor ids of sessions that crossed a change of salt, once they are over (D5)."""
        self.writer.run(partial(self.store.forget_crossings, self.clock.now_ms() - KEPT_MS))

    def backup(self, target: Path) -> None:
        """Copy all three files, consistent with each other, into a new directory, while events keep coming.

        Raises StoreUnavailable while the store is away, NotAsItIs while another backup is being made, Conflict when
        there is something of its name, Unavailable when it cannot be written. What is unfinished is removed.
        """
        self._need_store("make the backup")
        if not self._backing_up.acquire(blocking=False):
            raise NotAsItIs("another backup is being made")
        try:
            with arriving(target) as partial_target:
                # On the writer's thread nothing moves from the inbox to the store meanwhile; acknowledgements go on.
                self.writer.run(partial(self._copy_to, DataDirectory(partial_target))).result()
        except FileExistsError as error:
            raise Conflict(f"{target} exists already; a backup makes a new directory") from error
        except OSError as error:
            raise Unavailable(f"cannot write the backup to {target}: {shortage(error) or error.strerror}") from error
        finally:
            self._backing_up.release()

    def _need_store(self, purpose: str) -> None:
        """What the writer is to do waits as long as the store fails, which nobody should wait for."""
        if self.writer.failing:
            raise StoreUnavailable(f"the event store is failing; try to {purpose} again later")

    def _copy_to(self, copies: DataDirectory) -> None:
        self.store.backup(copies.events)
        self.inbox.backup(copies.inbox)
        self.catalog.backup(copies.catalog)
        for file in (*copies.path.iterdir(), copies.path):
            sync(file)

    def health(self) -> dict[str, Any]:
        """What `analytics doctor` and operators look at."""
        return {
            "version": __version__,
            "store": self.settings.store_name,
            "accepted": self.inbox.counters.accepted,
            "stored": self.writer.counters.stored,
            "duplicates": self.inbox.counters.duplicates,
            "dropped": {str(reason): count for reason, count in self.usage.dropped.items()},
            "inbox_waiting": self.inbox.waiting(),
            "inbox_unstored_events": self.writer.lag(),
            "inbox_bytes": self.inbox.used_bytes(),
            "disk_used_bytes": self.directory.used_bytes() if self.directory else 0,
            "disk_free_bytes": self.directory.free_bytes() if self.directory else None,
            "position": self.writer.position,
            "lost": self.writer.counters.lost,
            "restated": self.restated,
            "writer_failing": self.writer.failing,
            "refusing": self.inbox.refusal,
            "geoip_problem": self.lookups.places.problem,
            "referrer_spam_list_problem": self.lookups.referrer_spam.problem,
        }
