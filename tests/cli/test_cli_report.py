"""`analytics report` and `analytics export`: the API's answers as tables and files, with a server and without."""

import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from hitkeep_py.analytics import Analytics
from hitkeep_py.cli import main
from hitkeep_py.cli.access import server_answer
from hitkeep_py.cli.report_list import PLURALS, REPORTS
from hitkeep_py.config import Settings
from hitkeep_py.query.dimensions import DIMENSIONS
from tests.reported_site import BOTH_DAYS, DAY, VISITS, fill
from tests.running_server import running
from tests.stored_events import store_rows

Command = Callable[..., Result]
DAYS = ["--from", DAY["from"], "--to", DAY["to"]]
SEEN = "2026-09-01"


def filled_directory(folder: Path) -> Path:
    """A data directory with a site, a goal and a funnel."""
    analytics = Analytics.open(Settings(data_dir=str(folder)), "a test")
    site = analytics.catalog.sites.add("example.com")
    fill(analytics, site)
    analytics.catalog.goals.add(site.id, "Purchase", "event", "purchase")
    steps = [{"type": "path", "value": "/"}, {"type": "event", "value": "purchase"}]
    analytics.catalog.funnels.add(site.id, "To buy", steps)
    analytics.catalog.segments.add(site.id, "French", ["country is FR"])
    variants = [{"id": "a", "name": "Short"}, {"id": "b", "name": "Long"}]
    analytics.catalog.experiments.add(site.id, "Hero text", variants, id="hero", event="purchase")
    seen = [
        {"experiment_id": "hero", "variant_id": each, "visitor_id": 900 + number, "time": f"{SEEN}T12:00:00"}
        for number, each in enumerate("aab")
    ]
    store_rows(analytics.store, site.id, *({**each, "kind": "exposure"} for each in seen))
    analytics.close()
    return folder


@pytest.fixture(scope="module", params=["without a server", pytest.param("beside a server", marks=pytest.mark.process)])
def analytics(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    folder = tmp_path_factory.mktemp("reports")
    directory = filled_directory(folder / "data")

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "--data-dir", str(directory)])

    if request.param == "without a server":
        yield invoke
    else:
        with running(directory, folder):
            wait_for_socket(directory)
            yield invoke


def wait_for_socket(directory: Path) -> None:
    """The server says that it listens a moment before its socket file does."""
    deadline = time.monotonic() + 10
    while server_answer(Settings(data_dir=str(directory)), "GET", "/api/sites") is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def output(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return result.stdout


def test_breakdown_as_a_table(analytics: Command) -> None:
    text = output(analytics("report", "example.com", "countries", *DAYS, "--compare", "previous_period"))
    assert text.splitlines() == [
        "2026-11-20, UTC, compared with 2026-11-19",
        "COUNTRY  VISITORS  PAGEVIEWS  VISITORS BEFORE  PAGEVIEWS BEFORE",
        "DE       1         2          1                1",
        "FR       1         1          0                0",
        "-        1         1          0                0",
    ]


def test_options_of_a_question(analytics: Command) -> None:
    options = ["--metric", "pageviews", "--metric", "bounce_rate", "--filter", "country is DE", "--filter", "page is /"]
    text = output(analytics("report", "example.com", "page", *DAYS, *options, "--limit", "1"))
    assert text.splitlines()[1:] == ["PAGE  PAGEVIEWS  BOUNCE RATE", "/     1          0.0 %"]
    text = output(analytics("report", "example.com", "pages", *DAYS, "--limit", "1", "--order", "pageviews:desc"))
    assert text.splitlines()[-1] == "1 of 2 rows; --limit shows more"


def test_of_a_list_of_conditions_one_has_to_hold(analytics: Command) -> None:
    either = ["--filter", '["country is DE", "country is FR"]', "--filter", "kind is pageview"]
    text = output(analytics("report", "example.com", "countries", *DAYS, *either))
    assert [line.split() for line in text.splitlines()[2:]] == [["DE", "1", "2"], ["FR", "1", "1"]]
    assert output(analytics("goal", "stats", "example.com", *DAYS, *either)).startswith("2026-11-20, UTC: 2 sessions")


def test_overview_has_goals_and_revenue(analytics: Command) -> None:
    text = output(analytics("report", "example.com", "overview", *DAYS))
    lines = {" ".join(line.split()) for line in text.splitlines()}
    assert {
        "visitors 3",
        "bounce_rate 33.3 %",
        "revenue 10.00 EUR",
        "revenue 5.00 USD",
        "conversions of Purchase 2",
    } <= lines
    earlier = ["--from", "2026-11-19", "--to", "2026-11-19", "--compare", "2026-11-20..2026-11-20"]
    compared = output(analytics("report", "example.com", "overview", *earlier))
    assert "revenue 0.00 EUR 10.00 EUR" in {" ".join(line.split()) for line in compared.splitlines()}
    compared = output(analytics("report", "example.com", "overview", *DAYS, "--compare", "previous_period"))
    assert {"visitors 3 1", "revenue 10.00 EUR 0.00 EUR"} <= {" ".join(line.split()) for line in compared.splitlines()}


def test_json_is_what_the_api_answers(analytics: Command) -> None:
    answer = json.loads(
        output(analytics("report", "example.com", "series", *DAYS, "--unit", "day", "--format", "json"))
    )
    assert answer["rows"] == [
        {"dimensions": {"day": "2026-11-20T00:00:00Z"}, "metrics": {"visitors": 3, "pageviews": 4}}
    ]
    assert json.loads(output(analytics("report", "example.com", "series", *DAYS, "--unit", "day", "--json"))) == answer


def test_csv(analytics: Command) -> None:
    text = output(analytics("report", "example.com", "events", *DAYS, "--format", "csv"))
    assert list(csv.reader(io.StringIO(text))) == [
        ["event", "events", "visitors"],
        ["purchase", "2", "2"],
        ["signup", "1", "1"],
    ]


def lines_of(result: Result) -> list[list[str]]:
    return list(csv.reader(io.StringIO(output(result))))


def test_csv_has_plain_numbers_and_their_units_in_words(analytics: Command) -> None:
    overview = lines_of(analytics("report", "example.com", "overview", *DAYS, "--format", "csv"))
    assert overview[0] == ["metric", "unit", "value"]
    found = {(name, unit): value for name, unit, value in overview[1:]}
    assert float(found["bounce_rate", "fraction"]) == pytest.approx(1 / 3)
    assert found["average_session_duration", "seconds"] == "160.0"
    assert (found["revenue", "EUR"], found["revenue", "USD"]) == ("10.00", "5.00")
    metrics = ["--metric", "bounce_rate", "--metric", "average_session_duration"]
    head, row, *_ = lines_of(analytics("report", "example.com", "country", *DAYS, *metrics, "--format", "csv"))
    assert head == ["country", "bounce_rate", "average_session_duration_seconds"]
    assert all(float(value) >= 0 for value in row[1:])


def test_money_is_in_whole_units_with_its_currency(analytics: Command) -> None:
    euros = ["countries", *DAYS, "--metric", "revenue", "--filter", "currency is EUR"]
    assert output(analytics("report", "example.com", *euros)).splitlines()[1:] == [
        "COUNTRY  REVENUE",
        "DE       10.00 EUR",
    ]
    assert lines_of(analytics("report", "example.com", *euros, "--format", "csv")) == [
        ["country", "revenue_EUR"],
        ["DE", "10.00"],
    ]
    assert output(analytics("report", "example.com", "currency", *DAYS)).splitlines()[1:] == [
        "CURRENCY  REVENUE    EVENTS  VISITORS",
        "EUR       10.00 EUR  1       1",
        "USD       5.00 USD   1       1",
    ]
    earnings = lines_of(analytics("report", "example.com", "revenue", *DAYS, "--format", "csv"))
    assert earnings == [
        ["currency", "revenue", "orders", "average_order_value", "refunds", "refunded"],
        ["EUR", "10.00", "1", "10.00", "0", "0.00"],
        ["USD", "5.00", "1", "5.00", "0", "0.00"],
    ]


def test_csv_without_rows_is_empty(analytics: Command) -> None:
    assert (
        output(
            analytics("report", "example.com", "pages", "--from", "2020-01-01", "--to", "2020-01-02", "--format", "csv")
        )
        == ""
    )


def test_totals_beside_the_rows_are_shown(analytics: Command) -> None:
    text = output(analytics("report", "example.com", "journeys", "/", *DAYS))
    assert text.splitlines()[1:3] == [
        "sessions that met it: 2, of them without another step: 1, on other paths: 0",
        "PATH      SESSIONS  SHARE",
    ]
    text = output(analytics("report", "example.com", "realtime"))
    assert text.splitlines()[1] == "visitors now: 0, in the last 30 minutes: 0"
    assert output(analytics("report", "example.com", "goals", *DAYS)).splitlines()[1] == "sessions: 3"


def test_columns_of_a_breakdown_suit_its_dimension(analytics: Command) -> None:
    for dimension, columns in (
        ("property:plan", ["PROPERTY:PLAN", "VISITORS", "EVENTS", "PAGEVIEWS"]),
        ("event", ["EVENT", "EVENTS", "VISITORS"]),
        ("kind", ["KIND", "VISITORS", "EVENTS", "PAGEVIEWS"]),
        ("country", ["COUNTRY", "VISITORS", "PAGEVIEWS"]),
    ):
        text = output(analytics("report", "example.com", dimension, *DAYS))
        assert text.splitlines()[1].split() == columns


def test_rows_are_over_time_with_a_unit_and_by_dimensions(analytics: Command) -> None:
    text = output(analytics("report", "example.com", "goals", *DAYS, "--unit", "day"))
    assert text.splitlines()[2:] == ["TIME                  CONVERSIONS", "2026-11-20T00:00:00Z  2"]
    by_page = lines_of(analytics("report", "example.com", "revenue", *DAYS, "--dimension", "page", "--format", "csv"))
    assert [row[:3] for row in by_page] == [
        ["page", "currency", "revenue"],
        ["/pricing", "EUR", "10.00"],
        ["/", "USD", "5.00"],
    ]


def test_comparison_with_days_of_choice(analytics: Command) -> None:
    days = ["--compare", "2026-11-18..2026-11-19"]
    lines = output(analytics("report", "example.com", "overview", *DAYS, *days)).splitlines()
    assert lines[0] == "2026-11-20, UTC, compared with 2026-11-18 to 2026-11-19"
    assert lines[2].split() == ["visitors", "3", "1"]
    named = json.loads(output(analytics("report", "example.com", "pages", *DAYS, *days, "--json")))
    assert named["comparison_range"] == {"from": "2026-11-18T00:00:00.000Z", "to": "2026-11-20T00:00:00.000Z"}


def test_goal_stats_take_ranges_and_filters_of_reports(analytics: Command) -> None:
    options = ["--filter", "country is DE", "--segment", "French"]
    assert output(analytics("goal", "stats", "example.com", *DAYS)).splitlines()[0] == "2026-11-20, UTC: 3 sessions"
    text = output(analytics("goal", "stats", "example.com", *DAYS, *options[:2]))
    assert text.splitlines()[0] == "2026-11-20, UTC: 1 session"
    text = output(analytics("goal", "stats", "example.com", "--range", "12mo", *options[2:]))
    assert text.splitlines()[1].split()[:4] == ["NAME", "TYPE", "VALUE", "CONVERSIONS"]


def test_reports_about_one_thing(analytics: Command) -> None:
    text = output(analytics("report", "example.com", "properties", "purchase", *DAYS))
    assert ["plan", "free", "1", "5.00", "USD"] in [line.split() for line in text.splitlines()]
    for named in (["funnels", "To buy"], ["funnel", "To buy"], ["funnel", "--funnel", "To buy"]):
        text = output(analytics("report", "example.com", *named, *DAYS))
        assert text.splitlines()[1] == "entries: 2, completions: 2, conversion rate: 100.0 %"
        assert [line.split()[2] for line in text.splitlines()[3:]] == ["2", "2"]
    text = output(analytics("report", "example.com", "property:plan", *DAYS, "--metric", "events"))
    assert text.splitlines()[2:] == ["free           1", "pro            1"]


def test_experiment_is_shown_with_what_its_variants_have_proved(analytics: Command) -> None:
    days = ["--from", SEEN, "--to", SEEN]
    for named in ("Hero text", "hero"):
        lines = output(analytics("report", "example.com", "experiments", named, *days)).splitlines()
        assert lines[1].split()[:3] == ["VARIANT", "ID", "EXPOSED"]
        assert [line.split()[:2] for line in lines[2:4]] == [["a", "2"], ["b", "1"]]
        assert lines[4].startswith("Too early to say")
    text = output(analytics("report", "example.com", "experiments", "hero", "--control", "b", *days, "--format", "csv"))
    assert [(row["variant"], row["outcome"]) for row in csv.DictReader(io.StringIO(text))] == [
        ("Short", "too_early"),
        ("Long", ""),
    ]


def test_numbers_are_by_currency_where_there_are_several(analytics: Command) -> None:
    text = output(analytics("report", "example.com", "numbers", "property:price", *DAYS))
    assert [line.split()[:2] for line in text.splitlines()[1:]] == [
        ["CURRENCY", "SUM"],
        ["EUR", "10.00"],
        ["USD", "2.50"],
    ]


def test_every_report_can_be_shown(analytics: Command, request: pytest.FixtureRequest) -> None:
    about = {"properties": "purchase", "funnels": "To buy", "journeys": "/", "numbers": "property:price"}
    about["experiments"] = "Hero text"
    reports = [*REPORTS, *PLURALS, *(name for name, each in DIMENSIONS.items() if not each.numeric)]
    if "without" in request.node.name:  # Each opens the data anew, which takes its time.
        reports = ["overview", "sessions", "browsers"]
    for report in reports:
        named = [about[report]] if report in about else []
        days = [] if report == "realtime" else DAYS
        assert output(analytics("report", "example.com", report, *named, *days)).startswith("20")
        output(analytics("report", "example.com", report, *named, *days, "--format", "csv"))


def test_what_does_not_exist_is_named(analytics: Command) -> None:
    for arguments, words in (
        (["report", "example.com", "colours"], 'there is no report "colours"; there are overview, series'),
        (["report", "example.com", "pages", "--metric", "visitor"], "there is no metric 'visitor'; there are visitors"),
        (["report", "example.com", "pages", "--filter", "page"], "cannot read the condition"),
        (["report", "example.com", "properties"], "say which: analytics report SITE properties EVENT"),
        (["export", "example.com", "--limit", "5", "--output", "-"], "analytics export SITE raw-events has no --limit"),
        (["export", "example.com", "colours", "--output", "-"], '"colours"; there are raw-events, overview, series'),
        (["export", "example.com", "funnels", "--output", "-"], "say which: analytics export SITE funnels FUNNEL"),
        (["export", "example.com", "overview", "x", "--output", "-"], "analytics export SITE overview takes no name"),
        (["export", "example.com", "pages", "--json", "--output", "-"], "rows: --format json"),
        (["export", "example.com", "--from", "x", "--output", "-"], "from must be a day"),
    ):
        result = analytics(*arguments)
        assert result.exit_code == 2, result.output
        assert words in result.stderr
    assert analytics("report", "nowhere.example", "pages").exit_code == 1


def test_events_are_exported_into_a_file(analytics: Command, tmp_path: Path) -> None:
    days = ["--from", BOTH_DAYS["from"], "--to", BOTH_DAYS["to"]]
    target = tmp_path / "events.csv"
    assert "Wrote" in output(analytics("export", "example.com", *days, "--output", str(target)))
    rows = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8"), newline="")))
    assert [row["path"] for row in rows] == [row[5] for row in VISITS]
    target = tmp_path / "events.parquet"
    output(analytics("export", "example.com", "raw-events", *days, "--format", "parquet", "--output", str(target)))
    with duckdb.connect() as connection:
        assert connection.execute(f"SELECT count(*) FROM '{target}'").fetchall() == [(len(VISITS),)]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["events.csv", "events.parquet"]


def test_report_is_exported(analytics: Command) -> None:
    text = output(analytics("export", "example.com", "pages", *DAYS, "--format", "ndjson", "--output", "-"))
    assert [json.loads(line) for line in text.splitlines()] == [
        {"page": "/", "visitors": 2, "pageviews": 2},
        {"page": "/pricing", "visitors": 2, "pageviews": 2},
    ]


def test_events_are_a_report_of_their_own_beside_the_raw_ones(analytics: Command) -> None:
    text = output(analytics("export", "example.com", "events", *DAYS, "--limit", "1", "--output", "-"))
    assert list(csv.reader(io.StringIO(text))) == [["event", "events", "visitors"], ["purchase", "2", "2"]]


def test_format_of_a_file_goes_by_its_ending(analytics: Command, tmp_path: Path) -> None:
    target = tmp_path / "pages.ndjson"
    result = analytics("export", "example.com", "pages", *DAYS, "--output", str(target))
    assert "Wrote" in output(result)
    assert result.stderr == ""
    assert json.loads(target.read_text().splitlines()[0]) == {"page": "/", "visitors": 2, "pageviews": 2}
    forced = ["--output", str(target), "--force"]
    result = analytics("export", "example.com", "pages", *DAYS, "--format", "csv", *forced)
    assert "Wrote" in output(result)
    assert result.stderr == f"Warning: {target} will be csv, as --format says, whatever its ending\n"
    assert target.read_text().startswith("page,visitors,pageviews")
    for_excel = tmp_path / "pages.csv"
    result = analytics("export", "example.com", "pages", *DAYS, "--format", "excel", "--output", str(for_excel))
    assert result.stderr == ""
    assert for_excel.read_text().startswith("\ufeffpage;visitors;pageviews")
    shown = output(analytics("report", "example.com", "pages", *DAYS, "--metric", "bounce_rate", "--format", "excel"))
    assert shown.splitlines()[0] == "\ufeffpage;bounce_rate"
    for name, given in (("pages", ()), ("pages.txt", ("--format", "csv"))):
        other = tmp_path / name
        output(analytics("export", "example.com", "pages", *DAYS, "--output", str(other), *given))
        assert other.read_text() == target.read_text()
    for name, given, words in (
        ("all.xlsx", (), "no .xlsx files are written; Excel opens CSV, so name it .csv"),
        ("all.XLS", ("--format", "excel"), "no .xls files are written; Excel opens CSV, so name it .csv"),
        ("all.ods", ("--format", "csv"), "no .ods files are written"),
        ("pages.txt.gz", (), "ends in none of .csv, .json, .ndjson, .parquet: say what it shall be with --format"),
    ):
        refused = analytics("export", "example.com", "pages", *DAYS, "--output", str(tmp_path / name), *given)
        assert (refused.exit_code, words in refused.stderr) == (2, True), refused.stderr
        assert not (tmp_path / name).exists()


def test_a_file_is_replaced_only_when_that_is_asked_for(analytics: Command, tmp_path: Path) -> None:
    target = tmp_path / "pages.csv"
    target.write_text("mine")
    result = analytics("export", "example.com", "pages", *DAYS, "--output", str(target))
    assert (result.exit_code, result.stderr) == (1, f"Error: {target} exists already; --force replaces it\n")
    assert target.read_text() == "mine"
    output(analytics("export", "example.com", "pages", *DAYS, "--output", str(target), "--force"))
    assert target.read_text().startswith("page,")
    for other in (tmp_path, Path("/dev/null")):
        result = analytics("export", "example.com", "pages", *DAYS, "--output", str(other), "--force")
        assert (result.exit_code, "no file" in result.stderr) == (1, True)


def test_report_explains_itself_after_its_table(analytics: Command) -> None:
    plain = output(analytics("report", "example.com", "pages", *DAYS))
    text = output(analytics("report", "example.com", "pages", *DAYS, "--explain"))
    assert text.startswith(plain)
    assert "\nvisitors: Different visitors.\n" in text
    assert "SELECT" in text
    assert " rows" in text
    explained = json.loads(output(analytics("report", "example.com", "pages", *DAYS, "--explain", "--json")))["explain"]
    assert set(explained) == {"definitions", "statements"}


def test_retention_says_why_cells_are_not_known(analytics: Command) -> None:
    days = ["--from", "2026-11-18", "--to", "2026-11-20", "--unit", "day"]
    text = output(analytics("report", "example.com", "retention", *days))
    _, head, *rows, why = text.splitlines()
    assert head.split() == ["TIME", "VISITORS", "DAY", "0", "DAY", "1", "DAY", "2"]
    assert [row.split()[1:] for row in rows] == [
        ["0", "-", "-", "-"],
        ["1", "100.0", "%", "?", "-"],
        ["2", "100.0", "%", "-", "-"],
    ]
    assert why.startswith("?: visitors without an account get new ids every day, so nobody can know; --identified-only")
    named = output(analytics("report", "example.com", "retention", *days, "--identified-only"))
    assert "?" not in named


def test_file_that_cannot_be_written_leaves_nothing(analytics: Command, tmp_path: Path) -> None:
    result = analytics("export", "example.com", "--output", str(tmp_path / "nowhere" / "events.csv"))
    assert result.exit_code == 1
    assert "cannot write" in result.stderr
    old = tmp_path / "events.csv"
    old.write_text("old")
    assert analytics("export", "example.com", "--filter", "x", "--output", str(old), "--force").exit_code == 2
    assert old.read_text() == "old"
    assert list(tmp_path.iterdir()) == [old]
