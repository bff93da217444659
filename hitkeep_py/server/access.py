"""Who is calling, and whether a request may come from where it comes."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

from hitkeep_py.catalog.keys import Key, KeyRing
from hitkeep_py.catalog.users import User, Users
from hitkeep_py.errors import AccessDenied, NotAuthenticated
from hitkeep_py.text import host_of

COOKIE = "hk_token"
HOST_PREFIX = "__Host-"
DEVICE_COOKIE = "hk_device"
DEVICE_SECONDS = 365 * 86_400
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
PRIVATE = re.compile(r"\.(localhost|local|internal|home\.arpa|test|invalid)$")
"""Zones that no public DNS has: RFC 6761, 6762, 8375, and .internal of ICANN."""
HOW_TO_ADD_A_KEY = "make one with: analytics key add SITE --kind api"


class Access(Enum):
    """Who may call a route."""

    ANYONE = "anyone"
    SETUP = "anyone with the setup token, while there is no user"
    READER = "a logged-in user, an API key of the site, or the command line"
    USER = "a logged-in user, or the command line through the socket file"


OPEN = (Access.ANYONE, Access.SETUP)


@dataclass(frozen=True, slots=True)
class Caller:
    """`local` is whoever may open the socket file in the data directory: the server's own system user.

    `key` is an API key, which may read its own site only.
    """

    user: User | None = None
    token: str = ""
    local: bool = False
    key: Key | None = None

    @property
    def name(self) -> str:
        """All keys of a site are one caller: there can be any number of them."""
        return f"site {self.key.site_id}" if self.key else f"user {self.user.id}" if self.user else ""


def caller_of(token: str, users: Users) -> Caller:
    user = users.of_session(token) if token else None
    return Caller(user, token if user else "")


def given_key(headers: Mapping[str, str]) -> str | None:
    """The text sent as a key, None without one. No browser sends these headers for another site's page unasked."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else headers.get("x-api-key")


def read_api_key(text: str, keys: KeyRing, now: int) -> Key:
    """The valid API key with this text. Raises NotAuthenticated."""
    key = keys.find(text, now)
    if key is None or key.kind != "api":
        raise NotAuthenticated(f"no such API key: it is unknown, revoked or of another kind; {HOW_TO_ADD_A_KEY}")
    return key


def require(access: Access, caller: Caller) -> None:
    """Which site a key may read is asked by Call.site."""
    if access in OPEN or caller.local or caller.user is not None:
        return
    if caller.key is None:
        raise NotAuthenticated(
            f"log in (POST /api/login), or send an API key of the site: Authorization: Bearer hka_…; {HOW_TO_ADD_A_KEY}"
        )
    if access is not Access.READER:
        raise AccessDenied("an API key only reads the figures of its own site")


def refuse_foreign(method: str, headers: Mapping[str, str], own_origins: set[str]) -> None:
    """A change that a browser makes for another site's page is refused; curl says nothing of either, and may."""
    if method in SAFE_METHODS:
        return
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        raise AccessDenied("a page of another site may not change anything here (Sec-Fetch-Site)")
    origin = headers.get("origin")
    if origin is not None and origin.lower() not in own_origins:
        raise AccessDenied(f"the origin {origin} may not change anything here; is public_url set right?")


def refuse_foreign_host(host: str, public_url: str) -> None:
    """Under a name of its own, a page of another site could have its browser find this server and read the answers.

    That needs a name of the public DNS: addresses, names without a dot and those of no public zone stay open, such as
    127.0.0.1, hitkeep:8080 and hitkeep.default.svc.cluster.local. Without a public_url no name is known to be foreign.
    """
    if not public_url or not host:
        return
    name = host_of(f"//{host}").rstrip(".")
    if name not in ("", host_of(public_url)) and "." in name and not is_address(name) and not PRIVATE.search(name):
        raise AccessDenied(f"this server is {public_url}, not {host[:100]}; is public_url set right?")


def is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def own_origins(public_url: str, scheme: str, host: str) -> set[str]:
    origins = {f"{scheme}://{host}".lower()} if host else set()
    if public_url:
        parts = urlsplit(public_url)
        origins.add(f"{parts.scheme}://{parts.netloc}".lower())
    return origins


def session_cookie(token: str, secure: bool, seconds: int) -> str:
    """A Set-Cookie value; no token ends the session. Lax, since Strict would log out who comes from a mail."""
    age = seconds if token else 0
    name = f"{HOST_PREFIX}{COOKIE}" if secure else COOKIE
    return f"{name}={token}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")


def session_token(cookies: Mapping[str, str]) -> str:
    """Under https browsers have it by a name that no other host can set (ASVS 3.3.1); programs may send either."""
    return next(iter(session_tokens(cookies)), "")


def session_tokens(cookies: Mapping[str, str]) -> list[str]:
    return [cookies[name] for name in (f"{HOST_PREFIX}{COOKIE}", COOKIE) if cookies.get(name)]


def device_cookie(token: str, secure: bool, base: str) -> str:
    """Sent to the login alone. It opens nothing; logins from its browser are not held up by anybody else's tries."""
    return f"{DEVICE_COOKIE}={token}; Path={base}/api/login; Max-Age={DEVICE_SECONDS}; HttpOnly; SameSite=Strict" + (
        "; Secure" if secure else ""
    )
