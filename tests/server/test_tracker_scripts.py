"""How the tracker's scripts are served: by several names, to be kept, compressed, and readable from any page."""

import hashlib
from pathlib import Path

import pytest

from hitkeep_py.server.api import scripts
from hitkeep_py.server.static_content import HASH_LENGTH
from tests.http_client import HttpClient

BUILT = Path(scripts.__file__).parents[2] / "static" / "tracker"


@pytest.mark.parametrize("name", [*scripts.NAMES, "/count.js", "/hk-auto.js", "/hk-vitals.js"])
def test_scripts_may_be_loaded_and_kept_by_any_page(name: str, http: HttpClient) -> None:
    answer = http.get(name, headers={"origin": "https://shop.test", "accept-encoding": "identity"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "public, max-age=86400, stale-while-revalidate=604800"
    assert "set-cookie" not in answer.headers


def test_all_names_give_the_same_script(http: HttpClient) -> None:
    assert {http.get(name).content for name in scripts.NAMES} == {(BUILT / "hk.js").read_bytes()}


def test_what_goatcounters_pages_load_is_that_script_with_more(http: HttpClient) -> None:
    script = http.get("/count.js").text
    assert (BUILT / "hk.js").read_text(encoding="utf-8") in script
    assert "bind_events" in script


def test_a_script_that_is_known_is_not_sent_again(http: HttpClient) -> None:
    tag = http.get("/hk.js").headers["etag"]
    again = http.get("/hk.js", headers={"if-none-match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert http.get("/hk.js", headers={"if-none-match": '"other"'}).status_code == 200


def test_what_is_asked_for_by_its_hash_may_be_kept_for_ever(http: HttpClient) -> None:
    content = (BUILT / "hk-auto.js").read_bytes()
    found = hashlib.sha256(content).hexdigest()[:HASH_LENGTH]
    assert "immutable" in http.get(f"/hk-auto.js?v={found}").headers["cache-control"]
    assert "immutable" not in http.get("/hk-auto.js?v=other").headers["cache-control"]
    assert found in (BUILT / "hk.js").read_text(encoding="utf-8"), "the core names the part that was built with it"


def test_scripts_are_compressed_for_who_takes_that(http: HttpClient) -> None:
    plain = http.get("/hk.js", headers={"accept-encoding": "identity"})
    small = http.get("/hk.js", headers={"accept-encoding": "gzip, br"})
    assert "content-encoding" not in plain.headers
    assert (small.headers["content-encoding"], small.content) == ("gzip", plain.content)
    assert plain.headers["vary"] == small.headers["vary"] == "Accept-Encoding"
