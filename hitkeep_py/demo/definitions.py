"""What somebody would have defined for the three sites: goals, funnels, segments, an experiment."""

from hitkeep_py.catalog.catalog import Catalog
from hitkeep_py.catalog.sites import Site
from hitkeep_py.demo import blog, manual, shop
from hitkeep_py.demo.month import SITES
from hitkeep_py.errors import NotFound

VISITOR_PERIOD = "month"
WEEK_SECONDS = 7 * 86_400


def ensure_sites(catalog: Catalog) -> dict[str, str]:
    """Ids of the sites by domain; a site that is not there is made, with all that belongs to it."""
    found = {each.domain: ensure_site(catalog, each.domain, each.time_zone, dict(each.settings)) for each in SITES}
    catalog.refresh()
    return found


def ensure_site(catalog: Catalog, domain: str, time_zone: str, settings: dict[str, object]) -> str:
    try:
        return catalog.sites.find(domain).id
    except NotFound:
        site = catalog.sites.add(domain, time_zone, VISITOR_PERIOD, **settings)
        DEFINED[domain](catalog, site)
        return site.id


def define_shop(catalog: Catalog, site: Site) -> None:
    goals = catalog.goals
    goals.add(site.id, "Order", "event", "purchase", revenue={"kind": "event"})
    goals.add(site.id, "Express order", "event", "purchase", filters=["property:express is true"])
    worth = {"kind": "fixed", "amount": 900, "currency": "EUR"}
    goals.add(site.id, "Paid plan", "event", "signup", filters=["property:plan is pro, team"], revenue=worth)
    goals.add(site.id, "Message to us", "event", "form_submit", filters=["page is /contact"])
    goals.add(site.id, "Thank-you page", "path", "/checkout/thank-you")
    steps = [
        step("path", "/products/*"),
        step("event", "add_to_cart"),
        step("path", "/checkout"),
        step("event", "purchase"),
    ]
    catalog.funnels.add(site.id, "To an order", steps)
    catalog.funnels.add(
        site.id,
        "To a sign-up",
        [step("path", "*"), step("event", "signup")],
        window_seconds=WEEK_SECONDS,
        scope="visitor",
    )
    catalog.segments.add(site.id, "Germany, Austria, Switzerland", ["country is DE, AT, CH"])
    catalog.segments.add(site.id, "Phones", ["device is mobile"])
    catalog.segments.add(site.id, "From AI assistants", ["channel is AI Assistants"])
    variants = [
        {"name": "Checkout in four steps", "id": shop.VARIANTS[0]},
        {"name": "Checkout on one page", "id": shop.VARIANTS[1]},
    ]
    catalog.experiments.add(site.id, "Checkout", variants, id=shop.EXPERIMENT, event="purchase")


def define_manual(catalog: Catalog, site: Site) -> None:
    catalog.goals.add(site.id, "Download", "event", "file_download")
    catalog.goals.add(site.id, "Copied shell commands", "event", "copy_code", filters=["property:language is bash"])
    catalog.goals.add(site.id, "Read about the API", "path", "/docs/api/*")
    steps = [step("path", "/docs/install"), step("path", "/docs/quick-start"), step("event", "copy_code")]
    catalog.funnels.add(site.id, "Getting started", steps)
    catalog.segments.add(site.id, "From AI assistants", ["channel is AI Assistants"])


def define_blog(catalog: Catalog, site: Site) -> None:
    catalog.goals.add(site.id, "Newsletter", "event", "newsletter")
    catalog.goals.add(site.id, "Shared", "event", "share")
    steps = [step("path", blog.FAMOUS), step("path", "/posts/*"), step("event", "newsletter")]
    catalog.funnels.add(site.id, "From the famous post to the newsletter", steps)
    catalog.segments.add(site.id, "Hacker News", ["source is Hacker News"])


def step(type: str, value: str) -> dict[str, str]:
    return {"type": type, "value": value}


DEFINED = {shop.DOMAIN: define_shop, manual.DOMAIN: define_manual, blog.DOMAIN: define_blog}
