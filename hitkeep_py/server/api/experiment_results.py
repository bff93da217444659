"""What an experiment has shown so far."""

from hitkeep_py.clock import utc_text
from hitkeep_py.server.call import Call, Result


def experiment_results(call: Call) -> Result:
    """Each variant in the range of `from` and `to`; rates are fractions 0..1."""
    site = call.site()
    time_range = call.range(site)
    experiment = call.analytics.catalog.experiments.get(site.id, call.path["experiment_id"])
    results = call.analytics.experiment_results(site, experiment, time_range)
    variants = [
        {
            "variant_id": variant.id,
            "name": variant.name,
            "visitors": result.visitors,
            "impressions": result.impressions,
            "conversions": result.conversions,
            "events": result.events,
            "conversion_rate": result.conversion_rate,
        }
        for variant, result in zip(experiment.variants, results, strict=True)
    ]
    return Result(
        {
            "experiment_id": experiment.id,
            "name": experiment.name,
            "from": utc_text(time_range.start),
            "to": utc_text(time_range.end),
            "variants": variants,
        }
    )
