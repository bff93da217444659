"""Every route of the API and who may call it. The ingest routes are protocols.formats.FORMATS; anyone may send."""

from hitkeep_py.server.access import Access
from hitkeep_py.server.api import goals, health, login, sites, stats
from hitkeep_py.server.call import ApiRoute

SITE = "/api/sites/{site_id}"

ROUTES: tuple[ApiRoute, ...] = (
    ApiRoute("GET", "/healthz", Access.ANYONE, health.healthz, "The process and its event store work."),
    ApiRoute("GET", "/readyz", Access.ANYONE, health.readyz, "An event sent now would be accepted."),
    ApiRoute("GET", "/metrics", Access.ANYONE, health.metrics, "Counters for Prometheus."),
    ApiRoute("GET", "/api/status", Access.ANYONE, login.status, "Version, and whether a first user is needed."),
    ApiRoute("POST", "/api/initial-user", Access.SETUP, login.create_initial_user, "Make the first user."),
    ApiRoute("POST", "/api/login", Access.ANYONE, login.log_in, "Log in; sets the cookie hk_token."),
    ApiRoute("POST", "/api/logout", Access.ANYONE, login.log_out, "End the session."),
    ApiRoute("GET", "/api/health", Access.USER, health.health, "What `analytics doctor` shows."),
    ApiRoute("POST", "/api/backups", Access.USER, health.backup, "Back up into the data directory."),
    ApiRoute("GET", "/api/sites", Access.USER, sites.list_sites, "All sites."),
    ApiRoute("POST", "/api/sites", Access.USER, sites.add_site, "Add a site."),
    ApiRoute("GET", SITE, Access.USER, sites.show_site, "One site."),
    ApiRoute("PATCH", SITE, Access.USER, sites.change_site, "Change domain, time_zone or visitor_period."),
    ApiRoute("DELETE", SITE, Access.USER, sites.remove_site, "Remove a site, its goals and its events."),
    ApiRoute("GET", f"{SITE}/stats", Access.USER, stats.stats, "Key figures in HitKeep's shape."),
    ApiRoute("GET", f"{SITE}/goals", Access.USER, goals.list_goals, "A site's goals, newest first."),
    ApiRoute("POST", f"{SITE}/goals", Access.USER, goals.add_goal, "Add a goal."),
    ApiRoute("GET", f"{SITE}/goals/stats", Access.USER, goals.goal_stats, "Conversions of every goal."),
    ApiRoute("GET", f"{SITE}/goals/timeseries", Access.USER, goals.goal_timeseries, "Conversions over time."),
    ApiRoute("PATCH", f"{SITE}/goals/{{goal_id}}", Access.USER, goals.change_goal, "Change a goal."),
    ApiRoute("DELETE", f"{SITE}/goals/{{goal_id}}", Access.USER, goals.remove_goal, "Remove a goal."),
)
