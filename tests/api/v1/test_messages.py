"""Messages over REST: read by key, written once whatever is repeated, and never to somebody who is gone."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from crm.models import User
from messenger.models import Contact, Conversation, Message
from messenger.services import status
from messenger.services.noting import add_note
from messenger.services.privacy.anonymize import anonymize
from tests.admin.people import answer, ask
from tests.api.v1.rest import Program, code, ids, make_token
from tests.parallel import in_parallel
from tests.people import events_of

pytestmark = pytest.mark.django_db


def read(who: Program, conversation: Conversation, **query: Any) -> Any:
    return who.get(f"conversations/{conversation.pk}/messages/", query)


def test_what_was_said_by_whom(rest: Program, conversation: Conversation, operator: User) -> None:
    answer(conversation, operator, "Yes, on Fridays")
    question, reply = read(rest, conversation).json()["results"]
    assert (question["direction"], question["sender_contact_id"], question["sender_user_id"]) == (
        "in",
        str(conversation.contact_id),
        None,
    )
    assert (question["body"], question["sender_name"]) == ("Do you deliver to Tagil?", "Maria")
    assert (reply["direction"], reply["sender_contact_id"], reply["sender_user_id"]) == (
        "out",
        None,
        operator.pk,
    )
    assert (reply["sender_name"], reply["is_automatic"], reply["attachments"]) == ("Anna Sergeeva", False, [])


def test_notes_stay_in_the_panel(rest: Program, conversation: Conversation, operator: User) -> None:
    add_note(conversation_id=conversation.pk, author=operator, body="A difficult one")
    assert "difficult" not in read(rest, conversation).content.decode()
    assert len(ids(read(rest, conversation))) == 1


def test_pages_forwards_and_backwards(rest: Program, conversation: Conversation, operator: User) -> None:
    [first] = ids(read(rest, conversation))
    more = [answer(conversation, operator, f"{n}") for n in range(4)]
    page = read(rest, conversation, since_id=first, limit=3)
    assert (ids(page), page.json()["has_more"]) == (more[:3], True)
    page = read(rest, conversation, since_id=more[2], limit=3)
    assert (ids(page), page.json()["has_more"]) == (more[3:], False)
    page = read(rest, conversation, before_id=more[3], limit=3)
    assert (ids(page), page.json()["has_more"]) == (more[:3], True)
    page = read(rest, conversation, before_id=more[1], limit=2)
    assert (ids(page), page.json()["has_more"]) == ([first, more[0]], False)
    both = read(rest, conversation, since_id=1, before_id=5)
    assert code(both) == (400, "invalid")
    assert code(read(rest, conversation, since_id="x")) == (400, "invalid")


def test_files_come_by_links_that_need_no_token(
    rest: Program, conversation: Conversation, folder: Path
) -> None:
    ask(conversation, "See here", files=2)
    [_first, message] = read(rest, conversation).json()["results"]
    assert [one["original_name"] for one in message["attachments"]] == ["0.png", "1.png"]
    url = message["attachments"][0]["url"]
    assert url.startswith("http://testserver/")
    assert rest.secret not in url
    response: Any = Client().get(url)
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    b"".join(response.streaming_content)


def test_as_many_queries_for_many_as_for_one(
    rest: Program, conversation: Conversation, operator: User, folder: Path, django_assert_num_queries: Any
) -> None:
    for _ in range(3):
        ask(conversation, "See here", files=1)
        answer(conversation, operator)
    rest.get("token/")
    # Token, permissions of user and group, conversation, messages, files.
    for limit in (1, 100):
        with django_assert_num_queries(6):
            read(rest, conversation, limit=limit)


# --- Written -----------------------------------------------------------------------------------------------


def test_an_answer_takes_the_conversation(rest: Program, conversation: Conversation, robot: User) -> None:
    response = rest.write(conversation, "Yes!\r\n")
    assert response.status_code == 201
    row = response.json()
    assert (row["body"], row["sender_user_id"], row["direction"]) == ("Yes!", robot.pk, "out")
    conversation.refresh_from_db()
    assert (conversation.assignee, conversation.last_message_id) == (robot, row["id"])
    assert events_of(conversation) == ["assigned"]


def test_an_answer_is_announced(
    rest: Program, conversation: Conversation, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks() as announced:
        rest.write(conversation, "Yes")
    assert announced


def test_an_answer_opens_what_was_resolved(rest: Program, conversation: Conversation, operator: User) -> None:
    status.resolve(conversation_id=conversation.pk, actor=operator)
    assert rest.write(conversation, "One more thing").status_code == 201
    conversation.refresh_from_db()
    assert conversation.status == "open"


@pytest.mark.parametrize("body", [None, "", "   ", 5, ["x"], "\x00", "x" * 2001])
def test_what_can_not_be_written(rest: Program, conversation: Conversation, body: Any) -> None:
    refused = rest.write(conversation, body)
    assert code(refused) == (400, "invalid")
    assert list(refused.json()["fields"]) == ["body"]
    assert conversation.messages.count() == 1


def test_not_into_what_is_closed(rest: Program, conversation: Conversation, operator: User) -> None:
    status.close(conversation_id=conversation.pk, actor=operator)
    assert code(rest.write(conversation, "Hello?")) == (409, "conversation_closed")


def test_not_to_whoever_is_blocked(rest: Program, conversation: Conversation) -> None:
    earlier = rest.write(conversation, "Yes", key="1")
    Contact.objects.update(is_blocked=True)
    assert code(rest.write(conversation, "Hello?", key="2")) == (403, "blocked")
    repeated = rest.write(conversation, "Yes", key="1")
    assert (repeated.status_code, repeated.json()["id"]) == (200, earlier.json()["id"])


def test_not_to_whoever_is_gone(rest: Program, conversation: Conversation) -> None:
    anonymize(conversation.contact_id)
    assert code(rest.write(conversation, "Hello?")) == (409, "anonymized")
    reopened = rest.post(f"conversations/{conversation.pk}/reopen/")
    assert code(reopened) == (409, "anonymized")


# --- Once --------------------------------------------------------------------------------------------------


def test_a_repeat_gets_the_first_message(rest: Program, conversation: Conversation, robot: User) -> None:
    first = rest.write(conversation, "Yes", key="order-17:paid")
    again = Program(make_token(robot)[0]).write(conversation, "Yes", key="order-17:paid")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert conversation.messages.count() == 2


def test_another_text_under_the_same_key(rest: Program, conversation: Conversation) -> None:
    rest.write(conversation, "Yes", key="1")
    assert code(rest.write(conversation, "No", key="1")) == (409, "idempotency_conflict")
    assert rest.write(conversation, "No", key="2").status_code == 201


def test_keys_are_their_users_own(rest: Program, anna: Program, conversation: Conversation) -> None:
    assert rest.write(conversation, "Yes", key="1").status_code == 201
    assert anna.write(conversation, "Yes", key="1").status_code == 201


def test_an_id_of_the_client_s_does_the_same(rest: Program, conversation: Conversation) -> None:
    own = str(uuid.uuid4())
    first = rest.write(conversation, "Yes", client_message_id=own)
    assert (first.status_code, first.json()["client_message_id"]) == (201, own)
    assert rest.write(conversation, "Yes", client_message_id=own).status_code == 200
    both = rest.write(conversation, "Yes", key="1", client_message_id=own)
    assert code(both) == (400, "invalid")


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "é"])
def test_what_is_no_key(rest: Program, conversation: Conversation, key: str) -> None:
    path = f"conversations/{conversation.pk}/messages/"
    response = rest.post(path, {"body": "Yes"}, **{"Idempotency-Key": key})
    assert code(response) == (400, "invalid")
    assert conversation.messages.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_stored(conversation: Conversation, robot: User) -> None:
    User.objects.filter(pk=robot.pk).update(is_superuser=True)
    secret, _token = make_token(robot)

    def send() -> tuple[int, int]:
        response = Program(secret).write(conversation, "Yes", key="once")
        return response.status_code, response.json()["id"]

    answers = in_parallel(8, send)
    assert sorted(status for status, _id in answers) == [200] * 7 + [201]
    [stored] = Message.objects.filter(conversation=conversation, direction="out")
    assert {pk for _status, pk in answers} == {stored.pk}
    connection.close()
