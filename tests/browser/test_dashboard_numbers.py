"""Every number of the dashboard beside that of the API, written out here once more by hand."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page

from tests.chromium import asked, wait_for
from tests.dashboard import (
    RANGE,
    SITE,
    Dashboard,
    boxes,
    cells,
    growth,
    lasting,
    rounded,
    send,
    settled,
    share,
    shown,
    variants,
)

ZONE = ZoneInfo("Europe/Berlin")
"""Of the demonstration's shop."""
CURRENCY = "EUR"
DEVICES = {
    "desktop": "Desktop",
    "mobile": "Mobile",
    "tablet": "Tablet",
    "tv": "TV",
    "console": "Game console",
    "wearable": "Wearable",
}
NOWHERE = {"source": "Direct or unknown", "referrer": "Direct or unknown"}
TABS = [
    ("Pages", "Top", "page"),
    ("Pages", "Entry", "entry_page"),
    ("Pages", "Exit", "exit_page"),
    ("Sources", "Channels", "channel"),
    ("Sources", "Sources", "source"),
    ("Sources", "Referrers", "referrer"),
    ("Locations", "Countries", "country"),
    ("Locations", "Regions", "region"),
    ("Locations", "Cities", "city"),
    ("Technology", "Browsers", "browser"),
    ("Technology", "Systems", "os"),
    ("Technology", "Devices", "device"),
    ("Technology", "Screens", "screen"),
    ("Technology", "Languages", "language"),
]
CAMPAIGNS = [
    ("Campaign", "utm_campaign"),
    ("Medium", "utm_medium"),
    ("Source", "utm_source"),
    ("Term", "utm_term"),
    ("Content", "utm_content"),
]
NAMES = """([kind, codes]) => {
    const names = new Intl.DisplayNames("en-GB", {type: kind})
    return codes.map(code => names.of(code))
}"""
CHANGES = "changes => changes.map(each => `${each.textContent}|${each.className}`)"
FIGURES = ("visitors", "sessions", "pageviews", "pages_per_session", "bounce_rate", "average_session_duration")
LESS_IS_BETTER = {"bounce_rate"}
VITALS = ("LCP", "INP", "CLS", "FCP", "TTFB")


@pytest.fixture(scope="module")
def page(someone: Dashboard) -> Page:
    """Of the site, loaded once: each test chooses its own panel's tab."""
    return someone.another_tab().open(**RANGE)


def choose(page: Page, panel: str, tab: str) -> None:
    page.get_by_role("tablist", name=panel, exact=True).get_by_role("tab", name=tab, exact=True).click()
    settled(page)


def named(page: Page, dimension: str, codes: list[str | None]) -> list[str]:
    """Values as people call them: countries and languages by the browser's own names, countries with a flag."""
    if dimension not in ("country", "language"):
        known = DEVICES if dimension == "device" else {}
        return [known.get(code, code) if code else NOWHERE.get(dimension, "not set") for code in codes]
    kind = "region" if dimension == "country" else dimension
    names: list[str] = page.evaluate(NAMES, [kind, codes])
    flags = ["".join(chr(ord(letter) + 0x1F1A5) for letter in code or "") for code in codes]
    return [f"{flag} {name}" for flag, name in zip(flags, names, strict=True)] if kind == "region" else names


def wanted_rows(page: Page, someone: Dashboard, dimension: str) -> list[list[str]]:
    metrics = ["visitors", "pageviews"] if dimension == "page" else ["visitors"]
    report = someone.report(f"breakdown/{dimension}", **RANGE, metrics=",".join(metrics), limit="10")
    names = named(page, dimension, [row["dimensions"][dimension] for row in report["rows"]])
    figures = [[shown(row["metrics"][each]) for each in metrics] for row in report["rows"]]
    return [[name, *rest] for name, rest in zip(names, figures, strict=True)]


@pytest.mark.parametrize(("panel", "tab", "dimension"), TABS)
def test_a_panels_rows_are_those_of_the_report(
    panel: str, tab: str, dimension: str, page: Page, someone: Dashboard
) -> None:
    choose(page, panel, tab)
    wanted = wanted_rows(page, someone, dimension)
    assert len(wanted) > 1
    assert cells(page, panel) == wanted


@pytest.mark.parametrize(("tab", "dimension"), CAMPAIGNS)
def test_campaigns_are_those_of_the_report(tab: str, dimension: str, page: Page, someone: Dashboard) -> None:
    choose(page, "Sources", "Campaigns")
    choose(page, "Campaigns", tab)
    wanted = wanted_rows(page, someone, dimension)
    assert len(wanted) > 1
    assert cells(page, "Sources") == wanted


def test_map_tells_every_countrys_visitors_and_lists_the_first(page: Page, someone: Dashboard) -> None:
    choose(page, "Locations", "Map")
    report = someone.report("breakdown/country", **RANGE, metrics="visitors", limit="300")
    codes = [row["dimensions"]["country"] for row in report["rows"]]
    counts = [shown(row["metrics"]["visitors"]) for row in report["rows"]]
    names: list[str] = page.evaluate(NAMES, ["region", codes])
    drawn = set(page.locator(".map path.some title").all_text_contents())
    # Few countries are too small to be drawn on the map.
    assert drawn <= {f"{name}: {count}" for name, count in zip(names, counts, strict=True)}
    assert len(drawn) >= len(codes) - 2
    listed = page.locator(".most a").evaluate_all(
        "links => links.map(a => [...a.children].map(each => each.innerText))"
    )
    assert listed == [list(each) for each in zip(named(page, "country", codes[:6]), counts[:6], strict=True)]


def test_changes_of_the_key_figures_are_those_between_the_reports(page: Page, someone: Dashboard) -> None:
    now = someone.report("overview", **RANGE, compare="previous_period")
    before = now["comparison"]
    pairs = [(now["metrics"][each], before["metrics"][each], each in LESS_IS_BETTER) for each in FIGURES]
    pairs += [(now[each], before[each], False) for each in ("conversions", "conversion_rate")]
    pairs += [(now["revenue"][CURRENCY], before["revenue"][CURRENCY], False)]
    found = page.get_by_label("Key figures").locator(".change").evaluate_all(CHANGES)
    assert found[: len(pairs)] == [changed(*each) for each in pairs]


def changed(now: float, before: float, less_is_better: bool) -> str:
    """As the strip has it: the sign for the eyes and for the ears, the percentage, and its colour."""
    *sign, percent = growth(now, before)
    colour = "bad" if (now > before) == less_is_better else "good"
    return f"{' '.join(sign)} {percent}|change {colour if sign else 'quiet'}"


def vital_text(name: str, value: float) -> str:
    if name == "CLS":
        return rounded(value, 2)
    return f"{rounded(value, 0)} ms" if value < 1_000 else f"{rounded(value / 1_000, 2)} s"


def test_web_vitals_are_those_of_the_report(someone: Dashboard) -> None:
    page = someone.open(f"/sites/{SITE}/web-vitals", **RANGE)
    report = someone.report("web-vitals", **RANGE)
    assert [each["name"] for each in report["vitals"]] == list(VITALS)
    for card, vital in zip(page.locator(".vital").all(), report["vitals"], strict=True):
        assert card.locator(".value").inner_text() == vital_text(vital["name"], vital["p75"])
        assert card.locator(".badge").inner_text().lower() == vital["rating"]
        good, middling, poor = (share(vital[each]) for each in ("good", "needs_improvement", "poor"))
        told = card.get_by_role("img").get_attribute("aria-label")
        assert told == f"{good} good, {middling} need improvement, {poor} poor"
        assert card.inner_text().endswith(f"{shown(vital['measurements'])} measurements")
    for tab, by in (("Pages", "page"), ("Countries", "country"), ("Devices", "device"), ("Browsers", "browser")):
        choose(page, "By", tab)
        groups = someone.report("web-vitals", **RANGE, dimensions=by, limit="20")["rows"]
        names = named(page, by, [each["keys"][0] for each in groups])
        assert cells(page, "75th percentile") == [
            vitals_row(name, each) for name, each in zip(names, groups, strict=True)
        ]


def vitals_row(name: str, group: dict[str, Any]) -> list[str]:
    of = {each["name"]: each for each in group["vitals"]}
    figures = [
        f"{vital_text(each, of[each]['p75'])} ({of[each]['rating'].capitalize()})" if each in of else "–"
        for each in VITALS
    ]
    return [name, *figures, shown(max(each["measurements"] for each in group["vitals"]))]


def test_sites_at_a_glance_are_those_of_the_report(someone: Dashboard) -> None:
    report = asked(someone.server, "GET", "/api/overview?range=7d&compare=previous_period")
    page = someone.open("/")
    cards = {card.locator("strong").inner_text(): card for card in page.locator(".card").all()}
    assert set(cards) == {each["domain"] for each in report["sites"]}
    for each in report["sites"]:
        card, (now, before) = cards[each["domain"]], (each["visitors"], each["comparison"]["visitors"])
        assert f"{shown(now)} Visitors" in card.inner_text()
        assert card.locator(".change").text_content() == changed(now, before, False).partition("|")[0]
        assert card.locator(".sparkline").get_attribute("aria-label") == (
            f"{each['domain']}: {shown(now)} Visitors, Last 7 days"
        )
        most, (first, *_) = max(*(at["visitors"] for at in each["points"]), 1), each["points"]
        line = card.locator(".sparkline path").last.get_attribute("d") or ""
        assert line.startswith(f"M0.0,{48 - 3 - first['visitors'] * 42 / most:.1f}L")


def at(time: str, form: str = "%H:%M") -> str:
    return datetime.fromisoformat(time).astimezone(ZONE).strftime(form)


def test_list_of_sessions_is_that_of_the_report(someone: Dashboard) -> None:
    page = someone.open(f"/sites/{SITE}/sessions", **RANGE)
    report = someone.report("sessions", **RANGE, limit="50")
    assert page.locator(".panel header .badge").inner_text() == shown(report["total"])
    countries = named(page, "country", [each["country"] for each in report["rows"]])
    found = page.locator(".sessions tbody tr:not(.day)").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(cell => cell.textContent.trim()))"
    )
    wanted = [
        [
            at(each["start"]),
            f"Visitor {each['visitor']}",
            f"{country}{each['source'] or 'Direct or unknown'}",
            way(each),
            shown(each["pageviews"]),
            shown(each["events"]),
            lasting(each["duration_seconds"]),
            f"{DEVICES[each['device']]} · {each['browser']} · {each['os']}",
        ]
        for each, country in zip(report["rows"], countries, strict=True)
    ]
    assert found == wanted


def way(session: dict[str, Any]) -> str:
    first, last = session["entry_page"], session["exit_page"]
    return first if first == last else f"{first}→{last}"


def test_a_session_tells_what_the_report_does(someone: Dashboard) -> None:
    """One with views whose reading and speed were measured."""
    sessions = someone.report("sessions", **RANGE, limit="50", filter="event is not_found")["rows"]
    reports = [someone.report(f"sessions/{each['session_id']}") for each in sessions]
    report = next(each for each in reports if any(one["kind"] == "web_vital" for one in each["events"]))
    page = someone.open(f"/sites/{SITE}/sessions/{report['session']['session_id']}")
    facts = page.locator(".fact-list dd").all_inner_texts()
    session = report["session"]
    assert facts[:3] == [lasting(session["duration_seconds"]), shown(session["pageviews"]), shown(session["events"])]
    assert set(facts) >= {session[each] for each in ("channel", "city", "browser", "os", "screen") if session[each]}
    told = [each for each in report["events"] if each["kind"] not in ("engagement", "web_vital")]
    rows = page.locator(".timeline > li")
    assert rows.locator("time").all_inner_texts() == [at(each["time"], "%H:%M:%S") for each in told]
    assert rows.locator("strong").all_inner_texts() == [
        each["path"] if each["kind"] == "pageview" else each["name"] for each in told if each["kind"] != "identify"
    ]
    measured = " · ".join(page.locator(".timeline .measured").all_inner_texts())
    for each in report["events"]:
        if each["kind"] == "web_vital":
            unit = "" if each["name"] == "CLS" else " ms"
            assert f"{each['name']} {rounded(each['value'], 2)}{unit}" in measured
        if each["kind"] == "engagement":
            assert f"looked at for {lasting(each['engagement_ms'] / 1_000)}" in measured
            assert f"scrolled to {each['scroll_depth']}%" in measured


def test_boxes_and_paths_of_journeys_are_those_of_the_report(someone: Dashboard) -> None:
    page = someone.open(f"/sites/{SITE}/journeys", **RANGE, page="/")
    report = someone.report("journeys", **RANGE, page="/", limit="100")
    columns = page.locator(".flow-column")
    assert boxes(columns.nth(0)) == [f"/ {shown(report['sessions'])} · 100%"]
    for number, level in enumerate(report["levels"], 1):
        assert boxes(columns.nth(number)) == wanted_boxes(level, number, report["sessions"])
    paths = report["paths"]
    hidden = paths["shown"][20:]
    assert hidden
    others = [f"{len(hidden) + paths['other_branches']} other paths", shown(sum_of(hidden) + paths["others"])]
    assert others in [each[:2] for each in cells(page, "All paths as a table")]
    page.get_by_role("button", name=f"Show all {len(paths['shown'])}").click()
    found = cells(page, "All paths as a table")
    wanted = [
        [" → ".join(node["name"] for node in each["nodes"]), shown(each["sessions"]), share(each["share"])]
        for each in paths["shown"]
    ]
    assert found[: len(wanted)] == wanted
    rests = {"other paths": paths["others"], "No further step": paths["ended"]}
    for (name, count, part), (called, number) in zip(
        found[len(wanted) :], [each for each in rests.items() if each[1]], strict=True
    ):
        assert name.endswith(called)
        assert (count, part) == (shown(number), share(number / report["sessions"]))


def sum_of(branches: list[dict[str, Any]]) -> int:
    return sum(each["sessions"] for each in branches)


def wanted_boxes(level: dict[str, Any], number: int, sessions: int) -> list[str]:
    """The six steps with most sessions, whatever led to them, and the others added up."""
    counts: dict[str, int] = {}
    for branch in level["shown"]:
        name = branch["nodes"][number - 1]["name"]
        counts[name] = counts.get(name, 0) + branch["sessions"]
    ordered = sorted(counts.items(), key=lambda each: -each[1])
    others = level["others"] + sum(count for _, count in ordered[6:])
    steps = [*ordered[:6], *([("Others", others)] if others else [])]
    return [f"{name} {shown(count)} · {share(count / sessions)}" for name, count in steps]


def test_every_cell_of_the_cohorts_is_that_of_the_report(someone: Dashboard) -> None:
    cohorts = someone.report("retention", **RANGE, unit="day")["cohorts"]
    assert all(each["visitors"] for each in cohorts)
    page = someone.open(f"/sites/{SITE}/retention", **RANGE, by="day")
    parts = [
        [shown(each["visitors"]), *("?" if one is None else share(one) for one in each["fractions"][1:])]
        for each in cohorts
    ]
    assert cohort_cells(page)[1:] == parts
    page.get_by_role("button", name="Visitors", exact=True).click()
    settled(page)
    counts = [
        [shown(each["visitors"]), *("?" if one is None else shown(one) for one in each["retained"][1:])]
        for each in cohorts
    ]
    assert cohort_cells(page)[1:] == counts
    assert cohort_cells(page)[0] == [share(each) if each is not None else "–" for each in averages(cohorts)]


def cohort_cells(page: Page) -> list[list[str]]:
    rows = page.locator(".cohorts tbody tr")
    found: list[list[str]] = rows.evaluate_all(
        "rows => rows.map(row => [...row.querySelectorAll('td')].map(cell => cell.innerText.split('\\n')[0].trim()))"
    )
    return [[cell for cell in row if cell] for row in found]


def averages(cohorts: list[dict[str, Any]]) -> list[float | None]:
    """After each number of days, of all whose day is over: the last cell of a cohort is today's."""
    found: list[float | None] = []
    for after in range(1, max(len(each["retained"]) for each in cohorts)):
        known = [each for each in cohorts if len(each["retained"]) - 1 > after and each["retained"][after] is not None]
        visitors = sum(each["visitors"] for each in known)
        found.append(sum(each["retained"][after] for each in known) / visitors if visitors else None)
    return found


@pytest.mark.parametrize("name", ["To a sign-up", "To an order"])
def test_every_step_of_a_funnel_is_that_of_the_report(name: str, someone: Dashboard) -> None:
    report = someone.report(f"funnels/{quote(name)}", **RANGE)
    page = someone.open(f"/sites/{SITE}/funnels", **RANGE, funnel=report["funnel_id"])
    assert page.locator(".funnel-figures dd").all_inner_texts() == [
        shown(report["entries"]),
        shown(report["completions"]),
        share(report["conversion_rate"]),
    ]
    steps = page.locator(".funnel-steps > li").all()
    for number, (step, wanted) in enumerate(zip(steps, report["steps"], strict=True)):
        assert step.locator(".step-name bdi").inner_text() == wanted["value"]
        assert step.locator(".count").inner_text() == shown(wanted["count"])
        if number:
            text = step.inner_text()
            assert f"{share(wanted['of_first'])} of all who entered" in text
            assert f"{shown(wanted['drop_off'])} left ({share(1 - wanted['of_previous'])})" in text
            assert f"{share(wanted['of_previous'])} went on" in text
            assert f"after {lasting(wanted['median_seconds'])} (median)" in text


def test_every_variants_figures_and_intervals_are_those_of_the_results(someone: Dashboard) -> None:
    (experiment,) = asked(someone.server, "GET", f"/api/sites/{SITE}/experiments")
    results = asked(someone.server, "GET", f"/api/sites/{SITE}/experiments/{experiment['id']}/results?range=30d")
    page = someone.open(f"/sites/{SITE}/experiments", range="30d")
    assert variants(page) == [
        [
            share(each["conversion_rate"]),
            uplift(each["comparison"]),
            *(shown(each[figure]) for figure in ("conversions", "visitors", "exposed")),
            "50%",
        ]
        for each in results["variants"]
    ]
    others = [each for each in results["variants"] if each["comparison"]]
    for item, each in zip(page.locator(".comparisons > li").all(), others, strict=True):
        comparison, text = each["comparison"], item.inner_text()
        assert f"Seen so far: {points(comparison['difference'])} percentage points" in text
        for look in (comparison, comparison["always_valid"]):
            assert f"{points(look['interval']['lower'])} to {points(look['interval']['upper'])} points" in text
            assert f"p-value {p_value(look['p_value'])}" in text


def uplift(comparison: dict[str, Any] | None) -> str:
    if not comparison or comparison["uplift"] is None:
        return "–"
    percent = rounded(abs(comparison["uplift"]), 0, 100)
    sign = "" if percent == "0" else "+" if comparison["uplift"] > 0 else "-"
    return f"{sign}{percent}%"


def p_value(value: float) -> str:
    if value < 0.001:
        return "< 0.001"
    return rounded(value, 1 - Decimal(str(value)).adjusted())


def points(fraction: float) -> str:
    return f"{'+' if fraction > 0 else '−'}{rounded(abs(fraction), 2, 100)}"


def test_usage_is_that_of_the_report(someone: Dashboard) -> None:
    report = asked(someone.server, "GET", "/api/usage")
    page = someone.open("/settings/usage")
    # Events are more than ten thousand here.
    assert page.locator(".large-figure").first.inner_text() == f"{report['events']:,}"
    for each in report["sites"]:
        section = page.locator("section.apart", has=page.get_by_role("heading", name=each["domain"], exact=True))
        assert section.locator(".large-figure").inner_text() == f"{each['events']:,}"
    page.goto(someone.address(f"/sites/{SITE}/settings/usage"))
    settled(page)
    (own,) = [each for each in report["sites"] if each["domain"] == SITE]
    assert page.locator(".large-figure").first.inner_text() == f"{own['events']:,}"


def test_health_is_that_of_the_report(someone: Dashboard) -> None:
    page = someone.open("/settings/health")

    def same() -> bool:
        """Both change while one looks: the page asks every few seconds."""
        state = asked(someone.server, "GET", "/api/health")
        found = page.locator(".facts > div").evaluate_all("all => all.map(each => each.lastChild.textContent)")
        return bool(found == wanted_health(state, found))

    wait_for(same)


def wanted_health(state: dict[str, Any], found: list[str]) -> list[str]:
    """All but the free space of the disk, which others change."""
    megabytes = [f"{rounded(state[each] / 1_000_000, 2)} MB" for each in ("inbox_bytes", "disk_used_bytes")]
    counts = [f"{state[each]:,}" for each in ("accepted", "stored", "duplicates")]
    return [f"{state['inbox_unstored_events']:,}", *megabytes, found[3], *counts, state["store"], state["version"]]


CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


def test_realtime_shows_what_the_report_says(someone: Dashboard) -> None:
    site = "now.example"
    asked(someone.server, "POST", "/api/sites", {"domain": site})
    view = {"u": f"https://{site}/pricing", "r": "https://www.google.com/"}
    send(someone.context, someone.server, site, [view, {"u": f"https://{site}/docs"}, {"n": "signup"}])
    send(someone.context, someone.server, site, [view], CHROME)
    wait_for(lambda: someone.report("realtime", site)["visitors_30_minutes"] == 2)
    page = someone.open(f"/sites/{site}/realtime")
    page.get_by_role("button", name="Show as a table").click()
    assert page.url.endswith("?view=table")

    def same() -> bool:
        """Minutes go by, also between the two answers."""
        report = someone.report("realtime", site)
        return bool(realtime_figures(page) == wanted_realtime(report) and report["newest"])

    wait_for(same)
    report = someone.report("realtime", site)
    assert (report["visitors_5_minutes"], len(report["newest"])) == (2, 4)
    for panel, name, unknown in (
        ("Pages", "pages", "unknown"),
        ("Sources", "sources", "Direct or unknown"),
        ("Countries", "countries", "unknown"),
    ):
        wanted = [
            [each["value"] or unknown, shown(each["visitors"]), shown(each["pageviews"])] for each in report[name]
        ]
        assert cells(page, panel) == wanted


def realtime_figures(page: Page) -> dict[str, Any]:
    happened = page.locator(".newest li").evaluate_all(
        "all => all.map(each => [each.querySelector('time').dateTime, each.querySelector('a').textContent])"
    )
    return {
        "now": page.locator(".realtime-now .value").inner_text(),
        "lately": page.locator(".realtime-now dd").all_inner_texts(),
        "minutes": page.locator(".minute-table tbody tr").evaluate_all(
            "rows => rows.map(row => [...row.cells].map(cell => cell.innerText))"
        ),
        "newest": happened,
    }


def wanted_realtime(report: dict[str, Any]) -> dict[str, Any]:
    minutes = report["minutes"][::-1]
    return {
        "now": shown(report["visitors_5_minutes"]),
        "lately": [shown(report["visitors_30_minutes"]), shown(sum(each["pageviews"] for each in minutes))],
        "minutes": [[each["time"][11:16], shown(each["visitors"]), shown(each["pageviews"])] for each in minutes],
        "newest": [
            [each["time"], each["name"] if each["kind"] == "event" else each["path"]] for each in report["newest"]
        ],
    }
