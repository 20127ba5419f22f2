"""Trouble that lasts: of the server, of one mailbox, of one mail, of the database."""

import threading
from collections.abc import Callable
from datetime import datetime

import pytest
from django.conf import LazySettings
from django.db import connection, transaction

from crm.models import Branch, User
from messenger.lib import clock
from messenger.models import Contact, Conversation, Inbox, VisitorMail
from messenger.services.posting import post_from_operator
from messenger.services.visitor_mail import missed, restraint, sending
from messenger.services.visitor_mail.server import judged
from tests.letterbox import Letterbox
from tests.people import come
from tests.services.visitor_mail.conftest import MINUTE, After, Answer

pytestmark = pytest.mark.django_db
HOUR = 60


@pytest.fixture
def down(letterbox: Letterbox, settings: LazySettings) -> Callable[[bool], None]:
    """Whether the server is away."""

    def act(is_down: bool) -> None:
        settings.MAILERS["default"]["OPTIONS"]["port"] = 9 if is_down else letterbox.port

    return act


def the_mail() -> VisitorMail:
    return VisitorMail.objects.get()


def test_a_night_without_the_server_loses_no_mail(
    answer: Answer, after: After, letterbox: Letterbox, down: Callable[[bool], None]
) -> None:
    answer()
    down(True)
    for minutes in range(6, 10 * HOUR, 20):
        after(minutes)
    assert (the_mail().state, the_mail().problem) == ("waiting", "ConnectionRefusedError")
    down(False)
    after(12 * HOUR + 10)
    assert letterbox.only.to == ["maria@example.org"]
    assert the_mail().state == "sent"


def test_a_mailbox_that_asks_for_patience_after_an_outage_has_it(
    answer: Answer, after: After, letterbox: Letterbox, down: Callable[[bool], None]
) -> None:
    answer()
    down(True)
    for minutes in range(6, 10 * HOUR, 20):
        after(minutes)
    down(False)
    letterbox.recipient = "451 Greylisted"
    after(12 * HOUR + 10)
    assert the_mail().state == "waiting"
    letterbox.recipient = "250 OK"
    after(14 * HOUR + 20)
    assert the_mail().state == "sent"


def test_after_a_day_it_is_news_no_more(
    answer: Answer, after: After, letterbox: Letterbox, down: Callable[[bool], None]
) -> None:
    answer()
    down(True)
    for minutes in range(6, 30 * HOUR, 20):
        after(minutes)
    assert (the_mail().state, the_mail().problem) == ("failed", "ConnectionRefusedError")
    assert the_mail().attempts < sending.MOST_ATTEMPTS
    down(False)
    after(31 * HOUR)
    assert letterbox.letters == []


def test_what_kills_the_worker_after_other_trouble_ends_as_well(
    answer: Answer, after: After, letterbox: Letterbox, noon: datetime
) -> None:
    answer()
    letterbox.recipient = "451 Later"
    after(6)
    for number in range(1, 30):
        with clock.at(noon + (6 + number * 150) * MINUTE):
            sending.claim()
    after(31 * 150)
    assert the_mail().state == "failed"


def test_a_mailbox_that_does_not_exist_is_not_asked_at_every_word(
    answer: Answer, after: After, letterbox: Letterbox
) -> None:
    """Servers stop listening to who writes to the dead."""
    letterbox.recipient = "550 No such user"
    for minutes in range(0, 50, 7):
        answer(minutes=minutes)
        after(minutes + 6)
    assert VisitorMail.objects.count() == 1
    after(70)
    assert VisitorMail.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_held_conversation_gets_one_mail(
    left: Conversation,
    answer: Answer,
    after: After,
    letterbox: Letterbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A removal of data may hold it for longer than a claim lasts."""
    monkeypatch.setattr(sending, "TELLING", "100ms", raising=False)
    answer()

    def work() -> None:
        after(6)
        connection.close()

    worker = threading.Thread(target=work)
    with transaction.atomic():
        Conversation.objects.select_for_update(no_key=True).get(pk=left.pk)
        worker.start()
        worker.join(10)
        assert not worker.is_alive()
    assert the_mail().state == "sent"
    after(20)
    assert len(letterbox.letters) == 1


def test_one_that_can_not_be_written_stops_nobody_else(
    left: Conversation, answer: Answer, after: After, letterbox: Letterbox, settings: LazySettings
) -> None:
    settings.DEFAULT_FROM_EMAIL = "chat..chat@@example.com"
    answer()
    after(6)
    assert (the_mail().state, the_mail().problem[:7]) == ("waiting", "Letter ")
    settings.DEFAULT_FROM_EMAIL = "chat@example.com"
    after(12)
    assert letterbox.only.sender[1] == "chat@example.com"


def test_an_error_that_nobody_thought_of_is_one_mail_s_own() -> None:
    """It must not look like a slow server, which stops all."""
    nothing: dict[str, str] = {}
    outcome = judged(lambda: nothing["no such header"])
    assert (outcome.problem, outcome.is_final, outcome.is_servers) == ("KeyError", True, False)


def test_an_address_gets_no_more_than_some_mails_a_day(
    inbox: Inbox, yekaterinburg: Branch, operator: User, letterbox: Letterbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody can give anybody's address, in a hundred chats."""
    monkeypatch.setattr(restraint, "MOST_A_DAY", 2)
    Inbox.objects.update(mail_enabled=True)
    for number in range(4):
        conversation = come(inbox, yekaterinburg)
        Contact.objects.filter(pk=conversation.contact_id).update(
            email=["Victim@", "victim@"][number % 2] + "example.org"
        )
        post_from_operator(conversation_id=conversation.pk, operator=operator, body="Hello")
    with clock.at(clock.now() + 6 * MINUTE):
        missed.write_outbox()
        sending.deliver()
    assert len(letterbox.letters) == 2
    assert VisitorMail.objects.filter(state="not_needed").count() == 2
