"""analytics goal"""

from typing import Any

import click

from hitkeep_py.cli.access import catalog, server_answer
from hitkeep_py.cli.options import data_command, show, table
from hitkeep_py.config import Settings


@click.group()
def goal() -> None:
    """Goals and their conversions. SITE is a site's id or its domain, GOAL a goal's id or its name."""


@goal.command()
@click.argument("site")
@click.option("--name", required=True, help="What the goal is called, such as Pro Signup.")
@click.option("--type", "kind", required=True, type=click.Choice(["event", "path"]), help="What is matched.")
@click.option("--value", required=True, help="The event's name or the page's path, matched exactly.")
@data_command
def add(site: str, name: str, kind: str, value: str, settings: Settings, as_json: bool) -> None:
    """Add a goal."""
    with catalog(settings) as opened:
        found = opened.sites.find(site)
        added = opened.goals.add(found.id, name, kind, value)
    show(added.as_json(), as_json, f"Added the goal {added.name} to {found.domain} with the id {added.id}")


@goal.command("list")
@click.argument("site")
@data_command
def list_goals(site: str, settings: Settings, as_json: bool) -> None:
    """A site's goals."""
    with catalog(settings) as opened:
        goals = [each.as_json() for each in opened.goals.of_site(opened.sites.find(site).id)]
    show(goals, as_json, table(["name", "type", "value", "id"], goals, "No goals yet: analytics goal add --help"))


@goal.command()
@click.argument("site")
@click.argument("goal", metavar="GOAL")
@data_command
def remove(site: str, goal: str, settings: Settings, as_json: bool) -> None:
    """Remove a goal; events stay."""
    with catalog(settings) as opened:
        site_id = opened.sites.find(site).id
        removed = opened.goals.remove(site_id, opened.goals.find(site_id, goal).id)
    show(removed.as_json(), as_json, f"Removed the goal {removed.name}.")


@goal.command()
@click.argument("site")
@click.option("--from", "start", metavar="DAY", help="First day or time. [30 days before the end]")
@click.option("--to", "end", metavar="DAY", help="Last day, included, or time. [today]")
@data_command
def stats(site: str, start: str | None, end: str | None, settings: Settings, as_json: bool) -> None:
    """Conversions of a site's goals."""
    with catalog(settings) as opened:
        site_id = opened.sites.find(site).id
    query = {"from": start, "to": end}
    answer = server_answer(settings, "GET", f"/api/sites/{site_id}/goals/stats", query)
    if answer is None:
        answer = offline_stats(settings, site_id, start, end)
    show(answer, as_json, stats_text(answer))


def offline_stats(settings: Settings, site_id: str, start: str | None, end: str | None) -> dict[str, Any]:
    # Imported here: duckdb alone takes 130 ms, which no other command of this module needs.
    from hitkeep_py.analytics import Analytics  # noqa: PLC0415
    from hitkeep_py.server.api.goals import goal_stats_json  # noqa: PLC0415

    analytics = Analytics.open(settings, "analytics goal stats")
    try:
        analytics.drain()
        return goal_stats_json(analytics, analytics.catalog.sites.get(site_id), start, end)
    finally:
        analytics.close()


def stats_text(answer: dict[str, Any]) -> str:
    rows = [{**each, "rate": f"{each['conversion_rate'] * 100:.1f} %"} for each in answer["goals"]]
    columns = ["name", "type", "value", "conversions", "rate", "events", "visitors"]
    head = f"{answer['from']} to {answer['to']}: {answer['sessions']} sessions"
    return head + "\n" + table(columns, rows, "No goals yet: analytics goal add --help")
