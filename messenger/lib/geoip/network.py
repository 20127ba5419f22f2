"""Which addresses may be asked about, and the networks whose addresses share an answer."""

import ipaddress

# Regions are larger than the smallest networks that providers are given; an IPv6 site has a /48.
_PREFIXES = {4: 24, 6: 48}


def public_address(text: str) -> str | None:
    """The address in its usual spelling; None where it is malformed or not one of the public internet.

    An IPv4 address mapped into IPv6 is judged and spelled as the IPv4 address that it is.
    """
    if "%" in text:  # a scope: an address of one machine's own link
        return None
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(address) if _is_public_ipv6(address) else None
        address = address.ipv4_mapped
    return str(address) if _is_public(address) else None


def network_of(address: str) -> str:
    """The /24 or /48 of an address that is well-formed."""
    parsed = ipaddress.ip_address(address)
    return str(ipaddress.ip_network((parsed, _PREFIXES[parsed.version]), strict=False))


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    # Multicast counts as global for `ipaddress`, and so does some of what is reserved.
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _is_public_ipv6(address: ipaddress.IPv6Address) -> bool:
    """Tunnels carry an IPv4 address inside, maybe a private one, and older Pythons call them global."""
    return _is_public(address) and not (address.is_site_local or address.sixtofour or address.teredo)
