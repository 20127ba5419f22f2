"""Whose request it is: the address behind the proxies that are known."""

from django.conf import settings
from django.http import HttpRequest

from messenger.lib.client_address import client_address, parse_networks


def address_of(request: HttpRequest) -> str:
    """X-Forwarded-For is believed of MESSENGER_TRUSTED_PROXIES alone."""
    meta, trusted = request.META, parse_networks(tuple(settings.MESSENGER_TRUSTED_PROXIES))
    return client_address(meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", ""), trusted)
