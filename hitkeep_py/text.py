"""Text from outside, made safe to keep, to compare and to group by."""

import re
import unicodedata
from urllib.parse import urlsplit

CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0)])
BREAKS = re.compile(r"[\t-\r\x85\u2028\u2029]+")
HOSTNAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*|[0-9a-f:.]+", re.ASCII)
HOSTNAME_LENGTH = 253
LABEL_LENGTH = 63
COMPOSED_LENGTH = 300
MOST_COMPOSED = 4


def clean(text: str, length: int) -> str:
    """Trimmed, breaks and tabs made a blank, without other controls, cut to `length`; composed (NFC) up to 300.

    Composing is quadratic in a run of combining marks: 96 KB of them took 4.9 s, 4,096 characters 38 ms, 300 0.2 ms.
    """
    if text.isascii() and text.isprintable():
        return text.strip()[:length]
    text = BREAKS.sub(" ", text[: MOST_COMPOSED * length]).translate(CONTROLS)
    if len(text) > COMPOSED_LENGTH:
        text = text.strip()[: max(length, COMPOSED_LENGTH)]
    if len(text) <= COMPOSED_LENGTH:
        text = unicodedata.normalize("NFC", text)
    return text.strip()[:length]


def first_line(error: BaseException) -> str:
    """What an error says, without what engines add below."""
    return str(error).partition("\n")[0]


def normalised_hostname(hostname: str) -> str:
    """As browsers write it in Origin: lower case, punycode; without `www.` and without a final dot.

    "" for what is too long to be one: Python's punycode takes 3.6 s for 4,000 characters.
    """
    text = hostname.strip().lower().rstrip(".")
    if len(text) > HOSTNAME_LENGTH:
        return ""
    if text.count(".") > 1:
        text = text.removeprefix("www.")
    return text if text.isascii() else punycode(text)


def punycode(hostname: str) -> str:
    labels = unicodedata.normalize("NFKC", hostname).replace("\u3002", ".").split(".")
    if max(map(len, labels)) > LABEL_LENGTH or len(labels) > HOSTNAME_LENGTH // 2:
        return ""
    return ".".join(each if each.isascii() else "xn--" + each.encode("punycode").decode() for each in labels)


def is_hostname(text: str) -> bool:
    return len(text) <= HOSTNAME_LENGTH and HOSTNAME.fullmatch(text) is not None


def host_of(url: str) -> str:
    """The hostname of an absolute address, or ""."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
