"""Whether a request came by http though this installation is reached by https; streams ask as well."""

from django.conf import settings
from django.http import HttpRequest


def came_in_the_clear(request: HttpRequest) -> bool:
    return settings.SECURE_SSL_REDIRECT and not request.is_secure()
