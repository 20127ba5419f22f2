"""Who gets a mail, and who doesn't: told by what arrives at a real mail server."""

import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection
from django.utils import timezone
from django_redis import get_redis_connection

from crm.models import User
from messenger.events import conversation_channel, visitor_channel
from messenger.lib import clock
from messenger.models import Contact, Conversation, Inbox, Message, VisitorMail
from messenger.models.contact import view_cache_key
from messenger.services import noting, posting, reading
from messenger.services.auto_reply import auto_reply
from messenger.services.status import close
from messenger.services.visitor_mail import missed
from messenger.volatile import volatile
from tests.letterbox import Letterbox
from tests.people import come, events_of
from tests.services.visitor_mail.conftest import MINUTE, After, Answer

pytestmark = pytest.mark.django_db


def test_answer_goes_out_when_it_was_unseen_for_long_enough(
    left: Conversation, answer: Answer, after: After, letterbox: Letterbox
) -> None:
    answer()
    after(4)
    assert letterbox.letters == []
    after(6)
    assert letterbox.only.to == ["maria@example.org"]
    assert events_of(left)[-1] == "mailed"


def test_all_that_was_missed_comes_in_one_mail_and_in_order(
    answer: Answer, after: After, letterbox: Letterbox
) -> None:
    answer("First")
    answer("Second", minutes=3)
    answer("Third", minutes=5.5)
    after(6)
    text = letterbox.only.text
    assert text.index("First") < text.index("Second") < text.index("Third")


def test_a_mail_is_not_repeated(answer: Answer, after: After, letterbox: Letterbox) -> None:
    answer()
    for minutes in (6, 7, 80, 600):
        after(minutes)
    assert len(letterbox.letters) == 1


def test_what_is_written_to_the_absent_later_is_gathered(
    answer: Answer, after: After, letterbox: Letterbox
) -> None:
    answer("First")
    after(6)
    answer("Second", minutes=10)
    answer("Third", minutes=50)
    after(60)
    assert len(letterbox.letters) == 1
    after(67)
    last = letterbox.letters[-1].text
    assert "First" not in last
    assert last.index("Second") < last.index("Third")


def test_who_came_back_and_left_again_is_away_anew(
    left: Conversation, answer: Answer, after: After, letterbox: Letterbox, noon: datetime
) -> None:
    answer("First")
    after(6)
    with clock.at(noon + 8 * MINUTE):
        reading.mark_read_by_contact(conversation_id=left.pk, last_message_id=2**40)
        posting.post_from_contact(
            inbox_id=left.inbox_id,
            conversation_id=left.pk,
            contact_id=left.contact_id,
            body="Thanks! And to Perm?",
            client_message_id=None,
        )
    answer("To Perm too", minutes=9)
    after(15)
    assert "To Perm too" in letterbox.letters[1].text
    assert "First" not in letterbox.letters[1].text


def test_seen_meanwhile(left: Conversation, answer: Answer, after: After, letterbox: Letterbox) -> None:
    seen = answer("Seen")
    answer("Unseen")
    reading.mark_read_by_contact(conversation_id=left.pk, message_ids=[seen.pk])
    after(6)
    assert "Unseen" in letterbox.only.text
    assert "Seen\n" not in letterbox.only.text


def test_seen_between_the_outbox_and_the_mail(
    left: Conversation, answer: Answer, after: After, letterbox: Letterbox, noon: datetime
) -> None:
    answer()
    with clock.at(noon + 6 * MINUTE):
        assert missed.write_outbox() == 1
    reading.mark_read_by_contact(conversation_id=left.pk, last_message_id=2**40)
    after(7)
    assert letterbox.letters == []
    assert VisitorMail.objects.get().state == "not_needed"
    assert "mailed" not in events_of(left)


def set_contact(**values: Any) -> Callable[[Conversation], Any]:
    return lambda left: Contact.objects.filter(pk=left.contact_id).update(**values)


def set_inbox(**values: Any) -> Callable[[Conversation], Any]:
    return lambda left: Inbox.objects.filter(pk=left.inbox_id).update(**values)


def unsubscribe_elsewhere(left: Conversation) -> None:
    """The same address, given by another visitor of the inbox."""
    Contact.objects.create(inbox=left.inbox, email="MARIA@example.org", mail_unsubscribed_at=timezone.now())


REASONS = {
    "the inbox wants none": set_inbox(mail_enabled=False),
    "the inbox is off": set_inbox(is_active=False),
    "no address": set_contact(email=""),
    "blocked": set_contact(is_blocked=True),
    "anonymized": set_contact(name="", email="", anonymized_at=timezone.now()),
    "unsubscribed": set_contact(mail_unsubscribed_at=timezone.now()),
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


# Who is there


def test_not_while_the_page_polls(
    left: Conversation, answer: Answer, after: After, letterbox: Letterbox
) -> None:
    answer()
    volatile.set(view_cache_key(left.pk), {"version": 1}, 10)
    after(6)
    assert letterbox.letters == []
    volatile.delete(view_cache_key(left.pk))
    after(7)
    assert len(letterbox.letters) == 1


def test_who_is_here_holds_up_nobody_behind_them(
    inbox: Inbox,
    left: Conversation,
    operator: User,
    answer: Answer,
    after: After,
    letterbox: Letterbox,
    noon: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(missed, "AT_ONCE", 1)
    answer("To Maria, who is here")
    volatile.set(view_cache_key(left.pk), {"version": 1}, 10)
    other = come(inbox, left.branch, "Olga")
    Contact.objects.filter(pk=other.contact_id).update(email="olga@example.org")
    with clock.at(noon + MINUTE):
        posting.post_from_operator(conversation_id=other.pk, operator=operator, body="To Olga")
    after(7)
    assert letterbox.only.to == ["olga@example.org"]


def listen(channel: str) -> Any:
    listener = get_redis_connection("default").pubsub()
    listener.subscribe(channel)
    assert listener.get_message(timeout=5)
    return listener


def test_not_while_the_page_holds_a_stream(
    left: Conversation, answer: Answer, after: After, letterbox: Letterbox
) -> None:
    answer()
    stream = listen(visitor_channel(left.pk))
    after(6)
    assert letterbox.letters == []
    stream.close()
    after(7)
    assert len(letterbox.letters) == 1


def test_an_operator_who_looks_is_no_visitor(
    left: Conversation, answer: Answer, after: After, letterbox: Letterbox
) -> None:
    answer()
    stream = listen(conversation_channel(left.pk))
    after(6)
    stream.close()
    assert len(letterbox.letters) == 1


# Two workers


@pytest.mark.django_db(transaction=True)
def test_two_workers_write_and_send_one_mail(
    answer: Answer, after: After, letterbox: Letterbox, noon: datetime
) -> None:
    letterbox.slow = 0.2
    for number in range(3):
        answer(f"Answer {number}")
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        after(6)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(letterbox.letters) == 1
    assert VisitorMail.objects.get().attempts == 1
