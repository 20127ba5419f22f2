"""Between password and workplace: who has given the password and is not logged in yet.

Nothing but the pages of the log-in knows this state. For everything else, streams and APIs included, such a session
is nobody's: it holds no user.
"""

import time

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from crm.models import User

_KEY = "log_in_pending"
SECONDS = 600


def begin(request: HttpRequest, user: User) -> None:
    """In a session of its own: whatever was in this browser before ends here."""
    request.session.flush()
    _write(request, user)


def prove(request: HttpRequest, user: User, *, remember: bool = False) -> None:
    """The second factor was given as well, or none is needed; a new password is what is missing.

    Whoever was logged in here before is so no more.
    `remember`: whether the browser is to be asked for no code from now on.
    """
    request.session.flush()
    _write(request, user, is_proven=True, remember=remember)


def is_proven(request: HttpRequest) -> bool:
    return bool(request.session.get(_KEY, {}).get("is_proven"))


def wants_to_be_remembered(request: HttpRequest) -> bool:
    return bool(request.session.get(_KEY, {}).get("remember"))


def user_of(request: HttpRequest) -> User | None:
    """Who has given the password in this browser; None where it is long ago or anything was changed since."""
    pending = request.session.get(_KEY)
    if not pending or time.time() - pending["at"] > SECONDS:
        return None
    user = User.objects.filter(pk=pending["user"], is_active=True).first()
    if user is None or not constant_time_compare(pending["hash"], user.get_session_auth_hash()):
        return None
    return user


def _write(request: HttpRequest, user: User, **more: bool) -> None:
    known = {"user": user.pk, "hash": user.get_session_auth_hash(), "at": time.time()}
    request.session[_KEY] = known | more
    request.session.set_expiry(SECONDS)


def finish(request: HttpRequest, user: User) -> None:
    request.session.pop(_KEY, None)
    request.session.set_expiry(None)
    login(request, user, settings.AUTHENTICATION_BACKENDS[0])
