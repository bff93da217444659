"""Keyed hashes of who sent an event: none can be turned back without its key (D5)."""

import hashlib

Salts = tuple[bytes, bytes | None]
"""The salt in force, and the one before it while sessions may cross."""


def visitor_id(salt: bytes, site_id: str, ip: str, user_agent: str) -> int:
    """64 bits; two of 10 million visitors share one with a chance of 3 in a million. The salt is destroyed."""
    return keyed(salt, f"{site_id}\n{ip}\n{user_agent}")


class Visitors:
    """The two ids of a visitor around a change of salt; remembers the last, since the events of a batch are one's."""

    def __init__(self) -> None:
        self._asked: object = None
        self._ids: tuple[int, int | None] = (0, None)

    def ids(self, salts: Salts, site_id: str, ip: str, user_agent: str) -> tuple[int, int | None]:
        """The id under the salt in force, and the one under the salt before it, if a session may cross."""
        asked = (salts, site_id, ip, user_agent)
        if asked != self._asked:
            current, previous = salts
            before = None if previous is None else visitor_id(previous, site_id, ip, user_agent)
            self._ids, self._asked = (visitor_id(current, site_id, ip, user_agent), before), asked
        return self._ids


def known_visitor_id(identity_key: bytes, name: str) -> int:
    """Of a visitor or user whom the caller names; the site's key does not change, so that the id does not either."""
    return keyed(identity_key, f"visitor\n{name}")


def session_key(identity_key: bytes, session: str) -> int:
    """The number, never 0, under which a session that the client named is stored."""
    return keyed(identity_key, f"session\n{session}") | 1


def keyed(key: bytes, text: str) -> int:
    return int.from_bytes(
        hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, key=key).digest(), "little"
    )
