"""Backups and restores: nothing is overwritten, nothing is left half done."""

import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from hitkeep_py.analytics import Analytics
from hitkeep_py.cli import main
from hitkeep_py.config import Settings
from hitkeep_py.data_directory import DataDirectory, arriving, unused
from tests.stored_events import put


def analytics(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--data-dir", str(folder)], prog_name="analytics")


def test_restores_within_one_second_keep_what_each_of_them_replaced(tmp_path: Path) -> None:
    directory, source = DataDirectory(tmp_path / "data"), DataDirectory(tmp_path / "backup")
    directory.prepare()
    source.path.mkdir()
    directory.events.write_text("the live data")
    directory.lock("a test")
    for number in range(3):
        for file in (source.events, source.inbox, source.catalog):
            file.write_text(f"backup {number}")
        directory.begin_restore(source, "2026-11-30T12-00-00Z")
        kept = directory.finish_restore()
        assert kept is not None
    directory.unlock()
    replaced = sorted(each.read_text() for each in directory.path.glob("replaced-*/events.duckdb"))
    assert replaced == ["backup 0", "backup 1", "the live data"]
    assert directory.events.read_text() == "backup 2"


def test_a_restore_that_was_planted_overwrites_nothing_that_was_replaced_before(tmp_path: Path) -> None:
    directory = DataDirectory(tmp_path)
    for folder, content in (("replaced-x", "kept"), ("restore-ready-x", "arriving"), (".", "live")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "events.duckdb").write_text(content)
    directory.lock("a test")
    directory.unlock()
    found = {path.read_text() for path in tmp_path.glob("**/events.duckdb*")}
    assert found == {"kept", "arriving", "live"}


def test_a_restore_says_what_came_and_what_it_replaced(tmp_path: Path) -> None:
    folder, other, backup = tmp_path / "data", tmp_path / "other", tmp_path / "backup"
    with closing(Analytics.open(Settings(data_dir=str(folder)), "a test")) as product:
        site = product.catalog.sites.add("example.com")
        product.catalog.sites.add("example.org")
        product.catalog.users.add("you@example.com", "seven tall doors")
        product.catalog.refresh()
        put(product.inbox, "one", "two", "three", site=site.id).result()
        product.drain()
    assert analytics(folder, "backup", str(backup)).exit_code == 0
    first = analytics(other, "restore", str(backup))
    assert first.stdout.splitlines() == [
        f"Restored {backup} to {other}: 2 sites, 1 user, 3 events",
        "Nothing was there before",
    ]
    second = json.loads(analytics(other, "restore", str(backup), "--json").stdout)
    (kept,) = other.glob("replaced-*")
    assert second == {"path": str(other), "sites": 2, "users": 1, "events": 3, "replaced": str(kept)}
    before = sorted(other.rglob("*"))
    nothing, foreign = tmp_path / "nothing", tmp_path / "foreign"
    nothing.mkdir()
    shutil.copytree(backup, foreign)
    (foreign / "catalog.sqlite").write_bytes(b"")
    for source, words in (
        (
            folder,
            "is a data directory, not a backup. Back it up, and restore that: `analytics backup TARGET --data-dir",
        ),
        (nothing, "is not a backup: it needs events.duckdb, catalog.sqlite and inbox.sqlite"),
        (foreign, "is not a backup: catalog.sqlite in it is of something else"),
    ):
        refused = analytics(other, "restore", str(source))
        assert refused.exit_code != 0
        assert f"{source} {words}" in refused.stderr
    assert sorted(other.rglob("*")) == before
    assert (foreign / "catalog.sqlite").read_bytes() == b""


def test_a_restore_that_cannot_be_copied_leaves_all_as_it_was(tmp_path: Path) -> None:
    folder, backup = tmp_path / "data", tmp_path / "backup"
    assert analytics(folder, "site", "add", "example.com").exit_code == 0
    assert analytics(folder, "backup", str(backup)).exit_code == 0
    for file in (backup / "inbox.sqlite", backup / "catalog.sqlite"):
        file.unlink()
        file.mkdir()
    before = sorted(each.name for each in folder.iterdir())
    result = analytics(folder, "restore", str(backup))
    assert result.exit_code != 0
    assert isinstance(result.exception, SystemExit)
    assert sorted(each.name for each in folder.iterdir()) == before


@pytest.mark.parametrize("target", ["file/backup", "full", "link"])
def test_a_backup_that_cannot_be_written_says_so_on_a_line_and_leaves_nothing(tmp_path: Path, target: str) -> None:
    folder = tmp_path / "data"
    assert analytics(folder, "site", "add", "example.com").exit_code == 0
    (tmp_path / "file").write_text("the user's own")
    (tmp_path / "full").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    before = sorted(tmp_path.rglob("*"))
    result = analytics(folder, "backup", str(tmp_path / target))
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
    assert [each for each in sorted(tmp_path.rglob("*")) if each not in before] == []


def test_backups_within_one_second_get_names_of_their_own(tmp_path: Path) -> None:
    assert analytics(tmp_path, "site", "add", "example.com").exit_code == 0
    results = [analytics(tmp_path, "backup") for _ in range(3)]
    assert [each.exit_code for each in results] == [0, 0, 0], [each.output for each in results]
    assert len(list((tmp_path / "backups").iterdir())) == 3


def test_a_folder_gets_its_name_only_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "backup"
    with pytest.raises(OSError, match="no room"), arriving(target) as folder:  # noqa: PT012
        (folder / "half").write_text("half")
        raise OSError(28, "no room")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileExistsError), arriving(target) as folder:  # noqa: PT012
        target.mkdir()
        (target / "others").write_text("came first")
    assert [each.name for each in tmp_path.rglob("*")] == ["backup", "others"]
    shutil.rmtree(target)
    with arriving(target):
        pass
    assert unused(target).name == "backup-2"
