"""What each report of the command line takes: what the API takes, and nothing that would be ignored."""

from typing import Any

import click
import pytest
from click.testing import CliRunner

from hitkeep_py.cli import main
from hitkeep_py.cli.report import report
from hitkeep_py.cli.report_list import BREAKDOWN, REPORTS, ListedReport
from hitkeep_py.server.routes import ROUTES
from hitkeep_py.server.shapes import SHAPES

OTHER_WORDS = {"compare_from", "compare_to", "filters", "format"}
"""Of the API for what other options say."""
ONLY_IN_JSON = {"totals"}
IN_PATH = {"funnel", "experiment"}


def parameters_of(found: ListedReport) -> set[str]:
    """Those of the report's route; the parameter `dimension` is the report's own name."""
    about = f"/{{{found.about}_id}}" if found.about in IN_PATH else ""
    path = f"/api/sites/{{site_id}}/{found.path}{about}{found.path_end}"
    (shape,) = (SHAPES[each.answer] for each in ROUTES if (each.method, each.path) == ("GET", path))
    return {each.name for each in shape.parameters} - {"dimension"}


@pytest.mark.parametrize("found", [BREAKDOWN, *REPORTS.values()], ids=lambda found: found.path)
def test_a_report_takes_what_its_route_takes(found: ListedReport) -> None:
    assert {*found.options, "explain"} - IN_PATH == parameters_of(found) - OTHER_WORDS - ONLY_IN_JSON


def test_every_option_is_one_of_a_report() -> None:
    taken = {name for each in (BREAKDOWN, *REPORTS.values()) for name in each.options}
    offered = {each.name for each in report.params if isinstance(each, click.Option)}
    assert offered == taken | {"kind", "explain", "data_dir", "config", "as_json", "help"} - {"help"}


def refusal(*arguments: str, folder: Any) -> str:
    result = CliRunner().invoke(main, ["report", "example.com", *arguments, "--data-dir", str(folder)])
    assert result.exit_code == 2, result.output
    return result.stderr.removeprefix("Error: ").strip()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["realtime", "--limit", "5", "--range", "7d"],
            "analytics report SITE realtime has no --range, --limit; it takes --filter, --segment",
        ),
        (["overview", "--limit", "0"], "analytics report SITE overview has no --limit; it takes --from, --to,"),
        (["pages", "--funnel", "x"], "analytics report SITE pages has no --funnel; it takes"),
        (["journeys", "/", "--metric", "visitors"], "analytics report SITE journeys has no --metric; it takes"),
        (["sessions", "--identified-only"], "analytics report SITE sessions has no --identified-only; it takes"),
        (["overview", "x"], 'analytics report SITE overview takes no name after it: leave out "x"'),
        (["funnel", "x", "--funnel", "y"], 'give either "x" or --funnel'),
        (["funnels"], "say which: analytics report SITE funnels FUNNEL"),
        (["journeys"], "say which: analytics report SITE journeys PAGE, or --event"),
        (["journeys", "/pricing", "--event", "signup"], "give either PAGE or --event"),
        (["journeys", "--page", "/pricing", "--event", "signup"], "give either PAGE or --event"),
        (["overview", "--json", "--format", "csv"], "give either --json or --format csv"),
        (["overview", "--json", "--format", "table"], "give either --json or --format table"),
        (["overview", "--explain", "--format", "csv"], "CSV has rows alone: --explain goes with a table or JSON"),
        (["raw-events"], 'there is no report "raw-events"; there are overview, series, events'),
        (["colours"], 'there is no report "colours"; there are overview, series, events'),
        (["revenue", "--unit", "day", "--dimension", "page"], "a table is either over time (--unit) or by --dimension"),
    ],
)
def test_what_a_report_does_not_take_is_refused_with_what_it_does(
    arguments: list[str], words: str, tmp_path: Any
) -> None:
    """Before any data are looked for."""
    assert refusal(*arguments, folder=tmp_path).startswith(words)
