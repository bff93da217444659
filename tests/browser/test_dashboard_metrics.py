"""A key figure that is chosen shows in the chart, the panels and the details, and its address can be passed on."""

import re
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from tests.dashboard import (
    PHONE,
    RANGE,
    Dashboard,
    accessibility_problems,
    cells,
    growth,
    logged_in,
    rounded,
    settled,
    share,
    shown,
)
from tests.running_server import RunningServer

COLUMNS = {
    "Visitors": "visitors",
    "Sessions": "sessions",
    "Pageviews": "pageviews",
    "Events": "events",
    "Conversions": "conversions",
    "Conv. rate": "conversion_rate",
    "Revenue (EUR)": "revenue:EUR",
    "Revenue (USD)": "revenue:USD",
    "Bounce rate": "bounce_rate",
}


def text_of(metric: str, value: float | None) -> str:
    """As the details write it, in full."""
    if value is None:
        return "–"
    if metric.startswith("revenue:"):
        sign = {"EUR": "€", "USD": "US$"}[metric.removeprefix("revenue:")]
        return f"{'-' if value < 0 else ''}{sign}{abs(value) / 100:,.2f}"
    return share(value) if metric.endswith("rate") else shown(value)


def short_money(sign: str, minor: float) -> str:
    """€3,456.70 as €3.5k; below a thousand in full."""
    amount = minor / 100
    if abs(amount) < 1000:
        return f"{'-' if amount < 0 else ''}{sign}{abs(amount):,.2f}"
    return f"{sign}{rounded(amount / 1000, 1)}k"


def tile(page: Page, label: str) -> Locator:
    return page.get_by_label("Key figures").get_by_role("button", name=label)


def opened_details(page: Page) -> Locator:
    dialog = page.get_by_role("dialog")
    dialog.locator("tbody tr").first.wait_for()
    settled(page)
    return dialog


def table_of(dialog: Locator) -> list[dict[str, str]]:
    """Rows by the heads of their columns."""
    heads, *rows = dialog.locator("tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.innerText.replace(/[↑↓]$/, '').trim()))"
    )
    return [dict(zip(heads, row, strict=True)) for row in rows]


def test_revenue_is_shown_over_time_and_by_source_in_each_currency(page: Page, someone: Dashboard) -> None:
    tile(page, "Revenue").click()
    settled(page)
    report = someone.report(
        "breakdown/channel", **RANGE, metrics="revenue:EUR,visitors", order="revenue:EUR:desc", limit="10"
    )
    wanted = [
        [short_money("€", row["metrics"]["revenue:EUR"]), shown(row["metrics"]["visitors"])] for row in report["rows"]
    ]
    assert [row[1:] for row in cells(page, "Sources")] == wanted
    page.get_by_role("button", name="Currency: EUR").click()
    page.get_by_role("menuitemradio", name="USD").click()
    page.get_by_role("button", name="Show as a table").click()
    settled(page)
    series = someone.report("series", **RANGE, metrics="revenue:USD", unit="day", compare="previous_period")
    rows = page.get_by_label("Revenue (USD) over time").locator("tbody tr")
    assert [row.locator("td").all_inner_texts()[1:] for row in rows.all()] == [
        [text_of("revenue:USD", row[part]["revenue:USD"]) for part in ("metrics", "comparison")]
        for row in series["rows"]
    ]
    page.reload()
    settled(page)
    expect(page.get_by_label("Revenue (USD) over time")).to_be_visible()
    expect(tile(page, "Revenue")).to_have_attribute("aria-pressed", "true")


def test_conversions_are_of_any_goal_or_of_the_chosen_one(page: Page, someone: Dashboard) -> None:
    tile(page, "Conversions").click()
    settled(page)

    def by_channel(**goal: Any) -> list[list[str]]:
        found = someone.report("breakdown/channel", **RANGE, metrics="conversions,conversion_rate", limit="10", **goal)
        return [
            [shown(row["metrics"]["conversions"]), share(row["metrics"]["conversion_rate"])] for row in found["rows"]
        ]

    any_goal = by_channel()
    assert [row[1:] for row in cells(page, "Sources")] == any_goal
    page.get_by_role("button", name="Goal: Any goal").click()
    page.get_by_role("menuitemradio", name="Express order").click()
    settled(page)
    order = by_channel(goal="Express order")
    assert order != any_goal
    assert [row[1:] for row in cells(page, "Sources")] == order


def test_details_have_every_metric_with_the_change_of_the_one_they_are_sorted_by(
    page: Page, someone: Dashboard
) -> None:
    page.goto(someone.address("/sites/shop.demo.example", **RANGE, details="channel", order="revenue:EUR:desc"))
    dialog = opened_details(page)
    report = someone.report(
        "breakdown/channel",
        **RANGE,
        metrics=",".join(COLUMNS.values()),
        order="revenue:EUR:desc",
        totals="1",
        compare="previous_period",
    )
    total, *rows = table_of(dialog)
    assert total | {head: text_of(name, report["totals"][name]) for head, name in COLUMNS.items()} == total
    assert len(rows) == report["total_rows"]
    for row, found in zip(rows, report["rows"], strict=True):
        assert row | {head: text_of(name, found["metrics"][name]) for head, name in COLUMNS.items()} == row
        now, before = (found[part]["revenue:EUR"] for part in ("metrics", "comparison"))
        assert row["Change"].split() == growth(now, before)
    assert accessibility_problems(page) == []


def test_search_order_and_page_of_details_are_in_the_address(page: Page, someone: Dashboard) -> None:
    page.goto(someone.address("/sites/shop.demo.example", **RANGE, details="page"))
    dialog = opened_details(page)
    dialog.get_by_role("searchbox").fill("products")
    expect(page).to_have_url(re.compile("search=products"))
    dialog.get_by_role("button", name="Pageviews").click()
    expect(page).to_have_url(re.compile("order=pageviews:desc"))
    settled(page)
    before = table_of(dialog)
    page.reload()
    dialog = opened_details(page)
    expect(dialog.get_by_role("searchbox")).to_have_value("products")
    assert table_of(dialog) == before
    assert all("products" in row["Page"] for row in before[1:])
    dialog.get_by_role("button", name="Close").click()
    expect(page).not_to_have_url(re.compile("search|order|details"))


def test_a_filter_of_events_says_which_figures_are_of_whole_sessions(page: Page, someone: Dashboard) -> None:
    note = page.get_by_text("are those of the whole sessions that have such an event")
    expect(note).to_be_hidden()
    page.goto(someone.address("/sites/shop.demo.example", **RANGE, filter="event is purchase"))
    expect(note).to_be_visible()
    page.goto(someone.address("/sites/shop.demo.example", **RANGE, filter="country is DE"))
    settled(page)
    expect(note).to_be_hidden()


def test_a_question_mark_shows_the_keys_of_the_page(page: Page) -> None:
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    dialog.locator("dl > div").first.wait_for()
    lines = dialog.locator("dl > div").all_inner_texts()
    keys = dict(line.split("\n", 1) for line in lines)
    assert keys["f"].strip() == "Add a filter"
    assert keys["y"].strip() == "Yesterday"
    assert keys["←"].strip() == "Earlier period"
    assert accessibility_problems(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("y")
    expect(page).to_have_url(re.compile("range=yesterday"))


def test_menus_stay_on_a_phones_screen(demonstration_server: RunningServer, browser: Browser) -> None:
    with logged_in(demonstration_server, browser, PHONE) as someone:
        page = someone.open(**RANGE, metric="conversions")
        buttons = page.locator("main .menu > button")
        assert buttons.count() > 5
        for button in buttons.all():
            button.click()
            box = page.locator(".popup").bounding_box()
            assert box is not None
            assert 0 <= box["x"] <= box["x"] + box["width"] <= PHONE["viewport"]["width"]
            page.keyboard.press("Escape")
