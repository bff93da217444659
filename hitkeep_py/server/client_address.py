"""Who is calling: the TCP peer, or what trusted proxies say of it.

Forwarding headers count only when the peer itself is a trusted proxy. They are read from the right, since the left
part is whatever the client wrote; a peer whose default trusted everyone let 300 of 300 requests past its limit.
"""

import ipaddress
import socket
from collections.abc import Iterable, Sequence
from functools import lru_cache

UNKNOWN = "0.0.0.0"
MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
HeaderList = Iterable[tuple[bytes, bytes]]


class ClientAddresses:
    def __init__(self, trusted: Sequence[str], *, on_socket_file: bool = False) -> None:
        """`on_socket_file`: peers have no address; whom the file's rights let in is a trusted proxy."""
        self._trusts_the_nameless = on_socket_file
        networks = [unmapped(ipaddress.ip_network(each)) for each in trusted]
        self._networks = [(each.max_prefixlen // 8, int(each.netmask), int(each.network_address)) for each in networks]
        self._peer = lru_cache(1_000)(self._read_peer)

    def client(self, peer: str | None, headers: HeaderList) -> str:
        """The client's IP address as text."""
        address, trusted = self._peer(peer)
        if not trusted:
            return address
        forwarded, real = [], ""
        for name, value in headers:
            if name == b"x-forwarded-for":
                forwarded += value.decode("latin-1").split(",")
            elif name == b"x-real-ip":
                real = value.decode("latin-1")
        for text in reversed(forwarded or [real]):
            found = normalised(text)
            if not found:
                return address
            address = found
            if not self._is_trusted(address):
                break
        return address

    def is_trusted(self, peer: str | None) -> bool:
        return self._peer(peer)[1]

    def connection_key(self, peer: str | None) -> str | bytes | None:
        """What a limit of connections counts as one client; None for a trusted proxy, which stands for many."""
        address, trusted = self._peer(peer)
        return None if trusted else limit_key(address)

    def _read_peer(self, peer: str | None) -> tuple[str, bool]:
        if peer is None:
            return UNKNOWN, self._trusts_the_nameless
        address = normalised(peer) or UNKNOWN
        return address, self._is_trusted(address)

    def _is_trusted(self, address: str) -> bool:
        packed = socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)
        number = int.from_bytes(packed)
        return any(size == len(packed) and number & mask == network for size, mask, network in self._networks)


def unmapped(network: Network) -> Network:
    """As the addresses that it is compared with: a network of mapped addresses is one of IPv4."""
    if isinstance(network, ipaddress.IPv6Network) and network.subnet_of(MAPPED):
        return ipaddress.IPv4Network((int(network.network_address) & 0xFFFFFFFF, network.prefixlen - MAPPED.prefixlen))
    return network


def normalised(text: str) -> str:
    """An address without port, brackets or IPv4 mapping; "" for what is none."""
    text = text.strip().strip('"')
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        if ":" not in text:
            return socket.inet_ntoa(socket.inet_pton(socket.AF_INET, text))
        parsed = ipaddress.IPv6Address(text.partition("%")[0])
    except (OSError, ValueError):
        return ""
    return str(parsed.ipv4_mapped or parsed)


def limit_key(address: str) -> str | bytes:
    """What a limit counts as one client: an IPv4 address, or an IPv6 network of 64 bits."""
    return socket.inet_pton(socket.AF_INET6, address)[:8] if ":" in address else address
