"""A site with events for tests that only ask: one a worker, since to make a product takes longer than to ask it."""

from collections.abc import Iterator

import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.stores.duckdb import DuckDBStore
from tests.http_client import HttpClient
from tests.reported_site import reported_product

Asked = tuple[HttpClient, Analytics, Site]


@pytest.fixture(scope="session")
def asked() -> Iterator[Asked]:
    with reported_product(DuckDBStore(None)) as opened:
        yield opened


@pytest.fixture(scope="session")
def reader(asked: Asked) -> HttpClient:
    """A user who may do everything, and changes nothing."""
    return asked[0]


@pytest.fixture(scope="session")
def reported(asked: Asked) -> Site:
    return asked[2]
