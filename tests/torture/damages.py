"""Ways to damage files, each by its name: what a dying disk, a bad copy or a careless hand leaves behind."""

import random
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

Damage = Callable[[Path], None]
STORE_HEADER, STORE_BLOCK = 4096, 262_144
RECORD_HEAD = struct.Struct("<QQ")


def flip(path: Path, offset: int) -> None:
    content = bytearray(path.read_bytes())
    content[offset] ^= 0x10
    path.write_bytes(content)


def overwrite(path: Path, offset: int, content: bytes) -> None:
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(content)


def cut(path: Path, size: int) -> None:
    with open(path, "r+b") as file:
        file.truncate(size)


def size_of(path: Path) -> int:
    return path.stat().st_size


def records(path: Path) -> list[int]:
    """Offsets of a DuckDB log's records: each has a length and a checksum of 8 bytes before its content."""
    content = path.read_bytes()
    for start in range(256):
        offsets, position = [], start
        while position + RECORD_HEAD.size <= len(content):
            offsets.append(position)
            position += RECORD_HEAD.size + RECORD_HEAD.unpack_from(content, position)[0]
        if position == len(content) and len(offsets) > 3:
            return offsets
    raise AssertionError("this log's records were not found")


def middle_record(path: Path) -> int:
    found = records(path)
    return found[len(found) // 2]


LOG_DAMAGES: dict[str, Damage] = {
    "torn tail": lambda path: cut(path, size_of(path) - 100),
    "zeroed tail": lambda path: overwrite(path, size_of(path) - 20_000, bytes(20_000)),
    "garbage tail": lambda path: overwrite(path, size_of(path) - 20_000, random.randbytes(20_000)),
    "garbage appended": lambda path: overwrite(path, size_of(path), random.randbytes(5_000)),
    "bit in a record": lambda path: flip(path, middle_record(path) + RECORD_HEAD.size + 40),
    "bit in a record's length": lambda path: flip(path, middle_record(path) + 1),
    "bit in a record's checksum": lambda path: flip(path, middle_record(path) + 10),
    "bit in the log's header": lambda path: flip(path, records(path)[0] // 2),
    "cut in half": lambda path: cut(path, size_of(path) // 2),
    "emptied": lambda path: cut(path, 0),
    "deleted": lambda path: path.unlink(),
}
STORE_DAMAGES: dict[str, Damage] = {
    "bit in the main header": lambda path: flip(path, 20),
    "both database headers zeroed": lambda path: overwrite(path, STORE_HEADER, bytes(2 * STORE_HEADER)),
    "bit in the first block": lambda path: flip(path, 3 * STORE_HEADER + 5_000),
    "bits in every block": lambda path: flip_every_block(path),
    "cut in half": lambda path: cut(path, size_of(path) // 2),
    "zeroed end": lambda path: overwrite(path, size_of(path) - STORE_BLOCK, bytes(STORE_BLOCK)),
    "emptied": lambda path: cut(path, 0),
    "deleted": lambda path: path.unlink(),
}
SQLITE_DAMAGES: dict[str, Damage] = {
    "bit in the header": lambda path: flip(path, 3),
    "garbage in the middle": lambda path: overwrite(path, size_of(path) // 2, random.randbytes(4096)),
    "cut in half": lambda path: cut(path, size_of(path) // 2),
    "emptied": lambda path: cut(path, 0),
    "deleted": lambda path: path.unlink(),
}
SQLITE_LOG_DAMAGES: dict[str, Damage] = {
    "bit in the first frame": lambda path: flip(path, 32 + 24 + 2_000),
    "bit in a middle frame": lambda path: flip(path, size_of(path) // 2),
    "emptied": lambda path: cut(path, 0),
    "deleted": lambda path: path.unlink(),
}


def flip_every_block(path: Path) -> None:
    for offset in range(3 * STORE_HEADER + 1_000, size_of(path), STORE_BLOCK):
        flip(path, offset)


def copy_directory(source: Path, target: Path) -> Path:
    """Without sockets."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.sock"))
    return target
