"""What a visitor's stream delivers: all, once, in order."""

import threading

import pytest
from django.db import connection

from crm.models import User
from messenger.models import Contact, Conversation, Message
from messenger.services import posting, reading, status, typing
from tests.stream.client import StreamClient
from tests.stream.people import Listener, answer
from tests.stream.server import StreamServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listener(server: StreamServer, conversation: Conversation) -> Listener:
    return Listener(server, conversation)


def last_id(conversation: Conversation) -> int:
    return conversation.last_message_id or 0


def test_ready_then_what_was_missed(listener: Listener, conversation: Conversation) -> None:
    with listener.open() as client:
        assert client.status == 200
        assert client.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert client.headers["cache-control"] == "no-cache, no-transform"
        assert client.headers["x-accel-buffering"] == "no"
        ready, update = client.next(), client.next()
    assert ready is not None
    assert ready.name == "ready"
    assert ready.id == ""
    assert ready.data["since_id"] == 0
    assert ready.data["conversation"]["id"] == conversation.pk
    assert update is not None
    assert update.name == "update"
    assert [message["body"] for message in update.data["messages"]] == ["Do you deliver to Tagil?"]
    assert update.id == str(update.data["since_id"]) == str(update.data["messages"][0]["id"])


def test_the_update_has_the_fields_of_the_poll_answer(listener: Listener) -> None:
    with listener.open() as client:
        update = client.next_of("update")
    assert set(update.data) == {
        "messages",
        "has_more",
        "since_id",
        "operator_typing",
        "operator_read_up_to",
        "rating_requested",
        "rating_type",
        "rating_max_score",
        "conversation",
    }


def test_an_answer_arrives(listener: Listener, conversation: Conversation, operator: User) -> None:
    with listener.listen(since_id=last_id(conversation)) as client:
        message = answer(operator, conversation, "Yes, tomorrow.")
        update = client.next_of("update", 2)
    assert [found["body"] for found in update.data["messages"]] == ["Yes, tomorrow."]
    assert update.id == str(message.pk)
    assert update.data["conversation"]["assignee_name"] == "Anna"


def test_last_event_id_wins(listener: Listener, conversation: Conversation) -> None:
    with listener.listen(since_id=0, Last_Event_ID=last_id(conversation)) as client:
        assert client.quiet_for(0.5)


def test_many_missed_come_page_by_page(
    listener: Listener, conversation: Conversation, operator: User
) -> None:
    for number in range(120):
        answer(operator, conversation, str(number))
    with listener.listen(since_id=last_id(conversation)) as client:
        found = client.read_until("119")
    assert [message["body"] for message in found] == [str(number) for number in range(120)]


def test_two_tabs_each_get_what_they_lack(
    listener: Listener, conversation: Conversation, operator: User
) -> None:
    answer(operator, conversation, "first")
    with listener.listen() as old, listener.listen(since_id=2**62) as new:
        assert [message["body"] for message in old.read_until("first")] == [
            "Do you deliver to Tagil?",
            "first",
        ]
        answer(operator, conversation, "second")
        assert [message["body"] for message in old.read_until("second")] == ["second"]
        # That the operator has read on is new to both.
        update = new.next_of("update")
        assert (update.data["messages"], update.id) == ([], str(2**62))
        assert new.quiet_for(0.5)


def test_typing_comes_and_goes_by_itself(listener: Listener, conversation: Conversation) -> None:
    with listener.listen(since_id=last_id(conversation)) as client:
        typing.mark_typing(conversation.pk, "operator")
        begun = client.next_of("update", 2)
        assert begun.data["operator_typing"] is True
        assert begun.data["messages"] == []
        assert begun.id == str(conversation.last_message_id)
        assert client.next_of("update", 10).data["operator_typing"] is False


def test_own_typing_and_reading_are_no_news(
    listener: Listener, conversation: Conversation, operator: User
) -> None:
    message = answer(operator, conversation, "Yes.")
    with listener.listen(since_id=message.pk) as client:
        typing.mark_typing(conversation.pk, "contact")
        reading.mark_read_by_contact(conversation_id=conversation.pk, last_message_id=message.pk)
        assert client.quiet_for(0.5)


def test_read_mark_and_status_arrive(listener: Listener, conversation: Conversation, operator: User) -> None:
    with listener.listen(since_id=last_id(conversation)) as client:
        status.take(conversation_id=conversation.pk, operator=operator)
        assert client.next_of("update").data["conversation"]["assignee_name"] == "Anna"
        reading.mark_read_by_operator(conversation_id=conversation.pk, operator=operator)
        assert client.next_of("update").data["operator_read_up_to"] == conversation.last_message_id
        status.resolve(conversation_id=conversation.pk, actor=operator)
        assert client.next_of("update").data["conversation"]["status"] == "resolved"


def test_internal_notes_stay_inside(listener: Listener, conversation: Conversation, operator: User) -> None:
    with listener.listen(since_id=last_id(conversation)) as client:
        Message.objects.create(
            conversation=conversation, direction="internal", body="rude", sender_user=operator
        )
        answer(operator, conversation, "Yes.")
        assert [message["body"] for message in client.read_until("Yes.")] == ["Yes."]


def test_a_new_conversation_is_followed(
    listener: Listener, conversation: Conversation, operator: User
) -> None:
    with listener.listen(since_id=last_id(conversation)) as client:
        status.close(conversation_id=conversation.pk, actor=operator)
        assert client.next_of("update").data["conversation"]["status"] == "closed"
        posted = posting.post_from_contact(
            inbox_id=conversation.inbox_id,
            conversation_id=conversation.pk,
            contact_id=conversation.contact_id,
            body="One more thing",
            client_message_id=None,
        )
        assert client.read_until("One more thing")[-1]["id"] == posted.id
        successor = Conversation.objects.get(contact=conversation.contact, status="open")
        answer(operator, successor, "Yes?")
        update = client.next_of("update")
        while not update.data["messages"]:
            update = client.next_of("update")
    assert update.data["conversation"]["id"] == successor.pk
    assert update.data["messages"][0]["body"] == "Yes?"


def test_blocking_ends_the_stream(listener: Listener, conversation: Conversation) -> None:
    with listener.listen(since_id=last_id(conversation)) as client:
        Contact.objects.filter(pk=conversation.contact_id).update(is_blocked=True)
        typing.mark_typing(conversation.pk, "operator")
        assert client.wait_for_end(2)


def test_other_visitors_hear_nothing(
    server: StreamServer, listener: Listener, conversation: Conversation
) -> None:
    other = Contact.objects.create(inbox=conversation.inbox)
    theirs = Conversation.objects.create(inbox=conversation.inbox, branch=conversation.branch, contact=other)
    with Listener(server, theirs).listen() as client:
        typing.mark_typing(conversation.pk, "operator")
        assert client.quiet_for(0.5)


WRITERS, EACH = 4, 40


def write(operator: User, conversation: Conversation, writer: int) -> None:
    try:
        for number in range(EACH):
            answer(operator, conversation, f"{writer}.{number}")
    finally:
        connection.close()


def test_resume_under_parallel_writers(
    listener: Listener, conversation: Conversation, operator: User
) -> None:
    """The client is cut again and again while messages are written: nothing is lost, nothing comes twice."""
    status.take(conversation_id=conversation.pk, operator=operator)
    writers = [
        threading.Thread(target=write, args=(operator, conversation, number)) for number in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    ids: list[int] = []
    position = str(conversation.last_message_id)
    while len(ids) < WRITERS * EACH:
        with listener.listen(Last_Event_ID=position) as client:
            position, more = read_some(client, position)
        ids += more
    for writer in writers:
        writer.join()
    written = Message.objects.filter(conversation=conversation, direction="out").order_by("id")
    assert ids == list(written.values_list("id", flat=True))


def read_some(client: StreamClient, position: str) -> tuple[str, list[int]]:
    """A few updates' worth of messages, and the id to resume from."""
    ids: list[int] = []
    for _ in range(5):
        try:
            update = client.next_of("update", 0.5)
        except TimeoutError:
            break
        ids += [message["id"] for message in update.data["messages"]]
        position = update.id
    return position, ids
