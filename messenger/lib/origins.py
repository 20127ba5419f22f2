"""Web origins, as the `Origin` header writes them (RFC 6454)."""

import re
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9._-]+")


def normalize_origin(value: str) -> str:
    """Scheme, host in lower case as browsers write it (IDNA), and the port where it isn't the default one.

    A trailing slash is forgiven; anything else that isn't an origin raises ValueError.
    """
    parts = urlsplit(value.strip().rstrip("/").lower())
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or parts.username is not None:
        raise ValueError(value)
    if parts.path or parts.query or parts.fragment:
        raise ValueError(value)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else _ascii(parts.hostname)
    port = f":{parts.port}" if parts.port and parts.port != DEFAULT_PORTS[parts.scheme] else ""
    return f"{parts.scheme}://{host}{port}"


def _ascii(host: str) -> str:
    """магазин.рф as xn--80aairftm.xn--p1ai."""
    name = host.encode("idna").decode("ascii")
    if not _HOST.fullmatch(name):
        raise ValueError(host)
    return name
