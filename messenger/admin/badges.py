"""The number at "Dialogs" in the sidebar, on every page of the admin."""

from django.conf import settings
from django.http import HttpRequest

from messenger.admin.base import user_of
from messenger.models import Conversation


def unread(request: HttpRequest) -> int | None:
    """Unread messages of the user's own conversations: one index range, asked once per request.

    None for those who have nothing to do with conversations.
    """
    if not settings.MESSENGER_ENABLED or not request.user.has_perm("messenger.view_conversation"):
        return None
    found: int | None = getattr(request, "messenger_unread", None)
    if found is None:
        found = Conversation.objects.all().unread_of(user_of(request))
        request.messenger_unread = found  # type: ignore[attr-defined]
    return found


def unread_badge(request: HttpRequest) -> str | None:
    """None hides the badge."""
    number = unread(request)
    return str(number) if number else None
