"""How the dashboard is served: one page at all its addresses, files to be kept for ever, and walls around both."""

import re
from pathlib import Path

import pytest

from hitkeep_py.errors import NotFound
from hitkeep_py.server.api import dashboard
from hitkeep_py.server.base_path import placed
from tests.http_client import HttpClient

BUILT = Path(dashboard.__file__).parents[2] / "static" / "dashboard"


@pytest.mark.parametrize(
    "address",
    ["/", "/login", "/setup", "/sites", "/sites/shop.test", "/sites/shop.test/sessions/12?range=7d", "/settings/a/b"],
)
def test_every_address_of_the_dashboard_gives_its_page(address: str, http: HttpClient) -> None:
    answer = http.get(address, headers={"accept-encoding": "identity"})
    assert (answer.status_code, answer.content) == (200, placed((BUILT / "index.html").read_bytes(), ""))
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"


def test_other_addresses_are_none_of_the_dashboards(http: HttpClient) -> None:
    for address in ("/nothing", "/site", "/api/nothing", "/sitesx/1", "/settings/../etc/passwd"):
        assert http.get(address).status_code == (404 if ".." not in address else http.get("/etc/passwd").status_code)
    assert http.post("/sites").status_code == 405


def test_page_lets_nothing_in_from_outside(http: HttpClient) -> None:
    headers = http.get("/").headers
    (policy,) = headers.get_list("content-security-policy")
    rules = dict(each.split(" ", 1) for each in policy.split("; "))
    assert rules["default-src"] == rules["frame-ancestors"] == rules["base-uri"] == rules["object-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert rules["require-trusted-types-for"] == "'script'"
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"


def test_only_https_is_promised_where_there_is_https(http: HttpClient) -> None:
    assert "strict-transport-security" not in http.get("/").headers


def test_page_names_only_files_that_are_served(http: HttpClient) -> None:
    addresses = re.findall(r'(?:src|href)="([^"]+)"', http.get("/").text)
    assert addresses
    for address in addresses:
        assert address.startswith("/assets/"), address
        assert http.get(address).status_code == 200


def test_page_that_is_known_is_not_sent_again(http: HttpClient) -> None:
    tag = http.get("/").headers["etag"]
    again = http.get("/sites/shop.test", headers={"if-none-match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert http.get("/", headers={"if-none-match": '"other"'}).status_code == 200


def test_files_may_be_kept_for_ever_and_are_compressed(http: HttpClient) -> None:
    for file in (BUILT / "assets").iterdir():
        small = http.get(f"/assets/{file.name}", headers={"accept-encoding": "gzip"})
        plain = http.get(f"/assets/{file.name}", headers={"accept-encoding": "identity"})
        assert small.content == plain.content == file.read_bytes()
        assert small.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert small.headers["content-type"] == dashboard.TYPES[file.suffix]
        assert ("content-encoding" in small.headers) == (file.suffix not in dashboard.PACKED)
        assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    "name",
    ["nothing.js", "..%2findex.html", "..%2F..%2Ftracker%2Fhk.js", "%2e%2e/index.html", "%2Fetc%2Fpasswd", "a/b.js"],
)
def test_only_files_of_the_folder_are_served(name: str, http: HttpClient) -> None:
    assert http.get(f"/assets/{name}").status_code == 404


def test_where_it_is_not_built_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="run scripts/build"):
        dashboard.read_dashboard(tmp_path)


def test_files_of_other_kinds_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "assets" / "deeper").mkdir(parents=True)
    for name in ("index.html", "assets/a-1.js", "assets/a-1.js.map", "assets/secret", "assets/b-2.woff2"):
        (tmp_path / name).write_bytes(b"content")
    found = dashboard.read_dashboard(tmp_path).assets
    assert set(found) == {"a-1.js", "b-2.woff2"}
    assert found["a-1.js"].compressed is not None
    assert found["b-2.woff2"].compressed is None
