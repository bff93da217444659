"""Who may call what: every route for every kind of caller, and the walls around the state of the server."""

import logging
import re
from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie

import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.config import Settings
from hitkeep_py.server.access import Access
from hitkeep_py.server.app import Server
from hitkeep_py.server.call import ApiRoute
from hitkeep_py.server.routes import DEMO_ROUTES, ROUTES
from tests.conftest import EMAIL, PASSWORD
from tests.fake_clock import FakeClock
from tests.http_client import HttpClient
from tests.product import new_analytics

HOUR = 3_600
# The site is in the question, and none in the empty one that is asked here. Errors are in Plausible's shape.
OF_PLAUSIBLE = {
    ("POST", "/api/v2/query"),
    ("GET", "/api/v1/stats/aggregate"),
    ("GET", "/api/v1/stats/timeseries"),
    ("GET", "/api/v1/stats/breakdown"),
    ("GET", "/api/v1/stats/realtime/visitors"),
}
SCRIPTS = (
    *("/hk.js", "/s.js", "/script.js", "/js/script.js", "/tracker.js", "/api/analytics/script.js", "/count.js"),
    *("/hk-auto.js", "/hk-vitals.js"),
)
PAGES = ("/", "/login", "/setup", "/sites", "/sites/{path}", "/settings", "/settings/{path}")
DOCUMENTED_ROUTES = {
    *(("GET", path, Access.ANYONE) for path in PAGES),
    ("GET", "/assets/{file}", Access.ANYONE),
    ("GET", "/healthz", Access.ANYONE),
    ("GET", "/readyz", Access.ANYONE),
    ("GET", "/metrics", Access.ANYONE),
    ("GET", "/api/status", Access.ANYONE),
    ("POST", "/api/initial-user", Access.SETUP),
    ("POST", "/api/login", Access.ANYONE),
    ("POST", "/api/logout", Access.ANYONE),
    ("GET", "/api/me", Access.USER),
    ("POST", "/api/password", Access.USER),
    ("GET", "/api/users", Access.USER),
    ("POST", "/api/users", Access.USER),
    ("DELETE", "/api/users/{user_id}", Access.USER),
    ("GET", "/api/health", Access.USER),
    ("POST", "/api/backups", Access.USER),
    ("POST", "/api/rebuild", Access.USER),
    ("POST", "/api/catalog/refresh", Access.USER),
    ("GET", "/api/usage", Access.USER),
    ("GET", "/api/debug", Access.USER),
    ("GET", "/api/sites/{site_id}/debug", Access.USER),
    ("GET", "/api/overview", Access.USER),
    ("GET", "/api/sites", Access.USER),
    ("POST", "/api/sites", Access.USER),
    ("GET", "/api/sites/{site_id}", Access.READER),
    ("PATCH", "/api/sites/{site_id}", Access.USER),
    ("DELETE", "/api/sites/{site_id}", Access.USER),
    ("POST", "/api/sites/{site_id}/erase", Access.USER),
    ("GET", "/api/sites/{site_id}/stats", Access.READER),
    ("GET", "/api/sites/{site_id}/goals", Access.READER),
    ("POST", "/api/sites/{site_id}/goals", Access.USER),
    ("GET", "/api/sites/{site_id}/goals/stats", Access.READER),
    ("GET", "/api/sites/{site_id}/goals/timeseries", Access.READER),
    ("PATCH", "/api/sites/{site_id}/goals/{goal_id}", Access.USER),
    ("DELETE", "/api/sites/{site_id}/goals/{goal_id}", Access.USER),
    ("GET", "/api/sites/{site_id}/keys", Access.USER),
    ("POST", "/api/sites/{site_id}/keys", Access.USER),
    ("POST", "/api/sites/{site_id}/keys/{key_id}/rotate", Access.USER),
    ("DELETE", "/api/sites/{site_id}/keys/{key_id}", Access.USER),
    ("GET", "/api/sites/{site_id}/experiments", Access.READER),
    ("POST", "/api/sites/{site_id}/experiments", Access.USER),
    ("PATCH", "/api/sites/{site_id}/experiments/{experiment_id}", Access.USER),
    ("DELETE", "/api/sites/{site_id}/experiments/{experiment_id}", Access.USER),
    ("GET", "/api/sites/{site_id}/experiments/{experiment_id}/results", Access.READER),
    ("GET", "/api/websites/{site_id}/events", Access.READER),
    ("GET", "/api/websites/{site_id}/events/properties", Access.READER),
    ("GET", "/api/websites/{site_id}/events/timeseries", Access.READER),
    ("GET", "/api/analytics/experiments/active", Access.ANYONE),
    ("GET", "/api/analytics/experiments/assignments", Access.ANYONE),
    ("POST", "/api/sites/{site_id}/query", Access.READER),
    ("GET", "/api/sites/{site_id}/export", Access.READER),
    ("GET", "/api/sites/{site_id}/reports/overview", Access.READER),
    ("GET", "/api/sites/{site_id}/reports/series", Access.READER),
    ("GET", "/api/sites/{site_id}/reports/breakdown/{dimension}", Access.READER),
    ("GET", "/api/sites/{site_id}/reports/breakdown", Access.READER),
    ("GET", "/api/sites/{site_id}/reports/events", Access.READER),
    ("GET", "/api/sites/{site_id}/reports/events/{event_name}/properties", Access.READER),
    ("GET", "/api/sites/{site_id}/reports/events/{event_name}/series", Access.READER),
    ("GET", "/api/sites/{site_id}/reports/properties", Access.READER),
    ("GET", "/api/sites/{site_id}/reports/property-names", Access.READER),
    ("GET", "/api/sites/{site_id}/reports/event-series", Access.READER),
    ("GET", "/api/sites/{site_id}/reports/goals", Access.READER),
    ("GET", "/api/sites/{site_id}/reports/funnels/{funnel_id}", Access.READER),
    ("POST", "/api/sites/{site_id}/reports/funnels", Access.READER),
    ("GET", "/api/sites/{site_id}/reports/journeys", Access.READER),
    ("GET", "/api/sites/{site_id}/reports/retention", Access.READER),
    ("GET", "/api/sites/{site_id}/reports/sessions", Access.READER),
    ("GET", "/api/sites/{site_id}/reports/sessions/{session_id}", Access.READER),
    ("GET", "/api/sites/{site_id}/reports/realtime", Access.READER),
    ("GET", "/api/sites/{site_id}/reports/realtime/stream", Access.READER),
    ("GET", "/api/sites/{site_id}/reports/revenue", Access.READER),
    ("GET", "/api/sites/{site_id}/reports/web-vitals", Access.READER),
    ("GET", "/api/sites/{site_id}/reports/numbers", Access.READER),
    ("GET", "/api/sites/{site_id}/reports/engagement", Access.READER),
    ("GET", "/api/sites/{site_id}/funnels", Access.READER),
    ("POST", "/api/sites/{site_id}/funnels", Access.USER),
    ("GET", "/api/sites/{site_id}/funnels/{funnel_id}", Access.READER),
    ("PATCH", "/api/sites/{site_id}/funnels/{funnel_id}", Access.USER),
    ("DELETE", "/api/sites/{site_id}/funnels/{funnel_id}", Access.USER),
    ("POST", "/api/sites/{site_id}/reports/goals", Access.READER),
    ("GET", "/api/sites/{site_id}/annotations", Access.READER),
    ("POST", "/api/sites/{site_id}/annotations", Access.USER),
    ("PATCH", "/api/sites/{site_id}/annotations/{annotation_id}", Access.USER),
    ("DELETE", "/api/sites/{site_id}/annotations/{annotation_id}", Access.USER),
    ("GET", "/api/sites/{site_id}/segments", Access.READER),
    ("POST", "/api/sites/{site_id}/segments", Access.USER),
    ("GET", "/api/sites/{site_id}/segments/{segment_id}", Access.READER),
    ("PATCH", "/api/sites/{site_id}/segments/{segment_id}", Access.USER),
    ("DELETE", "/api/sites/{site_id}/segments/{segment_id}", Access.USER),
    ("GET", "/api/websites/{site_id}/stats", Access.READER),
    ("GET", "/api/websites/{site_id}/pageviews", Access.READER),
    ("GET", "/api/websites/{site_id}/metrics", Access.READER),
    ("GET", "/api/websites/{site_id}/realtime", Access.READER),
    ("GET", "/api/websites/{site_id}/sessions", Access.READER),
    ("GET", "/api/websites/{site_id}/sessions/{session_id}", Access.READER),
    ("GET", "/api/websites/{site_id}/goals", Access.READER),
    ("GET", "/api/websites/{site_id}/goals/{goal_id}/stats", Access.READER),
    ("GET", "/api/websites/{site_id}/funnels", Access.READER),
    ("GET", "/api/websites/{site_id}/funnels/{funnel_id}/results", Access.READER),
    ("GET", "/api/websites/{site_id}/journey", Access.READER),
    ("GET", "/api/websites/{site_id}/retention", Access.READER),
    ("GET", "/api/websites/{site_id}/revenue/summary", Access.READER),
    ("GET", "/api/sites/{site_id}/events/names", Access.READER),
    ("GET", "/api/sites/{site_id}/events/properties", Access.READER),
    ("GET", "/api/sites/{site_id}/events/breakdown", Access.READER),
    ("GET", "/api/sites/{site_id}/events/timeseries", Access.READER),
    ("GET", "/api/sites/{site_id}/events/audience", Access.READER),
    ("GET", "/api/sites/{site_id}/hits", Access.READER),
    ("GET", "/api/sites/{site_id}/funnels/timeseries", Access.READER),
    ("GET", "/api/sites/{site_id}/funnels/{funnel_id}/stats", Access.READER),
    ("GET", "/api/sites/{site_id}/ecommerce", Access.READER),
    ("GET", "/api/sites/{site_id}/ecommerce/timeseries", Access.READER),
    ("GET", "/api/sites/{site_id}/ecommerce/products", Access.READER),
    ("GET", "/api/sites/{site_id}/ecommerce/sources", Access.READER),
    ("GET", "/api/sites/{site_id}/web-vitals/summary", Access.READER),
    ("GET", "/api/sites/{site_id}/web-vitals/timeseries", Access.READER),
    ("GET", "/api/sites/{site_id}/web-vitals/pages", Access.READER),
    ("GET", "/api/sites/{site_id}/web-vitals/breakdown", Access.READER),
    *((method, path, Access.READER) for method, path in OF_PLAUSIBLE),
    ("GET", "/openapi.json", Access.ANYONE),
    *(("GET", path, Access.ANYONE) for path in SCRIPTS),
    ("GET", "/docs", Access.ANYONE),
    ("GET", "/docs/page.js", Access.ANYONE),
    ("GET", "/docs/page.css", Access.ANYONE),
}
KEYED = (Access.READER, Access.USER)
# What a caller who may call gets for the body in BODIES, or none, about a site and a goal that are not there.
ANSWERS = {
    **{("GET", path): 200 for path in PAGES},
    ("GET", "/api/analytics/experiments/active"): 404,
    ("GET", "/api/analytics/experiments/assignments"): 404,
    ("POST", "/api/initial-user"): 403,
    ("POST", "/api/login"): 401,
    ("POST", "/api/backups"): 404,
    ("POST", "/api/sites"): 201,
    ("POST", "/api/users"): 201,
    ("POST", "/api/password"): 403,
    **dict.fromkeys(OF_PLAUSIBLE, 400),
}
# What an API key gets about its own site where that is not 200: what the path names is not there, no event is named.
READINGS = {
    ("GET", "/api/sites/{site_id}/experiments/{experiment_id}/results"): 404,
    ("GET", "/api/sites/{site_id}/reports/breakdown/{dimension}"): 400,
    ("GET", "/api/sites/{site_id}/reports/breakdown"): 400,
    ("GET", "/api/sites/{site_id}/reports/properties"): 400,
    ("GET", "/api/sites/{site_id}/reports/event-series"): 400,
    ("GET", "/api/sites/{site_id}/reports/numbers"): 400,
    ("GET", "/api/sites/{site_id}/reports/funnels/{funnel_id}"): 404,
    ("POST", "/api/sites/{site_id}/reports/funnels"): 400,
    ("POST", "/api/sites/{site_id}/reports/goals"): 400,
    ("GET", "/api/sites/{site_id}/reports/journeys"): 400,
    ("GET", "/api/sites/{site_id}/reports/sessions/{session_id}"): 404,
    ("GET", "/api/sites/{site_id}/funnels/{funnel_id}"): 404,
    ("GET", "/api/sites/{site_id}/segments/{segment_id}"): 404,
    ("GET", "/api/websites/{site_id}/metrics"): 400,
    ("GET", "/api/websites/{site_id}/sessions/{session_id}"): 404,
    ("GET", "/api/websites/{site_id}/goals/{goal_id}/stats"): 404,
    ("GET", "/api/websites/{site_id}/funnels/{funnel_id}/results"): 404,
    ("GET", "/api/websites/{site_id}/journey"): 400,
    ("GET", "/api/websites/{site_id}/retention"): 400,
    ("GET", "/api/websites/{site_id}/revenue/summary"): 400,
    ("GET", "/api/sites/{site_id}/events/properties"): 400,
    ("GET", "/api/sites/{site_id}/events/breakdown"): 400,
    ("GET", "/api/sites/{site_id}/events/timeseries"): 400,
    ("GET", "/api/sites/{site_id}/events/audience"): 400,
    ("GET", "/api/sites/{site_id}/funnels/{funnel_id}/stats"): 404,
    ("GET", "/api/sites/{site_id}/web-vitals/timeseries"): 400,
    ("GET", "/api/sites/{site_id}/web-vitals/pages"): 400,
    ("GET", "/api/sites/{site_id}/web-vitals/breakdown"): 400,
    **dict.fromkeys(OF_PLAUSIBLE, 400),
    ("GET", "/api/websites/{site_id}/events/properties"): 400,
    ("GET", "/api/websites/{site_id}/events/timeseries"): 400,
}
BODIES: dict[str, dict[str, object]] = {
    "/api/initial-user": {"setup_token": "wrong", "email": EMAIL, "password": PASSWORD},
    "/api/login": {"email": EMAIL, "password": "a wrong password"},
    "/api/backups": {"name": "first"},
    "/api/users": {"email": "other@example.com", "password": PASSWORD},
    "/api/password": {"old_password": "a wrong password", "new_password": PASSWORD},
    "/api/sites": {"domain": "example.com"},
}
FOREIGN = [
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"origin": "https://testserver"},
    {"origin": "http://testserver.evil.example"},
    {"origin": "http://testserver:81"},
    {"origin": ""},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "Cross-Site"},
    {"sec-fetch-site": "cross-site", "origin": "http://testserver"},
    {"sec-fetch-site": "same-origin", "origin": "https://evil.example"},
]


@pytest.fixture
def token(analytics: Analytics) -> str:
    return analytics.catalog.users.open_session(analytics.catalog.users.add(EMAIL, PASSWORD))


def call(client: HttpClient, route: ApiRoute, site_id: str = "nothing", **headers: str) -> int:
    """The status of a call that would be right, of a caller who may."""
    address = re.sub(r"\{\w+\}", "nothing", route.path.replace("{site_id}", site_id))
    body = None if route.method == "GET" else BODIES.get(route.path, {})
    parameters = {"snapshots": "1"} if address.endswith("/stream") else None
    answer = client.request(route.method, address, params=parameters, json=body, headers=headers)
    if answer.status_code >= 400:
        error = answer.json()["error"]
        assert isinstance(error, str) if is_of_plausible(route) else set(error) == {"code", "message", "field"}
    return answer.status_code


def is_of_plausible(route: ApiRoute) -> bool:
    return (route.method, route.path) in OF_PLAUSIBLE


def allowed_answer(route: ApiRoute) -> int:
    return ANSWERS.get((route.method, route.path), 404 if "{" in route.path else 200)


def refused_answer(route: ApiRoute) -> int:
    return 401 if route.access in KEYED else allowed_answer(route)


def reading_answer(route: ApiRoute) -> int:
    """What a valid API key gets about its own site."""
    if route.access is Access.READER:
        return READINGS.get((route.method, route.path), 200)
    return 403 if route.access is Access.USER else allowed_answer(route)


def foreign_answer(route: ApiRoute) -> int:
    """What a valid API key gets about a site that is not its own, or is not there."""
    return 403 if route.access in KEYED and not is_of_plausible(route) else allowed_answer(route)


def check_all(
    client: HttpClient, expected: Callable[[ApiRoute], int], site_id: str = "nothing", **headers: str
) -> None:
    wrong = {
        (route.method, route.path, status)
        for route in ROUTES
        if (status := call(client, route, site_id, **headers)) != expected(route)
    }
    assert wrong == set()


def test_routes_are_those_that_are_documented() -> None:
    assert {(route.method, route.path, route.access) for route in ROUTES} == DOCUMENTED_ROUTES
    assert len(ROUTES) == len(DOCUMENTED_ROUTES)


def test_routes_of_the_demonstration_are_open_only_read_and_are_not_there_otherwise(http: HttpClient) -> None:
    found = {(route.method, route.path, route.access) for route in DEMO_ROUTES}
    assert found == {("GET", path, Access.ANYONE) for path in ("/demo", "/demo/events", "/demo/{name}")}
    assert [call(http, route) for route in DEMO_ROUTES] == [404, 404, 404]


def test_what_any_page_may_read_is_open_to_anyone() -> None:
    assert {route.access for route in ROUTES if route.cors} == {Access.ANYONE}
    assert {route.method for route in ROUTES if route.cors} == {"GET"}


def test_logged_in_user_may_call_every_route(http: HttpClient, token: str) -> None:
    for route in ROUTES:
        if route.path not in ("/api/logout", "/api/login"):
            assert call(http, route, cookie=f"hk_token={token}") == allowed_answer(route), route


def test_anonymous_caller_may_call_public_routes_only(http: HttpClient, token: str) -> None:
    check_all(http, refused_answer)


def test_expired_session_is_none(http: HttpClient, token: str, clock: FakeClock) -> None:
    clock.advance(12 * HOUR)
    check_all(http, refused_answer, cookie=f"hk_token={token}")


def test_session_that_was_logged_out_is_none(http: HttpClient, token: str) -> None:
    assert http.post("/api/logout", headers={"cookie": f"hk_token={token}"}).status_code == 200
    check_all(http, refused_answer, cookie=f"hk_token={token}")


def test_forged_cookie_is_no_session(http: HttpClient, token: str) -> None:
    for forged in ("x" * 43, "", "%00", token[:-1], token + "x", token.swapcase(), f"{token}\x7f", "' OR 1=1 --", '"'):
        assert http.get("/api/sites", headers={"cookie": f"hk_token={forged}"}).status_code == 401, forged
    check_all(http, refused_answer, cookie="hk_token=forged")


def test_hash_from_the_catalogs_file_is_no_session(http: HttpClient, analytics: Analytics, token: str) -> None:
    stored = analytics.catalog.database.rows("SELECT token_hash FROM login_sessions")[0][0]
    assert stored != token
    assert http.get("/api/sites", headers={"cookie": f"hk_token={stored}"}).status_code == 401


def test_foreign_page_may_change_nothing(logged_in: HttpClient, analytics: Analytics) -> None:
    def expected(route: ApiRoute) -> int:
        return allowed_answer(route) if route.method == "GET" else 403

    for headers in FOREIGN:
        check_all(logged_in, expected, **headers)
    assert logged_in.get("/api/sites").json() == []
    assert len(analytics.catalog.users.all()) == 1


def test_own_page_and_curl_may_change_things(logged_in: HttpClient) -> None:
    own: list[dict[str, str]] = [
        {},
        {"origin": "http://testserver"},
        {"origin": "HTTP://TESTSERVER"},
        {"sec-fetch-site": "same-origin", "origin": "http://testserver"},
        {"sec-fetch-site": "none"},
    ]
    for number, headers in enumerate(own):
        answer = logged_in.post("/api/sites", json={"domain": f"{number}.example.com"}, headers=headers)
        assert answer.status_code == 201, headers


def test_foreign_page_is_refused_before_its_body_is_looked_at(logged_in: HttpClient) -> None:
    headers = {"origin": "https://evil.example", "content-type": "text/plain"}
    assert logged_in.post("/api/sites", content=b"{", headers=headers).status_code == 403


def test_anonymous_caller_is_refused_before_the_body_is_looked_at(http: HttpClient) -> None:
    headers = {"content-type": "application/json"}
    assert http.post("/api/sites", content=b"{", headers=headers).status_code == 401
    assert http.post("/api/sites", content=b" " * 100_000, headers=headers).status_code == 401


def added_key(analytics: Analytics, site: Site, kind: str = "api") -> tuple[str, str]:
    """Id and text of a new key."""
    key, text = analytics.catalog.keys.add(site.id, kind)
    analytics.catalog.refresh()
    return key.id, text


def bearer(text: str) -> dict[str, str]:
    return {"authorization": f"Bearer {text}"}


def test_api_key_may_read_its_own_site_only(
    http: HttpClient, analytics: Analytics, site: Site, clock: FakeClock
) -> None:
    other = analytics.catalog.sites.add("example.org")
    _, text = added_key(analytics, site)
    for own in (site.id.upper(), "example.com", "WWW.example.com"):
        clock.advance(HOUR)  # Logins are throttled.
        check_all(http, reading_answer, own, **bearer(text))
    for foreign in (other.id, "example.org", "nothing", "%00"):
        clock.advance(HOUR)
        check_all(http, foreign_answer, foreign, **bearer(text))
    for headers in ({"authorization": f"bearer  {text}"}, {"x-api-key": text}):
        clock.advance(HOUR)
        check_all(http, reading_answer, site.id, **headers)
        check_all(http, foreign_answer, other.id, **headers)
    assert analytics.catalog.sites.all() == [site, other]


def test_keys_of_other_kinds_read_nothing(http: HttpClient, analytics: Analytics, site: Site) -> None:
    for kind in ("secret", "public"):
        _, text = added_key(analytics, site, kind)
        check_all(http, refused_answer, site.id, **bearer(text))
        check_all(http, refused_answer, site.id, **{"x-api-key": text})


def test_revoked_key_is_none(http: HttpClient, analytics: Analytics, site: Site) -> None:
    key_id, text = added_key(analytics, site)
    analytics.catalog.keys.revoke(site.id, key_id)
    analytics.catalog.refresh()
    check_all(http, refused_answer, site.id, **bearer(text))


def test_key_of_a_removed_site_is_none(http: HttpClient, analytics: Analytics, site: Site) -> None:
    _, text = added_key(analytics, site)
    analytics.catalog.sites.remove(site.id)
    assert call(http, route_of("GET", "/api/sites/{site_id}"), site.id, **bearer(text)) == 404
    analytics.catalog.refresh()
    check_all(http, refused_answer, site.id, **bearer(text))


def test_rotated_key_is_good_for_24_hours_beside_the_new_one(
    http: HttpClient, analytics: Analytics, site: Site, clock: FakeClock
) -> None:
    key_id, old = added_key(analytics, site)
    _, new = analytics.catalog.keys.rotate(site.id, key_id)
    analytics.catalog.refresh()
    clock.advance(24 * HOUR - 1)
    for text in (old, new):
        check_all(http, reading_answer, site.id, **bearer(text))
    clock.advance(1)
    check_all(http, refused_answer, site.id, **bearer(old))
    check_all(http, reading_answer, site.id, **bearer(new))


def test_forged_key_is_none_even_beside_a_cookie(
    http: HttpClient, analytics: Analytics, site: Site, token: str
) -> None:
    _, text = added_key(analytics, site)
    forged = ("", "x", text[:-1], text + "x", text.swapcase(), text[:12], text[:12] + "x" * 24, "hka_" + "x" * 32)
    for each in (*forged, "x" * 10_000, f"{text} {text}", "' OR 1=1 --"):
        for headers in (bearer(each), {"x-api-key": each}):
            answer = http.get("/api/sites", headers={**headers, "cookie": f"hk_token={token}"})
            assert answer.status_code == 401, headers
    check_all(http, refused_answer, site.id, **bearer(forged[-1]), cookie=f"hk_token={token}")


def test_key_does_not_borrow_the_cookies_rights(http: HttpClient, analytics: Analytics, site: Site, token: str) -> None:
    _, text = added_key(analytics, site)
    answer = http.post("/api/sites", json={}, headers={**bearer(text), "cookie": f"hk_token={token}"})
    assert answer.status_code == 403


def test_authorization_of_a_proxy_is_no_key(http: HttpClient, token: str) -> None:
    headers = {"authorization": "Basic eW91OnNlY3JldA==", "cookie": f"hk_token={token}"}
    assert http.get("/api/sites", headers=headers).status_code == 200


def test_foreign_page_cannot_make_its_login_a_programs(http: HttpClient, analytics: Analytics, site: Site) -> None:
    """Routes that are open to anyone look at no key, so it does not lift the wall around them either."""
    _, text = added_key(analytics, site)
    answer = http.post("/api/logout", headers={**bearer(text), "origin": "https://evil.example"})
    assert answer.status_code == 403


def message(client: HttpClient, address: str, text: str = "") -> str:
    answer = client.get(address, headers=bearer(text) if text else {})
    assert answer.status_code >= 400
    return str(answer.json()["error"]["message"])


def test_who_is_refused_is_told_what_to_do(http: HttpClient, analytics: Analytics, site: Site) -> None:
    _, api = added_key(analytics, site)
    _, secret = added_key(analytics, site, "secret")
    stats = f"/api/sites/{site.id}/stats"
    assert message(http, stats) == (
        "log in (POST /api/login), or send an API key of the site: Authorization: Bearer hka_…; "
        "make one with: analytics key add SITE --kind api"
    )
    for text in ("unknown", secret):
        assert message(http, stats, text) == (
            "no such API key: it is unknown, revoked or of another kind; "
            "make one with: analytics key add SITE --kind api"
        )
    assert message(http, "/api/sites", api) == "an API key only reads the figures of its own site"


def test_use_of_an_api_key_is_seen(http: HttpClient, analytics: Analytics, site: Site, clock: FakeClock) -> None:
    _, text = added_key(analytics, site)
    clock.advance(60)
    assert http.get(f"/api/sites/{site.id}", headers=bearer(text)).status_code == 200
    assert analytics.catalog.keys.of_site(site.id)[0].last_used_at == clock.now_ms()


def route_of(method: str, path: str) -> ApiRoute:
    return next(route for route in ROUTES if (route.method, route.path) == (method, path))


def test_socket_file_needs_no_login(server: Server) -> None:
    with HttpClient(server.local_app) as local:
        check_all(local, allowed_answer)


def test_socket_file_has_no_ingest(server: Server, site: Site) -> None:
    with HttpClient(server.local_app) as local:
        body = {"site_id": site.id, "name": "signup", "url": "/"}
        assert local.post("/ingest/event", json=body).status_code == 404


def test_ingest_reads_no_cookie_and_takes_foreign_pages(http: HttpClient, site: Site) -> None:
    headers = {"origin": "https://example.com", "sec-fetch-site": "cross-site", "cookie": "hk_token=forged"}
    assert http.post("/ingest", json={"path": "/"}, headers=headers).status_code == 202


def public(settings: Settings, clock: FakeClock, peer: str = "203.0.113.9") -> Iterator[HttpClient]:
    """A client of a product with these settings and one user."""
    analytics = new_analytics(clock, settings)
    analytics.catalog.users.add(EMAIL, PASSWORD)
    with HttpClient(Server(analytics).app, client=(peer, 50000)) as client:
        yield client
    analytics.close()


@pytest.fixture
def behind_https(clock: FakeClock) -> Iterator[HttpClient]:
    yield from public(Settings(public_url="https://stats.example.com"), clock)


@pytest.fixture
def behind_proxy(clock: FakeClock) -> Iterator[HttpClient]:
    yield from public(Settings(trusted_proxies=("192.0.2.0/24",)), clock, peer="192.0.2.1")


def cookie_of(client: HttpClient, **headers: str) -> SimpleCookie:
    answer = client.post("/api/login", json={"email": EMAIL, "password": PASSWORD}, headers=headers)
    assert answer.status_code == 200
    cookies: SimpleCookie = SimpleCookie()
    for each in answer.headers.get_list("set-cookie"):
        cookies.load(each)
    return cookies


def is_secure(client: HttpClient, **headers: str) -> bool:
    """And named so that no other host can set it."""
    cookies = cookie_of(client, **headers)
    name = "__Host-hk_token" if "__Host-hk_token" in cookies else "hk_token"
    assert bool(cookies[name]["secure"]) == (name != "hk_token")
    return bool(cookies[name]["secure"])


def test_cookie_is_for_http_and_this_site_only(http: HttpClient, token: str) -> None:
    cookie = cookie_of(http)["hk_token"]
    assert cookie["httponly"] is True
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert cookie["domain"] == ""
    assert cookie["max-age"] == str(14 * 24 * HOUR)
    assert len(cookie.value) >= 43
    assert cookie.value != token


def test_cookie_is_secure_under_https_only(http: HttpClient, token: str) -> None:
    assert not is_secure(http)


def test_cookie_is_secure_under_an_https_public_url(behind_https: HttpClient) -> None:
    assert is_secure(behind_https)
    assert "Secure" in behind_https.post("/api/logout").headers["set-cookie"]


def test_either_name_of_the_cookie_is_taken(behind_https: HttpClient) -> None:
    value = cookie_of(behind_https)["__Host-hk_token"].value
    behind_https.cookies.clear()
    for name in ("__Host-hk_token", "hk_token"):
        assert behind_https.get("/api/me", headers={"cookie": f"{name}={value}"}).status_code == 200


def test_logout_ends_and_clears_the_cookie_from_before_https_as_well(behind_https: HttpClient) -> None:
    values = [cookie_of(behind_https)["__Host-hk_token"].value]
    behind_https.cookies.clear()
    values.append(cookie_of(behind_https)["__Host-hk_token"].value)
    behind_https.cookies.clear()
    both = {"cookie": f"__Host-hk_token={values[0]}; hk_token={values[1]}"}
    cleared = behind_https.post("/api/logout", headers=both).headers.get_list("set-cookie")
    assert [each.partition(";")[0] for each in cleared] == ["__Host-hk_token=", "hk_token="]
    assert all("Max-Age=0" in each for each in cleared)
    for value in values:
        assert behind_https.get("/api/me", headers={"cookie": f"hk_token={value}"}).status_code == 401


def test_every_answer_under_https_asks_for_https_alone(behind_https: HttpClient, http: HttpClient) -> None:
    for path in ("/api/status", "/hk.js", "/nothing", "/ingest/event", "/healthz"):
        assert behind_https.get(path).headers["strict-transport-security"] == "max-age=31536000", path
        assert "strict-transport-security" not in http.get(path).headers, path


def test_trusted_proxy_tells_that_it_is_https(behind_proxy: HttpClient) -> None:
    assert is_secure(behind_proxy, **{"x-forwarded-proto": "https"})
    assert not is_secure(behind_proxy, **{"x-forwarded-proto": "http"})
    assert not is_secure(behind_proxy)


def test_stranger_cannot_tell_that_it_is_https(http: HttpClient, token: str) -> None:
    assert not is_secure(http, **{"x-forwarded-proto": "https"})


def test_public_url_is_an_own_origin(behind_https: HttpClient) -> None:
    cookie_of(behind_https)
    headers = {"origin": "https://stats.example.com", "host": "127.0.0.1:8080"}
    for origin, status in (("https://stats.example.com", 200), ("http://stats.example.com", 403)):
        answer = behind_https.post("/api/logout", headers={**headers, "origin": origin})
        assert answer.status_code == status


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("stats.example.com", 200),
        ("STATS.example.com.:443", 200),
        ("stats.example.com:8443", 200),
        ("localhost:8080", 200),
        ("app.localhost", 200),
        ("127.0.0.1:8080", 200),
        ("[::1]:8080", 200),
        ("192.0.2.7", 200),
        ("hitkeep:8080", 200),
        ("hitkeep.default.svc.cluster.local", 200),
        ("", 200),
        ("evil.example", 403),
        ("evil.example:8080", 403),
        ("stats.example.com.evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("a@evil.example", 403),
        ("localhost.evil.example.", 403),
        ("localhost/.evil.example", 200),
    ],
)
def test_a_page_that_lets_its_name_point_here_reads_nothing(behind_https: HttpClient, host: str, status: int) -> None:
    """DNS rebinding."""
    for path in ("/api/status", "/", "/openapi.json"):
        assert behind_https.get(path, headers={"host": host}).status_code == status, path
    for path in ("/hk.js", "/healthz", "/readyz", "/metrics", "/api/analytics/experiments/running"):
        assert behind_https.get(path, headers={"host": host}).status_code != 403, path
    assert behind_https.post("/ingest", json={"path": "/"}, headers={"host": host}).status_code != 403


def test_a_key_is_taken_under_any_host(behind_https: HttpClient) -> None:
    answer = behind_https.get("/api/sites/x", headers={"host": "evil.example", "x-api-key": "hka_unknown"})
    assert answer.status_code == 401


def test_without_public_url_no_host_is_foreign(http: HttpClient) -> None:
    assert http.get("/api/status", headers={"host": "stats.example.com"}).status_code == 200


def test_own_origin_behind_a_proxy_has_the_proxys_scheme(behind_proxy: HttpClient) -> None:
    headers = {"origin": "https://stats.example.com", "host": "stats.example.com", "x-forwarded-proto": "https"}
    assert behind_proxy.post("/api/logout", headers=headers).status_code == 200
    headers["x-forwarded-proto"] = "http"
    assert behind_proxy.post("/api/logout", headers=headers).status_code == 403


def test_failure_of_the_server_tells_a_stranger_nothing(
    logged_in: HttpClient, analytics: Analytics, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    """Somebody has written into the catalog by hand."""
    with analytics.catalog.database.transaction() as run:
        run.execute("UPDATE sites SET aliases = 'no JSON'")
    with caplog.at_level(logging.CRITICAL):
        answer = logged_in.get(f"/api/sites/{site.id}/stats")
    assert answer.status_code == 500
    assert answer.json() == {
        "error": {"code": "internal_error", "message": "the server failed; its log tells why", "field": None}
    }


def test_closed_store_is_503_without_a_trace(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    analytics.store.close()
    answer = logged_in.get(f"/api/sites/{site.id}/stats")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert "Traceback" not in answer.text
    assert ".py" not in answer.text


def test_closed_catalog_is_503_without_a_trace(http: HttpClient, analytics: Analytics) -> None:
    analytics.catalog.close()
    for answer in (http.get("/api/status"), http.get("/api/sites", headers={"cookie": "hk_token=x"})):
        assert answer.status_code == 503
        assert "Traceback" not in answer.text
