"""Experiments of a site; and what trackers ask about them, without login and without the database."""

from hitkeep_py.catalog.experiments import Experiment
from hitkeep_py.errors import InvalidInput, NotFound
from hitkeep_py.server.call import Call, Result

VISITOR_LENGTH = 255


def list_experiments(call: Call) -> Result:
    return Result([each.as_json() for each in call.analytics.catalog.experiments.of_site(call.site().id)])


def add_experiment(call: Call) -> Result:
    body = call.body
    experiment = call.analytics.catalog.experiments.add(
        call.site().id, body.get("name"), body.get("variants"), id=body.get("id"), event=body.get("event", "")
    )
    call.analytics.catalog.refresh()
    return Result(experiment.as_json(), 201)


def change_experiment(call: Call) -> Result:
    experiment = call.analytics.catalog.experiments.change(call.site().id, call.path["experiment_id"], call.body)
    call.analytics.catalog.refresh()
    return Result(experiment.as_json())


def remove_experiment(call: Call) -> Result:
    call.analytics.catalog.experiments.remove(call.site().id, call.path["experiment_id"])
    call.analytics.catalog.refresh()
    return Result({"status": "ok"})


def active(call: Call) -> Result:
    """Grademypage's shape."""
    shown = [
        {"id": each.id, "name": each.name, "variants": [variant.as_json() for variant in each.variants]}
        for each in running(call)
    ]
    return Result({"experiments": shown})


def assignments(call: Call) -> Result:
    """The variant of every running experiment that a visitor sees."""
    experiments, visitor = running(call), call.last("visitorId") or ""
    if not 1 <= len(visitor) <= VISITOR_LENGTH:
        raise InvalidInput(f"visitorId must have 1 to {VISITOR_LENGTH} characters", field="visitorId")
    answers = []
    for each in experiments:
        variant = each.variant_of(visitor)
        answers.append({"experimentId": each.id, "variantId": variant.id, "variantName": variant.name})
    return Result(answers)


def running(call: Call) -> tuple[Experiment, ...]:
    """The running experiments of the project: a site's public key, its id, an alias or a host. Raises NotFound."""
    catalog, project, now = call.analytics.catalog, call.last("projectId") or "", call.analytics.clock.now_ms()
    directory = catalog.directory
    key = directory.keys.find(project, now)
    if key is not None and key.kind == "public":
        catalog.keys.note_use(key.id, now)
        return directory.experiments.get(key.site_id, ())
    site = directory.by_id.get(project.lower()) or directory.of_hostname(project)
    if site is None:
        raise NotFound("there is no project with this public key, site id, alias or domain", field="projectId")
    return directory.experiments.get(site.id, ())
