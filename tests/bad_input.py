"""Bad input for test_bad_input: the corpora, and hypothesis strategies that make more of it."""

import base64
import json
import zlib
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

CORPORA = Path(__file__).parent / "corpora"
KNOWN_FIELDS = (
    *("site_id", "name", "url", "referrer", "props", "session_id"),
    *("n", "p", "r", "sid", "tsrc", "tv"),
    *("path", "lang", "sc_w", "sc_h", "vp_w", "vp_h", "u_src", "u_med", "u_cmp", "u_trm", "u_cnt"),
    *("email", "password", "given_name", "last_name", "setup_token"),
    *("domain", "time_zone", "visitor_period", "type", "value"),
)
KNOWN_HEADERS = (
    *(b"origin", b"content-type", b"content-length", b"idempotency-key", b"user-agent", b"accept-language"),
    *(b"x-forwarded-for", b"x-real-ip", b"x-forwarded-proto", b"cookie", b"host", b"sec-fetch-site"),
)
KNOWN_HEADER_VALUES = (b"[", b"[::1", b"http://[", b"null", b"application/json", b"hk_token=", b'hk_token="\\777"')


def json_test_suite() -> dict[str, bytes]:
    """Bodies by name: y_* must be taken as JSON, n_* must not, i_* is up to the parser."""
    packed: dict[str, str] = json.loads((CORPORA / "json-test-suite.json").read_bytes())
    return {name: zlib.decompress(base64.b64decode(text)) for name, text in packed.items()}


def naughty_strings() -> list[str]:
    strings: list[str] = json.loads((CORPORA / "naughty-strings.json").read_bytes())
    return strings


def any_text() -> st.SearchStrategy[str]:
    """Lone surrogates too: they are written as escapes."""
    return st.text(st.characters(), max_size=40)


def any_value() -> st.SearchStrategy[Any]:
    """Python writes NaN, Infinity, integers of any size and lone surrogates into JSON as if they were fine."""
    scalars = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**200), 2**200),
        st.sampled_from([2**63, 2**64, 10**400, -(10**400)]),
        st.floats(),
        any_text(),
    )
    return st.recursive(
        scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text(), inner, max_size=4)
    )


def any_object() -> st.SearchStrategy[dict[str, Any]]:
    """An object with keys that the product reads, of any type."""
    return st.dictionaries(st.sampled_from(KNOWN_FIELDS) | any_text(), any_value(), max_size=8)


def any_headers() -> st.SearchStrategy[list[tuple[bytes, bytes]]]:
    names = st.sampled_from(KNOWN_HEADERS) | st.from_regex(rb"[a-z-]{1,12}", fullmatch=True)
    return st.lists(st.tuples(names, st.sampled_from(KNOWN_HEADER_VALUES) | st.binary(max_size=60)), max_size=6)


def any_moment() -> st.SearchStrategy[str]:
    """Texts for `from` and `to`, most of them times, the first and last possible ones among them."""
    zones = st.sampled_from(["", "Z", "+00:00", "-12:00", "+14:00", "+23:59", "-23:59", " 02:00"])
    extreme = st.sampled_from(
        ["0001-01-01", "0001-01-05", "9999-12-28", "9999-12-30", "9999-12-31", "2026-11-20", "1969-12-31", "2026-W47-5"]
    )
    extreme_time = st.sampled_from(
        ["0001-01-01T00:00:00", "0001-01-02T00:00:00", "9999-12-29T00:00:00", "9999-12-31T23:59:59.999999"]
    )
    times = st.datetimes().map(lambda moment: moment.isoformat())
    days = st.dates().map(lambda day: day.isoformat())
    return st.one_of(extreme, days, any_text(), st.builds("{}{}".format, times | extreme_time, zones))


def plain_text(max_size: int = 40) -> st.SearchStrategy[str]:
    """What UTF-8 can say: no lone surrogates."""
    return st.text(st.characters(exclude_categories=["Cs"]), max_size=max_size)
