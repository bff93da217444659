"""Who is calling: the TCP peer, or what trusted proxies say of it.

Forwarding headers count only when the peer itself is a trusted proxy. They are read from the right, since the left
part is whatever the client wrote; a peer whose default trusted everyone let 300 of 300 requests past its limit.
"""

import ipaddress
import logging
import socket
from collections.abc import Iterable, Sequence
from functools import lru_cache

UNKNOWN = "0.0.0.0"
MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
BELIEVED = (b"x-forwarded-for", b"x-real-ip", b"x-client-ip")
"""From a trusted proxy, the first of them that is not empty."""
FORWARDING = frozenset(
    (
        *BELIEVED,
        *(b"forwarded", b"cf-connecting-ip", b"true-client-ip", b"fly-client-ip", b"fastly-client-ip"),
    )
)
log = logging.getLogger(__name__)
HeaderList = Iterable[tuple[bytes, bytes]]


class ClientAddresses:
    """`header` is the one that names the client, "" for the usual ones. `ignored` counts those that nobody believed."""

    def __init__(self, trusted: Sequence[str], *, on_socket_file: bool = False, header: str = "") -> None:
        """`on_socket_file`: peers have no address; whom the file's rights let in is a trusted proxy."""
        self._trusts_the_nameless = on_socket_file
        networks = [unmapped(ipaddress.ip_network(each)) for each in trusted]
        self._networks = [(each.max_prefixlen // 8, int(each.netmask), int(each.network_address)) for each in networks]
        self._peer = lru_cache(1_000)(self._read_peer)
        self._believed = (header.lower().encode(),) if header else BELIEVED
        self.ignored = 0
        self.problem: str | None = None

    def client(self, peer: str | None, headers: HeaderList) -> str:
        """The client's IP address as text."""
        address, trusted = self._peer(peer)
        if not trusted:
            for name, _ in headers:
                if name in FORWARDING:
                    self._ignore(name, address)
                    break
            return address
        for text in reversed(self._forwarded(headers)):
            found = normalised(text)
            if not found:
                return address
            address = found
            if not self._is_trusted(address):
                break
        return address

    def _forwarded(self, headers: HeaderList) -> list[str]:
        """The addresses of the first header that is believed and says something, from the client's to the proxy's."""
        given: dict[bytes, list[str]] = {}
        for name, value in headers:
            if name in self._believed and (text := value.decode("latin-1")).strip():
                given.setdefault(name, []).append(text)
        for name in self._believed:
            if name in given:
                listed = ",".join(given[name])
                return forwarded_for(listed) if name == b"forwarded" else listed.split(",")
        return []

    def _ignore(self, name: bytes, address: str) -> None:
        self.ignored += 1
        if self.problem is None:
            self.problem = (
                f"{name.decode()} came from {shown(address)}, which is not in trusted_proxies, and was not believed."
                " If that is your proxy, set trusted_proxies to its address: until then all who come through it"
                " are one client"
            )
            log.warning("%s", self.problem)

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


def forwarded_for(text: str) -> list[str]:
    """The `for` of each element of a Forwarded header (RFC 7239); "" where there is none."""
    found = []
    for element in text.split(","):
        pairs = (pair.strip().partition("=") for pair in element.split(";"))
        found.append(next((value for name, _, value in pairs if name.lower() == "for"), ""))
    return found


def shown(address: str) -> str:
    """An address as it may stand in a log: one of a private network is a proxy's; any other may be a visitor's."""
    return address if ipaddress.ip_address(address).is_private and address != UNKNOWN else "an address"


def limit_key(address: str) -> str | bytes:
    """What a limit counts as one client: an IPv4 address, or an IPv6 network of 64 bits."""
    return socket.inet_pton(socket.AF_INET6, address)[:8] if ":" in address else address
