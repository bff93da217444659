"""Whatever is stored, however it came there, every report answers: sums past 64 bits, the largest numbers."""

import json
import logging
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import orjson
import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.export import FORMATS
from hitkeep_py.money import MOST_MINOR_UNITS
from hitkeep_py.server.app import Server
from hitkeep_py.server.call import ApiRoute, Call, Result, Stream
from hitkeep_py.server.routes import ROUTES
from hitkeep_py.server.shape import parameters_of
from hitkeep_py.server.shapes import SHAPES
from tests.http_client import HttpClient
from tests.reported_site import DAY, fill
from tests.stored_events import store_rows

COUNT = 2_100
TOTAL = COUNT * MOST_MINOR_UNITS
"""Past 64 bits, with and without a sign."""
HUGE = "90071992547409.91"
LARGE = {"time": "2026-11-20T12:00:00", "visitor_id": 7, "session_id": 70, "name": "large", "path": "/"}
OTHERS: list[dict[str, Any]] = [
    *({**LARGE, "value": value} for value in (1e308, 1.7e308, -1.7e308, 5e-324, 2.0)),
    *({**LARGE, "kind": "web_vital", "name": "LCP", "value": value} for value in (1.7e308, -1.7e308, 2_000.0)),
    *({**LARGE, "props": orjson.dumps({"n": 10**16 - 1, "value": 10**16 - 1}).decode()} for _ in range(40)),
    *({**LARGE, "kind": "engagement", "engagement_ms": 2**32 - 1, "scroll_depth": 255} for _ in range(40)),
    {**LARGE, "time": "1970-01-01T00:00:00", "session_id": 71},
    {**LARGE, "time": "9999-12-31T00:00:00", "session_id": 71},
]
GIVEN = {
    **DAY,
    "start_date": "2026-11-20",
    "end_date": "2026-11-20",
    "number": "property:n",
    "page": "/",
    "event": "large",
    "event_name": "large",
    "dimension": "page",
    "dimensions": "page",
    "currency": "EUR",
    "metric": "LCP",
    "property_key": "n",
    "property": "event:page",
    "period": "day",
    "date": "2026-11-20",
    "anchor_type": "page",
    "anchor_value": "/",
    "compare": "previous_period",
}


@pytest.fixture
def extreme(analytics: Analytics, site: Site) -> dict[str, str]:
    """The ids of the site and of what is defined there."""
    fill(analytics, site)
    paid = {**LARGE, "revenue": MOST_MINOR_UNITS, "currency": "EUR", "props": f'{{"price":"{HUGE}"}}'}
    rows = [{**paid, "session_id": session} for session in range(1_000, 1_000 + COUNT)]
    store_rows(analytics.store, site.id, *rows, *OTHERS)
    fixed = {"kind": "fixed", "amount": MOST_MINOR_UNITS, "currency": "USD"}
    goals = analytics.catalog.goals
    goal = goals.add(site.id, "Fixed", "event", "large", revenue=fixed)
    goals.add(site.id, "Said", "event", "large", revenue={"kind": "event"})
    goals.add(site.id, "Price", "event", "large", revenue={"kind": "property", "property": "price", "currency": "EUR"})
    steps = [{"type": "path", "value": "/"}, {"type": "event", "value": "large"}]
    funnel = analytics.catalog.funnels.add(site.id, "Buy", steps)
    variants = [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}]
    experiment = analytics.catalog.experiments.add(site.id, "Button", variants)
    analytics.catalog.refresh()
    ids = {"site_id": site.id, "goal_id": goal.id, "funnel_id": funnel.id, "experiment_id": experiment.id}
    return {**ids, "session_id": "70", "dimension": "page", "event_name": "large"}


def readable(text: str) -> Any:
    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


def asked_routes() -> list[ApiRoute]:
    asked = [each for each in ROUTES if each.method == "GET" and each.answer in SHAPES and each.strict]
    return [each for each in asked if "{key_id}" not in each.path and "stream" not in each.path]


def test_every_route_answers(logged_in: HttpClient, extreme: dict[str, str]) -> None:
    answered = 0
    for route in asked_routes():
        known = {each.name for each in parameters_of(SHAPES[route.answer], route.path)}
        given = {name: value for name, value in {**GIVEN, **extreme}.items() if name in known}
        for name in [None, *FORMATS] if "format" in known else [None]:
            parameters = {**given, **({"format": name} if name else {})}
            answer = logged_in.get(route.path.format_map(Ids(extreme)), params=parameters)
            assert answer.status_code < 500, (route.path, name, answer.text)
            answered += answer.status_code == 200
            if answer.headers["content-type"] == "application/json":
                readable(answer.text)
    assert answered > 140


class Ids(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "none"


def figures(client: HttpClient, site_id: str, path: str, **parameters: Any) -> Any:
    answer = client.get(f"/api/sites/{site_id}/reports/{path}", params={**DAY, **parameters})
    assert answer.status_code == 200, answer.text
    return answer


def test_sums_are_exact_in_every_format(logged_in: HttpClient, extreme: dict[str, str], tmp_path: Path) -> None:
    site_id = extreme["site_id"]
    total = TOTAL + 1_000
    (euros, _) = readable(figures(logged_in, site_id, "revenue").text)["currencies"]
    assert (euros["revenue"], euros["orders"]) == (total, COUNT + 1)
    overview = readable(figures(logged_in, site_id, "overview").text)
    assert overview["revenue"]["EUR"] == total
    goals = readable(figures(logged_in, site_id, "goals").text)["goals"]
    assert {each["name"]: each["revenue"] for each in goals} == {
        "Fixed": {"USD": TOTAL + MOST_MINOR_UNITS},
        "Said": {"EUR": TOTAL},
        "Price": {"EUR": TOTAL},
    }
    properties = readable(figures(logged_in, site_id, "properties", event="large").text)["rows"]
    assert TOTAL in [value["revenue"].get("EUR") for each in properties for value in each["values"]]
    assert f"EUR,{total}," in figures(logged_in, site_id, "revenue", format="csv").text
    assert json.loads(figures(logged_in, site_id, "revenue", format="ndjson").text.splitlines()[0])["revenue"] == total
    for path, column, expected in (("revenue", "revenue", total), ("goals", "revenue_minor_EUR", TOTAL)):
        (tmp_path / "read.parquet").write_bytes(figures(logged_in, site_id, path, format="parquet").content)
        with duckdb.connect() as connection:
            found = connection.execute(f"SELECT max({column}) FROM '{tmp_path / 'read.parquet'}'").fetchall()
        assert found == [(Decimal(expected),)], path


def test_numbers_stay_numbers(logged_in: HttpClient, extreme: dict[str, str]) -> None:
    value = readable(figures(logged_in, extreme["site_id"], "numbers", number="value").text)["numbers"]
    assert (value["sum"], value["count"], value["maximum"], value["minimum"]) == (2_002, 3, 2_000, 5e-324)
    said = readable(figures(logged_in, extreme["site_id"], "numbers", number="property:n").text)["numbers"]
    assert said["sum"] == 40 * (10**16 - 1)


def test_what_is_too_large_for_a_sum_is_no_value(http: HttpClient, analytics: Analytics, site: Site) -> None:
    origin = {"origin": f"https://{site.domain}"}
    for value in (b"1e18", b"1e308", b"999999999999999872"):
        body = b'{"n":"LCP","v":' + value + b',"p":"/"}'
        assert http.post("/ingest/web-vitals", content=body, headers=origin).status_code == 202
    analytics.drain()
    assert analytics.store.select("SELECT count(*), max(value) FROM events") == [(3, 999999999999999872.0)]


def failing(route: ApiRoute, value: Callable[[Call], Any]) -> ApiRoute:
    return replace(route, path="/api/fails", answer=lambda call: Result(value(call)), strict=False)


def pieces(*given: bytes) -> Callable[[Call], Stream]:
    def made() -> Generator[bytes, None, None]:
        yield from given
        raise RuntimeError("broke")

    return lambda call: Stream(made())


@pytest.mark.parametrize("value", [lambda call: {"of": object()}, pieces()], ids=["an answer", "a file"])
def test_what_fails_while_an_answer_is_rendered_is_told_as_json(
    value: Callable[[Call], Any], analytics: Analytics, caplog: pytest.LogCaptureFixture
) -> None:
    with HttpClient(Server(analytics, serving(value)).local_app, raise_server_exceptions=False) as client:
        answer = client.get("/api/fails")
    assert (answer.status_code, answer.json()["error"]["code"]) == (500, "internal_error")
    assert "/api/fails failed" in caplog.text


def test_what_fails_within_a_file_is_logged(analytics: Analytics, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    with (
        HttpClient(Server(analytics, serving(pieces(b"first"))).local_app) as client,
        pytest.raises(RuntimeError, match="broke"),
    ):
        client.get("/api/fails")
    assert "/api/fails broke off" in caplog.text


def serving(value: Callable[[Call], Any]) -> Sequence[ApiRoute]:
    (route,) = (each for each in ROUTES if each.path == "/api/sites" and each.method == "GET")
    return [failing(route, value)]
