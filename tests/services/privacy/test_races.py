"""Whoever writes while their contact is being anonymized is a stranger afterwards, and nothing comes back."""

import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from crm.models import Branch, User
from messenger.exceptions import Anonymized, MessengerError, SessionInvalid
from messenger.models import Contact, Conversation, DataExport, Inbox, Message
from messenger.services import contact_editing, posting, status, visitors
from messenger.services.contact_details import give_details
from messenger.services.privacy import jobs
from messenger.services.privacy.anonymize import anonymize
from messenger.services.visitors import Introduction, visitor_token, welcome
from messenger.services.writing import Posted
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 20


def anonymize_meanwhile(contact: Contact, act: Callable[[], Any]) -> Any:
    """What `act` returns or raises; it began while the contact was locked, and waited for the commit or didn't."""
    locked, go_on = threading.Event(), threading.Event()

    def run() -> None:
        try:
            with transaction.atomic():
                anonymize(contact.pk, redact_messages=True)
                locked.set()
                go_on.wait(PATIENCE)
        finally:
            connection.close()

    def release() -> None:
        wait_for_a_waiter()
        go_on.set()

    thread = threading.Thread(target=run)
    releaser = threading.Thread(target=release)
    thread.start()
    assert locked.wait(PATIENCE)
    releaser.start()
    try:
        return act()
    finally:
        go_on.set()
        thread.join()
        releaser.join()


def wait_for_a_waiter() -> None:
    """Until somebody stands before a lock."""
    deadline = time.monotonic() + PATIENCE
    try:
        with connection.cursor() as cursor:
            while time.monotonic() < deadline:
                cursor.execute(
                    "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
                )
                if cursor.fetchone():
                    return
                time.sleep(0.01)
    finally:
        connection.close()


def send(conversation: Conversation, body: str = "Too late") -> Posted:
    return posting.post_from_contact(
        inbox_id=conversation.inbox_id,
        conversation_id=conversation.pk,
        contact_id=conversation.contact_id,
        body=body,
        client_message_id=uuid.uuid4(),
    )


def assert_gone(contact: Contact) -> None:
    found = Contact.objects.get(pk=contact.pk)
    assert found.anonymized_at
    assert {found.name, found.email, found.phone, found.external_id, found.claimed_external_id} == {""}
    assert not found.conversations.exclude(status="closed").exists()


def test_message_of_that_moment(conversation: Conversation) -> None:
    with pytest.raises(SessionInvalid):
        anonymize_meanwhile(conversation.contact, lambda: send(conversation))
    assert_gone(conversation.contact)
    assert list(Message.objects.values_list("body", flat=True)) == ["[redacted]"]


def test_first_message_into_a_closed_conversation(conversation: Conversation, operator: User) -> None:
    """It would begin the next conversation."""
    status.close(conversation_id=conversation.pk, actor=operator)
    with pytest.raises(SessionInvalid):
        anonymize_meanwhile(conversation.contact, lambda: send(conversation))
    assert Conversation.objects.count() == 1


def test_operator_who_opens_it_again(conversation: Conversation, operator: User) -> None:
    status.close(conversation_id=conversation.pk, actor=operator)
    with pytest.raises(Anonymized):
        anonymize_meanwhile(
            conversation.contact, lambda: status.reopen(conversation_id=conversation.pk, actor=operator)
        )
    assert_gone(conversation.contact)


@pytest.mark.parametrize("has_conversation", [True, False])
def test_browser_that_comes_back(contact: Contact, yekaterinburg: Branch, has_conversation: bool) -> None:
    if has_conversation:
        Conversation.objects.create(inbox=contact.inbox, branch=yekaterinburg, contact=contact)
    said = Introduction(
        visitor_token=visitor_token(contact), email="maria@example.com", page_url="https://x.example"
    )
    stranger, begun, _is_new = anonymize_meanwhile(
        contact, lambda: welcome(inbox=contact.inbox, introduction=said)
    )
    assert_gone(contact)
    assert stranger != contact
    assert begun.contact == stranger


def test_verified_client_who_comes_back(inbox: Inbox, contact: Contact) -> None:
    Contact.objects.update(external_id="42")
    said = Introduction(external_id="42", identity_hash=inbox.identity_hash("42"))
    stranger, *_others = anonymize_meanwhile(contact, lambda: welcome(inbox=inbox, introduction=said))
    assert_gone(contact)
    assert stranger != contact
    assert stranger.external_id == "42"


def test_details_of_that_moment(conversation: Conversation) -> None:
    def give() -> Contact:
        return give_details(
            conversation_id=conversation.pk,
            contact_id=conversation.contact_id,
            details={"email": "maria@example.com"},
            consents=False,
        )

    with pytest.raises(SessionInvalid):
        anonymize_meanwhile(conversation.contact, give)
    assert_gone(conversation.contact)


def test_correction_of_that_moment(conversation: Conversation, operator: User) -> None:
    def correct() -> list[str]:
        return contact_editing.correct(
            contact_id=conversation.contact_id,
            actor=operator,
            values={"name": "Masha"},
            seen={"name": "Maria"},
        )

    with pytest.raises(Anonymized):
        anonymize_meanwhile(conversation.contact, correct)
    assert_gone(conversation.contact)


def test_export_that_is_made_meanwhile_is_thrown_away(
    conversation: Conversation, administrator: User, folder: Any
) -> None:
    """Its snapshot is of before: the file must not outlive the data."""
    export = jobs.request_export(
        conversation.contact, requested_by=administrator, reason="asked", with_files=False
    )
    done = anonymize_meanwhile(conversation.contact, lambda: jobs.run_export(export.pk))
    assert done == "another attempt was first, or the export is gone"
    assert not DataExport.objects.exists()
    assert not [path for path in folder.rglob("*") if path.is_file()]


def test_two_at_once_do_it_once(conversation: Conversation) -> None:
    done = in_parallel(2, lambda: anonymize(conversation.contact_id, redact_messages=True))
    assert sorted(outcome.is_new for outcome in done) == [False, True]
    assert conversation.events.filter(kind="anonymized").count() == 1


def test_crowd(conversation: Conversation, operator: User) -> None:
    """The visitor's tabs, an operator and two anonymizations at once: nobody waits in a circle."""
    contact, token = conversation.contact, visitor_token(conversation.contact)
    deeds: list[Callable[[], Any]] = [
        lambda: anonymize(contact.pk, redact_messages=True),
        lambda: anonymize(contact.pk, delete_attachments=True),
        lambda: status.close(conversation_id=conversation.pk, actor=operator),
        lambda: visitors.welcome(
            inbox=contact.inbox, introduction=Introduction(visitor_token=token, name="M")
        ),
        *[lambda: send(conversation)] * 4,
    ]
    waiting = iter(deeds * 3)

    def act() -> None:
        deed = next(waiting)
        try:
            deed()
        except MessengerError:
            pass
        except OperationalError as error:
            raise AssertionError("a deadlock") from error

    in_parallel(len(deeds) * 3, act)
    assert_gone(contact)
