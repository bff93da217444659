"""Country, region and city of an IP address from a MaxMind-format file: the bundled DB-IP Lite one, or the operator's.

The bundled file knows countries only. Both are read from memory: mapped, a file that is cut short in place kills the
process. The bundled file is read by the library's C code, 6 µs a look-up. That code can crash on a damaged file, so the
operator's own is read by its Python code, for an address not seen lately: 18 µs in a file of countries, 250 µs in
GeoLite2 City, whose records have every name in eight languages.
"""

import gzip
import io
import logging
import os
import sys
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import maxminddb

from hitkeep_py.text import clean

BUNDLED = "data/dbip-country.mmdb.gz"
CACHED = 50_000
NAME_LENGTH = 100
REGIONS = ("subdivision", "region", "state", "stateprov", "state1", "region1")
"""What files without `subdivisions` call the region."""
log = logging.getLogger(__name__)


class Place(NamedTuple):
    """`country` is an ISO 3166-1 alpha-2 code; region and city are English names as the file has them."""

    country: str | None
    region: str | None
    city: str | None


NOWHERE = Place(None, None, None)


class Places:
    """`place` gives all that the file knows of an address. A missing or damaged file only costs the places."""

    def __init__(self, path: str = "") -> None:
        self.problem: str | None = None
        self._reader = self._open(path)
        self.place = lru_cache(CACHED)(self._place)

    def _open(self, path: str) -> maxminddb.Reader | None:
        try:
            return open_file(path) if path else open_bundled()
        except Exception as error:
            self._warn(f"no countries: cannot read the GeoIP file {path or BUNDLED}: {error}")
            return None

    def _place(self, ip: str) -> Place:
        if self._reader is None:
            return NOWHERE
        try:
            return read_place(self._reader.get(ip))
        except Exception as error:
            self._warn(f"the GeoIP file is damaged: {type(error).__name__}")
            return NOWHERE

    def _warn(self, problem: str) -> None:
        if self.problem is None:
            log.warning("%s", problem)
        self.problem = problem


def read_place(record: Any) -> Place:
    if not isinstance(record, dict):
        return NOWHERE
    country, region, city = country_code(record), region_name(record), place_name(record.get("city"))
    return Place(country, region, city) if country or region or city else NOWHERE


def country_code(record: dict[Any, Any]) -> str | None:
    """From the shapes in use: `country_code` (DB-IP Lite, IPLocate) or `country.iso_code` (GeoLite2, DB-IP)."""
    code = record.get("country_code")
    if code is None and isinstance(record.get("country"), dict):
        code = record["country"].get("iso_code")
    if isinstance(code, str) and len(code) == 2 and code.isascii() and code.isalpha():
        return sys.intern(code.upper())
    return None


def region_name(record: dict[Any, Any]) -> str | None:
    """The largest subdivision (GeoLite2, DB-IP), or a text of the record itself (IPLocate, tables made from CSV)."""
    subdivisions = record.get("subdivisions")
    if isinstance(subdivisions, list):
        return place_name(subdivisions[0]) if subdivisions else None
    return next((name for name in map(place_name, map(record.get, REGIONS)) if name), None)


def place_name(value: Any) -> str | None:
    """A text, or the English one among `names`, or the first there is. The many equal ones are kept once."""
    if isinstance(value, dict):
        names = value.get("names")
        value = names.get("en") or next(iter(names.values()), None) if isinstance(names, dict) else None
    return sys.intern(clean(value, NAME_LENGTH)) or None if isinstance(value, str) else None


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
