"""Experiments from birth to removal, and what trackers are told without login and without the database."""

from typing import Any

import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.assignment import assigned
from hitkeep_py.catalog.sites import Site
from hitkeep_py.errors import NotFound
from tests.http_client import HttpClient

NOW = "2026-11-20T12:00:00.000Z"
ACTIVE, ASSIGNMENTS = "/api/analytics/experiments/active", "/api/analytics/experiments/assignments"
TWO = [{"name": "Plain"}, {"name": "Bold"}]
HERO = {"name": "Hero", "variants": TWO}
BAD_VARIANTS: list[object] = [
    None,
    {},
    "Plain",
    [],
    [{"name": "Plain"}],
    [{"name": f"{number}"} for number in range(11)],
    ["Plain", "Bold"],
    [{}, {}],
    [{"name": "Plain"}, {"name": ""}],
    [{"name": "Plain"}, {"name": 7}],
    [{"name": "Plain"}, {"name": "x" * 256}],
    [{"name": "Plain", "id": "a b"}, {"name": "Bold"}],
    [{"name": "Plain", "id": "x"}, {"name": "Bold", "id": "x"}],
    [{"name": "Plain"}, {"name": " Plain "}],
    [{"name": "Plain", "id": "var_b"}, {"name": "Bold"}],
    [{"name": "Plain", "weight": 0}, {"name": "Bold", "weight": 0}],
    [{"name": "Plain", "weight": -1}, {"name": "Bold"}],
    [{"name": "Plain", "weight": 10_001}, {"name": "Bold"}],
    [{"name": "Plain", "weight": 1.5}, {"name": "Bold"}],
    [{"name": "Plain", "weight": True}, {"name": "Bold"}],
    [{"name": "Plain", "weight": "1"}, {"name": "Bold"}],
    [{"name": "Plain", "weight": None}, {"name": "Bold"}],
]
BAD_FIELDS: list[tuple[str, object]] = [
    ("name", None),
    ("name", " "),
    ("name", "x" * 256),
    ("name", ["Hero"]),
    ("event", 7),
    ("event", None),
    ("event", "x" * 256),
]
BAD_IDS: list[object] = ["", "a b", "a/b", "é", "x" * 65, ".", "..", "a\n", 7, ["exp"]]


@pytest.fixture
def path(site: Site) -> str:
    return f"/api/sites/{site.id}/experiments"


def field_of(answer: Any, status: int) -> str | None:
    assert answer.status_code == status, answer.text
    field: str | None = answer.json()["error"]["field"]
    return field


def test_added_experiment_is_answered_and_listed(logged_in: HttpClient, site: Site, path: str) -> None:
    variants = [{"name": "Plain"}, {"id": "bold", "name": "Bold", "weight": 3}, {"name": "Blue", "weight": 0}]
    answer = logged_in.post(path, json={"id": "exp_hero_v2", "name": " Hero ", "variants": variants, "event": "signup"})
    assert answer.status_code == 201
    assert answer.json() == {
        "id": "exp_hero_v2",
        "site_id": site.id,
        "name": "Hero",
        "variants": [
            {"id": "var_a", "name": "Plain", "weight": 1},
            {"id": "bold", "name": "Bold", "weight": 3},
            {"id": "var_c", "name": "Blue", "weight": 0},
        ],
        "status": "running",
        "event": "signup",
        "created_at": NOW,
    }
    made = logged_in.post(path, json={"name": "Price", "variants": TWO}).json()
    assert made["id"].startswith("exp_")
    assert len(made["id"]) == 16
    assert made["event"] == ""
    assert logged_in.get(path).json() == [made, answer.json()]


def test_ten_variants_and_longest_texts_fit(logged_in: HttpClient, path: str) -> None:
    variants = [{"name": "ü" * 254 + f"{n}", "weight": 10_000, "id": f"{n}" * 64} for n in range(10)]
    body = {"name": "x" * 255, "id": "Az09_.-" + "x" * 57, "event": "y" * 255, "variants": variants}
    answer = logged_in.post(path, json=body)
    assert answer.status_code == 201
    assert answer.json().items() >= body.items()


def test_bad_experiments_are_refused_by_field(logged_in: HttpClient, path: str) -> None:
    for variants in BAD_VARIANTS:
        assert field_of(logged_in.post(path, json={**HERO, "variants": variants}), 400) == "variants", variants
    for field, value in BAD_FIELDS:
        assert field_of(logged_in.post(path, json={**HERO, field: value}), 400) == field, value
    for id in BAD_IDS:
        assert field_of(logged_in.post(path, json={**HERO, "id": id}), 400) == "id", id
    assert logged_in.get(path).json() == []


def test_ids_and_names_are_given_once_on_a_site(logged_in: HttpClient, path: str) -> None:
    logged_in.post(path, json={**HERO, "id": "exp_hero"})
    assert field_of(logged_in.post(path, json={**HERO, "id": "exp_hero", "name": "Other"}), 409) is None
    assert field_of(logged_in.post(path, json=HERO), 409) is None
    logged_in.post("/api/sites", json={"domain": "example.org"})
    assert logged_in.post("/api/sites/example.org/experiments", json={**HERO, "id": "exp_hero"}).status_code == 201


def test_changed_experiment_keeps_what_was_not_named(logged_in: HttpClient, path: str) -> None:
    added = logged_in.post(path, json=HERO).json()
    address = f"{path}/{added['id']}"
    answer = logged_in.patch(address, json={"name": "Title", "status": "stopped", "event": "signup"})
    assert answer.json() == {**added, "name": "Title", "status": "stopped", "event": "signup"}
    weighted = logged_in.patch(address, json={"weights": {"var_b": 9}}).json()
    assert [each["weight"] for each in weighted["variants"]] == [1, 9]
    assert [each["name"] for each in weighted["variants"]] == ["Plain", "Bold"]
    assert logged_in.patch(address, json={}).json() == weighted
    assert logged_in.get(path).json() == [weighted]


def test_bad_changes_are_refused_and_change_nothing(logged_in: HttpClient, path: str) -> None:
    added = logged_in.post(path, json=HERO).json()
    logged_in.post(path, json={"name": "Other", "variants": TWO})
    address = f"{path}/{added['id']}"
    bad_weights: list[object] = [None, [1, 2], {"var_x": 1}, {"var_a": -1}, {"var_a": "1"}, {"var_a": 0, "var_b": 0}]
    bad = [*BAD_FIELDS, *(("weights", each) for each in bad_weights), ("status", "paused"), ("status", None)]
    for field, value in [*bad, ("id", "new"), ("variants", TWO), ("site_id", "x"), ("created_at", 0)]:
        assert field_of(logged_in.patch(address, json={"event": "new", field: value}), 400) == field, value
    assert field_of(logged_in.patch(address, json={"name": "Other"}), 409) is None
    assert added in logged_in.get(path).json()


def test_removed_experiment_is_gone(logged_in: HttpClient, path: str) -> None:
    added = logged_in.post(path, json=HERO).json()
    assert logged_in.delete(f"{path}/{added['id']}").status_code == 200
    assert field_of(logged_in.delete(f"{path}/{added['id']}"), 404) == "experiment"
    assert logged_in.get(path).json() == []


def test_experiment_is_found_on_its_own_site_and_by_its_id_only(logged_in: HttpClient, path: str) -> None:
    added = logged_in.post(path, json=HERO).json()
    logged_in.post("/api/sites", json={"domain": "example.org"})
    for address in (f"{path}/Hero", f"/api/sites/example.org/experiments/{added['id']}"):
        assert field_of(logged_in.patch(address, json={"name": "x"}), 404) == "experiment"
        assert field_of(logged_in.delete(address), 404) == "experiment"
    assert logged_in.get(path).json() == [added]


def test_experiments_of_two_sites_may_share_an_id(analytics: Analytics, site: Site) -> None:
    experiments, other = analytics.catalog.experiments, analytics.catalog.sites.add("example.org")
    for each in (site, other):
        experiments.add(each.id, "Hero", TWO, id="exp_hero")
    experiments.change(site.id, "exp_hero", {"status": "stopped"})
    assert experiments.find(other.id, "Hero").status == "running"
    experiments.remove(site.id, "exp_hero")
    assert experiments.find(other.id, "exp_hero").name == "Hero"


def test_experiments_go_with_their_site(analytics: Analytics, site: Site) -> None:
    analytics.catalog.experiments.add(site.id, "Hero", TWO)
    analytics.catalog.sites.remove(site.id)
    analytics.catalog.refresh()
    assert analytics.catalog.directory.experiments == {}
    with pytest.raises(NotFound):
        analytics.catalog.experiments.add(site.id, "Hero", TWO)


def test_trackers_see_running_experiments_by_key_and_by_site(
    logged_in: HttpClient, http: HttpClient, site: Site, path: str
) -> None:
    added = logged_in.post(path, json={**HERO, "event": "signup"}).json()
    stopped = logged_in.post(path, json={"name": "Old", "variants": TWO}).json()
    logged_in.patch(f"{path}/{stopped['id']}", json={"status": "stopped"})
    key = logged_in.post(f"/api/sites/{site.id}/keys", json={"kind": "public"}).json()["key"]
    shown = {"id": added["id"], "name": "Hero", "variants": added["variants"]}
    logged_in.patch(f"/api/sites/{site.id}", json={"aliases": ["cm5x9yz1a0001"]})
    for project in (key, site.id, site.id.upper(), "cm5x9yz1a0001", "CM5X9YZ1A0001"):
        assert http.get(ACTIVE, params={"projectId": project}).json() == {"experiments": [shown]}
    logged_in.patch(f"{path}/{added['id']}", json={"status": "stopped"})
    assert http.get(ACTIVE, params={"projectId": key}).json() == {"experiments": []}
    assert http.get(ASSIGNMENTS, params={"projectId": key, "visitorId": "v"}).json() == []


def test_assignments_are_the_same_by_alias_and_by_id(logged_in: HttpClient, http: HttpClient, site: Site) -> None:
    logged_in.patch(f"/api/sites/{site.id}", json={"aliases": ["cm5x9yz1a0001"]})
    logged_in.post(f"/api/sites/{site.id}/experiments", json=HERO)
    by_id, by_alias = (
        http.get(ASSIGNMENTS, params={"projectId": project, "visitorId": "v"}).json()
        for project in (site.id, "cm5x9yz1a0001")
    )
    assert len(by_id) == 1
    assert by_alias == by_id


def test_experiment_whose_variants_share_a_name_can_still_be_changed(analytics: Analytics, site: Site) -> None:
    """Earlier versions took such experiments."""
    experiments = analytics.catalog.experiments
    experiment = experiments.add(site.id, "Hero", TWO)
    with analytics.catalog.database.transaction() as run:
        run.execute("UPDATE experiments SET variants = replace(variants, 'Bold', 'Plain')")
    assert [each.name for each in experiments.find(site.id, "Hero").variants] == ["Plain", "Plain"]
    assert experiments.change(site.id, experiment.id, {"status": "stopped"}).status == "stopped"


def test_visitor_sees_the_variant_that_the_algorithm_gives(
    logged_in: HttpClient, http: HttpClient, site: Site, path: str
) -> None:
    for name in ("exp_hero", "exp_price"):
        logged_in.post(path, json={**HERO, "id": name, "name": name})
    seen = set()
    for visitor in ("v1", "v2", "v3", "v4", "訪問者", "x" * 255):
        answer = http.get(ASSIGNMENTS, params={"projectId": site.id, "visitorId": visitor}).json()
        assert [each["experimentId"] for each in answer] == ["exp_hero", "exp_price"]
        for each in answer:
            index = assigned(each["experimentId"], visitor, [1, 1])
            assert each == {**each, "variantId": f"var_{'ab'[index]}", "variantName": ("Plain", "Bold")[index]}
            seen.add(index)
    assert seen == {0, 1}


def test_a_project_may_be_named_by_the_host_of_its_pages(http: HttpClient, site: Site) -> None:
    for project in (site.domain, f"www.{site.domain}", site.domain.upper()):
        assert http.get(ACTIVE, params={"projectId": project}).json() == {"experiments": []}


def test_unknown_projects_are_404(logged_in: HttpClient, http: HttpClient, site: Site) -> None:
    keys = f"/api/sites/{site.id}/keys"
    secret, api = (logged_in.post(keys, json={"kind": kind}).json()["key"] for kind in ("secret", "api"))
    revoked = logged_in.post(keys, json={"kind": "public"}).json()
    logged_in.delete(f"{keys}/{revoked['id']}")
    for project in ("", "nothing", "elsewhere.test", secret, api, revoked["key"], "hkp_" + "x" * 32, "x" * 5000):
        for address in (ACTIVE, ASSIGNMENTS):
            answer = http.get(address, params={"projectId": project, "visitorId": "v"})
            assert field_of(answer, 404) == "projectId", project
            assert "hks_" not in answer.text
            assert "hka_" not in answer.text
    assert http.get(ACTIVE).status_code == 404


def test_visitors_id_is_bounded(http: HttpClient, site: Site) -> None:
    for params in ({}, {"visitorId": ""}, {"visitorId": "x" * 256}):
        assert field_of(http.get(ASSIGNMENTS, params={"projectId": site.id, **params}), 400) == "visitorId"


def test_trackers_are_answered_without_the_database(http: HttpClient, analytics: Analytics, site: Site) -> None:
    experiment = analytics.catalog.experiments.add(site.id, "Hero", TWO)
    analytics.catalog.refresh()
    analytics.catalog.close()
    params = {"projectId": site.id, "visitorId": "v"}
    assert http.get(ASSIGNMENTS, params=params).json()[0]["experimentId"] == experiment.id
    assert http.get(ACTIVE, params=params, headers={"cookie": "hk_token=forged"}).status_code == 200


def test_pages_of_any_site_may_read_the_answers_and_nothing_else(http: HttpClient, site: Site) -> None:
    origin = {"origin": "https://shop.example.com", "sec-fetch-site": "cross-site"}
    for address in (ACTIVE, ASSIGNMENTS):
        for project, status in ((site.id, 200), ("nothing", 404)):
            answer = http.get(address, params={"projectId": project, "visitorId": "v"}, headers=origin)
            assert answer.status_code == status
            assert answer.headers["access-control-allow-origin"] == "https://shop.example.com"
            assert answer.headers["vary"] == "Origin"
            assert "access-control-allow-credentials" not in answer.headers
        assert http.get(address, params={"projectId": site.id, "visitorId": "v"}).headers["vary"] == "Origin"
        asked = http.options(address, headers={**origin, "access-control-request-method": "GET"})
        assert asked.status_code == 204
        assert asked.headers["access-control-allow-origin"] == "https://shop.example.com"
        assert "X-Api-Key" in asked.headers["access-control-allow-headers"]
    for address in ("/api/status", f"/api/sites/{site.id}", "/healthz"):
        assert "access-control-allow-origin" not in http.get(address, headers=origin).headers
        assert http.options(address, headers=origin).status_code == 405


def test_public_key_in_a_header_does_no_harm(http: HttpClient, analytics: Analytics, site: Site) -> None:
    key, text = analytics.catalog.keys.add(site.id, "public")
    analytics.catalog.refresh()
    answer = http.get(ACTIVE, params={"projectId": text}, headers={"x-api-key": text})
    assert answer.status_code == 200
    assert analytics.catalog.keys.find(site.id, key.id).last_used_at == analytics.clock.now_ms()
