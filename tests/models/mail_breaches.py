"""Breaches of what holds for mails to visitors (test_invariants runs them)."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from messenger.models import Inbox, MailRefusal, VisitorMail

NOW = timezone.now()


def write(*mails: dict[str, Any]) -> Callable[[Any], Any]:
    def breach(world: Any) -> None:
        for values in mails:
            usual = {"conversation": world.conversation, "from_message_id": 1, "up_to_message_id": 2}
            VisitorMail.objects.create(**(usual | values))

    return breach


def refuse(*digests: str) -> Callable[[Any], Any]:
    def breach(world: Any) -> None:
        for digest in digests:
            MailRefusal.objects.create(inbox=world.inbox, digest=digest)

    return breach


SENT = {"state": "sent", "finished_at": NOW}
BREACHES: list[tuple[str, Callable[[Any], Any]]] = [
    (
        "messenger_inbox_mail_after",
        lambda world: Inbox.objects.filter(pk=world.inbox.pk).update(mail_after_minutes=0),
    ),
    (
        "messenger_inbox_mail_after",
        lambda world: Inbox.objects.filter(pk=world.inbox.pk).update(mail_after_minutes=1441),
    ),
    ("messenger_mail_refused_once", refuse("a" * 64, "a" * 64)),
    ("messenger_mail_refusal_digest", refuse("maria@example.org")),
    ("messenger_mail_once", write(SENT, SENT)),
    ("messenger_mail_one_waits", write({}, {"up_to_message_id": 3})),
    ("messenger_mail_range", write({"from_message_id": 3})),
    ("messenger_mail_finished", write({"state": "sent"})),
    ("messenger_mail_finished", write({"finished_at": NOW})),
    ("messenger_mail_finished", write({"state": "lost", "finished_at": NOW})),
]
