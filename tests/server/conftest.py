"""A site with events for tests that only ask: one a worker, since to make a product takes longer than to ask it."""

from collections.abc import Iterator

import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.server.app import Server
from hitkeep_py.stores.duckdb import DuckDBStore
from tests.conftest import EMAIL, PASSWORD
from tests.fake_clock import FakeClock
from tests.http_client import HttpClient
from tests.product import new_analytics
from tests.reported_site import fill


@pytest.fixture(scope="session")
def reported_product() -> Iterator[tuple[Analytics, Site]]:
    analytics = new_analytics(FakeClock(), store=DuckDBStore(None))
    site = analytics.catalog.sites.add("example.com")
    fill(analytics, site)
    yield analytics, site
    analytics.close()


@pytest.fixture(scope="session")
def reader(reported_product: tuple[Analytics, Site]) -> HttpClient:
    """A user who may do everything, and changes nothing."""
    analytics, _ = reported_product
    token = analytics.catalog.users.open_session(analytics.catalog.users.add(EMAIL, PASSWORD))
    return HttpClient(Server(analytics).app, cookies={"hk_token": token})


@pytest.fixture(scope="session")
def reported(reported_product: tuple[Analytics, Site]) -> Site:
    return reported_product[1]
