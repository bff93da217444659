"""The data directory of a demonstration: invented data never comes near real data."""

from dataclasses import replace
from pathlib import Path

from hitkeep_py.config import Settings
from hitkeep_py.errors import DataDirectoryError, SettingError

MARK = "demo"
TOLD = "The data in this directory is invented; `analytics serve --demo` made it.\n"


def demo_settings(settings: Settings, named: bool) -> Settings:
    """`named` says that the caller chose the data directory itself; else it is one beside the usual one."""
    if settings.store:
        raise SettingError("--demo keeps its events in a directory of its own; leave out store", field="store")
    if named:
        return settings
    return replace(settings, data_dir=settings.data_dir.rstrip("/") + "-demo")


def claim(directory: Path) -> None:
    """Mark an empty directory as one of a demonstration. Raises DataDirectoryError for one with anything else in it."""
    mark = directory / MARK
    if mark.is_file():
        return
    try:
        if directory.exists() and any(directory.iterdir()):
            raise DataDirectoryError(
                f"{directory} holds data that is not a demonstration's; --demo takes a new directory, or one of its own"
            )
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark.write_text(TOLD, encoding="utf-8")
    except OSError as error:
        raise DataDirectoryError(f"cannot write to the data directory {directory}: {error.strerror}") from error
