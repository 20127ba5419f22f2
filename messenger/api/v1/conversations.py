"""Conversations: found, assigned, and brought to an end."""

import re
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from crm.models import User
from messenger.api.v1 import shapes
from messenger.api.v1.description import CONVERSATION, described_for_integrations
from messenger.api.v1.rows import conversation_row
from messenger.api.v1.view import IntegrationView, number_of
from messenger.exceptions import Invalid
from messenger.models import Conversation
from messenger.models.conversation import ConversationQuerySet
from messenger.models.integration_token import Scope
from messenger.services import assigning, integrations
from messenger.services.newest import ORDER, Key, newest

_CURSOR = re.compile(r"[0-9]{1,17}-[0-9]{1,18}")
# By the name in the query string.
_FILTERS = {
    "inbox": "inbox",
    "branch": "branch",
    "assignee": "assignee",
    "contact": "contact",
    "status": "status__in",
    "since": "last_message_at__gte",
}


class ConversationsView(IntegrationView):
    """Conversations in which something was written, those with the newest message first."""

    scopes = {"GET": Scope.CONVERSATIONS_READ}

    @described_for_integrations(
        "list_conversations",
        None,
        {200: shapes.RestConversationPage},
        errors={400: ["invalid"]},
        parameters=[shapes.ConversationsQuery],
    )
    def get(self, request: Request) -> Response:
        query = self.asked(shapes.ConversationsQuery)
        parts = [_narrowed(part, query) for part in self.access.conversation_parts()]
        keys = newest(parts, query["limit"] + 1)
        page = keys[: query["limit"]]
        found = Conversation.objects.filter(pk__in=[pk for _at, pk in page]).order_by(*ORDER)
        rows = found.select_related("assignee").prefetch_related("labels")
        return Response(
            {
                "results": [conversation_row(row) for row in rows],
                "next_cursor": str(Key(*page[-1])) if len(keys) > len(page) else None,
            }
        )


def _narrowed(part: ConversationQuerySet, query: dict[str, Any]) -> ConversationQuerySet:
    # What was left out is None, and of several choices an empty collection.
    chosen = {
        lookup: value
        for name, lookup in _FILTERS.items()
        if (value := query[name]) is not None and value not in (set(), [])
    }
    if query["unassigned"]:
        part = part.filter(assignee__isnull=True)
    if query["cursor"]:
        if not _CURSOR.fullmatch(query["cursor"]):
            raise Invalid({"cursor": [_("This is no cursor of ours.")]})
        part = part.filter(Key.parse(query["cursor"]).below())
    return part.filter(**chosen)


class OneConversation(IntegrationView):
    """A view of one conversation; what it answers is how the conversation is now."""

    def answer(self, conversation_id: int) -> Response:
        return Response(conversation_row(self.access.conversation(conversation_id)))


class ConversationView(OneConversation):
    """One conversation."""

    scopes = {"GET": Scope.CONVERSATIONS_READ}

    @described_for_integrations(
        "get_conversation",
        None,
        {200: shapes.RestConversation},
        errors={404: ["not_found"]},
        parameters=[CONVERSATION],
    )
    def get(self, request: Request, conversation_id: str) -> Response:
        return self.answer(number_of(conversation_id))


class AssignView(OneConversation):
    """Gives the conversation to an operator of its branch, or back to the queue, from which it goes to the next who
    is free."""

    scopes = {"POST": Scope.CONVERSATIONS_WRITE}

    @described_for_integrations(
        "assign",
        shapes.Assignment,
        {200: shapes.RestConversation},
        errors={
            400: ["invalid"],
            404: ["not_found"],
            409: ["assignee_changed", "conversation_closed", "not_unfinished"],
        },
        parameters=[CONVERSATION],
    )
    def post(self, request: Request, conversation_id: str) -> Response:
        conversation = self.access.conversation(number_of(conversation_id))
        said = self.said(shapes.Assignment)
        had_by = said.get("expected_assignee", conversation.assignee_id)
        actor, pk = self.access.user, conversation.pk
        if said["assignee"] is None:
            assigning.give_back(conversation_id=pk, actor=actor, had_by=had_by)
        else:
            _assign(pk, actor, said["assignee"], had_by)
        return self.answer(pk)


def _assign(conversation_id: int, actor: User, operator_id: int, had_by: int | None) -> None:
    """Tells of the field by the name that it has here."""
    operator = User.objects.filter(pk=operator_id).first()
    try:
        if operator is None:
            raise Invalid({"operator": [_("There is no such operator.")]})
        assigning.assign_to(conversation_id=conversation_id, actor=actor, operator=operator, had_by=had_by)
    except Invalid as error:
        raise Invalid({"assignee": error.fields["operator"]}) from error


class StatusView(OneConversation):
    """Brings the conversation into one status."""

    scopes = {"POST": Scope.CONVERSATIONS_WRITE}
    verb: ClassVar[integrations.Verb]

    def post(self, request: Request, conversation_id: str) -> Response:
        conversation = self.access.conversation(number_of(conversation_id))
        integrations.set_status(conversation_id=conversation.pk, actor=self.access.user, verb=self.verb)
        return self.answer(conversation.pk)


def _described(verb: integrations.Verb, *conflicts: str) -> Any:
    errors = {404: ["not_found"]} | ({409: list(conflicts)} if conflicts else {})
    return described_for_integrations(
        verb, None, {200: shapes.RestConversation}, errors=errors, parameters=[CONVERSATION]
    )


class ResolveView(StatusView):
    """The question is answered. The contact's next message opens the conversation again."""

    verb = "resolve"

    @_described("resolve", "conversation_closed")
    def post(self, request: Request, conversation_id: str) -> Response:
        return super().post(request, conversation_id)


class CloseView(StatusView):
    """Ends the conversation. The contact's next message starts a new one."""

    verb = "close"

    @_described("close")
    def post(self, request: Request, conversation_id: str) -> Response:
        return super().post(request, conversation_id)


class ReopenView(StatusView):
    """Opens a resolved or closed conversation."""

    verb = "reopen"

    @_described("reopen", "already_active", "anonymized")
    def post(self, request: Request, conversation_id: str) -> Response:
        return super().post(request, conversation_id)
