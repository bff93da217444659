"""What a restore brings back of who may do what, and what it does not."""

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from hitkeep_py.catalog.catalog import Catalog
from hitkeep_py.catalog.passwords import Passwords
from hitkeep_py.cli import main
from hitkeep_py.errors import NotAuthenticated
from tests.fake_clock import FakeClock

FIRST, SECOND = "first@example.com", "second@example.com"
SALTS = "SELECT * FROM salts"
OLD, NEW = "seven tall doors", "eleven low windows"


def opened(folder: Path) -> Catalog:
    folder.mkdir(exist_ok=True)
    return Catalog(folder / "catalog.sqlite", FakeClock(), Passwords(memory_kib=8, passes=1))


def command(folder: Path, *arguments: str) -> str:
    result = CliRunner().invoke(main, [*arguments, "--data-dir", str(folder)], prog_name="analytics")
    assert result.exit_code == 0, result.output
    return result.output


def logs_in(catalog: Catalog, email: str, password: str) -> bool:
    try:
        return bool(catalog.users.log_in(email, password))
    except NotAuthenticated:
        return False


def test_a_restore_revives_no_login_and_no_access_that_was_taken_away(tmp_path: Path) -> None:
    folder, backup = tmp_path / "data", tmp_path / "backup"
    with closing(opened(folder)) as catalog:
        site, removed = catalog.sites.add("example.com"), catalog.sites.add("removed.example")
        first = catalog.users.add(FIRST, OLD)
        catalog.users.add(SECOND, OLD)
        session = catalog.users.open_session(first)
        kept, revoked, rotated, of_removed = (
            catalog.keys.add(each.id, "api", name)
            for each, name in ((site, "kept"), (site, "revoked"), (site, "rotated"), (removed, "removed"))
        )
    command(folder, "backup", str(backup))
    with closing(opened(folder)) as catalog:
        catalog.keys.revoke(site.id, revoked[0].id)
        renewed = catalog.keys.rotate(site.id, rotated[0].id)[1]
        with catalog.database.transaction() as run:
            run.execute("DELETE FROM key_secrets WHERE expires_at IS NOT NULL")
        catalog.sites.remove(removed.id)
        catalog.users.change_password(FIRST, NEW)
        catalog.users.remove(SECOND)
    command(folder, "restore", str(backup))
    with closing(opened(folder)) as catalog:
        ring = catalog.keys.ring()
        valid = [bool(ring.find(text, 0)) for text in (kept[1], revoked[1], rotated[1], renewed, of_removed[1])]
        assert valid == [True, False, False, True, True]
        assert catalog.users.of_session(session) is None
        assert logs_in(catalog, FIRST, NEW)
        assert not logs_in(catalog, FIRST, OLD)
        assert not logs_in(catalog, SECOND, OLD)


def test_into_a_new_directory_everything_comes_back_but_logins(tmp_path: Path) -> None:
    folder, backup, other = tmp_path / "data", tmp_path / "backup", tmp_path / "other"
    with closing(opened(folder)) as catalog:
        site = catalog.sites.add("example.com")
        catalog.users.open_session(catalog.users.add(FIRST, OLD))
        text = catalog.keys.add(site.id, "api")[1]
    command(folder, "backup", str(backup))
    with closing(opened(other)) as catalog:
        catalog.users.add(SECOND, OLD)
    command(other, "restore", str(backup))
    with closing(opened(other)) as catalog:
        assert catalog.keys.ring().find(text, 0)
        assert logs_in(catalog, FIRST, OLD)


def test_what_a_restore_replaced_is_kept_without_salts(tmp_path: Path) -> None:
    folder, backup = tmp_path / "data", tmp_path / "backup"
    with closing(opened(folder)) as catalog:
        catalog.rotate_salts()
        salts = [salt for (salt,) in catalog.database.rows("SELECT salt FROM salts")]
    assert salts
    command(folder, "backup", str(backup))
    command(folder, "restore", str(backup))
    replaced = b"".join(each.read_bytes() for each in folder.glob("replaced-*/*"))
    assert b"login_sessions" in replaced
    assert not [salt for salt in salts if salt in replaced]


def test_a_damaged_catalog_can_be_replaced_and_that_is_told(tmp_path: Path) -> None:
    folder, backup = tmp_path / "data", tmp_path / "backup"
    with closing(opened(folder)) as catalog:
        catalog.users.add(FIRST, OLD)
    command(folder, "backup", str(backup))
    (folder / "catalog.sqlite").write_bytes(b"no database" * 1_000)
    assert "the catalog of now cannot be read" in command(folder, "restore", str(backup))
    with closing(sqlite3.connect(folder / "catalog.sqlite")) as connection:
        assert connection.execute("SELECT email FROM users").fetchall() == [(FIRST,)]


def test_a_restore_that_cannot_be_begun_leaves_the_salts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, backup = tmp_path / "data", tmp_path / "backup"
    with closing(opened(folder)) as catalog:
        catalog.rotate_salts()
    command(folder, "backup", str(backup))

    def full(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with closing(opened(folder)) as catalog:
        before = catalog.database.rows(SALTS)
    monkeypatch.setattr(Path, "rename", full)
    result = CliRunner().invoke(main, ["restore", str(backup), "--data-dir", str(folder)])
    assert (result.exit_code, "Nothing was changed" in result.output) == (3, True)
    with closing(opened(folder)) as catalog:
        assert catalog.database.rows(SALTS) == before != []
