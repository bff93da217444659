"""A site with few events, whose every answer can be worked out by hand, and someone who may ask about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.server.app import Server
from hitkeep_py.stores import EventStore
from tests.conftest import EMAIL, PASSWORD
from tests.fake_clock import FakeClock
from tests.http_client import HttpClient
from tests.product import new_analytics
from tests.stored_events import store_rows

DAY = {"from": "2026-11-20", "to": "2026-11-20"}
BOTH_DAYS = {"from": "2026-11-19", "to": "2026-11-20"}

COLUMNS = ("time", "visitor_id", "session_id", "kind", "name", "path", "country", "source")
# On the 19th visitor 1 sees / from Germany. On the 20th visitors 1, 2 and 3 come; 1 and 2 buy.
VISITS: list[tuple[Any, ...]] = [
    ("2026-11-19T10:00:00", 1, 11, "pageview", None, "/", "DE", "Google"),
    ("2026-11-20T08:00:00", 1, 12, "pageview", None, "/", "DE", None),
    ("2026-11-20T08:01:00", 1, 12, "pageview", None, "/pricing", "DE", None),
    ("2026-11-20T08:02:00", 1, 12, "event", "purchase", "/pricing", "DE", None),
    ("2026-11-20T09:00:00", 2, 13, "pageview", None, "/", "FR", "Google"),
    ("2026-11-20T09:05:00", 2, 13, "event", "purchase", "/", "FR", "Google"),
    ("2026-11-20T09:06:00", 2, 13, "event", "signup", "/", "FR", "Google"),
    ("2026-11-20T09:30:00", 3, 14, "pageview", None, "/pricing", None, "Google"),
]
PROPS = {
    3: {"props": '{"plan": "pro", "price": 10}', "revenue": 1000, "currency": "EUR"},
    5: {"props": '{"plan": "free", "price": 2.5}', "revenue": 500, "currency": "USD"},
}


def visit_rows() -> list[dict[str, Any]]:
    return [{**dict(zip(COLUMNS, row, strict=True)), **PROPS.get(place, {})} for place, row in enumerate(VISITS)]


def fill(analytics: Analytics, site: Site) -> None:
    """Beside the site another one has an event of everything, which shows in no answer."""
    other = analytics.catalog.sites.add("other.example")
    analytics.catalog.refresh()
    store_rows(analytics.store, site.id, *visit_rows())
    foreign = [{**row, "path": "/foreign", "visitor_id": 99, "session_id": 99} for row in visit_rows()]
    store_rows(analytics.store, other.id, *foreign)


@contextmanager
def reported_product(store: EventStore | None = None) -> Iterator[tuple[HttpClient, Analytics, Site]]:
    """The product with the site, and a user who is logged in."""
    analytics = new_analytics(FakeClock(), store=store)
    site = analytics.catalog.sites.add("example.com")
    fill(analytics, site)
    token = analytics.catalog.users.open_session(analytics.catalog.users.add(EMAIL, PASSWORD))
    with HttpClient(Server(analytics).app, cookies={"hk_token": token}) as client:
        yield client, analytics, site
    analytics.close()


def ask(client: HttpClient, site: Site, **body: Any) -> Any:
    """The answer to a general question about the 20th, unless it says otherwise."""
    given = body if {"from", "to", "range"} & set(body) else {**DAY, **body}
    answer = client.post(f"/api/sites/{site.id}/query", json=given)
    assert answer.status_code == 200, answer.text
    return answer.json()


def report(client: HttpClient, site: Site, path: str, **parameters: Any) -> Any:
    given = parameters if {"from", "to", "range"} & set(parameters) else {**DAY, **parameters}
    answer = client.get(f"/api/sites/{site.id}/reports/{path}", params=given)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refusal(client: HttpClient, site: Site, **body: Any) -> dict[str, Any]:
    """The error that a question gets."""
    answer = client.post(f"/api/sites/{site.id}/query", json=body)
    assert answer.status_code == 400, answer.text
    found: dict[str, Any] = answer.json()["error"]
    return found


def rows(answer: Any) -> list[tuple[Any, ...]]:
    """Dimensions, metrics and comparison of each row, without their names."""
    return [
        (*row["dimensions"].values(), *row["metrics"].values(), *row.get("comparison", {}).values())
        for row in answer["rows"]
    ]
