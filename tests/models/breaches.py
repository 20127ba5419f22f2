"""Breaches of what holds for the rows of every day (test_invariants runs them)."""

import hashlib
import os
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from crm import audit
from crm.models import AuditEntry, Branch, RecoveryCode, SecondFactor, User
from messenger.models import (
    AgentProfile,
    Attachment,
    CannedResponse,
    Consent,
    Contact,
    Conversation,
    ConversationEvent,
    ConversationLabel,
    DataExport,
    DataRemoval,
    Inbox,
    IntegrationToken,
    Label,
    Mention,
    Message,
    RoutingRule,
    SavedFilter,
    WorkingHours,
)

NOW = timezone.now()
SHA = "0" * 64


@dataclass
class World:
    """A conversation of Yekaterinburg with one message, and all around it."""

    inbox: Inbox
    global_inbox: Inbox
    moscow: Branch
    conversation: Conversation
    operator: User
    outsider: User

    def conversations(self) -> Any:
        return Conversation.objects.filter(pk=self.conversation.pk)

    def messages(self) -> Any:
        return Message.objects.filter(conversation=self.conversation)

    def add_message(self, **values: Any) -> None:
        Message.objects.bulk_create([Message(conversation=self.conversation, body="x", **values)])

    def add_conversation(self, **values: Any) -> None:
        beginning = {
            "inbox_id": self.inbox.pk,
            "branch_id": self.inbox.branch_id,
            "contact_id": Contact.objects.create(inbox=self.inbox).pk,
        }
        Conversation.objects.bulk_create([Conversation(**(beginning | values))])

    def add_attachment(self, **values: Any) -> None:
        usual = {"message": self.messages().get(), "size": 1, "sha256": SHA}
        Attachment.objects.bulk_create([Attachment(**(usual | values))])

    def add_token(self, **values: Any) -> IntegrationToken:
        usual = {
            "name": "Bot",
            "scopes": ["messages:read"],
            "digest": hashlib.sha256(os.urandom(8)).hexdigest(),
        }
        people = {"acts_as": self.operator, "created_by": self.operator}
        return IntegrationToken.objects.create(**(usual | people | values))

    def add_contacts(self, *external_ids: str) -> None:
        Contact.objects.bulk_create(Contact(inbox=self.inbox, external_id=known) for known in external_ids)


def update_conversation(**values: Any) -> Callable[[World], Any]:
    return lambda world: world.conversations().update(**values)


def update_message(**values: Any) -> Callable[[World], Any]:
    return lambda world: world.messages().update(**values)


def update_inbox(**values: Any) -> Callable[[World], Any]:
    return lambda world: Inbox.objects.filter(pk=world.inbox.pk).update(**values)


def change_consent(world: World) -> None:
    Consent.objects.create(contact=world.conversation.contact, text="I agree")
    Consent.objects.update(text="I agree to anything")


def withdraw_consent(world: World) -> None:
    Consent.objects.create(contact=world.conversation.contact, text="I agree")
    Consent.objects.all().delete()


def assign_without_time(world: World) -> None:
    world.conversations().update(assignee=world.operator)


def second_active(status: str, **values: Any) -> Callable[[World], Any]:
    return lambda world: world.add_conversation(
        contact_id=world.conversation.contact_id, status=status, **values
    )


def move_to_global_inbox(world: World) -> None:
    world.conversations().update(inbox=world.global_inbox)


def give_to_another_contact(world: World) -> None:
    world.conversations().update(contact=Contact.objects.create(inbox=world.inbox))


def change_branch_without_transfer(world: World) -> None:
    world.conversations().update(branch=world.moscow)


def transfer_out_of_a_branch_inbox(world: World) -> None:
    allow("messenger.transfer")
    world.conversations().update(branch=world.moscow)


def move_message(world: World) -> None:
    world.add_conversation()
    world.messages().update(conversation=Conversation.objects.order_by("pk").last())


def turn_direction(world: World) -> None:
    world.messages().update(direction="out", sender_user=world.operator)


def send_the_same_id_twice(world: World) -> None:
    key = uuid.uuid4()
    for _ in range(2):
        world.add_message(direction="in", client_message_id=key)


def name_labels(*names: str) -> Callable[[World], Any]:
    return lambda world: [Label.objects.create(name=name) for name in names]


def label_twice(world: World) -> None:
    label = Label.objects.create(name="Refund")
    for _ in range(2):
        ConversationLabel.objects.create(conversation=world.conversation, label=label)


def mention_twice(world: World) -> None:
    for _ in range(2):
        Mention.objects.create(message=world.messages().get(), user=world.operator)


def change_what_is_recorded(world: World) -> None:
    audit.record(None, "changed", target=world.inbox)
    AuditEntry.objects.update(action="nothing")


def remove_what_is_recorded(world: World) -> None:
    audit.record(None, "changed", target=world.inbox)
    AuditEntry.objects.all()._raw_delete("default")


def finish_an_export_without_a_file(world: World) -> None:
    contact = world.conversation.contact
    DataExport.objects.create(contact=contact, requested_by=world.operator, expires_at=NOW, finished_at=NOW)


def ask_for_two_removals_at_once(world: World) -> None:
    for _ in range(2):
        DataRemoval.objects.create(contact=world.conversation.contact, requested_by=world.operator)


def finish_a_removal_that_was_given_up(world: World) -> None:
    DataRemoval.objects.create(contact=world.conversation.contact, finished_at=NOW, failed_at=NOW)


def keep_a_recovery_code_twice(world: World) -> None:
    factor = SecondFactor.objects.create(user=world.operator, sealed_key="0" * 40)
    for _ in range(2):
        RecoveryCode.objects.create(factor=factor, digest=SHA)


def allow(setting: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, 'on', true)", [setting])


BREACHES: list[tuple[str, Callable[[World], Any]]] = [
    (
        "crm_user_email_unique",
        lambda w: User.objects.filter(pk=w.outsider.pk).update(email="ANNA@example.com"),
    ),
    ("crm_audit_is_fixed", change_what_is_recorded),
    ("crm_audit_is_fixed", remove_what_is_recorded),
    ("crm_recovery_code_unique", keep_a_recovery_code_twice),
    ("crm_user_role_known", lambda w: User.objects.filter(pk=w.outsider.pk).update(role="owner")),
    ("messenger_inbox_position_known", update_inbox(position="top")),
    ("messenger_inbox_rating_type_known", update_inbox(rating_type="smile")),
    ("messenger_inbox_color_form", update_inbox(color="#12345g")),
    ("messenger_inbox_color_form", update_inbox(color="red")),
    ("messenger_inbox_prechat_known", update_inbox(prechat_email="perhaps")),
    ("messenger_inbox_consent_text", update_inbox(consent_required=True, privacy_text="")),
    ("messenger_inbox_file_size", update_inbox(max_file_size_mb=0)),
    ("messenger_inbox_anonymize_after", update_inbox(anonymize_after_months=0)),
    ("messenger_contact_anonymized_is_empty", lambda w: Contact.objects.update(anonymized_at=NOW)),
    ("messenger_removal_once", ask_for_two_removals_at_once),
    ("messenger_removal_done_or_failed", finish_a_removal_that_was_given_up),
    ("messenger_export_finished_with_file", finish_an_export_without_a_file),
    ("messenger_consent_is_fixed", change_consent),
    ("messenger_consent_is_fixed", withdraw_consent),
    ("messenger_inbox_branch_is_fixed", lambda w: update_inbox(branch=w.moscow)(w)),
    ("messenger_inbox_branch_is_fixed", update_inbox(branch=None)),
    (
        "messenger_inbox_branch_is_fixed",
        lambda w: Inbox.objects.filter(pk=w.global_inbox.pk).update(branch=w.moscow),
    ),
    (
        "messenger_agent_status_known",
        lambda w: AgentProfile.objects.filter(user=w.operator).update(status="asleep"),
    ),
    ("messenger_rule_one_destination", lambda w: RoutingRule.objects.create(name="Nowhere")),
    (
        "messenger_rule_one_destination",
        lambda w: RoutingRule.objects.create(name="Two ways", branch=w.moscow, inbox=w.inbox),
    ),
    ("messenger_hours_weekday_known", lambda w: WorkingHours.objects.create(inbox=w.inbox, weekday=8)),
    ("messenger_hours_once", lambda w: [w.inbox.working_hours.create(weekday=1) for _ in range(2)]),
    ("messenger_holiday_once", lambda w: [w.inbox.holidays.create(date=NOW) for _ in range(2)]),
    ("messenger_contact_external_id_unique", lambda w: w.add_contacts("42", "42")),
    ("messenger_contact_inbox_is_fixed", lambda w: Contact.objects.update(inbox=w.global_inbox)),
    ("messenger_one_active_conversation", second_active("open")),
    ("messenger_one_active_conversation", second_active("pending")),
    ("messenger_one_active_conversation", second_active("resolved", resolved_at=NOW)),
    ("messenger_conversation_status_known", update_conversation(status="lost")),
    ("messenger_conversation_assigned_at", assign_without_time),
    ("messenger_conversation_assigned_at", update_conversation(assignee_assigned_at=NOW)),
    ("messenger_conversation_assigned_at", update_conversation(assignee_opened_at=NOW)),
    ("messenger_conversation_closed_at", update_conversation(status="closed")),
    ("messenger_conversation_closed_at", update_conversation(closed_at=NOW)),
    ("messenger_conversation_resolved_at", update_conversation(status="resolved")),
    ("messenger_conversation_last_message", update_conversation(last_message_at=None)),
    ("messenger_conversation_last_message", update_conversation(last_message_id=None)),
    ("messenger_conversation_rating", update_conversation(rating_score=5)),
    ("messenger_conversation_rating", update_conversation(rated_at=NOW)),
    ("messenger_conversation_rating", update_conversation(rating_score=11, rated_at=NOW)),
    ("messenger_conversation_rating", update_conversation(rating_score=-1, rated_at=NOW)),
    ("messenger_conversation_rating_type", update_conversation(rating_type="nps")),
    ("messenger_conversation_rating_type", update_conversation(rating_type="stars")),
    (
        "messenger_conversation_rating_type",
        update_conversation(rating_type="stars", rating_score=9, rated_at=NOW),
    ),
    (
        "messenger_conversation_rating_type",
        update_conversation(rating_type="smile", rating_score=3, rated_at=NOW),
    ),
    ("messenger_conversation_unread_count_check", update_conversation(unread_count=-1)),
    ("messenger_conversation_inbox_is_fixed", move_to_global_inbox),
    ("messenger_conversation_inbox_is_fixed", give_to_another_contact),
    ("messenger_conversation_branch_is_fixed", change_branch_without_transfer),
    ("messenger_conversation_branch_of_inbox", transfer_out_of_a_branch_inbox),
    ("messenger_conversation_branch_of_inbox", lambda w: w.add_conversation(branch_id=w.moscow.pk)),
    (
        "messenger_conversation_contact_of_inbox",
        lambda w: w.add_conversation(contact_id=Contact.objects.create(inbox=w.global_inbox).pk),
    ),
    ("messenger_message_client_id_unique", send_the_same_id_twice),
    ("messenger_message_sender", lambda w: w.add_message(direction="in", sender_user=w.operator)),
    ("messenger_message_sender", lambda w: w.add_message(direction="out")),
    ("messenger_message_sender", lambda w: w.add_message(direction="internal")),
    ("messenger_message_sender", lambda w: w.add_message(direction="aside", sender_user=w.operator)),
    ("messenger_message_read", update_message(read_at=NOW)),
    (
        "messenger_message_read",
        lambda w: w.add_message(direction="internal", sender_user=w.operator, read_at=NOW),
    ),
    ("messenger_message_is_fixed", move_message),
    ("messenger_message_is_fixed", turn_direction),
    ("messenger_message_is_fixed", update_message(created_at=NOW)),
    ("messenger_message_is_fixed", update_message(client_message_id=uuid.uuid4())),
    ("messenger_message_is_fixed", update_message(id=999_999)),
    ("messenger_label_unique", name_labels("Refund", "refund")),
    ("messenger_label_color_form", lambda w: Label.objects.create(name="Refund", color="red")),
    ("messenger_conversation_label_unique", label_twice),
    ("messenger_mention_unique", mention_twice),
    (
        "messenger_saved_filter_unique",
        lambda w: [SavedFilter.objects.create(user=w.operator, name="Late") for _ in range(2)],
    ),
    (
        "messenger_canned_response_unique",
        lambda w: [CannedResponse.objects.create(shortcut="hi", text="Hello") for _ in range(2)],
    ),
    (
        "messenger_canned_response_shortcut_form",
        lambda w: CannedResponse.objects.create(shortcut="good day", text="Hello"),
    ),
    ("messenger_attachment_sha256_form", lambda w: w.add_attachment(sha256="A" * 64)),
    ("messenger_attachment_sha256_form", lambda w: w.add_attachment(sha256="0" * 63)),
    ("messenger_attachment_not_empty", lambda w: w.add_attachment(size=0)),
    ("messenger_token_digest_form", lambda w: w.add_token(digest="msgr_secret")),
    ("messenger_token_scopes_known", lambda w: w.add_token(scopes=["messages:read", "all"])),
    ("messenger_token_has_a_scope", lambda w: w.add_token(scopes=[])),
    ("messenger_token_name_unique", lambda w: [w.add_token(name=name) for name in ("Bot", "BOT")]),
    ("messenger_event_is_fixed", lambda w: ConversationEvent.objects.update(kind="closed")),
    ("messenger_event_is_fixed", lambda w: ConversationEvent.objects.all().delete()),
    ("messenger_event_is_fixed", lambda w: w.conversations().delete()),
]
