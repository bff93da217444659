"""Where a visitor came from: the referring page without query, and a source name people recognise."""

from functools import lru_cache
from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from hitkeep_py.enrich.services import Services
from hitkeep_py.text import clean, host_of, is_hostname, normalised_hostname

REFERRER_LENGTH = 1024
APP_LENGTH = 255
CACHED = 20_000
CACHED_LENGTH = 512
APP = "android-app:"
UNTAGGED = {"", "none", "(none)", "(not set)", "direct", "(direct)"}
"""What tags say, and other products send, when there is nothing to say."""
LOCAL_ENDINGS = (".localhost", ".local", ".internal", ".home.arpa", ".lan", ".localdomain")
"""Hosts that no one but their own network knows (RFC 6761, 6762, 8375; ICANN's .internal; routers' own)."""


class Referrer(NamedTuple):
    """`address` is host and path; both are None for direct visits and for moves within the site."""

    address: str | None
    source: str | None


NOTHING = Referrer(None, None)


class Referrers:
    """`referrer` reads a Referer value for a page on `hostname`; keeps the last answers."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._cached = lru_cache(CACHED)(self._read)
        self._named = lru_cache(CACHED)(self._name)

    def referrer(self, value: str, hostname: str | None) -> Referrer:
        if not value:
            return NOTHING
        return (self._cached if len(value) <= CACHED_LENGTH else self._read)(value, hostname)

    def source(self, tag: str | None, found: Referrer, advertiser: str | None = None) -> str | None:
        """What a campaign calls itself goes before where the visitor came from.

        The `advertiser` whose advertisement was clicked goes before a page of nobody known, which only showed it.
        """
        if tag:
            return self.named(tag)
        return advertiser if advertiser and not is_known(found) else found.source

    def named(self, tag: str) -> str | None:
        """What a campaign calls a known source, by its name or a host, as referrers of it are called; else the tag."""
        return self._named(tag)

    def _name(self, tag: str) -> str | None:
        if tag.lower() in UNTAGGED:
            return None
        service = self._services.of_tag(tag)
        if service:
            return service.name
        host = normalised_hostname(host_of(tag)) if "://" in tag else ""
        return host if host and is_hostname(host) else tag

    def _read(self, value: str, hostname: str | None) -> Referrer:
        try:
            parts = urlsplit(value)
            host = parts.hostname
        except ValueError:
            return NOTHING
        if parts.scheme == "android-app":
            return self._of_app(clean(parts.netloc, APP_LENGTH))
        host = normalised_hostname(host or "")
        if parts.scheme not in ("http", "https") or not is_hostname(host):
            return NOTHING
        site = normalised_hostname(hostname or "")
        if host == site or (is_local(host) and not (site and is_local(site))):
            return NOTHING
        service = self._services.of_host(host)
        return Referrer(host + clean(parts.path, REFERRER_LENGTH).rstrip("/"), service.name if service else host)

    def _of_app(self, app: str) -> Referrer:
        if not app:
            return NOTHING
        service = self._services.of_app(app)
        return Referrer(APP + app, service.name if service else app)


def is_known(found: Referrer) -> bool:
    return found.address is not None and found.source != found.address.partition("/")[0].removeprefix(APP)


def is_local(host: str) -> bool:
    """Of this machine or a private network: nobody else can have come from there."""
    if "." not in host and ":" not in host:
        return True
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host.endswith(LOCAL_ENDINGS)
