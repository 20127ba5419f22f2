"""The workspace: a conversation's page, the parts by which it stays up to date, and what can be done on it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_GET, require_POST

from crm.models import User
from messenger.admin import timeline
from messenger.admin.base import user_of
from messenger.admin.event_words import change_by_another
from messenger.admin.parts import part, refusal, sentence_of, wants_part
from messenger.admin.uploads import stored_files, takes_files
from messenger.admin.workspace_page import fragment_context, page_context
from messenger.exceptions import Invalid, MessengerError
from messenger.models import Conversation
from messenger.services import mentioning, noting, posting, reading, status

if TYPE_CHECKING:
    from messenger.admin.base import MessengerAdmin

    Base = MessengerAdmin[Conversation]
else:
    Base = object

PAGE = "admin/messenger/conversation/workspace.html"
# Digits that are a number of the database's in any case.
LONGEST_ID = 18
FRAGMENT = "admin/messenger/conversation/fragment.html"

# What each button does.
ACTIONS: dict[str, Callable[[int, User], object]] = {
    "take": lambda pk, user: status.take(conversation_id=pk, operator=user),
    "resolve": lambda pk, user: status.resolve(conversation_id=pk, actor=user),
    "close": lambda pk, user: status.close(conversation_id=pk, actor=user),
    "reopen": lambda pk, user: status.reopen(conversation_id=pk, actor=user),
}


class Workspace(Base):
    """The change page of conversations and its routes. Whoever may not see a conversation gets 404."""

    def get_own_urls(self) -> list[URLPattern]:
        views: dict[str, Callable[..., HttpResponse]] = {
            "timeline": self.timeline_view,
            "reply": self.reply_view,
            "read": self.read_view,
            "<slug:action>": self.action_view,
        }
        own = [
            path(
                f"<int:object_id>/change/{route}/",
                self.admin_site.admin_view(view),
                name=f"messenger_conversation_{'action' if route[0] == '<' else route}",
            )
            for route, view in views.items()
        ]
        # The action's route takes any word: it comes last.
        return [*super().get_own_urls(), *own]

    @method_decorator(require_GET)
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        conversation = self._seen(request, object_id)
        context = {
            **self.admin_site.each_context(request),
            **page_context(conversation, user_of(request), can_change=self.has_change_permission(request)),
            "opts": self.opts,
            **(extra_context or {}),
        }
        return TemplateResponse(request, PAGE, context)

    @method_decorator(require_GET)
    def timeline_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A page of history (see `_history`), or what came after `since_id` and `since_event`."""
        conversation = self._seen(request, object_id)
        if "before_id" in request.GET:
            return self._fragment(request, conversation, _history(conversation, request.GET))
        return self._news(request, conversation, request.GET)

    @method_decorator([takes_files, require_POST])
    def reply_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """An answer, or by `kind` a note among colleagues."""
        is_note = _checked_kind(request.POST.get("kind", "answer")) == "note"

        def post(pk: int, user: User) -> None:
            written: dict[str, Any] = {
                "conversation_id": pk,
                "body": request.POST.get("body", ""),
                "client_message_id": _uuid(request.POST.get("client_message_id")),
            }
            with stored_files(request, conversation_id=pk) as files:
                if is_note:
                    noting.add_note(**written, author=user, files=files)
                else:
                    posting.post_from_operator(**written, operator=user, files=files)

        return self._do(request, object_id, post)

    @method_decorator(require_POST)
    def action_view(self, request: HttpRequest, object_id: int, action: str) -> HttpResponse:
        if action not in ACTIONS:
            raise Http404
        return self._do(request, object_id, ACTIONS[action], tells=change_by_another)

    @method_decorator(require_POST)
    def read_view(self, request: HttpRequest, object_id: int) -> JsonResponse:
        """The page says that its messages are before the operator's eyes, and with them the notes that name them."""
        pk, user = self._changed(request, object_id).pk, user_of(request)
        counted = reading.mark_read_by_operator(conversation_id=pk, operator=user)
        seen = mentioning.mark_seen(conversation_id=pk, user=user)
        return JsonResponse({"status": "ok", "counted": counted, "seen": seen})

    def _do(
        self,
        request: HttpRequest,
        object_id: int,
        verb: Callable[[int, User], object],
        tells: Callable[[Conversation, User], str] = lambda _conversation, _user: "",
    ) -> HttpResponse:
        """`tells` the user what they may not expect to see afterwards."""
        conversation, user = self._changed(request, object_id), self._reader(request)
        try:
            verb(conversation.pk, user)
        except MessengerError as error:
            if wants_part(request):
                return refusal(error)
            messages.error(request, sentence_of(error))
            return self._back(conversation)
        told = tells(conversation, user)
        if wants_part(request):
            return self._news(request, self._seen(request, object_id), request.POST, told)
        if told:
            messages.info(request, told)
        return self._back(conversation)

    def _reader(self, request: HttpRequest) -> User:
        """Whoever the page was made for: it says so, and somebody else may have logged in since."""
        user = user_of(request)
        if request.POST.get("as", str(user.pk)) != str(user.pk):
            raise PermissionDenied
        return user

    def _back(self, conversation: Conversation) -> HttpResponseRedirect:
        return HttpResponseRedirect(reverse("admin:messenger_conversation_change", args=[conversation.pk]))

    def _news(
        self, request: HttpRequest, conversation: Conversation, parameters: Any, told: str = ""
    ) -> HttpResponse:
        cursor = timeline.Cursor(_number(parameters.get("since_id")), _number(parameters.get("since_event")))
        return self._fragment(request, conversation, timeline.since(conversation, cursor), told)

    def _fragment(
        self, request: HttpRequest, conversation: Conversation, lines: timeline.Timeline, told: str = ""
    ) -> HttpResponse:
        can_change = self.has_change_permission(request)
        context = fragment_context(conversation, lines, user_of(request), can_change=can_change)
        return part(request, FRAGMENT, {**context, "told": told})

    def _seen(self, request: HttpRequest, object_id: int | str) -> Conversation:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if not str(object_id).isdecimal() or len(str(object_id)) > LONGEST_ID:
            raise Http404
        related = ("contact__region", "inbox", "branch", "assignee")
        conversation = self.get_queryset(request).select_related(*related).filter(pk=object_id).first()
        if conversation is None:
            raise Http404
        return conversation

    def _changed(self, request: HttpRequest, object_id: int) -> Conversation:
        if not self.has_change_permission(request):
            raise PermissionDenied
        conversation = self.get_queryset(request).filter(pk=object_id).first()
        if conversation is None:
            raise Http404
        return conversation


def _history(conversation: Conversation, said: QueryDict) -> timeline.Timeline:
    """Of the messages before `before_id`: those around `around_id`, the first after `after_id` where `from` says
    "start", or else the last, as far back as `after_id`."""
    before_id, after_id = _number(said.get("before_id")), _number(said.get("after_id"))
    if "around_id" in said:
        around_id = _number(said.get("around_id"))
        return timeline.around(conversation, message_id=around_id, before_id=before_id)
    if said.get("from") == "start":
        return timeline.later(conversation, after_id=after_id, before_id=before_id)
    return timeline.earlier(conversation, before_id=before_id, after_id=after_id)


def _checked_kind(kind: str) -> str:
    """A note that is mistaken for an answer would be sent to the client: what is neither is refused."""
    if kind not in {"answer", "note"}:
        raise BadRequest("neither an answer nor a note")
    return kind


def _number(text: str | None) -> int:
    """An id from an address; 0 where there is none, 400 where it is something else."""
    if not text:
        return 0
    if not text.isdecimal() or len(text) > LONGEST_ID:
        raise BadRequest("not a number")
    return int(text)


def _uuid(text: str | None) -> UUID | None:
    if not text:
        return None
    try:
        return UUID(text)
    except ValueError as error:
        raise Invalid({"client_message_id": [error]}) from error
