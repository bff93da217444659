"""Texts that many sessions say, once in memory each, for as long as a session says them.

Not `sys.intern`, which keeps texts for ever on some Pythons: what strangers may send has to go away again.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass

ENTRY_BYTES = 200
"""About what the table takes for each text beside the text itself."""


@dataclass(slots=True)
class Shared:
    text: str
    uses: int


class SharedTexts:
    """`bytes` is about what they take in memory."""

    def __init__(self) -> None:
        self.bytes = 0
        self._texts: dict[str, Shared] = {}

    def share(self, texts: Iterable[str | None]) -> tuple[str | None, ...]:
        return tuple([each and self._use(each) for each in texts])

    def release(self, texts: Iterable[str | None]) -> None:
        """What `share` gave is no longer needed."""
        for text in filter(None, texts):
            found = self._texts[text]
            found.uses -= 1
            if not found.uses:
                del self._texts[text]
                self.bytes -= sys.getsizeof(text) + ENTRY_BYTES

    def _use(self, text: str) -> str:
        found = self._texts.get(text)
        if found is None:
            found = self._texts[text] = Shared(text, 0)
            self.bytes += sys.getsizeof(text) + ENTRY_BYTES
        found.uses += 1
        return found.text
