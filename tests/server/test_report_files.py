"""Every report as a file: its rows, plain numbers, money with its currency, nothing cut and nothing a formula."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.export import FORMATS
from hitkeep_py.server.api import behaviour
from hitkeep_py.server.api.files import patient_answer
from hitkeep_py.server.call import ApiRoute
from hitkeep_py.server.routes import ROUTES
from hitkeep_py.server.shape import parameters_of
from hitkeep_py.server.shapes import SHAPES
from tests.http_client import HttpClient
from tests.reported_site import BOTH_DAYS, DAY, fill
from tests.stored_events import store_rows

STEPS = [{"type": "path", "value": "/"}, {"type": "event", "value": "purchase"}]
NEEDED = {"number": "value", "page": "/", "event": "purchase", "dimension": "page"}


@pytest.fixture
def filled(analytics: Analytics, site: Site) -> Site:
    fill(analytics, site)
    analytics.catalog.goals.add(site.id, "Purchase", "event", "purchase", revenue={"kind": "event"})
    analytics.catalog.funnels.add(site.id, "Buy", STEPS)
    return site


def file(client: HttpClient, site: Site, path: str, kind: str = "ndjson", **parameters: Any) -> Any:
    answer = client.get(f"/api/sites/{site.id}/reports/{path}", params={**parameters, "format": kind})
    assert answer.status_code == 200, answer.text
    return answer


def lines(client: HttpClient, site: Site, path: str, **parameters: Any) -> list[dict[str, Any]]:
    given = parameters if {"from", "to", "range"} & set(parameters) or "/" in path else {**DAY, **parameters}
    return [json.loads(each) for each in file(client, site, path, **given).text.splitlines()]


def with_files() -> list[ApiRoute]:
    return [
        route
        for route in ROUTES
        if route.method == "GET"
        and route.strict
        and route.answer in SHAPES
        and any(each.name == "format" for each in SHAPES[route.answer].parameters)
    ]


def test_every_report_is_a_file_in_every_format(
    logged_in: HttpClient, analytics: Analytics, filled: Site, tmp_path: Path
) -> None:
    experiment = analytics.catalog.experiments.add(
        filled.id, "Button", [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}]
    )
    ids = {"site_id": filled.id, "dimension": "page", "event_name": "purchase", "funnel_id": "Buy", "session_id": "12"}
    routes = [
        each for each in ROUTES if "/reports/" in each.path and each.method == "GET" and "stream" not in each.path
    ]
    assert set(routes) <= set(with_files())
    for route in with_files():
        known = {each.name for each in parameters_of(SHAPES[route.answer], route.path)}
        known -= {"event"} if "page" in known else set()
        given = {name: value for name, value in {**DAY, **NEEDED}.items() if name in known}
        address = route.path.format(**ids, experiment_id=experiment.id)
        found = {}
        for name in FORMATS:
            answer = logged_in.get(address, params={**given, "format": name})
            assert answer.status_code == 200, (route.path, name, answer.text)
            found[name] = answer
        rows = [json.loads(each) for each in found["ndjson"].text.splitlines()]
        head, *cells = csv.reader(io.StringIO(found["csv"].text, newline=""))
        assert rows or route.path.endswith("web-vitals"), route.path
        assert all(list(row) == head for row in rows), route.path
        assert len(cells) == len(rows), route.path
        (tmp_path / "read.parquet").write_bytes(found["parquet"].content)
        with duckdb.connect() as connection:
            relation = connection.execute(f"SELECT * FROM '{tmp_path / 'read.parquet'}'")
            assert [each[0] for each in relation.description or ()] == head, route.path
            assert len(relation.fetchall()) == len(rows), route.path


def test_overview_has_a_row_a_figure(logged_in: HttpClient, filled: Site) -> None:
    found = lines(logged_in, filled, "overview", compare="previous_period")
    by_key = {(each["metric"], each["goal"], each["currency"]): each for each in found}
    assert by_key["visitors", None, None]["value"] == 3
    assert by_key["visitors", None, None]["comparison_value"] == 1
    assert by_key["bounce_rate", None, None]["value"] == pytest.approx(1 / 3)
    assert (by_key["revenue", None, "EUR"]["value"], by_key["revenue", None, "EUR"]["comparison_value"]) == (1000, 0)
    assert by_key["conversions", "Purchase", None]["value"] == 2
    assert by_key["revenue", "Purchase", "USD"]["value"] == 500
    assert "comparison_value" not in lines(logged_in, filled, "overview")[0]


def test_goals_and_funnels(logged_in: HttpClient, filled: Site) -> None:
    (goal,) = lines(logged_in, filled, "goals")
    assert (goal["name"], goal["conversions"], goal["revenue_minor_EUR"], goal["revenue_minor_USD"]) == (
        "Purchase",
        2,
        1000,
        500,
    )
    assert lines(logged_in, filled, "goals", unit="day") == [{"time": "2026-11-20T00:00:00Z", "conversions": 2}]
    steps = lines(logged_in, filled, "funnels/Buy", **DAY)
    assert [(each["step"], each["type"], each["value"], each["count"]) for each in steps] == [
        (1, "path", "/", 2),
        (2, "event", "purchase", 2),
    ]
    assert [each["median_seconds"] for each in steps] == [None, 210]
    (point,) = lines(logged_in, filled, "funnels/Buy", **DAY, unit="day")
    assert (point["entries"], point["completions"]) == (2, 2)
    tried = logged_in.post(
        f"/api/sites/{filled.id}/reports/funnels", params={**DAY, "format": "csv"}, json={"steps": STEPS}
    )
    assert tried.text.splitlines()[0].startswith("step,type,value,count")


def test_paths_of_journeys_add_up_to_the_sessions(logged_in: HttpClient, filled: Site) -> None:
    found = lines(logged_in, filled, "journeys", page="/", depth=2)
    assert found == [
        {"kind_1": "pageview", "name_1": "/pricing", "kind_2": None, "name_2": None, "sessions": 1, "share": 0.5},
        {"kind_1": "others", "name_1": None, "kind_2": None, "name_2": None, "sessions": 0, "share": 0},
        {"kind_1": "ended", "name_1": None, "kind_2": None, "name_2": None, "sessions": 1, "share": 0.5},
    ]


def test_retention_has_a_row_for_each_cohort_and_later_bucket(logged_in: HttpClient, filled: Site) -> None:
    found = lines(logged_in, filled, "retention", **BOTH_DAYS, unit="day")
    assert [tuple(each.values())[1:] for each in found] == [(1, 0, 1, 1), (1, 1, None, None), (2, 0, 2, 1)]


def test_all_sessions_come_page_after_page(
    logged_in: HttpClient, filled: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(behaviour, "PAGE", 2)
    whole = lines(logged_in, filled, "sessions", **BOTH_DAYS)
    assert [each["session_id"] for each in whole] == ["14", "13", "12", "11"]
    assert whole[2]["duration_seconds"] == 120
    assert lines(logged_in, filled, "sessions", **BOTH_DAYS, limit=2, offset=1) == whole[1:3]
    answer = logged_in.get(f"/api/sites/{filled.id}/reports/sessions", params={"offset": 1, "format": "csv"})
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "offset")


def test_events_of_a_session(logged_in: HttpClient, filled: Site) -> None:
    found = lines(logged_in, filled, "sessions/12")
    assert [each["path"] for each in found] == ["/", "/pricing", "/pricing"]
    assert (found[2]["revenue"], found[2]["currency"], found[2]["props"]) == (1000, "EUR", {"plan": "pro", "price": 10})
    assert file(logged_in, filled, "sessions/12", limit=1).headers["x-total-rows"] == "3"


def test_revenue_as_a_whole_by_dimensions_and_over_time(logged_in: HttpClient, filled: Site) -> None:
    whole = lines(logged_in, filled, "revenue")
    assert [(each["currency"], each["revenue"], each["orders"]) for each in whole] == [
        ("EUR", 1000, 1),
        ("USD", 500, 1),
    ]
    groups = lines(logged_in, filled, "revenue", dimensions="property:plan")
    assert [(each["property:plan"], each["currency"], each["revenue"]) for each in groups] == [
        ("pro", "EUR", 1000),
        ("free", "USD", 500),
    ]
    points = lines(logged_in, filled, "revenue", **BOTH_DAYS, unit="day")
    assert [(each["time"][:10], each["currency"], each["revenue"]) for each in points] == [
        ("2026-11-19", "EUR", 0),
        ("2026-11-20", "EUR", 1000),
        ("2026-11-19", "USD", 0),
        ("2026-11-20", "USD", 500),
    ]
    both = {"dimensions": "page", "unit": "day", "format": "csv"}
    answer = logged_in.get(f"/api/sites/{filled.id}/reports/revenue", params=both)
    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "unit")


def test_vitals_over_time_have_a_row_for_every_bucket(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    same = {"time": "2026-11-20T10:00:00", "kind": "web_vital", "name": "LCP", "path": "/"}
    store_rows(analytics.store, site.id, *({**same, "value": value} for value in (1000.0, 3000.0)))
    found = lines(logged_in, site, "web-vitals", **BOTH_DAYS, unit="day")
    assert [(each["time"][:10], each["name"], each["p50"]) for each in found] == [
        ("2026-11-19", "LCP", None),
        ("2026-11-20", "LCP", 2000),
    ]
    assert [(each["page"], each["name"]) for each in lines(logged_in, site, "web-vitals", dimensions="page")] == [
        ("/", "LCP")
    ]


def test_amounts_say_their_currency_where_it_is_a_filter(logged_in: HttpClient, filled: Site) -> None:
    asked = {"filter": "currency is EUR", "metrics": "revenue"}
    assert lines(logged_in, filled, "breakdown/country", **DAY, **asked) == [
        {"country": "DE", "currency": "EUR", "revenue": 1000}
    ]
    assert lines(logged_in, filled, "breakdown/currency", **DAY, metrics="revenue") == [
        {"currency": "EUR", "revenue": 1000},
        {"currency": "USD", "revenue": 500},
    ]
    (numbers,) = lines(logged_in, filled, "numbers", number="revenue", filter="currency is EUR")
    assert (numbers["currency"], numbers["sum"]) == ("EUR", 1000)


def test_properties_and_event_series(logged_in: HttpClient, filled: Site) -> None:
    found = file(logged_in, filled, "properties", event="purchase", **DAY)
    assert found.headers["x-truncated"] == "0"
    free = {"property": "plan", "value": "free", "events": 1, "revenue_minor_EUR": None, "revenue_minor_USD": 500}
    assert json.loads(found.text.splitlines()[0]) == free
    points = lines(logged_in, filled, "event-series", event="purchase", unit="day")
    assert points == [{"time": "2026-11-20T00:00:00Z", "count": 2, "visitors": 2}]


def test_no_limit_means_all_groups(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    same = {"time": "2026-11-20T10:00:00", "kind": "event", "name": "sold", "revenue": 5, "currency": "EUR"}
    store_rows(analytics.store, site.id, *({**same, "path": f"/{number}"} for number in range(150)))
    assert len(lines(logged_in, site, "revenue", dimensions="page")) == 150
    assert len(lines(logged_in, site, "revenue", dimensions="page", limit=7)) == 7


def test_text_that_a_visitor_sent_is_no_formula_in_any_report(
    logged_in: HttpClient, analytics: Analytics, site: Site
) -> None:
    row = {"time": "2026-11-20T10:00:00", "kind": "event", "name": "=x", "path": "=1+1", "props": '{"=k": "@y"}'}
    store_rows(analytics.store, site.id, row, {**row, "kind": "pageview", "name": None})
    for path, parameters in (
        ("sessions", DAY),
        ("properties", {**DAY, "event": "=x"}),
        ("engagement", {**DAY, "dimensions": "page"}),
        ("journeys", {**DAY, "page": "*", "with_events": "1"}),
    ):
        text = file(logged_in, site, path, "csv", **parameters).text
        cells = [cell for cells in csv.reader(io.StringIO(text, newline="")) for cell in cells]
        assert [cell for cell in cells if cell.startswith(("=", "@"))] == [], path


def test_what_a_file_has_no_place_for_is_refused(logged_in: HttpClient, filled: Site) -> None:
    for name in ("explain", "totals"):
        answer = logged_in.get(f"/api/sites/{filled.id}/reports/breakdown/page", params={name: "1", "format": "csv"})
        assert (answer.status_code, answer.json()["error"]["field"]) == (400, name)
        assert "holds rows alone" in answer.json()["error"]["message"]


def test_json_is_a_file_of_all_rows_as_well(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    same = {"time": "2026-11-20T10:00:00", "kind": "pageview"}
    rows = [{**same, "path": f"/{number}", "visitor_id": number, "session_id": number} for number in range(1, 151)]
    store_rows(analytics.store, site.id, *rows)
    for path in ("breakdown/page", "sessions"):
        found = file(logged_in, site, path, "json", **DAY).json()
        assert len(found) == 150, path
        assert len(file(logged_in, site, path, "json", **DAY, limit=7).json()) == 7
        answer = logged_in.get(f"/api/sites/{site.id}/reports/{path}", params=DAY).json()
        assert len(answer["rows"]) == (100 if path == "breakdown/page" else 50)
    asked = {**DAY, "dimensions": ["page"], "metrics": ["visitors"], "format": "json"}
    assert len(logged_in.post(f"/api/sites/{site.id}/query", json=asked).json()) == 150


@pytest.mark.parametrize(
    ("path", "column", "first"),
    [
        ("series", "hour", datetime(2026, 11, 19, 18, 15)),
        ("goals", "time", datetime(2026, 11, 19, 18, 15)),
        ("sessions", "start", datetime(2026, 11, 20, 9, 30)),
        ("sessions/12", "time", datetime(2026, 11, 20, 8, 0)),
        ("retention", "time", datetime(2026, 11, 19, 18, 15)),
    ],
)
def test_times_are_timestamps_in_utc_in_parquet(
    logged_in: HttpClient, filled: Site, tmp_path: Path, path: str, column: str, first: datetime
) -> None:
    logged_in.patch(f"/api/sites/{filled.id}", json={"time_zone": "Asia/Kathmandu"})
    units = {"series": "hour", "goals": "hour", "retention": "day"}
    given = {**DAY, "unit": units[path]} if path in units else {} if "/" in path else DAY
    target = tmp_path / "read.parquet"
    target.write_bytes(file(logged_in, filled, path, "parquet", **given).content)
    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT typeof({column}), {column} FROM '{target}'").fetchall()
    assert {kind for kind, _ in found} <= {"TIMESTAMP_MS", "TIMESTAMP"}
    assert found[0][1] == first
    text = file(logged_in, filled, path, "ndjson", **given).text.splitlines()[0]
    assert datetime.fromisoformat(json.loads(text)[column]).astimezone(UTC).replace(tzinfo=None) == first


def test_session_whose_start_moves_comes_once(
    logged_in: HttpClient, analytics: Analytics, filled: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A late event makes the first session shown begin before all others, while the next page is read."""
    monkeypatch.setattr(behaviour, "PAGE", 2)

    def late(*given: Any) -> Any:
        row = {"time": "2026-11-19T00:30:00", "kind": "pageview", "path": "/", "visitor_id": 3, "session_id": 14}
        store_rows(analytics.store, filled.id, row)
        return patient_answer(*given)

    monkeypatch.setattr(behaviour, "patient_answer", late)
    found = lines(logged_in, filled, "sessions", **BOTH_DAYS)
    assert [each["session_id"] for each in found] == ["14", "13", "12", "11"]
