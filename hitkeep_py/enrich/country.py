"""Country of an IP address from a MaxMind-format file: the bundled DB-IP Lite one, or the operator's.

Both are read from memory: mapped, a file that is cut short in place kills the process. The bundled file is read by
the library's C code, 1 µs a look-up. That code can crash on a damaged file, so the operator's own is read by its Python
code, 18 µs for an address not seen lately.
"""

import gzip
import io
import logging
import os
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import maxminddb

BUNDLED = "data/dbip-country.mmdb.gz"
CACHED = 50_000
log = logging.getLogger(__name__)


class Countries:
    """`country` gives an ISO 3166-1 alpha-2 code, or None. A missing or damaged file only costs the countries."""

    def __init__(self, path: str = "") -> None:
        self.problem: str | None = None
        self._reader = self._open(path)
        self.country = lru_cache(CACHED)(self._country)

    def _open(self, path: str) -> maxminddb.Reader | None:
        try:
            return open_file(path) if path else open_bundled()
        except Exception as error:
            self._warn(f"no countries: cannot read the GeoIP file {path or BUNDLED}: {error}")
            return None

    def _country(self, ip: str) -> str | None:
        if self._reader is None:
            return None
        try:
            return country_code(self._reader.get(ip))
        except Exception as error:
            self._warn(f"the GeoIP file is damaged: {type(error).__name__}")
            return None

    def _warn(self, problem: str) -> None:
        if self.problem is None:
            log.warning("%s", problem)
        self.problem = problem


def country_code(record: Any) -> str | None:
    """From the shapes in use: `country_code` (DB-IP Lite, IPLocate) or `country.iso_code` (GeoLite2, DB-IP)."""
    if not isinstance(record, dict):
        return None
    code = record.get("country_code")
    if code is None and isinstance(record.get("country"), dict):
        code = record["country"].get("iso_code")
    return code.upper() if isinstance(code, str) and len(code) == 2 and code.isascii() and code.isalpha() else None


def open_file(path: str) -> maxminddb.Reader:
    return maxminddb.open_database(io.BytesIO(Path(path).read_bytes()), maxminddb.MODE_FD)


def open_bundled() -> maxminddb.Reader:
    content = gzip.decompress(files("hitkeep_py.enrich").joinpath(BUNDLED).read_bytes())
    if not hasattr(os, "memfd_create") or not hasattr(maxminddb.extension, "Reader"):
        return maxminddb.open_database(io.BytesIO(content), maxminddb.MODE_FD)
    descriptor = os.memfd_create("countries")
    try:
        with open(descriptor, "wb", closefd=False) as memory:
            memory.write(content)
        return maxminddb.open_database(f"/proc/self/fd/{descriptor}", maxminddb.MODE_MMAP_EXT)
    finally:
        os.close(descriptor)
