"""A page's address taken apart: hostname, path and campaign parameters. The query itself is never kept."""

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from hitkeep_py.text import clean, is_hostname, normalised_hostname

PATH_LENGTH = 2048
CAMPAIGN_LENGTH = 255
CACHED = 20_000
CACHED_LENGTH = 512
CAMPAIGN_FIELDS = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
SOURCE_PARAMETERS = ("ref", "source")
ADVERTISERS = {
    "gclid": "Google",
    "gbraid": "Google",
    "wbraid": "Google",
    "gad_source": "Google",
    "gad_campaignid": "Google",
    "dclid": "Google Display",
    "msclkid": "Bing",
    "yclid": "Yandex",
    "bd_vid": "Baidu",
    "ttclid": "TikTok",
    "li_fat_id": "LinkedIn",
    "twclid": "Twitter",
    "epik": "Pinterest",
    "rdt_cid": "Reddit",
    "sccid": "Snapchat",
    "qclid": "Quora",
    "ndclid": "Nextdoor",
    "tblci": "Taboola",
    "obclid": "Outbrain",
    "dicbo": "Outbrain",
    "cto_pld": "Criteo",
    "awc": "Awin",
    "cjevent": "CJ",
    "irclickid": "Impact",
    "sscid": "ShareASale",
    "ransiteid": "Rakuten Advertising",
    "tduid": "Tradedoubler",
}
"""Services by the parameter that they put into the address of an advertisement that was clicked.

Facebook's fbclid is not among them: it is on every link that is clicked there, as are igshid and ysclid.
"""


class Page(NamedTuple):
    """`advertiser` is the source whose advertisement led here, if the address says so."""

    hostname: str | None
    path: str | None
    campaign: dict[str, str]
    advertiser: str | None = None


class Pages:
    """`page` takes an absolute URL or a path; keeps the last answers for short addresses."""

    def __init__(self) -> None:
        self._cached = lru_cache(CACHED)(read_page)

    def page(self, url: str) -> Page:
        return self._cached(url) if len(url) <= CACHED_LENGTH else read_page(url)


def read_page(url: str) -> Page:
    if not url:
        return Page(None, None, {})
    try:
        parts = urlsplit(url)
        hostname = parts.hostname if parts.scheme in ("http", "https") else None
    except ValueError:
        return Page(None, None, {})
    if hostname is None and not url.startswith("/"):
        return Page(None, None, {})
    path = clean(parts.path, PATH_LENGTH) or "/"
    hostname = normalised_hostname(hostname or "")
    known = hostname if is_hostname(hostname) else None
    if not parts.query:
        return Page(known, path, {})
    return Page(known, path, read_campaign(parts.query), read_advertiser(parts.query))


def read_advertiser(query: str) -> str | None:
    given = {part.partition("=")[0].lower() for part in query.split("&") if not part.endswith("=")}
    return next((source for name, source in ADVERTISERS.items() if name in given), None)


def read_campaign(query: str) -> dict[str, str]:
    """The UTM fields of a query string; `ref` and `source` stand in for utm_source."""
    try:
        given = dict(parse_qsl(query, max_num_fields=200))
    except ValueError:
        return {}
    found = {name: clean(given[name], CAMPAIGN_LENGTH) for name in CAMPAIGN_FIELDS if given.get(name)}
    if "utm_source" not in found:
        for name in SOURCE_PARAMETERS:
            if given.get(name):
                found["utm_source"] = clean(given[name], CAMPAIGN_LENGTH)
                break
    return {name: value for name, value in found.items() if value}
