"""Who gets a mail, when, and with what: told by what arrives at a real mail server."""

import re
from datetime import datetime

import pytest
from django.test import Client

from messenger.lib import clock
from messenger.models import Contact, Conversation, VisitorMail
from messenger.services import posting, reading
from messenger.services.visitor_mail import missed
from tests.letterbox import Letterbox
from tests.people import events_of
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


def test_a_corrected_address_has_the_mail_that_waits(
    left: Conversation, answer: Answer, after: After, letterbox: Letterbox, noon: datetime
) -> None:
    """And a link that opens the chat for whoever has that address."""
    answer()
    with clock.at(noon + 6 * MINUTE):
        missed.write_outbox()
    Contact.objects.filter(pk=left.contact_id).update(email="mariya@example.org")
    after(7)
    assert letterbox.only.to == ["mariya@example.org"]
    found = re.search(r"/messenger/back/\S+", letterbox.only.text)
    assert found
    assert Client().get(found[0]).status_code == 200
