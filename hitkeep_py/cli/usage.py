"""analytics usage"""

from typing import Any

import click

from hitkeep_py.cli.access import catalog, opened_data, server_answer
from hitkeep_py.cli.options import data_command, show, table
from hitkeep_py.config import Settings


@click.command()
@click.argument("site", required=False)
@click.option("--month", metavar="MONTH", help="A month such as 2026-11, in UTC. [this one]")
@data_command
def usage(site: str | None, month: str | None, settings: Settings, as_json: bool) -> None:
    """Events that each site sent in a month, for bills and quotas, and why others were dropped."""
    if site is not None:
        with catalog(settings) as opened:
            site = opened.sites.find(site).id
    answer = server_answer(settings, "GET", "/api/usage", {"month": month, "site": site})
    if answer is None:
        answer = offline_usage(settings, month, site)
    show(answer, as_json, usage_text(answer))


def offline_usage(settings: Settings, month: str | None, site: str | None) -> dict[str, Any]:
    with opened_data(settings, "analytics usage") as analytics:
        # Imported here: starlette takes its time, which `--help` does not need.
        from hitkeep_py.server.api.usage import usage_json  # noqa: PLC0415

        return usage_json(analytics, month, site)


def usage_text(answer: dict[str, Any]) -> str:
    rows = [
        {
            **each,
            "domain": each["domain"] or f"removed ({each['site_id']})",
            "quota": "-" if each["monthly_quota"] is None else each["monthly_quota"],
            "remaining": "-" if each["remaining"] is None else each["remaining"],
            "dropped": drops_text(each["dropped"]),
        }
        for each in answer["sites"]
    ]
    columns = ["domain", "events", "quota", "remaining", "dropped"]
    lines = [f"{answer['month']}: {answer['events']} events", table(columns, rows, "No sites yet.")]
    if answer["unmatched"]:
        lines.append(f"Of no site: {drops_text(answer['unmatched'])} (analytics debug)")
    return "\n".join(lines)


def drops_text(drops: dict[str, int]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in sorted(drops.items())) or "-"
