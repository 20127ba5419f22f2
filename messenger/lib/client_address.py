"""The client's address, where only known proxies are believed."""

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
UNKNOWN = "0.0.0.0"  # noqa: S104  (the unspecified address, not a bind)


@lru_cache(maxsize=8)
def parse_networks(values: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(value, strict=False) for value in values)


def client_address(remote: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """The address of the client behind `remote`, the peer of the connection.

    `forwarded` is the whole X-Forwarded-For. It is read from the right, as far as the hops are `trusted`
    proxies; what an untrusted hop wrote is never looked at, and a malformed entry ends the walk.
    """
    address = _parse(remote)
    if address is None:
        return UNKNOWN
    for entry in reversed(forwarded.split(",") if forwarded else []):
        if not _is_trusted(address, trusted):
            break
        hop = _parse(entry)
        if hop is None:
            break
        address = hop
    return str(address)


@lru_cache(maxsize=10_000)
def network_of(address: str) -> str:
    """What a limit per address counts: an IPv4 address, or the /64 that one IPv6 customer has."""
    parsed = _parse(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address


def is_trusted(remote: str, trusted: Sequence[Network]) -> bool:
    """Whether the peer of the connection is in one of these networks."""
    address = _parse(remote)
    return address is not None and _is_trusted(address, trusted)


@lru_cache(maxsize=10_000)
def _parse(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_trusted(address: ipaddress.IPv4Address | ipaddress.IPv6Address, trusted: Sequence[Network]) -> bool:
    return any(address in network for network in trusted)
