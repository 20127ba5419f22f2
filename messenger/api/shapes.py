"""Shapes of requests and answers: for validation where it is not on the hot path, and for the OpenAPI schema."""

from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

META_BYTES = 4_096
LAST_ID = 2**63 - 1
ASKED = ["required", "optional"]


def said(data: Any) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None}


class LenientUrl(serializers.CharField):
    """An address of a page: shortened, and dropped where it is no web address; it is a claim of the browser."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_blank=True, default="", **kwargs)

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)[:2000]
        return value if value.startswith(("http://", "https://")) else ""


class InboxToken(serializers.Serializer[Any]):
    widget_token = serializers.CharField(
        required=False, allow_blank=True, help_text="Names the inbox, where no header does."
    )


class Tokens(InboxToken):
    widget_session_token = serializers.CharField(
        required=False, allow_blank=True, help_text="The visitor's session, where no header names it."
    )


class Bootstrap(InboxToken):
    visitor_token = serializers.CharField(required=False, allow_blank=True, default="")
    contact_external_id = serializers.CharField(required=False, allow_blank=True, default="", max_length=190)
    identity_hash = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)
    name = serializers.CharField(required=False, allow_blank=True, default="", max_length=120)
    email = serializers.EmailField(required=False, allow_blank=True, default="", max_length=254)
    phone = serializers.CharField(required=False, allow_blank=True, default="", max_length=40)
    locale = serializers.CharField(required=False, allow_blank=True, default="", max_length=35)
    page_url = LenientUrl()
    referrer = LenientUrl()
    meta = serializers.DictField(required=False, default=dict)

    def to_internal_value(self, data: Any) -> Any:
        """What is null was not said."""
        return super().to_internal_value(said(data))

    def validate_meta(self, value: dict[str, Any]) -> dict[str, Any]:
        try:
            text = orjson.dumps(value)
        except orjson.JSONEncodeError as error:
            raise serializers.ValidationError(_("The data is nested too deeply.")) from error
        if len(text) > META_BYTES:
            raise serializers.ValidationError(_("At most 4 KB of data."))
        if rb"\u0000" in text.replace(rb"\\", b""):
            raise serializers.ValidationError(_("The text has characters that can't be stored."))
        return value


class Send(Tokens):
    body = serializers.CharField()
    client_message_id = serializers.UUIDField(
        required=False, help_text="What is sent again under the same id is stored once."
    )
    hp = serializers.CharField(required=False, allow_blank=True, help_text="Must stay empty.")
    captcha = serializers.CharField(
        required=False, help_text="Solution of the `challenge`: base64 of ALTCHA's JSON, version 1."
    )


class SendForm(Send):
    body = serializers.CharField(required=False, allow_blank=True, help_text="May be empty beside a file.")
    files = serializers.ListField(child=serializers.FileField(), required=False, max_length=5)
    file = serializers.FileField(required=False, help_text="The same for a single one.")


class Contact(Tokens):
    name = serializers.CharField(required=False, allow_blank=True, default="", max_length=120)
    email = serializers.EmailField(required=False, allow_blank=True, default="", max_length=254)
    phone = serializers.RegexField(
        r"^[+(\d][\d\s().+/-]{3,38}\d$",
        required=False,
        allow_blank=True,
        default="",
        max_length=40,
        error_messages={"invalid": _("Write a phone number such as +7 900 123-45-67.")},
    )
    consent = serializers.BooleanField(required=False, default=False)
    privacy_text = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        trim_whitespace=False,
        help_text="What was agreed to, as it was shown: refused where the inbox asks for something else by now.",
    )

    def to_internal_value(self, data: Any) -> Any:
        """What is null was not said."""
        return super().to_internal_value(said(data))


class ContactAnswer(serializers.Serializer[Any]):
    name = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    consent = serializers.BooleanField(
        help_text="Whether the visitor agreed to the privacy text as it reads now."
    )


class MarkRead(Tokens):
    """One of both is wanted."""

    last_message_id = serializers.IntegerField(
        required=False, min_value=0, max_value=LAST_ID, help_text="What came up to this one; wins."
    )
    message_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=0, max_value=LAST_ID),
        required=False,
        min_length=1,
        max_length=500,
    )


class Rate(Tokens):
    score = serializers.IntegerField(min_value=0, max_value=10, help_text="1 to 5 stars, or 0 to 10 for NPS.")
    comment = serializers.CharField(required=False, allow_blank=True, max_length=2000)


class Attachment(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    url = serializers.CharField()
    original_name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)


class Message(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    direction = serializers.ChoiceField(choices=["in", "out"])
    body = serializers.CharField()
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
    sender_name = serializers.CharField(allow_null=True)
    sender_avatar = serializers.CharField(allow_null=True)
    client_message_id = serializers.UUIDField(allow_null=True)
    attachments = Attachment(many=True)


class Conversation(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    status = serializers.ChoiceField(choices=["open", "pending", "resolved", "closed"])
    assignee_name = serializers.CharField(allow_null=True)
    assignee_avatar = serializers.CharField(allow_null=True)


class State(serializers.Serializer[Any]):
    operator_typing = serializers.BooleanField()
    operator_read_up_to = serializers.IntegerField()
    rating_requested = serializers.BooleanField()
    rating_type = serializers.ChoiceField(choices=["stars", "nps"])
    rating_max_score = serializers.ChoiceField(choices=[5, 10])
    conversation = Conversation()


class PollAnswer(State):
    messages = Message(many=True)
    has_more = serializers.BooleanField()


class StreamReady(State):
    since_id = serializers.IntegerField()


class StreamUpdate(PollAnswer):
    since_id = serializers.IntegerField(help_text="What comes next is newer than this message.")


class StreamEvent(serializers.Serializer[Any]):
    """Described by `EventOfStream`."""


class Challenge(serializers.Serializer[Any]):
    """ALTCHA, version 1: the hex SHA-256 of `salt` and a number up to `maxnumber` is `challenge`."""

    algorithm = serializers.ChoiceField(choices=["SHA-256"])
    challenge = serializers.RegexField(r"^[0-9a-f]{64}$")
    maxnumber = serializers.IntegerField()
    salt = serializers.CharField()
    signature = serializers.CharField()


class PrechatFields(serializers.Serializer[Any]):
    """Those that are still unknown."""

    name = serializers.ChoiceField(choices=ASKED, required=False)
    email = serializers.ChoiceField(choices=ASKED, required=False)
    phone = serializers.ChoiceField(choices=ASKED, required=False)


class BootstrapAnswer(PollAnswer):
    widget_session_token = serializers.CharField()
    visitor_token = serializers.CharField()
    conversation_id = serializers.IntegerField()
    initial_messages = Message(many=True)
    outside_working_hours = serializers.BooleanField()
    working_hours_message = serializers.CharField()
    working_hours_display = serializers.CharField()
    next_opening_at = serializers.DateTimeField(allow_null=True)
    offline_mode = serializers.BooleanField()
    offline_message = serializers.CharField()
    details_wanted = serializers.ListField(
        child=serializers.ChoiceField(choices=["name", "email", "phone"]),
        help_text="What to ask the visitor for while nobody is there.",
    )
    title = serializers.CharField()
    greeting = serializers.CharField()
    color = serializers.CharField()
    position = serializers.ChoiceField(choices=["left", "right"])
    locale = serializers.CharField()
    prechat_required = serializers.BooleanField()
    prechat_fields = PrechatFields()
    privacy_text = serializers.CharField()
    privacy_url = serializers.CharField()
    consent_required = serializers.BooleanField()
    sse_enabled = serializers.BooleanField()
    attachments_enabled = serializers.BooleanField()
    max_file_size_bytes = serializers.IntegerField()
    allowed_content_types = serializers.ListField(child=serializers.CharField())
    max_files = serializers.IntegerField()
    captcha_required = serializers.BooleanField()
    challenge = Challenge(allow_null=True)
    poll_interval_ms = serializers.IntegerField()


class StatusAnswer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["ok"])


class MarkReadAnswer(StatusAnswer):
    read_at = serializers.DateTimeField()


class Error(serializers.Serializer[Any]):
    detail = serializers.CharField(help_text="A sentence in the reader's language.")
    code = serializers.CharField(
        required=False, help_text="Never changes; missing where the messenger is turned off."
    )
    fields = serializers.DictField(required=False, child=serializers.ListField(child=serializers.CharField()))  # type: ignore[assignment]
    challenge = Challenge(required=False, help_text="With `captcha_required`.")


class OperatorTypingAnswer(serializers.Serializer[Any]):
    operator_typing = serializers.BooleanField()
    contact_typing = serializers.BooleanField()


class UnreadAnswer(serializers.Serializer[Any]):
    unread = serializers.IntegerField()


class MyStatus(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["online", "away", "busy", "offline"])
    next = serializers.CharField(required=False, help_text="Where a form leads back to; on this host only.")


class MyStatusAnswer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["online", "away", "busy", "offline"])
