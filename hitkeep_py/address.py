"""Addresses of pages taken apart and brought to one form, the same for every format, report and rule.

A page that can be spelled in several ways is one page (RFC 3986 6.2). What means the same encoded or not is decoded,
so that it can be read: `/caf%C3%A9` is `/café`. What would mean something else, or cannot be seen, stays encoded, in
capitals. Dot segments are resolved, slashes in a row are one, letters are composed (NFC). Nothing here raises an
error, and what was brought to its form stays as it is.
"""

import re
import unicodedata
from typing import NamedTuple

from hitkeep_py.text import COMPOSED_LENGTH, is_hostname, normalised_hostname

PATH_LENGTH = 2048
FRAGMENT_LENGTH = 512
MOST_READ = 16 * 1024
"""Of a path, before its triplets are decoded."""
SEGMENT = "[A-Za-z0-9_~!$&'()*+,;=:@-][A-Za-z0-9_~!$&'()*+,;=:@.-]*+"
PLAIN = re.compile(f"/(?:{SEGMENT}(?:/{SEGMENT})*+/?)?")
"""A path in its form already, as most are; possessive, so that what is none costs no second look."""
PARTS = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):)?(?:[/\\]{2}(?P<authority>[^/\\?#]*))?"
    r"(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?",
    re.DOTALL,
)
PORT_AND_PATH = re.compile(r"[0-9]{1,5}(?=[/\\]|\Z)")
WEB = ("http", "https")
BREAKS = dict.fromkeys(map(ord, "\t\n\r"))
EDGES = "".join(map(chr, range(0x21)))
RUN = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})")
CUT_TRIPLET = re.compile(r"%[0-9A-F]?\Z")
BOUNDARY = re.compile(r"(%[0-9A-F]{2}|/)")
# Controls, blanks other than the usual one, marks of direction and the like; not the joiners, which words need.
UNSEEN = (
    r"\x00-\x1f\x7f-\xa0\xad\u061c\u115f\u1160\u1680\u180e\u2000-\u200b\u200e\u200f\u2028-\u202f\u205f-\u206f\u3000"
    r"\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e007f"
)
HIDDEN = re.compile(f"[{UNSEEN}]")
KEPT = re.compile(rf"[:/?#\[\]@!$&'()*+,;=%\\{UNSEEN}]")
"""Reserved characters mean something else when they are not encoded (RFC 3986 2.2)."""


class Address(NamedTuple):
    """`host` is "" unless it is the web's; `path` is None when the text is no address of a page, such as data:x.

    `query` and `fragment` are as they were sent; the query of a fragment, as routers in the browser have it, is
    `fragment_query`.
    """

    host: str
    path: str | None
    query: str
    fragment: str
    fragment_query: str


def read_address(text: str) -> Address:
    """Of an absolute address of any scheme, or of a path, with or without its first slash; `//a` is a path."""
    text = trimmed(text)
    found = PARTS.fullmatch(text)
    if not text or found is None:
        return NOWHERE
    scheme, authority, path, query, fragment = found.groups()
    host: str | None = ""
    if scheme is None:
        path = path if authority is None else f"//{authority}{path}"
    else:
        host, path = located(scheme.lower(), authority, path)
    if host is None:
        return NOWHERE
    return Address(host, normal_path(path), query or "", *split_fragment(fragment or ""))


def located(scheme: str, authority: str | None, path: str) -> tuple[str | None, str]:
    """Host and path of what has a scheme; no host, not even an empty one, for what is no page."""
    if scheme in WEB:
        if not authority:
            authority, _, path = path.replace("\\", "/").lstrip("/").partition("/")
        broken = ("[" in authority) != ("]" in authority)
        return (None if broken else host_of_authority(authority)), path
    if authority is None and (port := PORT_AND_PATH.match(path)):
        return host_of_authority(scheme), path[port.end() :]
    is_page = authority is not None or path.startswith(("/", "\\"))
    return ("" if is_page else None), path


def host_of_authority(authority: str) -> str:
    """Without user, password and port; "" for what is no host."""
    host = authority.rpartition("@")[2]
    host = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    host = normalised_hostname(host)
    return host if is_hostname(host) else ""


def split_fragment(fragment: str) -> tuple[str, str]:
    """The place that it names, and its query: behind a question mark, or all of it, as in `#access_token=SECRET`."""
    place, _, query = fragment.partition("?")
    if "=" in place and not place.startswith(("/", "!")):
        return "", f"{place}&{query}" if query else place
    return place, query


def normal_page(text: str) -> str:
    """A page as it is stored, its path and perhaps a fragment, in its form."""
    path, mark, fragment = text.partition("#")
    return normal_path(path) + (normal_fragment(split_fragment(fragment)[0]) if mark else "")


def normal_path(text: str) -> str:
    if len(text) <= PATH_LENGTH and PLAIN.fullmatch(text):
        return text
    spelled = one_spelling(STRAY.sub("%25", text[:MOST_READ].replace("\\", "/").translate(BREAKS)))
    path = resolved(composed(fitting(spelled, PATH_LENGTH)).strip())
    return path if len(path) <= PATH_LENGTH else normal_path(fitting(path, PATH_LENGTH))


def normal_fragment(text: str) -> str:
    """With its mark; "" for an empty one."""
    spelled = one_spelling(STRAY.sub("%25", text[:MOST_READ].translate(BREAKS)))
    fragment = fitting(composed(fitting(spelled, FRAGMENT_LENGTH)).strip(), FRAGMENT_LENGTH).strip()
    return f"#{fragment}" if fragment else ""


def part_of_path(text: str) -> str:
    """What a path can have in it, spelled as paths are; it can begin and end anywhere."""
    return text if PLAIN.fullmatch(text) else composed(one_spelling(text))


def one_spelling(text: str) -> str:
    return HIDDEN.sub(encoded, RUN.sub(decoded, text) if "%" in text else text)


def decoded(run: re.Match[str]) -> str:
    """Of several triplets; bytes that are no UTF-8 stay as they are."""
    text = bytes.fromhex(run[0].replace("%", "")).decode("utf-8", "surrogateescape")
    return KEPT.sub(encoded_again, text)


def encoded_again(found: re.Match[str]) -> str:
    return triplets(found[0].encode("utf-8", "surrogateescape"))


def encoded(found: re.Match[str]) -> str:
    return triplets(found[0].encode("utf-8", "surrogatepass"))


def triplets(octets: bytes) -> str:
    return "".join(f"%{octet:02X}" for octet in octets)


def composed(text: str) -> str:
    """Between slashes and triplets, each piece for itself; longer ones are left, since composing can be quadratic."""
    if text.isascii():
        return text
    pieces = BOUNDARY.split(text)
    return "".join(unicodedata.normalize("NFC", each) if len(each) <= COMPOSED_LENGTH else each for each in pieces)


def fitting(text: str, length: int) -> str:
    return text if len(text) <= length else CUT_TRIPLET.sub("", text[:length])


def resolved(path: str) -> str:
    """Without `.`, `..` and empty segments, with a slash before."""
    kept: list[str] = []
    segment = ""
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    end = "/" if kept and segment in ("", ".", "..") else ""
    return f"/{'/'.join(kept)}{end}"


def trimmed(text: str) -> str:
    """As browsers read an address: without breaks, and without controls and blanks at both ends."""
    return text.strip(EDGES) if text.isprintable() else text.translate(BREAKS).strip(EDGES)


NOWHERE = Address("", None, "", "", "")
