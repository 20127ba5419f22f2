"""The key that is being set up. It waits in the session, where only the server reads it, until a code confirms it."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from crm.models import User
from crm.second_factor.codes import address_of_key, new_key, qr_code

_KEY = "second_factor_key"


def has_key(request: HttpRequest) -> bool:
    return _KEY in request.session


def key_of(request: HttpRequest) -> str:
    """The same until it is confirmed: the code that is typed belongs to the picture that was shown."""
    if not has_key(request):
        request.session[_KEY] = new_key()
    key: str = request.session[_KEY]
    return key


def forget_key(request: HttpRequest) -> None:
    request.session.pop(_KEY, None)


def key_context(request: HttpRequest, user: User) -> dict[str, Any]:
    """The picture for the camera, and the key in groups of four to type it."""
    key = key_of(request)
    issuer = f"{_('Messenger')} {request.get_host()}".replace(":", " ")
    return {
        "qr": qr_code(address_of_key(key, user.get_username(), issuer)),
        "key": " ".join(key[start : start + 4] for start in range(0, len(key), 4)),
    }
