"""What an event's address says: hostname, path, fragment and campaign parameters. The query itself is never kept."""

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote_plus

from hitkeep_py.address import normal_fragment, read_address
from hitkeep_py.text import clean

CAMPAIGN_LENGTH = 255
CACHED = 20_000
CACHED_LENGTH = 512
CAMPAIGN_FIELDS = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
SOURCE_PARAMETERS = ("ref", "source")
PARAMETERS = frozenset((*CAMPAIGN_FIELDS, *SOURCE_PARAMETERS))
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
    """`fragment` has its mark, "" for none. `advertiser` is the source whose advertisement led here, if it says so."""

    hostname: str | None
    path: str | None
    campaign: dict[str, str]
    advertiser: str | None = None
    fragment: str = ""


class Pages:
    """`page` takes an address of any kind, or a path; keeps the last answers for short ones."""

    def __init__(self) -> None:
        self._cached = lru_cache(CACHED)(read_page)

    def page(self, url: str) -> Page:
        return self._cached(url) if len(url) <= CACHED_LENGTH else read_page(url)


def read_page(url: str) -> Page:
    """A router in the browser keeps its query in the fragment, where campaigns and secrets can be as well."""
    host, path, query, fragment, fragment_query = read_address(url)
    fragment = normal_fragment(fragment) if fragment else ""
    if fragment_query:
        query = f"{fragment_query}&{query}" if query else fragment_query
    if not query:
        return Page(host or None, path, {}, None, fragment)
    return Page(host or None, path, read_campaign(query), read_advertiser(query), fragment)


def read_advertiser(query: str) -> str | None:
    given = {part.partition("=")[0].lower() for part in query.split("&") if not part.endswith("=")}
    return next((source for name, source in ADVERTISERS.items() if name in given), None)


def read_campaign(query: str) -> dict[str, str]:
    """The UTM fields of a query string, their names in any case; `ref` and `source` stand in for utm_source.

    Of a repeated name the last one counts that says something.
    """
    given: dict[str, str] = {}
    for part in query.split("&"):
        name, _, value = part.partition("=")
        name = unquote_plus(name).lower() if "%" in name else name.lower()
        if name in PARAMETERS and (text := clean(unquote_plus(value), CAMPAIGN_LENGTH)):
            given[name] = text
    found = {name: given[name] for name in CAMPAIGN_FIELDS if name in given}
    source = next((given[name] for name in ("utm_source", *SOURCE_PARAMETERS) if name in given), None)
    return {"utm_source": source, **found} if source else found
