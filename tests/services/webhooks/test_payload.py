"""The body and the signatures, checked with the standard's own library."""

import base64
import hashlib
import hmac
import json
import re

import pytest
from django.conf import LazySettings
from django.utils import timezone
from standardwebhooks import Webhook, WebhookVerificationError

from crm.models import User
from messenger.models import Conversation, Inbox, WebhookDelivery
from messenger.services.posting import post_from_operator
from messenger.services.webhooks import payload
from tests.people import open_widget, write
from tests.services.webhooks.conftest import SECRET, hook

pytestmark = pytest.mark.django_db


def headers_of(inbox: Inbox, body: bytes) -> dict[str, str]:
    return payload.headers_of(inbox, event="message.in", public_id="msg_1", body=body, at=timezone.now())


def bodies(inbox: Inbox, operator: User) -> list[dict[str, object]]:
    assert inbox.branch is not None
    conversation = write(open_widget(inbox, inbox.branch), "Сколько стоит «доставка»?")
    post_from_operator(conversation_id=conversation.pk, operator=operator, body="Nothing")
    return [json.loads(payload.body_of(one)) for one in WebhookDelivery.objects.order_by("pk")]


def test_bodies_are_those_of_the_contract(inbox: Inbox, operator: User) -> None:
    hook(inbox, "https://example.com/hook")
    created, came, went = bodies(inbox, operator)
    conversation = Conversation.objects.get()
    about = {
        "id": conversation.pk,
        "inbox_id": inbox.pk,
        "branch_id": conversation.branch_id,
        "status": "open",
    }
    first, answer = conversation.messages.order_by("pk")
    assert created == {"event": "conversation.created", "conversation": about}
    said = came["message"]
    assert isinstance(said, dict)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d", said.pop("created_at"))
    assert came["conversation"] == about
    assert said == {
        "id": first.pk,
        "conversation_id": conversation.pk,
        "direction": "in",
        "body": "Сколько стоит «доставка»?",
        "sender_contact_id": str(conversation.contact_id),
    }
    answered = went["message"]
    assert isinstance(answered, dict)
    assert (answered["id"], answered["direction"]) == (answer.pk, "out")
    assert answered["sender_user_id"] == operator.pk
    assert "sender_contact_id" not in answered


@pytest.mark.parametrize("secret", [SECRET, "a shared secret, «any» text", "whsec_not base64!"])
def test_the_receiver_can_check_both_signatures(inbox: Inbox, secret: str) -> None:
    hook(inbox, "https://example.com/hook", secret=secret)
    body = '{"event": "message.in", "text": "да"}'.encode()
    headers = headers_of(inbox, body)
    ours = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    assert headers["X-Messenger-Signature"] == ours
    # The library knows base64 only; a secret that isn't stands for its bytes.
    standard = Webhook(secret if secret == SECRET else base64.b64encode(secret.encode()).decode())
    assert standard.verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        standard.verify(body + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        standard.verify(body, headers | {"webhook-id": "msg_2"})


def test_without_a_secret_nothing_is_signed(inbox: Inbox) -> None:
    hook(inbox, "https://example.com/hook", secret="")
    headers = headers_of(inbox, b"{}")
    assert {"webhook-signature", "X-Messenger-Signature"}.isdisjoint(headers)
    assert headers["webhook-id"] == "msg_1"
    assert headers["X-Messenger-Inbox-Id"] == str(inbox.pk)


def test_what_was_redacted_meanwhile_is_not_told(inbox: Inbox, operator: User) -> None:
    hook(inbox, "https://example.com/hook", "message.in")
    assert inbox.branch is not None
    conversation = write(open_widget(inbox, inbox.branch), "My passport is 4510")
    conversation.messages.update(body="[redacted]")
    assert b"4510" not in payload.body_of(WebhookDelivery.objects.get())


def test_files_are_told_with_their_links(inbox: Inbox, settings: LazySettings) -> None:
    settings.MESSENGER_PUBLIC_URL = "https://crm.example.com"
    hook(inbox, "https://example.com/hook", "message.in")
    assert inbox.branch is not None
    conversation = write(open_widget(inbox, inbox.branch))
    message = conversation.messages.get()
    message.attachments.create(
        file="x", original_name="a.png", content_type="image/png", size=9, sha256="0" * 64
    )
    body = json.loads(payload.body_of(WebhookDelivery.objects.get()))
    (file,) = body["message"]["attachments"]
    assert file["original_name"] == "a.png"
    assert file["url"].startswith(f"https://crm.example.com/api/widget/attachment/{file['id']}/?")
