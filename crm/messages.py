"""Messages to whoever is logged in, until the next page: in a cookie that is named as the others are."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class NamedCookieStorage(CookieStorage):
    cookie_name = f"{settings.HOST_COOKIE}crm_messages"


class NamedStorage(FallbackStorage):
    """What is too much for a cookie goes into the session."""

    storage_classes = (NamedCookieStorage, SessionStorage)
