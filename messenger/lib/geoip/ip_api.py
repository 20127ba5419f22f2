"""The provider ip-api.com: free without a key for 45 requests a minute, https and more with one.

https://ip-api.com/docs/api:json; every answer says in `X-Rl` how many requests are left, and in `X-Ttl` for how many
seconds. Who goes on after 429 is shut out for an hour.
"""

from collections.abc import Callable
from http.client import HTTPMessage
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from messenger.lib.geoip.http import Answer, get
from messenger.lib.geoip.provider import LookupFailed, Place

DEADLINE_SECONDS = 0.5
_FIELDS = "status,message,countryCode,region,regionName"
_PAUSE_SECONDS = 60
_LONGEST_PAUSE_SECONDS = 3600


class _Said(msgspec.Struct, rename="camel"):
    status: str
    country_code: str = ""
    region: str = ""
    region_name: str = ""


class IpApi:
    """`url` is what the address is written behind; a query that it has, such as a key, is kept.

    `on_limit` is called with the seconds for which the provider wants to be left alone.
    """

    def __init__(self, url: str, language: str, on_limit: Callable[[int], None]) -> None:
        self._url = urlsplit(url)
        self._query = urlencode({"fields": _FIELDS, "lang": language}, safe=",")
        self._on_limit = on_limit

    def locate(self, address: str) -> Place | None:
        query = f"{self._url.query}&{self._query}" if self._url.query else self._query
        url = self._url._replace(path=self._url.path + quote(address, safe=":"), query=query)
        answer = get(url, DEADLINE_SECONDS)
        if answer.status == 429 or answer.headers.get("X-Rl", "").strip() == "0":
            self._on_limit(_seconds_to_wait(answer.headers))
        return _read(answer)


def _read(answer: Answer) -> Place | None:
    if answer.status != 200:
        raise LookupFailed(f"HTTP {answer.status}", is_breakage=answer.status != 429)
    try:
        said = msgspec.json.decode(answer.body, type=_Said)
    except ValueError as error:  # malformed, not UTF-8, or of other types
        raise LookupFailed(type(error).__name__) from error
    if said.status == "success":
        place = Place(said.country_code, said.region_name, said.region)
        if not all(text.isprintable() for text in place):
            raise LookupFailed("control characters")
        return place if place.region or place.code else None
    if said.status == "fail":
        return None
    raise LookupFailed("unknown status")


def _seconds_to_wait(headers: HTTPMessage) -> int:
    text = headers.get("X-Ttl", "").strip()
    # Longer numbers are none that could be meant.
    seconds = int(text) if text.isdecimal() and len(text) < 9 else _PAUSE_SECONDS
    return min(max(seconds, 1), _LONGEST_PAUSE_SECONDS)
