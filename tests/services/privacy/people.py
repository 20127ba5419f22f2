"""A person of whom something stands in every place that can hold anything of anybody."""

from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.core.files.base import ContentFile

from crm import audit
from crm.models import Region, User
from messenger.models import (
    Attachment,
    Consent,
    Contact,
    Conversation,
    ConversationEvent,
    ConversationLabel,
    DataExport,
    Inbox,
    Label,
    Mention,
    Message,
)
from messenger.services.privacy import jobs
from messenger.utils import create_widget_session

MARK = "Zyxquv"
SHA = "0" * 64


@dataclass
class Person:
    """Two conversations, a closed one and an open one; `session` is the token of their browser."""

    contact: Contact
    closed: Conversation
    conversation: Conversation
    session: str


def add_person(inbox: Inbox, operator: User, colleague: User) -> Person:
    contact = Contact.objects.create(
        inbox=inbox,
        name=f"{MARK} Ivanova",
        email=f"{MARK}@example.com",
        phone="+7 912 345-67-89",
        external_id=f"{MARK}",
        claimed_external_id=f"{MARK}-claimed",
        locale=f"{MARK}",
        region=Region.objects.create(name="Udmurtia"),
    )
    Consent.objects.create(contact=contact, text="I agree.", url="https://shop.example/privacy")
    closed = _conversation(contact, status="closed", closed_at="2026-01-02T03:04:05Z")
    conversation = _conversation(contact)
    for each in (closed, conversation):
        _fill(each, operator, colleague)
    _leave_traces(contact, conversation, operator)
    session = create_widget_session(inbox_id=inbox.pk, conversation_id=conversation.pk, contact_id=contact.pk)
    return Person(contact, closed, conversation, session)


def _conversation(contact: Contact, **more: Any) -> Conversation:
    assert contact.inbox.branch
    return Conversation.objects.create(
        inbox=contact.inbox,
        branch=contact.inbox.branch,
        contact=contact,
        page_url=f"https://shop.example/?who={MARK}",
        referrer=f"https://search.example/?q={MARK}",
        locale=MARK,
        meta={"who": MARK, MARK: [MARK]},
        rating_comment=f"Thanks, {MARK}",
        **more,
    )


def _fill(conversation: Conversation, operator: User, colleague: User) -> None:
    asked = _message(conversation, "in", f"I am {MARK}.")
    answered = _message(conversation, "out", f"Dear {MARK.upper()}, we called +79123456789.", operator)
    noted = _message(conversation, "internal", f"{MARK} is moody.", operator)
    for message in (asked, answered, noted):
        _attach(message)
    Mention.objects.create(message=noted, user=colleague)
    conversation.last_message_id, conversation.last_message_at = noted.pk, noted.created_at
    conversation.save()
    label = Label.objects.get_or_create(name="Delivery")[0]
    ConversationLabel.objects.create(conversation=conversation, label=label, added_by=operator)
    for kind, data in (
        ("transferred", {"to": colleague.pk, "to_name": "Boris", "reason": f"{MARK} asked"}),
        ("labelled", {"label": label.pk, "name": "Delivery", "color": "#64748b"}),
        ("details_given", {"fields": ["name"], "name": MARK}),
        ("blocked", {"reason": MARK, "new key": MARK}),
    ):
        ConversationEvent.objects.create(conversation=conversation, kind=kind, data=data, actor=operator)


def _message(conversation: Conversation, direction: str, body: str, sender: User | None = None) -> Message:
    message = Message.objects.create(
        conversation=conversation, direction=direction, body=body, sender_user=sender
    )
    message.refresh_from_db()
    return message


def _attach(message: Message) -> None:
    attachment = Attachment(
        message=message,
        original_name=f"passport {MARK}.txt",
        content_type="text/plain",
        size=6,
        sha256=SHA,
    )
    attachment.file.save("", ContentFile(MARK.encode()))


def _leave_traces(contact: Contact, conversation: Conversation, operator: User) -> None:
    audit.record(None, "exported", target=contact, reason=f"asked by {MARK}", list=[{"who": MARK}])
    for row in (contact, conversation):
        LogEntry.objects.log_actions(
            operator.pk,
            [row],
            CHANGE,
            [{"added": {"name": "note", "object": f"of {MARK}"}}],
            single_object=True,
        )
    export = jobs.request_export(contact, requested_by=operator, reason=f"for {MARK}", with_files=True)
    jobs.run_export(export.pk)
    assert DataExport.objects.get().finished_at
