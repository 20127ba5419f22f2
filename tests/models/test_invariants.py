"""What the database refuses whoever asks: each rule is broken here behind the services' back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from crm import audit
from crm.models import AuditEntry, Branch, User
from messenger.models import (
    Contact,
    Conversation,
    ConversationEvent,
    Inbox,
    Message,
)
from tests.models import breaches, figures_breaches, mail_breaches, webhook_breaches
from tests.models.breaches import NOW, World, allow

pytestmark = pytest.mark.django_db

BREACHES = [
    *breaches.BREACHES,
    *webhook_breaches.BREACHES,
    *figures_breaches.BREACHES,
    *mail_breaches.BREACHES,
]


@pytest.fixture
def world(
    inbox: Inbox,
    global_inbox: Inbox,
    moscow: Branch,
    conversation: Conversation,
    operator: User,
    outsider: User,
) -> World:
    ConversationEvent.objects.create(conversation=conversation, kind="assigned")
    return World(inbox, global_inbox, moscow, conversation, operator, outsider)


@contextmanager
def refused(constraint: str) -> Iterator[None]:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        yield
    cause: Any = caught.value.__cause__
    assert cause.diag.constraint_name == constraint


@pytest.mark.parametrize(
    ("constraint", "breach"), BREACHES, ids=[f"{n}-{i}" for i, (n, _) in enumerate(BREACHES)]
)
def test_breach_is_refused(world: World, constraint: str, breach: Callable[[World], Any]) -> None:
    with refused(constraint):
        breach(world)


def test_no_invariant_is_without_a_breach() -> None:
    declared = {
        constraint.name
        for label in ("crm", "messenger")
        for model in apps.get_app_config(label).get_models()
        for constraint in model._meta.constraints
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname, prosrc FROM pg_proc WHERE proname ~ '^(crm|messenger)_'")
        sources = "".join(source for _name, source in cursor.fetchall())
    raised = {part.split("'")[1] for part in sources.split("CONSTRAINT = ")[1:]}
    assert len(raised) >= 8
    assert declared | raised <= {name for name, _breach in BREACHES}


def test_what_stays_allowed(world: World) -> None:
    """The rules bite only where they should: redaction, a second closed conversation, a null id, an empty email."""
    world.messages().update(body="[redacted]")
    world.add_conversation(contact_id=world.conversation.contact_id, status="closed", closed_at=NOW)
    world.add_contacts("", "")
    world.add_message(direction="in")
    world.add_message(direction="in")
    User.objects.filter(pk__in=[world.operator.pk, world.outsider.pk]).update(email="")
    Contact.objects.create(inbox=world.global_inbox, external_id="42")
    Contact.objects.create(inbox=world.inbox, external_id="42")
    world.add_token(revoked_at=NOW)
    world.add_token()


def test_transfer_changes_the_branch_in_a_global_inbox(world: World, yekaterinburg: Branch) -> None:
    contact = Contact.objects.create(inbox=world.global_inbox)
    row = Conversation.objects.create(inbox=world.global_inbox, branch=yekaterinburg, contact=contact)
    with refused("messenger_conversation_branch_is_fixed"):
        Conversation.objects.filter(pk=row.pk).update(branch=world.moscow)
    allow("messenger.transfer")
    assert Conversation.objects.filter(pk=row.pk).update(branch=world.moscow) == 1


def test_purge_deletes_a_conversation_with_its_events(world: World) -> None:
    allow("messenger.purge")
    world.conversations().delete()
    assert not ConversationEvent.objects.exists()
    assert not Message.objects.exists()


def test_purge_changes_no_event(world: World) -> None:
    allow("messenger.purge")
    with refused("messenger_event_is_fixed"):
        ConversationEvent.objects.update(kind="closed")


def test_anonymization_changes_details_and_nothing_else(world: World) -> None:
    audit.record(None, "changed", target=world.inbox)
    allow("messenger.anonymize")
    assert ConversationEvent.objects.update(data={}) == 1
    assert AuditEntry.objects.update(target_name="", details={}) == 1
    with refused("messenger_event_is_fixed"):
        ConversationEvent.objects.update(data={}, kind="closed")
    with refused("messenger_event_is_fixed"):
        ConversationEvent.objects.all().delete()
    with refused("crm_audit_is_fixed"):
        AuditEntry.objects.update(details={}, action="nothing")
    with refused("crm_audit_is_fixed"):
        AuditEntry.objects.all()._raw_delete("default")


@pytest.mark.parametrize("leave", ["rollback", "commit"])
@pytest.mark.django_db(transaction=True)
def test_leave_to_purge_ends_with_its_transaction(conversation: Conversation, leave: str) -> None:
    ConversationEvent.objects.create(conversation=conversation, kind="assigned")
    with transaction.atomic():
        allow("messenger.purge")
        allow("messenger.transfer")
        if leave == "rollback":
            transaction.set_rollback(True)
    with refused("messenger_event_is_fixed"):
        ConversationEvent.objects.all().delete()
