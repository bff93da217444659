"""analytics backup, analytics restore"""

import shutil
import time
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click

from hitkeep_py.catalog.restored import destroy_salts, keep_access
from hitkeep_py.cli.access import opened_data, server_answer
from hitkeep_py.cli.options import data_command, show
from hitkeep_py.cli.progress import copied, progress
from hitkeep_py.cli.terminal import say
from hitkeep_py.config import Settings
from hitkeep_py.data_directory import DataDirectory, arriving, sync, unused
from hitkeep_py.errors import AnalyticsError, Conflict, DataDirectoryError
from hitkeep_py.integrity import Contents, contents, problems, why_no_backup
from hitkeep_py.shortage import shortage


@click.command()
@click.argument("target", required=False)
@data_command
def backup(target: str | None, settings: Settings, as_json: bool) -> None:
    """Copy all data into the new directory TARGET; without one, into `backups` of the data directory.

    The copy is consistent, also while the server runs and takes events.
    """
    if target is None:
        path = backed_up(settings)
    else:
        path = Path(target)
        try:
            with arriving(path) as folder:
                move_files(backed_up(settings), folder)
        except FileExistsError as error:
            raise Conflict(f"{target} exists already; a backup makes a new directory") from error
        except OSError as error:
            raise AnalyticsError(f"cannot write the backup to {target}: {shortage(error) or error.strerror}") from error
    show({"path": str(path)}, as_json, f"Backed up to {path}")


def backed_up(settings: Settings) -> Path:
    """A new backup in the data directory."""
    directory = DataDirectory(settings.directory)
    directory.require()
    path = unused(directory.backups / timestamp())
    with progress("Backing up", copied(path)):
        answer = server_answer(settings, "POST", "/api/backups", body={"name": path.name})
        if answer:
            return Path(answer["path"])
        with opened_data(settings, "analytics backup") as analytics:
            analytics.backup(path)
    return path


def move_files(source: Path, target: Path) -> None:
    """Also to another file system; the source is gone afterwards in any case."""
    try:
        for file in source.iterdir():
            shutil.move(file, target / file.name)
            sync(target / file.name)
    finally:
        shutil.rmtree(source, ignore_errors=True)


@click.command()
@click.argument("source")
@data_command
def restore(source: str, settings: Settings, as_json: bool) -> None:
    """Put the backup SOURCE in place of the data directory's files, while no server runs.

    The backup, made by `analytics backup`, is verified first. What was in the data directory is kept beside it, in a
    folder `replaced-…`. All logins end; passwords, removed users and revoked keys stay as they are now.
    """
    copies, directory = DataDirectory(Path(source)), DataDirectory(settings.directory)
    if refusal := why_no_backup(copies):
        raise refusal
    directory.prepare()
    directory.lock("analytics restore", settings.lock_wait)
    try:
        with progress("Verifying the backup", copied(copies.path)):
            found = problems(copies)
        if found:
            raise DataDirectoryError(f"the backup is damaged, nothing was changed: {'; '.join(found)}")
        directory.begin_restore(copies, timestamp(), partial(settle, directory))
        forget_salts(directory)
        kept = directory.finish_restore()
        restored = contents(directory)
    finally:
        directory.unlock()
    text = f"Restored {source} to {directory.path}: {amounts(restored)}"
    text += f"\nWhat was there before is in {kept}" if kept else "\nNothing was there before"
    answer = {"path": str(directory.path), **asdict(restored), "replaced": str(kept) if kept else None}
    show(answer, as_json, text)


def amounts(found: Contents) -> str:
    return ", ".join(f"{count:,} {name[:-1] if count == 1 else name}" for name, count in asdict(found).items())


def settle(directory: DataDirectory, arrived: DataDirectory) -> None:
    """Once the backup's files have arrived, before they replace the others."""
    unknown = keep_access(directory.catalog, arrived.catalog)
    if unknown:
        say(
            f"Warning: the catalog of now cannot be read ({unknown.message}): keys that were revoked and users that "
            "were removed since the backup are valid again",
            error=True,
        )


def forget_salts(directory: DataDirectory) -> None:
    """Of what is about to be replaced, now that nothing can keep the restore from being finished."""
    if directory.catalog.exists():
        with suppress(AnalyticsError):  # Of what cannot be read nothing can be taken.
            destroy_salts(directory.catalog)


def timestamp() -> str:
    return time.strftime("%Y-%m-%dT%H-%M-%SZ", time.gmtime())
