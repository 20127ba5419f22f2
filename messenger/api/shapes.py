"""Shapes of requests and answers: for validation where it is not on the hot path, and for the OpenAPI schema."""

from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

META_BYTES = 4_096


def said(data: Any) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None}


class LenientUrl(serializers.CharField):
    """An address of a page: shortened, and dropped where it is no web address; it is a claim of the browser."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, allow_blank=True, default="", **kwargs)

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)[:2000]
        return value if value.startswith(("http://", "https://")) else ""


class BootstrapRequest(serializers.Serializer[Any]):
    widget_token = serializers.CharField(required=False)
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


class SendRequest(serializers.Serializer[Any]):
    body = serializers.CharField()
    client_message_id = serializers.UUIDField(required=False)
    hp = serializers.CharField(required=False, allow_blank=True, help_text="Must stay empty.")

    captcha = serializers.CharField(
        required=False, help_text="Solution of the `challenge`: base64 of ALTCHA's JSON, version 1."
    )


class SendForm(serializers.Serializer[Any]):
    body = serializers.CharField(required=False, allow_blank=True)
    client_message_id = serializers.UUIDField(required=False)
    hp = serializers.CharField(required=False, allow_blank=True, help_text="Must stay empty.")
    captcha = serializers.CharField(required=False)
    files = serializers.ListField(
        child=serializers.FileField(), required=False, max_length=5, help_text="Or `file`."
    )


class ContactRequest(serializers.Serializer[Any]):
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


class MarkReadRequest(serializers.Serializer[Any]):
    last_message_id = serializers.IntegerField(required=False, min_value=0)
    message_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=0), required=False, max_length=500
    )


class RateRequest(serializers.Serializer[Any]):
    score = serializers.IntegerField(min_value=0, max_value=10, help_text="1 to 5 stars, or 0 to 10 for NPS.")
    comment = serializers.CharField(required=False, allow_blank=True, max_length=2000)


class AttachmentShape(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    url = serializers.CharField()
    original_name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)


class MessageShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    direction = serializers.ChoiceField(choices=["in", "out"])
    body = serializers.CharField()
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)
    sender_name = serializers.CharField(allow_null=True)
    sender_avatar = serializers.CharField(allow_null=True)
    client_message_id = serializers.UUIDField(allow_null=True)
    attachments = AttachmentShape(many=True)


class ConversationShape(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    status = serializers.ChoiceField(choices=["open", "pending", "resolved", "closed"])
    assignee_name = serializers.CharField(allow_null=True)
    assignee_avatar = serializers.CharField(allow_null=True)


class PollAnswer(serializers.Serializer[Any]):
    messages = MessageShape(many=True)
    has_more = serializers.BooleanField()
    operator_typing = serializers.BooleanField()
    operator_read_up_to = serializers.IntegerField()
    rating_requested = serializers.BooleanField()
    rating_type = serializers.ChoiceField(choices=["stars", "nps"])
    rating_max_score = serializers.IntegerField()
    conversation = ConversationShape()


class BootstrapAnswer(PollAnswer):
    widget_session_token = serializers.CharField()
    visitor_token = serializers.CharField()
    conversation_id = serializers.IntegerField()
    initial_messages = MessageShape(many=True)
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
    prechat_fields = serializers.DictField(child=serializers.CharField())
    privacy_text = serializers.CharField()
    privacy_url = serializers.CharField()
    consent_required = serializers.BooleanField()
    sse_enabled = serializers.BooleanField()
    attachments_enabled = serializers.BooleanField()
    max_file_size_bytes = serializers.IntegerField()
    allowed_content_types = serializers.ListField(child=serializers.CharField())
    max_files = serializers.IntegerField()
    captcha_required = serializers.BooleanField()
    challenge = serializers.DictField(allow_null=True)
    poll_interval_ms = serializers.IntegerField()


class StatusAnswer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["ok"])


class MarkReadAnswer(StatusAnswer):
    read_at = serializers.DateTimeField()


class ErrorAnswer(serializers.Serializer[Any]):
    detail = serializers.CharField()
    code = serializers.CharField(required=False)
    fields = serializers.DictField(required=False, child=serializers.ListField(child=serializers.CharField()))  # type: ignore[assignment]


class OperatorTypingAnswer(serializers.Serializer[Any]):
    operator_typing = serializers.BooleanField()
    contact_typing = serializers.BooleanField()


class UnreadAnswer(serializers.Serializer[Any]):
    unread = serializers.IntegerField()


class MyStatusRequest(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["online", "away", "busy", "offline"])
    next = serializers.CharField(required=False, help_text="Where a form leads back to; on this host only.")


class MyStatusAnswer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["online", "away", "busy", "offline"])
