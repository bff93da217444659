"""What routes are about, in people's words and in the order in which the API's description shows them."""

from hitkeep_py.server.call import ApiRoute

SENDING = "Sending events"
REPORTS = "Questions and reports"
SITES = "Sites and keys"
EXPERIMENTS = "Experiments"
ACCOUNTS = "Login and users"
OPERATION = "Operation"
DASHBOARD = "Dashboard and this description"
HITKEEP, PLAUSIBLE, SPARKLYTICS = (
    "In the shape of HitKeep",
    "In the shape of Plausible",
    "In the shape of Sparklytics",
)
GROUPS: dict[str, tuple[str, ...]] = {
    SENDING: (),
    REPORTS: ("query", "reports", "behaviour", "figures", "live", "glance", "export"),
    "Goals": ("goals",),
    "Funnels": ("funnels",),
    "Segments": ("segments",),
    "Notes": ("annotations",),
    EXPERIMENTS: ("experiments", "experiment_results"),
    SITES: ("sites", "keys", "erasing"),
    ACCOUNTS: ("login", "users"),
    OPERATION: ("health", "usage"),
    "Scripts for pages": ("scripts",),
    HITKEEP: ("stats", "hitkeep_reads", "hitkeep_commerce"),
    PLAUSIBLE: ("plausible_query", "plausible_v1"),
    SPARKLYTICS: ("websites", "sparklytics_reads", "sparklytics_behaviour"),
    DASHBOARD: ("dashboard", "demo", "openapi", "routes"),
}
"""Each with the modules of its answers."""
GROUP_OF_MODULE = {module: group for group, modules in GROUPS.items() for module in modules}


def group_of(route: ApiRoute) -> str:
    return GROUP_OF_MODULE[route.answer.__module__.rpartition(".")[2]]
