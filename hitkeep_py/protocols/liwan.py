"""Liwan: pageviews and named events of pages to `/api/event`, where whatever names an `entity_id` is Liwan's.

An entity is a site: by its id, by an alias (the name it had in Liwan), or by its domain.
"""

from collections.abc import Sequence

import orjson

from hitkeep_py.errors import AnalyticsError, InvalidInput
from hitkeep_py.event import CUSTOM, PAGEVIEW, IncomingEvent
from hitkeep_py.protocols.event_route import BODY_LIMIT, PATH, body_of, is_web_address
from hitkeep_py.protocols.format import Answer, Item, Request, Verdict, WireFormat, raise_refusal
from hitkeep_py.protocols.json_input import required_name, text_field
from hitkeep_py.protocols.statuses import status_of

REFERRER_LENGTH = 256
PAGEVIEW_NAME = "pageview"
WIDTHS = {"xs": 320, "sm": 640, "md": 768, "lg": 1024, "xl": 1280, "2xl": 1536}
"""The narrowest viewport of each of its classes, in pixels."""


def claims(request: Request) -> bool:
    body = body_of(request)
    return isinstance(body, dict) and "entity_id" in body


def read(request: Request) -> list[Item]:
    fields = request.object()
    entity = text_field(fields, "entity_id").strip()
    if not entity:
        raise InvalidInput("entity_id is required: the id, alias or domain of a site", field="entity_id")
    url = text_field(fields, "url")
    if not is_web_address(url):
        raise InvalidInput("invalid url: it must be absolute", field="url")
    referrer = text_field(fields, "referrer", REFERRER_LENGTH + 1)
    if len(referrer) > REFERRER_LENGTH:
        raise InvalidInput(f"referrer has more than {REFERRER_LENGTH} characters", field="referrer")
    name = required_name(fields, "name")
    event = IncomingEvent(
        kind=PAGEVIEW if name == PAGEVIEW_NAME else CUSTOM,
        name="" if name == PAGEVIEW_NAME else name,
        url=url,
        referrer=referrer,
        viewport_width=WIDTHS.get(text_field(fields, "screen_width"), 0),
    )
    put_site(event, entity)
    return [event]


def put_site(event: IncomingEvent, entity: str) -> None:
    """What has a dot is a domain; ids and aliases have none."""
    if "." in entity:
        event.hostname = entity
    else:
        event.site_id = entity


def answer(items: Sequence[Item], verdicts: Sequence[Verdict]) -> Answer:
    """200 for an unknown entity and for bots too."""
    raise_refusal(verdicts)
    return ACCEPTED


def refuse(error: AnalyticsError) -> Answer:
    status = status_of(error)
    return Answer(
        status, orjson.dumps({"status": "error", "message": error.message, "code": status, "error": error.code})
    )


ACCEPTED = Answer(200, b'{"status":"OK"}')
FORMATS = (WireFormat("liwan", PATH, read, answer, refuse, claims=claims, body_limit=BODY_LIMIT),)
