"""What routes are about, in people's words and in the order in which the API's description shows them."""

from hitkeep_py.server.call import ApiRoute

SENDING = "Sending events"
GROUPS: dict[str, tuple[str, ...]] = {
    SENDING: (),
    "Questions and reports": ("query", "reports", "behaviour", "figures", "live", "glance", "export"),
    "Goals": ("goals",),
    "Funnels": ("funnels",),
    "Segments": ("segments",),
    "Notes": ("annotations",),
    "Experiments": ("experiments", "experiment_results"),
    "Sites and keys": ("sites", "keys", "erasing"),
    "Login and users": ("login", "users"),
    "Operation": ("health", "usage"),
    "Scripts for pages": ("scripts",),
    "In the shape of HitKeep": ("stats", "hitkeep_reads", "hitkeep_commerce"),
    "In the shape of Plausible": ("plausible_query", "plausible_v1"),
    "In the shape of Sparklytics": ("websites", "sparklytics_reads", "sparklytics_behaviour"),
    "Dashboard and this description": ("dashboard", "demo", "openapi", "routes"),
}
"""Each with the modules of its answers."""
GROUP_OF_MODULE = {module: group for group, modules in GROUPS.items() for module in modules}


def group_of(route: ApiRoute) -> str:
    return GROUP_OF_MODULE[route.answer.__module__.rpartition(".")[2]]
