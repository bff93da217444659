"""Our own pixel, for pages without JavaScript: an image whose address or Referer says which page it was loaded by."""

import re
from collections.abc import Sequence

from hitkeep_py.errors import AnalyticsError, NotFound
from hitkeep_py.event import CUSTOM, PAGEVIEW, DropReason, IncomingEvent
from hitkeep_py.protocols.format import Answer, Item, Request, Verdict, WireFormat, raise_refusal
from hitkeep_py.protocols.gif import gif_answer
from hitkeep_py.protocols.json_input import UTM_FIELDS, campaign_of
from hitkeep_py.protocols.server_key import PUBLIC_KEY_BEGINNING, PUBLIC_KINDS
from hitkeep_py.protocols.statuses import status_of
from hitkeep_py.text import clean, host_of

NAME_LENGTH = 255
SHOWN_LENGTH = 100
SITE_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
ERROR_HEADER = b"x-pixel-error"
HOW_TO_NAME_A_SITE = "give its id, public key or domain as site, or let the page send a Referer"


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
        campaign=campaign_of(given, UTM_FIELDS),
    )
    put_site(event, given.get("site", "").strip() or host_of(referer))
    return [event]


def put_site(event: IncomingEvent, site: str) -> None:
    """A site's id, its public key or its domain."""
    if SITE_ID.fullmatch(site):
        event.site_id = site
    elif site.startswith(PUBLIC_KEY_BEGINNING):
        event.site_key, event.key_kinds = site, PUBLIC_KINDS
    else:
        event.hostname = site


def read_path(path: str) -> str:
    return "/" + path.strip().lstrip("/") if path.strip() else ""


def answer(items: Sequence[Item], verdicts: Sequence[Verdict]) -> Answer:
    """200 for what was dropped on purpose, too: the page's reader is not the one to be told."""
    raise_refusal(verdicts)
    if verdicts[0] in (DropReason.UNKNOWN_SITE, DropReason.UNKNOWN_KEY):
        return refuse(NotFound(f"no such site{given_site(items[0])}; {HOW_TO_NAME_A_SITE}"))
    return gif_answer()


def given_site(item: Item) -> str:
    """What the event said of its site, fit to be repeated."""
    site = (item.site_id or item.site_key or item.hostname or "") if isinstance(item, IncomingEvent) else ""
    shown = clean(site, SHOWN_LENGTH)
    return f": {shown}" if shown else ""


def refuse(error: AnalyticsError) -> Answer:
    """The image all the same, which browsers show whatever its status is."""
    return gif_answer(status_of(error), ERROR_HEADER, error.message)


FORMATS = (WireFormat("pixel", "/pixel.gif", read, answer, refuse, methods=("GET", "HEAD")),)
