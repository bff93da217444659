"""The page of a site: its figures are the API's, and everything on it can be clicked to ask further."""

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from tests.chromium import asked, wait_for
from tests.dashboard import (
    RANGE,
    SITE,
    Dashboard,
    accessibility_problems,
    cells,
    growth,
    lasting,
    rounded,
    settled,
    share,
    shown,
)

PIXEL = """(canvas, across) => {
    const draw = colour => {
        const context = new OffscreenCanvas(1, 1).getContext("2d")
        context.fillStyle = colour
        context.fillRect(0, 0, 1, 1)
        return [...context.getImageData(0, 0, 1, 1).data]
    }
    const probe = document.body.appendChild(document.createElement("span"))
    probe.style.color = "var(--warn)"
    const colour = draw(getComputedStyle(probe).color)
    probe.remove()
    const top = document.querySelector(".u-over").offsetTop + 2
    return [[...canvas.getContext("2d").getImageData(across * devicePixelRatio, top, 1, 1).data], colour]
}"""


def figures(page: Page) -> dict[str, list[str]]:
    """Of the strip: the label, and below it the figure and how it changed."""
    texts = page.get_by_label("Key figures").locator("> *").all_inner_texts()
    lines = [[line.strip() for line in text.splitlines() if line.strip()] for text in texts]
    return {label: rest for label, *rest in lines}


def chosen(page: Page, name: str) -> list[str]:
    return parse_qs(urlsplit(page.url).query).get(name, [])


def test_key_figures_are_those_of_the_api_with_their_change(page: Page, someone: Dashboard) -> None:
    report = someone.report("overview", **RANGE, compare="previous_period")
    found = figures(page)
    for label, metric in {"Visitors": "visitors", "Sessions": "sessions", "Pageviews": "pageviews"}.items():
        now, before = report["metrics"][metric], report["comparison"]["metrics"][metric]
        assert found[label][0] == shown(now)
        assert " ".join(found[label][1:]).split() == growth(now, before)
    assert found["Bounce rate"][0] == share(report["metrics"]["bounce_rate"])
    assert found["Pages / session"][0] == rounded(report["metrics"]["pages_per_session"], 2)
    assert found["Avg. duration"][0] == lasting(report["metrics"]["average_session_duration"])
    revenue = page.locator(".figures .value[title]").last.get_attribute("title") or ""
    for currency, sign in {"EUR": "€", "USD": "US$"}.items():
        assert f"{sign}{report['revenue'][currency] / 100:,.2f}" in revenue
    assert found["Conversions"][0] == shown(report["conversions"])
    assert found["Conv. rate"][0] == share(report["conversion_rate"])


def test_the_chart_has_its_figures_as_a_table(page: Page, someone: Dashboard) -> None:
    page.get_by_role("button", name="Pageviews").click()
    settled(page)
    page.get_by_role("button", name="Show as a table").first.click()
    report = someone.report("series", **RANGE, metrics="pageviews", compare="previous_period")
    rows = page.get_by_label("Pageviews over time").locator("tbody tr")
    found = rows.evaluate_all("rows => rows.map(row => [...row.cells].slice(1).map(cell => cell.innerText))")
    assert found == [
        [shown(each["metrics"]["pageviews"]), shown(each["comparison"]["pageviews"])] for each in report["rows"]
    ]
    assert chosen(page, "metric") == ["pageviews"]


def test_a_click_filters_everything_and_the_address_says_so(page: Page, someone: Dashboard) -> None:
    first = cells(page, "Sources")[0][0]
    page.get_by_role("link", name=first, exact=True).first.click()
    settled(page)
    assert chosen(page, "filter") == [f"channel is {first}"]
    report = someone.report("overview", **RANGE, filter=f"channel is {first}")
    assert figures(page)["Visitors"][0] == shown(report["metrics"]["visitors"])
    page.reload()
    settled(page)
    assert figures(page)["Visitors"][0] == shown(report["metrics"]["visitors"])
    page.get_by_role("button", name=f"Remove the filter: Channel is {first}").click()
    settled(page)
    assert chosen(page, "filter") == []
    page.go_back()
    settled(page)
    assert figures(page)["Visitors"][0] == shown(report["metrics"]["visitors"])


def test_an_event_expands_to_its_properties_and_a_value_filters(page: Page, someone: Dashboard) -> None:
    page.get_by_role("tab", name="Events").click()
    settled(page)
    report = someone.report("events", **RANGE, limit="100")
    counts = {each["dimensions"]["event"]: each["metrics"]["events"] for each in report["rows"]}
    panel = page.locator("section.panel", has=page.get_by_role("heading", name="Goals", exact=True))
    expect(panel.get_by_text(shown(counts["signup"]), exact=True).first).to_be_visible()
    panel.get_by_role("button", name=re.compile("signup")).first.click()
    settled(page)
    properties = someone.report("events/signup/properties", **RANGE)
    plan = next(each for each in properties["rows"] if each["key"] == "plan")
    best = plan["values"][0]
    section = panel.get_by_label("signup: plan")
    expect(section.get_by_text(shown(best["count"]), exact=True).first).to_be_visible()
    section.get_by_role("link", name=best["value"]).first.click()
    settled(page)
    assert f"property:plan is {best['value']}" in chosen(page, "filter")
    question = {"metrics": ["visitors"], "filters": chosen(page, "filter"), **RANGE}
    report = asked(someone.server, "POST", f"/api/sites/{SITE}/query", question)
    assert figures(page)["Visitors"][0] == shown(report["rows"][0]["metrics"]["visitors"])


def test_periods_have_keys_and_can_be_stepped_through(page: Page, someone: Dashboard) -> None:
    page.keyboard.press("y")
    settled(page)
    assert chosen(page, "range") == ["yesterday"]
    yesterday = someone.report("overview", range="yesterday")
    assert figures(page)["Visitors"][0] == shown(yesterday["metrics"]["visitors"])
    page.keyboard.press("ArrowLeft")
    settled(page)
    (day,) = chosen(page, "from")
    before = someone.report("overview", **{"from": day, "to": day})
    assert figures(page)["Visitors"][0] == shown(before["metrics"]["visitors"])
    assert yesterday["from"][:10] > day


def test_keys_can_be_switched_off(page: Page) -> None:
    switch = page.get_by_role("button", name="Single-key shortcuts:")
    page.keyboard.press("?")
    switch.click()
    page.keyboard.press("Escape")
    page.keyboard.press("y")
    settled(page)
    assert chosen(page, "range") == ["7d"]
    page.get_by_role("button", name="Account").click()
    page.get_by_role("menuitem", name="Single-key shortcuts").click()
    switch.click()
    page.keyboard.press("Escape")
    page.keyboard.press("y")
    settled(page)
    assert chosen(page, "range") == ["yesterday"]


def test_without_a_comparison_there_are_no_arrows(page: Page) -> None:
    page.get_by_role("button", name="Comparison: Previous period").click()
    page.get_by_role("button", name="No comparison").click()
    settled(page)
    assert chosen(page, "compare") == ["none"]
    assert not any("↑" in text or "↓" in text for rest in figures(page).values() for text in rest)


def test_details_search_sort_and_page_through_all_rows(page: Page, someone: Dashboard) -> None:
    page.get_by_role("link", name=re.compile("^(Show all|Details)")).first.click()
    settled(page)
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Pageviews").click()
    settled(page)
    report = someone.report("breakdown/page", **RANGE, metrics="pageviews", order="pageviews:desc", limit="50")
    first = [row["dimensions"]["page"] for row in report["rows"]]
    assert dialog.locator("tbody th a").all_inner_texts() == first
    dialog.get_by_role("searchbox").fill("grinder")
    wait_for(lambda: dialog.locator("tbody tr").count() < 5)
    assert all("grinder" in text for text in dialog.locator("tbody th a").all_inner_texts())
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    assert chosen(page, "details") == []


def test_filters_can_be_saved_as_a_segment(page: Page, someone: Dashboard) -> None:
    page.get_by_role("tab", name="Devices").click()
    settled(page)
    page.get_by_role("link", name="Mobile", exact=True).click()
    settled(page)
    page.get_by_role("button", name="Segments").click()
    page.get_by_label("Name of the segment").fill("On phones")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The segment On phones is saved.")).to_be_visible()
    page.goto(someone.address(f"/sites/{SITE}", **RANGE, segment="On phones"))
    settled(page)
    report = someone.report("overview", **RANGE, filter="device is mobile")
    assert figures(page)["Visitors"][0] == shown(report["metrics"]["visitors"])


def test_a_filter_is_made_by_hand_with_values_that_exist(page: Page, someone: Dashboard) -> None:
    page.keyboard.press("f")
    page.get_by_label("What", exact=True).select_option("page")
    page.get_by_label("How", exact=True).select_option("starts with")
    page.get_by_label("Values", exact=True).fill("/products, /cart")
    page.get_by_role("button", name="Add", exact=True).click()
    settled(page)
    assert chosen(page, "filter") == ["page starts with /products, /cart"]
    report = someone.report("overview", **RANGE, filter="page starts with /products, /cart")
    assert figures(page)["Visitors"][0] == shown(report["metrics"]["visitors"])


def test_a_filter_by_hand_is_offered_the_properties_that_events_have(page: Page, someone: Dashboard) -> None:
    page.keyboard.press("f")
    page.get_by_label("What", exact=True).select_option("property:")
    there = [row["key"] for row in someone.report("property-names", **RANGE)["rows"]]
    assert len(there) > 3
    offered = page.locator("#filter-properties option")
    expect(offered).to_have_count(len(there))
    assert [each.get_attribute("value") for each in offered.all()] == there
    page.get_by_label("Name of the property").fill(there[0])
    value = page.locator("#filter-values option").first.get_attribute("value", timeout=5_000)
    assert value is not None
    page.get_by_label("Values", exact=True).fill(value)
    page.get_by_role("button", name="Add", exact=True).click()
    settled(page)
    filtered = f"property:{there[0]} is {value}"
    assert chosen(page, "filter") == [filtered]
    report = someone.report("overview", **RANGE, filter=filtered)
    assert figures(page)["Visitors"][0] == shown(report["metrics"]["visitors"])


def test_a_note_stands_on_its_day(page: Page, someone: Dashboard) -> None:
    day = someone.report("series", **RANGE)["rows"][2]["dimensions"]["day"][:10]
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Day").fill(day)
    dialog.get_by_label("Note").fill("<b>New prices</b>")
    dialog.get_by_role("button", name="Add the note").click()
    expect(dialog.get_by_text("<b>New prices</b>")).to_be_visible()
    stored = asked(someone.server, "GET", f"/api/sites/{SITE}/annotations")
    assert [(each["time"], each["text"]) for each in stored] == [(day, "<b>New prices</b>")]
    dialog.get_by_role("button", name="Close").click()
    settled(page)
    assert tip_at(page, 2).endswith("<b>New prices</b>")
    assert "New prices" not in tip_at(page, 4)
    assert [index for index in range(1, 6) if has_mark(page, index)] == [2]


def place_in_chart(page: Page, index: int) -> float:
    """From the left of the chart's drawing to the day with this index of a week."""
    return float(
        page.locator(".u-over").evaluate("(over, part) => over.offsetLeft + over.clientWidth * part", index / 6)
    )


def tip_at(page: Page, index: int) -> str:
    """What the chart tells where the pointer is."""
    page.locator(".chart").hover(position={"x": place_in_chart(page, index), "y": 100})
    return page.locator(".tip").inner_text()


def has_mark(page: Page, index: int) -> bool:
    """Whether the sign of a note is drawn above the day: the pixel there has its colour."""
    pixel, colour = page.locator(".chart canvas").evaluate(PIXEL, place_in_chart(page, index))
    return bool(pixel == colour)


def test_a_goal_made_in_the_settings_counts_at_once(someone: Dashboard) -> None:
    """One of a page with a query never would: the form says so."""
    report = someone.report("breakdown/page", **RANGE, filter="page is /cart", metrics="sessions")
    page = someone.open(f"/sites/{SITE}/settings/goals")
    page.get_by_role("button", name=re.compile("Add a goal")).first.click()
    page.get_by_label("Name", exact=True).fill("Looked into the cart")
    page.get_by_label("a page").check()
    page.get_by_label("Path of the page").fill("/cart?from=mail")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_label("Path of the page")).to_have_accessible_description(re.compile("leave out '\\?from=mail'"))
    page.get_by_label("Path of the page").fill("/cart")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The goal Looked into the cart is saved and counts at once.")).to_be_visible()
    page.goto(someone.address(f"/sites/{SITE}", **RANGE))
    settled(page)
    row = next(each for each in cells(page, "Goals") if each[0] == "Looked into the cart")
    assert row[1] == shown(report["rows"][0]["metrics"]["sessions"])
    someone.complaints[:] = [each for each in someone.complaints if "400" not in each]


def test_menus_and_tables_are_accessible_when_they_are_open(someone: Dashboard) -> None:
    page = someone.open(**RANGE)
    page.get_by_role("button", name="Show as a table").first.click()
    for name in ("Account", "Export", "Add a filter (f)", "Segments", "Period: Last 7 days"):
        page.get_by_role("button", name=name, exact=True).click()
        settled(page)
        assert accessibility_problems(page) == [], name
        page.keyboard.press("Escape")


def test_another_site_shows_nothing_of_the_one_before(someone: Dashboard) -> None:
    page = someone.open(**RANGE)
    page.route("**/api/sites/docs.demo.example/reports/**", lambda route: None)
    page.get_by_role("button", name=f"Site: {SITE}").click()
    page.get_by_role("menuitemradio", name="docs.demo.example").click()
    expect(page).to_have_url(re.compile("docs.demo.example.*range=7d"))
    assert page.locator(".figures .value").count() == 0
    page.unroute_all(behavior="ignoreErrors")


def test_everything_is_reached_by_keys_alone(someone: Dashboard) -> None:
    page = someone.open(**RANGE)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    names = []
    for _ in range(60):
        names.append(
            page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.innerText")
        )
        page.keyboard.press("Tab")
    reached = " | ".join(names)
    for wanted in (
        "Add a filter",
        "Segments",
        "Period:",
        "Comparison:",
        "Visitors",
        "Show as a table",
        "Top",
        "Channels",
    ):
        assert wanted in reached, (wanted, reached)
    tab = page.get_by_role("tab", name="Top")
    tab.focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Entry")).to_be_focused()
    page.get_by_role("button", name="Account").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Settings")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Account")).to_be_focused()
