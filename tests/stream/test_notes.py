"""Notes over the streams: colleagues hear of them at once, the visitor's stream of nothing."""

import pytest

from crm.models import User
from messenger.models import Conversation, Message
from messenger.services import noting, typing
from tests.stream.people import Listener, Open
from tests.stream.server import StreamServer

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("role_groups")]


def note(conversation: Conversation, author: User, body: str) -> Message:
    return noting.add_note(conversation_id=conversation.pk, author=author, body=body)


def test_the_visitor_hears_nothing(server: StreamServer, conversation: Conversation, operator: User) -> None:
    with Listener(server, conversation).listen(since_id=conversation.last_message_id or 0) as client:
        typing.mark_typing(conversation.pk, "operator")
        assert client.next_of("update", 2).data["operator_typing"] is True
        note(conversation, operator, "A swindler")
        assert client.quiet_for(1), "not even that the operator stopped typing"


def test_colleagues_are_told_to_look(
    listen_as: Open, conversation: Conversation, operator: User, colleague: User
) -> None:
    with listen_as(colleague, conversation) as client:
        stored = note(conversation, operator, "Call back")
        event = client.next_of("message", 2)
    assert event.data["message"] == stored.pk
    assert event.data["direction"] == "internal"
    assert "Call back" not in str(event.data)


def test_who_is_named_is_told_and_nobody_else(
    listen_as: Open, conversation: Conversation, operator: User, colleague: User, administrator: User
) -> None:
    with listen_as(colleague) as named, listen_as(administrator) as other:
        note(conversation, operator, "@boris look")
        event = named.next_of("mention", 2)
        other.next_of("message", 2)
        assert other.quiet_for(0.5)
    assert event.data == {
        "type": "mention",
        "conversation": conversation.pk,
        "user": colleague.pk,
        "actor": operator.pk,
    }
