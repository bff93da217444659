"""GoatCounter: `/count`, which count.js and images ask for, and `/api/v0/count`, where servers send many hits.

Both say the same of a hit in other words; `read_hit` reads those of the API. The path of an event is its name.
"""

import base64
from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import orjson

from hitkeep_py.errors import AnalyticsError, InvalidInput, NotAuthenticated, QuotaReached
from hitkeep_py.event import CUSTOM, PAGEVIEW, DropReason, IncomingEvent
from hitkeep_py.protocols.batch import raise_when_all, read_or_error, refusals_of
from hitkeep_py.protocols.format import Answer, Item, Request, Verdict, WireFormat, raise_refusal
from hitkeep_py.protocols.gif import gif_answer
from hitkeep_py.protocols.json_input import (
    CAMPAIGN_LENGTH,
    TEXT_LENGTH,
    number_value,
    text_field,
    time_field,
    visitor_field,
)
from hitkeep_py.protocols.server_key import SERVER_KINDS, ip_field, server_key
from hitkeep_py.protocols.statuses import status_of
from hitkeep_py.text import clean, host_of, is_hostname, normalised_hostname

HITS = 500
HITS_BYTES = 1024 * 1024
PATH_LENGTH = 2048
NAME_LENGTH = 255
NO_NAME = "(no event name)"
FIRST_BOT_OF_SCRIPT = 150
PIXELS_LIMIT = 1e9
PARAMETERS = {"p": "path", "t": "title", "r": "ref", "e": "event", "s": "size", "q": "query", "b": "bot"}
YES = ("1", "true", "on", "t", "yes", "y")
NO = ("", "0", "false", "off", "f", "no", "n")
SOURCES = ("utm_source", "ref", "src", "source")
CAMPAIGNS = ("utm_campaign", "campaign")
OTHER_FIELDS = ("utm_medium", "utm_term", "utm_content")
QUERY_FIELDS = 200
REASON_HEADER = b"x-goatcounter"
WRONG_ORIGIN = "the site takes no events from pages of this origin"
FILTERED = (DropReason.EXCLUDED_IP, DropReason.TOO_OLD, DropReason.IN_FUTURE)


def read_count(request: Request) -> list[Item]:
    """Everything is in the query, also of a POST."""
    given = request.parameters()
    event = read_hit({PARAMETERS[name]: value for name, value in given.items() if name in PARAMETERS})
    bot = read_bot(given.get("b"))
    if 0 < bot < FIRST_BOT_OF_SCRIPT:
        raise InvalidInput(f"wrong value: b={bot}; a script says {FIRST_BOT_OF_SCRIPT} or more", field="b")
    event.hostname = read_host(request)
    return [event]


def read_host(request: Request) -> str:
    """Of the page when the browser names it; else the one that was asked, which may be a name of the site's own."""
    page = host_of(request.header(b"origin")) or host_of(request.header(b"referer"))
    return page or host_of(f"//{request.header(b'host')}")


def read_hits(request: Request) -> list[Item]:
    key = api_key(request)
    if not key:
        raise NotAuthenticated("no key; send it as Authorization: Bearer KEY")
    body = request.object()
    check_filter(body.get("filter"))
    hits = body.get("hits")
    if not isinstance(hits, list | None):
        raise InvalidInput("hits must be a list", field="hits")
    if not hits:
        raise InvalidInput("no hits", field="hits")
    if len(hits) > HITS:
        raise InvalidInput(f"a request has at most {HITS} hits, this one has {len(hits)}", field="hits")
    read = partial(read_hit_of_server, key, read_flag(body.get("no_sessions"), "no_sessions"))
    return [read_or_error(hit, read) for hit in hits]


def api_key(request: Request) -> str:
    """Of a bearer, or the password of Basic, or ""."""
    kind, _, text = request.header(b"authorization").partition(" ")
    if kind.lower() != "basic":
        return server_key(request)
    try:
        return base64.b64decode(text.strip(), validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def check_filter(value: object) -> None:
    """Excluded addresses are left out whether it is asked for or not."""
    if value is not None and (not isinstance(value, list) or any(each != "ip" for each in value)):
        raise InvalidInput('filter must be ["ip"]', field="filter")


def read_hit_of_server(key: str, without_sessions: bool, fields: Any) -> IncomingEvent:
    if not isinstance(fields, dict):
        raise InvalidInput("a hit must be a JSON object")
    event = read_hit(fields)
    event.session = event.visitor = visitor_field(fields, "session", TEXT_LENGTH)
    address, user_agent = ip_field(fields, "ip"), text_field(fields, "user_agent").strip()
    if not (event.session or (address and user_agent) or without_sessions):
        raise InvalidInput("session, or both user_agent and ip, are required unless no_sessions is set")
    event.ip, event.user_agent, event.from_server = address, user_agent, True
    event.site_key, event.key_kinds = key, SERVER_KINDS
    event.language = text_field(fields, "language")
    event.time = time_field(fields, "created_at")
    return event


def read_hit(fields: dict[str, Any]) -> IncomingEvent:
    path = text_field(fields, "path", PATH_LENGTH + 1)
    if len(path) > PATH_LENGTH:
        raise InvalidInput(f"path is longer than {PATH_LENGTH} characters", field="path")
    path = path.strip()
    if not path:
        raise InvalidInput("path must be set", field="path")
    is_event = read_flag(fields.get("event"), "event")
    referrer, source = read_referrer(text_field(fields, "ref").strip())
    width, height = read_size(fields.get("size"))
    return IncomingEvent(
        kind=CUSTOM if is_event else PAGEVIEW,
        name=(clean(path.lstrip("/"), NAME_LENGTH) or NO_NAME) if is_event else "",
        url="" if is_event else path if "://" in path else "/" + path.lstrip("/"),
        keep_fragment=True,
        title=text_field(fields, "title"),
        referrer=referrer,
        screen_width=width,
        screen_height=height,
        viewport_width=width,
        campaign=read_campaign(text_field(fields, "query"), source),
        bot=read_bot(fields.get("bot")) > 0,
    )


def read_referrer(text: str) -> tuple[str, str]:
    """An address, also one without its scheme; a path is the site's own; else it is a source that its pages name."""
    if text.startswith(("/", "?")):
        return "", ""
    if "://" in text:
        return text, ""
    host = text.partition("/")[0]
    if "." in host and is_hostname(normalised_hostname(host)):
        return f"https://{text}", ""
    return "", text


def read_campaign(query: str, source: str) -> dict[str, str] | None:
    """The campaign fields by all the names that GoatCounter knows them by; `source` when the query names none."""
    try:
        given = dict(parse_qsl(query.lstrip("?"), max_num_fields=QUERY_FIELDS)) if query else {}
    except ValueError:
        given = {}
    found = {name: given[name] for name in OTHER_FIELDS if name in given}
    found["utm_source"] = first_of(given, SOURCES) or source
    found["utm_campaign"] = first_of(given, CAMPAIGNS)
    return {name: text for name, value in found.items() if value and (text := clean(value, CAMPAIGN_LENGTH))} or None


def first_of(given: dict[str, str], names: Sequence[str]) -> str:
    return next((given[name] for name in names if given.get(name, "").strip()), "")


def read_size(value: object) -> tuple[int, int]:
    """Of `width,height,scale` as a text, a list or the width alone; 0 for what is not given."""
    if value is None or value == "":
        return 0, 0
    parts = value.split(",", 3) if isinstance(value, str) else value if isinstance(value, list) else [value]
    pixels = [read_pixels(part) for part in parts[:2]]
    width, height = (*pixels, 0, 0)[:2]
    return width, height


def read_pixels(value: object) -> int:
    number = number_value(value)
    if number is None:
        raise InvalidInput("size must be width,height,scale in numbers", field="size")
    return int(number) if abs(number) < PIXELS_LIMIT else 0


def read_flag(value: object, field: str) -> bool:
    text = str(value).strip().lower() if isinstance(value, str | int) else value
    if text is None or text in NO:
        return False
    if text in YES:
        return True
    raise InvalidInput(f"{field} must be true or false", field=field)


def read_bot(value: object) -> int:
    """A number above 0 says that it was a bot, and how that was seen."""
    if value is None or value == "":
        return 0
    number = number_value(value)
    if number is None:
        raise InvalidInput("bot must be a number", field="bot")
    return int(number)


def answer_count(items: Sequence[Item], verdicts: Sequence[Verdict]) -> Answer:
    raise_refusal(verdicts)
    item, verdict = items[0], verdicts[0]
    if verdict is DropReason.UNKNOWN_SITE and isinstance(item, IncomingEvent):
        reason = f"unknown site {item.hostname or '(none)'}; it must be the domain of a site"
        return gif_answer(400, REASON_HEADER, reason)
    if verdict is DropReason.ORIGIN_NOT_ALLOWED:
        return gif_answer(400, REASON_HEADER, WRONG_ORIGIN)
    if verdict is DropReason.EXCLUDED_IP:
        return gif_answer(202, REASON_HEADER, "ignored because the site excludes this IP address")
    return gif_answer()


def refuse_count(error: AnalyticsError) -> Answer:
    return gif_answer(status_of(error), REASON_HEADER, error.message)


def answer_hits(items: Sequence[Item], verdicts: Sequence[Verdict]) -> Answer:
    """What is not named in an error is stored, or left out on purpose, and is not to be sent again."""
    if any(each is DropReason.UNKNOWN_KEY for each in verdicts):
        return refuse_hits(NotAuthenticated("unknown key; make one with: analytics key add SITE --kind secret"))
    raise_when_all([each for each in refusals_of(verdicts) if isinstance(each[1], QuotaReached)], verdicts)
    errors = {str(place): error.message for place, error in refusals_of(verdicts)}
    places = range(len(verdicts))
    errors |= {str(place): WRONG_ORIGIN for place in places if verdicts[place] is DropReason.ORIGIN_NOT_ALLOWED}
    filtered = ", ".join(str(place) for place in places if verdicts[place] in FILTERED)
    headers = ((b"x-goatcounter-filter", filtered.encode()),) if filtered else ()
    if errors:
        return Answer(400, orjson.dumps({"errors": errors}), headers=headers)
    return Answer(202, b'{"status":"ok"}', headers=headers)


def refuse_hits(error: AnalyticsError) -> Answer:
    status = status_of(error)
    headers = ((b"www-authenticate", b'Basic realm="GoatCounter"'),) if status == 401 else ()
    return Answer(status, orjson.dumps({"error": error.message}), headers=headers)


COUNT = WireFormat("goatcounter", "/count", read_count, answer_count, refuse_count, methods=("GET", "POST", "HEAD"))
API = WireFormat("goatcounter api", "/api/v0/count", read_hits, answer_hits, refuse_hits, body_limit=HITS_BYTES)
FORMATS = (COUNT, API)
