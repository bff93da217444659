"""analytics goal"""

from collections.abc import Callable
from typing import Any

import click

from hitkeep_py.catalog.goals import GOAL_TYPES
from hitkeep_py.cli.access import asked, catalog
from hitkeep_py.cli.conditions import CONDITIONS, address_values, conditions_text, read_conditions
from hitkeep_py.cli.figures import Figure, figure, range_heading, text_of
from hitkeep_py.cli.options import Command, data_command, question_options, show, table
from hitkeep_py.config import Settings
from hitkeep_py.errors import InvalidInput
from hitkeep_py.money import minor_units
from hitkeep_py.query.metrics import Unit

FROM_EVENT = "event"
NONE = "none"
TYPE_HELP = "What is matched."
VALUE_HELP = "The event's name or the page's path; in a path * is any text."
FILTER_HELP = f"What else holds for the event. {CONDITIONS}"
NO_GOALS = "No goals yet: analytics goal add --help"


@click.group()
def goal() -> None:
    """Goals and their conversions. SITE is a site's id or its domain, GOAL a goal's id or its name."""


def goal_arguments(command: Command) -> Command:
    return click.argument("site")(click.argument("goal", metavar="GOAL")(command))


def filter_option(words: str = "") -> Callable[[Command], Command]:
    return click.option("--filter", "filters", multiple=True, metavar="CONDITION", help=f"{FILTER_HELP}{words}")


def revenue_options(kinds: str, words: str = "") -> Callable[[Command], Command]:
    amount = f"What a conversion is worth, such as 12.50; or event: the revenue that the events carry{words}."
    key = "The events' property that says what they are worth."
    options = (
        click.option("--revenue", metavar=f"AMOUNT|{kinds}", help=amount),
        click.option("--revenue-property", "key", metavar="KEY", help=key),
        click.option("--currency", metavar="CODE", help="Of the amount or the property, such as EUR. [the site's]"),
    )

    def with_options(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return with_options


@goal.command()
@click.argument("site")
@click.option("--name", required=True, help="What the goal is called, such as Pro Signup.")
@click.option("--type", "kind", required=True, type=click.Choice(GOAL_TYPES), help=TYPE_HELP)
@click.option("--value", required=True, help=VALUE_HELP)
@filter_option()
@revenue_options(FROM_EVENT)
@data_command
def add(
    site: str,
    name: str,
    kind: str,
    value: str,
    filters: tuple[str, ...],
    revenue: str | None,
    key: str | None,
    currency: str | None,
    settings: Settings,
    as_json: bool,
) -> None:
    """Add a goal."""
    with catalog(settings) as opened:
        found = opened.sites.find(site)
        worth = revenue_of(revenue, key, currency, found.currency)
        added = opened.goals.add(
            found.id, name, kind, value, filters=read_conditions(filters, "--filter"), revenue=worth
        )
    show(added.as_json(), as_json, f"Added the goal {added.name} to {found.domain} with the id {added.id}")


def revenue_of(amount: str | None, key: str | None, currency: str | None, usual: str) -> dict[str, object] | None:
    """As the catalog takes it. Raises InvalidInput."""
    if amount is not None and key is not None:
        raise InvalidInput("give either --revenue or --revenue-property", field="revenue")
    if key is not None:
        return {"kind": "property", "property": key, "currency": currency or usual}
    if currency is not None and amount in (None, FROM_EVENT):
        raise InvalidInput("--currency needs an amount (--revenue) or --revenue-property", field="currency")
    if amount in (None, FROM_EVENT):
        return {"kind": FROM_EVENT} if amount else None
    code = currency or usual
    units = minor_units(amount, code)
    if units is None:
        message = f"--revenue needs an amount such as 12.50, or {FROM_EVENT}, and --currency a code such as EUR"
        raise InvalidInput(message, field="revenue")
    return {"kind": "fixed", "amount": units, "currency": code}


@goal.command("list")
@click.argument("site")
@data_command
def list_goals(site: str, settings: Settings, as_json: bool) -> None:
    """A site's goals."""
    with catalog(settings) as opened:
        goals = [each.as_json() for each in opened.goals.of_site(opened.sites.find(site).id)]
    show(goals, as_json, table(["name", "type", "value", "id"], goals, NO_GOALS))


@goal.command("show")
@goal_arguments
@data_command
def show_goal(site: str, goal: str, settings: Settings, as_json: bool) -> None:
    """A goal, its conditions and what a conversion is worth."""
    with catalog(settings) as opened:
        found = opened.goals.find(opened.sites.find(site).id, goal).as_json()
    show(found, as_json, "\n".join(f"{name}: {value}" for name, value in in_words(found).items()))


@goal.command()
@goal_arguments
@click.option("--name", help="A new name.")
@click.option("--type", type=click.Choice(GOAL_TYPES), help=TYPE_HELP)
@click.option("--value", help=VALUE_HELP)
@filter_option(f" Instead of all before; {NONE}: no conditions.")
@revenue_options(f"{FROM_EVENT}|{NONE}", f"; {NONE}: nothing")
@data_command
def change(
    site: str,
    goal: str,
    filters: tuple[str, ...],
    revenue: str | None,
    key: str | None,
    currency: str | None,
    settings: Settings,
    as_json: bool,
    **words: Any,
) -> None:
    """Change a goal: what is named. Its conversions are counted anew, those of the past too."""
    changes = {name: value for name, value in words.items() if value is not None}
    if filters:
        changes["filters"] = [] if filters == (NONE,) else read_conditions(filters, "--filter")
    with catalog(settings) as opened:
        found = opened.sites.find(site)
        if (revenue, key, currency) != (None, None, None):
            changes["revenue"] = new_revenue(revenue, key, currency, found.currency)
        changed = opened.goals.change(found.id, opened.goals.find(found.id, goal).id, changes)
    show(changed.as_json(), as_json, f"Changed {', '.join(changes) or 'nothing'} of the goal {changed.name}.")


def new_revenue(amount: str | None, key: str | None, currency: str | None, usual: str) -> dict[str, object] | None:
    """None takes away what there was. Raises InvalidInput."""
    if (amount, key, currency) == (NONE, None, None):
        return None
    return revenue_of(amount, key, currency, usual)


def in_words(goal: dict[str, Any]) -> dict[str, Any]:
    words = {name: goal[name] for name in ("name", "id", "type", "value")}
    return words | {"conditions": conditions_text(goal["filters"]) or "-", "revenue": revenue_text(goal["revenue"])}


def revenue_text(revenue: dict[str, Any] | None) -> str:
    match revenue:
        case {"kind": "fixed", "amount": amount, "currency": code}:
            return Figure(amount, Unit.MINOR, code).text()
        case {"kind": "property", "property": key, "currency": code}:
            return f"the property {key} in {code}"
    return "what the events carry" if revenue else NONE


@goal.command()
@goal_arguments
@data_command
def remove(site: str, goal: str, settings: Settings, as_json: bool) -> None:
    """Remove a goal; events stay."""
    with catalog(settings) as opened:
        site_id = opened.sites.find(site).id
        removed = opened.goals.remove(site_id, opened.goals.find(site_id, goal).id)
    show(removed.as_json(), as_json, f"Removed the goal {removed.name}.")


@goal.command()
@click.argument("site")
@question_options
@data_command
def stats(site: str, settings: Settings, as_json: bool, **question: Any) -> None:
    """Conversions of a site's goals."""
    with catalog(settings) as opened:
        site_id = opened.sites.find(site).id
    answer = asked(settings, f"/api/sites/{site_id}/goals/stats", address_values(question))
    show(answer, as_json, stats_text(answer))


def stats_text(answer: dict[str, Any]) -> str:
    columns = ["name", "type", "value", "conversions", "conversion_rate", "events", "visitors"]
    columns += ["revenue"] if any(each["revenue"] for each in answer["goals"]) else []
    rows = [{name: text_of(figure(name, each[name])) for name in columns} for each in answer["goals"]]
    sessions = "1 session" if answer["sessions"] == 1 else f"{answer['sessions']} sessions"
    return f"{range_heading(answer)}: {sessions}\n" + table(columns, rows, NO_GOALS)
