"""What the messenger's admins have in common."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model
from django.http import HttpRequest
from django.urls import URLPattern

from crm.admin_base import ModelAdmin
from crm.models import User
from messenger.utils import ensure_messenger_enabled_view

View = Callable[..., Any]


def user_of(request: HttpRequest) -> User:
    """The logged-in user; the admin's pages have one always."""
    if isinstance(request.user, AnonymousUser):
        raise PermissionError("an anonymous visitor got past the log-in")
    return request.user


def only_enabled(view: View) -> View:
    """Answers 404 while the messenger is off."""

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        ensure_messenger_enabled_view()
        return view(*args, **kwargs)

    return wrapper


class MessengerAdmin[M: Model](ModelAdmin[M]):
    """An admin whose pages are there only while the messenger is on."""

    def get_own_urls(self) -> list[URLPattern]:
        """Routes beside those of every admin."""
        return []

    def get_urls(self) -> list[URLPattern]:
        urls = [*self.get_own_urls(), *super().get_urls()]
        for url in urls:
            url.callback = only_enabled(url.callback)
        return urls

    def has_module_permission(self, request: HttpRequest) -> bool:
        return settings.MESSENGER_ENABLED and super().has_module_permission(request)
