"""What the code says of itself, as people read it who ask over HTTP."""

import re
from inspect import getdoc
from typing import Any

RAISES = re.compile(r"(?:^|(?<=[.:;] ))Raises .*?\.(?: |$)")
NONE = re.compile(r"\bNone\b")


def prose(text: str) -> str:
    """Without marks of code and without what is raised; nothing is null, as in JSON."""
    plain = NONE.sub("null", " ".join(text.replace("`", "").split()))
    return RAISES.sub("", f"{plain} ").strip()


def told_by(found: Any) -> str:
    """By a function or a class that says something; a dataclass that does not has its signature instead."""
    words = getdoc(found) or ""
    name = getattr(found, "__name__", "")
    return "" if words.startswith(f"{name}(") else prose(words)
