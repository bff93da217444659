"""blog.demo.example: a blog, one post of which was on the front page of Hacker News for a day."""

from hitkeep_py.demo import world
from hitkeep_py.demo.chance import Table, drawn, happens, ranked
from hitkeep_py.demo.visit import END, Page, Visit, stroll

DOMAIN = "blog.demo.example"
FAMOUS = "/posts/a-database-on-a-bicycle"
CYCLE = 30
"""Days; each month so long has one day of fame."""
FAMOUS_DAYS = {11: 950, 12: 320, 13: 110, 14: 40}
"""Visits because of it, by the day of the cycle."""
POSTS = (
    (FAMOUS, "We moved a database on a bicycle", 190),
    ("/posts/indexes-explained-with-coffee", "Indexes, explained with coffee", 150),
    ("/posts/why-we-left-the-cloud", "Why we left the cloud", 170),
    ("/posts/one-process-is-enough", "One process is enough", 120),
    ("/posts/measuring-before-guessing", "Measuring before guessing", 130),
    ("/posts/a-year-of-sqlite", "A year of SQLite", 140),
    ("/posts/what-a-backup-is", "What a backup is", 90),
    ("/posts/small-teams", "Small teams", 80),
)
POPULAR = ranked(*(path for path, _, _ in POSTS[1:]))
MISSING = Page("/posts/draft", "Page not found", (("/", 1), (END, 3)), 6)


def post_page(path: str, title: str, seconds: int) -> Page:
    return Page(
        path,
        title,
        (
            *((other, weight * 0.4) for other, weight in POPULAR if other != path),
            ("/", 0.6),
            ("/about", 0.3),
            (END, 4.5),
        ),
        seconds,
    )


PAGES = {
    page.path: page
    for page in (
        Page("/", "Notes from the engine room", (*POPULAR, (FAMOUS, 0.6), ("/about", 0.4), (END, 1.5)), 20),
        *(post_page(*post) for post in POSTS),
        Page("/about", "About us", (("/", 1), ("/newsletter", 1), (END, 2)), 30),
        Page("/newsletter", "Newsletter", (("/", 1), (END, 3)), 20),
        MISSING,
    )
}
ENTRIES: Table[str] = (("/", 3), *POPULAR, (FAMOUS, 0.7), ("/newsletter", 0.15), (MISSING.path, 0.1))
FIRST_SOURCES: Table[world.Source] = (
    (world.GOOGLE, 22),
    (world.DIRECT, 18),
    (world.MASTODON, 10),
    (world.BLUESKY, 8),
    (world.LINKEDIN, 8),
    (world.REDDIT, 7),
    (world.LOBSTERS, 6),
    (world.HACKER_NEWS, 4),
    (world.CHATGPT, 4),
    (world.NEWSLETTER, 3),
)
LATER_SOURCES: Table[world.Source] = (
    (world.DIRECT, 45),
    (world.NEWSLETTER, 30),
    (world.GOOGLE, 15),
    (world.MASTODON, 10),
)
CROWD_SOURCES: Table[world.Source] = (
    (world.HACKER_NEWS, 78),
    (world.DIRECT, 13),
    (world.LOBSTERS, 4),
    (world.BLUESKY, 5),
)
NETWORKS = ranked("mastodon", "bluesky", "linkedin", "reddit")


def crowd(day: int) -> int:
    """Visits that come only because of the famous post."""
    return FAMOUS_DAYS.get(day % CYCLE, 0)


def act(visit: Visit, page: Page) -> str | None:
    random, path = visit.random, page.path
    is_post = path.startswith("/posts/") and path != MISSING.path
    if is_post and happens(random, 0.05):
        visit.do("share", {"network": drawn(random, NETWORKS), "title": page.title})
    if (is_post and happens(random, 0.04)) or (path == "/newsletter" and happens(random, 0.6)):
        visit.do("newsletter", {"place": "end of post" if is_post else "own page", "double_opt_in": True})
    if path == MISSING.path:
        visit.do("not_found", {"path": path})
    if is_post and happens(random, 0.06):
        target = {"target_host": "github.com", "target_path": "/demo/engine", "target_protocol": "https"}
        visit.do("outbound_click", target)
        return END
    return None


def walk(visit: Visit) -> None:
    stroll(visit, PAGES, drawn(visit.random, ENTRIES), act)


def walk_in_the_crowd(visit: Visit) -> None:
    stroll(visit, PAGES, FAMOUS, act)
