"""An address as HTTP spells it: names in Punycode, and what isn't ASCII behind them escaped."""

from urllib.parse import quote, urlsplit, urlunsplit

# What has a meaning in a path or a query stays, and so does what is escaped already.
_AS_IT_IS = "%/:=&?~+!$,;'@()*[]"


def ascii_url(url: str) -> str:
    """The same address; raises ValueError where the host can't be a name."""
    parts = urlsplit(url)
    host = ascii_host(parts.hostname or "")
    place = f"[{host}]" if ":" in host else host
    place = place if parts.port is None else f"{place}:{parts.port}"
    return urlunsplit((parts.scheme, place, quote(parts.path, _AS_IT_IS), quote(parts.query, _AS_IT_IS), ""))


def ascii_host(host: str) -> str:
    """«пример.рф» is xn--e1afmkfd.xn--p1ai to whoever is asked for it."""
    return host.lower() if host.isascii() else host.encode("idna").decode()
