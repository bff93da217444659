"""Clients of other products, unchanged from their registry, run in Node and send to a real server.

The trackers for pages run in a browser without a screen, happy-dom: its fetch and XMLHttpRequest ask the server for
permission first (CORS), as a page of another origin has to.
"""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.real_site import opened, stored_rows
from tests.running_server import running

CLIENTS = Path(__file__).parents[1] / "clients"
NODE = Path(sys.executable).with_name("node")
PROGRAMS = {"plausible": "shop.test", "plausible-tracker": "old-shop.test", "umami": "app.test"}
"""The programs of tests/clients, each with the domain of the site that it sends to."""

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Run:
    output: list[str]
    rows: Rows

    def those(self, kind: str) -> Rows:
        return [row for row in self.rows if row["kind"] == kind]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    """Each program run once, against one server, which is stopped before its store is read."""
    folder = tmp_path_factory.mktemp("real_clients")
    data_dir = folder / "data"
    with opened(data_dir) as analytics:
        sites = {name: analytics.catalog.sites.add(domain) for name, domain in PROGRAMS.items()}
    with running(data_dir, folder) as server, ThreadPoolExecutor(2) as pool:
        names_of_sites = {name: site.id if name == "umami" else site.domain for name, site in sites.items()}
        started = {name: pool.submit(run, name, server.address, site) for name, site in names_of_sites.items()}
        outputs = {name: each.result() for name, each in started.items()}
        assert server.stop(signal.SIGTERM) == 0
    with opened(data_dir) as analytics:
        return {name: Run(outputs[name], stored_rows(analytics, site.id)) for name, site in sites.items()}


def run(program: str, *arguments: str) -> list[str]:
    """The lines that the program prints. It must succeed, and complain about nothing."""
    command = [str(NODE), str(CLIENTS / f"{program}.mjs"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, ""), f"{program}: {done.stderr}"
    return done.stdout.splitlines()


def values(rows: Rows, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row[column] for column in columns) for row in rows]


def test_plausible_counts_the_first_page_and_those_that_a_program_shows(runs: dict[str, Run]) -> None:
    pages = runs["plausible"].those("pageview")
    assert values(pages, "hostname", "path") == [("shop.test", "/start"), ("shop.test", "/pricing")]
    assert values(pages, "source", "utm_source") == [("newsletter", "newsletter")] * 2, "the session's"
    assert values(pages, "browser", "os", "device") == [("Chrome", "Windows", "desktop")] * 2


def test_plausible_tells_how_long_and_how_far_the_page_was_read_that_is_left(runs: dict[str, Run]) -> None:
    (left,) = runs["plausible"].those("engagement")
    assert (left["path"], left["scroll_depth"]) == ("/start", 50)
    assert 0 < left["engagement_ms"] < 60_000


def test_plausible_sends_events_with_properties_and_money(runs: dict[str, Run]) -> None:
    link, purchase = runs["plausible"].those("event")
    assert (link["name"], link["path"]) == ("Outbound Link: Click", "/pricing")
    assert link["props"] == {"url": "https://partner.test/offer"}
    assert link["revenue"] is None
    assert (purchase["name"], purchase["props"]) == ("Purchase", {"plan": "pro"})
    assert (purchase["revenue"], purchase["currency"]) == (1599, "USD")
    assert runs["plausible"].output == ["202"]


def test_older_plausible_counts_pages_also_those_named_by_a_fragment(runs: dict[str, Run]) -> None:
    pages = runs["plausible-tracker"].those("pageview")
    assert values(pages, "path") == [("/start",), ("/pricing",), ("/basket#total",)]
    assert values(pages, "source") == [("newsletter",)] * 3


def test_older_plausible_sends_properties_as_a_text_within_the_text(runs: dict[str, Run]) -> None:
    assert values(runs["plausible-tracker"].those("event"), "name", "path", "props") == [
        ("Outbound Link: Click", "/pricing", {"url": "https://partner.test/offer"}),
        ("download", "/pricing", {"method": "HTTP", "size": 3}),
    ]


def test_visit_of_one_browser_is_one_session(runs: dict[str, Run]) -> None:
    for name in ("plausible", "plausible-tracker"):
        assert len(set(values(runs[name].rows, "visitor_id", "session_id"))) == 1, name


def test_umami_for_node_sends_pages_and_events_with_or_without_an_address(runs: dict[str, Run]) -> None:
    (page,) = runs["umami"].those("pageview")
    assert (page["hostname"], page["path"], page["title"]) == ("shop.test", "/home", "Home")
    assert page["source"] == "search.test"
    added, signed_up = runs["umami"].those("event")
    assert (added["name"], added["path"]) == ("added", "/basket")
    assert added["props"] == {"plan": "pro", "amount": 15.99, "gift": True}
    assert (signed_up["name"], signed_up["path"]) == ("signed-up", None)
    assert (signed_up["revenue"], signed_up["currency"]) == (1599, "EUR")


def test_umami_for_node_says_who_it_is_and_is_answered_as_by_umami(runs: dict[str, Run]) -> None:
    (who,) = runs["umami"].those("identify")
    assert who["props"] == {"email": "reader@shop.test", "plan": "pro"}
    assert runs["umami"].output == ["200 cache sessionId visitId"] * 4
