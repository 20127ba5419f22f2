"""Address → Region, by the provider of the settings."""

from functools import lru_cache
from typing import NamedTuple

from django.conf import settings

from crm.models import Region
from messenger.lib.geoip import LookupFailed, Place, Provider
from messenger.lib.geoip.guard import Guard
from messenger.lib.geoip.ip_api import IpApi
from messenger.lib.geoip.maxmind import MaxMind
from messenger.lib.geoip.network import public_address
from messenger.lib.geoip.pauses import Pauses
from messenger.lib.geoip.russia import SUBJECTS
from messenger.volatile import volatile

_PREFIX = "messenger:geoip:ip-api"


class Health(NamedTuple):
    """`paused` is why nothing is looked up at the moment: limit, failures, redis or file; else None."""

    provider: str
    enabled: bool
    paused: str | None


def region_of(address: str) -> Region | None:
    """The region of a visitor's address; None where it is unknown, or can't be found out at once.

    It takes half a second at most, and a provider's failure never comes through. Addresses that are not of the
    public internet are not looked up. The database is read: its errors are the caller's.
    """
    provider, public = _provider(), public_address(address)
    if provider is None or public is None:
        return None
    try:
        place = provider.locate(public)
    except LookupFailed:  # the provider has told the log
        return None
    return _match(place) if place else None


def looks_up_locally() -> bool:
    """Whether addresses are looked up, and don't leave this machine."""
    provider = _provider()
    return provider is not None and provider.is_local


def describe() -> Health:
    """What the diagnosis shows."""
    provider = _provider()
    return Health(
        settings.MESSENGER_GEOIP_PROVIDER,
        settings.MESSENGER_GEOIP_ENABLED,
        provider.paused() if provider else None,
    )


def _provider() -> Provider | None:
    if not settings.MESSENGER_GEOIP_ENABLED:
        return None
    return _make_provider(
        settings.MESSENGER_GEOIP_PROVIDER,
        settings.MESSENGER_GEOIP_URL,
        settings.MESSENGER_GEOIP_MAXMIND_PATH,
        settings.LANGUAGE_CODE,
    )


@lru_cache(maxsize=4)
def _make_provider(name: str, url: str, path: str, language: str) -> Provider | None:
    """One per process, since it holds the open database."""
    if name == "maxmind":
        return MaxMind(path, language)
    if name == "ip-api":
        pauses = Pauses(volatile, _PREFIX)
        return Guard(IpApi(url, language, pauses.begin_for_limit).locate, pauses, volatile, _PREFIX)
    return None


def _match(place: Place) -> Region | None:
    names = [_mapped(place.region), place.region]
    if place.country == "RU":
        names.append(SUBJECTS.get(place.code.upper(), ""))
    # One after the other, since the first is nearly always the right one.
    found = (Region.objects.filter(name__iexact=name).first() for name in names if name)
    return next((region for region in found if region), None)


def _mapped(name: str) -> str:
    """What the settings put in the name's place, or an empty text."""
    mapping: dict[str, str] = settings.MESSENGER_GEOIP_REGION_MAPPING
    if name in mapping:
        return mapping[name]
    return next((ours for theirs, ours in mapping.items() if theirs.casefold() == name.casefold()), "")
