"""What every page's template may show of the messenger."""

from functools import partial
from typing import Any

from django.http import HttpRequest

from messenger.admin.badges import unread
from messenger.admin.team import my_status
from messenger.services.presence import beat_seconds


def messenger_globals(request: HttpRequest) -> dict[str, Any]:
    """`messenger_unread`: the number at "Dialogs"; `messenger_me`: the reader's status. Or None.

    `messenger_beat_seconds`: how often a page says that somebody is there.

    The database is asked only where a template shows them.
    """
    user = getattr(request, "user", None)
    if not user or not user.is_staff:
        return {"messenger_unread": None, "messenger_me": None}
    return {
        "messenger_unread": partial(unread, request),
        "messenger_me": partial(my_status, request),
        "messenger_beat_seconds": beat_seconds(),
    }
