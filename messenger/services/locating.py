"""What is found out about an address, told to people."""

from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Region
from messenger.geoip import describe, region_of
from messenger.lib.geoip.network import public_address

PAUSES = {
    "limit": gettext_lazy("the provider's limit is reached"),
    "failures": gettext_lazy("the provider failed repeatedly"),
    "redis": gettext_lazy("Redis can't be reached"),
    "file": gettext_lazy("the file of the database can't be read"),
}


class Located(NamedTuple):
    region: Region | None
    sentence: str


def locate(address: str) -> Located:
    """The region of a well-formed address, or why there is none."""
    region = region_of(address)
    if region is not None:
        return Located(region, _("%(address)s is in %(region)s.") % {"address": address, "region": region})
    return Located(None, _why_not(address))


def _why_not(address: str) -> str:
    health = describe()
    if not health.enabled or health.provider == "none":
        return _("No address is looked up: GeoIP is off.")
    if public_address(address) is None:
        return _("%(address)s is not an address of the public internet: it is not looked up.") % {
            "address": address
        }
    if health.paused:
        return _("Nothing is looked up at the moment: %(reason)s.") % {"reason": PAUSES[health.paused]}
    return _("No region was found for %(address)s.") % {"address": address}
