"""Who else has a conversation's page before their eyes."""

import re

from django.core.exceptions import BadRequest
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_POST

from messenger.admin.base import user_of
from messenger.admin.workspace import Workspace
from messenger.services import looking

TAB = re.compile(r"[a-z0-9]{1,20}")


class Looking(Workspace):
    """The sign of a visible page: whoever sees the conversation gives it."""

    def get_own_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.looking_view)
        name = "messenger_conversation_looking"
        return [path("<int:object_id>/change/looking/", view, name=name), *super().get_own_urls()]

    @method_decorator(require_POST)
    def looking_view(self, request: HttpRequest, object_id: int) -> JsonResponse:
        """`tab` names the page; `leaving` says that it goes."""
        conversation, user = self._seen(request, object_id), user_of(request)
        tab = request.POST.get("tab", "")
        if not TAB.fullmatch(tab):
            raise BadRequest("no name of a tab")
        if request.POST.get("leaving"):
            looking.leave(conversation_id=conversation.pk, operator=user, tab=tab)
            return JsonResponse({"viewers": []})
        found = looking.look(conversation_id=conversation.pk, operator=user, tab=tab)
        viewers = [
            {
                "viewer": viewer.key,
                "user": viewer.user.pk,
                "name": viewer.user.display_name,
                "left_ms": viewer.left_ms,
            }
            for viewer in found
        ]
        return JsonResponse({"viewers": viewers})
