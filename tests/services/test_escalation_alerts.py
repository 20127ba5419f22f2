"""Nobody is left to give a conversation to: told once, tried again. And many who escalate at the same moment."""

from collections import Counter
from datetime import time
from typing import Any

import pytest

from crm.models import Branch, User
from messenger.lib import clock
from messenger.models import AgentProfile, Conversation, ConversationEvent, Inbox
from messenger.services import reading
from tests.parallel import in_parallel
from tests.people import NOON, come, events_of, on_duty
from tests.services.escalating import MINUTE, TIMEOUT, assignee, escalate

pytestmark = pytest.mark.django_db


def test_nobody_left_stays_and_is_told_once(annas: Conversation, anna: User, announced: Any) -> None:
    with announced(annas) as events:
        first = escalate(NOON + TIMEOUT)
    assert [(step.conversation_id, step.was, step.to, step.alerted) for step in first.failed] == [
        (annas.pk, anna, None, True)
    ]
    alerts = [one for one in events["messenger:staff"] if one["type"] == "alert"]
    assert [(one["conversation"], one["branch"]) for one in alerts] == [(annas.pk, annas.branch_id)]
    assert not [one for one in events[f"messenger:branch:{annas.branch_id}"] if one["type"] == "alert"]
    annas.refresh_from_db()
    assert (annas.assignee, annas.escalation_failed_at) == (anna, NOON + TIMEOUT)
    assert list(Conversation.objects.forsaken()) == [annas]

    with announced(annas) as events:
        again = escalate(NOON + 2 * TIMEOUT)
    assert [step.alerted for step in again.failed] == [False]
    assert events == {}
    assert events_of(annas) == ["assigned", "escalation_failed"]


def test_who_comes_later_gets_it(annas: Conversation, yekaterinburg: Branch) -> None:
    escalate(NOON + TIMEOUT)
    on_duty("boris", yekaterinburg)
    escalate(NOON + 2 * TIMEOUT)
    annas.refresh_from_db()
    assert assignee(annas) == "boris"
    assert annas.escalation_failed_at is None


def test_a_branch_without_anybody_is_not_tried_in_vain_for_all(
    inbox: Inbox, yekaterinburg: Branch, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is alerted once; after that a few tries a minute tell that nobody is there. Fresh ones come first."""
    monkeypatch.setattr("messenger.services.escalation.TRIES_IN_VAIN", 2)
    with clock.at(NOON):
        for _ in range(5):
            come(inbox, yekaterinburg)
    assert len(escalate(NOON + TIMEOUT).failed) == 5
    assert len(escalate(NOON + TIMEOUT + MINUTE).failed) == 2
    with clock.at(NOON + TIMEOUT):
        fresh = come(inbox, yekaterinburg)
    later = escalate(NOON + 2 * TIMEOUT)
    assert [(step.conversation_id == fresh.pk, step.alerted) for step in later.failed] == [
        (True, True),
        (False, False),
        (False, False),
    ]
    on_duty("boris", yekaterinburg)
    assert len(escalate(NOON + 2 * TIMEOUT + MINUTE).escalated) == 6


def test_a_zone_that_this_machine_lacks_stops_nothing(annas: Conversation, boris: User, inbox: Inbox) -> None:
    Inbox.objects.filter(pk=inbox.pk).update(time_zone="Mars/Olympus", working_hours_enabled=True)
    for weekday in range(1, 8):
        inbox.working_hours.create(weekday=weekday, opens=time(0), closes=time(0))
    escalate(NOON + TIMEOUT)
    assert assignee(annas) == "boris"


def test_who_answers_ends_the_alert(annas: Conversation, anna: User) -> None:
    escalate(NOON + TIMEOUT)
    with clock.at(NOON + 2 * TIMEOUT):
        reading.mark_read_by_operator(conversation_id=annas.pk, operator=anna)
    assert list(Conversation.objects.forsaken()) == []


# --- The whole and the race ----------------------------------------------------------------------------------


def test_dry_run_changes_nothing(annas: Conversation, boris: User, announced: Any) -> None:
    before = Conversation.objects.values().get()
    profiles = list(AgentProfile.objects.order_by("pk").values())
    with announced(annas) as events:
        outcome = escalate(NOON + TIMEOUT, dry_run=True)
    assert [step.to for step in outcome.escalated] == [boris]
    assert events == {}
    assert Conversation.objects.values().get() == before
    assert list(AgentProfile.objects.order_by("pk").values()) == profiles
    assert events_of(annas) == ["assigned"]


@pytest.mark.django_db(transaction=True)
def test_four_at_once_escalate_each_once(inbox: Inbox, yekaterinburg: Branch) -> None:
    on_duty("anna", yekaterinburg, capacity=40)
    with clock.at(NOON):
        for _ in range(20):
            come(inbox, yekaterinburg)
    for number in range(5):
        on_duty(f"next{number}", yekaterinburg)
    in_parallel(4, lambda: escalate(NOON + TIMEOUT))
    assert ConversationEvent.objects.filter(kind="escalated").count() == 20
    loads = Counter(Conversation.objects.values_list("assignee__username", flat=True))
    assert loads == {f"next{number}": 4 for number in range(5)}
