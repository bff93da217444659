"""What an experiment has shown so far."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from hitkeep_py.catalog.experiments import Experiment
from hitkeep_py.clock import utc_text
from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.query import Query
from hitkeep_py.reports.experiments import Finding, Split, VariantResult, finding, split_of
from hitkeep_py.reports.experiments import experiment_results as results_of
from hitkeep_py.server.call import Call, Result


def experiment_results(call: Call) -> Result:
    """Each variant in the range of `from` and `to`; rates and differences are fractions.

    `control` names the variant that the others are compared with, by default the first.
    """
    site = call.site()
    query = Query(site.id, call.range(site))
    experiment = call.analytics.catalog.experiments.get(site.id, call.path["experiment_id"])
    variant_ids = [each.id for each in experiment.variants]
    place = control_place(call.last("control"), variant_ids)
    results = call.answer(results_of, query, experiment.id, experiment.event, variant_ids)
    split = split_of(results, [each.weight for each in experiment.variants])
    return Result(
        {
            "experiment_id": experiment.id,
            "name": experiment.name,
            "from": utc_text(query.range.start),
            "to": utc_text(query.range.end),
            "control": variant_ids[place],
            "sample_ratio": asdict(split),
            "variants": variants_json(experiment, results, place, split),
        }
    )


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
