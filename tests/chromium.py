"""A real Chromium that visits pages of ours on hosts ending in .test, and the server that they send to."""

import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

from hitkeep_py.cli.access import SocketConnection
from hitkeep_py.data_directory import DataDirectory
from tests.running_server import RunningServer

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
"""Its own would say that it has no head, and count as a robot; as a flag, it is also that of a page that closes."""
FLAGS = (
    f"--user-agent={FIREFOX}",
    "--no-sandbox",
    "--host-resolver-rules=MAP *.test 127.0.0.1",
    # Else navigator.webdriver is set, and robots are not counted.
    "--disable-blink-features=AutomationControlled",
)
WAIT_SECONDS = 30.0
QUIET = {f"data-{name}": "false" for name in ("scroll", "engagement", "outbound", "downloads", "forms", "not-found")}
"""Attributes of a tag that notices nothing by itself but pages."""
QUIET_SECONDS = 0.25
"""In which a page has sent what it is about to send."""


@dataclass
class Website:
    """Pages by path, as HTML; `headers` go with each, and what is not there is answered 404 with the page "404"."""

    pages: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    port: int = 0

    def address(self, path: str = "/", host: str = "shop.test") -> str:
        return f"http://{host}:{self.port}{path}"


@contextmanager
def website() -> Iterator[Website]:
    site = Website()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = site.pages.get(self.path.partition("?")[0])
            content = (page if page is not None else site.pages.get("404", "nothing here")).encode()
            self.send_response(404 if page is None else 200)
            for name, value in {"content-type": "text/html; charset=utf-8", **site.headers}.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site.port = server.server_port
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield site
        finally:
            server.shutdown()
            thread.join()


def launched(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))


@contextmanager
def profile(playwright: Playwright, folder: Path, **options: Any) -> Iterator[BrowserContext]:
    """A browser whose storage stays in the folder when it is closed."""
    context = playwright.chromium.launch_persistent_context(
        folder, executable_path=CHROMIUM, args=list(FLAGS), **options
    )
    try:
        yield context
    finally:
        context.close()


@dataclass
class Visitor:
    """Someone in a browser; `errors` are what went wrong in the pages, which the tracker must never cause."""

    context: BrowserContext
    errors: list[str] = field(default_factory=list)

    def page(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page


@contextmanager
def visitor(browser: Browser, **options: Any) -> Iterator[Visitor]:
    context = browser.new_context(**options)
    try:
        found = Visitor(context)
        yield found
        assert found.errors == []
    finally:
        context.close()


def wait_for(what: Callable[[], Any], seconds: float = WAIT_SECONDS) -> Any:
    """What it gives as soon as that is something."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)
    return found


def tag(server: RunningServer, script: str = "hk.js", attributes: Mapping[str, str] | None = None) -> str:
    """The script tag as a page has it."""
    given = "".join(f' {name}="{value}"' for name, value in (attributes or {}).items())
    return f'<script async src="{server.address}/{script}"{given}></script>'


@dataclass
class Shop:
    """A site of the server with pages of its own; every test has another host."""

    server: RunningServer
    website: Website
    host: str
    id: str

    def address(self, path: str = "/") -> str:
        return self.website.address(path, self.host)

    def events(self) -> list[dict[str, Any]]:
        """All that is stored, oldest first."""
        return list(asked(self.server, "GET", f"/api/sites/{self.id}/export?format=json&range=all"))

    def stored(self, count: int) -> list[dict[str, Any]]:
        """The events once there are so many, and still no more after the page was quiet for a while."""
        wait_for(lambda: len(self.events()) >= count)
        found = self._settled(QUIET_SECONDS)
        assert len(found) == count, [(each["kind"], each["name"], each["path"], each["props"]) for each in found]
        return found

    def nothing_stored(self) -> bool:
        """Also a while after everything in a page has happened."""
        return self._settled(4 * QUIET_SECONDS) == []

    def _settled(self, quiet_seconds: float) -> list[dict[str, Any]]:
        """What there is when everything that came until then is stored."""
        time.sleep(quiet_seconds)
        wait_for(lambda: asked(self.server, "GET", "/api/health")["inbox_unstored_events"] == 0)
        return self.events()


def new_shop(server: RunningServer, website: Website) -> Shop:
    host = f"shop{len(asked(server, 'GET', '/api/sites'))}.test"
    return Shop(server, website, host, asked(server, "POST", "/api/sites", {"domain": host})["id"])


def asked(server: RunningServer, method: str, path: str, body: Any = None) -> Any:
    """By way of the socket file, as the command line does."""
    headers = {"content-type": "application/json"} if body is not None else {}
    with closing(SocketConnection(DataDirectory(server.data_dir).socket)) as connection:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        content = answer.read()
    assert answer.status < 400, content
    return json.loads(content)


def loaded(page: Page) -> None:
    page.wait_for_function("!!window.plausible?.track")
