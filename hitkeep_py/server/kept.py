"""Bytes that are made once and sent to many: compressed for who takes that, and not at all to who has them."""

import gzip
import hashlib
from dataclasses import dataclass

from hitkeep_py.server.call import Call, Result

HASH_LENGTH = 6


@dataclass(frozen=True, slots=True)
class Kept:
    content: bytes
    compressed: bytes
    hash: str


def kept(content: bytes) -> Kept:
    return Kept(content, gzip.compress(content, 9, mtime=0), hashlib.sha256(content).hexdigest()[:HASH_LENGTH])


def sent(call: Call, found: Kept, content_type: str, headers: list[tuple[str, str]]) -> Result:
    """With the content's hash as its tag; 304 to who names that."""
    headers = [("etag", f'W/"{found.hash}"'), ("vary", "Accept-Encoding"), *headers]
    if found.hash in call.headers.get("if-none-match", ""):
        return Result(b"", 304, headers, content_type)
    if "gzip" in call.headers.get("accept-encoding", ""):
        return Result(found.compressed, 200, [*headers, ("content-encoding", "gzip")], content_type)
    return Result(found.content, 200, headers, content_type)
