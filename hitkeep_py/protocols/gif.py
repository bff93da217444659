"""The answer that a page can load as an image: one transparent pixel."""

from hitkeep_py.protocols.format import Answer
from hitkeep_py.text import clean

GIF = bytes.fromhex(
    "47494638396101000100800000000000ffffff"  # GIF89a, 1x1, black and white
    "21f90401000000002c00000000010001000002024401003b"  # black is transparent, the pixel, the end
)
HEADERS = (
    (b"cache-control", b"no-store"),
    # Pages that isolate themselves (COEP) load an image of another host only with this.
    (b"cross-origin-resource-policy", b"cross-origin"),
)
REASON_LENGTH = 300


def gif_answer(status: int = 200, header: bytes = b"", reason: str = "") -> Answer:
    """The image, with `reason` in `header` when there is one. Browsers show an image whatever its status."""
    more = ((header, header_text(reason)),) if reason else ()
    return Answer(status, GIF, b"image/gif", (*HEADERS, *more))


def header_text(reason: str) -> bytes:
    """Fit for a header, whatever of the request it repeats."""
    return clean(reason, REASON_LENGTH).encode("ascii", "backslashreplace")
