"""Every route of the API and who may call it. The ingest routes are protocols.formats.FORMATS; anyone may send."""

from dataclasses import replace
from functools import cache

from hitkeep_py.exact_json import json_bytes
from hitkeep_py.server.access import Access
from hitkeep_py.server.api import (
    dashboard,
    demo,
    erasing,
    experiment_results,
    experiments,
    glance,
    goals,
    health,
    keys,
    login,
    openapi,
    scripts,
    sites,
    stats,
    usage,
    users,
    websites,
)
from hitkeep_py.server.call import ApiRoute, Call, Result
from hitkeep_py.server.compatible_routes import COMPATIBLE_ROUTES
from hitkeep_py.server.openapi import document
from hitkeep_py.server.report_routes import REPORT_ROUTES
from hitkeep_py.server.static_content import StaticContent, static_content, unless_known

SITE = "/api/sites/{site_id}"
KEY = f"{SITE}/keys/{{key_id}}"
EXPERIMENT = f"{SITE}/experiments/{{experiment_id}}"
EVENTS = "/api/websites/{site_id}/events"


def description(call: Call) -> Result:
    """This document, OpenAPI 3.1."""
    return unless_known(call, described(call.base), [("cache-control", "no-cache")])


@cache
def described(base: str) -> StaticContent:
    """Made at the first request: it takes some 60 ms."""
    return static_content(json_bytes(document(ROUTES, base)), "application/json")


ROUTES: tuple[ApiRoute, ...] = (
    *(
        ApiRoute("GET", path, Access.ANYONE, dashboard.show_page, "The dashboard.", deep=True)
        for path in dashboard.PAGES
    ),
    ApiRoute("GET", "/assets/{file}", Access.ANYONE, dashboard.show_asset, "A file that the dashboard loads."),
    *(
        ApiRoute("GET", name, Access.ANYONE, scripts.show_tracker, "The tracker.", any_host=True)
        for name in scripts.NAMES
    ),
    ApiRoute(
        "GET",
        "/count.js",
        Access.ANYONE,
        scripts.show_count,
        "The tracker with GoatCounter's functions.",
        any_host=True,
    ),
    ApiRoute(
        "GET",
        "/hk-auto.js",
        Access.ANYONE,
        scripts.show_automatic,
        "The tracker's part for what it notices.",
        any_host=True,
    ),
    ApiRoute(
        "GET", "/hk-vitals.js", Access.ANYONE, scripts.show_vitals, "The tracker's part for web vitals.", any_host=True
    ),
    ApiRoute("GET", "/healthz", Access.ANYONE, health.healthz, "The process and its event store work.", any_host=True),
    ApiRoute("GET", "/readyz", Access.ANYONE, health.readyz, "An event sent now would be accepted.", any_host=True),
    ApiRoute("GET", "/metrics", Access.ANYONE, health.metrics, "Counters for Prometheus.", any_host=True),
    ApiRoute("GET", "/api/status", Access.ANYONE, login.status, "Version, and whether a first user is needed."),
    ApiRoute("POST", "/api/initial-user", Access.SETUP, login.create_initial_user, "Make the first user."),
    ApiRoute("POST", "/api/login", Access.ANYONE, login.log_in, "Log in; sets the cookie hk_token."),
    ApiRoute("POST", "/api/logout", Access.ANYONE, login.log_out, "End the session."),
    ApiRoute("GET", "/api/me", Access.USER, users.show_me, "Who is logged in."),
    ApiRoute("POST", "/api/password", Access.USER, users.change_password, "Change one's own password."),
    ApiRoute("GET", "/api/users", Access.USER, users.list_users, "All users, by e-mail address."),
    ApiRoute("POST", "/api/users", Access.USER, users.add_user, "Add a user."),
    ApiRoute("DELETE", "/api/users/{user_id}", Access.USER, users.remove_user, "Remove another user."),
    ApiRoute("GET", "/api/health", Access.USER, health.health, "What `analytics doctor` shows."),
    ApiRoute("POST", "/api/backups", Access.USER, health.backup, "Back up into the data directory."),
    ApiRoute("POST", "/api/rebuild", Access.USER, health.rebuild, "Make what is derived from the events anew."),
    ApiRoute("POST", "/api/catalog/refresh", Access.USER, health.refresh, "Go by what other processes changed, now."),
    ApiRoute("GET", "/api/overview", Access.USER, glance.show_sites, "All sites at a glance."),
    ApiRoute("GET", "/api/sites", Access.USER, sites.list_sites, "All sites."),
    ApiRoute("POST", "/api/sites", Access.USER, sites.add_site, "Add a site."),
    ApiRoute("GET", SITE, Access.READER, sites.show_site, "One site."),
    ApiRoute("PATCH", SITE, Access.USER, sites.change_site, "Change what is named of a site's settings."),
    ApiRoute("DELETE", SITE, Access.USER, sites.remove_site, "Remove a site, what belongs to it and its events."),
    ApiRoute("POST", f"{SITE}/erase", Access.USER, erasing.erase, "Delete a site's events before a day, or a user's."),
    ApiRoute("GET", f"{SITE}/stats", Access.READER, stats.stats, "Key figures in HitKeep's shape.", strict=False),
    ApiRoute("GET", f"{SITE}/goals", Access.READER, goals.list_goals, "A site's goals, newest first."),
    ApiRoute("POST", f"{SITE}/goals", Access.USER, goals.add_goal, "Add a goal."),
    ApiRoute("GET", f"{SITE}/goals/stats", Access.READER, goals.goal_stats, "Conversions of every goal."),
    ApiRoute(
        "GET", f"{SITE}/goals/timeseries", Access.READER, goals.goal_timeseries, "Conversions over time.", strict=False
    ),
    ApiRoute("PATCH", f"{SITE}/goals/{{goal_id}}", Access.USER, goals.change_goal, "Change a goal."),
    ApiRoute("DELETE", f"{SITE}/goals/{{goal_id}}", Access.USER, goals.remove_goal, "Remove a goal."),
    ApiRoute("GET", "/api/usage", Access.USER, usage.usage, "What each site sent in a month, and what was dropped."),
    ApiRoute("GET", "/api/debug", Access.USER, usage.debug_unmatched, "The last requests that belong to no site."),
    ApiRoute("GET", f"{SITE}/debug", Access.USER, usage.debug, "The last events of a site and what became of each."),
    ApiRoute("GET", f"{SITE}/keys", Access.USER, keys.list_keys, "A site's keys, newest first, without their texts."),
    ApiRoute("POST", f"{SITE}/keys", Access.USER, keys.add_key, "Add a key; the answer has its text, only this once."),
    ApiRoute(
        "POST", f"{KEY}/rotate", Access.USER, keys.rotate_key, "Give a key a new text; the old is good for a day."
    ),
    ApiRoute("DELETE", KEY, Access.USER, keys.revoke_key, "Revoke a key at once."),
    ApiRoute("GET", f"{SITE}/experiments", Access.READER, experiments.list_experiments, "A site's experiments."),
    ApiRoute("POST", f"{SITE}/experiments", Access.USER, experiments.add_experiment, "Add an experiment."),
    ApiRoute("PATCH", EXPERIMENT, Access.USER, experiments.change_experiment, "Change, start or stop an experiment."),
    ApiRoute("DELETE", EXPERIMENT, Access.USER, experiments.remove_experiment, "Remove an experiment."),
    ApiRoute(
        "GET",
        f"{EXPERIMENT}/results",
        Access.READER,
        experiment_results.experiment_results,
        "Visitors and conversions of each variant.",
    ),
    ApiRoute(
        "GET",
        "/api/analytics/experiments/active",
        Access.ANYONE,
        experiments.active,
        "For trackers: the running experiments of `projectId`, a public key, a site's id or domain.",
        cors=True,
    ),
    ApiRoute(
        "GET",
        "/api/analytics/experiments/assignments",
        Access.ANYONE,
        experiments.assignments,
        "For trackers: the variants that the visitor `visitorId` sees.",
        cors=True,
    ),
    ApiRoute("GET", EVENTS, Access.READER, websites.event_names, "Custom events, in Sparklytics' shape.", strict=False),
    ApiRoute(
        "GET", f"{EVENTS}/properties", Access.READER, websites.event_properties, "An event's properties.", strict=False
    ),
    ApiRoute(
        "GET", f"{EVENTS}/timeseries", Access.READER, websites.event_timeseries, "An event over time.", strict=False
    ),
    *(replace(each, strict=False) for each in COMPATIBLE_ROUTES),
    *REPORT_ROUTES,
    ApiRoute("GET", "/openapi.json", Access.ANYONE, description, "What the API is."),
    ApiRoute("GET", "/docs", Access.ANYONE, openapi.show_page, "The same as a page to read."),
    ApiRoute("GET", "/docs/page.js", Access.ANYONE, openapi.show_script, "The script of that page."),
    ApiRoute("GET", "/docs/page.css", Access.ANYONE, openapi.show_style, "The style of that page."),
)

DEMO_ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute("GET", demo.PAGE, Access.ANYONE, demo.show_page, "A page on which the tracker can be tried out."),
    ApiRoute(
        "GET", f"{demo.PAGE}/events", Access.ANYONE, demo.show_events, "The last events of the demonstration's shop."
    ),
    ApiRoute(
        "GET", f"{demo.PAGE}/{{name}}", Access.ANYONE, demo.show_part, "What belongs to that page, and what is missing."
    ),
)
"""Only with `analytics serve --demo`."""
