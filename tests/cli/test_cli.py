"""The command line without a server: every command, its answers as text and as JSON, its exit codes and errors."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from hitkeep_py import __version__
from hitkeep_py.catalog.catalog import Catalog
from hitkeep_py.cli import main
from hitkeep_py.cli.debug import debug_text
from hitkeep_py.clock import SystemClock
from hitkeep_py.data_directory import DataDirectory
from hitkeep_py.errors import NotAuthenticated
from hitkeep_py.stores.duckdb import DuckDBStore
from tests.running_server import run
from tests.stored_events import START, store_rows

PASSWORD = "a long password"
GOAL = ["--name", "Pro Signup", "--type", "event", "--value", "signup"]
EXPERIMENT = ["--name", "Hero", "--variant", "Plain", "--variant", "Bold:3"]
STEPS = ["--step", "path=/", "--step", "event=signup"]
GROUPS = ("user", "site", "goal", "funnel", "segment", "annotation", "key", "experiment")
HEAVY = ("duckdb", "starlette", "uvicorn")
Analytics = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def analytics(folder: Path) -> Analytics:
    """Runs a command on a data directory of its own."""

    def invoke(*arguments: str, stdin: str = "", **environment: str) -> Result:
        return CliRunner().invoke(
            main, arguments, input=stdin, env={"HITKEEP_DATA_DIR": str(folder), **environment}, prog_name="analytics"
        )

    return invoke


def answer(result: Result) -> Any:
    """The object that a command answered with --json."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def failed(result: Result, code: int) -> str:
    """The message of a command that failed properly."""
    assert result.exit_code == code, (result.exit_code, result.output, result.exception)
    assert isinstance(result.exception, SystemExit)
    assert result.stdout == ""
    return result.stderr


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


def test_commands_are_those_that_are_documented() -> None:
    documented = {
        "serve",
        "user add",
        "user list",
        "user passwd",
        "user remove",
        "site add",
        "site list",
        "site show",
        "site change",
        "site remove",
        "goal add",
        "goal list",
        "goal show",
        "goal change",
        "goal remove",
        "goal stats",
        "funnel add",
        "funnel list",
        "funnel show",
        "funnel change",
        "funnel remove",
        "segment add",
        "segment list",
        "segment show",
        "segment change",
        "segment remove",
        "annotation add",
        "annotation list",
        "annotation change",
        "annotation remove",
        "key add",
        "key list",
        "key rotate",
        "key revoke",
        "experiment add",
        "experiment list",
        "experiment stop",
        "experiment start",
        "experiment remove",
        "report",
        "export",
        "usage",
        "debug",
        "doctor",
        "backup",
        "restore",
        "erase",
        "rebuild",
    }
    assert {" ".join(path) for path in commands(main)} - {"", *GROUPS} == documented


def test_every_command_has_help(analytics: Analytics) -> None:
    for path in commands(main):
        for option in ("--help", "-h"):
            result = analytics(*path, option)
            assert result.exit_code == 0, path
            assert result.stdout.startswith(f"Usage: {' '.join(('analytics', *path))} "), path
            assert len(result.stdout.splitlines()) > 4, path


def test_help_changes_nothing(analytics: Analytics, folder: Path) -> None:
    for path in commands(main):
        analytics(*path, "--help")
    assert not folder.exists()


def test_every_command_but_serve_has_json_and_data_dir(analytics: Analytics) -> None:
    for path in commands(main):
        if path and path[0] != "serve" and path not in {(name,) for name in GROUPS}:
            text = analytics(*path, "--help").stdout
            assert "--json" in text, path
            assert "--data-dir" in text, path


def test_version(analytics: Analytics) -> None:
    assert analytics("--version").stdout == f"analytics, version {__version__}\n"


@pytest.mark.process
@pytest.mark.parametrize(
    "arguments", [["--help"], ["goal", "--help"], ["site", "list"], ["goal", "list", "x"], ["key", "list", "x"]]
)
def test_quick_commands_do_not_import_what_is_slow_to_import(arguments: list[str], folder: Path) -> None:
    program = (
        "import sys\nfrom hitkeep_py.cli import main\ntry:\n    main()\n"
        f"finally:\n    print('imported', *[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, env={"HITKEEP_DATA_DIR": str(folder)}, timeout=30)
    assert done.stderr.splitlines()[-1] == "imported"


@pytest.mark.process
def test_who_keeps_events_in_duckdb_does_not_load_the_library() -> None:
    loaded = "import sys, hitkeep_py.cli; sys.exit('clickhouse_connect' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], check=False).returncode == 0


def test_site_is_added_listed_and_removed(analytics: Analytics) -> None:
    site = answer(analytics("site", "add", "https://www.Example.com/", "--time-zone", "Europe/Berlin", "--json"))
    assert (site["domain"], site["time_zone"], site["visitor_period"]) == ("example.com", "Europe/Berlin", "day")
    assert answer(analytics("site", "list", "--json")) == [site]
    assert answer(analytics("site", "remove", "www.example.com", "--json")) == site
    assert answer(analytics("site", "list", "--json")) == []


def test_site_commands_answer_in_words(analytics: Analytics) -> None:
    added = analytics("site", "add", "example.com").stdout
    assert added.startswith("Added example.com with the id ")
    heads, row = analytics("site", "list").stdout.splitlines()
    assert heads.split() == ["DOMAIN", "ID", "TIME", "ZONE", "VISITOR", "PERIOD", "CREATED", "AT"]
    assert row.split()[:4] == ["example.com", added.split()[-1], "UTC", "day"]
    assert "Removed example.com" in analytics("site", "remove", added.split()[-1]).stdout
    assert analytics("site", "list").stdout == "No sites yet: analytics site add DOMAIN\n"


def test_goal_is_added_listed_and_removed_by_id_or_name(analytics: Analytics) -> None:
    site = answer(analytics("site", "add", "example.com", "--json"))
    goal = answer(analytics("goal", "add", "example.com", *GOAL, "--json"))
    assert goal == {
        "id": goal["id"],
        "site_id": site["id"],
        "name": "Pro Signup",
        "type": "event",
        "value": "signup",
        "filters": [],
        "revenue": None,
        "created_at": goal["created_at"],
    }
    assert answer(analytics("goal", "list", site["id"], "--json")) == [goal]
    assert answer(analytics("goal", "remove", "example.com", "Pro Signup", "--json")) == goal
    goal = answer(analytics("goal", "add", "example.com", *GOAL, "--json"))
    assert analytics("goal", "remove", site["id"], goal["id"]).stdout == "Removed the goal Pro Signup.\n"
    assert analytics("goal", "list", "example.com").stdout == "No goals yet: analytics goal add --help\n"


@pytest.mark.parametrize(
    ("options", "revenue"),
    [
        ([], None),
        (["--revenue", "12.50", "--currency", "EUR"], {"kind": "fixed", "amount": 1250, "currency": "EUR"}),
        (["--revenue", "12"], {"kind": "fixed", "amount": 1200, "currency": "USD"}),
        (["--revenue", "12", "--currency", "jpy"], {"kind": "fixed", "amount": 12, "currency": "JPY"}),
        (["--revenue", "event"], {"kind": "event"}),
        (["--revenue-property", "price"], {"kind": "property", "property": "price", "currency": "USD"}),
    ],
)
def test_goal_is_added_with_its_revenue(options: list[str], revenue: object, analytics: Analytics) -> None:
    analytics("site", "add", "example.com")
    conditions = ["--filter", "property:plan is pro", "--filter", "country is DE, FR"]
    goal = answer(analytics("goal", "add", "example.com", *GOAL, *conditions, *options, "--json"))
    assert goal["revenue"] == revenue
    assert [each["values"] for each in goal["filters"]] == [["pro"], ["DE", "FR"]]
    assert answer(analytics("goal", "list", "example.com", "--json")) == [goal]
    days = ("--from", "2026-11-01", "--to", "2026-11-02")
    shown = analytics("goal", "stats", "example.com", *days).stdout
    fixed = isinstance(revenue, dict) and revenue["kind"] == "fixed"
    assert f" {revenue['currency']}" in shown if fixed and isinstance(revenue, dict) else "REVENUE" not in shown, shown


def test_goal_is_shown_and_changed(analytics: Analytics) -> None:
    analytics("site", "add", "example.com")
    conditions = ["--filter", "property:plan is pro", "--filter", "country is DE, FR"]
    added = answer(analytics("goal", "add", "example.com", *GOAL, *conditions, "--revenue", "12.5", "--json"))
    assert answer(analytics("goal", "show", "example.com", added["id"], "--json")) == added
    assert analytics("goal", "show", "example.com", "Pro Signup").stdout.splitlines() == [
        "name: Pro Signup",
        f"id: {added['id']}",
        "type: event",
        "value: signup",
        "conditions: property:plan is pro; country is DE, FR",
        "revenue: 12.50 USD",
    ]
    change = ("goal", "change", "example.com", "Pro Signup")
    assert answer(analytics(*change, "--json")) == added
    priced = answer(analytics(*change, "--filter", "country is AT", "--revenue-property", "price", "--json"))
    assert [each["values"] for each in priced["filters"]] == [["AT"]]
    assert priced["revenue"] == {"kind": "property", "property": "price", "currency": "USD"}
    assert "revenue: the property price in USD\n" in analytics("goal", "show", "example.com", added["id"]).stdout
    earned = answer(analytics(*change, "--revenue", "event", "--json"))
    assert earned["revenue"] == {"kind": "event"}
    assert "revenue: what the events carry\n" in analytics("goal", "show", "example.com", added["id"]).stdout
    bare = answer(analytics(*change, "--filter", "none", "--revenue", "none", "--json"))
    assert bare == {**added, "filters": [], "revenue": None}
    text = analytics(*change, "--name", "Thanks", "--type", "path", "--value", "/thanks").stdout
    assert text == "Changed name, type, value of the goal Thanks.\n"
    assert "either" in failed(analytics(*change[:3], "Thanks", "--revenue", "none", "--revenue-property", "x"), 2)
    shown = analytics("goal", "show", "example.com", "Thanks").stdout
    assert "type: path\nvalue: /thanks\nconditions: -\nrevenue: none\n" in shown


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--revenue", "much"], "--revenue"),
        (["--revenue", "12", "--currency", "EURO"], "--currency"),
        (["--revenue", "-5"], "amount"),
        (["--revenue", "12", "--revenue-property", "price"], "either"),
        (["--revenue", "event", "--currency", "EUR"], "--currency"),
        (["--currency", "EUR"], "--currency"),
        (["--filter", "plan pro"], "condition"),
    ],
)
def test_goal_with_revenue_that_makes_no_sense_is_refused(options: list[str], word: str, analytics: Analytics) -> None:
    analytics("site", "add", "example.com")
    assert word in failed(analytics("goal", "add", "example.com", *GOAL, *options), 2)
    assert analytics("goal", "list", "example.com").stdout.startswith("No goals yet")


def test_goal_stats_without_a_server(analytics: Analytics) -> None:
    analytics("site", "add", "example.com")
    goal = answer(analytics("goal", "add", "example.com", *GOAL, "--json"))
    days = ("--from", "2026-11-01", "--to", "2026-11-02")
    stats = answer(analytics("goal", "stats", "example.com", *days, "--json"))
    figures: dict[str, object] = {"conversions": 0, "conversion_rate": None, "events": 0, "visitors": 0, "revenue": {}}
    assert stats == {
        "from": "2026-11-01T00:00:00.000Z",
        "to": "2026-11-03T00:00:00.000Z",
        "time_zone": "UTC",
        "sessions": 0,
        "goals": [{"goal_id": goal["id"], "name": "Pro Signup", "type": "event", "value": "signup", **figures}],
    }
    first, heads, row = analytics("goal", "stats", "example.com", *days).stdout.splitlines()
    assert first == "2026-11-01 to 2026-11-02, UTC: 0 sessions"
    assert heads.split() == ["NAME", "TYPE", "VALUE", "CONVERSIONS", "CONVERSION", "RATE", "EVENTS", "VISITORS"]
    assert row.split() == ["Pro", "Signup", "event", "signup", "0", "-", "0", "0"]


def test_funnel_is_added_listed_shown_changed_and_removed(analytics: Analytics) -> None:
    site = answer(analytics("site", "add", "example.com", "--json"))
    conditional = '{"type": "event", "value": "signup", "filters": ["property:plan is pro, plus"]}'
    steps = ["--step", "path=/pricing", "--step", conditional]
    added = answer(
        analytics("funnel", "add", "example.com", "--name", "To sign up", *steps, "--window", "7d", "--json")
    )
    assert (added["site_id"], added["window_seconds"], added["scope"]) == (site["id"], 604_800, "session")
    assert added["steps"][0] == {"type": "path", "value": "/pricing"}
    assert answer(analytics("funnel", "list", "example.com", "--json")) == [added]
    assert answer(analytics("funnel", "show", "example.com", "To sign up", "--json")) == added
    shown = analytics("funnel", "show", "example.com", added["id"]).stdout.splitlines()
    assert {"window: 7d", "scope: session"} <= set(shown)
    assert shown[-1].split(maxsplit=3) == ["2", "event", "signup", "property:plan is pro, plus"]
    changed = answer(
        analytics("funnel", "change", "example.com", "To sign up", "--window", "none", "--scope", "visitor", "--json")
    )
    assert changed == {**added, "window_seconds": None, "scope": "visitor"}
    row = analytics("funnel", "list", "example.com").stdout.splitlines()[1]
    assert row.split() == ["To", "sign", "up", "2", "none", "visitor", added["id"]]
    assert analytics("funnel", "remove", "example.com", "To sign up").stdout == "Removed the funnel To sign up.\n"
    assert analytics("funnel", "list", "example.com").stdout == "No funnels yet: analytics funnel add --help\n"


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30min", 1_800), ("36h", 129_600), ("2d", 172_800)])
def test_window_of_a_funnel_is_shown_as_it_was_given(analytics: Analytics, text: str, seconds: int) -> None:
    analytics("site", "add", "example.com")
    options = ["--name", "x", *STEPS, "--window", text]
    assert answer(analytics("funnel", "add", "example.com", *options, "--json"))["window_seconds"] == seconds
    assert f"window: {text}\n" in analytics("funnel", "show", "example.com", "x").stdout


def test_annotation_is_added_listed_changed_and_removed(analytics: Analytics) -> None:
    analytics("site", "add", "example.com")
    added = answer(analytics("annotation", "add", "example.com", "New prices", "--time", "2026-11-20", "--json"))
    assert (added["time"], added["text"]) == ("2026-11-20", "New prices")
    assert answer(analytics("annotation", "list", "example.com", "--json")) == [added]
    assert "2026-11-20  New prices" in analytics("annotation", "list", "example.com").stdout
    time = ["--time", "2026-11-20T09:00:00+01:00"]
    changed = answer(analytics("annotation", "change", "example.com", added["id"], *time, "--json"))
    assert changed == {**added, "time": "2026-11-20T08:00:00.000Z"}
    removed = analytics("annotation", "remove", "example.com", added["id"])
    assert removed.stdout == "Removed the annotation of 2026-11-20T08:00:00.000Z.\n"
    assert analytics("annotation", "list", "example.com").stdout.startswith("No annotations yet")
    assert "--time" in failed(analytics("annotation", "add", "example.com", "New prices"), 2)
    assert "time must be" in failed(analytics("annotation", "add", "example.com", "x", "--time", "soon"), 2)


def test_segment_is_added_listed_shown_changed_and_removed(analytics: Analytics) -> None:
    site = answer(analytics("site", "add", "example.com", "--json"))
    options = ["--filter", "page starts with /shop", "--filter", '["country is DE", "property:price > 10"]']
    added = answer(analytics("segment", "add", "example.com", "--name", "Shoppers", *options, "--json"))
    assert added["site_id"] == site["id"]
    assert [len(each) if isinstance(each, list) else 1 for each in added["filters"]] == [1, 2]
    assert answer(analytics("segment", "list", "example.com", "--json")) == [added]
    assert answer(analytics("segment", "show", "example.com", added["id"], "--json")) == added
    words = "filters: page starts with /shop; country is DE or property:price > 10"
    assert words in analytics("segment", "show", "example.com", "Shoppers").stdout.splitlines()
    changed = analytics("segment", "change", "example.com", "Shoppers", "--name", "Buyers").stdout
    assert changed == "Changed name of the segment Buyers.\n"
    answer(analytics("segment", "change", "example.com", "Buyers", "--filter", r"source is a\,b", "--json"))
    assert "Buyers  source is a\\,b " in analytics("segment", "list", "example.com").stdout
    assert analytics("segment", "remove", "example.com", "Buyers").stdout == "Removed the segment Buyers.\n"
    assert analytics("segment", "list", "example.com").stdout == "No segments yet: analytics segment add --help\n"


def test_key_is_added_listed_rotated_and_revoked(analytics: Analytics) -> None:
    site = answer(analytics("site", "add", "example.com", "--json"))
    added = answer(analytics("key", "add", "example.com", "--kind", "api", "--name", "Shop", "--json"))
    text = added.pop("key")
    assert added["prefix"] == text[:12]
    assert (added["site_id"], added["kind"], added["name"]) == (site["id"], "api", "Shop")
    assert answer(analytics("key", "list", site["id"], "--json")) == [added]
    rotated = answer(analytics("key", "rotate", "example.com", "Shop", "--json"))
    assert rotated.pop("key") != text
    assert rotated["id"] == added["id"]
    assert answer(analytics("key", "list", "example.com", "--json")) == [rotated]
    assert answer(analytics("key", "revoke", "example.com", rotated["prefix"], "--json")) == rotated
    assert analytics("key", "list", "example.com").stdout == "No keys yet: analytics key add SITE\n"


def test_key_is_shown_on_a_line_of_its_own_and_once(analytics: Analytics) -> None:
    analytics("site", "add", "example.com")
    words, text = analytics("key", "add", "example.com", "--name", "Shop").stdout.splitlines()
    assert words == "Added the secret key Shop to example.com. It is shown only this once:"
    assert text.startswith("hks_")
    assert len(text) == 36
    listed = analytics("key", "list", "example.com").stdout
    assert text[:12] in listed
    assert text not in listed
    words, new = analytics("key", "rotate", "example.com", "Shop").stdout.splitlines()
    assert words.startswith("Rotated the key Shop; the old one is valid until 2")
    assert words.endswith(" It is shown only this once:")
    assert new.startswith("hks_")
    assert analytics("key", "revoke", "example.com", text[:12]).stdout == "Revoked the key Shop.\n"


def test_experiment_is_added_listed_stopped_started_and_removed(analytics: Analytics) -> None:
    analytics("site", "add", "example.com")
    options = ["--variant", "Plain", "--variant", "bold=Bold: really:3", "--event", "signup", "--id", "exp_hero_v2"]
    added = answer(analytics("experiment", "add", "example.com", "--name", "Hero", *options, "--json"))
    assert added["variants"] == [
        {"id": "var_a", "name": "Plain", "weight": 1},
        {"id": "bold", "name": "Bold: really", "weight": 3},
    ]
    assert (added["id"], added["event"], added["status"]) == ("exp_hero_v2", "signup", "running")
    assert answer(analytics("experiment", "list", "example.com", "--json")) == [added]
    stopped = answer(analytics("experiment", "stop", "example.com", "Hero", "--json"))
    assert stopped == {**added, "status": "stopped"}
    assert analytics("experiment", "start", "example.com", "exp_hero_v2").stdout == "The experiment Hero is running.\n"
    row = analytics("experiment", "list", "example.com").stdout.splitlines()[1]
    assert "var_a=Plain:1, bold=Bold: really:3" in row
    assert answer(analytics("experiment", "remove", "example.com", "Hero", "--json")) == added
    assert answer(analytics("experiment", "list", "example.com", "--json")) == []


@pytest.mark.parametrize("variant", ["A:-1", "A:1.5", "A:abc", "A:1000000000", "A:10001", "A: 1", "A:", "A:1:", "A:²"])
def test_variant_needs_a_whole_weight_after_its_last_colon(analytics: Analytics, variant: str) -> None:
    analytics("site", "add", "example.com")
    message = failed(analytics("experiment", "add", "example.com", *EXPERIMENT, "--variant", variant), 2)
    assert f'"{variant}"' in message
    assert "NAME:WEIGHT needs a whole number from 0 to 10000 after the last colon" in message
    assert f'and "{variant.rpartition(":")[2]}" is none' in message
    assert answer(analytics("experiment", "list", "example.com", "--json")) == []


def test_variants_with_the_lightest_and_the_heaviest_weight_are_added(analytics: Analytics) -> None:
    analytics("site", "add", "example.com")
    options = ["--name", "Hero", "--variant", "a=A=B:0", "--variant", "B: C:10000"]
    added = answer(analytics("experiment", "add", "example.com", *options, "--json"))
    assert [tuple(each.values()) for each in added["variants"]] == [("a", "A=B", 0), ("var_b", "B: C", 10_000)]


def test_variant_without_an_id_before_its_equals_sign_is_refused(analytics: Analytics) -> None:
    analytics("site", "add", "example.com")
    message = failed(analytics("experiment", "add", "example.com", *EXPERIMENT, "--variant", "=A"), 2)
    assert '"=A": there is no id before the =' in message


def test_variants_of_the_same_name_are_refused(analytics: Analytics) -> None:
    analytics("site", "add", "example.com")
    message = failed(analytics("experiment", "add", "example.com", *EXPERIMENT, "--variant", "x=Plain:2"), 2)
    assert "two variants have the same name" in message


def test_debugger_without_events_says_so() -> None:
    assert debug_text([], None) == "Every request since the server's start found its site."
    assert debug_text([], "example.com") == "Nothing arrived for example.com since the server's start."


def test_site_is_changed_by_its_settings(analytics: Analytics) -> None:
    site = answer(analytics("site", "add", "example.com", "--json"))
    options = [
        "--excluded-countries",
        "DE, FR",
        "--bots",
        "flag",
        "--monthly-quota",
        "1000",
        "--time-zone",
        "Asia/Kolkata",
    ]
    changed = answer(analytics("site", "change", "example.com", *options, "--json"))
    new = {"excluded_countries": ["DE", "FR"], "bots": "flag", "monthly_quota": 1000, "time_zone": "Asia/Kolkata"}
    assert changed == {**site, **new}
    assert answer(analytics("site", "show", site["id"], "--json")) == changed
    shown = analytics("site", "show", "example.com").stdout.splitlines()
    assert {"excluded_countries: DE,FR", "monthly_quota: 1000", "excluded_ips:"} <= set(shown)
    answer(analytics("site", "change", "example.com", "--excluded-countries", "", "--monthly-quota", "none", "--json"))
    shown = analytics("site", "show", "example.com").stdout.splitlines()
    assert {"excluded_countries:", "monthly_quota: none", "bots: flag"} <= set(shown)


def test_site_change_answers_in_words(analytics: Analytics) -> None:
    analytics("site", "add", "example.com")
    changed = analytics("site", "change", "example.com", "--bots", "flag", "--domain", "example.org").stdout
    assert changed == "Changed domain, bots of example.org.\n"
    assert analytics("site", "change", "example.org").stdout == "Changed nothing of example.org.\n"


def test_user_is_added_with_a_password_from_stdin(analytics: Analytics, folder: Path) -> None:
    added = answer(analytics("user", "add", "You@Example.com", "--password-stdin", "--json", stdin=f"{PASSWORD}\r\n"))
    assert added["email"] == "you@example.com"
    assert PASSWORD not in json.dumps(added)
    assert answer(analytics("user", "list", "--json")) == [added]
    assert log_in(folder, PASSWORD)


def test_password_is_asked_for_twice_and_not_shown(analytics: Analytics, folder: Path) -> None:
    result = analytics("user", "add", "you@example.com", stdin=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0
    assert result.stdout == "Added the user you@example.com.\n"
    assert PASSWORD not in result.output
    assert log_in(folder, PASSWORD)


def test_password_is_changed(analytics: Analytics, folder: Path) -> None:
    analytics("user", "add", "you@example.com", "--password-stdin", stdin=PASSWORD)
    changed = analytics("user", "passwd", "YOU@example.com", "--password-stdin", stdin="another long password\n")
    assert changed.stdout == "Changed the password of you@example.com and ended all sessions.\n"
    assert not log_in(folder, PASSWORD)
    assert log_in(folder, "another long password")


def test_user_is_removed_unless_it_is_the_only_one(analytics: Analytics, folder: Path) -> None:
    for email in ("you@example.com", "other@example.com"):
        analytics("user", "add", email, "--password-stdin", stdin=PASSWORD)
    assert analytics("user", "remove", "You@example.com").stdout == "Removed the user you@example.com.\n"
    assert [each["email"] for each in answer(analytics("user", "list", "--json"))] == ["other@example.com"]
    assert "the only user" in failed(analytics("user", "remove", "other@example.com"), 1)
    assert "there is no user" in failed(analytics("user", "remove", "you@example.com"), 1)


def log_in(folder: Path, password: str) -> bool:
    catalog = Catalog(DataDirectory(folder).catalog, SystemClock())
    try:
        return catalog.users.log_in("you@example.com", password)[0].email == "you@example.com"
    except NotAuthenticated:
        return False
    finally:
        catalog.close()


def test_doctor_without_a_server(analytics: Analytics, folder: Path) -> None:
    analytics("site", "add", "example.com")
    report = answer(analytics("doctor", "--json"))
    assert report["data_dir"] == str(folder.resolve())
    assert (report["version"], report["server"], report["lock"]) == (__version__, "not running", "free")
    assert report["inbox_events"] == 0
    assert {"python", "duckdb", "sqlite", "disk_free_mb", "disk_used_mb"} <= set(report)
    shown = analytics("doctor").stdout
    assert "not running" in shown


def test_what_is_not_there_exits_with_1(analytics: Analytics) -> None:
    analytics("site", "add", "example.com")
    for arguments in (
        ["site", "remove", "nothing.example"],
        ["goal", "list", "nothing.example"],
        ["goal", "add", "nothing.example", *GOAL],
        ["goal", "stats", "nothing.example"],
        ["goal", "show", "example.com", "Nothing"],
        ["goal", "change", "example.com", "Nothing"],
        ["goal", "remove", "example.com", "Nothing"],
        ["funnel", "add", "nothing.example", "--name", "x", *STEPS],
        ["funnel", "list", "nothing.example"],
        ["funnel", "show", "example.com", "Nothing"],
        ["funnel", "change", "example.com", "Nothing"],
        ["funnel", "remove", "example.com", "Nothing"],
        ["segment", "add", "nothing.example", "--name", "x", "--filter", "country is DE"],
        ["segment", "list", "nothing.example"],
        ["segment", "show", "example.com", "Nothing"],
        ["segment", "change", "example.com", "Nothing"],
        ["segment", "remove", "example.com", "Nothing"],
        ["report", "nothing.example", "pages"],
        ["report", "example.com", "funnel", "Nothing"],
        ["report", "example.com", "pages", "--segment", "Nothing"],
        ["export", "nothing.example", "--output", "-"],
        ["site", "show", "nothing.example"],
        ["site", "change", "nothing.example"],
        ["key", "add", "nothing.example"],
        ["key", "list", "nothing.example"],
        ["key", "rotate", "example.com", "Nothing"],
        ["key", "revoke", "example.com", ""],
        ["experiment", "add", "nothing.example", *EXPERIMENT],
        ["experiment", "list", "nothing.example"],
        ["experiment", "stop", "example.com", "Nothing"],
        ["experiment", "start", "example.com", "Nothing"],
        ["experiment", "remove", "example.com", "Nothing"],
        ["user", "passwd", "nobody@example.com", "--password-stdin"],
    ):
        assert failed(analytics(*arguments, stdin=PASSWORD), 1).startswith("Error: there is no "), arguments


def test_what_is_there_already_exits_with_1(analytics: Analytics) -> None:
    for arguments in (
        ["site", "add", "example.com"],
        ["goal", "add", "example.com", *GOAL],
        ["funnel", "add", "example.com", "--name", "To sign up", *STEPS],
        ["segment", "add", "example.com", "--name", "Germany", "--filter", "country is DE"],
        ["key", "add", "example.com", "--name", "Shop"],
        ["experiment", "add", "example.com", *EXPERIMENT],
        ["user", "add", "you@example.com", "--password-stdin"],
    ):
        assert analytics(*arguments, stdin=PASSWORD).exit_code == 0
        assert " already" in failed(analytics(*arguments, stdin=PASSWORD), 1), arguments


def test_what_is_asked_wrongly_exits_with_2(analytics: Analytics) -> None:
    analytics("site", "add", "example.com")
    for arguments, named in (
        (["nothing"], "nothing"),
        (["site", "add"], "DOMAIN"),
        (["site", "list", "--nothing"], "--nothing"),
        (["site", "add", "not a domain"], "not a domain"),
        (["site", "add", "example.org", "--time-zone", "Mars"], "Mars"),
        (["site", "add", "example.org", "--visitor-period", "year"], "how long a visitor is recognised"),
        (["goal", "add", "example.com", "--name", "x", "--type", "page", "--value", "y"], "page"),
        (["goal", "add", "example.com", "--name", "x", "--type", "path", "--value", "y"], "/"),
        (["goal", "add", "example.com", "--name", "x", "--type", "path", "--value", "/y?z=1"], "without their query"),
        (["goal", "add", "example.com", "--name", " ", "--type", "event", "--value", "y"], "name"),
        (["goal", "stats", "example.com", "--from", "yesterday"], "from"),
        (["funnel", "add", "example.com", "--name", "x", "--step", "page=/"], '"page=/" must be such as path=/pricing'),
        (["funnel", "add", "example.com", "--name", "x", "--step", "path=/"], "2 to 8 steps"),
        (["funnel", "add", "example.com", "--name", "x", "--step", "path=/", "--step", "path=/?a"], "leave out '?a'"),
        (["funnel", "add", "example.com", "--name", "x", "--step", "{"], "--step { is not valid JSON"),
        (["funnel", "add", "example.com", "--name", "x", *STEPS, "--window", "soon"], '"soon" must be a time such as'),
        (["segment", "add", "example.com", "--name", "x"], "--filter"),
        (["segment", "add", "example.com", "--name", "x", "--filter", "[]"], "empty list"),
        (["segment", "add", "example.com", "--name", "x", "--filter", "plan pro"], "condition"),
        (["report", "example.com", "pages", "--compare", "last_month"], "previous_year, or the first and the last day"),
        (["key", "add", "example.com", "--kind", "master"], "master"),
        (["key", "add", "example.com", "--name", "x" * 256], "name"),
        (["experiment", "add", "example.com", "--name", "x", "--variant", "only one"], "variants"),
        (["experiment", "add", "example.com", "--name", "x"], "--variant"),
        (["experiment", "add", "example.com", *EXPERIMENT, "--id", "a b"], "id"),
        (["experiment", "add", "example.com", "--name", "x", "--variant", "a:0", "--variant", "b:0"], "weight"),
        (["site", "change", "example.com", "--bots", "greet"], "bots"),
        (["site", "change", "example.com", "--monthly-quota", "many"], "monthly quota"),
        (["site", "change", "example.com", "--monthly-quota", "0"], "above 0, or none"),
        (["site", "change", "example.com", "--domain", ""], "domain"),
        (["user", "add", "no address", "--password-stdin"], "email"),
        (["serve", "--port", "eighty"], "eighty"),
    ):
        message = failed(analytics(*arguments, stdin=PASSWORD), 2)
        assert named in message, arguments
        assert message.startswith("Error: "), arguments
        assert message.count("\n") == 1, arguments


def test_wrong_use_names_the_help(analytics: Analytics) -> None:
    for arguments, line in (
        (["site", "add"], "Missing argument 'DOMAIN'. See `analytics site add --help`."),
        (["--nothing"], "No such option '--nothing'. See `analytics --help`."),
        (["goal", "add", "x", "--name", "x"], "Missing option '--type'. Choose from: event, path."),
    ):
        assert failed(analytics(*arguments), 2).startswith(f"Error: {line}"), arguments


def test_weak_passwords_exit_with_2(analytics: Analytics) -> None:
    for weak in ("", "\n", "short\n", "password123\n", "you@example.com\n"):
        message = failed(analytics("user", "add", "you@example.com", "--password-stdin", stdin=weak), 2)
        assert "password" in message
    assert answer(analytics("user", "list", "--json")) == []


@pytest.mark.process
def test_password_that_is_no_utf8_is_refused_in_words(folder: Path) -> None:
    code, _, errors = run(
        "user", "add", "you@example.com", "--password-stdin", "--data-dir", str(folder), stdin=b"p\xe4ssw\xf6rter\n"
    )
    assert code in (0, 2)
    assert "Traceback" not in errors


def test_prompt_that_is_left_exits_with_1(analytics: Analytics) -> None:
    assert failed(analytics("user", "add", "you@example.com"), 1).endswith("Aborted!\n")


def test_bad_setting_stops_every_command_and_is_named(analytics: Analytics) -> None:
    assert "HITKEEP_PROT" in failed(analytics("site", "list", HITKEEP_PROT="80"), 2)
    assert "HITKEEP_PORT" in failed(analytics("doctor", HITKEEP_PORT="eighty"), 2)
    assert "missing.toml" in failed(analytics("site", "list", "--config", "missing.toml"), 2)


def test_data_directory_of_the_flag_wins(analytics: Analytics, folder: Path, tmp_path: Path) -> None:
    analytics("site", "add", "example.com", "--data-dir", str(tmp_path / "other"))
    assert not folder.exists()
    assert (tmp_path / "other" / "catalog.sqlite").exists()


def test_data_directory_of_the_file_is_used(analytics: Analytics, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(f'data_dir = "{tmp_path / "filed"}"\n')
    result = CliRunner(env={"HITKEEP_DATA_DIR": None}).invoke(
        main, ["site", "add", "example.com", "--config", str(tmp_path / "settings.toml")]
    )
    assert result.exit_code == 0
    assert (tmp_path / "filed" / "catalog.sqlite").exists()


READING = (
    ["site", "list"],
    ["user", "list"],
    ["goal", "list", "example.com"],
    ["goal", "stats", "example.com"],
    ["goal", "add", "example.com", *GOAL],
    ["funnel", "list", "example.com"],
    ["segment", "list", "example.com"],
    ["report", "example.com", "overview"],
    ["export", "example.com", "--output", "-"],
    ["usage"],
    ["debug", "example.com"],
    ["doctor"],
    ["doctor", "--check"],
    ["backup"],
    ["rebuild"],
)


@pytest.mark.parametrize("made", [False, True], ids=["no folder", "an empty folder"])
@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_what_needs_data_makes_none(analytics: Analytics, folder: Path, arguments: list[str], made: bool) -> None:
    if made:
        folder.mkdir()
    message = failed(analytics(*arguments), 3)
    assert message.startswith(
        f"Error: there is no data in {folder.absolute()}. Name the data directory with --data-dir"
    )
    assert "`analytics serve` or `analytics site add DOMAIN`" in message
    assert list(folder.iterdir()) == [] if made else not folder.exists()


def test_data_directory_that_cannot_be_used_exits_with_3(analytics: Analytics, folder: Path) -> None:
    folder.write_text("a file")
    for arguments in (["site", "list"], ["doctor"], ["goal", "stats", "example.com"], ["serve", "--port", "0"]):
        assert str(folder) in failed(analytics(*arguments), 3), arguments
        assert "Traceback" not in analytics(*arguments).output


def test_damaged_catalog_exits_with_3(analytics: Analytics, folder: Path) -> None:
    folder.mkdir()
    (folder / "catalog.sqlite").write_bytes(b"nothing that SQLite knows" * 100)
    assert "catalog.sqlite cannot be read" in failed(analytics("site", "list"), 3)


def test_question_about_events_names_the_process_that_holds_them(analytics: Analytics, folder: Path) -> None:
    """Not a server, which would answer, but another command that opened the events."""
    analytics("site", "add", "example.com")
    directory = DataDirectory(folder)
    directory.lock("analytics backup")
    try:
        message = failed(analytics("goal", "stats", "example.com"), 3)
    finally:
        directory.unlock()
    assert "in use by process" in message
    assert "(analytics backup)" in message


def test_rebuild_says_how_many_sessions_there_are(analytics: Analytics, folder: Path) -> None:
    site = answer(analytics("site", "add", "example.com", "--json"))
    store = DuckDBStore(DataDirectory(folder).events)
    store_rows(store, site["id"], {"session_id": 1}, {"session_id": 1}, {"session_id": 2})
    store.close()
    assert answer(analytics("rebuild", "--json")) == {"sessions_before": 2, "sessions": 2, "changed_events": 0}
    assert analytics("rebuild").stdout == "Rebuilt 2 sessions from the events.\n"


def test_rebuild_says_what_became_of_events_that_were_sent_in_another_order(analytics: Analytics, folder: Path) -> None:
    site = answer(analytics("site", "add", "example.com", "--json"))
    store = DuckDBStore(DataDirectory(folder).events)
    rows = [{"session_id": session, "time": START + minute * 60_000} for session, minute in ((1, 0), (2, 50), (1, 25))]
    store_rows(store, site["id"], *rows)
    store.close()
    told = "Rebuilt 1 sessions from the events; there were 2, and 1 events changed.\n"
    assert analytics("rebuild").stdout == told


@pytest.mark.process
def test_files_are_for_their_owner_only(folder: Path) -> None:
    assert run("site", "add", "example.com", "--data-dir", str(folder))[0] == 0
    modes = {path.name: path.stat().st_mode & 0o777 for path in [folder, *folder.iterdir()]}
    assert not {name: oct(mode) for name, mode in modes.items() if mode & 0o077}
