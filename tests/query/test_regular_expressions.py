"""Regular expressions of callers: what is taken an engine can run, what it could not is refused with the reason."""

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.regular_expressions import LENGTH, check_expression

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
        ("a{1001}", "repeats"),
        ("(a{100}){100}", "repeats"),
        ("a" * (LENGTH + 1), "longer than"),
    ],
)
def test_what_engines_refuse_is_refused_with_the_reason(text: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words) as refused:
        check_expression(text, "filters")
    assert refused.value.field == "filters"
