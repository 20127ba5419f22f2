"""What is known of a visit: where the client is and what time it is there, their language, the page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone
from django.utils.translation import get_language_info

from messenger.lib.geoip.zones import zone_of
from messenger.models import Conversation

# A page may send anything in any number.
MOST_DATA = 12
DATA_LENGTH = 200
ZONE_KEYS, TITLE_KEYS = ("time_zone", "timezone"), ("page_title", "title")


@dataclass(frozen=True, slots=True)
class ClientFacts:
    """`zone` is a name of the IANA database, empty where it isn't known; `data` is what the page told beside."""

    language: str
    zone: str
    page_text: str
    referrer_text: str
    data: list[tuple[str, str]]

    @property
    def local_time(self) -> datetime | None:
        return timezone.now().astimezone(ZoneInfo(self.zone)) if self.zone else None


def client_facts(conversation: Conversation) -> ClientFacts:
    meta = conversation.meta if isinstance(conversation.meta, dict) else {}
    locale = conversation.locale or conversation.contact.locale
    return ClientFacts(
        language=language_name(locale) if locale else "",
        zone=_zone(meta, conversation),
        page_text=_said(meta, TITLE_KEYS) or without_scheme(conversation.page_url),
        referrer_text=without_scheme(conversation.referrer),
        data=_data(meta),
    )


def language_name(locale: str) -> str:
    """In the reader's language where it is known, with the code that the browser said."""
    try:
        name = get_language_info(locale.replace("_", "-").lower())["name_translated"]
    except KeyError:
        return locale
    return f"{name} ({locale})"


def without_scheme(url: str) -> str:
    """Host and path: what is asked behind it is for machines."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{parts.netloc}{parts.path}".rstrip("/") or url


def _zone(meta: dict[str, Any], conversation: Conversation) -> str:
    """The browser's, if the page sends it, goes before the region's."""
    said = _said(meta, ZONE_KEYS)
    if _is_zone(said):
        return said
    region = conversation.contact.region
    return zone_of(region.name) if region else ""


def _is_zone(name: str) -> bool:
    try:
        return bool(name) and ZoneInfo(name).key == name
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return False


def _said(meta: dict[str, Any], keys: tuple[str, ...]) -> str:
    found = (meta.get(key) for key in keys)
    return next((value.strip() for value in found if isinstance(value, str) and value.strip()), "")


def _data(meta: dict[str, Any]) -> list[tuple[str, str]]:
    simple = {
        key: str(value)[:DATA_LENGTH]
        for key, value in meta.items()
        if isinstance(value, str | int | float)
        and key not in {*ZONE_KEYS, *TITLE_KEYS}
        and str(value).strip()
    }
    return list(simple.items())[:MOST_DATA]
