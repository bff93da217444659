"""Regular expressions of callers: only those that every engine (RE2) takes, since an engine's refusal is no answer."""

import re
from dataclasses import dataclass

from hitkeep_py.errors import InvalidInput

LENGTH = 500
MOST_REPEATS = 500
MOST_NESTED_REPEATS = 100
"""Of repeats within repeats: ((a{0,9}){0,9}){0,9}b took 0.5 s for each path of 2,000 characters, and cannot be stopped
before it has looked at 2,048 of them.
"""
MOST_PARTS = 1_000
"""Characters and sets, each as often as it is repeated."""
UNICODE_PARTS, ANY_PARTS = 30, 4
"""About what a set of Unicode, and what is not in a set, costs besides one letter."""
LOOKED_AT = 500
"""Characters of a value in which an expression is looked for: what it costs grows with them, and anybody sends them."""
NOTHING = r"[^\s\S]"
"""An expression that is found nowhere."""
PIECE = re.compile(r"\\(?P<escaped>.)|(?P<set>\[\^?+\]?+(?:\[:\^?\w+:\]|\\.|[^\]\\])*\])|.", re.DOTALL)
UNICODE = re.compile(r"\\[pP](?:\{\^?[LMNPSZC][a-z]?\}|[LMNPSZC])")
NAMED_SET = re.compile(
    r"\[:\^?(?:alnum|alpha|ascii|blank|cntrl|digit|graph|lower|print|punct|space|upper|word|xdigit):\]"
)
ESCAPES = frozenset("AbBdDsSwWafnrtvzx")
UNICODE_MARK = "\ue000"
TOKEN = re.compile(r"\{(?P<times>\d+(?:,\d*)?)\}|" + PIECE.pattern, re.DOTALL)
FOREIGN = re.compile(r"\(\?(?:[=!>#(]|<|P[^<]|[A-Za-z-]*[aLux])|[*+?}]\+")


def check_expression(text: str, field: str) -> None:
    """Raises InvalidInput for what RE2 would refuse, such as look-ahead and references back."""
    if len(text) > LENGTH:
        raise InvalidInput(f"a regular expression is longer than {LENGTH} characters", field=field)
    known = NAMED_SET.sub("y-z", UNICODE.sub(r"\\d", text))
    if is_foreign(known):
        raise InvalidInput(
            f"{text[:100]!r} asks for more than regular expressions (RE2) know: no look-around, no references back, "
            "no possessive repeats",
            field=field,
        )
    if is_dear(text):
        raise InvalidInput(
            f"{text[:100]!r} takes too long: a part can be repeated {MOST_REPEATS} times, within other repeats"
            f" {MOST_NESTED_REPEATS} times, and with all repeats there can be {MOST_PARTS} parts",
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
    return FOREIGN.search(plain) is not None


@dataclass(slots=True)
class Cost:
    """Of a part: how often it is repeated at most, within how many repeats, and how many parts it comes to."""

    repeats: int = 1
    depth: int = 0
    parts: int = 0

    def add(self, part: "Cost") -> None:
        self.repeats, self.depth = max(self.repeats, part.repeats), max(self.depth, part.depth)
        self.parts += part.parts

    def repeated(self, times: int) -> "Cost":
        return Cost(self.repeats * times, self.depth + 1, self.parts * times)

    @property
    def too_dear(self) -> bool:
        most = MOST_NESTED_REPEATS if self.depth > 1 else MOST_REPEATS
        return self.repeats > most or self.parts > MOST_PARTS


def usable(text: str) -> str:
    """An expression that was stored when dearer ones were taken is found nowhere."""
    return NOTHING if is_dear(text) else text


def is_dear(text: str) -> bool:
    groups, last = [Cost()], Cost()
    for piece in TOKEN.finditer(UNICODE.sub(UNICODE_MARK, text)):
        if piece["times"] is not None:
            last = last.repeated(max(1, *(int(each) for each in piece["times"].split(",") if each)))
            if last.too_dear:
                return True
            continue
        groups[-1].add(last)
        last = Cost(parts=parts_of(piece[0]))
        if piece[0] == "(":
            groups.append(Cost())
        elif piece[0] == ")" and len(groups) > 1:
            last = groups.pop()
    for each in (last, *reversed(groups[1:])):
        groups[0].add(each)
    return groups[0].too_dear


def parts_of(piece: str) -> int:
    if UNICODE_MARK in piece:
        return UNICODE_PARTS
    return ANY_PARTS if piece == "." or piece.startswith("[^") else 1


def is_foreign_set(text: str) -> bool:
    escapes = re.findall(r"\\(.)", text, re.DOTALL)
    return "--" in text or any(is_foreign_escape(each, within_set=True) for each in escapes)


def is_foreign_escape(letter: str, within_set: bool = False) -> bool:
    if letter.isalnum() or letter == "_" or not letter.isascii():
        return letter not in ESCAPES or (within_set and letter in "AbBz")
    return False
