"""To another branch or a chosen operator: only out of a global inbox, and both sides hear of it."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from crm.models import Branch, User
from messenger.exceptions import ConversationClosed, Invalid, NotFound, NotUnfinished, TransferRefused
from messenger.lib import clock
from messenger.models import AgentProfile, Conversation, Inbox
from messenger.services import reading, status
from messenger.services.transfer import REASON_LENGTH, transfer
from tests.people import come, on_duty

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 25, 9, tzinfo=UTC)


@pytest.fixture
def anna(yekaterinburg: Branch) -> User:
    return on_duty("anna", yekaterinburg)


@pytest.fixture
def victor(moscow: Branch) -> User:
    return on_duty("victor", moscow)


@pytest.fixture
def annas(global_inbox: Inbox, yekaterinburg: Branch, anna: User) -> Conversation:
    """A conversation of the global inbox that Anna has, has read and may transfer."""
    conversation = come(global_inbox, yekaterinburg)
    reading.mark_read_by_operator(conversation_id=conversation.pk, operator=anna)
    conversation.refresh_from_db()
    return conversation


def untouched(conversation: Conversation) -> bool:
    before = Conversation.objects.filter(
        pk=conversation.pk, branch=conversation.branch, assignee=conversation.assignee
    )
    return before.exists() and not conversation.events.filter(kind="transferred").exists()


# --- Refused -------------------------------------------------------------------------------------------------


def test_unknown(anna: User, moscow: Branch) -> None:
    with pytest.raises(NotFound):
        transfer(conversation_id=10**9, actor=anna, branch=moscow)


def test_out_of_a_branchs_inbox(inbox: Inbox, yekaterinburg: Branch, anna: User, moscow: Branch) -> None:
    conversation = come(inbox, yekaterinburg)
    with pytest.raises(TransferRefused) as refused:
        transfer(conversation_id=conversation.pk, actor=anna, branch=moscow)
    assert "global inbox" in str(refused.value)
    assert untouched(conversation)


@pytest.mark.parametrize(
    ("end", "error"), [(status.close, ConversationClosed), (status.resolve, NotUnfinished)]
)
def test_what_has_ended(
    annas: Conversation, anna: User, moscow: Branch, end: Any, error: type[Exception]
) -> None:
    end(conversation_id=annas.pk, actor=anna)
    with pytest.raises(error):
        transfer(conversation_id=annas.pk, actor=anna, branch=moscow)
    assert untouched(annas)


def test_to_nobody(annas: Conversation, anna: User) -> None:
    with pytest.raises(Invalid) as refused:
        transfer(conversation_id=annas.pk, actor=anna)
    assert list(refused.value.fields) == ["branch"]


def test_to_a_branch_that_is_shut(annas: Conversation, anna: User, moscow: Branch) -> None:
    moscow.is_active = False
    moscow.save()
    with pytest.raises(Invalid):
        transfer(conversation_id=annas.pk, actor=anna, branch=moscow)
    assert untouched(annas)


@pytest.mark.parametrize(
    "change", [{"is_active": False}, {"role": "administrator"}, {"branch": None}], ids=str
)
def test_to_somebody_who_does_not_answer(
    annas: Conversation, anna: User, victor: User, change: dict[str, Any]
) -> None:
    User.objects.filter(pk=victor.pk).update(**change)
    with pytest.raises(Invalid):
        transfer(conversation_id=annas.pk, actor=anna, operator=User.objects.get(pk=victor.pk))
    assert untouched(annas)


def test_to_who_has_it(annas: Conversation, anna: User) -> None:
    with pytest.raises(Invalid) as refused:
        transfer(conversation_id=annas.pk, actor=anna, operator=anna)
    assert "Anna has the conversation already." in refused.value.fields["operator"]


@pytest.mark.parametrize("reason", ["x" * (REASON_LENGTH + 1), "nul\0"])
def test_reason_that_cannot_be_kept(annas: Conversation, anna: User, victor: User, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        transfer(conversation_id=annas.pk, actor=anna, operator=victor, reason=reason)
    assert list(refused.value.fields) == ["reason"]
    assert untouched(annas)


# --- Done ----------------------------------------------------------------------------------------------------


def test_to_the_first_free_one(
    annas: Conversation, anna: User, victor: User, moscow: Branch, announced: Any
) -> None:
    old = annas.branch_id
    with announced(annas) as events:
        done = transfer(conversation_id=annas.pk, actor=anna, branch=moscow, reason=" Lives in Moscow ")
    assert done.operator == victor
    annas.refresh_from_db()
    assert (annas.branch, annas.assignee) == (moscow, victor)
    assert (annas.assignee_opened_at, annas.assignee_last_read_at, annas.unread_count) == (None, None, 1)
    event = annas.events.get(kind="transferred")
    assert (event.actor, event.data) == (
        anna,
        {
            "from_branch": old,
            "from_branch_name": "Yekaterinburg",
            "to_branch": moscow.pk,
            "to_branch_name": "Moscow",
            "to": victor.pk,
            "to_name": "Victor",
            "reason": "Lives in Moscow",
        },
    )
    concerned = {
        f"messenger:{channel}"
        for channel in (
            f"conversation:{annas.pk}",
            "staff",
            f"branch:{old}",
            f"branch:{moscow.pk}",
            f"operator:{anna.pk}",
            f"operator:{victor.pk}",
        )
    }
    assert set(events) == concerned
    (told,) = events[f"messenger:branch:{old}"]
    assert (told["kind"], told["was_branch"], told["was_assignee"]) == ("transferred", old, anna.pk)


def test_the_database_is_shut_again_afterwards(annas: Conversation, anna: User, moscow: Branch) -> None:
    transfer(conversation_id=annas.pk, actor=anna, branch=moscow)
    with pytest.raises(IntegrityError):
        Conversation.objects.filter(pk=annas.pk).update(branch=annas.branch)


def test_where_nobody_is_free_it_waits(annas: Conversation, anna: User, victor: User, moscow: Branch) -> None:
    AgentProfile.objects.filter(user=victor).update(status="busy")
    done = transfer(conversation_id=annas.pk, actor=anna, branch=moscow)
    assert done.operator is None
    annas.refresh_from_db()
    assert (annas.branch, annas.assignee, annas.unread_count) == (moscow, None, 1)
    assert list(Conversation.objects.waiting().filter(branch=moscow)) == [annas]


def test_outside_of_hours_it_waits(annas: Conversation, anna: User, victor: User, moscow: Branch) -> None:
    inbox = annas.inbox
    inbox.working_hours_enabled = True
    inbox.save()
    inbox.working_hours.create(weekday=1, opens=time(9), closes=time(18))
    with clock.at(NOON + timedelta(days=1)):
        assert transfer(conversation_id=annas.pk, actor=anna, branch=moscow).operator is None


def test_who_was_chosen_gets_it_whatever_their_status(
    annas: Conversation, anna: User, victor: User, moscow: Branch
) -> None:
    AgentProfile.objects.filter(user=victor).update(status="offline", capacity=0)
    transfer(conversation_id=annas.pk, actor=anna, operator=victor)
    annas.refresh_from_db()
    assert (annas.branch, annas.assignee) == (moscow, victor)


def test_within_the_branch_to_another_one(
    annas: Conversation, anna: User, yekaterinburg: Branch, global_inbox: Inbox
) -> None:
    """Anna would be the least loaded, and has it already."""
    boris = on_duty("boris", yekaterinburg)
    come(global_inbox, yekaterinburg)
    come(global_inbox, yekaterinburg)
    Conversation.objects.exclude(pk=annas.pk).update(assignee=boris)
    assert transfer(conversation_id=annas.pk, actor=anna, branch=yekaterinburg).operator == boris


def test_within_the_branch_it_is_taken_from_nobody_for_nobody(
    annas: Conversation, anna: User, yekaterinburg: Branch
) -> None:
    with pytest.raises(Invalid) as refused:
        transfer(conversation_id=annas.pk, actor=anna, branch=yekaterinburg)
    assert refused.value.fields == {"branch": ["Nobody else of the branch is free now."]}
    assert untouched(annas)


def test_what_went_out_of_sight_meanwhile(
    annas: Conversation, anna: User, moscow: Branch, victor: User
) -> None:
    """Anna chose it in a list; a colleague was quicker."""
    transfer(conversation_id=annas.pk, actor=anna, operator=victor)
    with pytest.raises(NotFound):
        transfer(conversation_id=annas.pk, actor=anna, branch=moscow)
    annas.refresh_from_db()
    assert annas.assignee == victor


def test_the_next_one_has_to_open_it_in_time_too(annas: Conversation, anna: User, victor: User) -> None:
    with clock.at(NOON):
        transfer(conversation_id=annas.pk, actor=anna, operator=victor)
    due = Conversation.objects.unopened_since(NOON)
    assert list(due) == [annas]
