"""docs.demo.example: a program's documentation, read on weekdays."""

from hitkeep_py.demo import world
from hitkeep_py.demo.chance import Table, drawn, happens, ranked
from hitkeep_py.demo.visit import END, Page, Visit, stroll

DOMAIN = "docs.demo.example"
MISSING = Page("/docs/instal", "Page not found", (("/docs/install", 4), ("/", 1), (END, 3)), 8)
PAGES = {
    page.path: page
    for page in (
        Page(
            "/", "Engine: documentation", (("/docs/install", 5), ("/docs/quick-start", 3), ("/search", 1), (END, 3)), 15
        ),
        Page(
            "/docs/install", "Install", (("/docs/quick-start", 6), ("/docs/upgrade", 1), ("/docs/faq", 1), (END, 3)), 60
        ),
        Page(
            "/docs/quick-start",
            "Quick start",
            (("/docs/configuration", 4), ("/docs/api/events", 3), ("/docs/cli", 1), (END, 3)),
            110,
        ),
        Page("/docs/configuration", "Configuration", (("/docs/cli", 2), ("/docs/faq", 1), (END, 3)), 90),
        Page("/docs/api/events", "API: events", (("/docs/api/reports", 3), ("/docs/configuration", 1), (END, 3)), 100),
        Page("/docs/api/reports", "API: reports", (("/docs/api/events", 1), ("/docs/faq", 1), (END, 3)), 80),
        Page("/docs/cli", "Command line", (("/docs/configuration", 1), ("/docs/api/events", 1), (END, 2)), 70),
        Page("/docs/upgrade", "Upgrade", (("/changelog", 2), (END, 2)), 50),
        Page("/docs/faq", "Questions and answers", (("/docs/upgrade", 1), ("/docs/install", 1), (END, 3)), 60),
        Page("/changelog", "Changes", (("/docs/upgrade", 1), (END, 3)), 45),
        Page(
            "/search", "Search", (("/docs/configuration", 2), ("/docs/api/events", 2), ("/docs/faq", 1), (END, 1)), 12
        ),
        MISSING,
    )
}
ENTRIES: Table[str] = (
    *(("/", 4), ("/docs/install", 4), ("/docs/quick-start", 2.5), ("/docs/api/events", 3), ("/docs/faq", 2)),
    *(("/docs/configuration", 2), ("/docs/cli", 1.2), ("/docs/api/reports", 1), ("/changelog", 1), (MISSING.path, 0.4)),
)
FIRST_SOURCES: Table[world.Source] = (
    (world.GOOGLE, 28),
    (world.GITHUB, 16),
    (world.DIRECT, 16),
    (world.CHATGPT, 10),
    (world.CLAUDE, 8),
    (world.STACK_OVERFLOW, 6),
    (world.DUCKDUCKGO, 5),
    (world.PERPLEXITY, 3),
    (world.BING, 3),
    (world.REDDIT, 2),
)
LATER_SOURCES: Table[world.Source] = ((world.DIRECT, 60), (world.GOOGLE, 25), (world.GITHUB, 12), (world.CLAUDE, 3))
SEARCHES = ranked("retention", "webhook", "docker", "api key", "backup", "timezone", "kubernetes")
CODE = {
    "/docs/install": ("bash", 3),
    "/docs/quick-start": ("html", 1),
    "/docs/api/events": ("javascript", 12),
    "/docs/cli": ("bash", 2),
}
RELEASES = ranked("engine-2.4.0-linux-amd64.tar.gz", "engine-2.4.0-macos.dmg", "engine-2.4.0-windows.zip")
VERSIONS: Table[str] = (("2.4.0", 8), ("2.3.1", 2), ("2.2.0", 1))


def act(visit: Visit, page: Page) -> str | None:
    random, path = visit.random, page.path
    if path in CODE and happens(random, 0.5):
        language, lines = CODE[path]
        visit.do("copy_code", {"language": language, "lines": lines, "version": drawn(random, VERSIONS)})
    if path == "/docs/install" and happens(random, 0.25):
        download(visit, drawn(random, RELEASES))
    if path == "/search":
        visit.do("search", {"query": drawn(random, SEARCHES), "results": random.randint(0, 9)})
    if path == MISSING.path:
        visit.do("not_found", {"path": path})
    if path.startswith("/docs/") and path != MISSING.path and happens(random, 0.08):
        visit.do("helpful", {"answer": happens(random, 0.8), "page": page.title})
    if path == "/changelog" and happens(random, 0.3):
        target = {"target_host": "github.com", "target_path": "/demo/engine/releases", "target_protocol": "https"}
        visit.do("outbound_click", target)
        return END
    return None


def download(visit: Visit, file: str) -> None:
    kind = file.rpartition(".")[2]
    visit.do("file_download", {"file_host": DOMAIN, "file_path": f"/releases/{file}", "file_ext": kind})


def walk(visit: Visit) -> None:
    stroll(visit, PAGES, drawn(visit.random, ENTRIES), act)
