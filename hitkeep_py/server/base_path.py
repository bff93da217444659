"""The path below which browsers see the server, such as /analytics, where a host has other things, too.

Proxies may take it away or leave it: both are understood.
"""

UNPLACED = (b'="./', b'data-base=""')
"""In pages as they are built: addresses of the server, and where scripts read the path."""


def without_base(path: str, base: str) -> str:
    if path.startswith(base) and path[len(base) : len(base) + 1] in ("", "/"):
        return path[len(base) :] or "/"
    return path


def placed(page: bytes, base: str) -> bytes:
    """A page whose addresses begin with the path, wherever the page itself is."""
    address, attribute = UNPLACED
    return page.replace(address, f'="{base}/'.encode()).replace(attribute, f'data-base="{base}"'.encode())
