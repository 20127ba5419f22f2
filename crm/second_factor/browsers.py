"""Browsers that are remembered for some days, and asked for no code.

The cookie is signed, and worth nothing after the password or the second factor was changed, or the user's sessions
were ended.
"""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare, salted_hmac

from crm.models import User

_SALT = "crm.second_factor.browsers"
_PATH = "/admin/"


def _name(user: User) -> str:
    """One cookie per user: colleagues may share a computer."""
    return f"{settings.OWN_COOKIE}crm_browser_{user.pk}"


def _mark(user: User) -> str:
    since = user.second_factor.since.isoformat()
    text = "|".join(map(str, (user.pk, user.password, since, user.session_generation)))
    return salted_hmac(_SALT, text, algorithm="sha256").hexdigest()


def remember(response: HttpResponseBase, user: User) -> None:
    days = settings.SECOND_FACTOR_REMEMBER_DAYS
    if days:
        response.set_cookie(
            _name(user),
            signing.dumps(_mark(user), salt=_SALT),
            max_age=days * 86_400,
            path=_PATH,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )


def is_remembered(request: HttpRequest, user: User) -> bool:
    cookie, days = request.COOKIES.get(_name(user), ""), settings.SECOND_FACTOR_REMEMBER_DAYS
    if not cookie or not days:
        return False
    try:
        mark = signing.loads(cookie, salt=_SALT, max_age=days * 86_400)
    except signing.BadSignature:
        return False
    return isinstance(mark, str) and constant_time_compare(mark, _mark(user))
