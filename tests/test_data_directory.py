"""The data directory under a running server, and under users who may not enter it."""

import ctypes
import json
import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.config import Settings
from hitkeep_py.data_directory import DataDirectory
from hitkeep_py.errors import DataDirectoryError
from hitkeep_py.jobs import Jobs
from tests.fake_clock import FakeClock
from tests.product import Product, Request, lookups, served
from tests.running_server import COMMAND

PR_CAPBSET_DROP = 24
DAC_OVERRIDE, DAC_READ_SEARCH = 1, 2


@pytest.fixture
def product(tmp_path: Path, clock: FakeClock) -> Iterator[Product]:
    settings = Settings(data_dir=str(tmp_path / "data"))
    with served(Analytics.open(settings, "test", clock, lookups()), clock) as opened:
        yield opened


def remove_all(directory: Path) -> None:
    shutil.rmtree(directory)


def replace_the_inbox(directory: Path) -> None:
    shutil.copyfile(directory / "inbox.sqlite", directory / "other")
    (directory / "other").rename(directory / "inbox.sqlite")


def move_away(directory: Path) -> None:
    directory.rename(directory.with_name("elsewhere"))


@pytest.mark.parametrize("change", [remove_all, replace_the_inbox, move_away])
def test_no_event_is_acknowledged_once_its_files_are_gone(change: Callable[[Path], None], product: Product) -> None:
    site = product.add_site("example.com")
    event = json.dumps({"site_id": site.id, "name": "signup", "url": "/"}).encode()
    assert product.requests.post("/ingest/event", event).status == 202
    product.analytics.drain()
    assert product.analytics.directory is not None
    change(product.analytics.directory.path)
    assert product.requests.post("/ingest/event", event).status == 503
    Jobs(product.analytics).watch_disk()
    for path in ("/readyz", "/healthz"):
        answer = product.requests.send(Request("GET", path))
        assert answer.status == 503
        assert "was removed or replaced while the server runs" in answer.json()["error"]["message"]
    assert product.requests.post("/ingest/event", event).status == 503
    assert product.analytics.inbox.counters.accepted == 1


def as_a_user_without_rights() -> None:
    """Of this process's rights those that let root into every directory."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (DAC_OVERRIDE, DAC_READ_SEARCH):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)


@pytest.mark.process
@pytest.mark.parametrize(
    "arguments",
    [
        ["doctor"],
        ["site", "list"],
        ["goal", "list", "example.com"],
        ["report", "example.com", "overview"],
        ["export", "example.com", "--output", "-"],
        ["usage"],
        ["debug"],
        ["backup"],
        ["rebuild"],
        ["erase", "example.com", "--before", "2026-01-01", "--yes"],
        ["user", "list"],
        ["serve", "--port", "0"],
    ],
    ids=" ".join,
)
def test_who_may_not_enter_the_data_directory_is_told_so(arguments: list[str], tmp_path: Path) -> None:
    for closed in (".", "data"):
        assert_refused(arguments, tmp_path / closed / "around", closed)


def assert_refused(arguments: list[str], around: Path, closed: str) -> None:
    data = around / "data"
    DataDirectory(data).prepare()
    (data / "catalog.sqlite").touch()
    shut = around / closed
    shut.chmod(0)
    try:
        done = subprocess.run(
            [*COMMAND, *arguments, "--data-dir", str(data)],
            capture_output=True,
            preexec_fn=as_a_user_without_rights if os.geteuid() == 0 else None,
            timeout=60,
        )
    finally:
        shut.chmod(0o700)
    words = done.stderr.decode()
    assert "Traceback" not in words
    assert (done.returncode, "Permission denied" in words) == (3, True), words


def test_a_file_in_place_of_the_directory_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(DataDirectoryError, match="data"):
        Analytics.open(Settings(data_dir=str(tmp_path / "data")), "test")


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o755])
def test_rights_of_other_users_are_taken_away_at_the_start(tmp_path: Path, mode: int) -> None:
    directory = DataDirectory(tmp_path / "data")
    directory.prepare()
    for file in (directory.events, directory.catalog, directory.path / "events.duckdb.wal"):
        file.touch()
        file.chmod(0o666)
    directory.path.chmod(mode)
    directory.prepare()
    assert stat.S_IMODE(directory.path.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in directory.path.iterdir() if each.is_file()} == {0o600}


def test_a_directory_with_other_things_in_it_keeps_its_rights(tmp_path: Path) -> None:
    (tmp_path / "project").touch()
    (tmp_path / "project").chmod(0o644)
    tmp_path.chmod(0o755)
    DataDirectory(tmp_path).prepare()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "project").stat().st_mode) == 0o644
    tmp_path.chmod(0o1777)
    with pytest.raises(DataDirectoryError, match="name a directory of its own"):
        DataDirectory(tmp_path).prepare()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o1777


@pytest.mark.parametrize("planted", ["writable", "link", "file"])
def test_a_restore_that_another_user_may_have_planted_is_not_taken_over(tmp_path: Path, planted: str) -> None:
    directory, elsewhere = DataDirectory(tmp_path / "data"), tmp_path / "elsewhere"
    directory.prepare()
    directory.catalog.write_text("live")
    elsewhere.mkdir()
    (elsewhere / "catalog.sqlite").write_text("planted")
    ready = directory.path / "restore-ready-x"
    if planted == "writable":
        elsewhere.rename(ready).chmod(0o777)
    elif planted == "link":
        ready.symlink_to(elsewhere)
    else:
        ready.write_text("planted")
    assert not directory.restore_waiting()
    directory.lock("a test")
    directory.unlock()
    assert directory.catalog.read_text() == "live"
