"""The operators' small API: session of the admin, permission and branch."""

from typing import Any

from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.authentication import SessionAuthentication
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from crm.models import User
from messenger.api import shapes
from messenger.api.description import ROW_ID, described_for_operators
from messenger.api.negotiation import JsonAnswers
from messenger.api.parsers import OrjsonParser
from messenger.api.renderers import OrjsonRenderer
from messenger.api.visitor_request import checked_id
from messenger.exceptions import Invalid, NotAllowed, NotFound
from messenger.models import AgentProfile, Conversation
from messenger.services import presence, typing
from messenger.utils import ensure_messenger_enabled_api

CONVERSATION = OpenApiParameter("conversation_id", ROW_ID, OpenApiParameter.PATH)
LOCATION = OpenApiParameter("Location", str, OpenApiParameter.HEADER, response=[302], required=True)


class MayAnswer(BasePermission):
    """Staff whose role lets them work with conversations."""

    def has_permission(self, request: Request, view: Any) -> bool:
        user = request.user
        return bool(
            user and user.is_active and user.is_staff and user.has_perm("messenger.view_conversation")
        )


class CookieAuthentication(SessionAuthentication):
    """The admin's session, with CSRF; an anonymous request is answered 401."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"


class CookieScheme(SessionScheme):  # type: ignore[no-untyped-call]
    """How the OpenAPI schema describes it."""

    target_class = "messenger.api.operator.CookieAuthentication"


def operator_of(request: Request) -> User:
    """The user behind an admitted request."""
    if not isinstance(request.user, User):
        raise NotAllowed
    return request.user


class OperatorView(APIView):
    authentication_classes = [CookieAuthentication]
    permission_classes = [MayAnswer]
    renderer_classes = [OrjsonRenderer]
    content_negotiation_class = JsonAnswers
    parser_classes = [OrjsonParser, FormParser, MultiPartParser]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        ensure_messenger_enabled_api()
        super().initial(request, *args, **kwargs)


class OperatorTypingView(OperatorView):
    """Who is typing in a conversation of the operator's branch."""

    @described_for_operators("typing", None, {200: shapes.OperatorTypingAnswer}, errors={404: ["not_found"]})
    def get(self, request: Request, conversation_id: str) -> Response:
        return self._answer(self._visible(request, conversation_id))

    @described_for_operators(
        "mark_typing",
        None,
        {200: shapes.OperatorTypingAnswer},
        errors={404: ["not_found"]},
        parameters=[CONVERSATION],
        changes=True,
    )
    def post(self, request: Request, conversation_id: str) -> Response:
        pk = self._visible(request, conversation_id)
        typing.mark_typing(pk, "operator", operator=operator_of(request))
        return self._answer(pk)

    def _visible(self, request: Request, conversation_id: str) -> int:
        try:
            pk = checked_id("conversation_id", conversation_id)
        except Invalid:
            raise NotFound from None
        if not Conversation.objects.visible_to(operator_of(request)).filter(pk=pk).exists():
            raise NotFound
        return pk

    def _answer(self, conversation_id: int) -> Response:
        state = typing.typing_state(conversation_id)
        return Response({"operator_typing": state.operator, "contact_typing": state.contact})


class UnreadView(OperatorView):
    """The badge: unread messages in the operator's own conversations. Who asks is there."""

    @described_for_operators("unread", None, {200: shapes.UnreadAnswer})
    def get(self, request: Request) -> Response:
        operator = operator_of(request)
        presence.show_polling(operator)
        return Response({"unread": Conversation.objects.unread_of(operator)})


class MyStatusView(OperatorView):
    """The operator's own status. From a form it leads back to the page, asked for JSON it answers JSON."""

    @described_for_operators(
        "set_status",
        shapes.MyStatus,
        {
            200: OpenApiResponse(shapes.MyStatusAnswer, "To who sent or asked for JSON."),
            302: OpenApiResponse(None, "Back to the page whose form it was."),
        },
        errors={400: ["invalid"]},
        parameters=[LOCATION],
        changes=True,
    )
    def post(self, request: Request) -> Any:
        status = self.data(request).get("status")
        if status not in AgentProfile.Status.values:
            raise Invalid({"status": [_("Choose online, away, busy or offline.")]})
        presence.set_status(user=operator_of(request), status=status)
        if (
            "application/json" in request.headers.get("Accept", "")
            or request.content_type == "application/json"
        ):
            return Response({"status": status})
        # Django's `redirect` takes what is no address for the name of a view.
        return HttpResponseRedirect(self._back(request))

    @staticmethod
    def data(request: Request) -> dict[str, Any]:
        return request.data if isinstance(request.data, dict) else {}

    def _back(self, request: Request) -> str:
        target = self.data(request).get("next") or request.headers.get("Referer", "")
        safe = url_has_allowed_host_and_scheme(
            target, {request.get_host()}, require_https=request.is_secure()
        )
        return target if safe else reverse("admin:messenger_conversation_changelist")
