"""Who gets no mail: the inbox, the client or the server is against it, or it is no answer to tell of."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from crm.models import User
from messenger.lib import clock
from messenger.models import Contact, Conversation, Inbox, Message, VisitorMail
from messenger.services import noting
from messenger.services.auto_reply import auto_reply
from messenger.services.privacy.anonymize import anonymize
from messenger.services.status import close
from messenger.services.visitor_mail import missed
from messenger.services.visitor_mail.unsubscribing import unsubscribe
from tests.letterbox import Letterbox
from tests.services.visitor_mail.conftest import MINUTE, After, Answer

pytestmark = pytest.mark.django_db


def set_contact(**values: Any) -> Callable[[Conversation], Any]:
    return lambda left: Contact.objects.filter(pk=left.contact_id).update(**values)


def set_inbox(**values: Any) -> Callable[[Conversation], Any]:
    return lambda left: Inbox.objects.filter(pk=left.inbox_id).update(**values)


def unsubscribe_elsewhere(left: Conversation) -> None:
    """The same address, given by another visitor of the inbox."""
    unsubscribe(Contact.objects.create(inbox=left.inbox, email="MARIA@example.org"))


def unsubscribe_and_change_back(left: Conversation) -> None:
    """Who wants to trouble somebody may give another address, and theirs again."""
    unsubscribe(Contact.objects.get(pk=left.contact_id))
    for email in ("other@example.org", "maria@example.org"):
        Contact.objects.filter(pk=left.contact_id).update(email=email)


def unsubscribe_and_go(left: Conversation) -> None:
    """The contact that refused is anonymized; another one gives the same address."""
    gone = Contact.objects.create(inbox=left.inbox, email="maria@example.org")
    unsubscribe(gone)
    anonymize(gone.pk, redact_messages=True)


REASONS = {
    "the inbox wants none": set_inbox(mail_enabled=False),
    "the inbox is off": set_inbox(is_active=False),
    "no address": set_contact(email=""),
    "blocked": set_contact(is_blocked=True),
    "anonymized": set_contact(name="", email="", anonymized_at=timezone.now()),
    "unsubscribed": lambda left: unsubscribe(Contact.objects.get(pk=left.contact_id)),
    "unsubscribed, and another address meanwhile": unsubscribe_and_change_back,
    "the address unsubscribed, whose contact is gone": unsubscribe_and_go,
    "the address unsubscribed": unsubscribe_elsewhere,
}
REASON = pytest.mark.parametrize("because", REASONS.values(), ids=REASONS)


@REASON
def test_nobody_is_mailed(
    left: Conversation,
    answer: Answer,
    after: After,
    letterbox: Letterbox,
    because: Callable[[Conversation], Any],
) -> None:
    answer()
    because(left)
    after(6)
    assert letterbox.letters == []
    assert not VisitorMail.objects.exists()


@REASON
def test_nobody_is_mailed_who_wanted_it_when_the_outbox_was_written(
    left: Conversation,
    answer: Answer,
    after: After,
    letterbox: Letterbox,
    noon: datetime,
    because: Callable[[Conversation], Any],
) -> None:
    answer()
    with clock.at(noon + 6 * MINUTE):
        missed.write_outbox()
    because(left)
    after(7)
    assert letterbox.letters == []
    assert VisitorMail.objects.get().state == "not_needed"


@pytest.mark.parametrize("lacking", ["SENDS_MAIL", "MESSENGER_PUBLIC_URL", "MESSENGER_ENABLED"])
def test_nothing_happens_where_it_can_not_go_out(
    answer: Answer, after: After, letterbox: Letterbox, settings: LazySettings, lacking: str
) -> None:
    answer()
    setattr(settings, lacking, "")
    after(6)
    assert letterbox.letters == []
    assert not VisitorMail.objects.exists()


def test_a_note_is_no_answer(
    left: Conversation, operator: User, after: After, letterbox: Letterbox, noon: datetime
) -> None:
    with clock.at(noon):
        noting.add_note(conversation_id=left.pk, author=operator, body="Difficult client")
    after(6)
    assert letterbox.letters == []


def test_an_automatic_answer_is_none(
    left: Conversation, operator: User, answer: Answer, after: After, letterbox: Letterbox, noon: datetime
) -> None:
    left.inbox.auto_reply_enabled, left.inbox.auto_reply_text = True, "We got your message"
    Conversation.objects.filter(pk=left.pk).update(assignee=operator, assignee_assigned_at=timezone.now())
    left.refresh_from_db(fields=["assignee"])
    with clock.at(noon):
        auto_reply(left)
    assert Message.objects.filter(is_automatic=True).exists()
    after(6)
    assert letterbox.letters == []
    answer("A person", minutes=7)
    after(13)
    assert "A person" in letterbox.only.text
    assert "We got" not in letterbox.only.text


def test_what_is_older_than_a_day_is_not_told(answer: Answer, after: After, letterbox: Letterbox) -> None:
    answer("Late")
    after(24 * 60 + 6)
    assert letterbox.letters == []


def test_the_longest_wait_leaves_time_to_mail(
    left: Conversation, answer: Answer, after: After, letterbox: Letterbox
) -> None:
    set_inbox(mail_after_minutes=1440)(left)
    answer()
    after(1439)
    assert letterbox.letters == []
    after(1441)
    assert len(letterbox.letters) == 1


def test_an_answer_given_just_before_closing_goes_out(
    left: Conversation, operator: User, answer: Answer, after: After, letterbox: Letterbox
) -> None:
    answer()
    close(conversation_id=left.pk, actor=operator)
    after(6)
    assert len(letterbox.letters) == 1


def test_who_went_on_in_a_new_conversation_has_the_thread_before_them(
    left: Conversation, operator: User, answer: Answer, after: After, letterbox: Letterbox
) -> None:
    answer()
    close(conversation_id=left.pk, actor=operator)
    Conversation.objects.create(inbox=left.inbox, branch=left.branch, contact=left.contact)
    after(6)
    assert letterbox.letters == []
