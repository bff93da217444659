"""What a restored catalog must not bring back: logins, and access that was taken away since the backup was made."""

from pathlib import Path

from hitkeep_py.catalog.database import Database
from hitkeep_py.catalog.salts import Salts
from hitkeep_py.errors import AnalyticsError

SINCE = (
    # A site that is not there now was removed, perhaps by mistake: it comes back with its keys.
    "DELETE FROM keys WHERE site_id IN (SELECT id FROM live.sites) AND id NOT IN (SELECT id FROM live.keys)",
    "DELETE FROM key_secrets WHERE key_id IN (SELECT id FROM live.keys)",
    "INSERT INTO key_secrets SELECT now.* FROM live.key_secrets now JOIN keys ON keys.id = now.key_id",
    "UPDATE users SET password_hash = (SELECT now.password_hash FROM live.users now WHERE now.id = users.id)"
    " WHERE id IN (SELECT id FROM live.users)",
    # Of another installation, or one begun anew, nobody was removed.
    "DELETE FROM users WHERE id NOT IN (SELECT id FROM live.users)"
    " AND EXISTS (SELECT 1 FROM live.users now JOIN users same ON same.id = now.id)",
)


def keep_access(live: Path, restored: Path) -> AnalyticsError | None:
    """End all logins of a restored catalog, and let passwords, removed users and revoked keys be as in the live one.

    Returns why the live one could not be read, as when it is damaged; then all keys and users of the backup are valid.
    """
    database = Database(restored)
    try:
        with database.transaction() as run:
            run.execute("DELETE FROM login_sessions")
        if not live.exists():
            return None
        database.rows("ATTACH DATABASE ? AS live", (str(live),))
        with database.transaction() as run:
            for sql in SINCE:
                run.execute(sql)
    except AnalyticsError as error:
        return error
    finally:
        database.close()
    return None


def destroy_salts(path: Path) -> None:
    """Of a catalog that is kept for its definitions only: nobody else would destroy them when their time is over."""
    database = Database(path)
    try:
        Salts(database).destroy_all()
    finally:
        database.close()
