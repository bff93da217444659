"""The visitor id: a keyed hash that cannot be turned back once the salt is destroyed (D5)."""

import hashlib


def visitor_id(salt: bytes, site_id: str, ip: str, user_agent: str) -> int:
    """64 bits; two of 10 million visitors share one with a chance of 3 in a million."""
    text = f"{site_id}\n{ip}\n{user_agent}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8, key=salt).digest(), "little")


def session_key(site_id: str, session: str) -> int:
    """The number under which a session that the client named is stored."""
    return int.from_bytes(hashlib.blake2b(f"{site_id}\n{session}".encode(), digest_size=8).digest(), "little") | 1
