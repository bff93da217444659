"""Keys: what programs show instead of a login. The file has a key's hash; its text is given once."""

import hashlib
import hmac
import secrets
import string
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from hitkeep_py.catalog.database import Database
from hitkeep_py.catalog.record import Record
from hitkeep_py.clock import MINUTE_MS, Clock, utc_text
from hitkeep_py.errors import InvalidInput, NotAsItIs, NotFound
from hitkeep_py.text import clean

BEGINNINGS = {"public": "hkp_", "secret": "hks_", "api": "hka_"}
KINDS = tuple(BEGINNINGS)
ALPHABET = string.ascii_letters + string.digits
RANDOM_LENGTH = 32
TEXT_LENGTH = 4 + RANDOM_LENGTH
PREFIX_LENGTH = 12
NAME_LENGTH = 255
OVERLAP_MS = 24 * 3_600_000
"""How long the old text of a rotated key goes on being valid."""
MOST_TEXTS = 10
"""Of one key, valid at the same time."""
SELECT = """
    SELECT keys.id, site_id, kind, name, newest.prefix, keys.created_at, last_used_at,
        (SELECT max(expires_at) FROM key_secrets WHERE key_id = keys.id AND expires_at > ?)
    FROM keys
    JOIN key_secrets newest ON newest.key_id = keys.id AND newest.expires_at IS NULL
"""
HAS_PREFIX = """
    EXISTS (SELECT 1 FROM key_secrets WHERE key_id = keys.id AND prefix = ? AND (expires_at IS NULL OR expires_at > ?))
"""


@dataclass(frozen=True, slots=True)
class Key(Record):
    """`public` names a site in its pages, `secret` sends a site's events, `api` also reads its figures.

    `previous_valid_until` is when the last of its old texts ends, None when no old one is valid.
    """

    TIMES: ClassVar = ("created_at", "last_used_at", "previous_valid_until")

    id: str
    site_id: str
    kind: str
    name: str
    prefix: str
    created_at: int
    last_used_at: int | None
    previous_valid_until: int | None

    @property
    def label(self) -> str:
        return self.name or self.prefix


@dataclass(frozen=True, slots=True)
class Secret:
    hash: bytes
    key: Key
    expires_at: int | None


class KeyRing:
    """All keys as of one moment; immutable, so the request handler can read it without a lock."""

    def __init__(self, by_prefix: Mapping[str, tuple[Secret, ...]]) -> None:
        self._by_prefix = by_prefix

    def find(self, text: str, now: int) -> Key | None:
        """The key with this text, if it is valid now. A text of another length costs nothing."""
        if len(text) != TEXT_LENGTH or not (candidates := self._by_prefix.get(text[:PREFIX_LENGTH])):
            return None
        found = None
        given = hash_of(text)
        for each in candidates:
            if hmac.compare_digest(each.hash, given) and (each.expires_at is None or now < each.expires_at):
                found = each.key
        return found


class Keys:
    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._uses: dict[str, int] = {}

    def add(self, site_id: str, kind: object, name: object = "") -> tuple[Key, str]:
        """The key and its text. Raises InvalidInput, Conflict for a name that is taken, NotFound without the site."""
        kind, name, now = read_kind(kind), read_name(name), self._clock.now_ms()
        text = made_text(kind)
        key = Key(str(uuid.uuid4()), site_id, kind, name, text[:PREFIX_LENGTH], now, None, None)
        with self._database.transaction(f"there is a key named {name} already") as run:
            run.execute(
                "INSERT INTO keys (id, site_id, kind, name, created_at) VALUES (?, ?, ?, ?, ?)",
                (key.id, site_id, kind, name, now),
            )
            run.execute("INSERT INTO key_secrets VALUES (?, ?, ?, ?, NULL)", (key.prefix, hash_of(text), key.id, now))
        return key, text

    def of_site(self, site_id: str) -> list[Key]:
        """Newest first, with uses up to now."""
        return self._select("WHERE site_id = ? ORDER BY keys.created_at DESC, keys.rowid DESC", site_id)

    def find(self, site_id: str, id_or_name_or_prefix: str) -> Key:
        """The prefix of a text that was rotated away counts while that text is valid."""
        wanted = id_or_name_or_prefix
        found = self._select(
            f"WHERE site_id = ? AND (keys.id = ? OR name = ? OR {HAS_PREFIX}) ORDER BY keys.id = ? DESC, name = ? DESC",
            *(site_id, wanted, wanted, wanted, self._clock.now_ms(), wanted, wanted),
        )
        if not wanted or not found:
            raise NotFound(f"there is no key {wanted} on this site")
        return found[0]

    def get(self, site_id: str, key_id: str) -> Key:
        key = self.find(site_id, key_id)
        if key.id != key_id:
            raise NotFound(f"there is no key {key_id} on this site")
        return key

    def rotate(self, site_id: str, key_id: str) -> tuple[Key, str]:
        """A new text. The old one is valid for another day; those before it end when it was said of them.

        Raises NotAsItIs when ten texts are valid.
        """
        key, now = self.get(site_id, key_id), self._clock.now_ms()
        text = made_text(key.kind)
        ends = now + OVERLAP_MS
        with self._database.transaction() as run:
            run.execute("DELETE FROM key_secrets WHERE key_id = ? AND expires_at <= ?", (key.id, now))
            texts, first_end = run.execute(
                "SELECT count(*), min(expires_at) FROM key_secrets WHERE key_id = ?", (key.id,)
            ).fetchone()
            if texts >= MOST_TEXTS:
                raise NotAsItIs(
                    f"the key {key.label} has {texts} valid texts already; rotate it again when the oldest ends, "
                    f"at {utc_text(first_end)}, or revoke it"
                )
            run.execute("UPDATE key_secrets SET expires_at = ? WHERE key_id = ? AND expires_at IS NULL", (ends, key.id))
            run.execute(
                "INSERT INTO key_secrets VALUES (?, ?, ?, ?, NULL)", (text[:PREFIX_LENGTH], hash_of(text), key.id, now)
            )
        return replace(key, prefix=text[:PREFIX_LENGTH], previous_valid_until=ends), text

    def revoke(self, site_id: str, key_id: str) -> Key:
        """All of its texts end at once."""
        key = self.get(site_id, key_id)
        with self._database.transaction() as run:
            run.execute("DELETE FROM keys WHERE id = ?", (key.id,))
        return key

    def note_use(self, key_id: str, now: int) -> None:
        """Called from the event loop: remembers only."""
        self._uses[key_id] = now

    def save_uses(self) -> None:
        """Write the uses of other minutes than those stored."""
        uses = dict(self._uses)
        stored = dict(self._database.rows("SELECT id, last_used_at FROM keys"))
        for key_id in uses.keys() - stored.keys():
            del self._uses[key_id]
        later = [
            (used, key_id)
            for key_id, used in uses.items()
            if key_id in stored and used // MINUTE_MS > (stored[key_id] or 0) // MINUTE_MS
        ]
        if later:
            with self._database.transaction() as run:
                run.executemany("UPDATE keys SET last_used_at = ? WHERE id = ?", later)

    def forget_expired(self) -> None:
        """Delete the texts that were rotated away and have ended."""
        now = (self._clock.now_ms(),)
        if self._database.rows("SELECT 1 FROM key_secrets WHERE expires_at <= ? LIMIT 1", now):
            with self._database.transaction() as run:
                run.execute("DELETE FROM key_secrets WHERE expires_at <= ?", now)

    def ring(self) -> KeyRing:
        keys = {key.id: key for key in self._select("")}
        by_prefix: dict[str, tuple[Secret, ...]] = {}
        for prefix, digest, key_id, expires_at in self._database.rows(
            "SELECT prefix, hash, key_id, expires_at FROM key_secrets"
        ):
            # A key that was added after the first question is in the next ring.
            if key_id in keys:
                by_prefix[prefix] = (*by_prefix.get(prefix, ()), Secret(digest, keys[key_id], expires_at))
        return KeyRing(by_prefix)

    def _select(self, condition: str, *parameters: object) -> list[Key]:
        rows = self._database.rows(f"{SELECT} {condition}", (self._clock.now_ms(), *parameters))
        return [self._with_use(Key(*row)) for row in rows]

    def _with_use(self, key: Key) -> Key:
        used = max(key.last_used_at or 0, self._uses.get(key.id, 0))
        return replace(key, last_used_at=used or None)


def made_text(kind: str) -> str:
    return BEGINNINGS[kind] + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))


def hash_of(text: str) -> bytes:
    """Plain SHA-256 is enough: a key has 190 random bits."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def read_kind(value: object) -> str:
    if value not in KINDS:
        raise InvalidInput(f"kind must be one of {', '.join(KINDS)}", field="kind")
    return str(value)


def read_name(value: object) -> str:
    text = clean(value, NAME_LENGTH + 1) if isinstance(value, str) else None
    if text is None or len(text) > NAME_LENGTH:
        raise InvalidInput(f"name must be a text of at most {NAME_LENGTH} characters", field="name")
    return text
