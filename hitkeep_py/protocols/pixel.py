"""Our own pixel, for pages without JavaScript: an image whose address or Referer says which page it was loaded by."""

import re
from collections.abc import Sequence

from hitkeep_py.errors import AnalyticsError, NotFound
from hitkeep_py.event import CUSTOM, PAGEVIEW, DropReason, IncomingEvent
from hitkeep_py.protocols.event_route import host_of
from hitkeep_py.protocols.format import Answer, Item, Request, Verdict, WireFormat, raise_refusal
from hitkeep_py.protocols.gif import gif_answer
from hitkeep_py.protocols.statuses import status_of
from hitkeep_py.text import clean

NAME_LENGTH = 255
CAMPAIGN_LENGTH = 255
CAMPAIGN_FIELDS = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
SITE_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
PUBLIC_KEY_START = "hkp_"
KEY_KINDS = ("public",)
ERROR_HEADER = b"x-pixel-error"


def read(request: Request) -> list[Item]:
    """A page must not show a broken image because of us, so texts that are too long are cut."""
    given = request.parameters()
    referer = request.header(b"referer")
    name = clean(given.get("name", ""), NAME_LENGTH)
    event = IncomingEvent(
        kind=CUSTOM if name else PAGEVIEW,
        name=name,
        url=given.get("url") or referer,
        path=read_path(given.get("path", "")),
        title=given.get("title", ""),
        referrer=given.get("referrer", ""),
        campaign=read_campaign(given),
    )
    put_site(event, given.get("site", "").strip() or host_of(referer))
    return [event]


def put_site(event: IncomingEvent, site: str) -> None:
    """A site's id, its public key or its domain."""
    if SITE_ID.fullmatch(site):
        event.site_id = site
    elif site.startswith(PUBLIC_KEY_START):
        event.site_key, event.key_kinds = site, KEY_KINDS
    else:
        event.hostname = site


def read_path(path: str) -> str:
    return "/" + path.strip().lstrip("/") if path.strip() else ""


def read_campaign(given: dict[str, str]) -> dict[str, str] | None:
    """Of the pixel's own address; those of the page's address count when it has none."""
    found = {name: clean(given.get(name, ""), CAMPAIGN_LENGTH) for name in CAMPAIGN_FIELDS}
    return {name: value for name, value in found.items() if value} or None


def answer(items: Sequence[Item], verdicts: Sequence[Verdict]) -> Answer:
    """200 for what was dropped on purpose, too: the page's reader is not the one to be told."""
    raise_refusal(verdicts)
    if verdicts[0] in (DropReason.UNKNOWN_SITE, DropReason.UNKNOWN_KEY):
        return refuse(
            NotFound("no such site; give its id, public key or domain as site, or let the page send a Referer")
        )
    return gif_answer()


def refuse(error: AnalyticsError) -> Answer:
    """The image all the same, which browsers show whatever its status is."""
    return gif_answer(status_of(error), ERROR_HEADER, error.message)


FORMATS = (WireFormat("pixel", "/pixel.gif", read, answer, refuse, methods=("GET", "HEAD")),)
