"""Clients are made anonymous when their inbox keeps them no longer: no sooner, nobody else, and once."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from crm.models import AuditEntry, Branch, User
from messenger.models import Contact, Conversation, Inbox, Message
from messenger.services import forgetting, status
from messenger.services.forgetting import forget_silent, months_before
from messenger.tasks import anonymize_silent_contacts
from tests.admin.test_inboxes import values
from tests.people import come, write

pytestmark = pytest.mark.django_db

MONTHS = 6
LONG_AGO = timedelta(days=190)


@pytest.fixture
def keeping(inbox: Inbox) -> Inbox:
    """Clients' data are kept for half a year."""
    Inbox.objects.filter(pk=inbox.pk).update(anonymize_after_months=MONTHS)
    return inbox


@pytest.fixture
def gone(keeping: Inbox, conversation: Conversation, operator: User) -> Conversation:
    """Maria's question was resolved; she has not been seen since."""
    return leave(conversation, operator)


def leave(conversation: Conversation, operator: User, ago: timedelta = LONG_AGO) -> Conversation:
    status.resolve(conversation_id=conversation.pk, actor=operator)
    then = timezone.now() - ago
    Conversation.objects.filter(pk=conversation.pk).update(last_message_at=then)
    Contact.objects.filter(pk=conversation.contact_id).update(last_seen_at=then, created_at=then)
    return conversation


def forget() -> int:
    return forget_silent(limit=100)


def anonymous() -> list[bool]:
    found = Contact.objects.order_by("created_at").values_list("anonymized_at", flat=True)
    return [moment is not None for moment in found]


def test_who_was_silent_for_long_is_made_anonymous(gone: Conversation) -> None:
    assert [forget() for _ in range(2)] == [1, 0]
    contact = Contact.objects.get()
    assert (contact.name, contact.anonymized_at is None) == ("", False)
    assert Message.objects.get().body == "[redacted]"
    gone.refresh_from_db()
    assert gone.status == "closed"


@pytest.mark.usefixtures("gone")
def test_by_default_nobody_is() -> None:
    Inbox.objects.update(anonymize_after_months=None)
    assert Inbox().anonymize_after_months is None
    assert forget() == 0


@pytest.mark.parametrize(
    "sign", ["last_seen_at", "last_message_at", "created_at", "is_blocked", "status"], ids=str
)
def test_each_sign_of_life_is_enough(gone: Conversation, sign: str) -> None:
    now = timezone.now()
    contacts, conversations = Contact.objects.filter(pk=gone.contact_id), Conversation.objects.all()
    match sign:
        case "last_message_at":
            conversations.update(last_message_at=now)
        case "status":
            conversations.update(status="pending")
        case "is_blocked":
            contacts.update(is_blocked=True)
        case _:
            contacts.update(**{sign: now})
    assert forget() == 0
    assert anonymous() == [False]


def test_who_never_came_back_counts_from_the_first_visit(gone: Conversation) -> None:
    Contact.objects.update(last_seen_at=None)
    assert forget() == 1


def test_another_inbox_keeps_its_own(gone: Conversation, global_inbox: Inbox) -> None:
    Inbox.objects.filter(pk=global_inbox.pk).update(anonymize_after_months=1)
    Inbox.objects.filter(pk=gone.inbox_id).update(anonymize_after_months=MONTHS * 2)
    assert forget() == 0


def test_inboxes_share_the_limit(
    gone: Conversation, global_inbox: Inbox, yekaterinburg: Branch, operator: User
) -> None:
    """What one has too many of holds nobody else's up."""
    Inbox.objects.update(anonymize_after_months=MONTHS)
    for inbox in [gone.inbox] * 3 + [global_inbox]:
        leave(come(inbox, yekaterinburg), operator)
    assert [forget_silent(limit=2) for _ in range(5)] == [2, 1, 1, 1, 0]


def test_time_that_is_over_ends_it(gone: Conversation) -> None:
    assert forget_silent(limit=100, seconds=0) == 0
    assert forget() == 1


def test_a_run_is_audited_without_names(gone: Conversation, keeping: Inbox) -> None:
    assert anonymize_silent_contacts() == "1 contacts anonymized"
    entry = AuditEntry.objects.get(target="messenger.inbox")
    assert (entry.actor, entry.action, entry.target_id) == (None, "anonymized", str(keeping.pk))
    assert entry.details == {"clients": 1, "after_months": MONTHS}
    anonymize_silent_contacts()
    assert AuditEntry.objects.filter(target="messenger.inbox").count() == 1


def test_one_that_fails_stops_nobody_else(
    gone: Conversation, yekaterinburg: Branch, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(come(gone.inbox, yekaterinburg), operator, LONG_AGO * 2)

    def fail(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if sql.startswith('UPDATE "messenger_message"') and not failed:
            failed.append(sql)
            raise DatabaseError
        return execute(sql, parameters, many, context)

    failed: list[str] = []
    with connection.execute_wrapper(fail):
        assert forget() == 1
    assert anonymous() == [False, True]
    assert forget() == 1


@pytest.mark.django_db(transaction=True)
def test_who_writes_at_this_moment_is_left_alone(gone: Conversation) -> None:
    """The run waits for the message, and then asks again."""
    writing, found = threading.Event(), threading.Event()

    def act() -> None:
        try:
            with transaction.atomic():
                reopen_by_writing(gone)
                writing.set()
                found.wait(20)
        finally:
            connection.close()

    def note_that_it_waits(execute: Any, sql: str, *rest: Any) -> Any:
        if "FOR NO KEY UPDATE" in sql:
            found.set()
        return execute(sql, *rest)

    writer = threading.Thread(target=act)
    writer.start()
    writing.wait(20)
    with connection.execute_wrapper(note_that_it_waits):
        assert forget() == 0
    writer.join()
    assert anonymous() == [False]


def reopen_by_writing(conversation: Conversation) -> None:
    assert write(conversation, "I am back").status == "open"


@pytest.mark.parametrize(
    ("moment", "months", "before"),
    [
        (datetime(2026, 3, 31, 9, tzinfo=UTC), 1, datetime(2026, 2, 28, 9, tzinfo=UTC)),
        (datetime(2024, 3, 31, tzinfo=UTC), 1, datetime(2024, 2, 29, tzinfo=UTC)),
        (datetime(2026, 1, 15, tzinfo=UTC), 1, datetime(2025, 12, 15, tzinfo=UTC)),
        (datetime(2026, 12, 31, tzinfo=UTC), 12, datetime(2025, 12, 31, tzinfo=UTC)),
        (datetime(2026, 6, 30, tzinfo=UTC), 6, datetime(2025, 12, 30, tzinfo=UTC)),
        (datetime(2026, 6, 30, tzinfo=UTC), 32_767, datetime(1926, 6, 30, tzinfo=UTC)),
    ],
)
def test_months_are_those_of_the_calendar(moment: datetime, months: int, before: datetime) -> None:
    assert months_before(moment, months) == before


def test_months_of_the_form_are_those_of_the_code() -> None:
    Inbox(name="Shop", anonymize_after_months=forgetting.MOST_MONTHS).clean_fields()
    for months in (0, forgetting.MOST_MONTHS + 1):
        with pytest.raises(ValidationError, match="anonymize_after_months"):
            Inbox(name="Shop", title="Shop", anonymize_after_months=months).clean_fields()


@pytest.mark.parametrize(("typed", "months"), [("", None), ("12", 12)])
def test_administrators_choose_the_months(
    administrator_client: Client, typed: str, months: int | None
) -> None:
    administrator_client.post("/admin/messenger/inbox/add/", values(anonymize_after_months=typed))
    assert Inbox.objects.get().anonymize_after_months == months
