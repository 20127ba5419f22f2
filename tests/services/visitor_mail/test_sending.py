"""What becomes of a mail that a server refuses, delays or loses."""

import smtplib
import time
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from django.conf import LazySettings
from django.db import transaction

from crm.models import Branch, User
from messenger.lib import clock
from messenger.models import Contact, Conversation, Inbox, VisitorMail
from messenger.services.posting import post_from_operator
from messenger.services.visitor_mail import missed, sending
from messenger.services.visitor_mail.letter import letter_of
from messenger.services.visitor_mail.server import Server, judged
from messenger.tasks import mail_visitors, remove_old_mails
from tests.letterbox import Letterbox
from tests.people import come, events_of
from tests.services.visitor_mail.conftest import MINUTE, After, Answer

pytestmark = pytest.mark.django_db


def the_mail() -> VisitorMail:
    return VisitorMail.objects.get()


def test_a_refused_recipient_ends_it(
    left: Conversation, answer: Answer, after: After, letterbox: Letterbox
) -> None:
    letterbox.recipient = "550 No such user"
    answer()
    after(6)
    mail = the_mail()
    assert (mail.state, mail.problem, mail.attempts) == ("failed", "SMTP 550", 1)
    assert "mailed" not in events_of(left)
    letterbox.recipient = "250 OK"
    after(600)
    assert letterbox.letters == []


def test_what_a_server_refuses_as_it_is_ends_too(answer: Answer, after: After, letterbox: Letterbox) -> None:
    letterbox.data = "554 Looks like spam"
    answer()
    after(6)
    assert (the_mail().state, the_mail().problem) == ("failed", "SMTP 554")


@pytest.mark.parametrize("step", ["recipient", "data"])
def test_a_server_that_asks_for_patience_is_asked_again(
    answer: Answer, after: After, letterbox: Letterbox, step: str
) -> None:
    setattr(letterbox, step, "451 Greylisted, come back later")
    answer()
    after(6)
    assert (the_mail().state, the_mail().problem) == ("waiting", "SMTP 451")
    letterbox.letters.clear()
    setattr(letterbox, step, "250 OK")
    after(10)
    assert letterbox.letters == []
    after(12)
    assert len(letterbox.letters) == 1
    assert (the_mail().state, the_mail().problem, the_mail().attempts) == ("sent", "", 2)


def test_a_server_that_is_down_and_comes_back(answer: Answer, noon: datetime, settings: LazySettings) -> None:
    letterbox = Letterbox()
    with letterbox.open():
        settings.MAILERS = letterbox.mailers
        settings.SENDS_MAIL, settings.MESSENGER_PUBLIC_URL = True, "https://crm.example.com"
    answer()
    with clock.at(noon + 6 * MINUTE):
        assert mail_visitors() == "1 mails written, 0 sent"
    assert the_mail().problem == "ConnectionRefusedError"
    with letterbox.open(), clock.at(noon + 12 * MINUTE):
        assert mail_visitors() == "0 mails written, 1 sent"
    assert the_mail().state == "sent"


def test_it_is_given_up_in_the_end(
    answer: Answer, after: After, letterbox: Letterbox, noon: datetime
) -> None:
    letterbox.recipient = "450 Mailbox busy"
    answer()
    moments: list[int] = []
    for minutes in range(6, 300):
        attempts = VisitorMail.objects.filter(attempts__gt=len(moments)).exists()
        after(minutes)
        if VisitorMail.objects.filter(attempts__gt=len(moments)).exists() and not attempts:
            moments.append(minutes)
        if the_mail().state != "waiting":
            break
    assert moments == [6, 11, 41, 161]
    assert the_mail().state == "failed"
    assert the_mail().finished_at == noon + 161 * MINUTE


def test_a_slow_server_holds_nobody_up_for_long(answer: Answer, letterbox: Letterbox, noon: datetime) -> None:
    """It would take a second and a half for each of its answers, and none is late by itself."""
    letterbox.slow = 1.5
    answer()
    with clock.at(noon + 6 * MINUTE):
        missed.write_outbox()
        begun = time.monotonic()
        assert sending.deliver(server=Server(seconds=0.5)) == 0
    assert time.monotonic() - begun < 1.4
    assert (the_mail().state, the_mail().problem) == ("waiting", "TooSlow")
    with letterbox.arrived:
        assert letterbox.arrived.wait_for(lambda: letterbox.letters, 10)


def test_after_trouble_with_the_server_the_others_wait_for_the_next_run(
    inbox: Inbox, yekaterinburg: Branch, operator: User, letterbox: Letterbox, settings: LazySettings
) -> None:
    Inbox.objects.update(mail_enabled=True)
    for name in ("one", "two"):
        conversation = come(inbox, yekaterinburg, name)
        Contact.objects.filter(pk=conversation.contact_id).update(email=f"{name}@example.org")
        post_from_operator(conversation_id=conversation.pk, operator=operator, body="Hello")
    settings.MAILERS["default"]["OPTIONS"]["port"] = 9
    with clock.at(clock.now() + 6 * MINUTE):
        mail_visitors()
    assert sorted(VisitorMail.objects.values_list("attempts", flat=True)) == [0, 1]


def test_one_refused_recipient_stops_nobody_else(
    inbox: Inbox, yekaterinburg: Branch, operator: User, letterbox: Letterbox
) -> None:
    Inbox.objects.update(mail_enabled=True)
    for address in ("not an address", "two@example.org"):
        conversation = come(inbox, yekaterinburg)
        Contact.objects.filter(pk=conversation.contact_id).update(email=address)
        post_from_operator(conversation_id=conversation.pk, operator=operator, body="Hello")
    with clock.at(clock.now() + 6 * MINUTE):
        mail_visitors()
    assert letterbox.only.to == ["two@example.org"]
    assert VisitorMail.objects.get(state="failed").problem == "ValueError"


def test_a_crash_in_the_middle_repeats_under_the_same_id(
    answer: Answer, after: After, letterbox: Letterbox, noon: datetime
) -> None:
    """The worker died after the server had taken the mail, and before anybody wrote that down."""
    answer()
    with clock.at(noon + 6 * MINUTE):
        missed.write_outbox()
        claimed = sending.claim()
        assert claimed
        letter = letter_of(claimed)
        assert letter
        with closing(Server()) as server:
            assert server.send(letter).is_sent
    after(7)
    assert len(letterbox.letters) == 1
    after(12)
    first, second = (letter.message["Message-ID"] for letter in letterbox.letters)
    assert first == second
    assert the_mail().state == "sent"


def test_whoever_dies_of_a_mail_each_time_does_so_no_fifth_time(
    answer: Answer, after: After, letterbox: Letterbox
) -> None:
    answer()
    after(4)
    VisitorMail.objects.create(
        conversation=Conversation.objects.get(), from_message_id=0, up_to_message_id=2**40, attempts=4
    )
    after(6)
    assert (the_mail().state, the_mail().problem) == ("failed", "NoOutcome")
    assert letterbox.letters == []


def test_who_lost_the_claim_writes_nothing(answer: Answer, letterbox: Letterbox, noon: datetime) -> None:
    answer()
    with clock.at(noon + 6 * MINUTE):
        missed.write_outbox()
        slow = sending.claim()
    with clock.at(noon + 12 * MINUTE):
        quick = sending.claim()
        assert slow
        assert quick
        with closing(Server()) as server:
            sending.send(quick, server)
        sending.keep(slow, judged(lambda: (_ for _ in ()).throw(smtplib.SMTPServerDisconnected())))
    assert the_mail().state == "sent"


@pytest.mark.django_db(transaction=True)
def test_nobody_takes_what_another_worker_holds(answer: Answer, letterbox: Letterbox, noon: datetime) -> None:
    answer()
    with clock.at(noon + 6 * MINUTE):
        missed.write_outbox()
        with transaction.atomic():
            assert sending.claim()
        assert sending.claim() is None


def test_the_log_goes_after_a_month(answer: Answer, after: After, letterbox: Letterbox) -> None:
    answer()
    after(6)
    assert remove_old_mails() == "0 mails removed"
    with clock.at(clock.now() + timedelta(days=31)):
        assert remove_old_mails() == "1 mails removed"
