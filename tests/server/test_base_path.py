"""Behind a proxy that has the server below a path of its host, whether the proxy takes the path away or leaves it."""

import json
import re
from collections.abc import Iterator

import pytest

from hitkeep_py.config import OWN_PATHS, Settings
from hitkeep_py.protocols.formats import FORMATS
from hitkeep_py.server.app import Server
from hitkeep_py.server.routes import DEMO_ROUTES, ROUTES
from tests.conftest import EMAIL, PASSWORD
from tests.fake_clock import FakeClock
from tests.http_client import HttpClient
from tests.product import new_analytics

BASE = "/analytics"
SETTINGS = Settings(public_url=f"https://example.com{BASE}", api_burst=10**6, ingest_burst=10**6)
EVERY_ROUTE = sorted({(each.method, each.path) for each in (*ROUTES, *DEMO_ROUTES)} - {("GET", "/assets/{file}")})


@pytest.fixture(scope="module")
def proxied() -> Iterator[HttpClient]:
    analytics = new_analytics(FakeClock(), SETTINGS)
    analytics.catalog.users.add(EMAIL, PASSWORD)
    analytics.catalog.sites.add("shop.test")
    analytics.catalog.refresh()
    server = Server(analytics, (*ROUTES, *DEMO_ROUTES))
    with HttpClient(server.app, base_url="https://example.com") as client:
        yield client
    analytics.close()


@pytest.mark.parametrize(("method", "path"), EVERY_ROUTE)
def test_every_route_is_found_with_the_path_and_without(method: str, path: str, proxied: HttpClient) -> None:
    place = re.sub(r"\{\w+\}", "x", path)
    whole, stripped = (proxied.request(method, f"{base}{place}") for base in (BASE, ""))
    assert (whole.status_code, whole.content) == (stripped.status_code, stripped.content)
    assert "there is nothing at" not in whole.text
    assert whole.status_code != 405


@pytest.mark.parametrize("path", sorted({each.path for each in FORMATS}))
def test_events_of_every_format_are_taken_with_the_path_and_without(path: str, proxied: HttpClient) -> None:
    whole, stripped = (proxied.options(f"{base}{path}") for base in (BASE, ""))
    assert (whole.status_code, whole.headers) == (204, stripped.headers)


def test_only_the_whole_path_is_taken_away(proxied: HttpClient) -> None:
    for place in ("/analyticsx/healthz", "/analytics/analytics/healthz", "/x/analytics/healthz"):
        assert proxied.get(place).status_code == 404, place
    for place in (BASE, f"{BASE}/"):
        assert proxied.get(place).headers["content-type"].startswith("text/html"), place


@pytest.mark.parametrize("page", ["/", "/sites/shop.test/settings/install", "/demo", "/demo/products", "/demo/nothing"])
def test_pages_load_what_they_need_from_below_the_path(page: str, proxied: HttpClient) -> None:
    text = proxied.get(BASE + page).text
    assert f'data-base="{BASE}"' in text
    addresses = [each for each in re.findall(r'(?:src|href)="([^"]+)"', text) if not each.startswith("https:")]
    assert addresses
    for address in addresses:
        assert address.startswith(f"{BASE}/"), address
        assert address.endswith("/missing") or proxied.get(address).status_code == 200, address


def test_page_of_the_api_names_its_files_from_where_it_is(proxied: HttpClient) -> None:
    for address in re.findall(r'(?:src|href)="([^"]+)"', proxied.get(f"{BASE}/docs").text):
        assert not address.startswith("/")
        assert proxied.get(f"{BASE}/{address}").status_code == 200, address


def test_description_says_where_the_server_is(proxied: HttpClient) -> None:
    assert proxied.get("/openapi.json").json()["servers"] == [{"url": BASE}]


def test_login_from_the_hosts_own_pages_is_kept_for_the_path(proxied: HttpClient) -> None:
    account = {"email": EMAIL, "password": PASSWORD}
    answer = proxied.post(f"{BASE}/api/login", json=account, headers={"origin": "https://example.com"})
    assert answer.status_code == 200
    session, device = answer.headers.get_list("set-cookie")
    assert session.startswith("__Host-hk_token=")
    assert "; Path=/;" in session, "which that prefix asks for"
    assert f"; Path={BASE}/api/login;" in device
    foreign = proxied.post(f"{BASE}/api/login", json=account, headers={"origin": "https://example.org"})
    assert foreign.status_code == 403


def test_events_count(proxied: HttpClient) -> None:
    body = json.dumps({"n": "pageview", "u": "https://shop.test/", "d": "shop.test"})
    answer = proxied.post(f"{BASE}/api/event", content=body, headers={"user-agent": "Mozilla/5.0 Firefox/140.0"})
    assert (answer.status_code, "x-plausible-dropped" in answer.headers) == (202, False)


def test_paths_that_the_server_has_itself_are_those_that_public_url_may_not_begin_with() -> None:
    paths = {path for _, path in EVERY_ROUTE} | {each.path for each in FORMATS} | {"/assets/{file}"}
    assert {path.split("/")[1] for path in paths} - {""} == set(OWN_PATHS)
