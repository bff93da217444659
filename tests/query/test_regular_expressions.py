"""Regular expressions of callers: what is taken an engine can run, what it could not is refused with the reason."""

from dataclasses import replace

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.filters import Filters, read_filters, stored_filters
from hitkeep_py.query.metrics import METRICS
from hitkeep_py.query.query import Query
from hitkeep_py.query.regular_expressions import LENGTH, check_expression
from hitkeep_py.query.time_range import TimeRange
from hitkeep_py.reports.table import table
from tests.asked_engine import ask
from tests.engines import Engine
from tests.stored_events import SITE, START, store_rows

PIECES = [
    *"ab1*+?{}[]()|.^$\\-,:=!<>iPpzZu_é&~\n ",
    *("{2}", "{1001}", "{40}", "{3,}", "{,3}", "(?:", "(?i)", "(?=", "(?<a>", "(?P<a>", "(?s", "(?-i:", "(?x)"),
    *("[^", "[:alpha:]", "\\d", "\\pL", "\\p{Lu}", "\\p{Foo}", "\\b", "\\x", "\\x41", "\\x{41}", "\\z", "\\\\", "\\1"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@example("[]~~\\z")
@example("^,[^]p&&")
@example("[a--b]")
@example("((a{40}){40}){40}")
def test_what_is_taken_can_be_run(text: str) -> None:
    try:
        check_expression(text, "filters")
    except InvalidInput:
        return
    duckdb.execute("SELECT regexp_matches('abc', ?)", [text]).fetchall()


@pytest.mark.parametrize(
    "text",
    [
        "",
        r"^/user/\d+$",
        "(?i)shop",
        "(?P<name>a|b)+?",
        r"[^\w\-/]{2,40}",
        "[[:alpha:]_]+",
        r"\A\p{Lu}\pL*\z",
        r"\.(html?|php)$",
        "größe",
        r"a\+\+b",
        "[+*]+",
        "^/item/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$",
        "^.{150,}$",
        "([a-z]{1,10}/){1,10}",
        r"\{9999\}",
        "[{9999}]",
    ],
)
def test_usual_ones_are_taken(text: str) -> None:
    check_expression(text, "filters")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("(", "no regular expression"),
        ("[a", "no regular expression"),
        ("*", "no regular expression"),
        ("[b-a]", "no regular expression"),
        ("(?=a)", "look-around"),
        ("(?<!a)b", "look-around"),
        (r"(a)\1", "references back"),
        ("a++", "possessive"),
        ("(?x)a b", "no look-around"),
        ("a{1001}", "repeat"),
        ("(a{100}){100}", "repeats"),
        ("((a{0,9}){0,9}){0,9}b", "too long"),
        ("(?:x(?:a{0,9}){0,9}y){3}b", "too long"),
        ("(a{2}){51,}", "too long"),
        ("(((((((a{2}){2}){2}){2}){2}){2}){2})b", "too long"),
        ("([^/]{5}){60}", "too long"),
        ("(" + "a?" * 200 + "){6}", "too long"),
        (r"(\pL?.?){40}c", "too long"),
        ("a{501}", "too long"),
        ("a" * (LENGTH + 1), "longer than"),
    ],
)
def test_what_engines_refuse_is_refused_with_the_reason(text: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as refused:
        check_expression(text, "filters")
    assert refused.value.field == "filters"


def test_values_are_looked_at_as_far_as_that_is_quick(engine: Engine) -> None:
    long = "/" + "a" * 2_000
    paths = (long, long + "b", "/short", "/aaab")
    store_rows(engine.store, SITE, *({"kind": "pageview", "path": path} for path in paths))
    whole = Query(SITE, TimeRange(START, START + 1), (METRICS["pageviews"],))

    def pageviews(filters: Filters) -> int:
        return int(ask(engine, table, replace(whole, filters=filters)).rows[0][1][0])

    assert pageviews(read_filters(["page matches regex ^/a+"])) == 3
    assert pageviews(read_filters(["page matches regex b$"])) == 1
    dear = {"dimension": "page", "operator": "matches regex", "values": ["((a{0,9}){0,9}){0,9}b"]}
    with pytest.raises(InvalidInput, match="too long"):
        read_filters([dear])
    # One that was stored when dearer ones were taken takes no report away.
    assert pageviews(stored_filters([dear])) == 0
    assert pageviews(stored_filters([{**dear, "operator": "does not match regex"}])) == 4
    assert stored_filters([dear])[0][0].as_json() == dear
