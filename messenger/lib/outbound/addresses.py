"""Which address a request to a host goes to: looked up once, and checked."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from messenger.lib.geoip.network import public_address
from messenger.lib.outbound.look_ups import look_up
from messenger.lib.outbound.spelling import ascii_host

# An IPv4 address within IPv6, for networks that have no IPv4 (RFC 6052, RFC 8215): whatever is behind it.
_TRANSLATED = tuple(ipaddress.ip_network(text) for text in ("64:ff9b::/96", "64:ff9b:1::/48", "::/96"))
# Public by its number, and yet the cloud's own: Azure's wire server, which tells machines their secrets.
_METADATA = frozenset({ipaddress.ip_address("168.63.129.16")})


class Refused(Exception):
    """Where a request may not go; `code` says why: `address`, `port`, `url` or `unknown_host`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Policy:
    """`allowed`: hosts by name, addresses or networks that may be asked though they are not public.

    They may be asked at any port, others at those of `ports`.
    """

    ports: Sequence[int] = (80, 443)
    allowed: Sequence[str] = ()

    def check_url(self, url: str) -> None:
        """What can be told without a look-up; raises Refused."""
        try:
            parts = urlsplit(url)
            port = parts.port or {"http": 80, "https": 443}[parts.scheme]
        except (ValueError, KeyError) as error:
            raise Refused("url") from error
        host = parts.hostname
        if not host or parts.username is not None or parts.password is not None:
            raise Refused("url")
        if self.allows_name(host):
            return
        address = _address(host)
        if address is not None and self._is_allowed_address(address):
            return
        if port not in self.ports:
            raise Refused("port")
        if address is not None:
            self.check_address(str(address))

    def allows_name(self, host: str) -> bool:
        try:
            return ascii_host(host).rstrip(".") in {ascii_host(name) for name in self.allowed}
        except ValueError:
            return False

    def check_address(self, text: str) -> None:
        address = ipaddress.ip_address(text)
        if self._is_allowed_address(address):
            return
        is_translated = address.version == 6 and any(address in network for network in _TRANSLATED)
        mapped = getattr(address, "ipv4_mapped", None) or address
        if is_translated or mapped in _METADATA or public_address(text) is None:
            raise Refused("address")

    def _is_allowed_address(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        return any(address in network for network in map(_network, self.allowed) if network is not None)


async def resolve(host: str, port: int, policy: Policy) -> list[str]:
    """The host's addresses, if all of them may be asked; raises Refused.

    One answer with a private address among public ones is somebody's trick: none of it is used.
    """
    try:
        addresses = await look_up(host, port)
    except (OSError, UnicodeError) as error:
        raise Refused("unknown_host") from error
    if not policy.allows_name(host):
        for address in addresses:
            policy.check_address(address)
    return addresses


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
