"""Tells damage to SQLite's write-ahead log from a tail that a crash tore off (sqlite.org/fileformat2.html, section 4).

SQLite takes the log up to the first bad frame and drops the rest without a word. A torn tail was never acknowledged;
but a commit that another transaction follows had been synced, so if SQLite does not know it, acknowledged events
are gone.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

HEADER = struct.Struct(">8I")
FRAME_HEADER = struct.Struct(">6I")
LITTLE_ENDIAN_SUMS, BIG_ENDIAN_SUMS = 0x377F0682, 0x377F0683


@dataclass(frozen=True, slots=True)
class LogFrames:
    """`commits` has one entry for each frame in the file: whether it is a commit, or None for one of an older log."""

    header_is_sound: bool
    commits: list[bool | None]

    def lost_commits(self, known_frames: int) -> bool:
        """Whether synced commits lie behind the frames that SQLite knows."""
        if not self.header_is_sound:
            return bool(self.commits)
        behind = self.commits[known_frames:]
        return any(
            commit and any(later is not None for later in behind[index + 1 :]) for index, commit in enumerate(behind)
        )


def read_log(path: Path) -> LogFrames:
    """The frames of a log file; none for a missing or empty one. The frames' contents are not read."""
    if not path.exists() or path.stat().st_size < HEADER.size:
        return LogFrames(True, [])
    with path.open("rb") as file:
        header = file.read(HEADER.size)
        magic, _, page_size, _, salt_1, salt_2, sum_1, sum_2 = HEADER.unpack(header)
        sound = magic in (LITTLE_ENDIAN_SUMS, BIG_ENDIAN_SUMS) and checksum(header[:24], magic) == (sum_1, sum_2)
        page_bytes = page_size if sound else 4096
        commits: list[bool | None] = []
        while len(frame := file.read(FRAME_HEADER.size)) == FRAME_HEADER.size:
            _, size_after_commit, frame_salt_1, frame_salt_2, _, _ = FRAME_HEADER.unpack(frame)
            same_log = (frame_salt_1, frame_salt_2) == (salt_1, salt_2)
            commits.append(size_after_commit > 0 if same_log else None)
            file.seek(page_bytes, 1)
    return LogFrames(sound, commits)


def checksum(content: bytes, magic: int) -> tuple[int, int]:
    words = struct.unpack(f"{'<' if magic == LITTLE_ENDIAN_SUMS else '>'}{len(content) // 4}I", content)
    first = second = 0
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second
