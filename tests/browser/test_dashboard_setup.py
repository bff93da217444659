"""From an empty data directory to the first event, in a browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.chromium import visitor
from tests.dashboard import EMAIL, PASSWORD, accessibility_problems, send
from tests.running_server import RunningServer, running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder = tmp_path_factory.mktemp("setup")
    with running(folder / "data", folder, "--ingest-rate", "1000", "--ingest-burst", "1000") as started:
        yield started


def test_first_run_goes_from_the_token_to_the_first_event(server: RunningServer, browser: Browser) -> None:
    with visitor(browser, locale="en-GB", timezone_id="Europe/Berlin") as someone:
        page = someone.page()
        page.goto(server.address)
        expect(page).to_have_url(re.compile("/setup"))
        page.goto("about:blank")
        page.goto(re.findall(r"http\S+/setup#token=\S+", server.log)[0])
        expect(page).not_to_have_url(re.compile("token"))
        page.get_by_label("E-mail").fill(EMAIL)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Create").click()
        page.get_by_label("Domain").fill("first.example")
        assert page.get_by_label("Time zone").input_value() == "Europe/Berlin"
        assert accessibility_problems(page) == []
        page.get_by_role("button", name="Add").last.click()
        expect(page.get_by_text(f'<script async src="{server.address}/hk.js"></script>').first).to_be_visible()
        expect(page.get_by_text("Waiting for your first event").first).to_be_visible()
        assert accessibility_problems(page) == []
        send(page, server, "first.example", [{"u": "https://first.example/welcome"}])
        expect(page.get_by_role("status").filter(has_text="It works: your first event is here.").first).to_be_visible(
            timeout=15_000
        )
        page.get_by_role("link", name="Open the dashboard").click()
        expect(page.get_by_role("link", name="/welcome", exact=True)).to_be_visible()
