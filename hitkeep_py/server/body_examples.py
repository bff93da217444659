"""A body for each route that takes one, as people would send it, for the API's description."""

from typing import Any

from hitkeep_py.server.api import (
    annotations,
    behaviour,
    erasing,
    experiments,
    funnels,
    goals,
    health,
    keys,
    login,
    plausible_query,
    query,
    reports,
    segments,
    sites,
    users,
)
from hitkeep_py.server.shape import Answers

STEPS = [
    {"type": "path", "value": "/pricing"},
    {"type": "path", "value": "/checkout/*"},
    {"type": "event", "value": "purchase", "filters": ["property:plan is pro, team", "country is DE"]},
]
LIMITS = {"window_seconds": 604_800, "scope": "visitor"}
BODY_EXAMPLES: dict[Answers, dict[str, Any]] = {
    query.query: {
        "metrics": ["visitors", "bounce_rate", "sum:property:price"],
        "dimensions": ["country", "property:plan"],
        "filters": ["page starts with /shop", ["source is Google", "source is not set"]],
        "range": "last_month",
        "compare": "previous_period",
        "order": [["visitors", "desc"]],
        "limit": 20,
        "totals": True,
    },
    plausible_query.query: {
        "site_id": "example.com",
        "metrics": ["visitors", "pageviews"],
        "date_range": "7d",
        "dimensions": ["visit:source"],
        "filters": [["is", "visit:country", ["DE"]]],
    },
    login.log_in: {"email": "you@example.com", "password": "a long password"},
    login.create_initial_user: {
        "setup_token": "…",
        "email": "you@example.com",
        "password": "a long password",
        "given_name": "Ada",
        "last_name": "Lovelace",
    },
    users.add_user: {"email": "other@example.com", "password": "another long password"},
    users.change_password: {"old_password": "a long password", "new_password": "an even longer password"},
    sites.add_site: {"domain": "example.com", "time_zone": "Europe/Berlin", "currency": "EUR"},
    sites.change_site: {"aliases": ["www.example.com"], "monthly_quota": 1_000_000},
    erasing.erase: {"before": "2026-01-31"},
    goals.add_goal: {
        "name": "Pro Signup",
        "type": "event",
        "value": "signup",
        "filters": ["property:plan is pro"],
        "revenue": {"kind": "fixed", "amount": 1250, "currency": "EUR"},
    },
    goals.change_goal: {"value": "/thank-you", "type": "path", "revenue": None},
    reports.try_goal: {"type": "event", "value": "signup", "filters": ["property:plan is pro"]},
    annotations.add_annotation: {"time": "2026-11-20", "text": "New prices"},
    annotations.change_annotation: {"time": "2026-11-20T08:00:00Z"},
    funnels.add_funnel: {"name": "To buy", "steps": STEPS, **LIMITS},
    funnels.change_funnel: {"window_seconds": None, "scope": "session"},
    behaviour.try_funnel: {"steps": STEPS, **LIMITS},
    segments.add_segment: {
        "name": "German shoppers",
        "filters": ["country is DE", ["page starts with /shop", "source is Google"]],
    },
    segments.change_segment: {"name": "Austrian shoppers", "filters": ["country is AT"]},
    keys.add_key: {"name": "shop", "kind": "secret"},
    experiments.add_experiment: {
        "name": "Hero",
        "event": "signup",
        "variants": [{"name": "Plain"}, {"name": "Bold", "weight": 3}],
    },
    experiments.change_experiment: {"status": "stopped"},
    health.backup: {"name": "before-the-move"},
}
