"""Files: each format read back by somebody else's reader, cells that are no formulas, and every event once."""

import csv
import gzip
import io
import itertools
import json
import random
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.analytics import Analytics
from hitkeep_py.catalog.sites import Site
from hitkeep_py.catalog.users import User
from hitkeep_py.errors import RateLimited, StoreUnavailable, Unavailable
from hitkeep_py.export import (
    FORMATS,
    Column,
    Kind,
    csv_pieces,
    excel_pieces,
    file_name,
    json_pieces,
    ndjson_pieces,
    parquet_pieces,
)
from hitkeep_py.query.filters import read_filters
from hitkeep_py.query.named_range import previous_period
from hitkeep_py.query.query import Query
from hitkeep_py.query.read_query import AskedQuery, read_query
from hitkeep_py.query.time_range import TimeRange
from hitkeep_py.reports.compared import compared
from hitkeep_py.reports.raw_events import EVENT_COLUMNS, bounds, extent, page
from hitkeep_py.server.access import Caller
from hitkeep_py.server.api import export as export_api
from hitkeep_py.server.app import Server
from hitkeep_py.server.call import Call, Streams
from hitkeep_py.stores.parquet import write_parquet
from tests.asked_engine import ask
from tests.engines import ENGINES, Engine, opened
from tests.http_client import HttpClient
from tests.reported_site import BOTH_DAYS, DAY, VISITS, fill, visit_rows
from tests.stored_events import OTHER_SITE, SITE, START, milliseconds, store_rows

COLUMNS = [
    Column("time", Kind.TIME),
    Column("text", Kind.TEXT),
    Column("count", Kind.WHOLE),
    Column("rate", Kind.NUMBER),
    Column("props", Kind.JSON),
]
ROWS = [
    (START, 'say "hi", you', 1, 0.5, '{"a": [1, "x\\ny"],\n "b": null}'),
    (START + 1, "two\r\nlines", -2, None, None),
    (None, None, None, 1e21, "{}"),
]
TIME = "2026-09-21T14:13:20.000Z"


@pytest.fixture
def filled(analytics: Analytics, site: Site) -> Site:
    fill(analytics, site)
    return site


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def parquet_rows(content: bytes, folder: Path, columns: str = "*") -> list[tuple[Any, ...]]:
    file = folder / "read.parquet"
    file.write_bytes(content)
    with duckdb.connect() as connection:
        return connection.execute(f"SELECT {columns} FROM '{file}'").fetchall()


def test_csv_is_as_rfc_4180_has_it() -> None:
    content = b"".join(csv_pieces(COLUMNS, ROWS))
    assert content.startswith(b"time,text,count,rate,props\r\n")
    assert content.count(b"\r\n") == 5  # One of them within a cell.
    assert read_csv(content)[1:] == [
        [TIME, 'say "hi", you', "1", "0.5", '{"a": [1, "x\\ny"],\n "b": null}'],
        ["2026-09-21T14:13:20.001Z", "two\r\nlines", "-2", "", ""],
        ["", "", "", "1e+21", "{}"],
    ]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("＝1+1", "'＝1+1"),
        ("＋1+1", "'＋1+1"),
        ("－1+1", "'－1+1"),
        ("＠SUM(A1)", "'＠SUM(A1)"),
        ("a;=1+1", "a;'=1+1"),
        ("a; ＝1+1;b", "a; '＝1+1;b"),
        ("a|@x", "a|'@x"),
        ("a;b=1", "a;b=1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("\r\n@x", "'\r\n@x"),
        ("\n", "'\n"),
        ("-12.5", "-12.5"),
        ("+1e5", "+1e5"),
        ("-", "'-"),
        ("'=1", "'=1"),
        ("1=1", "1=1"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula(text: str, cell: str) -> None:
    content = b"".join(csv_pieces([Column(text, Kind.TEXT), Column("b", Kind.TEXT)], [(text, "x")]))
    assert read_csv(content) == [[cell, "b"], [cell, "x"]]


@given(st.lists(st.tuples(st.text(), st.text(st.sampled_from('"\r\n,;=')))))
def test_whatever_text_comes_back_from_csv(rows: list[tuple[str, str]]) -> None:
    content = b"".join(csv_pieces([Column("a", Kind.TEXT), Column("b", Kind.TEXT)], rows))
    found = read_csv(content)[1:]
    # But for the apostrophes that keep a cell, or a part of one, from being a formula.
    assert [tuple(cell.replace("'", "") for cell in row) for row in found] == [
        tuple(cell.replace("'", "") for cell in row) for row in rows
    ]


def test_excel_with_decimal_commas_reads_what_csv_says() -> None:
    columns = [Column(name, kind) for name, kind in (("Größe; x", Kind.TEXT), ("n", Kind.NUMBER), ("t", Kind.TIME))]
    rows = [("a;b", 0.25, 0), ("=1+1", -1e-7, None), ('"1,5"', Decimal("2.50"), None), ("1.5", 3, None)]
    content = b"".join(excel_pieces(columns, rows))
    assert content.startswith("\ufeff".encode())
    assert content.endswith(b"\r\n")
    assert list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")) == [
        ["Größe; x", "n", "t"],
        ["a;b", "0,25", "1970-01-01T00:00:00.000Z"],
        ["'=1+1", "-1e-07", ""],
        ['"1,5"', "2,50", ""],
        ["1.5", "3", ""],
    ]


def test_json_and_ndjson() -> None:
    expected = [
        {"time": TIME, "text": 'say "hi", you', "count": 1, "rate": 0.5, "props": {"a": [1, "x\ny"], "b": None}},
        {"time": "2026-09-21T14:13:20.001Z", "text": "two\r\nlines", "count": -2, "rate": None, "props": None},
        {"time": None, "text": None, "count": None, "rate": 1e21, "props": {}},
    ]
    assert json.loads(b"".join(json_pieces(COLUMNS, ROWS))) == expected
    lines = b"".join(ndjson_pieces(COLUMNS, ROWS)).decode().split("\n")
    assert [json.loads(line) for line in lines[:-1]] == expected
    assert lines[-1] == ""


@pytest.mark.parametrize("count", [0, 1, 999, 1000, 1001, 2500])
def test_any_number_of_rows(count: int, tmp_path: Path) -> None:
    columns, rows = [Column("n", Kind.WHOLE)], [(number,) for number in range(count)]
    assert json.loads(b"".join(json_pieces(columns, rows))) == [{"n": number} for number in range(count)]
    assert len(b"".join(ndjson_pieces(columns, rows)).splitlines()) == count
    assert len(read_csv(b"".join(csv_pieces(columns, rows)))) == count + 1
    assert parquet_rows(b"".join(parquet_pieces(columns, rows)), tmp_path) == rows


def test_parquet_has_types_and_order(tmp_path: Path) -> None:
    content = b"".join(parquet_pieces(COLUMNS, ROWS))
    named = 'epoch_us("time") // 1000, typeof("time"), "text", "count", rate, props'
    assert parquet_rows(content, tmp_path, named) == [
        (START, "TIMESTAMP", 'say "hi", you', 1, 0.5, '{"a": [1, "x\\ny"],\n "b": null}'),
        (START + 1, "TIMESTAMP", "two\r\nlines", -2, None, None),
        (None, "TIMESTAMP", None, None, 1e21, "{}"),
    ]


@pytest.mark.parametrize("name", ['a"b', "a'b", "x; DROP TABLE y", "property:A", "", "\0", "ä 😀", 'x" FROM y --'])
def test_name_of_a_parquet_column_is_never_sql(name: str, tmp_path: Path) -> None:
    columns = [Column(name, Kind.TEXT), Column(name.upper(), Kind.TEXT), Column("b", Kind.WHOLE)]
    content = b"".join(parquet_pieces(columns, [("x", "y", 1)]))
    assert parquet_rows(content, tmp_path) == [("x", "y", 1)]


def test_parquet_reads_and_writes_its_two_files_only(tmp_path: Path) -> None:
    source, other = tmp_path / "rows.json.gz", tmp_path / "other.json.gz"
    other.write_bytes(gzip.compress(b'{"c0": "secret"}\n'))
    with pytest.raises(StoreUnavailable):
        write_parquet(source, tmp_path / "x.parquet", [("a", "VARCHAR")])
    assert not (tmp_path / "x.parquet").exists()


def test_nothing_stays_behind_when_nobody_reads_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    pieces = parquet_pieces([Column("n", Kind.WHOLE)], [(number,) for number in range(1000)])
    assert next(pieces) == b""
    assert next(pieces).startswith(b"PAR1")
    assert list(tmp_path.iterdir()) != []
    pieces.close()
    assert list(tmp_path.iterdir()) == []


def test_file_names_are_safe() -> None:
    assert file_name("example.com-by-property:x\r\nSet-Cookie: a", FORMATS["csv"]) == (
        "example.com-by-property-x-Set-Cookie-a.csv"
    )
    assert file_name("../../etc/ä", FORMATS["parquet"]) == "etc.parquet"
    assert file_name("\0", FORMATS["json"]) == "export.json"
    assert len(file_name("x" * 1000, FORMATS["ndjson"])) < 120


def exported(client: HttpClient, site: Site, **parameters: Any) -> Any:
    answer = client.get(f"/api/sites/{site.id}/export", params={**BOTH_DAYS, **parameters})
    assert answer.status_code == 200, answer.text
    return answer


def test_events_are_exported_as_they_are(logged_in: HttpClient, filled: Site) -> None:
    answer = exported(logged_in, filled, format="ndjson")
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.headers["content-disposition"] == 'attachment; filename="example.com-events.ndjson"'
    assert answer.headers["x-total-rows"] == "8"
    events = [json.loads(line) for line in answer.text.splitlines()]
    assert list(events[0]) == list(EVENT_COLUMNS)
    assert [(each["path"], each["kind"], each["session_id"]) for each in events] == [
        (path, kind, str(session)) for _, _, session, kind, _, path, _, _ in VISITS
    ]
    bought = events[3]
    assert (bought["time"], bought["name"], bought["visitor_id"]) == ("2026-11-20T08:02:00.000Z", "purchase", "1")
    assert (bought["props"], bought["revenue"], bought["currency"]) == ({"plan": "pro", "price": 10}, 1000, "EUR")


def test_no_number_of_a_visitor_or_what_was_flagged_is_exported(
    logged_in: HttpClient, analytics: Analytics, filled: Site
) -> None:
    store_rows(analytics.store, filled.id, {"time": "2026-11-20T10:00:00", "flagged": "bot", "name": "robot"})
    assert {"visitor_number", "crossed_visitor_id", "site_id", "flagged"} & set(EVENT_COLUMNS) == set()
    assert "robot" not in exported(logged_in, filled, format="csv").text


def test_every_format_has_the_same_events(logged_in: HttpClient, filled: Site, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in exported(logged_in, filled, format="ndjson").text.splitlines()]
    assert exported(logged_in, filled, format="json").json() == lines
    head, *cells = read_csv(exported(logged_in, filled).content)
    assert head == list(EVENT_COLUMNS)
    assert [row[-1] for row in cells] == [each["event_id"] for each in lines]
    found = parquet_rows(exported(logged_in, filled, format="parquet").content, tmp_path, "event_id, path, revenue")
    assert found == [(each["event_id"], each["path"], each["revenue"]) for each in lines]


def test_export_is_filtered_like_a_report(logged_in: HttpClient, analytics: Analytics, filled: Site) -> None:
    analytics.catalog.segments.add(filled.id, "Germans", ["country is DE"])
    for parameters, count in (
        ({"filter": "country is DE"}, 4),
        ({"filter": "property:plan is pro"}, 1),
        ({"segment": "Germans", "filter": "event is purchase"}, 1),
        ({"filter": "entry_page is /pricing"}, 1),
        ({"from": "2026-11-19", "to": "2026-11-19"}, 1),
        ({"from": "2020-01-01", "to": "2020-01-02"}, 0),
    ):
        answer = exported(logged_in, filled, format="json", **parameters)
        assert len(answer.json()) == int(answer.headers["x-total-rows"]) == count, parameters


def test_export_asked_wrongly(logged_in: HttpClient, filled: Site) -> None:
    for parameters, field in (({"format": "xlsx"}, "format"), ({"from": "x"}, "from"), ({"filter": "x"}, "filter")):
        answer = logged_in.get(f"/api/sites/{filled.id}/export", params=parameters)
        assert (answer.status_code, answer.json()["error"]["field"]) == (400, field)
        assert "content-disposition" not in answer.headers


def test_pages_follow_each_other_without_a_gap(
    logged_in: HttpClient, analytics: Analytics, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where many events have one time, and late ones lie between earlier ones."""
    monkeypatch.setattr(export_api, "PAGE", 7)
    times = [START + step // 20 * 60_000 for step in range(200)] + [START + step * 1_000 for step in range(100)]
    store_rows(analytics.store, site.id, *({"time": time, "session_id": 2**63 + 1} for time in times))
    events = exported(logged_in, site, **{"from": "2026-09-21", "to": "2026-09-22", "format": "json"}).json()
    order = [(each["time"], int(each["event_id"])) for each in events]
    assert order == sorted(order)
    assert sorted(int(each["event_id"]) for each in events) == list(range(1, 301))
    assert {each["session_id"] for each in events} == {str(2**63 + 1)}


def test_events_that_come_in_meanwhile_neither_show_nor_push_others_out(
    analytics: Analytics, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_api, "PAGE", 10)
    store_rows(analytics.store, site.id, *({"time": START + step * 1_000} for step in range(100)))
    stop = threading.Event()

    def keep_storing() -> None:
        while not stop.is_set():
            store_rows(analytics.store, site.id, *({"time": START + step * 997} for step in range(20)))

    thread = threading.Thread(target=keep_storing)
    thread.start()
    try:
        call = call_of(analytics, site, {"from": ["2026-09-21"], "to": ["2026-09-21"], "format": ["ndjson"]})
        result = export_api.export(call)
        total = int(dict(result.headers)["x-total-rows"])
        lines = b"".join(result.value.pieces).splitlines()
    finally:
        stop.set()
        thread.join()
    ids = [int(json.loads(line)["event_id"]) for line in lines]
    assert sorted(ids) == list(range(1, total + 1))
    assert total >= 100


def call_of(analytics: Analytics, site: Site, values: dict[str, list[str]]) -> Any:
    server = Server(analytics)
    path, request = {"site_id": site.id}, analytics.questions.request()
    return Call(
        analytics,
        server.logins,
        server.ingest,
        Caller(local=True),
        "",
        False,
        path,
        values,
        {},
        request,
        server.streams,
    )


def test_one_caller_has_a_share_of_the_places_and_all_together_have_a_limit(
    logged_in: HttpClient, server: Server, filled: Site
) -> None:
    def status(path: str = "export") -> int:
        return logged_in.get(f"/api/sites/{filled.id}/{path}", params={**BOTH_DAYS, "format": "parquet"}).status_code

    me = server.analytics.catalog.users.of_session(logged_in.cookies["hk_token"])
    with ExitStack() as taken:
        for _ in range(Streams.MOST_OF_ONE):
            taken.enter_context(server.streams.place(Caller(user=me)))
        answer = logged_in.get(f"/api/sites/{filled.id}/export", params=BOTH_DAYS)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
        assert "20 of your streams and files" in answer.json()["error"]["message"]
        assert status() == status("reports/events") == status("reports/overview") == 429
        with server.streams.place(Caller(local=True)):
            assert server.streams.open == Streams.MOST_OF_ONE + 1
    with ExitStack() as taken:
        for number in range(Streams.MOST):
            taken.enter_context(server.streams.place(Caller(user=User(str(number), "", "", "", 0))))
        answer = logged_in.get(f"/api/sites/{filled.id}/export", params=BOTH_DAYS)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert "100 streams and files" in answer.json()["error"]["message"]
    assert status() == status("reports/events") == 200
    assert server.streams.open == 0


def test_keys_of_a_site_share_its_places(analytics: Analytics, site: Site) -> None:
    keys = [analytics.catalog.keys.add(site.id, "api")[0] for _ in range(2)]
    streams = Streams()
    with ExitStack() as taken:
        for number in range(Streams.MOST_OF_ONE):
            taken.enter_context(streams.place(Caller(key=keys[number % 2])))
        with pytest.raises(RateLimited), streams.place(Caller(key=keys[0])):
            pass
    assert streams.open == 0


def test_windows_cover_the_range_without_a_gap() -> None:
    found = list(bounds([(0, 5), (60, 5), (120, 20), (180, 1)], TimeRange(10, 200), 10))
    assert found == [10, 120, 180, 200]


@pytest.mark.parametrize("name", FORMATS)
def test_answer_to_a_question_is_a_file_too(logged_in: HttpClient, filled: Site, name: str, tmp_path: Path) -> None:
    parameters = {**DAY, "metrics": "visitors,bounce_rate", "compare": "previous_period", "format": name}
    answer = logged_in.get(f"/api/sites/{filled.id}/reports/breakdown/country", params=parameters)
    assert answer.status_code == 200
    assert (
        answer.headers["content-disposition"] == f'attachment; filename="example.com-by-country.{FORMATS[name].ending}"'
    )
    rows = [("DE", 1, 0.0, 1, 1.0), ("FR", 1, 0.0, 0, None), (None, 1, 1.0, 0, None)]
    names = ["country", "visitors", "bounce_rate", "comparison_visitors", "comparison_bounce_rate"]
    if name == "csv":
        assert read_csv(answer.content) == [names, *(["" if v is None else str(v) for v in row] for row in rows)]
    elif name == "excel":
        assert answer.content.decode("utf-8-sig").splitlines()[1] == "DE;1;0,0;1;1,0"
    elif name == "parquet":
        assert parquet_rows(answer.content, tmp_path) == rows
    else:
        found = answer.json() if name == "json" else [json.loads(each) for each in answer.text.splitlines()]
        assert found == [dict(zip(names, row, strict=True)) for row in rows]


def test_file_of_a_question_has_all_rows(logged_in: HttpClient, analytics: Analytics, site: Site) -> None:
    store_rows(analytics.store, site.id, *({"kind": "pageview", "path": f"/{number}"} for number in range(150)))
    asked = {"from": "2026-09-21", "to": "2026-09-21", "metrics": ["pageviews"], "dimensions": ["page"]}
    address = f"/api/sites/{site.id}/query"
    assert len(logged_in.post(address, json={**asked, "format": "csv"}).text.splitlines()) == 151
    assert len(logged_in.post(address, json={**asked, "format": "csv", "limit": 5}).text.splitlines()) == 6
    assert len(logged_in.post(address, json=asked).json()["rows"]) == 100


@pytest.fixture
def formula_site(analytics: Analytics, site: Site) -> Site:
    store_rows(analytics.store, site.id, {"kind": "pageview", "path": "=HYPERLINK(1)", "props": '{"=x": "@y"}'})
    return site


def test_formula_that_a_visitor_sent_is_none_in_the_file(logged_in: HttpClient, formula_site: Site) -> None:
    parameters = {"from": "2026-09-21", "to": "2026-09-21", "format": "csv"}
    for path in ("reports/breakdown/page", "export", "reports/breakdown/property:=x"):
        text = logged_in.get(f"/api/sites/{formula_site.id}/{path}", params=parameters).text
        cells = [cell for row in read_csv(text.encode()) for cell in row]
        assert [cell for cell in cells if cell.startswith(("=", "@", "+"))] == []


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with opened(request.param) as found:
        yield found


def test_every_engine_gives_the_same_pages(engine: Engine) -> None:
    times = [START + step // 5 * 60_000 for step in range(60)] + [START + step * 1_000 for step in range(20)]
    store_rows(engine.store, SITE, *({"time": time, "path": f"/{time % 7}"} for time in times))
    store_rows(engine.store, OTHER_SITE, {"time": START})
    query = Query(SITE, TimeRange(START, START + 11 * 60_000), filters=read_filters(["page is not /0"]))
    found = ask(engine, extent, query, 10)
    ids: list[int] = []
    for start, until in itertools.pairwise(found.bounds):
        after, rows = (start, 0), None
        while rows is None or len(rows) == 4:
            rows = ask(engine, page, query, found.newest, after, until, 4)
            ids += [row[-1] for row in rows]
            after = (rows[-1][0], rows[-1][-1]) if rows else after
    expected = sorted((time, number) for number, time in enumerate(times, 1) if time % 7 and time < query.range.end)
    assert ids == [number for _, number in expected]
    assert found.count == len(ids)


def test_every_engine_compares_alike(engine: Engine) -> None:
    store_rows(engine.store, SITE, *visit_rows())
    time_range = TimeRange(milliseconds("2026-11-20T00:00:00"), milliseconds("2026-11-21T00:00:00"))
    for names, dimensions in ((["country"], 1), (["page", "source"], 2), (["property:plan"], 1), ([], 0)):
        asked = read_query({"dimensions": names, "metrics": ["visitors", "bounce_rate"]}, SITE, "UTC", START)
        query = replace(asked.query, range=time_range)
        answer = ask(engine, compared, AskedQuery(query, previous_period(time_range), totals=True))
        assert answer.totals == (3, pytest.approx(1 / 3))
        assert answer.compared_totals == (1, 1.0)
        assert all(len(row.keys) == dimensions for row in answer.rows)
        before = {row.keys: row.comparison for row in answer.rows}
        assert (
            before.get(("DE",), (1, 1.0))
            == before.get((), (1, 1.0))
            == before.get(("/", "Google"), (1, 1.0))
            == (1, 1.0)
        )


def test_large_rows_go_to_parquet_in_order_in_row_groups_of_bounded_size(tmp_path: Path) -> None:
    rows = [(number, random.Random(number).randbytes(6_000).hex()) for number in range(3_000)]
    target = tmp_path / "large.parquet"
    target.write_bytes(b"".join(parquet_pieces([Column("number", Kind.WHOLE), Column("text", Kind.TEXT)], rows)))
    with duckdb.connect() as connection:
        groups = connection.execute(
            "SELECT count(DISTINCT row_group_id), max(row_group_bytes) FROM parquet_metadata(?)", [str(target)]
        ).fetchall()[0]
        assert connection.execute(f"SELECT * FROM '{target}'").fetchall() == rows
    assert groups[0] > 2
    assert groups[1] < 20_000_000


def test_more_parquet_files_at_once_than_there_is_memory_for_are_refused_before_the_head() -> None:
    columns = [Column("number", Kind.WHOLE)]
    making = [parquet_pieces(columns, [(1,)]) for _ in range(2)]
    assert [next(each) for each in making] == [b"", b""]
    with pytest.raises(Unavailable, match="other Parquet files are being made"):
        next(parquet_pieces(columns, [(1,)]))
    for each in making:
        each.close()
    assert b"".join(parquet_pieces(columns, [(1,)])).startswith(b"PAR1")
