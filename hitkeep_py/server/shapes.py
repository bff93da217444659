"""What routes take and give, for the API's description: by the function that answers, with types from the code."""

from hitkeep_py.catalog import annotations as annotation_records
from hitkeep_py.catalog import funnels as funnel_records
from hitkeep_py.catalog import goals as goal_records
from hitkeep_py.catalog import keys as key_records
from hitkeep_py.catalog import segments as segment_records
from hitkeep_py.catalog.annotations import Annotation
from hitkeep_py.catalog.experiments import LEAST_VARIANTS, MOST_VARIANTS, MOST_WEIGHT, Experiment, Variant
from hitkeep_py.catalog.funnels import Funnel
from hitkeep_py.catalog.goals import Goal
from hitkeep_py.catalog.keys import Key
from hitkeep_py.catalog.segments import Segment
from hitkeep_py.catalog.site_settings import SETTINGS
from hitkeep_py.catalog.sites import Site
from hitkeep_py.catalog.users import User
from hitkeep_py.event import KINDS
from hitkeep_py.inference import Interval, Reading
from hitkeep_py.ingest.debugger import DROPPED, REFUSED, STORED
from hitkeep_py.ingest.rebuilding import Rebuilt
from hitkeep_py.reports.experiments import Outcome, Split, VariantResult
from hitkeep_py.reports.goals import GoalPoint, GoalStats
from hitkeep_py.server.api import (
    annotations,
    dashboard,
    erasing,
    experiment_results,
    experiments,
    funnels,
    glance,
    goals,
    health,
    keys,
    login,
    openapi,
    scripts,
    segments,
    sites,
    usage,
    users,
)
from hitkeep_py.server.api.glance import SiteAtAGlance
from hitkeep_py.server.compatible_shapes import COMPATIBLE_SHAPES
from hitkeep_py.server.report_shapes import (
    COMPARE,
    COMPARISON_RANGE,
    EXPLAIN,
    FILTER,
    FORMAT,
    IN_RANGE,
    RANGE,
    REPORT_SHAPES,
    asked,
    report,
)
from hitkeep_py.server.schemas import TIME, Fields
from hitkeep_py.server.shape import Answers, Parameter, Shape, one_of, rows

CONTROL = Parameter("control", "Id of the variant that the others are compared with; by default the first.")
SCRIPT = Shape(
    files=("text/javascript",),
    only_files=True,
    parameters=(Parameter("v", "The content's hash, as it names it itself: the answer may then be kept for ever."),),
)
USER_NAME = {"type": ["string", "integer"]}
OK = Fields(more={"status": {"const": "ok"}})


def kept(record: type, changeable: tuple[str, ...], required: tuple[str, ...]) -> tuple[Fields, Fields]:
    """Bodies that make and change a record."""
    return Fields(record, changeable, {}, required), Fields(record, changeable, {}, ())


NEW_SITE, CHANGED_SITE = kept(Site, tuple(SETTINGS), ("domain",))
NEW_GOAL, CHANGED_GOAL = kept(Goal, goal_records.CHANGEABLE, ("name", "type", "value"))
NEW_FUNNEL, CHANGED_FUNNEL = kept(Funnel, funnel_records.CHANGEABLE, ("name", "steps"))
NEW_SEGMENT, CHANGED_SEGMENT = kept(Segment, segment_records.CHANGEABLE, ("name", "filters"))
NEW_ANNOTATION, CHANGED_ANNOTATION = kept(Annotation, annotation_records.CHANGEABLE, ("time", "text"))
NEW_VARIANTS = {
    "type": "array",
    "items": Fields(Variant, None, {}, ("name",)),
    "minItems": LEAST_VARIANTS,
    "maxItems": MOST_VARIANTS,
}
NEW_EXPERIMENT = Fields(Experiment, ("id", "name", "event"), {"variants": NEW_VARIANTS}, ("name", "variants"))
WEIGHTS = {
    "type": "object",
    "description": "New weights by the ids of variants.",
    "additionalProperties": {"type": "integer", "minimum": 0, "maximum": MOST_WEIGHT},
}
CHANGED_EXPERIMENT = Fields(Experiment, ("name", "status", "event"), {"weights": WEIGHTS}, ())
NEW_USER = Fields(
    User,
    ("email", "given_name", "last_name"),
    {"setup_token": str, "password": str},
    ("setup_token", "email", "password"),
)
OTHER_USER = Fields(User, ("email", "given_name", "last_name"), {"password": str}, ("email", "password"))
COMPARISON = Fields(
    more={
        "difference": float | None,
        "uplift": float | None,
        "interval": Interval | None,
        "p_value": float | None,
        "always_valid": Reading | None,
        "outcome": one_of(Outcome),
        "verdict": str,
    },
    name="VariantComparison",
)
VARIANT = Fields(
    VariantResult, None, {"name": str, "comparison": {"anyOf": [{"type": "null"}, COMPARISON]}}, name="VariantOutcome"
)
EXPERIMENT_RESULTS = asked(
    "ExperimentReport",
    None,
    experiment_id=str,
    control=str,
    sample_ratio=Split,
    variants={"type": "array", "items": VARIANT},
    name=str,
)
AT_A_GLANCE = Fields(
    SiteAtAGlance, None, {**IN_RANGE, "comparison_range": COMPARISON_RANGE, "unit": str}, name="SiteAtAGlance"
)
SEEN = Fields(
    more={
        "time": TIME,
        "format": str,
        "outcome": one_of((STORED, DROPPED, REFUSED)),
        "reason": str | None,
        "message": str | None,
        "kind": {"enum": [*KINDS, None]},
        "name": str | None,
        "path": str | None,
    },
    name="SeenEvent",
)
SEEN_EVENTS = Fields(more={"events": rows(SEEN), "forwarding_problem": str | None})
USAGE = Fields(
    more={
        "month": str,
        "events": int,
        "sites": rows(
            Fields(
                more={
                    "site_id": str,
                    "domain": str | None,
                    "events": int,
                    "monthly_quota": int | None,
                    "remaining": int | None,
                    "dropped": dict[str, int],
                },
                name="SiteUsage",
            )
        ),
        "unmatched": dict[str, int],
    },
    name="Usage",
)
HEALTH = Fields(
    more={
        "version": str,
        "store": str,
        **dict.fromkeys(("accepted", "stored", "duplicates"), int),
        "dropped": dict[str, int],
        **dict.fromkeys(("inbox_waiting", "inbox_unstored_events", "inbox_bytes", "position", "lost"), int),
        "restated": list[str],
        "writer_failing": bool,
        "disk_used_bytes": int,
        "disk_free_bytes": int | None,
        **dict.fromkeys(("refusing", "geoip_problem", "referrer_spam_list_problem", "forwarding_problem"), str | None),
    },
    name="Health",
)

SHAPES: dict[Answers, Shape] = {
    health.healthz: Shape(OK),
    health.readyz: Shape(OK),
    health.metrics: Shape(files=("text/plain",), only_files=True),
    health.health: Shape(HEALTH),
    health.rebuild: Shape(Rebuilt),
    health.refresh: Shape(OK),
    health.backup: Shape(Fields(more={"path": str}), body=Fields(more={"name": str}), status=201),
    login.status: Shape(Fields(more={"needs_setup": bool, "version": str})),
    login.create_initial_user: Shape(Fields(more={"status": str, "user": User}), body=NEW_USER, status=201),
    login.log_in: Shape(OK, body=Fields(more={"email": str, "password": str}), errors=(401,)),
    login.log_out: Shape(OK),
    users.show_me: Shape(Fields(more={"user": User | None, "version": str})),
    users.change_password: Shape(OK, body=Fields(more={"old_password": str, "new_password": str})),
    users.list_users: Shape(list[User]),
    users.add_user: Shape(User, body=OTHER_USER, status=201),
    users.remove_user: Shape(OK, errors=(409,)),
    glance.show_sites: Shape(Fields(more={"sites": rows(AT_A_GLANCE)}), (*RANGE, *COMPARE)),
    sites.list_sites: Shape(list[Site]),
    sites.add_site: Shape(Site, body=NEW_SITE, status=201),
    sites.show_site: Shape(Site),
    sites.change_site: Shape(Site, body=CHANGED_SITE),
    sites.remove_site: Shape(OK),
    erasing.erase: Shape(
        Fields(more={"events": int, "before": TIME, "user_id": USER_NAME}, optional=("before", "user_id")),
        body=Fields(more={"before": str, "user_id": USER_NAME}, required=()),
    ),
    goals.list_goals: Shape(list[Goal]),
    goals.add_goal: Shape(Goal, body=NEW_GOAL, status=201),
    goals.change_goal: Shape(Goal, body=CHANGED_GOAL),
    goals.remove_goal: Shape(OK),
    goals.goal_stats: Shape(Fields(more={**IN_RANGE, "sessions": int, "goals": list[GoalStats]}), (*RANGE, *FILTER)),
    goals.goal_timeseries: Shape(
        list[GoalPoint], (*RANGE, *FILTER, Parameter("goal_id", "Id of a goal; without one all.", repeated=True))
    ),
    keys.list_keys: Shape(list[Key]),
    keys.add_key: Shape(
        Fields(Key, None, {"key": str}),
        body=Fields(Key, ("name",), {"kind": one_of(key_records.KINDS, "secret")}, ()),
        status=201,
    ),
    keys.rotate_key: Shape(Fields(Key, None, {"key": str})),
    keys.revoke_key: Shape(OK),
    experiments.list_experiments: Shape(list[Experiment]),
    experiments.add_experiment: Shape(Experiment, body=NEW_EXPERIMENT, status=201),
    experiments.change_experiment: Shape(Experiment, body=CHANGED_EXPERIMENT),
    experiments.remove_experiment: Shape(OK),
    experiment_results.experiment_results: report(EXPERIMENT_RESULTS, (*RANGE, *EXPLAIN, *FORMAT, CONTROL)),
    usage.usage: Shape(
        USAGE,
        (Parameter("month", "A month such as 2026-11, in UTC."), Parameter("site", "Id or domain of a site.")),
        errors=(404,),
    ),
    usage.debug: Shape(SEEN_EVENTS),
    usage.debug_unmatched: Shape(SEEN_EVENTS),
    annotations.list_annotations: Shape(list[Annotation]),
    annotations.add_annotation: Shape(Annotation, body=NEW_ANNOTATION, status=201),
    annotations.change_annotation: Shape(Annotation, body=CHANGED_ANNOTATION),
    annotations.remove_annotation: Shape(OK),
    segments.list_segments: Shape(list[Segment]),
    segments.add_segment: Shape(Segment, body=NEW_SEGMENT, status=201),
    segments.show_segment: Shape(Segment),
    segments.change_segment: Shape(Segment, body=CHANGED_SEGMENT),
    segments.remove_segment: Shape(OK),
    funnels.list_funnels: Shape(list[Funnel]),
    funnels.add_funnel: Shape(Funnel, body=NEW_FUNNEL, status=201),
    funnels.show_funnel: Shape(Funnel),
    funnels.change_funnel: Shape(Funnel, body=CHANGED_FUNNEL),
    funnels.remove_funnel: Shape(OK),
    dashboard.show_page: Shape(files=("text/html",), only_files=True),
    dashboard.show_asset: Shape(
        files=tuple(each.partition(";")[0] for each in dashboard.TYPES.values()), only_files=True
    ),
    openapi.show_page: Shape(files=("text/html",), only_files=True),
    openapi.show_script: Shape(files=("text/javascript",), only_files=True),
    scripts.show_tracker: SCRIPT,
    scripts.show_count: SCRIPT,
    scripts.show_automatic: SCRIPT,
    scripts.show_vitals: SCRIPT,
    openapi.show_style: Shape(files=("text/css",), only_files=True),
    **REPORT_SHAPES,
    **COMPATIBLE_SHAPES,
}
