"""The data directory: what lies where, and who may use it. One process at a time holds its lock."""

import errno
import fcntl
import itertools
import logging
import os
import re
import shutil
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hitkeep_py.errors import DataDirectoryError, DataDirectoryLocked

RESTORE_READY, REPLACED = "restore-ready-", "replaced-"
PARTIAL = ".partial-"
OURS = re.compile(
    r"(events\.(duckdb|tmp)|(catalog|inbox)\.sqlite)|(server\.sock|lock|backups)$"
    rf"|{RESTORE_READY}|{REPLACED}|{re.escape(PARTIAL)}|\.writable-"
)
OTHERS = stat.S_IRWXG | stat.S_IRWXO
LET_WRITE = stat.S_IWGRP | stat.S_IWOTH
log = logging.getLogger(__name__)
LOCK_PAUSE = 0.02
LEAST_WAIT = 0.1
"""Seconds; `holder` takes the lock for a moment too."""


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file that this process has open; on another disk, or removed and made anew, the name leads to another one."""

    path: Path
    identity: tuple[int, int]

    @classmethod
    def at(cls, path: Path) -> "OpenedFile":
        return cls(path, identity_of(path))

    def is_there(self) -> bool:
        try:
            return identity_of(self.path) == self.identity
        except OSError:
            return False


def identity_of(path: Path) -> tuple[int, int]:
    """Device and inode. `stat` only: opening the event store's file here would drop DuckDB's lock on it."""
    found = path.stat()
    return found.st_dev, found.st_ino


class DataDirectory:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.events = path / "events.duckdb"
        self.catalog = path / "catalog.sqlite"
        self.inbox = path / "inbox.sqlite"
        self.backups = path / "backups"
        self.socket = path / "server.sock"
        self._lock_file = path / "lock"
        self._lock: int | None = None
        self._opened: list[OpenedFile] = []

    def require(self) -> None:
        """Raises DataDirectoryError when nothing was ever kept here, or this user may not enter; makes nothing."""
        self._enter()
        files = (self.events, self.catalog, self.inbox)
        begun = any(each.exists() for each in files) or self.restore_waiting()
        if not begun and (self.path.is_dir() or not self.path.exists()):
            raise DataDirectoryError(
                f"there is no data in {self.path.absolute()}. Name the data directory with --data-dir or "
                "HITKEEP_DATA_DIR, or make a new one with `analytics serve` or `analytics site add DOMAIN`"
            )

    def _enter(self) -> None:
        try:
            if self.path.is_dir():
                os.listdir(self.path)
                self.events.exists()
        except OSError as error:
            raise DataDirectoryError(
                f"cannot enter the data directory {self.path.absolute()}: {error.strerror}. "
                "Commands work for the user that runs the server"
            ) from error

    def prepare(self) -> None:
        """Make it, for this user only. Raises DataDirectoryError when it cannot be written."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.backups.mkdir(mode=0o700, exist_ok=True)
            probe = self.path / f".writable-{os.getpid()}"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise DataDirectoryError(f"cannot write to the data directory {self.path}: {error.strerror}") from error
        self._enter()
        self._tighten()
        # SQLite opens a file that it may not write as read-only, and every event would be refused later.
        for file in (self.events, self.catalog, self.inbox, self._lock_file):
            if file.exists() and not os.access(file, os.R_OK | os.W_OK):
                raise DataDirectoryError(f"cannot write to {file}: Permission denied")

    def _tighten(self) -> None:
        """Take rights of other users away, from files that are ours and from a directory with nothing else in it.

        Raises DataDirectoryError where others own the directory, or may write to it and keep things of theirs in it.
        """
        found = self.path.stat()
        inside = list(self.path.iterdir())
        ours = [each for each in inside if OURS.match(each.name)]
        if os.geteuid() not in (0, found.st_uid) and found.st_uid != 0:
            raise DataDirectoryError(f"the data directory {self.path} belongs to another user; give it to this one")
        if found.st_mode & stat.S_IWOTH and len(ours) < len(inside):
            raise DataDirectoryError(
                f"everybody may write to {self.path}, which has other things in it: name a directory of its own"
            )
        loose = [self.path] if len(ours) == len(inside) else []
        for each in (*loose, *(each for each in ours if each.is_file() and not each.is_symlink())):
            tighten(each)

    def lock(self, purpose: str, wait: float = 0.0) -> None:
        """Hold the directory until `unlock`, waiting up to `wait` seconds. Raises DataDirectoryLocked."""
        try:
            descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise DataDirectoryError(f"cannot write to {self._lock_file}: {error.strerror}") from error
        deadline = time.monotonic() + max(wait, LEAST_WAIT)
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() >= deadline:
                    os.close(descriptor)
                    raise DataDirectoryLocked(
                        f"the data directory {self.path} is in use by {self.holder() or 'another process'}"
                    ) from None
                time.sleep(LOCK_PAUSE)
        os.ftruncate(descriptor, 0)
        with suppress(OSError):  # On a full disk the lock holds all the same, without saying by whom.
            os.pwrite(descriptor, f"process {os.getpid()} ({purpose})".encode(), 0)
        self._lock = descriptor
        self.finish_restore()

    def unlock(self) -> None:
        if self._lock is not None:
            os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = None

    def watch(self) -> None:
        """Remember which files are open now, for `vanished`."""
        self._opened = [OpenedFile.at(each) for each in (self._lock_file, self.catalog, self.inbox)]

    def vanished(self) -> str | None:
        """What to say when files that are open are no longer in the directory: nothing written now would be kept."""
        gone = [each.path for each in self._opened if not each.is_there()]
        if not gone:
            return None
        return f"{gone[-1]} was removed or replaced while the server runs; stop it, put the file back, start it again"

    def holder(self) -> str | None:
        """Who holds the lock, such as `process 12 (analytics serve)`, as far as it said so."""
        try:
            with open(self._lock_file, encoding="utf-8") as file:
                if self._lock is None and is_free(file.fileno()):
                    return None  # what it says is of a process that was killed
                return file.read().strip() or None
        except OSError:
            return None

    def begin_restore(
        self, source: "DataDirectory", name: str, settle: Callable[["DataDirectory"], object] = lambda arrived: None
    ) -> None:
        """Bring copies of a backup's files in. After the rename, whoever locks next finishes the restore.

        `settle` may change the copies before.

        Raises DataDirectoryError when they cannot be copied; then none is left.
        """
        for leftover in self.path.glob(f"{PARTIAL}{RESTORE_READY}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        number = next(each for each in map(numbered(name), itertools.count(1)) if not self._restored_as(each))
        try:
            with arriving(self.path / f"{RESTORE_READY}{number}") as folder:
                for file in (source.events, source.inbox, source.catalog):
                    shutil.copyfile(file, folder / file.name)
                settle(DataDirectory(folder))
                for file in folder.iterdir():
                    sync(file)
        except OSError as error:
            raise DataDirectoryError(
                f"cannot copy the backup to {self.path}: {error.strerror}. Nothing was changed"
            ) from error

    def _restored_as(self, name: str) -> bool:
        return any((self.path / f"{kind}{name}").exists() for kind in (RESTORE_READY, REPLACED))

    def restore_waiting(self) -> bool:
        return bool(self._ready_restores())

    def _ready_restores(self) -> list[Path]:
        """Those that this user made, or the system's administrator: anybody who may write here could plant one."""
        found = sorted(self.path.glob(f"{RESTORE_READY}*"))
        planted = [each for each in found if not is_own_folder(each)]
        if planted:
            log.warning("%s is not used: it is no folder of this user alone", planted[0])
        return [each for each in found if each not in planted]

    def finish_restore(self) -> Path | None:
        """Put the files of a complete restore in place; also after it was broken off anywhere. Needs the lock.

        Returns where the old files are; None when there were none.
        """
        kept = None
        for ready in self._ready_restores():
            kept = self.path / ready.name.replace(RESTORE_READY, REPLACED, 1)
            kept.mkdir(exist_ok=True)
            for new in sorted(ready.iterdir()):
                for old in self.path.glob(f"{new.name}*"):
                    old.rename(unused(kept / old.name))
                new.rename(self.path / new.name)
            ready.rmdir()
            sync(self.path)
            if not any(kept.iterdir()):
                kept.rmdir()
                kept = None
        return kept

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.path).free

    def used_bytes(self) -> int:
        """Size of all files. `stat` only: opening the event store's file here would drop DuckDB's lock on it."""
        return folder_bytes(self.path)


def tighten(path: Path) -> None:
    with suppress(FileNotFoundError):  # Another process's, gone by now.
        mode = stat.S_IMODE(path.stat().st_mode)
        if not mode & OTHERS:
            return
        try:
            path.chmod(mode & ~OTHERS)
        except PermissionError:
            # As of volumes that an orchestrator makes: the administrator's, open to all within a container.
            log.warning("other users of this system may use %s, whose rights this user may not change", path)


def is_own_folder(path: Path) -> bool:
    found = path.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid in (0, os.geteuid()) and not found.st_mode & LET_WRITE


def numbered(name: str) -> Callable[[int], str]:
    """name, name-2, name-3, ..."""
    return lambda number: name if number == 1 else f"{name}-{number}"


def unused(path: Path) -> Path:
    """The path, or one like it under which there is nothing yet."""
    return next(each for each in map(path.with_name, map(numbered(path.name), itertools.count(1))) if not exists(each))


def exists(path: Path) -> bool:
    """Also a link that leads nowhere."""
    return path.exists() or path.is_symlink()


@contextmanager
def arriving(target: Path) -> Iterator[Path]:
    """A new folder that gets its name when it is complete, and is removed when it does not get that far.

    Raises FileExistsError when there is something of that name, at the start or by then; OSError.
    """
    if exists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    folder = unused(target.with_name(f"{PARTIAL}{target.name}"))
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield folder
        sync(folder)
        # Only an empty folder of that name, made meanwhile, would be replaced.
        folder.rename(target)
        sync(target.parent)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.ENOTDIR):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from error
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def folder_bytes(folder: Path) -> int:
    """Size of the files below a folder, some of which may be vanishing."""
    size = 0
    for each in folder.rglob("*"):
        with suppress(OSError):
            size += each.stat().st_size if each.is_file() else 0
    return size


def is_free(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    fcntl.flock(descriptor, fcntl.LOCK_UN)
    return True


def sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def socket_address(path: Path) -> Iterator[str]:
    """An address for a socket file of any length of path; the system itself takes 107 bytes."""
    text = str(path)
    if len(text.encode()) < 108:
        yield text
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
