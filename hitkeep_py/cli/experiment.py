"""analytics experiment"""

import re

import click

from hitkeep_py.catalog.experiments import MOST_WEIGHT, Experiment
from hitkeep_py.cli.access import catalog
from hitkeep_py.cli.options import data_command, show, table
from hitkeep_py.config import Settings
from hitkeep_py.errors import InvalidInput

ID_AND_NAME = re.compile(r"(?:([\w.-]*)=)?(.*)", re.ASCII | re.DOTALL)
WEIGHT = re.compile(r"[0-9]{1,9}", re.ASCII)


@click.group()
def experiment() -> None:
    """Experiments. SITE is a site's id or its domain, EXPERIMENT an experiment's id or its name."""


@experiment.command()
@click.argument("site")
@click.option("--name", required=True, help="What the experiment is called, such as Hero text.")
@click.option("--id", "id", metavar="ID", help="Its id in the pages, such as exp_hero_v2. [made]")
@click.option(
    "--variant",
    "variants",
    multiple=True,
    required=True,
    metavar="[ID=]NAME[:WEIGHT]",
    help="A variant; give two to ten. Weights are whole numbers from 0 to 10000, 1 unless given.",
)
@click.option("--event", default="", help="Name of the event that counts as conversion. [every conversion event]")
@data_command
def add(
    site: str, name: str, id: str | None, variants: tuple[str, ...], event: str, settings: Settings, as_json: bool
) -> None:
    """Add an experiment; it runs at once."""
    with catalog(settings) as opened:
        found = opened.sites.find(site)
        added = opened.experiments.add(found.id, name, [variant_of(each) for each in variants], id=id, event=event)
    show(added.as_json(), as_json, f"Added the experiment {added.name} to {found.domain} with the id {added.id}")


def variant_of(text: str) -> dict[str, object]:
    """Of [ID=]NAME[:WEIGHT]. A name that has a colon needs a weight after it. Raises InvalidInput."""
    before, colon, after = text.rpartition(":")
    found = ID_AND_NAME.fullmatch(before if colon else text)
    id, name = found.groups() if found else (None, text)
    if id == "":
        raise InvalidInput(f'--variant "{text}": there is no id before the =', field="variants")
    return {"id": id, "name": name, "weight": weight_of(text, after) if colon else 1}


def weight_of(text: str, weight: str) -> int:
    if not WEIGHT.fullmatch(weight) or int(weight) > MOST_WEIGHT:
        message = f'--variant "{text}": NAME:WEIGHT needs a whole number from 0 to {MOST_WEIGHT} after the last colon'
        raise InvalidInput(f'{message}, and "{weight}" is none', field="variants")
    return int(weight)


@experiment.command("list")
@click.argument("site")
@data_command
def list_experiments(site: str, settings: Settings, as_json: bool) -> None:
    """A site's experiments."""
    with catalog(settings) as opened:
        found = opened.experiments.of_site(opened.sites.find(site).id)
    rows = [{**each.as_json(), "variants": variants_text(each)} for each in found]
    columns = ["name", "status", "variants", "event", "id"]
    show([each.as_json() for each in found], as_json, table(columns, rows, "No experiments: analytics experiment add"))


def variants_text(experiment: Experiment) -> str:
    return ", ".join(f"{each.id}={each.name}:{each.weight}" for each in experiment.variants)


@experiment.command()
@click.argument("site")
@click.argument("experiment", metavar="EXPERIMENT")
@data_command
def stop(site: str, experiment: str, settings: Settings, as_json: bool) -> None:
    """Stop an experiment; trackers no longer see it."""
    set_status(settings, site, experiment, "stopped", as_json)


@experiment.command()
@click.argument("site")
@click.argument("experiment", metavar="EXPERIMENT")
@data_command
def start(site: str, experiment: str, settings: Settings, as_json: bool) -> None:
    """Start an experiment that was stopped."""
    set_status(settings, site, experiment, "running", as_json)


def set_status(settings: Settings, site: str, experiment: str, status: str, as_json: bool) -> None:
    with catalog(settings) as opened:
        site_id = opened.sites.find(site).id
        found = opened.experiments.find(site_id, experiment)
        changed = opened.experiments.change(site_id, found.id, {"status": status})
    show(changed.as_json(), as_json, f"The experiment {changed.name} is {status}.")


@experiment.command()
@click.argument("site")
@click.argument("experiment", metavar="EXPERIMENT")
@data_command
def remove(site: str, experiment: str, settings: Settings, as_json: bool) -> None:
    """Remove an experiment; events stay."""
    with catalog(settings) as opened:
        site_id = opened.sites.find(site).id
        removed = opened.experiments.remove(site_id, opened.experiments.find(site_id, experiment).id)
    show(removed.as_json(), as_json, f"Removed the experiment {removed.name}.")
