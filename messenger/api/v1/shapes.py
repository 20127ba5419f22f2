"""Shapes of what integrations ask, send and are answered."""

from typing import Any

from rest_framework import serializers

from messenger.api.shapes import LAST_ID, Attachment
from messenger.models.integration_token import Scope

STATUSES = ["open", "pending", "resolved", "closed"]
PAGE, LARGEST_PAGE = 50, 100


class Number(serializers.IntegerField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_value=LAST_ID, **kwargs)


class Text(serializers.CharField):
    """A text, and no number that could be written as one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Paged(serializers.Serializer[Any]):
    limit = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_PAGE, default=PAGE, help_text="Rows of a page."
    )


class ConversationsQuery(Paged):
    cursor = serializers.CharField(
        required=False, help_text="`next_cursor` of the page before, with the same filters."
    )
    status = serializers.MultipleChoiceField(choices=STATUSES, required=False, help_text="One or several.")
    inbox = Number(required=False)
    branch = Number(required=False)
    assignee = Number(required=False, help_text="The id of an operator.")
    unassigned = serializers.BooleanField(required=False, help_text="Only those that nobody has.")
    contact = serializers.UUIDField(required=False)
    since = serializers.DateTimeField(required=False, help_text="Those with a message at or after this time.")


class MessagesQuery(Paged):
    since_id = Number(required=False, help_text="What is newer than this message; 0 from the start.")
    before_id = Number(required=False, help_text="The last ones before this message.")


class ContactsQuery(Paged):
    cursor = serializers.UUIDField(required=False, help_text="`next_cursor` of the page before.")
    inbox = Number(required=False)
    external_id = serializers.CharField(
        required=False, max_length=190, help_text="The verified id, as the site vouched for it."
    )
    email = serializers.CharField(required=False, max_length=254, help_text="In any case.")
    phone = serializers.CharField(required=False, max_length=40, help_text="However it is written.")


class Assignee(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    name = serializers.CharField()


class RestConversation(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    inbox_id = serializers.IntegerField()
    branch_id = serializers.IntegerField()
    contact_id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=STATUSES)
    assignee = Assignee(allow_null=True)
    assignee_opened_at = serializers.DateTimeField(
        allow_null=True, help_text="null as long as the assignee has not looked at it."
    )
    labels = serializers.ListField(child=serializers.CharField())
    unread_count = serializers.IntegerField(help_text="Messages that its operator has not read.")
    last_message_id = serializers.IntegerField(allow_null=True)
    last_message_at = serializers.DateTimeField(allow_null=True)
    waiting_since = serializers.DateTimeField(
        allow_null=True, help_text="Since when the contact waits for an answer."
    )
    rating_score = serializers.IntegerField(allow_null=True)
    rating_comment = serializers.CharField()
    page_url = serializers.CharField()
    locale = serializers.CharField()
    meta = serializers.DictField(help_text="What the site's page told of itself.")
    created_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)


class RestConversationPage(serializers.Serializer[Any]):
    results = RestConversation(many=True)
    next_cursor = serializers.CharField(allow_null=True, help_text="null on the last page.")


class RestMessage(serializers.Serializer[Any]):
    """As in webhooks, and with its files. Internal notes are in no answer."""

    id = serializers.IntegerField()
    conversation_id = serializers.IntegerField()
    direction = serializers.ChoiceField(choices=["in", "out"])
    body = serializers.CharField()
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
    sender_contact_id = serializers.UUIDField(allow_null=True)
    sender_user_id = serializers.IntegerField(allow_null=True)
    sender_name = serializers.CharField()
    is_automatic = serializers.BooleanField(help_text="The inbox's automatic answer.")
    client_message_id = serializers.UUIDField(allow_null=True)
    attachments = Attachment(many=True, help_text="Their links need no token, and expire after a day or two.")


class RestMessagePage(serializers.Serializer[Any]):
    """The oldest first."""

    results = RestMessage(many=True)
    has_more = serializers.BooleanField()


class NewMessage(serializers.Serializer[Any]):
    body = Text(trim_whitespace=False)
    client_message_id = serializers.UUIDField(required=False, help_text="Or the header `Idempotency-Key`.")


class NewMessageOfForm(NewMessage):
    """Files come beside it."""

    body = Text(trim_whitespace=False, required=False, allow_blank=True, default="")


class NewMessageForm(NewMessageOfForm):
    """What a file is, is told by its content, whatever its name says."""

    body = Text(required=False, allow_blank=True, help_text="May be empty beside a file.")
    files = serializers.ListField(child=serializers.FileField(), required=False, max_length=5)
    file = serializers.FileField(required=False, help_text="The same for a single one.")


class Assignment(serializers.Serializer[Any]):
    assignee = Number(allow_null=True, help_text="An operator of its branch; null: back to the queue.")
    expected_assignee = Number(
        required=False,
        allow_null=True,
        help_text="Who has it, as far as you know: where it is somebody else, nothing is changed (409).",
    )


class RestContact(serializers.Serializer[Any]):
    """After its data was removed, `anonymized_at` is set and all that told of the person is empty."""

    id = serializers.UUIDField()
    inbox_id = serializers.IntegerField()
    external_id = serializers.CharField(help_text="Vouched for by the site; empty where it is not known.")
    name = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    region = serializers.CharField(allow_null=True)
    locale = serializers.CharField()
    is_blocked = serializers.BooleanField()
    anonymized_at = serializers.DateTimeField(allow_null=True)
    last_seen_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class RestContactPage(serializers.Serializer[Any]):
    results = RestContact(many=True)
    next_cursor = serializers.UUIDField(allow_null=True, help_text="null on the last page.")


class RestContactChange(serializers.Serializer[Any]):
    """What is left out stays."""

    name = Text(required=False, allow_blank=True, max_length=120)
    email = serializers.EmailField(required=False, allow_blank=True, max_length=254)
    phone = Text(required=False, allow_blank=True, max_length=40)


class RestOperator(Assignee):
    branch_id = serializers.IntegerField(allow_null=True)
    status = serializers.ChoiceField(choices=["online", "away", "busy", "offline"])


class RestOperators(serializers.Serializer[Any]):
    results = RestOperator(many=True)


class RestToken(serializers.Serializer[Any]):
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=list(Scope.values)))
    inboxes = serializers.ListField(
        child=serializers.IntegerField(), allow_null=True, help_text="null: no limit."
    )
    acts_as = Assignee()
    expires_at = serializers.DateTimeField(allow_null=True)
