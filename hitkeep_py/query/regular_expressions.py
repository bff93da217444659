"""Regular expressions of callers: only those that every engine (RE2) takes, since an engine's refusal is no answer."""

import math
import re

from hitkeep_py.errors import InvalidInput

LENGTH = 500
MOST_REPEATS = 1_000
"""RE2's own limit, also for repeats within repeats."""
PIECE = re.compile(r"\\(?P<escaped>.)|(?P<set>\[\^?+\]?+(?:\[:\^?\w+:\]|\\.|[^\]\\])*\])|.", re.DOTALL)
UNICODE = re.compile(r"\\[pP](?:\{\^?[LMNPSZC][a-z]?\}|[LMNPSZC])")
NAMED_SET = re.compile(
    r"\[:\^?(?:alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit):\]"
)
ESCAPES = frozenset("AbBdDsSwWafnrtvzx")
REPEAT = re.compile(r"\{(\d+)(?:,(\d*))?\}")
FOREIGN = re.compile(r"\(\?(?:[=!>#(]|<|P[^<]|[A-Za-z-]*[aLux])|[*+?}]\+")


def check_expression(text: str, field: str) -> None:
    """Raises InvalidInput for what RE2 would refuse, such as look-ahead and references back."""
    if len(text) > LENGTH:
        raise InvalidInput(f"a regular expression is longer than {LENGTH} characters", field=field)
    known = NAMED_SET.sub("y-z", UNICODE.sub(r"\\d", text))
    if is_foreign(known):
        raise InvalidInput(
            f"{text[:100]!r} asks for more than regular expressions (RE2) know: no look-around, no references back, "
            f"no possessive or more than {MOST_REPEATS} repeats",
            field=field,
        )
    try:
        re.compile("".join(as_python(piece) for piece in PIECE.finditer(known)))
    except (re.error, OverflowError, RecursionError) as error:
        raise InvalidInput(f"{text[:100]!r} is no regular expression: {error}", field=field) from error


def as_python(piece: re.Match[str]) -> str:
    """Without what Python alone sees in it, and warns of: sets within sets. It writes \\z as $."""
    if piece["escaped"] == "z":
        return "$"
    if piece[0] == "[":
        raise re.error("a [ is not closed")
    if piece["set"] is None:
        return piece[0]
    return "[" + re.sub(r"(\\.)|[\[&|~]", lambda found: found[1] or f"\\{found[0]}", piece["set"][1:], flags=re.DOTALL)


def is_foreign(text: str) -> bool:
    """Whether Python knows it and RE2 does not."""
    plain = ""
    for piece in PIECE.finditer(text):
        if piece["escaped"] is not None:
            if is_foreign_escape(piece["escaped"]):
                return True
            plain += "x"
        elif piece["set"] is not None:
            if is_foreign_set(piece["set"]):
                return True
            plain += "x"
        else:
            plain += piece[0]
    repeats = [int(last or first) for first, last in REPEAT.findall(plain)]
    return FOREIGN.search(plain) is not None or math.prod(max(1, each) for each in repeats) > MOST_REPEATS


def is_foreign_set(text: str) -> bool:
    escapes = re.findall(r"\\(.)", text, re.DOTALL)
    return "--" in text or any(is_foreign_escape(each, within_set=True) for each in escapes)


def is_foreign_escape(letter: str, within_set: bool = False) -> bool:
    if letter.isalnum() or letter == "_" or not letter.isascii():
        return letter not in ESCAPES or (within_set and letter in "AbBz")
    return False
