"""Breaches of what holds for webhooks and automatic answers (test_invariants runs them)."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from messenger.models import Inbox, Message, WebhookDelivery

NOW = timezone.now()


def deliver(**values: Any) -> Callable[[Any], Any]:
    def breach(world: Any) -> None:
        message = Message.objects.filter(conversation=world.conversation).first()
        WebhookDelivery.objects.create(
            inbox=world.inbox,
            conversation=world.conversation,
            conversation_status="open",
            conversation_branch=world.conversation.branch_id,
            message=message if values.pop("of_message", False) else None,
            **{"event": "conversation.created", "state": "waiting"} | values,
        )

    return breach


def set_inbox(**values: Any) -> Callable[[Any], Any]:
    return lambda world: Inbox.objects.filter(pk=world.inbox.pk).update(**values)


BREACHES: list[tuple[str, Callable[[Any], Any]]] = [
    ("messenger_inbox_webhook_url", set_inbox(webhook_enabled=True, webhook_url="")),
    ("messenger_inbox_webhook_events", set_inbox(webhook_events=["message.in", "message.deleted"])),
    ("messenger_inbox_auto_reply", set_inbox(auto_reply_enabled=True, auto_reply_text="")),
    ("messenger_message_automatic", lambda world: world.messages().update(is_automatic=True)),
    ("messenger_webhook_what", deliver(event="message.in")),
    ("messenger_webhook_what", deliver(event="conversation.closed", of_message=True)),
    ("messenger_webhook_finished", deliver(state="delivered")),
    ("messenger_webhook_finished", deliver(state="waiting", finished_at=NOW)),
]
