"""Many first messages at the same moment, and many hands that reach for one conversation."""

from collections import Counter

import pytest
from django.db import IntegrityError

from crm.models import Branch, User
from messenger.exceptions import AlreadyTaken
from messenger.models import Conversation, ConversationEvent, Inbox
from messenger.services import assignment, status
from tests.parallel import in_parallel
from tests.people import assignees, come, on_duty, open_widget, write

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_32_first_messages_over_200_operators(inbox: Inbox, yekaterinburg: Branch) -> None:
    users = User.objects.bulk_create(
        User(username=f"operator{number}", branch=yekaterinburg, is_staff=True) for number in range(200)
    )
    rounds = 3
    for _ in range(rounds):
        conversations = [open_widget(inbox, yekaterinburg) for _ in range(32)]
        waiting = iter(conversations)
        in_parallel(32, lambda: write(next(waiting)))  # noqa: B023
    loads = Counter(Conversation.objects.values_list("assignee", flat=True))
    assert None not in loads
    spread = [loads[user.pk] for user in users]
    assert sum(spread) == rounds * 32
    assert max(spread) - min(spread) <= 1


@pytest.mark.django_db(transaction=True)
def test_more_first_messages_than_there_is_room(inbox: Inbox, yekaterinburg: Branch) -> None:
    for name in ("anna", "boris", "clara"):
        on_duty(name, yekaterinburg, capacity=4)
    waiting = iter([open_widget(inbox, yekaterinburg) for _ in range(16)])
    in_parallel(16, lambda: write(next(waiting)))
    assert Counter(assignees(*Conversation.objects.all())) == {"anna": 4, "boris": 4, "clara": 4, "": 4}


@pytest.mark.django_db(transaction=True)
def test_two_workers_give_out_what_waits_once(inbox: Inbox, yekaterinburg: Branch) -> None:
    for _ in range(20):
        come(inbox, yekaterinburg)
    for number in range(10):
        on_duty(f"operator{number}", yekaterinburg)
    given = in_parallel(4, lambda: assignment.assign_waiting(branch=yekaterinburg))
    assert sum(given) == 20
    assert ConversationEvent.objects.filter(kind="assigned").count() == 20
    loads = Counter(Conversation.objects.values_list("assignee", flat=True))
    assert set(loads.values()) == {2}


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_it_at_once_one_is_told_who_has_it(inbox: Inbox, yekaterinburg: Branch) -> None:
    conversation = come(inbox, yekaterinburg)
    people = iter([on_duty(name, yekaterinburg, status="busy") for name in ("anna", "boris")])

    def take() -> str:
        try:
            return status.take(conversation_id=conversation.pk, operator=next(people)).assignee.first_name  # type: ignore[union-attr]
        except AlreadyTaken as error:
            return f"told {error.by}"

    winner, told = sorted(in_parallel(2, take))
    assert told == f"told {winner}"


def test_an_operator_without_the_time_of_assignment_is_refused(inbox: Inbox, yekaterinburg: Branch) -> None:
    conversation = come(inbox, yekaterinburg)
    with pytest.raises(IntegrityError):
        Conversation.objects.filter(pk=conversation.pk).update(assignee=on_duty("anna", yekaterinburg))
