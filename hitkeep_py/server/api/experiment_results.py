"""What an experiment has shown so far."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from hitkeep_py.catalog.experiments import Experiment
from hitkeep_py.errors import InvalidInput
from hitkeep_py.export import Column, Kind
from hitkeep_py.query.query import Query
from hitkeep_py.reports.experiments import Finding, Split, VariantResult, finding, split_of
from hitkeep_py.reports.experiments import experiment_results as results_of
from hitkeep_py.server.api.answering import shaped
from hitkeep_py.server.api.files import file_result, wanted_file
from hitkeep_py.server.api.sheets import Sheet
from hitkeep_py.server.call import Call, Result

READING = ("lower", "upper", "p_value")
COMPARED = ("difference", "uplift", *READING, *(f"always_valid_{name}" for name in READING))
CONCLUDED = ("outcome", "verdict")


def experiment_results(call: Call) -> Result:
    """Each variant in the range, and how it compares with the control; rates and differences are fractions."""
    site = call.site()
    query = Query(site.id, call.range(site))
    experiment = call.analytics.catalog.experiments.get(site.id, call.path["experiment_id"])
    variant_ids = [each.id for each in experiment.variants]
    place = control_place(call.last("control"), variant_ids)
    results = call.answer(results_of, query, experiment.id, experiment.event, variant_ids)
    split = split_of(results, [each.weight for each in experiment.variants])
    variants = variants_json(experiment, results, place, split)
    if wanted := wanted_file(call):
        return file_result(call, wanted, f"{site.domain}-experiment-{experiment.id}", variant_sheet(variants))
    value = {
        "experiment_id": experiment.id,
        "name": experiment.name,
        "control": variant_ids[place],
        "sample_ratio": asdict(split),
        "variants": variants,
    }
    return shaped(call, query, value, results_of)


def control_place(given: str | None, variant_ids: Sequence[str]) -> int:
    if given is not None and given not in variant_ids:
        raise InvalidInput(f"control must be one of {', '.join(variant_ids)}", field="control")
    return 0 if given is None else variant_ids.index(given)


def variants_json(
    experiment: Experiment, results: Sequence[VariantResult], control: int, split: Split
) -> list[dict[str, Any]]:
    names = [each.name for each in experiment.variants]
    shown = []
    for place, result in enumerate(results):
        others = len(results) - 1
        found = finding(results[control], result, (names[control], names[place]), others, split)
        comparison = None if place == control else comparison_json(found)
        shown.append({**asdict(result), "name": names[place], "comparison": comparison})
    return shown


def comparison_json(found: Finding) -> dict[str, Any]:
    comparison = found.comparison
    fixed = comparison.fixed if comparison else None
    always_valid = comparison.always_valid if comparison else None
    return {
        "difference": comparison.difference if comparison else None,
        "uplift": comparison.uplift if comparison else None,
        "interval": asdict(fixed.interval) if fixed else None,
        "p_value": fixed.p_value if fixed else None,
        "always_valid": asdict(always_valid) if always_valid else None,
        "outcome": found.outcome,
        "verdict": found.verdict,
    }


def variant_sheet(variants: Sequence[dict[str, Any]]) -> Sheet:
    """A row a variant; that of the control compares with nothing."""
    texts, wholes = ("variant_id", "name"), ("exposed", "visitors", "impressions", "conversions", "events")
    columns = [*(Column(name, Kind.TEXT) for name in texts), *(Column(name, Kind.WHOLE) for name in wholes)]
    columns += [Column(name, Kind.NUMBER) for name in ("conversion_rate", *COMPARED)]
    columns += [Column(name, Kind.TEXT) for name in CONCLUDED]
    own = (*texts, *wholes, "conversion_rate")
    return Sheet(columns, ((*(each[name] for name in own), *comparison_cells(each["comparison"])) for each in variants))


def comparison_cells(found: dict[str, Any] | None) -> Iterator[Any]:
    """In the order of COMPARED and CONCLUDED."""
    comparison = found or {}
    always_valid = comparison.get("always_valid") or {}
    yield from (comparison.get(name) for name in ("difference", "uplift"))
    yield from interval_cells(comparison.get("interval"))
    yield comparison.get("p_value")
    yield from interval_cells(always_valid.get("interval"))
    yield always_valid.get("p_value")
    yield from (comparison.get(name) for name in CONCLUDED)


def interval_cells(found: dict[str, float] | None) -> Iterator[float | None]:
    yield from ((found or {}).get(name) for name in ("lower", "upper"))
