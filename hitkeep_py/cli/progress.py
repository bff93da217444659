"""Long work shows on a terminal that it goes on; nothing is shown where nobody looks."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from hitkeep_py.cli.terminal import say, show_progress
from hitkeep_py.data_directory import folder_bytes

PAUSE = 0.5
MEGABYTE = 1_000_000


@contextmanager
def progress(label: str, detail: Callable[[], str]) -> Iterator[None]:
    """Shows the label and the current detail on one line of standard error, until the work is done."""
    if not sys.stderr.isatty():
        yield
        return
    done = threading.Event()
    thread = threading.Thread(target=_show, args=(label, detail, done))
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        say("", error=True)


def _show(label: str, detail: Callable[[], str], done: threading.Event) -> None:
    while True:
        show_progress(f"{label}: {detail()}")
        if done.wait(PAUSE):
            show_progress(f"{label}: {detail()}")
            return


def copied(folder: Path) -> Callable[[], str]:
    """How much is in a folder that is being filled. `stat` only: opening the files could break locks."""

    def detail() -> str:
        return f"{folder_bytes(folder) / MEGABYTE:,.1f} MB"

    return detail
