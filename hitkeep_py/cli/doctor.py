"""analytics doctor"""

import platform
import sqlite3
from importlib.metadata import version
from typing import Any

import click

from hitkeep_py import __version__
from hitkeep_py.analytics import check_engine
from hitkeep_py.cli.access import server_answer
from hitkeep_py.cli.options import data_command, show
from hitkeep_py.cli.progress import copied, progress
from hitkeep_py.config import Settings
from hitkeep_py.data_directory import DataDirectory
from hitkeep_py.errors import AnalyticsError, DataDamaged, DataDirectoryError
from hitkeep_py.integrity import WAITING, number, problems
from hitkeep_py.restatements import next_start, told
from hitkeep_py.stores.duckdb import stored_position, stored_restatements

MEGABYTE = 1_000_000


@click.command()
@click.option("--check", is_flag=True, help="Read every stored value and verify it; needs the server stopped.")
@data_command
def doctor(check: bool, settings: Settings, as_json: bool) -> None:
    """How the data directory and the server are: versions, inbox depth, lock, disk."""
    directory = DataDirectory(settings.directory)
    directory.require()
    directory.prepare()
    report = describe(settings, directory)
    report["engine_problem"] = engine_problem(settings)
    if check:
        report["problems"] = check_files(settings, directory)
    lines = "\n".join(f"{name.replace('_', ' '):<22} {words_of(value)}" for name, value in report.items())
    show(report, as_json, lines)
    if report.get("problems"):
        raise DataDamaged("; ".join(report["problems"]))
    if report["engine_problem"]:
        raise DataDirectoryError(report["engine_problem"])


def engine_problem(settings: Settings) -> str | None:
    """What the event store's engine, as it is installed, does not do that is needed of it."""
    try:
        check_engine(settings)
    except AnalyticsError as error:
        return error.message
    return None


def words_of(value: Any) -> str:
    """As people read it: nothing, yes and no, and what is in a list or by name."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None or value in ([], {}):
        return "none"
    if isinstance(value, dict):
        return ", ".join(f"{name} {words_of(each)}" for name, each in value.items())
    return "; ".join(map(words_of, value)) if isinstance(value, list) else str(value)


def describe(settings: Settings, directory: DataDirectory) -> dict[str, Any]:
    report = {
        "data_dir": str(directory.path.resolve()),
        "version": __version__,
        "store": settings.store_name,
        "python": platform.python_version(),
        "duckdb": version("duckdb"),
        "sqlite": sqlite3.sqlite_version,
        "lock": directory.holder() or "free",
        "disk_free_mb": directory.free_bytes() // MEGABYTE,
        "disk_used_mb": round(directory.used_bytes() / MEGABYTE, 1),
    }
    answer = server_answer(settings, "GET", "/api/health")
    report["server"] = "running" if answer else "not running"
    return {**report, **(answer or {**offline_inbox(directory), **offline_restatements(settings, directory)})}


def offline_restatements(settings: Settings, directory: DataDirectory) -> dict[str, Any]:
    """What was brought to this version's form and what will be; nothing of a store that cannot be read here."""
    done = None if settings.store else stored_restatements(directory.events)
    if done is None:
        return {}
    left = next_start(done)
    return {"restated": [told(each) for each in done if each.events], **({"next_start": left} if left else {})}


def offline_inbox(directory: DataDirectory) -> dict[str, Any]:
    """What waits in the inbox of a stopped server: what the store does not have, as far as that can be read here."""
    if not directory.inbox.exists():
        return {"inbox_events": 0}
    stored = stored_position(directory.events)
    try:
        return {"inbox_events": number(directory.inbox, WAITING, (stored, stored))}
    except sqlite3.Error as error:
        return {"inbox_events": f"unknown: {error}"}


def check_files(settings: Settings, directory: DataDirectory) -> list[str]:
    directory.lock("analytics doctor --check", settings.lock_wait)
    try:
        with progress("Reading every value", copied(directory.path)):
            begun = directory.catalog.exists() or directory.inbox.exists()
            return problems(directory, events_elsewhere=bool(settings.store)) if begun else []
    finally:
        directory.unlock()
