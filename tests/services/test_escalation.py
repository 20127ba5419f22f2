"""What an operator doesn't open goes to the next one, each once; where nobody is left the administrators hear of it."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from crm.models import Branch, User
from messenger.lib import clock
from messenger.models import AgentProfile, Conversation, ConversationEvent, Inbox
from messenger.services import posting, reading, status
from messenger.services.escalation import Outcome, escalate_due
from tests.parallel import in_parallel
from tests.people import come, on_duty, write

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 25, 9, tzinfo=UTC)
TIMEOUT = timedelta(seconds=240)
MINUTE = timedelta(minutes=1)


def escalate(at: datetime, *, dry_run: bool = False) -> Outcome:
    with clock.at(at):
        return escalate_due(timeout=TIMEOUT, dry_run=dry_run)


def assignee(conversation: Conversation) -> str:
    conversation.refresh_from_db()
    return conversation.assignee.username if conversation.assignee else ""


def kinds(conversation: Conversation) -> list[str]:
    return list(conversation.events.order_by("pk").values_list("kind", flat=True))


@pytest.fixture
def anna(yekaterinburg: Branch) -> User:
    return on_duty("anna", yekaterinburg)


@pytest.fixture
def annas(inbox: Inbox, yekaterinburg: Branch, anna: User) -> Conversation:
    """Assigned to Anna at noon."""
    with clock.at(NOON):
        return come(inbox, yekaterinburg)


@pytest.fixture
def boris(annas: Conversation, yekaterinburg: Branch) -> User:
    return on_duty("boris", yekaterinburg)


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
    assert kinds(annas) == ["assigned", "escalated", "escalated", "escalation_failed"]


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
    assert kinds(annas)[-1] == "escalation_failed"


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


# --- Nobody left ---------------------------------------------------------------------------------------------


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
    assert kinds(annas) == ["assigned", "escalation_failed"]


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
    assert kinds(annas) == ["assigned"]


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
