"""What an operator doesn't open goes to the next one, each once; where nobody is left the administrators hear of it."""

from datetime import time, timedelta
from typing import Any

import pytest

from crm.models import Branch, User
from messenger.lib import clock
from messenger.models import Conversation, Inbox
from messenger.services import posting, reading, status
from messenger.services.escalation import Outcome
from tests.people import NOON, come, events_of, on_duty, write
from tests.services.escalating import MINUTE, TIMEOUT, assignee, escalate

pytestmark = pytest.mark.django_db


# --- When not ------------------------------------------------------------------------------------------------


def test_not_before_the_time_is_over(annas: Conversation, boris: User) -> None:
    assert escalate(NOON + TIMEOUT - timedelta(seconds=1)) == Outcome()
    assert assignee(annas) == "anna"


def test_not_what_was_opened(annas: Conversation, anna: User, boris: User) -> None:
    with clock.at(NOON + MINUTE):
        reading.mark_read_by_operator(conversation_id=annas.pk, operator=anna)
    assert escalate(NOON + 2 * TIMEOUT) == Outcome()
    assert annas.events.count() == 1


def test_not_for_a_colleagues_look(annas: Conversation, boris: User) -> None:
    """A look of somebody else opens nothing for Anna."""
    with clock.at(NOON + MINUTE):
        reading.mark_read_by_operator(conversation_id=annas.pk, operator=boris)
    escalate(NOON + TIMEOUT)
    assert assignee(annas) == "boris"


def test_not_what_its_operator_answered(annas: Conversation, anna: User, boris: User) -> None:
    """As on a page without scripts, which says nothing of being read."""
    with clock.at(NOON + MINUTE):
        posting.post_from_operator(conversation_id=annas.pk, operator=anna, body="Yes")
    annas.refresh_from_db()
    assert annas.assignee_opened_at == NOON + MINUTE
    assert escalate(NOON + 2 * TIMEOUT) == Outcome()


def test_whoever_answers_what_was_not_opened_takes_it(annas: Conversation, boris: User) -> None:
    with clock.at(NOON + MINUTE):
        posting.post_from_operator(conversation_id=annas.pk, operator=boris, body="Yes")
    assert assignee(annas) == "boris"
    assert annas.events.order_by("pk").last().actor == boris  # type: ignore[union-attr]
    assert escalate(NOON + 2 * TIMEOUT) == Outcome()


def test_a_colleagues_answer_takes_nothing_that_was_opened(
    annas: Conversation, anna: User, boris: User
) -> None:
    with clock.at(NOON + MINUTE):
        reading.mark_read_by_operator(conversation_id=annas.pk, operator=anna)
        posting.post_from_operator(conversation_id=annas.pk, operator=boris, body="Yes")
    assert assignee(annas) == "anna"


def test_not_what_nobody_wrote_in(annas: Conversation, boris: User) -> None:
    Conversation.objects.update(last_message_id=None, last_message_at=None)
    assert escalate(NOON + TIMEOUT) == Outcome()


@pytest.mark.parametrize("end", [status.resolve, status.close])
def test_not_what_has_ended(annas: Conversation, anna: User, boris: User, end: Any) -> None:
    with clock.at(NOON + MINUTE):
        end(conversation_id=annas.pk, actor=boris)
    assert escalate(NOON + 2 * TIMEOUT) == Outcome()


def test_not_what_waits_for_anybody(inbox: Inbox, yekaterinburg: Branch) -> None:
    with clock.at(NOON):
        come(inbox, yekaterinburg)
    on_duty("anna", yekaterinburg)
    assert escalate(NOON + TIMEOUT) == Outcome()


def test_not_outside_of_working_hours(annas: Conversation, boris: User, inbox: Inbox) -> None:
    """Noon in Moscow; the shop shuts at two minutes past, and the next morning Anna has her whole time again."""
    inbox.working_hours_enabled = True
    inbox.save()
    for weekday in range(1, 8):
        inbox.working_hours.create(weekday=weekday, opens=time(9), closes=time(12, 2))
    assert escalate(NOON + TIMEOUT) == Outcome()
    morning = NOON + timedelta(hours=21)
    assert escalate(morning) == Outcome()
    assert escalate(morning + TIMEOUT - timedelta(seconds=1)) == Outcome()
    assert len(escalate(morning + TIMEOUT).escalated) == 1


# --- To whom -------------------------------------------------------------------------------------------------


def test_to_the_next_one(annas: Conversation, anna: User, boris: User, announced: Any) -> None:
    with announced(annas) as events:
        outcome = escalate(NOON + TIMEOUT)
    assert [(step.conversation_id, step.was, step.to) for step in outcome.escalated] == [
        (annas.pk, anna, boris)
    ]
    annas.refresh_from_db()
    assert annas.assignee == boris
    assert annas.assignee_assigned_at == NOON + TIMEOUT
    assert (annas.assignee_opened_at, annas.unread_count) == (None, 1)
    event = annas.events.get(kind="escalated")
    assert (event.actor, event.created_at) == (None, NOON + TIMEOUT)
    assert event.data == {"from": anna.pk, "from_name": "Anna", "to": boris.pk, "to_name": "Boris"}
    for told in (anna, boris):
        (heard,) = events[f"messenger:operator:{told.pk}"]
        assert (heard["kind"], heard["assignee"], heard["was_assignee"]) == (
            "escalated",
            boris.pk,
            anna.pk,
        )


def test_never_to_one_who_had_it(annas: Conversation, boris: User, yekaterinburg: Branch) -> None:
    on_duty("clara", yekaterinburg)
    at, holders = NOON, [assignee(annas)]
    for _ in range(4):
        at += TIMEOUT
        escalate(at)
        holders.append(assignee(annas))
    assert holders == ["anna", "boris", "clara", "clara", "clara"]
    assert events_of(annas) == ["assigned", "escalated", "escalated", "escalation_failed"]


def test_not_to_who_took_it_or_answered_it(annas: Conversation, boris: User, yekaterinburg: Branch) -> None:
    """By hand counts as by the system."""
    clara = on_duty("clara", yekaterinburg)
    Conversation.objects.update(
        assignee=None, assignee_assigned_at=None, assignee_opened_at=None, assignee_last_read_at=None
    )
    with clock.at(NOON + MINUTE):
        status.take(conversation_id=annas.pk, operator=boris)
    Conversation.objects.update(assignee=clara, assignee_opened_at=None)
    escalate(NOON + MINUTE + TIMEOUT)
    assert assignee(annas) == "clara"
    assert events_of(annas)[-1] == "escalation_failed"


def test_after_coming_back_everybody_may_have_it_again(annas: Conversation, anna: User, boris: User) -> None:
    escalate(NOON + TIMEOUT)
    with clock.at(NOON + timedelta(minutes=5)):
        posting.post_from_operator(conversation_id=annas.pk, operator=boris, body="Yes")
        status.resolve(conversation_id=annas.pk, actor=boris)
    later = NOON + timedelta(days=30)
    with clock.at(later):
        write(annas, "Me again")
    assert assignee(annas) == "boris"
    escalate(later + TIMEOUT)
    assert assignee(annas) == "anna"


@pytest.mark.parametrize(
    "profile",
    [{"status": "away"}, {"capacity": 0}, {"last_seen_at": NOON - timedelta(hours=1)}],
    ids=["away", "no room", "gone"],
)
def test_only_to_who_is_there(annas: Conversation, yekaterinburg: Branch, profile: dict[str, Any]) -> None:
    on_duty("boris", yekaterinburg, **profile)
    assert len(escalate(NOON + TIMEOUT).failed) == 1
    assert assignee(annas) == "anna"


@pytest.mark.parametrize("opened", [True, False])
def test_at_once_what_belongs_to_somebody_who_left(
    annas: Conversation, anna: User, boris: User, *, opened: bool
) -> None:
    if opened:
        with clock.at(NOON):
            reading.mark_read_by_operator(conversation_id=annas.pk, operator=anna)
    User.objects.filter(pk=anna.pk).update(is_active=False)
    outcome = escalate(NOON + MINUTE)
    assert [step.to for step in outcome.escalated] == [boris]
    assert assignee(annas) == "boris"


def test_what_a_colleague_reopens_has_to_be_opened_anew(annas: Conversation, anna: User, boris: User) -> None:
    """Its operator may be gone by now."""
    with clock.at(NOON):
        posting.post_from_operator(conversation_id=annas.pk, operator=anna, body="Yes")
        status.resolve(conversation_id=annas.pk, actor=anna)
    later = NOON + timedelta(days=1)
    with clock.at(later):
        status.reopen(conversation_id=annas.pk, actor=boris)
    escalate(later + TIMEOUT)
    assert assignee(annas) == "boris"


def test_what_its_operator_reopens_is_open(annas: Conversation, anna: User, boris: User) -> None:
    with clock.at(NOON):
        posting.post_from_operator(conversation_id=annas.pk, operator=anna, body="Yes")
        status.resolve(conversation_id=annas.pk, actor=anna)
    with clock.at(NOON + MINUTE):
        status.reopen(conversation_id=annas.pk, actor=anna)
    assert escalate(NOON + timedelta(days=1)) == Outcome()


def test_not_to_another_branch(annas: Conversation, moscow: Branch) -> None:
    on_duty("victor", moscow)
    assert len(escalate(NOON + TIMEOUT).failed) == 1
