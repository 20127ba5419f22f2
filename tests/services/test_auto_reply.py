"""The automatic answer: under the three conditions, once, and without anybody having answered."""

import pytest
from django.db import connection

from crm.models import Branch, User
from messenger.models import Conversation, Inbox, Message, WebhookDelivery
from messenger.services.posting import post_from_operator
from messenger.services.status import resolve
from tests.parallel import in_parallel
from tests.people import on_duty, open_widget, write
from tests.services.webhooks.conftest import hook

pytestmark = pytest.mark.django_db

TEXT = "Thanks! We answer **soon**."


@pytest.fixture
def replying(inbox: Inbox) -> Inbox:
    inbox.auto_reply_enabled, inbox.auto_reply_text = True, TEXT
    inbox.save()
    return inbox


@pytest.fixture
def anna(yekaterinburg: Branch) -> User:
    return on_duty("anna", yekaterinburg)


def answers(conversation: Conversation) -> list[tuple[str, str, bool]]:
    sent = conversation.messages.filter(direction="out").order_by("pk")
    return [
        (one.body, one.sender_user.username if one.sender_user else "", one.is_automatic)
        for one in sent.select_related("sender_user")
    ]


def come(inbox: Inbox) -> Conversation:
    assert inbox.branch is not None
    return write(open_widget(inbox, inbox.branch))


def test_the_first_message_is_answered_in_the_operators_name(replying: Inbox, anna: User) -> None:
    conversation = come(replying)
    assert answers(conversation) == [(TEXT, "anna", True)]
    first, second = conversation.messages.order_by("pk")
    assert (first.direction, second.direction) == ("in", "out")
    write(conversation, "Hello?")
    assert len(answers(conversation)) == 1


def test_it_answers_nobody(replying: Inbox, anna: User) -> None:
    """The operator has it to open as before: it counts as unread and waiting, and is given on if they don't."""
    conversation = come(replying)
    assert conversation.unread_count == 1
    assert conversation.waiting_since is not None
    assert conversation.assignee_opened_at is None
    assert conversation.operator_read_up_to == 0


def test_without_an_operator_nothing_is_sent(replying: Inbox, anna: User) -> None:
    anna.agent_profile.delete() if hasattr(anna, "agent_profile") else None
    User.objects.filter(pk=anna.pk).update(is_active=False)
    conversation = come(replying)
    assert conversation.assignee is None
    assert answers(conversation) == []


def test_only_where_it_is_wanted(inbox: Inbox, anna: User) -> None:
    assert answers(come(inbox)) == []


def test_not_to_what_an_operator_posts_or_to_a_later_message(replying: Inbox, anna: User) -> None:
    """Only messages of the widget are answered, and only the first one."""
    assert replying.branch is not None
    conversation = open_widget(replying, replying.branch)
    post_from_operator(conversation_id=conversation.pk, operator=anna, body="May I help?")
    write(conversation, "Yes")
    assert answers(conversation) == [("May I help?", "anna", False)]


def test_a_conversation_that_is_opened_again_has_had_it(replying: Inbox, anna: User) -> None:
    conversation = come(replying)
    resolve(conversation_id=conversation.pk, actor=anna)
    write(conversation, "One more thing")
    assert len(answers(conversation)) == 1


def test_it_is_told_to_webhooks(replying: Inbox, anna: User) -> None:
    hook(replying, "https://example.com/hook", "message.out")
    come(replying)
    assert WebhookDelivery.objects.get().message == Message.objects.get(direction="out")


@pytest.mark.django_db(transaction=True)
def test_first_messages_at_the_same_moment_are_answered_once(replying: Inbox, anna: User) -> None:
    assert replying.branch is not None
    for _ in range(5):
        conversation = open_widget(replying, replying.branch)

        def send(conversation: Conversation = conversation) -> None:
            try:
                write(conversation)
            finally:
                connection.close()

        in_parallel(4, send)
        assert len(answers(conversation)) == 1
        assert conversation.messages.filter(direction="in").count() == 4
