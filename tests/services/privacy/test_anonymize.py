"""Anonymization: what goes with which option, what stays, and that a second run has nothing to do."""

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.db import IntegrityError, transaction
from django.test import TestCase

from crm.models import AuditEntry, User
from messenger.exceptions import Anonymized, NotFound
from messenger.models import Attachment, Contact, Conversation, ConversationEvent, DataExport, Message
from messenger.services import status
from messenger.services.attaching import sweep_orphans
from messenger.services.privacy import files
from messenger.services.privacy.anonymize import Outcome, Wanted, anonymize
from messenger.services.privacy.known import Known
from messenger.services.privacy.preview import preview
from tests.services.privacy.people import MARK, Person

pytestmark = pytest.mark.django_db


def bodies(direction: str) -> set[str]:
    return set(Message.objects.filter(direction=direction).values_list("body", flat=True))


def everything() -> list[Any]:
    models = (Contact, Conversation, ConversationEvent, Message, Attachment, AuditEntry)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_unknown_contact(db: None) -> None:
    with pytest.raises(NotFound):
        anonymize(uuid.uuid4())


def test_contact_is_emptied(person: Person) -> None:
    outcome = anonymize(person.contact.pk)
    contact = Contact.objects.get()
    assert outcome.is_new
    assert contact.anonymized_at
    assert {contact.name, contact.email, contact.phone, contact.locale} == {""}
    assert {contact.external_id, contact.claimed_external_id} == {""}
    assert contact.region
    assert contact.label == f"Deleted client {str(contact.pk)[:4].upper()}"


def test_what_the_browser_said_is_emptied(person: Person) -> None:
    assert anonymize(person.contact.pk).conversations == 2
    rows = Conversation.objects.values_list("page_url", "referrer", "locale", "meta")
    assert list(rows) == [("", "", "", {})] * 2


def test_open_conversation_is_closed_and_tells_why(person: Person, operator: User) -> None:
    anonymize(person.contact.pk, actor=operator)
    person.conversation.refresh_from_db()
    assert person.conversation.is_closed
    last = person.conversation.events.order_by("-pk").first()
    assert last
    assert (last.kind, last.actor) == ("anonymized", operator)


def test_closed_conversation_keeps_its_time(person: Person) -> None:
    before = Conversation.objects.get(pk=person.closed.pk).closed_at
    anonymize(person.contact.pk)
    assert Conversation.objects.get(pk=person.closed.pk).closed_at == before


def test_texts_and_files_stay_unless_they_are_asked_for(person: Person) -> None:
    anonymize(person.contact.pk)
    assert bodies("in") == {f"I am {MARK}."}
    assert bodies("internal") == {f"{MARK} is moody."}
    assert Attachment.objects.count() == 6
    assert set(Conversation.objects.values_list("rating_comment", flat=True)) == {f"Thanks, {MARK}"}


def test_texts_go_and_answers_lose_the_name(person: Person) -> None:
    outcome = anonymize(person.contact.pk, redact_messages=True)
    assert (outcome.messages, outcome.comments) == (4, 2)
    assert bodies("in") == bodies("internal") == {"[redacted]"}
    assert bodies("out") == {"Dear [redacted], we called [redacted]."}
    assert set(Conversation.objects.values_list("rating_comment", flat=True)) == {"[redacted]"}


def test_files_of_the_client_go_and_those_that_were_sent_stay(person: Person, folder: Path) -> None:
    kept = {str(row.file.name) for row in Attachment.objects.filter(message__direction="out")}
    with TestCase.captureOnCommitCallbacks(execute=True):
        outcome = anonymize(person.contact.pk, delete_attachments=True)
    assert outcome.attachments == 4
    assert {str(row.file.name) for row in Attachment.objects.all()} == kept
    stored = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert stored == kept


def test_message_that_was_only_a_file_is_no_empty_bubble(person: Person) -> None:
    Message.objects.filter(direction="in").update(body="")
    anonymize(person.contact.pk, delete_attachments=True)
    assert bodies("in") == {"[redacted]"}


def test_reasons_go_and_who_had_it_stays(person: Person) -> None:
    anonymize(person.contact.pk)
    data = {event.kind: event.data for event in person.conversation.events.all()}
    assert data["transferred"].keys() == {"to", "to_name"}
    assert data["labelled"]["name"] == "Delivery"
    assert data["details_given"] == {"fields": ["name"]}
    assert data["blocked"] == {}


def test_audit_keeps_who_and_why_without_the_name(person: Person) -> None:
    anonymize(person.contact.pk)
    entry = AuditEntry.objects.get(action="exported")
    assert entry.target_name == Contact.objects.get().label
    assert entry.details == {"reason": "asked by [redacted]", "list": [{"who": "[redacted]"}]}


def test_second_run_changes_nothing(person: Person) -> None:
    wanted = Wanted(redact_messages=True, delete_attachments=True, delete_sent_attachments=True)
    assert anonymize(person.contact.pk, **wanted)
    before = everything()
    with TestCase.captureOnCommitCallbacks() as callbacks:
        assert anonymize(person.contact.pk, **wanted) == Outcome()
    assert (everything(), callbacks) == (before, [])


def test_second_run_does_what_the_first_was_not_asked_for(person: Person) -> None:
    anonymize(person.contact.pk)
    at = Contact.objects.get().anonymized_at
    outcome = anonymize(person.contact.pk, redact_messages=True, delete_attachments=True)
    assert (outcome.is_new, outcome.messages, outcome.attachments) == (False, 4, 4)
    assert Contact.objects.get().anonymized_at == at
    assert ConversationEvent.objects.filter(kind="anonymized").count() == 2


def test_other_contact_is_left_alone(person: Person, conversation: Conversation) -> None:
    before = Contact.objects.values().get(pk=conversation.contact_id), list(conversation.messages.values())
    anonymize(person.contact.pk, redact_messages=True, delete_attachments=True)
    after = Contact.objects.values().get(pk=conversation.contact_id), list(conversation.messages.values())
    assert after == before


def test_contact_without_a_conversation(contact: Contact) -> None:
    assert anonymize(contact.pk, redact_messages=True, delete_attachments=True).is_new


def test_exports_go(person: Person) -> None:
    assert anonymize(person.contact.pk).exports == 1
    assert not DataExport.objects.exists()


def test_failure_leaves_everything_as_it_was(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last thing that is written can't be: nothing is half done."""
    before = everything()
    last = "messenger.services.privacy.anonymize.ConversationEvent.objects.bulk_create"
    monkeypatch.setattr(last, _refuse)
    with pytest.raises(IntegrityError), TestCase.captureOnCommitCallbacks(execute=True):
        anonymize(person.contact.pk, redact_messages=True, delete_attachments=True)
    assert everything() == before
    assert all(storages["messenger"].exists(str(row.file.name)) for row in Attachment.objects.all())


def _refuse(*args: Any, **kwargs: Any) -> None:
    raise IntegrityError


def test_file_that_a_crash_left_behind_is_swept(
    person: Person, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "delete_files", lambda names: None)
    with TestCase.captureOnCommitCallbacks(execute=True):
        anonymize(person.contact.pk, delete_attachments=True)
    left = Attachment.objects.count()
    assert sweep_orphans(older_than=-timedelta(days=1)) == 6 - left


def test_conversation_of_nobody_is_not_opened_again(person: Person, operator: User) -> None:
    anonymize(person.contact.pk)
    with pytest.raises(Anonymized):
        status.reopen(conversation_id=person.conversation.pk, actor=operator)


@pytest.mark.parametrize("field", ["name", "email", "phone", "external_id", "claimed_external_id", "locale"])
def test_database_lets_nothing_come_back(person: Person, field: str) -> None:
    anonymize(person.contact.pk)
    with pytest.raises(IntegrityError, match="messenger_contact_anonymized_is_empty"), transaction.atomic():
        Contact.objects.update(**{field: "back"})


def test_preview_counts_what_then_happens(person: Person) -> None:
    seen = preview(person.contact.pk)
    outcome = anonymize(
        person.contact.pk, redact_messages=True, delete_attachments=True, delete_sent_attachments=True
    )
    assert seen.incoming + seen.notes == outcome.messages
    assert (seen.comments, seen.exports) == (outcome.comments, outcome.exports)
    assert seen.attachments + seen.sent == outcome.attachments
    assert (seen.conversations, seen.unfinished, seen.answers) == (2, 1, 2)
    after = preview(person.contact.pk)
    assert (after.details, after.incoming, after.notes, after.comments, after.attachments) == ([], 0, 0, 0, 0)


@pytest.mark.parametrize(
    ("details", "text", "scrubbed"),
    [
        ({"name": "Ann Lee"}, "Anna, Ann and LEE", "Anna, [redacted] and [redacted]"),
        ({"name": "Мария"}, "Здравствуйте, мария!", "Здравствуйте, [redacted]!"),
        (
            {"phone": "8 (912) 345-67-89"},
            "call 8 912 345 67 89 or 89123456789",
            "call [redacted] or [redacted]",
        ),
        ({"phone": "89123456789"}, "+7 (912) 345-67-89, 9123456789", "[redacted], [redacted]"),
        ({"phone": "+49 30 123456"}, "0049 30 123456, +4930123456", "0049 30 123456, [redacted]"),
        ({"email": "m.i+x@example.com"}, "to M.I+X@example.com.", "to [redacted]."),
        ({"external_id": "42"}, "42 pieces", "42 pieces"),
        ({"name": "Al"}, "Al will come", "Al will come"),
        ({}, "nobody", "nobody"),
    ],
)
def test_known_details_are_taken_out_of_words(details: dict[str, str], text: str, scrubbed: str) -> None:
    assert Known(Contact(**details)).scrub(text) == scrubbed
