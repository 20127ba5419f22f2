"""Removals by the worker: one at a time for a contact, whole or not at all, told to the audit."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from django_q.models import OrmQ

from crm.models import AuditEntry, User
from messenger.exceptions import Invalid
from messenger.lib import clock
from messenger.models import Attachment, Contact, Conversation, DataRemoval, Message
from messenger.services.privacy import removals, turns
from messenger.services.privacy.anonymize import Wanted, anonymize
from messenger.tasks import sweep_exports, work_on_personal_data
from tests.admin.people import ask
from tests.parallel import in_parallel

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("folder")]

ALL = Wanted(redact_messages=True, delete_attachments=True, delete_sent_attachments=True)
NOTHING_MORE = Wanted(redact_messages=False, delete_attachments=False, delete_sent_attachments=False)


@pytest.fixture
def removal(conversation: Conversation, administrator: User) -> DataRemoval:
    found = request(conversation.contact, administrator, reason="Maria's letter 7")
    assert found
    return found


def request(contact: Contact, administrator: User, reason: str = "letter 7") -> DataRemoval | None:
    return removals.request_removal(contact, requested_by=administrator, reason=reason, wanted=ALL)


def stored(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("wanted", "more", "fits"),
    [(ALL, 0, True), (NOTHING_MORE, 1, True), (ALL, 1, False)],
    ids=["little", "files that stay", "many files"],
)
def test_files_decide_if_they_go(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch, wanted: Wanted, more: int, fits: bool
) -> None:
    ask(conversation, "Look", files=1 + more)
    monkeypatch.setattr(removals, "FILES_AT_ONCE", 1)
    assert removals.fits_at_once(conversation.contact, wanted) is fits


def test_messages_decide(conversation: Conversation, monkeypatch: pytest.MonkeyPatch) -> None:
    assert removals.fits_at_once(conversation.contact, NOTHING_MORE)
    monkeypatch.setattr(removals, "AT_ONCE", 0)
    assert not removals.fits_at_once(conversation.contact, NOTHING_MORE)


def test_reason_is_needed(conversation: Conversation, administrator: User) -> None:
    with pytest.raises(Invalid):
        request(conversation.contact, administrator, reason=" ")
    assert not OrmQ.objects.exists()


def test_worker_does_it(
    removal: DataRemoval, conversation: Conversation, administrator: User, folder: Path
) -> None:
    ask(conversation, "My passport", files=2)
    assert work_on_personal_data() == "2 messages redacted, 2 files deleted"
    removal.refresh_from_db()
    contact = Contact.objects.get()
    assert contact.anonymized_at
    assert removal.state == "done"
    assert (stored(folder), Attachment.objects.count()) == ([], 0)
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.target_name) == (administrator, "anonymized", contact.label)
    assert entry.details == {"reason": "[redacted]'s letter 7", "by": "background", **ALL}
    assert removal.reason == "[redacted]'s letter 7"
    event = conversation.events.get(kind="anonymized")
    assert event.actor == administrator


def test_done_once_it_is_not_done_again(removal: DataRemoval) -> None:
    work_on_personal_data()
    assert removals.run_removal(removal.pk) == "nothing to do"
    assert AuditEntry.objects.count() == 1


def test_two_attempts_at_once_tell_it_once(removal: DataRemoval, conversation: Conversation) -> None:
    in_parallel(2, lambda: removals.run_removal(removal.pk))
    assert AuditEntry.objects.count() == 1
    assert conversation.events.filter(kind="anonymized").count() == 1


def test_asked_for_at_once_it_is_one(conversation: Conversation, administrator: User) -> None:
    asked = in_parallel(6, lambda: request(conversation.contact, administrator))
    assert len([removal for removal in asked if removal]) == 1
    assert DataRemoval.objects.count() == OrmQ.objects.count() == 1


def test_done_it_can_be_asked_for_again(removal: DataRemoval, administrator: User) -> None:
    work_on_personal_data()
    assert request(removal.contact, administrator)


def test_given_up_it_gives_way_to_another(removal: DataRemoval, administrator: User) -> None:
    DataRemoval.objects.update(failed_at=clock.now())
    other = request(removal.contact, administrator)
    assert list(DataRemoval.objects.all()) == [other]


def test_given_up_it_is_begun_anew_once(removal: DataRemoval) -> None:
    DataRemoval.objects.update(failed_at=clock.now(), attempts=3)
    assert in_parallel(4, lambda: removals.remove_again(removal.contact)).count(True) == 1
    assert "messages redacted" in work_on_personal_data()


def test_crash_at_the_end_leaves_all_as_it_was(
    removal: DataRemoval, conversation: Conversation, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    """Also the file, the audit and the conversation: what is announced and deleted waits for the commit."""
    ask(conversation, "My passport", files=1)
    with monkeypatch.context() as breaking:
        breaking.setattr("messenger.services.privacy.anonymize.traces.rename", break_down)
        with pytest.raises(DatabaseError):
            work_on_personal_data()
    contact = Contact.objects.get()
    assert (contact.name, contact.anonymized_at) == ("Maria", None)
    assert not Conversation.objects.get().is_closed
    assert Message.objects.filter(body="My passport").exists()
    assert len(stored(folder)) == 1
    assert not AuditEntry.objects.exists()
    assert work_on_personal_data() == "2 messages redacted, 1 files deleted"


def break_down(*args: Any) -> int:
    raise DatabaseError("the connection was lost")


def test_it_is_done_although_who_asked_has_left(removal: DataRemoval, administrator: User) -> None:
    administrator.delete()
    work_on_personal_data()
    assert Contact.objects.get().anonymized_at
    assert AuditEntry.objects.get().actor is None


def test_anonymized_meanwhile_by_the_command(removal: DataRemoval) -> None:
    """Nothing is left to do, and the reason has lost the name all the same."""
    anonymize(removal.contact_id, **ALL)
    work_on_personal_data()
    removal.refresh_from_db()
    assert (removal.state, removal.reason) == ("done", "[redacted]'s letter 7")
    assert not AuditEntry.objects.exists()


def test_what_is_told_of_it_goes_after_a_day(removal: DataRemoval, administrator: User) -> None:
    work_on_personal_data()
    sweep_exports()
    assert removals.last_removal(removal.contact) == removal
    with clock.at(clock.now() + timedelta(hours=25)):
        sweep_exports()
    assert not DataRemoval.objects.exists()


def test_one_that_was_given_up_is_told_of_for_ever(removal: DataRemoval) -> None:
    DataRemoval.objects.update(failed_at=clock.now(), attempts=turns.ATTEMPTS)
    with clock.at(clock.now() + timedelta(days=400)):
        sweep_exports()
    assert DataRemoval.objects.exists()
