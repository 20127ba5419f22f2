"""What the composer completes while one types: `/` a canned response, `@` a colleague."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_GET

from crm.models import User
from messenger.admin.avatars import TONES, Avatar, initials
from messenger.admin.base import user_of
from messenger.admin.parts import part
from messenger.admin.workspace import Workspace
from messenger.services import canned, mentioning

TEMPLATE = "admin/messenger/conversation/completion.html"
SHOWN = 20
# Nobody types more before they look.
LONGEST_QUERY = 60


@dataclass(frozen=True, slots=True)
class Option:
    """`text` is what comes into the field."""

    text: str
    name: str
    about: str
    avatar: Avatar | None = None


class Completion(Workspace):
    """Whoever sees the conversation is told what fits it."""

    def get_own_urls(self) -> list[URLPattern]:
        wrap, name = self.admin_site.admin_view, "messenger_conversation"
        return [
            path("<int:object_id>/change/canned/", wrap(self.canned_view), name=f"{name}_canned"),
            path("<int:object_id>/change/colleagues/", wrap(self.colleagues_view), name=f"{name}_colleagues"),
            *super().get_own_urls(),
        ]

    @method_decorator(require_GET)
    def canned_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Responses with their texts filled for this conversation, as it is now."""
        conversation, user = self._seen(request, object_id), user_of(request)
        found = []
        if user.has_perm("messenger.view_cannedresponse"):
            found = canned.found_by(_query(request), branch_id=conversation.branch_id)
        options = [
            Option(text, f"/{response.shortcut}", text)
            for response in found
            if (text := canned.fill(response.text, conversation=conversation, operator=user))
        ]
        return part(request, TEMPLATE, {"options": options})

    @method_decorator(require_GET)
    def colleagues_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Those who may see the conversation."""
        conversation = self._seen(request, object_id)
        colleagues = mentioning.colleagues(conversation, without=user_of(request))
        named = _named(colleagues, _query(request)).order_by("first_name", "last_name", "username")
        options = [
            Option(f"@{user.username} ", user.display_name, f"@{user.username}", _avatar(user))
            for user in named[:SHOWN]
        ]
        return part(request, TEMPLATE, {"options": options})


def _query(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\0", "")[:LONGEST_QUERY]


def _named(users: QuerySet[User], query: str) -> QuerySet[User]:
    """Whose names begin so, or contain it in the middle of a double name."""
    by_name = Q(first_name__icontains=query) | Q(last_name__icontains=query)
    return users.filter(by_name | Q(username__icontains=query))


def _avatar(user: User) -> Avatar:
    return Avatar(initials(user.display_name), user.pk % TONES)
