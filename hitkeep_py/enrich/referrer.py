"""Where a visitor came from: the referring page without query, and a source name people recognise."""

from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple
from urllib.parse import urlsplit

import orjson

from hitkeep_py.text import clean, is_hostname, normalised_hostname

REFERRER_LENGTH = 1024
APP_LENGTH = 255
CACHED = 20_000
CACHED_LENGTH = 512
SOURCES_FILE = "data/sources.json"
UNSAID = str.maketrans("", "", " _-")
"""Hacker News, hacker_news and hackernews are one source."""


class Referrer(NamedTuple):
    """`address` is host and path; both are None for direct visits and for moves within the site."""

    address: str | None
    source: str | None


NOTHING = Referrer(None, None)


class Referrers:
    """`referrer` reads a Referer value for a page on `hostname`; keeps the last answers."""

    def __init__(self) -> None:
        sources: dict[str, list[str]] = orjson.loads(files("hitkeep_py.enrich").joinpath(SOURCES_FILE).read_bytes())
        self._names = {host: name for name, hosts in sources.items() for host in hosts}
        self._spellings = {spelling(name): name for name in sources}
        self._cached = lru_cache(CACHED)(self._read)

    def referrer(self, value: str, hostname: str | None) -> Referrer:
        if not value:
            return NOTHING
        return (self._cached if len(value) <= CACHED_LENGTH else self._read)(value, hostname)

    def source(self, tag: str | None, found: Referrer) -> str | None:
        """What a campaign calls itself goes before where the visitor came from."""
        return self.named(tag) if tag else found.source

    def named(self, tag: str) -> str:
        """What a campaign calls a known source, by its name or a host, as referrers of it are called; else the tag."""
        known = self._spellings.get(spelling(tag))
        host = normalised_hostname(tag)
        if known or "." not in host or not is_hostname(host):
            return known or tag
        source = self._source(host)
        return tag if source == host else source

    def _read(self, value: str, hostname: str | None) -> Referrer:
        try:
            parts = urlsplit(value)
            host = parts.hostname
        except ValueError:
            return NOTHING
        if parts.scheme == "android-app":
            app = clean(parts.netloc, APP_LENGTH)
            return Referrer(f"android-app:{app}", self._names.get(app, app)) if app else NOTHING
        host = normalised_hostname(host or "")
        if parts.scheme not in ("http", "https") or not is_hostname(host):
            return NOTHING
        if hostname and host == normalised_hostname(hostname):
            return NOTHING
        return Referrer(host + clean(parts.path, REFERRER_LENGTH).rstrip("/"), self._source(host))

    def _source(self, host: str) -> str:
        """The name of the longest known domain that the host belongs to, else the host."""
        labels = host.split(".")
        for start in range(len(labels) - 1):
            name = self._names.get(".".join(labels[start:]))
            if name:
                return name
        google = len(labels) > 1 and "google" in labels[:-1] and len(labels) - labels.index("google") <= 3
        return "Google" if google else host


def spelling(text: str) -> str:
    return text.lower().translate(UNSAID)
