"""What every event store does, asked of each engine; and both engines give the same answers to the same questions."""

import itertools
import json
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
import pytest

from hitkeep_py.errors import InvalidInput, QueryTimeout, StoreUnavailable
from hitkeep_py.event import EVENT_FIELDS
from hitkeep_py.query.dialect import Dialect
from hitkeep_py.query.filters import checked_condition, condition_sql
from hitkeep_py.query.sql import Statement
from hitkeep_py.query.time_range import UNITS, TimeRange, buckets, offsets
from hitkeep_py.stores import MOST_ANSWER_ROWS
from hitkeep_py.stores.recent_sessions import Recency
from tests.engines import ENGINES, Engine, clickhouse_store, opened
from tests.stored_events import OTHER_SITE, SITE, START, store_rows
from tests.tiers import NEEDS_CHDB

HEAVY = {
    "duckdb": "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE hash(a.range, b.range) = 1",
    "clickhouse": "SELECT count(*) FROM numbers(100000000000) WHERE cityHash64(number) = 1",
}
NASTY_TEXTS = [
    "",
    "x",
    "ä 😀 中文 \u202e",
    "it's",
    "''; DROP TABLE events; --",
    '"quoted"',
    "back\\slash \\' \\n \\0",
    "line\nbreak\ttab\rreturn",
    "nul\x00within",
    "?",
    "{p0:String}",
    "%s %(x)s %",
    "$$ -- /* */",
    "null",
    "\\N",
]
NOT_STORED = ("site_id", "time", "visitor_id", "previous_visitor_id", "anonymous_visitor_id", "session_key")


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with opened(request.param) as found:
        yield found


def columns(count: int = 1, first: int = 1, **values: Any) -> dict[str, list[Any]]:
    """`count` events, all alike."""
    one = {"site_id": SITE, "time": START, "kind": "event", "name": "x", "visitor_id": 1, "session_id": 1, **values}
    return {"event_id": list(range(first, first + count)), **{name: [value] * count for name, value in one.items()}}


def count_of(engine: Engine) -> int:
    return int(engine.store.select("SELECT count(*) FROM events")[0][0])


def test_an_empty_store(engine: Engine) -> None:
    assert (count_of(engine), engine.store.position()) == (0, 0)


def test_every_field_of_an_event_comes_back_as_it_was(engine: Engine) -> None:
    kept: dict[str, Any] = {name: f"{name} ä\x00😀'\"\\" for name in EVENT_FIELDS if name not in NOT_STORED}
    kept |= {"user_id": 2**64 - 1, "value": -0.1, "revenue": -(2**53), "scroll_depth": 100, "engagement_ms": 2**32 - 1}
    kept["passive"] = 1
    numbers = {"visitor_id": 2**64 - 1, "session_id": 2**63, "crossed_visitor_id": 2**64 - 2}
    engine.store.append(columns(**{**kept, **numbers}, unknown="ignored"), 1)
    names = ", ".join([*kept, *numbers])
    assert engine.store.select(f"SELECT {names} FROM events") == [(*kept.values(), *numbers.values())]


def test_missing_columns_are_null(engine: Engine) -> None:
    engine.store.append(columns(3), 3)
    assert engine.store.select("SELECT DISTINCT path, props, country, value FROM events") == [(None,) * 4]
    assert count_of(engine) == 3


@pytest.mark.parametrize(
    "broken",
    [
        {"site_id": "no id"},
        {"site_id": None},
        {"kind": None},
        {"visitor_id": -1},
        {"visitor_id": 2**64},
        {"time": "yesterday"},
        {"session_id": None},
    ],
    ids=lambda broken: "-".join(broken),
)
def test_an_append_is_all_or_nothing(broken: dict[str, Any], engine: Engine) -> None:
    engine.store.append(columns(2), 2)
    bad = columns(3, first=3)
    for name, value in broken.items():
        bad[name][-1] = value
    with pytest.raises(StoreUnavailable):
        engine.store.append(bad, 5)
    assert (count_of(engine), engine.store.position()) == (2, 2)
    engine.store.append(columns(1, first=3), 3)
    assert (count_of(engine), engine.store.position()) == (3, 3)


def test_the_position_is_the_one_given_not_the_number_of_an_event(engine: Engine) -> None:
    engine.store.append(columns(2, first=1000), 0)
    assert engine.store.position() == 0
    engine.store.append(columns(2, first=1), 7)
    assert engine.store.position() == 7


def test_equal_events_at_position_0_are_all_stored(engine: Engine) -> None:
    for _ in range(3):
        store_rows(engine.store, SITE, {"name": "a"}, {"name": "b"})
    assert count_of(engine) == 6


def test_the_position_outlives_its_events(engine: Engine) -> None:
    engine.store.append(columns(5), 5)
    engine.store.append(columns(2, first=6, site_id=OTHER_SITE), 7)
    assert engine.store.delete_site(OTHER_SITE) == 2
    assert engine.store.delete_site(OTHER_SITE) == 0
    assert engine.store.select("SELECT DISTINCT name, site_id FROM events") == [("x", UUID(SITE))]
    assert (count_of(engine), engine.store.position()) == (5, 7)
    assert engine.store.delete_site(SITE) == 5
    engine.store.append(columns(1, first=8), 8)
    assert (count_of(engine), engine.store.position()) == (1, 8)


def test_version_changes_with_what_is_stored_and_only_then(engine: Engine) -> None:
    versions = [engine.store.version()]
    engine.store.select("SELECT 1")
    engine.store.position()
    assert engine.store.version() == versions[0]
    engine.store.append(columns(), 1)
    versions.append(engine.store.version())
    engine.store.forget_crossings(START)
    versions.append(engine.store.version())
    engine.store.delete_site(SITE)
    versions.append(engine.store.version())
    assert len(set(versions)) == 4


def test_crossings_are_forgotten_before_the_given_time_only(engine: Engine) -> None:
    store_rows(
        engine.store,
        SITE,
        {"time": START - 1, "crossed_visitor_id": 5, "name": "old"},
        {"time": START, "crossed_visitor_id": 6, "name": "new"},
        {"time": START - 1, "name": "none"},
    )
    engine.store.forget_crossings(START)
    engine.store.forget_crossings(START)
    assert engine.store.select("SELECT name, crossed_visitor_id FROM events ORDER BY name") == [
        ("new", 6),
        ("none", None),
        ("old", None),
    ]


@pytest.mark.parametrize("name", ENGINES)
def test_a_question_that_takes_too_long_is_stopped_and_others_are_not(name: str) -> None:
    with opened(name) as engine:
        started = time.perf_counter()
        with pytest.raises(QueryTimeout, match=r"longer than 0\.1 seconds"):
            engine.store.select(HEAVY[name], timeout=0.1)
        assert time.perf_counter() - started < 3
        engine.store.append(columns(), 1)
        assert engine.store.select("SELECT count(*) FROM events", timeout=5) == [(1,)]


@pytest.mark.parametrize("sql", ["SELECT nothing FROM nowhere", "SELECT ?", "SELECT ("])
def test_a_question_that_is_wrong_is_not_a_timeout(sql: str, engine: Engine) -> None:
    engine.store.append(columns(2), 2)
    with pytest.raises(StoreUnavailable) as caught:
        engine.store.select(sql, timeout=5)
    assert not isinstance(caught.value, QueryTimeout)
    assert count_of(engine) == 2


def test_a_closed_store_answers_with_our_errors(engine: Engine) -> None:
    engine.store.close()
    for call in (lambda: engine.store.select("SELECT 1"), lambda: engine.store.append(columns(), 1)):
        with pytest.raises(StoreUnavailable):
            call()
    engine.store.reopen()
    engine.store.append(columns(), 1)
    engine.store.checkpoint()
    assert count_of(engine) == 1


@pytest.fixture(scope="module")
def both() -> Iterator[list[Engine]]:
    """The same events in both engines: nasty texts, JSON, times around changes of the clock."""
    with ExitStack() as stack:
        engines = [stack.enter_context(opened("duckdb")), Engine(stack.enter_context(clickhouse_store()))]
        for engine in engines:
            store_rows(engine.store, SITE, *generated())
        yield engines


def generated() -> list[dict[str, Any]]:
    chance = random.Random(1)
    texts = [*NASTY_TEXTS, None]
    return [
        {
            "site_id": chance.choice([SITE, OTHER_SITE]),
            "time": moment,
            "kind": chance.choice(["pageview", "event"]),
            "name": chance.choice(texts),
            "path": chance.choice(texts),
            "country": chance.choice([None, "DE", "FR", ""]),
            "visitor_id": chance.choice([1, 2, 3, 2**63, 2**64 - 1]),
            "session_id": chance.randrange(2**64) if chance.random() < 0.5 else chance.randrange(9),
            "value": chance.choice([None, 0.0, -0.5, 1.25, 1e300]),
            "revenue": chance.choice([None, 0, -5, 2**53, 199]),
            "scroll_depth": chance.choice([None, 0, 100]),
            "props": props,
        }
        for moment, props in itertools.zip_longest(TIMES, [*DOCUMENTS, None], fillvalue=None)
        if moment is not None
    ]


def around_changes() -> Iterator[int]:
    for zone, days in ZONES.items():
        for day in days:
            middle = round(datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)
            for hours in (-26, -3, -2, -1, 0, 1, 2, 3, 26):
                yield from (middle + hours * 3_600_000 + extra for extra in (-1, 0, 1))


ZONES = {
    "Europe/Berlin": ["2026-03-29T02:00", "2026-10-25T02:00"],
    "America/New_York": ["2026-03-08T02:00", "2026-11-01T01:00"],
    "Australia/Lord_Howe": ["2026-04-05T02:00"],
    "Asia/Kathmandu": ["2026-01-01T00:00"],
    "Pacific/Apia": ["2011-12-30T00:00"],
    "America/Caracas": ["2007-12-09T03:00"],
    "UTC": ["2024-02-29T00:00", "2100-02-28T23:00", "1999-12-31T23:59"],
}
TIMES = sorted({*around_changes(), 0, 1, 2**31 * 1000, 2**32 * 1000})

VALUES: list[Any] = [
    *NASTY_TEXTS,
    None,
    True,
    False,
    0,
    -1,
    2**53 + 1,
    2**64 - 1,
    -(2**63),
    0.1,
    1.0,
    -0.0,
    100000.0,
    1e16,
    1.5e-7,
    5e-324,
    1.7976931348623157e308,
    [],
    {},
    [1, "a", None, [True]],
    {"b": [1, 2.5, {"c": None}], "a/b": "ä\n\"'"},
    "2026-01-01",
]
KEYS = ["plain", "with.dot", "a/b", "~tilde~0~1", "/", "~", "", "ä 😀", "it's", '"', "\\", "$", "$.a", "[0]", "0", "-1"]
DOCUMENTS = [orjson.dumps({key: value}).decode() for key, value in itertools.product(["plain", "a/b"], VALUES)]
DOCUMENTS += [orjson.dumps({key: number for number, key in enumerate(KEYS)}).decode()] * 2
DOCUMENTS += [json.dumps({key: f"{key}!" for key in KEYS}, indent=1), "{}"]


def same(both: list[Engine], sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    """The rows that both engines give, of the same types too; {methods} of the dialect are filled in."""
    answers = [engine.store.select(sql, parameters) for engine in both]
    assert answers[0] == answers[1]
    assert [[type(value) for value in row] for row in answers[0]] == [[type(v) for v in row] for row in answers[1]]
    return answers[0]


@NEEDS_CHDB
def test_values_travel_as_they_are(both: list[Engine]) -> None:
    values: list[object] = [*NASTY_TEXTS, 0, -1, 2**63 - 1, -(2**63), 2**63, 2**64 - 1, 0.1, -1e300, 5e-324, None]
    for value in values:
        assert [engine.store.select("SELECT ?", [value]) for engine in both] == [[(value,)]] * 2
    marks = ", ".join("?" * len(values))
    assert same(both, f"SELECT {marks}, '?', '''?' -- ?\n /* ? */", *values) == [(*values, "?", "'?")]


@NEEDS_CHDB
@pytest.mark.parametrize("text", NASTY_TEXTS)
def test_texts_are_found_by_their_value(text: str, both: list[Engine]) -> None:
    found = same(both, "SELECT count(*), min(name), max(name) FROM events WHERE name = ?", text)
    assert found[0][1:] == (text, text)
    same(both, "SELECT count(*) FROM events WHERE name <> ? OR path IN (?, 'x')", text, text)


QUESTIONS = [
    "SELECT event_id, name, path, country, value, revenue, scroll_depth, props FROM events ORDER BY event_id",
    "SELECT site_id, visitor_id, session_id, time FROM events ORDER BY event_id",
    "SELECT country, count(*), count(country), count(DISTINCT visitor_id) FROM events GROUP BY country ORDER BY 1",
    "SELECT country, sum(revenue), min(revenue), max(value), avg(scroll_depth) FROM events GROUP BY 1 ORDER BY 1 DESC",
    "SELECT sum(revenue), max(name), min(time), avg(value), count(*), count(revenue) FROM events WHERE kind = 'none'",
    "SELECT name, count(*) AS number FROM events GROUP BY name ORDER BY number DESC, name LIMIT 5 OFFSET 2",
    "SELECT count(*) FILTER (WHERE revenue > 0), sum(revenue) FILTER (WHERE kind = 'none') FROM events",
    "SELECT DISTINCT name FROM events ORDER BY name",
    "SELECT a.event_id, b.name FROM events a LEFT JOIN (SELECT event_id, name FROM events WHERE kind = 'event') b"
    " ON a.event_id = b.event_id ORDER BY 1",
    "SELECT name, count(*) OVER () FROM events GROUP BY name ORDER BY name LIMIT 3",
    "SELECT event_id, row_number() OVER (PARTITION BY country ORDER BY event_id) FROM events ORDER BY event_id",
    "SELECT * FROM (SELECT name FROM events WHERE kind = 'event' UNION SELECT path FROM events) texts ORDER BY 1",
    "SELECT event_id, coalesce(country, '?') || '/' || coalesce(name, '') FROM events ORDER BY event_id",
    "SELECT event_id, revenue / 7 FROM events WHERE revenue IS NOT NULL ORDER BY event_id",
    "SELECT sum(CASE WHEN kind = 'event' THEN 1 ELSE 0 END) FROM events",
    "SELECT country FROM events GROUP BY country HAVING count(*) > 1 ORDER BY country NULLS FIRST",
    "WITH scoped AS (SELECT kind, visitor_id FROM events WHERE country = 'DE')"
    " SELECT (SELECT count(*) FROM scoped), (SELECT max(visitor_id) FROM scoped), kind FROM scoped"
    " GROUP BY kind ORDER BY kind",
]


@NEEDS_CHDB
@pytest.mark.parametrize("sql", QUESTIONS)
def test_plain_sql_means_the_same(sql: str, both: list[Engine]) -> None:
    assert same(both, sql)


@NEEDS_CHDB
def test_moments_and_sites_mean_the_same(both: list[Engine]) -> None:
    for moment in (START, *TIMES[::25]):
        for sign in ("<", ">="):
            answers = [
                engine.store.select(
                    f"SELECT count(*) FROM events WHERE time {sign} {engine.dialect.moment()}"
                    f" AND site_id = {engine.dialect.site()}",
                    [moment, SITE],
                )
                for engine in both
            ]
            assert answers[0] == answers[1]


@NEEDS_CHDB
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("zone", ZONES)
def test_buckets_are_the_same_where_clocks_change(zone: str, unit: str, both: list[Engine]) -> None:
    for day in ZONES[zone]:
        middle = round(datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)
        time_range = TimeRange(middle - 27 * 3_600_000, middle + 27 * 3_600_000, zone)
        answers = []
        for engine in both:
            bucket = engine.dialect.bucket(unit, offsets(time_range))
            inside = f"time >= {engine.dialect.moment()} AND time < {engine.dialect.moment()}"
            sql = f"SELECT {bucket}, count(*) FROM events WHERE {inside} GROUP BY 1 ORDER BY 1"
            answers.append(engine.store.select(sql, [time_range.start, time_range.end]))
        assert answers[0] == answers[1]
        assert {key for key, _ in answers[0]} <= {key for key, _ in buckets(time_range, unit)}
        assert answers[0]


@NEEDS_CHDB
@pytest.mark.parametrize("unit", ["minute", *UNITS, "week", "year"])
def test_buckets_are_the_same_for_every_time(unit: str, both: list[Engine]) -> None:
    zone = [(0, 20_700_000), (START, -37_800_000)]
    asked(both, lambda dialect: f"SELECT {dialect.bucket(unit, zone)} FROM events ORDER BY event_id")


def asked(both: list[Engine], sql: Callable[[Dialect], str], *parameters: object) -> list[tuple[Any, ...]]:
    """The rows that both engines give to a question in their dialects."""
    answers = [engine.store.select(sql(engine.dialect), parameters) for engine in both]
    assert answers[0] == answers[1]
    return answers[0]


@NEEDS_CHDB
def test_milliseconds_are_the_same(both: list[Engine]) -> None:
    assert asked(both, lambda dialect: f"SELECT {dialect.milliseconds('time')} FROM events ORDER BY event_id") == [
        (moment,) for moment in TIMES
    ]


@NEEDS_CHDB
@pytest.mark.parametrize("kind", ["event", "none"])
def test_milliseconds_between_are_the_same(kind: str, both: list[Engine]) -> None:
    asked(
        both,
        lambda dialect: f"SELECT {dialect.milliseconds_between('min(time)', 'max(time)')} FROM events WHERE kind = ?",
        kind,
    )


@NEEDS_CHDB
def test_keys_and_values_of_json_are_the_same(both: list[Engine]) -> None:
    found = asked(
        both,
        lambda dialect: (
            f"SELECT event_id, property, {dialect.value_text('props', 'property')} FROM"
            f" (SELECT event_id, props, {dialect.each_key('props')} AS property FROM events) pairs ORDER BY 1, 2"
        ),
    )
    assert {key for _, key, _ in found} >= set(KEYS)


@NEEDS_CHDB
@pytest.mark.parametrize("key", KEYS)
def test_the_value_of_a_given_key_is_the_same(key: str, both: list[Engine]) -> None:
    found = asked(both, lambda dialect: f"SELECT {dialect.value_text('props', '?')} FROM events ORDER BY event_id", key)
    assert any(value is not None for (value,) in found)


@NEEDS_CHDB
@pytest.mark.parametrize("number", [1, 3, 1000])
def test_the_smallest_rows_are_the_same(number: int, both: list[Engine]) -> None:
    answers = [
        engine.store.select(
            f"SELECT country, {engine.dialect.smallest(number, '-event_id', 'kind')} FROM events"
            " GROUP BY country ORDER BY country"
        )
        for engine in both
    ]
    assert plain(answers[0]) == plain(answers[1])


def plain(rows: list[tuple[Any, ...]]) -> list[Any]:
    return [(row[0], [tuple(pair) for pair in row[1]]) for row in rows]


@NEEDS_CHDB
@pytest.mark.parametrize("group", ["visitor_id", "session_id", "kind"])
@pytest.mark.parametrize("value", ["name", "country", "value", "CASE WHEN kind = 'pageview' THEN path END"])
def test_the_earliest_and_the_latest_are_the_same(value: str, group: str, both: list[Engine]) -> None:
    order = ("time", "event_id")
    asked(
        both,
        lambda dialect: (
            f"SELECT {group}, {dialect.earliest(value, *order)}, {dialect.latest(value, *order)}"
            f" FROM events GROUP BY {group} ORDER BY {group}"
        ),
    )
    nothing = asked(both, lambda dialect: f"SELECT {dialect.earliest(value, *order)} FROM events WHERE kind = 'none'")
    assert nothing == [(None,)]


@NEEDS_CHDB
@pytest.mark.parametrize("fraction", [0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0])
def test_percentiles_are_the_same(fraction: float, both: list[Engine]) -> None:
    for number in ("scroll_depth", "revenue", "CASE WHEN value < 2 THEN value END", "event_id"):
        for condition in ("TRUE", "event_id < 3", "event_id = 1", "kind = 'none'"):
            answers = [
                engine.store.select(
                    f"SELECT {engine.dialect.percentile(number, fraction)} FROM events WHERE {condition}"
                )
                for engine in both
            ]
            (first, second) = (answer[0][0] for answer in answers)
            assert first == second if None in (first, second) else first == pytest.approx(second, rel=1e-12)


@NEEDS_CHDB
def test_visitors_are_counted_the_same(both: list[Engine]) -> None:
    asked(
        both,
        lambda dialect: (
            f"SELECT country, {dialect.distinct_visitors(None)} FROM events WHERE site_id = {dialect.site()}"
            " GROUP BY country ORDER BY country"
        ),
        SITE,
    )


NUMBERS = [
    "1",
    "1.5",
    "-0.1",
    " 1",
    "1 ",
    "\t1\n",
    "+1",
    ".5",
    "5.",
    "1e3",
    "1E-3",
    "1e-11",
    "0.12345678905",
    "1e27",
    "9" * 16,
    "1e16",
    "1e29",
]
NUMBERS += ["-0.12345678905", "0.123456789049999", "", "inf", "nan", "abc", "0x10", "1e400", "9" * 28, "9" * 29, "--1"]
NUMBERS += [
    "1,5",
    "１",
    "1e",
    "e1",
    "1.2.3",
    "-0",
    "00012",
    "true",
    "null",
    "0.00000000005",
    "1.25e1",
    "1 000",
    "1-",
    "-",
]


@NEEDS_CHDB
@pytest.mark.parametrize("text", NUMBERS)
def test_texts_as_numbers_are_the_same(text: str, both: list[Engine]) -> None:
    found = asked(
        both, lambda dialect: f"SELECT {dialect.number('word')} FROM (SELECT CAST(? AS VARCHAR) AS word) w", text
    )
    assert found[0][0] is None or isinstance(found[0][0], Decimal)


@NEEDS_CHDB
def test_sums_of_numbers_in_properties_are_the_same(both: list[Engine]) -> None:
    def question(dialect: Dialect) -> str:
        number = dialect.number(dialect.value_text("props", "?"))
        return f"SELECT country, sum({number}), count({number}) FROM events GROUP BY country ORDER BY country"

    assert [engine.dialect.key_places for engine in both] == [1, 1]
    for engine in both:
        assert question(engine.dialect).count("?") >= 2
    asked(both, lambda dialect: f"SELECT sum({dialect.number('country')}), min({dialect.number('name')}) FROM events")


PATTERNS = [
    "^.$",
    "x",
    "X",
    "(?i)X",
    "line.break",
    "(?s)line.break",
    "^break",
    r"\d",
    "[[:alpha:]]",
    "'",
    r"\\",
    "\x00",
]
PATTERNS += ["", "^$", "ä", r"\p{Han}", "a|b", "%", r"\?", "[{}]"]


@NEEDS_CHDB
@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns_match_the_same(pattern: str, both: list[Engine]) -> None:
    asked(
        both,
        lambda dialect: f"SELECT event_id FROM events WHERE {dialect.matches('name')} ORDER BY event_id",
        pattern,
    )


@NEEDS_CHDB
@pytest.mark.parametrize(
    ("text", "part", "is_in"),
    [
        ("/PRICING", "pri", True),
        ("/pricing", "PRI", True),
        ("/a.b", "A.B", True),
        ("/axb", "a.b", False),
        ("/\u0130stanbul", "istanbul", True),
        ("/\u212aelvin", "kelvin", True),
        ("/σίσυφος", "ΣΊΣΥΦΟΣ", True),
        ("/ΦΟΣΑ", "φος", True),
        ("/Straße", "STRASSE", False),
        ("/ÄRGER", "ärger", True),
    ],
)
def test_case_is_ignored_in_the_same_way(text: str, part: str, is_in: bool, both: list[Engine]) -> None:
    condition = checked_condition("page", "contains in any case", [part], "filters")
    for engine in both:
        holds = condition_sql(condition, Statement("word"), engine.dialect)
        sql = f"SELECT count(*) FROM (SELECT CAST(? AS VARCHAR) AS word) AS w WHERE {holds.sql}"
        assert engine.store.select(sql, (text, *holds.parameters)) == [(int(is_in),)]


@NEEDS_CHDB
def test_a_pattern_that_is_none_is_refused_by_both(both: list[Engine]) -> None:
    for engine in both:
        with pytest.raises(StoreUnavailable):
            engine.store.select(f"SELECT count(*) FROM events WHERE {engine.dialect.matches('name')}", ["("])


@NEEDS_CHDB
def test_recent_sessions_are_the_same(both: list[Engine]) -> None:
    for milliseconds, events in ((0, 0), (1, 0), (0, 3), (3_600_000, 10), (2**42, 0), (0, 2**42)):
        recency = Recency(milliseconds, events, 1_000, 2**42)
        answers = [list(engine.store.recent_sessions(recency)) for engine in both]
        assert answers[0] == answers[1]
        assert answers[0]


@NEEDS_CHDB
def test_as_many_sessions_are_summarised(both: list[Engine]) -> None:
    counts = [engine.store.rebuild_summaries() for engine in both]
    assert counts[0] == counts[1] > 0


def test_a_snapshot_answers_questions_and_knows_its_version(engine: Engine) -> None:
    engine.store.append(columns(2), 2)
    with engine.store.snapshot() as snapshot:
        assert snapshot.version == engine.store.version()
        assert snapshot.select("SELECT count(*) FROM events WHERE name = ?", ["x"], 5.0) == [(2,)]


@pytest.mark.parametrize("name", ENGINES)
def test_answers_that_are_too_long_are_refused(name: str) -> None:
    source = {"duckdb": "range", "clickhouse": "numbers"}[name]
    with opened(name) as engine, pytest.raises(InvalidInput, match="rows"):
        engine.store.select(f"SELECT 1 FROM {source}({MOST_ANSWER_ROWS + 1})")
