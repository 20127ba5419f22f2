"""What every page's template may show of the messenger."""

from functools import partial
from typing import Any

from django.http import HttpRequest

from messenger.admin.badges import unread


def messenger_globals(request: HttpRequest) -> dict[str, Any]:
    """`messenger_unread`: the number at "Dialogs", or None; the database is asked only where a template shows it."""
    user = getattr(request, "user", None)
    return {"messenger_unread": partial(unread, request) if user and user.is_staff else None}
