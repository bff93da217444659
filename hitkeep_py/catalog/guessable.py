"""Which passwords are too easy to guess: common ones, and those made of what anybody knows of an account."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from hitkeep_py import catalog

COMMON_PASSWORDS = "data/common-passwords.txt"
PRODUCT = ("hitkeep_py", "hitkeep", "analytics")
SHORTEST_WORD = 4
"""A shorter part of an address is in too many words."""


def is_guessable(password: str, email: str, domains: Iterable[str], least: int) -> bool:
    """Whether fewer than `least` characters are left without a common password or words of this account."""
    text = unicodedata.normalize("NFKC", password).casefold()
    return len(text) - frequent_length(text) < least or len(without(known_words(email, domains), text)) < least


def frequent_length(text: str) -> int:
    """Of the common password that the text is, apart from digits and signs around it; 0 for none."""
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)
    return max((len(each) for each in (text, core) if each and f"\n{each}\n" in frequent_passwords()), default=0)


@cache
def frequent_passwords() -> str:
    """A line each: 120 KB, where a set would take 2 MB."""
    return f"\n{files(catalog).joinpath(COMMON_PASSWORDS).read_text('utf-8')}"


def known_words(email: str, domains: Iterable[str]) -> set[str]:
    """The product's name, the parts of the e-mail address, and the sites' domains with their labels."""
    local, _, host = email.partition("@")
    names = (host, *domains)
    labels = (label for name in names for label in name.split("."))
    words = (*PRODUCT, email, local, *re.split(r"[\W_]+", local), *names, *labels)
    return {each.casefold() for each in words if len(each) >= SHORTEST_WORD}


def without(words: Iterable[str], text: str) -> str:
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, "")
    return text
