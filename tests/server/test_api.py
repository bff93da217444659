"""The API's answers: sites and goals from birth to removal, the shape of errors, and what is no route."""

import re
from collections.abc import Iterator
from typing import Any

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.server.routes import ROUTES
from tests.fake_clock import FakeClock
from tests.http_client import HttpClient

# Tables are walked within one test: opening the product takes longer than all the requests of a table.
NOBODY = "00000000-0000-4000-8000-000000000000"
NOW = "2026-11-20T12:00:00.000Z"
GOAL = "/goals/{goal_id}"
SIGNUP = {"name": "Pro Signup", "type": "event", "value": "signup"}

BAD_SITES: list[tuple[object, str]] = [
    ({}, "domain"),
    ({"domain": None}, "domain"),
    ({"domain": 7}, "domain"),
    ({"domain": ""}, "domain"),
    ({"domain": "not a domain"}, "domain"),
    ({"domain": "example.com", "time_zone": "Mars/Olympus"}, "time_zone"),
    ({"domain": "example.com", "time_zone": None}, "time_zone"),
    ({"domain": "example.com", "visitor_period": "year"}, "visitor_period"),
    ({"domain": "example.com", "visitor_period": ["day"]}, "visitor_period"),
]
BAD_GOALS: list[tuple[dict[str, object], str]] = [
    ({"name": None}, "name"),
    ({"name": "  "}, "name"),
    ({"name": "x" * 256}, "name"),
    ({"name": 5}, "name"),
    ({"type": "page"}, "type"),
    ({"type": None}, "type"),
    ({"type": ["event"]}, "type"),
    ({"type": {}}, "type"),
    ({"value": ""}, "value"),
    ({"value": "x" * 256}, "value"),
    ({"value": ["signup"]}, "value"),
    ({"type": "path", "value": "thank-you"}, "value"),
    ({"type": "path", "value": "/" + "x" * 2048}, "value"),
    ({"filters": "country is DE"}, "filters"),
    ({"filters": ["nothing is x"]}, "filters"),
    ({"filters": ["entry_page is /"]}, "filters"),
    ({"filters": [["property:plan is pro", "exit_page is set"]]}, "filters"),
    ({"revenue": 12.5}, "revenue"),
    ({"revenue": {}}, "revenue"),
    ({"revenue": {"kind": ["fixed"]}}, "revenue"),
    ({"revenue": {"kind": "fixed", "currency": "EUR"}}, "revenue"),
    ({"revenue": {"kind": "fixed", "amount": 12.5, "currency": "EUR"}}, "revenue"),
    ({"revenue": {"kind": "fixed", "amount": True, "currency": "EUR"}}, "revenue"),
    ({"revenue": {"kind": "fixed", "amount": 0, "currency": "EUR"}}, "revenue"),
    ({"revenue": {"kind": "fixed", "amount": 2**53, "currency": "EUR"}}, "revenue"),
    ({"revenue": {"kind": "fixed", "amount": 5, "currency": "EURO"}}, "revenue"),
    ({"revenue": {"kind": "event", "currency": "EUR"}}, "revenue"),
    ({"revenue": {"kind": "property", "property": "", "currency": "EUR"}}, "revenue"),
    ({"revenue": {"kind": "property", "property": "x" * 301, "currency": "EUR"}}, "revenue"),
    ({"revenue": {"kind": "property", "property": "price", "currency": None}}, "revenue"),
]
BAD_BODIES = [
    b"{",
    b"\xff\xfe",
    b"nothing",
    b'{"domain": }',
    b"[1]",
    b'"text"',
    b"null",
    b"7",
    b"[" * 5000,
    b'{"a":"\0"}',
]


def error_of(response: Any, status: int) -> tuple[str, str | None]:
    """Code and field of an error answer, after checking its form."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert list(body) == ["error"]
    assert list(body["error"]) == ["code", "message", "field"]
    assert body["error"]["message"]
    return body["error"]["code"], body["error"]["field"]


def test_added_site_is_answered_listed_and_shown(logged_in: HttpClient) -> None:
    answer = logged_in.post("/api/sites", json={"domain": "https://www.Example.com/blog", "time_zone": "Europe/Berlin"})
    assert answer.status_code == 201
    added = answer.json()
    assert added == {
        "id": added["id"],
        "domain": "example.com",
        "time_zone": "Europe/Berlin",
        "visitor_period": "day",
        "created_at": NOW,
        "aliases": [],
        "allowed_origins": [],
        "excluded_ips": [],
        "excluded_countries": [],
        "excluded_paths": [],
        "bots": "drop",
        "referrer_spam": "drop",
        "do_not_track": "honour",
        "old_events": "keep",
        "monthly_quota": None,
        "quota_answer": "refuse",
        "currency": "USD",
        "retention_days": None,
    }
    assert logged_in.get("/api/sites").json() == [added]
    assert logged_in.get(f"/api/sites/{added['id']}").json() == added
    assert logged_in.get("/api/sites/WWW.example.com").json() == added


def test_bad_site_is_refused_by_field(logged_in: HttpClient) -> None:
    for body, field in BAD_SITES:
        assert error_of(logged_in.post("/api/sites", json=body), 400) == ("invalid_input", field), body
    assert logged_in.get("/api/sites").json() == []


def test_second_site_of_a_domain_is_a_conflict(logged_in: HttpClient, site: Site) -> None:
    assert error_of(logged_in.post("/api/sites", json={"domain": "www.EXAMPLE.com."}), 409) == ("conflict", None)


def test_changed_site_keeps_its_id(logged_in: HttpClient, site: Site) -> None:
    changes = {"domain": "example.org", "time_zone": "Asia/Kolkata", "visitor_period": "month"}
    answer = logged_in.patch(f"/api/sites/{site.id}", json=changes)
    assert answer.status_code == 200
    assert answer.json() == {**site.as_json(), **changes}
    assert logged_in.get(f"/api/sites/{site.id}").json() == answer.json()


def test_change_of_nothing_changes_nothing(logged_in: HttpClient, site: Site) -> None:
    assert logged_in.patch(f"/api/sites/{site.id}", json={}).json() == site.as_json()
    assert logged_in.patch(f"/api/sites/{site.id}").json() == site.as_json()


def test_bad_changes_of_a_site_are_refused_and_change_nothing(logged_in: HttpClient, site: Site) -> None:
    path = f"/api/sites/{site.id}"
    logged_in.post("/api/sites", json={"domain": "example.org"})
    assert error_of(logged_in.patch(path, json={"domain": "example.org"}), 409) == ("conflict", None)
    assert error_of(logged_in.patch(path, json={"id": NOBODY}), 400) == ("invalid_input", "id")
    mixed = {"visitor_period": "week", "time_zone": "Nowhere"}
    assert error_of(logged_in.patch(path, json=mixed), 400) == ("invalid_input", "time_zone")
    assert logged_in.get(path).json() == site.as_json()


def test_removed_site_is_gone_with_its_goals(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    goal = logged_in.post(f"/api/sites/{site.id}/goals", json=SIGNUP).json()
    assert logged_in.delete(f"/api/sites/{site.id}").status_code == 200
    assert error_of(logged_in.get(f"/api/sites/{site.id}"), 404) == ("not_found", None)
    assert logged_in.get("/api/sites").json() == []
    assert analytics.catalog.database.rows("SELECT 1 FROM goals WHERE id = ?", (goal["id"],)) == []


def test_every_route_of_an_unknown_site_is_404(logged_in: HttpClient) -> None:
    for route in ROUTES:
        for unknown in (NOBODY, "example.com", "%00", "' OR 1=1 --"):
            if "{site_id}" in route.path:
                address = re.sub(r"\{\w+\}", NOBODY, route.path.replace("{site_id}", unknown))
                answer = logged_in.request(route.method, address, json=None if route.method == "GET" else {})
                assert error_of(answer, 404) == ("not_found", None), (route, unknown)


def test_site_whose_domain_is_another_sites_id_does_not_hide_it(logged_in: HttpClient, site: Site) -> None:
    other = logged_in.post("/api/sites", json={"domain": site.id})
    assert other.status_code == 201
    assert logged_in.get(f"/api/sites/{site.id}").json() == site.as_json()


def test_added_goals_are_answered_and_listed_newest_first(logged_in: HttpClient, site: Site, clock: FakeClock) -> None:
    path = f"/api/sites/{site.id}/goals"
    answer = logged_in.post(path, json=SIGNUP)
    assert answer.status_code == 201
    first = answer.json()
    assert first == {"id": first["id"], "site_id": site.id, **SIGNUP, "filters": [], "revenue": None, "created_at": NOW}
    clock.advance(1)
    second = logged_in.post(path, json={"name": "Thanks", "type": "path", "value": "/thank-you"}).json()
    assert logged_in.get(path).json() == [second, first]


def test_goal_with_conditions_and_revenue_is_kept_and_changed(logged_in: HttpClient, site: Site) -> None:
    path = f"/api/sites/{site.id}/goals"
    price = {"kind": "property", "property": 'price/~ "x"', "currency": "eur"}
    sale = {**SIGNUP, "filters": ["property:plan is pro", ["country is DE", "country is FR"]], "revenue": price}
    goal = logged_in.post(path, json=sale).json()
    plan, countries = goal["filters"]
    assert plan == {"dimension": "property:plan", "operator": "is", "values": ["pro"]}
    assert [each["values"] for each in countries] == [["DE"], ["FR"]]
    assert goal["revenue"] == {**price, "currency": "EUR"}
    assert logged_in.get(path).json() == [goal]
    again = {"filters": goal["filters"], "revenue": goal["revenue"]}
    assert logged_in.patch(f"{path}/{goal['id']}", json=again).json() == goal
    for revenue in ({"kind": "event"}, {"kind": "fixed", "amount": 1250, "currency": "JPY"}, None):
        assert logged_in.patch(f"{path}/{goal['id']}", json={"revenue": revenue}).json() == {**goal, "revenue": revenue}
    assert logged_in.patch(f"{path}/{goal['id']}", json={"filters": None}).json()["filters"] == []


def test_bad_goal_is_refused_by_field(logged_in: HttpClient, site: Site) -> None:
    path = f"/api/sites/{site.id}/goals"
    goal = logged_in.post(path, json=SIGNUP).json()
    for changes, field in BAD_GOALS:
        new = {**SIGNUP, "name": "New", **changes}
        assert error_of(logged_in.post(path, json=new), 400) == ("invalid_input", field), changes
        assert error_of(logged_in.patch(f"{path}/{goal['id']}", json=changes), 400) == ("invalid_input", field), changes
    assert logged_in.get(path).json() == [goal]


def test_longest_names_and_values_fit(logged_in: HttpClient, site: Site) -> None:
    path = f"/api/sites/{site.id}/goals"
    longest = {"name": "ü" * 255, "type": "path", "value": "/" + "x" * 2047}
    assert logged_in.post(path, json=longest).status_code == 201
    assert logged_in.get(path).json()[0]["name"] == "ü" * 255


def test_second_goal_of_a_name_is_a_conflict_on_its_site_only(logged_in: HttpClient, site: Site) -> None:
    path = f"/api/sites/{site.id}/goals"
    logged_in.post(path, json=SIGNUP)
    assert error_of(logged_in.post(path, json={**SIGNUP, "name": " Pro Signup "}), 409) == ("conflict", None)
    other = logged_in.post("/api/sites", json={"domain": "example.org"}).json()
    assert logged_in.post(f"/api/sites/{other['id']}/goals", json=SIGNUP).status_code == 201


def test_changed_goal_keeps_what_was_not_named(logged_in: HttpClient, site: Site) -> None:
    path = f"/api/sites/{site.id}/goals"
    goal = logged_in.post(path, json=SIGNUP).json()
    answer = logged_in.patch(f"{path}/{goal['id']}", json={"type": "path", "value": "/done"})
    assert answer.status_code == 200
    assert answer.json() == {**goal, "type": "path", "value": "/done"}
    assert logged_in.get(path).json() == [answer.json()]


def test_goal_cannot_take_anothers_name_or_id(logged_in: HttpClient, site: Site) -> None:
    path = f"/api/sites/{site.id}/goals"
    goal = logged_in.post(path, json=SIGNUP).json()
    logged_in.post(path, json={**SIGNUP, "name": "Other"})
    assert error_of(logged_in.patch(f"{path}/{goal['id']}", json={"name": "Other"}), 409) == ("conflict", None)
    for field in ("id", "site_id", "created_at"):
        assert error_of(logged_in.patch(f"{path}/{goal['id']}", json={field: "x"}), 400) == ("invalid_input", field)


def test_goal_is_removed_once(logged_in: HttpClient, site: Site) -> None:
    path = f"/api/sites/{site.id}/goals"
    goal = logged_in.post(path, json=SIGNUP).json()
    assert logged_in.delete(f"{path}/{goal['id']}").status_code == 200
    assert error_of(logged_in.delete(f"{path}/{goal['id']}"), 404) == ("not_found", "goal")
    assert logged_in.get(path).json() == []


def test_goal_is_found_on_its_own_site_and_by_its_id_only(logged_in: HttpClient, site: Site) -> None:
    goal = logged_in.post(f"/api/sites/{site.id}/goals", json=SIGNUP).json()
    other = logged_in.post("/api/sites", json={"domain": "example.org"}).json()
    for path in (f"/api/sites/{other['id']}/goals/{goal['id']}", f"/api/sites/{site.id}/goals/Pro%20Signup"):
        assert error_of(logged_in.delete(path), 404) == ("not_found", "goal")
        assert error_of(logged_in.patch(path, json={"name": "x"}), 404) == ("not_found", "goal")
    assert logged_in.get(f"/api/sites/{site.id}/goals").json() == [goal]


def test_body_that_is_no_json_object_is_400(logged_in: HttpClient) -> None:
    for body in BAD_BODIES:
        answer = logged_in.post("/api/sites", content=body, headers={"content-type": "application/json"})
        assert error_of(answer, 400) == ("invalid_input", None), body


def test_body_of_another_content_type_is_400(logged_in: HttpClient) -> None:
    """A page of another site could send these without the browser asking first."""
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "json", ""):
        headers = {"content-type": content_type} if content_type else {}
        answer = logged_in.post("/api/sites", content=b'{"domain":"example.com"}', headers=headers)
        assert error_of(answer, 400) == ("invalid_input", None), content_type
    assert logged_in.get("/api/sites").json() == []


def test_content_type_may_have_parameters(logged_in: HttpClient) -> None:
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    assert logged_in.post("/api/sites", content=b'{"domain":"example.com"}', headers=headers).status_code == 201


def test_body_of_64_kib_is_read_and_a_byte_more_is_413(logged_in: HttpClient) -> None:
    start, headers = b'{"domain":"example.com"', {"content-type": "application/json"}
    body = start + b" " * (64 * 1024 - len(start) - 1) + b"}"
    assert logged_in.post("/api/sites", content=body, headers=headers).status_code == 201
    assert error_of(logged_in.post("/api/sites", content=body + b" ", headers=headers), 413) == (
        "payload_too_large",
        None,
    )


def test_chunked_body_is_limited_too(logged_in: HttpClient) -> None:
    answer = logged_in.post(
        "/api/sites", content=(b" " * 1000 for _ in range(70)), headers={"content-type": "application/json"}
    )
    assert error_of(answer, 413) == ("payload_too_large", None)


def test_what_is_no_route_is_404_in_json(logged_in: HttpClient) -> None:
    for path in ("/api", "/api/nothing", "/docs/nothing", "/%00", "/api/goals", "/API/sites"):
        for method in ("GET", "POST"):
            assert error_of(logged_in.request(method, path), 404) == ("not_found", None), path


def test_address_with_a_final_slash_is_404_too(logged_in: HttpClient) -> None:
    """A redirect would name the scheme and host that the process sees, which behind a proxy are not the visitor's."""
    answer = logged_in.get("/api/sites/", follow_redirects=False)
    assert error_of(answer, 404) == ("not_found", None)


def wrong_methods() -> Iterator[tuple[str, str, set[str]]]:
    """Path, a method it does not take, the methods it takes."""
    for path in sorted({route.path for route in ROUTES}):
        # An id may stand where another route has a word: a goal's where `stats` does.
        others = {each.path for each in ROUTES if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", each.path), path)}
        allowed = {route.method for route in ROUTES if route.path in others}
        allowed |= {"OPTIONS" for route in ROUTES if route.path in others and route.cors}
        for method in sorted({"GET", "POST", "PUT", "PATCH", "DELETE"} - allowed):
            yield re.sub(r"\{\w+\}", NOBODY, path), method, allowed


def test_wrong_method_is_405_in_json(logged_in: HttpClient) -> None:
    for path, method, _ in wrong_methods():
        assert error_of(logged_in.request(method, path), 405) == ("method_not_allowed", None), path


def test_wrong_method_is_told_the_right_ones(logged_in: HttpClient) -> None:
    for path, method, allowed in wrong_methods():
        named = logged_in.request(method, path).headers.get("allow", "").replace(" ", "").split(",")
        assert set(named) - {"HEAD"} == allowed, path


def test_every_answer_forbids_caches_and_frames(logged_in: HttpClient, site: Site) -> None:
    for path in ("/api/sites", f"/api/sites/{NOBODY}", "/nothing", "/healthz", "/metrics"):
        headers = logged_in.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_health_routes_answer(http: HttpClient) -> None:
    assert http.get("/healthz").json() == {"status": "ok"}
    assert http.get("/readyz").json() == {"status": "ok"}
    assert "hitkeep_events_accepted_total 0\n" in http.get("/metrics").text


def test_not_ready_while_ingest_refuses(http: HttpClient, analytics: Analytics) -> None:
    analytics.inbox.refusal = "less than 200 MB of disk are free"
    assert error_of(http.get("/readyz"), 503) == ("unavailable", None)
    assert http.get("/readyz").headers["retry-after"] == "1"
    assert http.get("/healthz").status_code == 200


def test_revenue_of_a_goal_is_in_the_sites_currency_unless_it_says_another(logged_in: HttpClient, site: Site) -> None:
    path = f"/api/sites/{site.id}/goals"
    logged_in.patch(f"/api/sites/{site.id}", json={"currency": "EUR"})
    goal = logged_in.post(path, json={**SIGNUP, "revenue": {"kind": "fixed", "amount": 5}}).json()
    assert goal["revenue"] == {"kind": "fixed", "amount": 5, "currency": "EUR"}
    changed = logged_in.patch(f"{path}/{goal['id']}", json={"revenue": {"kind": "property", "property": "price"}})
    assert changed.json()["revenue"] == {"kind": "property", "property": "price", "currency": "EUR"}


def test_what_is_missing_is_named(logged_in: HttpClient, site: Site) -> None:
    for path, body in (
        ("goals", {"type": "event", "value": "x"}),
        ("funnels", {"steps": []}),
        ("segments", {"filters": ["country is DE"]}),
        ("experiments", {"variants": []}),
    ):
        answer = logged_in.post(f"/api/sites/{site.id}/{path}", json=body).json()["error"]
        assert (answer["message"], answer["field"]) == ("name is required", "name"), path
    incomplete = {**SIGNUP, "revenue": {"kind": "fixed", "currency": "EUR"}}
    answer = logged_in.post(f"/api/sites/{site.id}/goals", json=incomplete).json()["error"]
    assert answer["message"] == "fixed revenue needs kind, amount, currency; amount is missing"
