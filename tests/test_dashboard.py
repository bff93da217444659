"""The page of a site: its figures are the API's, and everything on it can be clicked to ask further."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import asked, wait_for
from tests.dashboard import SITE, Dashboard, accessibility_problems, cells, logged_in, settled, shown
from tests.running_server import RunningServer

RANGE = {"range": "7d"}


@pytest.fixture(scope="module")
def someone(demonstration_server: RunningServer, browser: Browser) -> Iterator[Dashboard]:
    with logged_in(demonstration_server, browser) as found:
        yield found


@pytest.fixture
def page(someone: Dashboard) -> Iterator[Page]:
    opened = someone.open(**RANGE)
    yield opened
    opened.close()


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
        grown = round(abs(now - before) / before * 100)
        assert found[label][-1].endswith(f"{grown:,}%")
        assert ("↑" in "".join(found[label])) == (now > before and grown > 0)
    assert found["Bounce rate"][0] == f"{report['metrics']['bounce_rate']:.1%}".replace(".0%", "%")
    assert found["Pages / session"][0] == f"{report['metrics']['pages_per_session']:.2f}".rstrip("0")
    seconds = round(report["metrics"]["average_session_duration"])
    assert found["Avg. duration"][0] == (f"{seconds // 60}m " if seconds >= 60 else "") + f"{seconds % 60}s"
    revenue = page.locator(".figures [title]").first.get_attribute("title") or ""
    for currency, sign in {"EUR": "€", "USD": "US$"}.items():
        assert f"{sign}{report['revenue'][currency] / 100:,.2f}" in revenue
    assert found["Conversions"][0] == shown(report["conversions"])
    assert found["Conv. rate"][0] == f"{report['conversion_rate']:.1%}".replace(".0%", "%")


@pytest.mark.parametrize(
    ("panel", "tab", "dimension", "metrics"),
    [
        ("Pages", "Top", "page", ("visitors", "pageviews")),
        ("Pages", "Entry", "entry_page", ("visitors",)),
        ("Pages", "Exit", "exit_page", ("visitors",)),
        ("Sources", "Channels", "channel", ("visitors",)),
        ("Sources", "Sources", "source", ("visitors",)),
        ("Sources", "Referrers", "referrer", ("visitors",)),
        ("Technology", "Browsers", "browser", ("visitors",)),
        ("Technology", "Systems", "os", ("visitors",)),
        ("Technology", "Devices", "device", ("visitors",)),
        ("Technology", "Screens", "screen", ("visitors",)),
    ],
)
def test_a_panels_rows_are_those_of_the_report(
    panel: str, tab: str, dimension: str, metrics: tuple[str, ...], page: Page, someone: Dashboard
) -> None:
    page.get_by_role("tablist", name=panel).get_by_role("tab", name=tab, exact=True).click()
    settled(page)
    report = someone.report(f"breakdown/{dimension}", **RANGE, metrics=",".join(metrics), limit="10")
    assert len(report["rows"]) > 1
    wanted = [
        [row["dimensions"][dimension] or "Direct or unknown", *(shown(row["metrics"][each]) for each in metrics)]
        for row in report["rows"]
    ]
    assert cells(page, panel) == wanted


def test_countries_are_on_the_map_and_by_name(page: Page, someone: Dashboard) -> None:
    report = someone.report("breakdown/country", **RANGE, metrics="visitors")
    best = report["rows"][0]
    name = {"DE": "Germany", "US": "United States", "GB": "United Kingdom"}[best["dimensions"]["country"]]
    told = page.locator(".map path.some title").all_text_contents()
    assert f"{name}: {shown(best['metrics']['visitors'])}" in told
    page.get_by_role("tab", name="Countries").click()
    settled(page)
    assert cells(page, "Locations")[0][0].endswith(name)


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
    page.get_by_role("button", name="Account").click()
    page.get_by_role("menuitemcheckbox").click()
    page.keyboard.press("Escape")
    page.keyboard.press("y")
    settled(page)
    assert chosen(page, "range") == ["7d"]
    page.get_by_role("button", name="Account").click()
    page.get_by_role("menuitemcheckbox").click()
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
    assert dialog.locator("tbody tr td:first-child a").all_inner_texts() == first
    dialog.get_by_role("searchbox").fill("grinder")
    wait_for(lambda: dialog.locator("tbody tr").count() < 5)
    assert all("grinder" in text for text in dialog.locator("tbody tr td:first-child a").all_inner_texts())
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    assert chosen(page, "details") == []


def test_filters_can_be_saved_as_a_segment(page: Page, someone: Dashboard) -> None:
    page.get_by_role("tab", name="Devices").click()
    settled(page)
    page.get_by_role("link", name="mobile", exact=True).click()
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


def test_a_note_stands_on_its_day(page: Page, someone: Dashboard) -> None:
    day = someone.report("series", **RANGE)["rows"][2]["dimensions"]["day"][:10]
    page.keyboard.press("n")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Day").fill(day)
    dialog.get_by_label("Note").fill("<b>New prices</b>")
    dialog.get_by_role("button", name="Add", exact=True).click()
    expect(dialog.get_by_text("<b>New prices</b>")).to_be_visible()
    stored = asked(someone.server, "GET", f"/api/sites/{SITE}/annotations")
    assert [(each["time"], each["text"]) for each in stored] == [(day, "<b>New prices</b>")]


def test_a_goal_made_in_the_settings_counts_at_once(someone: Dashboard) -> None:
    report = someone.report("breakdown/page", **RANGE, filter="page is /cart", metrics="sessions")
    page = someone.open(f"/sites/{SITE}/settings/goals")
    page.get_by_role("button", name=re.compile("Add a goal")).first.click()
    page.get_by_label("Name", exact=True).fill("Looked into the cart")
    page.get_by_label("a page").check()
    page.get_by_label("Path of the page").fill("/cart")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("The goal Looked into the cart is saved and counts at once.")).to_be_visible()
    page.goto(someone.address(f"/sites/{SITE}", **RANGE))
    settled(page)
    row = next(each for each in cells(page, "Goals") if each[0] == "Looked into the cart")
    assert row[1] == shown(report["rows"][0]["metrics"]["sessions"])
    page.close()


def test_a_funnels_steps_are_those_of_the_report(someone: Dashboard) -> None:
    page = someone.open(f"/sites/{SITE}/funnels", **RANGE)
    name = page.locator("main h2").first.inner_text()
    report = someone.report(f"funnels/{quote(name)}", **RANGE)
    main = page.locator("main")
    for count in (report["entries"], report["completions"], *(each["count"] for each in report["steps"])):
        expect(main.get_by_text(shown(count), exact=True).first).to_be_visible()
    page.close()


def test_journeys_begin_where_the_report_does(someone: Dashboard) -> None:
    page = someone.open(f"/sites/{SITE}/journeys", **RANGE, page="/")
    report = someone.report("journeys", **RANGE, page="/")
    expect(page.get_by_text(f"{shown(report['sessions'])} sessions").first).to_be_visible()
    best = report["levels"][0]["shown"][0]
    link = page.locator("main a", has_text=best["nodes"][0]["name"]).filter(has_text=shown(best["sessions"]))
    expect(link.first).to_be_visible()
    page.close()


def test_cohorts_are_those_of_the_report(someone: Dashboard) -> None:
    page = someone.open(f"/sites/{SITE}/retention", range="7d", by="day")
    cohort = next(each for each in someone.report("retention", range="7d", unit="day")["cohorts"] if each["visitors"])
    rows = page.locator("main tbody tr").evaluate_all("rows => rows.map(row => row.innerText)")
    assert any(shown(cohort["visitors"]) in row for row in rows)
    page.close()


def test_variants_are_those_of_the_results(someone: Dashboard) -> None:
    (experiment,) = asked(someone.server, "GET", f"/api/sites/{SITE}/experiments")
    results = asked(someone.server, "GET", f"/api/sites/{SITE}/experiments/{experiment['id']}/results?range=30d")
    page = someone.open(f"/sites/{SITE}/experiments", range="30d")
    for variant in results["variants"]:
        row = page.get_by_role("row").filter(has_text=variant["name"]).first
        for figure in ("visitors", "conversions", "exposed"):
            expect(row.get_by_role("cell", name=shown(variant[figure]), exact=True).first).to_be_visible()
    expect(page.get_by_text(results["sample_ratio"]["verdict"]).first).to_be_visible()
    page.close()


def test_menus_and_tables_are_accessible_when_they_are_open(someone: Dashboard) -> None:
    page = someone.open(**RANGE)
    page.get_by_role("button", name="Show as a table").first.click()
    for name in ("Account", "Export", "Add a filter (f)", "Segments", "Period: Last 7 days"):
        page.get_by_role("button", name=name, exact=True).click()
        settled(page)
        assert accessibility_problems(page) == [], name
        page.keyboard.press("Escape")
    page.close()


def test_another_site_shows_nothing_of_the_one_before(someone: Dashboard) -> None:
    page = someone.open(**RANGE)
    page.route("**/api/sites/docs.demo.example/reports/**", lambda route: None)
    page.get_by_role("button", name=f"Site: {SITE}").click()
    page.get_by_role("menuitemradio", name="docs.demo.example").click()
    expect(page).to_have_url(re.compile("docs.demo.example.*range=7d"))
    assert page.locator(".figures .value").count() == 0
    page.close()


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
    page.close()
