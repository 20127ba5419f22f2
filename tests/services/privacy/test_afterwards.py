"""What comes after a removal, or out of one that failed, brings nothing of the person back."""

import traceback

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone
from django_q.models import Failure, Task

from crm.models import User
from messenger.lib.outbound import Answer
from messenger.models import Contact, Inbox
from messenger.services.privacy.anonymize import anonymize
from messenger.services.privacy.known import Known
from messenger.services.webhooks import claims, results
from messenger.services.webhooks.payload import body_of
from messenger.services.webhooks.repeating import deliver_again
from tests.people import open_widget, write
from tests.services.privacy.people import MARK, Person
from tests.services.privacy.test_nothing_is_left import tables_with
from tests.services.webhooks.conftest import hook

pytestmark = pytest.mark.django_db


def fail(error: Exception) -> None:
    """As django-q2 keeps it."""
    Task.objects.create(
        id="1" * 32,
        name="a failed task",
        func="messenger.tasks.work_on_personal_data",
        started=timezone.now(),
        stopped=timezone.now(),
        result=f"{error} : {''.join(traceback.format_exception(error))}",
        success=False,
    )


def test_a_failed_task_keeps_no_row(person: Person) -> None:
    """The database refuses a row and says what stands in it."""
    mine = Contact.objects.filter(pk=person.contact.pk)
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        mine.update(anonymized_at=timezone.now())
    assert MARK in str(caught.value)
    fail(caught.value)
    kept = Failure.objects.get().result
    assert "violates check constraint" in kept
    assert MARK not in kept
    assert "django_q_task" not in tables_with(MARK)


@pytest.mark.parametrize(
    ("name", "said", "left"),
    [
        ("Алёна", "Алена, здравствуйте! АЛЁНА?", "[redacted], здравствуйте! [redacted]?"),
        ("Семен Королев", "Семён Королёв", "[redacted]"),
        ("да", "Да, да", "Да, да"),
        ("(.*)+", "a (.*)+ b", "a [redacted] b"),
    ],
)
def test_names_as_they_are_written(name: str, said: str, left: str) -> None:
    assert Known(Contact(name=name)).scrub(said) == left


def test_a_delivery_that_is_sent_again_tells_nothing(inbox: Inbox, operator: User) -> None:
    hook(inbox, "https://example.com/", "message.in")
    assert inbox.branch is not None
    conversation = write(open_widget(inbox, inbox.branch, MARK), f"I am {MARK}")
    (delivery,) = claims.claim({})
    assert MARK.encode() in body_of(delivery)
    results.note_attempt(
        delivery, Answer(200, MARK.encode(), 0.1), at=timezone.now(), url="https://example.com/"
    )
    assert "messenger_webhookattempt" in tables_with(MARK)
    anonymize(conversation.contact_id, redact_messages=True)
    claims.free_claims()
    assert deliver_again(delivery.pk)
    (delivery,) = claims.claim({})
    assert MARK.encode() not in body_of(delivery)
    results.keep(delivery, Answer(200, MARK.encode(), 0.1), at=timezone.now(), url="https://example.com/")
    assert tables_with(MARK) == []
