"""The path below which browsers see the server, such as /analytics, where a host has other things, too.

Proxies may take it away or leave it: both are understood.
"""

from collections.abc import Iterable

from hitkeep_py.errors import SettingError

UNPLACED = (b'="./', b'data-base=""')
"""In pages as they are built: addresses of the server, and where scripts read the path."""


def refuse_taken(base: str, paths: Iterable[str]) -> None:
    """Behind a proxy that takes it away nobody could tell `/api/x` from `x`. Raises SettingError."""
    taken = {path.split("/")[1] for path in paths} - {""}
    if base and base.split("/")[1] in taken:
        raise SettingError(
            f"the path of public_url may not begin with {', '.join(f'/{name}' for name in sorted(taken))}, "
            "which are the server's own",
            field="public_url",
        )


def without_base(path: str, base: str) -> str:
    if path.startswith(base) and path[len(base) : len(base) + 1] in ("", "/"):
        return path[len(base) :] or "/"
    return path


def placed(page: bytes, base: str) -> bytes:
    """A page whose addresses begin with the path, wherever the page itself is."""
    address, attribute = UNPLACED
    return page.replace(address, f'="{base}/'.encode()).replace(attribute, f'data-base="{base}"'.encode())
