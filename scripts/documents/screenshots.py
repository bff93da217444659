"""Takes the pictures of docs/images: the demonstration's shop, whose clock stands still so that they stay the same."""

import struct
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.cli.serve import QuietServer, listen, uvicorn_config
from hitkeep_py.config import Settings
from hitkeep_py.demo.filling import DAYS, PATIENCE, SCALE, Filling
from hitkeep_py.demo.live import PAUSE, LiveVisitors
from hitkeep_py.demo.shop import EXPERIMENT
from hitkeep_py.server.app import Server
from tests.chromium import launched
from tests.dashboard import EMAIL, PASSWORD, SITE, settled
from tests.fake_clock import FakeClock

IMAGES = Path(__file__).parents[2] / "docs/images"
EVENING = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)
NOTES = {"2026-10-30": "Newsletter: autumn roast", "2026-11-12": "One-page checkout for half of all"}
LARGE = {"viewport": {"width": 1280, "height": 860}}
PHONE = {"viewport": {"width": 360, "height": 740}}
SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Picture:
    """`panel` is the heading that shall be at the top; so many `minutes` pass before."""

    name: str
    path: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    panel: str = ""
    minutes: float = 0


PICTURES = (
    Picture("site", minutes=5),
    Picture("site-dark", options={"color_scheme": "dark"}),
    Picture("site-phone", options=PHONE),
    Picture("events", "?goals=events&open=purchase", panel="Goals"),
    Picture("funnels", "/funnels?funnel={funnel}"),
    Picture("journeys", "/journeys?page=/collections/coffee&depth=2"),
    Picture("retention", "/retention?range=this_month&by=day"),
    Picture("experiments", f"/experiments?experiment={EXPERIMENT}&range=90d"),
    # A busy half hour, which would be a peak in the charts of the others.
    Picture("realtime", "/realtime", minutes=25.6),
)


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    clock = FakeClock(EVENING)
    with closing(Analytics.in_memory(clock)) as analytics:
        visitors = fill(analytics)
        with listening(analytics) as address, sync_playwright() as playwright, launched(playwright) as browser:
            for picture in PICTURES:
                let_come(visitors, picture.minutes, analytics, clock)
                print(picture.name, take(picture, analytics, browser, address))


def fill(analytics: Analytics) -> LiveVisitors:
    """The days before; gives who comes from now on."""
    analytics.catalog.users.add(EMAIL, PASSWORD)
    filling = Filling(analytics, DAYS, SCALE)
    filling.fill()
    for day, text in NOTES.items():
        analytics.catalog.annotations.add(shop(analytics).id, day, text)
    return LiveVisitors(analytics, filling.month)


def let_come(visitors: LiveVisitors, minutes: float, analytics: Analytics, clock: FakeClock) -> None:
    for _ in range(round(minutes * 60 / PAUSE)):
        clock.advance(PAUSE)
        visitors.step()
    analytics.writer.drain(PATIENCE)


def shop(analytics: Analytics) -> Site:
    return analytics.catalog.sites.find(SITE)


@contextmanager
def listening(analytics: Analytics) -> Iterator[str]:
    """Here and not in a process of its own, whose clock would go."""
    product = Server(analytics)
    server = QuietServer(uvicorn_config(product.app))
    listener = listen(Settings(port=0))
    host, port = listener.getsockname()
    thread = Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        yield f"http://{host}:{port}"
    finally:
        product.streams.ending = server.should_exit = True
        thread.join()


def take(picture: Picture, analytics: Analytics, browser: Browser, address: str) -> str:
    """Gives how large the file is."""
    context = browser.new_context(locale="en-GB", timezone_id="Europe/Berlin", **{**LARGE, **picture.options})
    user = analytics.catalog.users.find(EMAIL)
    context.add_cookies([{"name": "hk_token", "value": analytics.catalog.users.open_session(user), "url": address}])
    context.clock.set_fixed_time(analytics.clock.now_ms() / 1000)
    page = context.new_page()
    funnel = analytics.catalog.funnels.find(shop(analytics).id, "To an order").id
    page.goto(f"{address}/sites/{SITE}{picture.path.format(funnel=funnel)}")
    # The scroll bar is not in the picture, so it needs no place.
    page.evaluate("document.documentElement.style.scrollbarGutter = 'auto'")
    settled(page)
    scroll_to(page, picture.panel)
    content = packed(page.screenshot(animations="disabled", caret="hide"))
    (IMAGES / f"{picture.name}.png").write_bytes(content)
    context.close()
    return f"{len(content) / 1024:.0f} KB"


def scroll_to(page: Page, panel: str) -> None:
    if panel:
        found = page.locator("section.panel", has=page.get_by_role("heading", name=panel, exact=True))
        found.evaluate("panel => scrollBy(0, panel.getBoundingClientRect().top - 108)")
    # Fonts and the map come after the figures.
    page.wait_for_timeout(500)


def packed(image: bytes) -> bytes:
    """The same picture in fewer bytes: Chromium packs in a hurry."""
    chunks = list(chunks_of(image))
    pixels = zlib.decompress(b"".join(content for kind, content in chunks if kind == b"IDAT"))
    kept = [(kind, content) for kind, content in chunks if kind in (b"IHDR", b"IEND")]
    kept.insert(1, (b"IDAT", zlib.compress(pixels, 9)))
    return SIGNATURE + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in kept
    )


def chunks_of(image: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = len(SIGNATURE)
    while place < len(image):
        (length,) = struct.unpack(">I", image[place : place + 4])
        yield image[place + 4 : place + 8], image[place + 8 : place + 8 + length]
        place += length + 12


if __name__ == "__main__":
    main()
