"""Who is calling, and whether a request may come from where it comes."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from urllib.parse import urlsplit

from hitkeep_py.catalog.users import User, Users
from hitkeep_py.errors import AccessDenied, NotAuthenticated

COOKIE = "hk_token"
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Access(Enum):
    """Who may call a route."""

    ANYONE = "anyone"
    SETUP = "anyone with the setup token, while there is no user"
    USER = "a logged-in user, or the command line through the socket file"


@dataclass(frozen=True, slots=True)
class Caller:
    """`local` is whoever may open the socket file in the data directory: the server's own system user."""

    user: User | None = None
    token: str = ""
    local: bool = False


def caller_of(token: str, users: Users) -> Caller:
    user = users.of_session(token) if token else None
    return Caller(user, token if user else "")


def require(access: Access, caller: Caller) -> None:
    if access is Access.USER and not caller.local and caller.user is None:
        raise NotAuthenticated("log in first: POST /api/login sets the cookie hk_token")


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


def own_origins(public_url: str, scheme: str, host: str) -> set[str]:
    origins = {f"{scheme}://{host}".lower()} if host else set()
    if public_url:
        parts = urlsplit(public_url)
        origins.add(f"{parts.scheme}://{parts.netloc}".lower())
    return origins


def session_cookie(token: str, secure: bool, seconds: int) -> str:
    """A Set-Cookie value; no token ends the session. Lax, since Strict would log out who comes from a mail."""
    age = seconds if token else 0
    return f"{COOKIE}={token}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")
