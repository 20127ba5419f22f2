"""Labels on conversations: once each, told in the timeline and to who looks, and only those of the branch."""

from typing import Any

import pytest

from crm.models import Branch, User
from messenger.exceptions import Invalid, NotFound
from messenger.models import Conversation, ConversationEvent, ConversationLabel, Inbox, Label
from messenger.services.labelling import add_label, remove_label
from messenger.services.transfer import transfer
from tests.admin.people import start
from tests.parallel import in_parallel

pytestmark = pytest.mark.django_db


@pytest.fixture
def refund(db: None) -> Label:
    return Label.objects.create(name="Refund", color="#dc2626")


def told(conversation: Conversation) -> list[tuple[str, int | None, dict[str, Any]]]:
    events = ConversationEvent.objects.filter(conversation=conversation, kind__in=["labelled", "unlabelled"])
    return list(events.order_by("pk").values_list("kind", "actor", "data"))


def add(conversation: Conversation, label: Label, actor: User) -> Conversation:
    return add_label(conversation_id=conversation.pk, label_id=label.pk, actor=actor)


def remove(conversation: Conversation, label: Label, actor: User) -> Conversation:
    return remove_label(conversation_id=conversation.pk, label_id=label.pk, actor=actor)


def test_added_and_removed(conversation: Conversation, refund: Label, operator: User, announced: Any) -> None:
    with announced(conversation) as heard:
        add(conversation, refund, operator)
    assert list(conversation.labels.all()) == [refund]
    assert conversation.label_links.get().added_by == operator
    data = {"label": refund.pk, "name": "Refund", "color": "#dc2626"}
    assert told(conversation) == [("labelled", operator.pk, data)]
    (event,) = heard["messenger:staff"]
    assert (event["type"], event["kind"], event["actor"]) == ("conversation", "labelled", operator.pk)
    remove(conversation, refund, operator)
    assert not conversation.labels.exists()
    assert told(conversation)[1:] == [("unlabelled", operator.pk, data)]


def test_twice_is_once(conversation: Conversation, refund: Label, operator: User) -> None:
    for _ in range(2):
        add(conversation, refund, operator)
    for _ in range(2):
        remove(conversation, refund, operator)
    assert [kind for kind, _actor, _data in told(conversation)] == ["labelled", "unlabelled"]


def test_of_another_branch_is_refused(conversation: Conversation, moscow: Branch, operator: User) -> None:
    foreign = Label.objects.create(name="Capital", branch=moscow)
    with pytest.raises(Invalid) as caught:
        add(conversation, foreign, operator)
    assert caught.value.fields == {"label": ["There is no such label in the conversation's branch."]}
    assert told(conversation) == []


def test_who_does_not_see_the_conversation_labels_nothing(
    conversation: Conversation, refund: Label, operator: User, outsider: User
) -> None:
    with pytest.raises(NotFound):
        add(conversation, refund, outsider)
    add(conversation, refund, operator)
    with pytest.raises(NotFound):
        remove(conversation, refund, outsider)
    with pytest.raises(NotFound):
        add_label(conversation_id=999_999_999, label_id=refund.pk, actor=operator)
    assert conversation.labels.count() == 1


def test_a_label_of_the_branch_that_it_left_comes_off(
    global_inbox: Inbox, yekaterinburg: Branch, moscow: Branch, operator: User, administrator: User
) -> None:
    conversation, local = (
        start(global_inbox, yekaterinburg),
        Label.objects.create(name="Ural", branch=yekaterinburg),
    )
    add(conversation, local, operator)
    transfer(conversation_id=conversation.pk, actor=operator, branch=moscow)
    with pytest.raises(Invalid):
        add(conversation, local, administrator)
    remove(conversation, local, administrator)
    assert not conversation.labels.exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_add_it_once(conversation: Conversation, refund: Label, operator: User) -> None:
    in_parallel(2, lambda: add(conversation, refund, operator))
    assert ConversationLabel.objects.count() == 1
    assert len(told(conversation)) == 1
