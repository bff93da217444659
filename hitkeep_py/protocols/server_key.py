"""What formats share that take keys: the kinds of keys, a server's key, and the visitor's own address."""

import ipaddress
from typing import Any

from hitkeep_py.errors import InvalidInput
from hitkeep_py.protocols.format import Request
from hitkeep_py.protocols.json_input import text_field

SERVER_KINDS = ("secret", "api")
PUBLIC_KINDS = ("public",)
PUBLIC_KEY_BEGINNING = "hkp_"
SERVER_KEYS = {"hks_": "a secret key", "hka_": "an api key"}
"""What a key of a server is called, by its beginning."""
BEGINNING_LENGTH = 4


def server_key(request: Request) -> str:
    """Of `Authorization: Bearer KEY` or `X-Api-Key: KEY`; "" belongs to no site."""
    return request.bearer() or request.header(b"x-api-key").strip()


def ip_field(fields: dict[str, Any], field: str, *, required: bool = False) -> str:
    """The visitor's address, or "" when it is missing and may be. Raises InvalidInput."""
    text = text_field(fields, field).strip()
    if not text and not required:
        return ""
    try:
        address = ipaddress.ip_address(text)
    except ValueError as error:
        raise InvalidInput(f"{field} must be a valid IP address", field=field) from error
    mapped = getattr(address, "ipv4_mapped", None)
    return str(mapped or address).partition("%")[0]
