"""Services that send visitors: one table of their names, hosts, apps, tags and channels, data/services.json.

A row's `domains` stand for all below them, its `hosts` for themselves only; `google.*` is that name under `com`, the
ending of a country, or a country's `co` and `com`, as the public suffix list has them. `apps` are Android's names,
`tags` what a utm_source may say, `ads` the hosts and tags of the service's advertising.
"""

from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any, NamedTuple

import orjson
from publicsuffixlist import PublicSuffixList

from hitkeep_py.event import Channel
from hitkeep_py.text import host_of, is_hostname, normalised_hostname

SERVICES_FILE = "data/services.json"
UNSAID = str.maketrans("", "", " _-.")
"""Hacker News, hacker_news and hackernews are one tag. Hosts are never read so: linked-in.com is somebody else's."""
ADVERTISING = ("advertising", "ads", "ad")
OF_A_COUNTRY = {"co", "com"}
MOST_LABELS = 8
CACHED = 10_000


class Service(NamedTuple):
    """`advertised` of its advertising's hosts and tags."""

    name: str
    channel: Channel
    advertised: bool = False


class Services:
    """Which service a host, an app or a tag belongs to; None for those of nobody known."""

    def __init__(self) -> None:
        # The punycode forms of the list are left out: they take longer to make than all the rest, and name no service.
        self._suffixes = PublicSuffixList(only_icann=True, accept_encoded_idn=False)
        self._hosts: dict[str, Service] = {}
        self._domains: dict[str, Service] = {}
        self._apps: dict[str, Service] = {}
        self._tags: dict[str, Service] = {}
        self._names: dict[str, Service] = {}
        self._cached = lru_cache(CACHED)(self._of_host)
        for row in read_rows():
            self._add(row)

    def _add(self, row: dict[str, Any]) -> None:
        service = Service(row["name"], Channel(row["channel"]))
        self._names.setdefault(service.name, service)
        self._hosts.update(dict.fromkeys(row.get("hosts", ()), service))
        self._domains.update(dict.fromkeys(row.get("domains", ()), service))
        self._apps.update(dict.fromkeys(row.get("apps", ()), service))
        self._tags.update(dict.fromkeys(row.get("tags", ()), service))
        for key in row.get("ads", ()):
            (self._domains if "." in key else self._tags)[key] = service._replace(advertised=True)

    def named(self, name: str) -> Service:
        return self._names[name]

    def of_host(self, host: str) -> Service | None:
        """`host` is normalised. The longest listed name that it is, or is below of, counts."""
        return self._cached(host) if "." in host else None

    def _of_host(self, host: str) -> Service | None:
        whole = True
        for key, wild in self._keys(host):
            for name in (key, wild):
                found = (whole and self._hosts.get(name)) or self._domains.get(name)
                if found:
                    return found
            whole = False
        return None

    def _keys(self, host: str) -> Iterator[tuple[str, str]]:
        """What the table may call a host, from itself to its registered domain; each also as one of many countries'."""
        suffix = self._suffixes.publicsuffix(host) or ""
        ending = len(suffix) if is_of_a_country(suffix) else 0
        labels = host.split(".")[-MOST_LABELS:]
        for start in range(len(labels) - 1):
            key = ".".join(labels[start:])
            yield key, f"{key[:-ending]}*" if ending and len(key) > ending else ""

    def of_app(self, app: str) -> Service | None:
        return self._apps.get(app.lower())

    def of_tag(self, tag: str) -> Service | None:
        """Of a utm_source: a name in any spelling, a host, an address, an app, or one's advertising: `facebook_ads`."""
        host = normalised_hostname(host_of(tag) if "://" in tag else tag)
        found = (self.of_host(host) or self.of_app(host)) if is_hostname(host) else None
        return found or self._of_words(tag.lower().translate(UNSAID))

    def _of_words(self, words: str) -> Service | None:
        found = self._tags.get(words)
        for ending in ADVERTISING:
            if found is None and words.endswith(ending):
                advertiser = self._tags.get(words.removesuffix(ending))
                found = advertiser and advertiser._replace(advertised=True)
        return found


def is_of_a_country(suffix: str) -> bool:
    first, _, country = suffix.rpartition(".")
    return suffix == "com" or (len(country) == 2 and (not first or first in OF_A_COUNTRY))


def read_rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = orjson.loads(files("hitkeep_py.enrich").joinpath(SERVICES_FILE).read_bytes())
    return rows
