"""Texts of records and answers that are one of a few words."""

from collections.abc import Iterable, Mapping

from hitkeep_py.catalog.experiments import STATUSES, Experiment
from hitkeep_py.catalog.funnels import SCOPES, Funnel
from hitkeep_py.catalog.goals import GOAL_TYPES, REVENUE_FIELDS, Goal, GoalRevenue
from hitkeep_py.catalog.keys import KINDS as KEY_KINDS
from hitkeep_py.catalog.keys import Key
from hitkeep_py.catalog.site_settings import SETTINGS
from hitkeep_py.catalog.sites import Site
from hitkeep_py.event import CUSTOM, KINDS, PAGEVIEW
from hitkeep_py.query.step import STEP_TYPES, Step
from hitkeep_py.reports.funnels import FunnelResult, StepResult
from hitkeep_py.reports.goals import GoalStats
from hitkeep_py.reports.journeys import DIRECTIONS, Journeys, Node
from hitkeep_py.reports.realtime import NewEvent
from hitkeep_py.reports.retention import RETENTION_UNITS, Retention
from hitkeep_py.reports.sessions import SessionEvent
from hitkeep_py.reports.web_vitals import GOOD, MIDDLING, POOR, THRESHOLDS, VitalSeries, WebVital

CHOICES: Mapping[type, Mapping[str, Iterable[str]]] = {
    Site: {name: each.choices for name, each in SETTINGS.items() if each.choices},
    Goal: {"type": GOAL_TYPES},
    GoalRevenue: {"kind": REVENUE_FIELDS},
    Funnel: {"scope": SCOPES},
    Step: {"type": STEP_TYPES},
    Key: {"kind": KEY_KINDS},
    Experiment: {"status": STATUSES},
    GoalStats: {"type": GOAL_TYPES},
    FunnelResult: {"scope": SCOPES},
    StepResult: {"type": STEP_TYPES},
    Journeys: {"direction": DIRECTIONS},
    Node: {"kind": (PAGEVIEW, CUSTOM)},
    Retention: {"unit": RETENTION_UNITS, "visitor_period": SETTINGS["visitor_period"].choices},
    NewEvent: {"kind": (PAGEVIEW, CUSTOM)},
    SessionEvent: {"kind": KINDS},
    WebVital: {"name": THRESHOLDS, "rating": (GOOD, MIDDLING, POOR)},
    VitalSeries: {"name": THRESHOLDS},
}
"""By type and field."""
