"""Which site a request that could not be read is probably about, so that the site's owner can be told."""

from collections.abc import Iterator
from typing import Any

from hitkeep_py.errors import InvalidInput
from hitkeep_py.protocols.format import Request
from hitkeep_py.protocols.server_key import server_key
from hitkeep_py.text import host_of

MEMBERS = ("site_id", "website_id", "website", "projectKey", "projectId", "entity_id", "d", "domain", "s")
OBJECTS = 10
HINT_LENGTH = 255


def site_hints(request: Request) -> Iterator[str]:
    """Keys, ids and hostnames in the order in which they are worth trying."""
    yield server_key(request)
    for each in objects_of(request):
        yield from (
            each[name] for name in MEMBERS if isinstance(each.get(name), str) and len(each[name]) <= HINT_LENGTH
        )
    for header in (b"origin", b"referer"):
        yield host_of(request.header(header))


def objects_of(request: Request) -> list[dict[str, Any]]:
    try:
        body = request.json()
    except InvalidInput:
        return []
    objects = body[:OBJECTS] if isinstance(body, list) else [body]
    objects += [each.get("payload") for each in objects if isinstance(each, dict)]
    return [each for each in objects if isinstance(each, dict)]
