"""Requests as a month of one site would send them: visits by many visitors, popular pages, typed properties.

They go into one file, each as a 6-digit length and the raw HTTP request, so that every load generator sends the same.
"""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import orjson

DOMAIN = "shop.example.com"
EVENT_SHARE = 0.15
PAGES_PER_VISIT = 3.5
VISITS_AT_A_TIME = 1_500
LENGTH_DIGITS = 6

USER_AGENTS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 "
    "Safari/605.1.15",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 "
    "Edg/141.0.0.0",
    "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0",
    "Mozilla/5.0 (Linux; Android 15; SM-S928B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 "
    "Chrome/130.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (iPad; CPU OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.7 "
    "Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 "
    "Safari/537.36 OPR/124.0.0.0",
)
LANGUAGES = ("en-US,en;q=0.9", "en-GB,en;q=0.8", "de-DE,de;q=0.9,en;q=0.7", "fr-FR,fr;q=0.9", "es-ES,es;q=0.9", "ja")
SCREENS = ((1920, 1080), (1536, 864), (2560, 1440), (390, 844), (412, 915), (430, 932), (1440, 900), (820, 1180))
REFERRERS = (
    "",
    "https://www.google.com/",
    "",
    "https://www.bing.com/",
    "https://duckduckgo.com/",
    "https://news.ycombinator.com/item?id=41{number:06}",
    "https://t.co/Xy{number:05}",
    "https://www.reddit.com/r/selfhosted/comments/1f{number:04}/",
    "https://github.com/example/project{number}",
    "https://blog-{number}.example.net/posts/analytics",
)
SECTIONS = ("products", "blog", "docs", "category", "help")
PAGES = tuple(
    ["/", "/pricing", "/features", "/login", "/cart", "/checkout"]
    + [f"/{SECTIONS[number % 5]}/{number * 7919 % 100_003}-a-readable-title" for number in range(1_994)]
)
EVENTS = ("add_to_cart", "signup", "video_play", "search", "download", "purchase", "newsletter", "share", "error")


def popularity(count: int) -> list[float]:
    """Cumulative weights of Zipf's law: the second is half as common as the first."""
    return list(accumulate(1 / rank for rank in range(1, count + 1)))


PAGE_WEIGHTS = popularity(len(PAGES))
REFERRER_WEIGHTS = popularity(len(REFERRERS))
EVENT_WEIGHTS = popularity(len(EVENTS))
USER_AGENT_WEIGHTS = popularity(len(USER_AGENTS))
LANGUAGE_WEIGHTS = popularity(len(LANGUAGES))


@dataclass(slots=True)
class Visit:
    address: str
    user_agent: str
    language: str
    screen: tuple[int, int]
    referrer: str
    session: str
    headers: str


def write_requests(path: Path, site_id: str, count: int) -> None:
    """The same requests for the same count, but for the site's id."""
    with path.open("wb") as file:
        for request in requests(site_id, count):
            file.write(b"%0*d" % (LENGTH_DIGITS, len(request)) + request)


def read_requests(path: Path, skip: int, count: int) -> list[bytes]:
    """`count` requests from number `skip` on, from the start again after the last."""
    found: list[bytes] = []
    with path.open("rb") as file:
        while length := file.read(LENGTH_DIGITS):
            found.append(file.read(int(length)))
    return [found[(skip + number) % len(found)] for number in range(count)]


def requests(site_id: str, count: int) -> Iterator[bytes]:
    """Visits go on side by side; each request belongs to a random one of them."""
    chance = random.Random(20_261_121)
    visits = [new_visit(chance) for _ in range(VISITS_AT_A_TIME)]
    for _ in range(count):
        place = chance.randrange(VISITS_AT_A_TIME)
        if chance.random() < 1 / PAGES_PER_VISIT:
            visits[place] = new_visit(chance)
        if chance.random() < EVENT_SHARE:
            yield request(visits[place], "/ingest/event", event(chance, visits[place], site_id))
        else:
            yield request(visits[place], "/ingest", pageview(chance, visits[place]))


def new_visit(chance: random.Random) -> Visit:
    address = ".".join(str(chance.randrange(1, 223)) for _ in range(4))
    user_agent = chance.choices(USER_AGENTS, cum_weights=USER_AGENT_WEIGHTS)[0]
    language = chance.choices(LANGUAGES, cum_weights=LANGUAGE_WEIGHTS)[0]
    referrer = chance.choices(REFERRERS, cum_weights=REFERRER_WEIGHTS)[0].format(number=chance.randrange(400))
    headers = (
        f"Host: {DOMAIN}\r\nX-Forwarded-For: {address}\r\nUser-Agent: {user_agent}\r\n"
        f"Accept-Language: {language}\r\nOrigin: https://{DOMAIN}\r\nContent-Type: application/json\r\n"
    )
    session = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    return Visit(address, user_agent, language, chance.choice(SCREENS), referrer, session, headers)


def request(visit: Visit, path: str, fields: dict[str, object]) -> bytes:
    body = orjson.dumps(fields)
    return f"POST {path} HTTP/1.1\r\n{visit.headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


def pageview(chance: random.Random, visit: Visit) -> dict[str, object]:
    """As the browser's script sends it; the referrer is outside on the first page only."""
    width, height = visit.screen
    referrer, visit.referrer = visit.referrer, ""
    campaign = "spring-sale" if chance.random() < 0.05 else None
    return {
        "path": chance.choices(PAGES, cum_weights=PAGE_WEIGHTS)[0],
        "referrer": referrer or None,
        "ua": visit.user_agent,
        "vp_w": width - chance.choice((0, 0, 15, 120)),
        "vp_h": height - chance.choice((80, 120, 140)),
        "sc_w": width,
        "sc_h": height,
        "lang": visit.language.partition(",")[0],
        "u_src": campaign and "newsletter",
        "u_med": campaign and "email",
        "u_cmp": campaign,
        "session_id": visit.session,
        "page_id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "tsrc": "hk.js",
        "tv": "2.8.1",
    }


def event(chance: random.Random, visit: Visit, site_id: str) -> dict[str, object]:
    """In the documented form, with 3 to 5 properties of several types."""
    return {
        "site_id": site_id,
        "name": chance.choices(EVENTS, cum_weights=EVENT_WEIGHTS)[0],
        "url": f"https://{DOMAIN}{chance.choices(PAGES, cum_weights=PAGE_WEIGHTS)[0]}",
        "referrer": visit.referrer,
        "session_id": visit.session,
        "props": properties(chance),
    }


def properties(chance: random.Random) -> dict[str, object]:
    found: dict[str, object] = {
        "plan": chance.choice(("free", "pro", "team", "enterprise")),
        "amount": round(chance.lognormvariate(3.5, 0.8), 2),
        "logged_in": chance.random() < 0.4,
    }
    if chance.random() < 0.5:
        found["items"] = chance.randrange(1, 9)
    if chance.random() < 0.5:
        found["product"] = f"sku-{int(chance.paretovariate(1.1)) % 5_000}"
    return found
