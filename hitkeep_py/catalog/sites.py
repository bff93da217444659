"""Sites: whose events are kept, and how."""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from hitkeep_py.catalog.database import Database
from hitkeep_py.catalog.record import Record
from hitkeep_py.catalog.site_settings import SETTINGS, named_domain, read_setting
from hitkeep_py.clock import Clock
from hitkeep_py.errors import Conflict, NotFound

CHANGEABLE = tuple(SETTINGS)
REQUEST_LIFE_MS = 2_000
IDENTITY_KEY_BYTES = 16
COLUMNS = ("id", "created_at", "identity_key", *SETTINGS)


@dataclass(frozen=True, slots=True)
class Site(Record):
    """`visitor_period` is how long one salt lasts, so how long a visitor is recognised.

    Ids that the site's own programs give its users are hashed with `identity_key`, which never changes.
    """

    HIDDEN: ClassVar = ("identity_key",)

    id: str
    domain: str
    time_zone: str
    visitor_period: str
    created_at: int
    aliases: tuple[str, ...]
    allowed_origins: tuple[str, ...]
    excluded_ips: tuple[str, ...]
    excluded_countries: tuple[str, ...]
    excluded_paths: tuple[str, ...]
    bots: str
    referrer_spam: str
    do_not_track: str
    old_events: str
    monthly_quota: int | None
    quota_answer: str
    currency: str
    retention_days: int | None
    identity_key: bytes = field(repr=False)

    def is_named(self, id_or_domain: str) -> bool:
        key = id_or_domain.strip().lower()
        return key == self.id or key in self.aliases or named_domain(key) == self.domain


class Sites:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(
        self, domain: object, time_zone: object = "UTC", visitor_period: object = "day", **settings: object
    ) -> Site:
        """`settings` are those of SETTINGS. Raises InvalidInput, or Conflict when the domain or an alias is taken."""
        given = {"domain": domain, "time_zone": time_zone, "visitor_period": visitor_period, **settings}
        values = {name: entry.default for name, entry in SETTINGS.items()}
        values |= {name: read_setting(name, value) for name, value in given.items()}
        site = Site(
            id=str(uuid.uuid4()),
            created_at=self._clock.now_ms(),
            identity_key=secrets.token_bytes(IDENTITY_KEY_BYTES),
            **values,
        )
        with self._database.transaction(f"there is a site for {site.domain} already") as run:
            self._require_free(site)
            run.execute(
                f"INSERT INTO sites ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})",
                [to_column(name, getattr(site, name)) for name in COLUMNS],
            )
        return site

    def all(self) -> list[Site]:
        return self._select("ORDER BY domain")

    def find(self, id_or_domain: str) -> Site:
        """A site by its id, its domain or one of its aliases. Raises NotFound."""
        key = id_or_domain.strip().lower()
        found = self._select(
            "WHERE id = ? OR domain = ? OR EXISTS (SELECT 1 FROM json_each(aliases) WHERE value = ?)"
            " ORDER BY id = ? DESC, domain = ? DESC",
            *(key, named_domain(key), key, key, named_domain(key)),
        )
        if not found:
            raise NotFound(f"there is no site {id_or_domain}")
        return found[0]

    def get(self, site_id: str) -> Site:
        found = self._select("WHERE id = ?", site_id.lower())
        if not found:
            raise NotFound(f"there is no site {site_id}")
        return found[0]

    def change(self, site_id: str, changes: Mapping[str, object]) -> Site:
        """Only what is named changes, also beside another process's changes."""
        values = {name: read_setting(name, value) for name, value in changes.items()}
        site = replace(self.get(site_id), **values)
        if not values:
            return site
        with self._database.transaction(f"there is a site for {site.domain} already") as run:
            self._require_free(site)
            run.execute(
                f"UPDATE sites SET {', '.join(f'{name} = ?' for name in values)} WHERE id = ?",
                [*(to_column(name, value) for name, value in values.items()), site.id],
            )
        return site

    def remove(self, site_id: str) -> Site:
        """Take the site away at once, with all that belongs to it; the server's next round deletes its events."""
        site = self.get(site_id)
        with self._database.transaction() as run:
            run.execute("DELETE FROM sites WHERE id = ?", (site.id,))
            run.execute(
                "INSERT OR IGNORE INTO removed_sites VALUES (?, ?, ?)",
                (site.id, site.domain, self._clock.now_ms()),
            )
        return site

    def removed(self) -> list[str]:
        """Ids of removed sites whose events may still be stored; only once no request can still be under way."""
        until = self._clock.now_ms() - REQUEST_LIFE_MS
        return [row[0] for row in self._database.rows("SELECT id FROM removed_sites WHERE removed_at <= ?", (until,))]

    def events_deleted(self, site_id: str) -> None:
        with self._database.transaction() as run:
            run.execute("DELETE FROM removed_sites WHERE id = ?", (site_id,))

    def _require_free(self, site: Site) -> None:
        """Raises Conflict when one of the site's aliases is another's already."""
        for alias in site.aliases:
            for other in self._select("WHERE id != ? AND id = ?", site.id, alias) or self._select(
                "WHERE id != ? AND EXISTS (SELECT 1 FROM json_each(aliases) WHERE value = ?)", site.id, alias
            ):
                raise Conflict(f"{alias} is {other.domain} already", field="aliases")

    def _select(self, condition: str, *parameters: object) -> list[Site]:
        rows = self._database.rows(f"SELECT {', '.join(COLUMNS)} FROM sites {condition}", parameters)
        return [
            Site(**{name: from_column(name, value) for name, value in zip(COLUMNS, row, strict=True)}) for row in rows
        ]


def to_column(name: str, value: Any) -> Any:
    return SETTINGS[name].to_column(value) if name in SETTINGS else value


def from_column(name: str, column: Any) -> Any:
    return SETTINGS[name].from_column(column) if name in SETTINGS else column
