"""Every format reads an address alike: path, campaign, and nothing that is secret."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from hitkeep_py.address import read_address
from hitkeep_py.enrich.page import Pages
from hitkeep_py.event import IncomingEvent
from hitkeep_py.protocols.format import Request, WireFormat
from hitkeep_py.protocols.formats import FORMATS

ORIGIN = {b"origin": b"https://site.example"}
Make = Callable[[str], dict[str, Any]]

SENT: dict[str, tuple[str, Make]] = {
    "hitkeep": ("/ingest", lambda url: {"path": url}),
    "hitkeep event": ("/ingest/event", lambda url: {"site_id": "x", "name": "x", "url": url}),
    "hitkeep vital": ("/ingest/web-vitals", lambda url: {"n": "LCP", "v": 1, "p": url}),
    "sparklytics": ("/api/collect", lambda url: {"website_id": "x", "url": url}),
    "grademypage": ("/api/analytics/track", lambda url: {"projectId": "x", "eventType": "pageview", "fullUrl": url}),
    "plausible": ("/api/event", lambda url: {"n": "pageview", "d": "site.example", "u": url, "h": 1}),
    "clickport": ("/api/event", lambda url: {"t": "p", "d": "site.example", "u": url}),
    "umami": ("/api/send", lambda url: {"type": "event", "payload": {"website": "x", "url": url}}),
    "tracker": ("/ingest/batch", lambda url: {"s": "site.example", "e": [{"u": url, "z": 1}]}),
}
PAGES = {
    "capacitor://localhost/cart?utm_source=nl": ("/cart", {"utm_source": "nl"}),
    "app://shop/cart?UTM_SOURCE=nl": ("/cart", {"utm_source": "nl"}),
    "file:///android_asset/www/index.html?ref=nl": ("/android_asset/www/index.html", {"utm_source": "nl"}),
    "android-app://com.example.shop/cart": ("/cart", {}),
    "blog/post?utm_medium=x": ("/blog/post", {"utm_medium": "x"}),
    "//blog//post": ("/blog/post", {}),
    "https://site.example//caf%c3%a9/./x": ("/café/x", {}),
    "https://site.example/#/reset?token=secret&utm_source=a": ("/", {"utm_source": "a"}),
}


def format_of(path: str, request: Request) -> WireFormat:
    return next(each for each in FORMATS if each.path == path and each.claims(request))


@pytest.mark.parametrize("name", SENT)
def test_an_address_reaches_the_one_reading_as_it_was_sent(name: str) -> None:
    path, make = SENT[name]
    for url, (page, _) in PAGES.items():
        request = Request("POST", path, b"", ORIGIN, orjson.dumps(make(url)))
        (event,) = format_of(path, request).read(request)
        assert isinstance(event, IncomingEvent)
        assert (event.url, event.path) == (url, "")
        assert read_address(event.url).path == page


def test_pixels_and_goatcounter_read_them_too() -> None:
    for url, (page, _) in PAGES.items():
        for path, parameter in (("/pixel.gif", "url"), ("/count", "p")):
            request = Request("GET", path, urlencode({parameter: url}).encode(), ORIGIN, b"")
            (event,) = format_of(path, request).read(request)
            assert isinstance(event, IncomingEvent)
            assert read_address(event.url).path == page


@pytest.mark.parametrize("url", PAGES)
def test_what_an_address_says(url: str) -> None:
    page = Pages().page(url)
    assert (page.path, page.campaign) == PAGES[url]
    assert "secret" not in str(page)
