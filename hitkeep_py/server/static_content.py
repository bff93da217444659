"""Bytes that are made once and sent to many: compressed for who takes that, and not at all to who has them."""

import gzip
import hashlib
from dataclasses import dataclass

from hitkeep_py.server.call import Call, Result

HASH_LENGTH = 6
"""Of what addresses name the content by."""
TAG_LENGTH = 16


@dataclass(frozen=True, slots=True)
class StaticContent:
    """`compressed` is None for what its format has compressed already."""

    content: bytes
    compressed: bytes | None
    content_type: str
    digest: str

    @property
    def hash(self) -> str:
        return self.digest[:HASH_LENGTH]


def static_content(content: bytes, content_type: str, *, packed: bool = False) -> StaticContent:
    compressed = None if packed else gzip.compress(content, 9, mtime=0)
    return StaticContent(content, compressed, content_type, hashlib.sha256(content).hexdigest()[:TAG_LENGTH])


def unless_known(call: Call, found: StaticContent, headers: list[tuple[str, str]]) -> Result:
    """With the content's hash as its tag; 304 to who names that."""
    headers = [("etag", f'W/"{found.digest}"'), *headers]
    if found.digest in call.headers.get("if-none-match", ""):
        return Result(b"", 304, [*headers, ("vary", "Accept-Encoding")], found.content_type)
    return sent(call, found, headers)


def sent(call: Call, found: StaticContent, headers: list[tuple[str, str]]) -> Result:
    if found.compressed is None:
        return Result(found.content, 200, headers, found.content_type)
    headers = [*headers, ("vary", "Accept-Encoding")]
    if "gzip" in call.headers.get("accept-encoding", ""):
        return Result(found.compressed, 200, [*headers, ("content-encoding", "gzip")], found.content_type)
    return Result(found.content, 200, headers, found.content_type)
