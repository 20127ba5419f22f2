"""Whoever is there gets no mail, and of several workers one sends it."""

import threading
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django_redis import get_redis_connection

from crm.models import User
from messenger.events import conversation_channel, visitor_channel
from messenger.lib import clock
from messenger.models import Contact, Conversation, Inbox, VisitorMail
from messenger.models.contact import view_cache_key
from messenger.services import posting
from messenger.services.visitor_mail import missed
from messenger.volatile import volatile
from tests.letterbox import Letterbox
from tests.people import come
from tests.services.visitor_mail.conftest import MINUTE, After, Answer

pytestmark = pytest.mark.django_db


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
