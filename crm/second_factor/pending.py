"""Between password and code: who has given the password and is not logged in yet.

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
    request.session[_KEY] = {"user": user.pk, "hash": user.get_session_auth_hash(), "at": time.time()}
    request.session.set_expiry(SECONDS)


def user_of(request: HttpRequest) -> User | None:
    """Who has given the password in this browser; None where it is long ago or anything was changed since."""
    pending = request.session.get(_KEY)
    if not pending or time.time() - pending["at"] > SECONDS:
        return None
    user = User.objects.filter(pk=pending["user"], is_active=True).first()
    if user is None or not constant_time_compare(pending["hash"], user.get_session_auth_hash()):
        return None
    return user


def finish(request: HttpRequest, user: User) -> None:
    request.session.pop(_KEY, None)
    request.session.set_expiry(None)
    login(request, user, settings.AUTHENTICATION_BACKENDS[0])
