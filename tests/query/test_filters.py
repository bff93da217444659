"""Conditions written as texts: how they are taken apart, and that no text takes long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitkeep_py.errors import InvalidInput
from hitkeep_py.query.filters import (
    NUMERIC,
    OPERATORS,
    TEXT_LENGTH,
    WITHOUT_VALUE,
    Condition,
    read_filters,
    stored_filters,
)

REFUSED = [
    "",
    "   ",
    "country",
    "country is",
    "country isnt DE",
    "countryis DE",
    "Country is DE",
    "country of is DE",
    "is DE",
    "country is set DE",
    "property: is x",
    "property:plan",
    "property:plan is",
    "property:price > ten",
    "property:a > b is set",
    "country > 5",
    "browser_version >= 100",
]


def read(text: str) -> Condition:
    ((condition,),) = read_filters([text])
    return condition


@pytest.mark.parametrize(
    ("text", "name", "operator", "values"),
    [
        ("country is DE, FR", "country", "is", ("DE", "FR")),
        ("  country \t is \n DE  ", "country", "is", ("DE",)),
        ("country is not DE", "country", "is not", ("DE",)),
        ("country is not set", "country", "is not set", ()),
        ("country is  not\nset", "country", "is not set", ()),
        ("city is not settled", "city", "is not", ("settled",)),
        ("country is set", "country", "is set", ()),
        ("city is notable", "city", "is", ("notable",)),
        (r"page is /a\,b, /c", "page", "is", ("/a,b", "/c")),
        ("page contains is not set", "page", "contains", ("is not set",)),
        ("title is one\ntwo", "title", "is", ("one\ntwo",)),
        ("page does not match regex ^/a b$", "page", "does not match regex", ("^/a b$",)),
        ("page does not match regexes", "page", "does not match", ("regexes",)),
        ("property:plan is pro is x", "property:plan", "is", ("pro is x",)),
        ("property:my plan is pro", "property:my plan", "is", ("pro",)),
        ("property:my\nplan \n is pro", "property:my\nplan", "is", ("pro",)),
        ("property:this isnt is x", "property:this isnt", "is", ("x",)),
        ("property:is is is", "property:is", "is", ("is",)),
        ("property:  is x", "property: ", "is", ("x",)),
        ("property: is is x", "property: is", "is", ("x",)),
        ("property:a>= is x", "property:a>=", "is", ("x",)),
        ("property:\u00fc\u2003is\u2003x", "property:\u00fc", "is", ("x",)),
    ],
)
def test_text_is_taken_apart(text: str, name: str, operator: str, values: tuple[str, ...]) -> None:
    found = read(text)
    assert (found.dimension.name, found.operator, found.values) == (name, operator, values)


@pytest.mark.parametrize(("operator", "number"), [(">", 10.0), (">=", -1.5), ("<", 1e3), ("<=", 0.0)])
def test_number_is_compared(operator: str, number: float) -> None:
    found = read(f"property:price {operator} {number}")
    assert (found.operator, found.number, found.values) == (operator, number, ())


@pytest.mark.parametrize("text", REFUSED)
def test_text_that_is_no_condition(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(text)
    assert refused.value.field == "filters"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind is click", "there are pageview, event, engagement, web_vital, exposure, identify"),
        ("device is Mobile", "there are desktop, mobile, tablet, tv"),
        ("device is not desktop, phone", "there is no device phone"),
        ("channel is organic search", "Organic Social, Organic Video, Organic Search"),
        ("country is de", "two capital letters, such as DE"),
        ("country is DE, Germany", "there is no country Germany"),
        ("browser_version > 100", "browser_version is a text, which > cannot compare"),
    ],
)
def test_what_can_never_hold_is_refused_with_what_there_is(text: str, words: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read(text)
    assert words in refused.value.message
    assert stored_filters([text]), "what was stored before must stay readable"


@pytest.mark.parametrize(
    "text", ["device contains obi", "channel starts with Organic", "kind is set", "city is berlin"]
)
def test_part_of_a_known_value_is_taken(text: str) -> None:
    assert read(text)


@pytest.mark.parametrize(
    "text",
    [
        "property:" + " " * 50_000 + ".",
        "property:a" + " is" * 16_000 + "x",
        "property:" + " does   not" * 5_000,
        "property:a is" + " " * 50_000 + "not." + " " * 10_000 + "x" * 2_049,
        "country" + " " * 50_000 + ".",
        " " * 50_000 + "country",
        "a" * 60_000,
        "country is x" + "\n" * 50_000 + "." + " " * 10_000,
        "x" * (TEXT_LENGTH + 1),
        "property:" + " " * 10_000_000,
    ],
    ids=range(10),
)
def test_no_text_takes_long(text: str) -> None:
    started = time.process_time()
    with pytest.raises(InvalidInput):
        read(text)
    assert time.process_time() - started < 0.2


WORDS = st.sampled_from(["is", "not", "set", "contains", "plan", "isnt", "x", ">"])
BLANKS = st.sampled_from([" ", "  ", "\n", "\t "])
VALUES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).map(str.strip).filter(bool)


@given(
    st.sampled_from(["city", "title", "property:plan", "property:my plan", "property:notis set.", "property:>1"]),
    st.sampled_from([each for each in OPERATORS if each not in (*NUMERIC, *WITHOUT_VALUE) and "regex" not in each]),
    BLANKS,
    st.lists(st.one_of(VALUES, st.lists(WORDS, min_size=1).map(" ".join)), min_size=1, max_size=4),
)
def test_what_is_written_is_read(name: str, operator: str, blank: str, values: list[str]) -> None:
    values = [each.replace("\\", "/") for each in values]
    listed = ", ".join(each.replace(",", "\\,") for each in values)
    said = " ".join(f"{operator} {listed}".split())
    if any(f"{said} ".startswith(f"{longer} ") for longer in OPERATORS if len(longer) > len(operator)):
        return  # It says something else, such as "is" with "not x".
    found = read(f"{name}{blank}{operator.replace(' ', blank)}{blank}{listed}{blank}")
    assert (found.dimension.name, found.operator, list(found.values)) == (name, operator, values)
