"""Texts, numbers and identifications mean the same in every format, and none changes unseen."""

from typing import Any

import orjson
import pytest

from hitkeep_py.catalog.catalog import Catalog
from hitkeep_py.errors import InvalidInput
from hitkeep_py.event import IncomingEvent
from hitkeep_py.ingest.debugger import page
from hitkeep_py.protocols import clickport, plausible, sparklytics, tracker
from hitkeep_py.protocols.json_input import props_text, read_json
from hitkeep_py.text import clean
from tests.fake_clock import FakeClock


def of_clickport(props: dict[str, Any]) -> str | None:
    return clickport.read_props({"mk": list(props), "mv": list(props.values())})


HUGE = 2**64


@pytest.mark.parametrize("number", [HUGE - 1, HUGE, -HUGE, 10**30])
def test_whole_numbers_are_kept_in_full(number: int) -> None:
    body = b'{"p": {"n": %d}, "m": "{\\"n\\": %d}"}' % (number, number)
    fields = read_json(body)
    text = f'{{"n":{number}}}'
    assert props_text(fields["p"], "p") == text
    assert plausible.read_props({"p": fields["p"]}) == plausible.read_props({"m": fields["m"]}) == text
    assert sparklytics.read_event_data(fields["m"]) == text
    assert of_clickport(fields["p"]) == f'{{"n":"{number}"}}'


@pytest.mark.parametrize("left_out", [{"a": None}, {"a": ""}, {"a": " \u00a0\t"}, {"": "x"}, {" ": 1}], ids=str)
def test_properties_without_a_name_or_a_value_are_left_out(left_out: dict[str, Any]) -> None:
    """Reports would list them, and no filter could ask for them."""
    for props, text in (({"plan": "pro", **left_out}, '{"plan":"pro"}'), (left_out, None)):
        sent = orjson.dumps(props).decode()
        assert props_text(props, "p") == sparklytics.read_event_data(sent) == text
        assert plausible.read_props({"p": props}) == plausible.read_props({"m": sent}) == of_clickport(props) == text
    assert props_text({"a": 0, "b": False, "c": [None, ""]}, "p") == '{"a":0,"b":false,"c":[null,""]}'


def test_numbers_that_nothing_can_read_are_refused() -> None:
    with pytest.raises(InvalidInput, match="Bad request body"):
        read_json(b"[" + b"1" * 5000 + b"]")
    assert read_json(b"[1e30, 1.5, 0.1234567890123456789012]") == [1e30, 1.5, 0.12345678901234568]


@pytest.mark.parametrize("text", ["add\nto\tcart", "add\r\nto\x0bcart\n", "add\u2028to\x85cart", "\x00add\nto\tcart"])
def test_breaks_and_tabs_become_blanks(text: str) -> None:
    assert clean(text, 255) == "add to cart"


@pytest.mark.parametrize(
    ("fields", "user", "props"),
    [
        ({"p": {"plan": "pro"}}, "", '{"plan":"pro"}'),
        ({"d": "ann", "p": {"plan": "pro"}}, "ann", '{"plan":"pro"}'),
        ({"d": "ann"}, "ann", None),
        ({"d": 42}, "42", None),
    ],
)
def test_identifications_have_an_id_or_properties(fields: dict[str, Any], user: str, props: str | None) -> None:
    event = tracker.read_event({"k": "d", "u": "https://site.example/", **fields}, "", "")
    assert (event.kind, event.user, event.props_json) == ("identify", user, props)


@pytest.mark.parametrize("fields", [{}, {"d": ""}, {"p": {}}])
def test_an_identification_that_says_nothing_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="id d, properties p or both"):
        tracker.read_event({"k": "d", "u": "https://site.example/", **fields}, "", "")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:secret@site.example/a?b#c", "https://site.example/a"),
        ("//user:secret@site.example/a", "//site.example/a"),
        ("https:user:secret@site.example/a", "https:site.example/a"),
        ("/a@b", "/a@b"),
        ("https://site.example/a@b", "https://site.example/a@b"),
        ("?secret", None),
    ],
)
def test_the_debugger_shows_no_user_of_an_address(url: str, shown: str | None) -> None:
    assert page(IncomingEvent("pageview", "", url=url)) == shown


@pytest.mark.parametrize(
    "named", ["sub.host.example:8443", "https://sub.host.example:8443/a", "SUB.host.example", "sub.host.example."]
)
def test_a_site_is_found_by_what_it_can_be_added_by(named: str) -> None:
    catalog = Catalog(None, FakeClock())
    site = catalog.sites.add("sub.host.example:8443")
    catalog.refresh()
    assert catalog.sites.find(named) == site
    assert site.is_named(named)
    assert catalog.directory.of_hostname(named) == site
    catalog.close()
