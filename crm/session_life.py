"""How long the session of a user lives: until nobody has used it for a time, and never longer than a set time.

Use is what a person does. A page that stays open asks by itself, for years if need be: its event stream, the number
of unread messages, who else looks, what is new. Such requests keep nobody logged in. They are told from a person's
own by two headers of the panel (`static/messenger/panel/http.js`): all that it fetches says X-Messenger-Part, and what
it fetches after somebody pressed a key, clicked or scrolled also says X-Messenger-Touched. So one may answer, write
or read all day in one page without ever leaving it, and a page that was left open over the weekend ends by itself.
Whatever hasn't the first header is a page that somebody opened, or a form that they sent.

Whoever steals a session can say so as well; for them there is the longest life, which nothing lengthens.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from messenger.lib import clock

# Keys of the session: whole seconds since 1970.
BEGAN, USED = "session_began", "session_used"
BY_SCRIPT, TOUCHED = "X-Messenger-Part", "X-Messenger-Touched"
LONGEST_STEP_SECONDS = 300
# Browsers keep no cookie longer.
NO_END = timedelta(days=400)


def stamp() -> int:
    return int(clock.now().timestamp())


def end_of(session: Mapping[str, Any]) -> datetime | None:
    """When a session with these stamps is over, by the settings of now; None where nothing ends it."""
    ends = []
    if settings.SESSION_IDLE_SECONDS and USED in session:
        ends.append(session[USED] + settings.SESSION_IDLE_SECONDS)
    if settings.SESSION_LONGEST_SECONDS and BEGAN in session:
        ends.append(session[BEGAN] + settings.SESSION_LONGEST_SECONDS)
    return datetime.fromtimestamp(min(ends), UTC) if ends else None


def is_over(session: Mapping[str, Any]) -> bool:
    end = end_of(session)
    return end is not None and end <= clock.now()


def cookie_end_of(session: Mapping[str, Any]) -> datetime:
    """The cookie outlives idle time: it is not sent anew with each use."""
    if settings.SESSION_LONGEST_SECONDS:
        return datetime.fromtimestamp(session[BEGAN] + settings.SESSION_LONGEST_SECONDS, UTC)
    return clock.now() + NO_END


def is_worth_noting(session: Mapping[str, Any]) -> bool:
    """Each use would be a write; so many seconds before its time a session may end for it."""
    idle = settings.SESSION_IDLE_SECONDS
    step = min(LONGEST_STEP_SECONDS, idle // 20) if idle else LONGEST_STEP_SECONDS
    used: int = session.get(USED, 0)
    return used + step <= stamp()


def is_use(request: HttpRequest) -> bool:
    if request.headers.get(TOUCHED) == "1":
        return True
    return BY_SCRIPT not in request.headers and not request.path_info.startswith("/api/")
